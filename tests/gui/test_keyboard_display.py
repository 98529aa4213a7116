"""The real window on a real X server, driven from outside by keyboard alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asl_desktop.storage.keys import Passphrase
from tests.display_world import PATIENCE, ROOT, answers_on_disk, wait_for

NEEDED = ("Xvfb", "xdotool", "pdftotext")

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in NEEDED), reason=f"needs {', '.join(NEEDED)}; make test installs them"
    ),
]


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


@contextmanager
def window_on(display: str, home: Path) -> Iterator[Path]:
    """Start the window and see to it that the person ends it; gives the path of its standard error."""
    environment = os.environ | {
        "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "ASL_DESKTOP_STATE": str(home / "state"), "HOME": str(home),
    }  # fmt: skip
    log = home / "window.log"
    with log.open("wb") as stream:
        window = subprocess.Popen([sys.executable, "-m", "ui"], cwd=ROOT, env=environment, stderr=stream)
    try:
        yield log
        assert window.wait(PATIENCE) == 0, log.read_text()
    finally:
        if window.poll() is None:
            window.kill()
            window.wait(10)


def test_protected_file_by_keyboard_alone_is_made_answered_locked_and_unlocked(display: str, tmp_path: Path) -> None:
    file, person = tmp_path / "heron.asl", Person(display)
    words, answer = "heron over the quiet river", "Lone actors; state programmes were left out."
    with window_on(display, tmp_path) as log:
        fill_in(person, file)
        person.press("Tab", "Tab")  # past the file chooser
        person.type(words)
        person.press("Tab", "Tab")  # past the button that shows it
        person.type(words)
        make(person, file, "Return")
        person.turn_to("heron.asl")
        person.press("Tab", "Tab", "Tab", "space")  # the recovery key: save, copy, stored, go on
        person.press("ctrl+j")
        person.type(answer)
        person.press("ctrl+a", "ctrl+c", "ctrl+l")
        person.turn_to("locked")
        person.press("ctrl+v")  # would spoil the passphrase if the clipboard still held the answer
        person.type(words)
        person.press("Return")
        wait_for("the unlocked file", lambda: bool(person.sees("heron.asl")) and not person.sees("locked"))
        person.turn_to("heron.asl")
        person.press("End")
        person.type(" Seen again.")
        person.press("ctrl+q")
    assert answers_on_disk(file) == {}
    held = answers_on_disk(file, Passphrase(words))["QC-01"]
    assert str(held.value["value"]).replace(" Seen again.", "") == answer
    assert str(held.value["value"]) != answer
    assert words not in log.read_text()
    assert not any(words.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert sorted(path.name for path in tmp_path.glob("heron*")) == ["heron.asl"]


def test_whole_job_by_keyboard_alone_from_start_screen_to_report(display: str, tmp_path: Path) -> None:
    file = tmp_path / "heron.asl"
    with window_on(display, tmp_path) as log:
        do_the_job(Person(display), file)
    held = answers_on_disk(file)
    assert held["QC-01"].rationale == "Two raters agreed."
    assert len([answer for answer in held.values() if answer.state == "answered"]) >= 2
    reports = list(tmp_path.glob("*.pdf"))
    assert len(reports) == 1
    text = subprocess.run(["pdftotext", str(reports[0]), "-"], capture_output=True, text=True, check=True).stdout
    assert "Heron-2" in text
    assert "ASL-" in text
    assert "Traceback" not in log.read_text()


def fill_in(person: Person, file: Path) -> None:
    """Begin a new assessment; the cursor stays in the line for the file."""
    person.turn_to("ASL Desktop")
    person.press("ctrl+n")
    person.type("Heron-2")
    person.press("Tab")
    person.type("step 9")
    person.press("Tab", "ctrl+a")
    person.type(str(file))


def make(person: Person, file: Path, key: str) -> None:
    """Press a key until the file is there; the frameworks may still be being read."""

    def _made() -> bool:
        if not file.exists():
            person.press(key)
        return file.exists()

    wait_for("the new file", _made, every=0.5)


def do_the_job(person: Person, file: Path) -> None:
    fill_in(person, file)
    person.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "space", "Tab")  # keep it unprotected
    make(person, file, "space")
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
