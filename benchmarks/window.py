"""The real window with a real file, and a person who answers one question after another by keyboard."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from asl_desktop.domain.inputs import Inputs, Scope
from asl_desktop.interchange.pack_file import pack_digest
from asl_desktop.services.packs import load_pack
from asl_desktop.storage.document import Document
from benchmarks.pulse import Gaps, bare_gaps, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl_desktop.domain.pack import Pack, Part
    from ui.main_window import MainWindow
    from ui.workbench import Workbench

ACTOR = "A. Person"
PACK = "anthropic-rsp-2.2"
PATIENCE_MS = 30_000
KEY_MS = 15
"""Time between two keys; nobody types faster."""
WORDS = "Second run agrees."


@contextlib.contextmanager
def home(folder: Path) -> Iterator[None]:
    """Keep what the window remembers inside ``folder``."""
    kept = dict(os.environ)
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    os.environ.update({name: str(folder / "home") for name in names})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def application() -> QApplication:
    """Return the application, made when there is none; without a display it draws offscreen."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication(["asl-desktop"])


@contextlib.contextmanager
def opened(path: Path) -> Iterator[MainWindow]:
    """Open a file in a window of 1366 x 768, as the program does; the window is closed at the end."""
    from ui import dialogs_seam
    from ui.crash import CrashReporter
    from ui.main_window import MainWindow
    from ui.operations import Operations
    from ui.preferences import Preferences
    from ui.theme import Look

    sys.setswitchinterval(0.001)  # as the program does
    app = application()
    kept = app.property("look")
    look = kept if isinstance(kept, Look) else Look(app, "light")
    operations, crash = Operations(), CrashReporter()
    window = MainWindow(look, Preferences(actor=ACTOR), operations, crash)
    window.resize(1366, 768)
    window.show()
    try:
        open_file(window, path)
        with dialogs_seam.queued_answers():  # a dialog that nobody expects fails instead of waiting for ever
            yield window
            window.close()
    finally:
        operations.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, 52)  # DeferredDelete


def open_file(window: MainWindow, path: Path) -> None:
    """Open a file and wait until it is there.

    Raises:
        RuntimeError: it did not open within a minute.
    """
    loop = QEventLoop()
    window.opened.connect(lambda _: loop.exit(0))
    QTimer.singleShot(PATIENCE_MS, loop, lambda: loop.exit(1))
    window.open_file(path)
    if loop.exec() != 0:
        raise RuntimeError(f"{path} did not open in time")
    window.activateWindow()
    settle()


def settle(done: Callable[[], bool] = lambda: True) -> None:
    """Handle what is queued, and go on until ``done``."""
    QApplication.processEvents()
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def bench_of(window: MainWindow) -> Workbench:
    """Return the workbench of an open file.

    Raises:
        RuntimeError: no file is open.
    """
    if window.workbench is None:
        raise RuntimeError("no file is open")
    return window.workbench


def many_questions(count: int) -> Pack:
    """Return a shipped framework with its questions repeated until there are so many."""
    pack = load_pack(PACK)
    first = len(pack.questions)
    repeated = ((pack.questions[n % first], n // first) for n in range(count))
    questions = tuple(replace(held, id=f"{held.id}-{time}") if time else held for held, time in repeated)
    pack = replace(pack, questions=questions)
    return replace(pack, digest=pack_digest(pack))


def make_file(path: Path, pack: Pack, inputs: Inputs | None = None) -> Path:
    """Write an assessment that holds these inputs; its evidence is on record only, without bytes."""
    scope = inputs.scope if inputs else Scope(model="Heron-2")
    with Document.create(path, pack=pack, scope=scope, actor=ACTOR) as document:
        if inputs is not None:
            document.put(
                *inputs.answers, *inputs.measurements, *inputs.showings, *inputs.requirements, actor=ACTOR
            ).result()
    return path


def answering(window: MainWindow, count: int) -> Iterator[str]:
    """Answer so many questions by keyboard, a key at a time: a value, a few words of rationale, on to the next."""
    bench = bench_of(window)
    bench.go("questions")
    yield "open"
    for _ in range(count):
        page = bench.questions
        if page.card is None:
            return
        form = page.card.form
        form.focus_first()
        yield "focus"
        for editor in form.editors:
            fields = editor.findChildren(QLineEdit)
            if fields:
                for number, field in enumerate(fields):
                    field.setFocus()
                    for key in _fitting(editor.part, number):
                        _key(key)
                        yield "key"
            elif not editor.pick(1):
                editor.setFocus()
                for key in WORDS:
                    _key(key)
                    yield "key"
            yield "value"
        form.rationale.setFocus()
        yield "focus"
        for key in WORDS:
            _key(key)
            yield "key"
        page.next_unanswered()
        yield "next"


def _fitting(part: Part, place: int) -> str:
    """Return a text that fits a field of a part; the numbers of a range rise from place to place."""
    if part.type == "date":
        return "14 Mar 2026"
    return f"0.{place + 1}" if part.maximum is not None and part.maximum <= 1 else f"1{place}"


def _key(text: str) -> None:
    focused = QApplication.focusWidget()
    if focused is not None:
        QTest.keyClicks(focused, text, Qt.KeyboardModifier.NoModifier)


def three_hundred_answers(folder: Path, *, count: int = 300) -> tuple[Gaps, Gaps]:
    """Answer so many questions in a row; return the gaps meanwhile, and those of a bare window in the same minute."""
    with home(folder):
        path = make_file(folder / "answers.asl", many_questions(count))
        with opened(path) as window:
            found = measured(answering(window, count), every_ms=KEY_MS)
            answers = len(bench_of(window).session.inputs.answers)
        if answers < count:
            raise RuntimeError(f"only {answers} of {count} questions were answered")
        return found, bare_gaps()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ours, bare = three_hundred_answers(Path(place))
    print("answers:", ours.words(), "\nbare:", bare.words())
