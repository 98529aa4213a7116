"""The real window, used through the accessibility bus alone, as a screen reader or a switch would."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from asl_desktop.progress import Silent
from asl_desktop.storage.document import Document
from asl_desktop.storage.model import EvidenceDraft
from tests.display_world import PATIENCE, ROOT, answers_on_disk, wait_for
from ui_checks.person import Person, person

SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
PERSON = ROOT / "tests" / "atspi_person.py"
CHANGES = 200
"""Changes of page while somebody reads the tree."""
ROUND = ("alt+Home", "ctrl+shift+e", "ctrl+j", "alt+Right", "ctrl+shift+l", "ctrl+h", "alt+Home", "ctrl+p")


def _has_binding() -> bool:
    probe = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in ("Xvfb", "dbus-run-session", "xdotool")) or not LAUNCHER.exists(),
        reason="needs Xvfb, xdotool, dbus-run-session and at-spi2-core; make test installs them",
    ),
]


@dataclass
class Bus:
    """An accessibility bus of its own, on a display of its own."""

    environment: dict[str, str]
    log: Path

    @contextmanager
    def window(self, file: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Start the window on a file and end it; the test says itself that it ended well."""
        with self.log.open("ab") as log:
            window = subprocess.Popen(
                [sys.executable, "-m", "ui", str(file)], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
            try:
                yield window
            finally:
                if window.poll() is None:
                    window.kill()
                    window.wait(10)

    @contextmanager
    def person(self, *does: str) -> Iterator[subprocess.Popen[str]]:
        """Start somebody who uses the bus, and send them away in the end."""
        with self.log.open("ab") as log, subprocess.Popen(
            [SYSTEM_PYTHON, str(PERSON), *does], env=self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        ) as person:  # fmt: skip
            try:
                yield person
            finally:
                if person.poll() is None:
                    person.kill()

    def keys(self, *keys: str) -> None:
        """Press keys one after the other, without waiting for what they do."""
        subprocess.run(["xdotool", "key", "--delay", "10", *keys], env=self.environment, check=True, timeout=PATIENCE)

    def focus(self, title: str) -> None:
        """Turn to the window whose title holds these words, once it is there."""

        def _found() -> str:
            done = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", title],
                env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
            )  # fmt: skip
            return done.stdout.partition("\n")[0].strip()

        wait_for(f"a window called {title}", lambda: bool(_found()))
        subprocess.run(["xdotool", "windowfocus", _found()], env=self.environment, check=True, timeout=PATIENCE)

    def told(self) -> str:
        """Return what everybody wrote, for a failing test."""
        return self.log.read_text(errors="replace")[-4000:]


@pytest.fixture
def bus(display: str, tmp_path: Path) -> Iterator[Bus]:
    """Return a bus that ends with the test."""
    if not _has_binding():
        pytest.skip("needs python3-gi and gir1.2-atspi-2.0; make test installs them")
    log = tmp_path / "session.log"
    with log.open("ab") as stream:
        session = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'],
            env=os.environ | {"DISPLAY": display}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream,
        )  # fmt: skip
        assert session.stdout is not None
        environment = os.environ | {
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": session.stdout.readline().strip(),
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "ASL_DESKTOP_STATE": str(tmp_path / "state"),
        }
        launcher = subprocess.Popen(
            [str(LAUNCHER), "--launch-immediately"], env=environment, stdout=stream, stderr=stream
        )
        yield Bus(environment, log)
        launcher.terminate()
        launcher.wait(10)
        session.communicate(timeout=30)


@pytest.fixture
def ears(bus: Bus, tmp_path: Path) -> Iterator[Person]:
    """Return somebody who hears what every window says, and has a keyboard."""
    with person(bus.environment, tmp_path) as result:
        yield result


def test_question_is_answered_and_saving_heard_through_the_accessibility_bus_alone(
    bus: Bus, ears: Person, assessment: Path
) -> None:
    with bus.window(assessment) as window, bus.person("press", "Go on answering", "Yes") as answering:
        assert answering.wait(PATIENCE) == 0, bus.told()
        wait_for("the answer on disk", lambda: "Q-YES" in answers_on_disk(assessment) or window.poll() is not None)
        assert window.poll() is None, bus.told()
        assert ears.wait_to_be_told("Saved").startswith("polite: Saved")
    assert answers_on_disk(assessment)["Q-YES"].value == {"value": True}


def test_outcomes_mistakes_and_long_work_are_heard_over_the_bus(bus: Bus, ears: Person, assessment: Path) -> None:
    with Document.open(assessment) as document:
        document.attach(io.BytesIO(b"a,b"), EvidenceDraft("arms.csv"), actor="A", progress=Silent())
    with bus.window(assessment) as window:
        ears.wait_to_be_told("Saved")
        bus.focus("small.asl")
        ears.find("Q-END")
        ears.press("alt+3")
        assert ears.wait_to_be_told("T1 is now crossed").startswith("polite: ")
        ears.press("alt+Home", "ctrl+z")
        assert ears.wait_to_be_told("T1").startswith("polite: ")
        assert ears.wait_to_be_told("Undone").startswith("assertive: ")
        ears.find("Q-NUM")
        ears.type("many")
        assert ears.wait_to_be_told("is not a number").startswith("assertive: ")
        ears.find("Evidence")
        ears.tab_to("Check every digest")
        ears.press("space")
        ears.wait_to_be_told("has the digest it was sealed under")
        assert window.poll() is None, bus.told()


def test_file_that_another_window_holds_is_heard_to_be_locked_and_then_read_only(
    bus: Bus, ears: Person, assessment: Path
) -> None:
    with bus.window(assessment):
        bus.focus("small.asl")
        with bus.window(assessment) as second:
            assert ears.wait_to_be_told("is open").startswith("assertive: ")
            with bus.person("press", "Open read-only") as opening:
                assert opening.wait(PATIENCE) == 0, bus.told()
            assert ears.wait_to_be_told("Open for reading only").startswith("assertive: ")
            assert second.poll() is None, bus.told()


def test_window_outlives_a_reader_while_pages_change(bus: Bus, assessment: Path) -> None:
    with bus.window(assessment) as window:
        bus.focus("small.asl")
        with bus.person("read") as reader:
            for _ in range(CHANGES // len(ROUND)):
                bus.keys(*ROUND)
                assert window.poll() is None, bus.told()
            bus.keys("ctrl+j", "alt+1")
            wait_for("the answer on disk", lambda: bool(answers_on_disk(assessment)) or window.poll() is not None)
            assert window.poll() is None, bus.told()
            read, _ = reader.communicate("", timeout=PATIENCE)
        bus.keys("ctrl+q")
        assert window.wait(PATIENCE) == 0, bus.told()
    assert int(read) > 100, bus.told()
