"""The real window on a real X server, driven from outside by keyboard alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import UserError
from asl_desktop.storage.document import Document

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
NEEDED = ("Xvfb", "xdotool", "pdftotext")

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in NEEDED), reason=f"needs {', '.join(NEEDED)}; make test installs them"
    ),
]


def wait_for(what: str, condition: Callable[[], bool], *, every: float = 0.1) -> None:
    """Wait until something outside this process is so."""
    pause = threading.Event()
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s for {what}"
        pause.wait(every)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """Return the name of an X server of our own; without -noreset it would end with its first client."""
    reader, writer = os.pipe()
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1366x768x24", "-noreset", "-nolisten", "tcp"],
            pass_fds=[writer],
            stderr=log,
        )
    os.close(writer)
    with os.fdopen(reader) as stream:
        number = stream.readline().strip()
    assert number, (tmp_path / "xvfb.log").read_text()
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Person:
    """Somebody with a keyboard and nothing else."""

    def __init__(self, display: str) -> None:
        self._environment = os.environ | {"DISPLAY": display}

    def _tool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout.strip()

    def sees(self, title: str) -> str:
        """Return the id of the window whose title holds these words, or nothing."""
        return self._tool("search", "--onlyvisible", "--name", title).partition("\n")[0]

    def turn_to(self, title: str) -> None:
        wait_for(f"a window called {title}", lambda: bool(self.sees(title)))
        self._tool("windowfocus", "--sync", self.sees(title))

    def press(self, *keys: str) -> None:
        self._tool("key", "--delay", "20", *keys)

    def type(self, text: str) -> None:
        self._tool("type", "--delay", "8", text)


def answers_on_disk(path: Path) -> dict[str, Answer]:
    try:
        with Document.open(path, read_only=True) as document:
            return dict(document.inputs().answer_by_question)
    except UserError:
        return {}


def test_whole_job_by_keyboard_alone_from_start_screen_to_report(display: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    environment = os.environ | {
        "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "ASL_DESKTOP_STATE": str(state), "HOME": str(tmp_path),
    }  # fmt: skip
    file = tmp_path / "heron.asl"
    log = tmp_path / "window.log"
    with log.open("wb") as stream:
        window = subprocess.Popen([sys.executable, "-m", "ui"], cwd=ROOT, env=environment, stderr=stream)
    try:
        do_the_job(Person(display), file)
        assert window.wait(PATIENCE) == 0, log.read_text()
    finally:
        if window.poll() is None:
            window.kill()
            window.wait(10)
    held = answers_on_disk(file)
    assert held["QC-01"].rationale == "Two raters agreed."
    assert len([answer for answer in held.values() if answer.state == "answered"]) >= 2
    reports = list(tmp_path.glob("*.pdf"))
    assert len(reports) == 1
    text = subprocess.run(["pdftotext", str(reports[0]), "-"], capture_output=True, text=True, check=True).stdout
    assert "Heron-2" in text
    assert "ASL-" in text
    assert "Traceback" not in log.read_text()


def do_the_job(person: Person, file: Path) -> None:
    person.turn_to("ASL Desktop")
    person.press("ctrl+n")
    person.type("Heron-2")
    person.press("Tab")
    person.type("step 9")
    person.press("Tab", "ctrl+a")
    person.type(str(file))

    def _made() -> bool:
        if not file.exists():
            person.press("Return")  # the frameworks may still be being read
        return file.exists()

    wait_for("the new file", _made, every=0.5)
    person.turn_to("heron.asl")
    person.press("ctrl+j")
    person.type("Lone actors; state programmes were left out.")
    wait_for("the first answer on disk", lambda: "QC-01" in answers_on_disk(file))
    tab_to_rationale(person)
    person.type("Two raters agreed.")
    wait_for("the rationale on disk", lambda: answers_on_disk(file)["QC-01"].rationale == "Two raters agreed.")
    person.press("ctrl+Return")
    person.press("alt+1")
    wait_for("the second answer on disk", lambda: len(answers_on_disk(file)) == 2)
    person.press("ctrl+p")
    person.press("ctrl+shift+p")  # asks for an identity and puts the cursor there
    person.press("shift+Tab", "space")  # without a signature
    person.press("ctrl+shift+p")
    wait_for("the report", lambda: bool(list(file.parent.glob("*.pdf"))))
    person.press("ctrl+q")


def tab_to_rationale(person: Person) -> None:
    """From the answer: unknown, declined, not applicable, confidence, then the rationale."""
    person.press("Tab", "Tab", "Tab", "Tab", "Tab")
