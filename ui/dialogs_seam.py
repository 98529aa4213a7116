"""The only place that opens modal questions and file choosers, so that tests can answer them beforehand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QFileDialog, QWidget

from asl_desktop.i18n import mark, tr

if TYPE_CHECKING:
    from ui.session import Session

T = TypeVar("T")

ASSESSMENTS = mark("Assessments (*.asl)")
ANY_FILE = mark("All files (*)")

_answers: list[deque[object]] = []


@contextmanager
def queued_answers(*answers: object) -> Iterator[deque[object]]:
    """Answer the next questions from this queue instead of showing them; one too many is an AssertionError."""
    queue: deque[object] = deque(answers)
    _answers.append(queue)
    try:
        yield queue
    finally:
        _answers.remove(queue)


def _answer(kind: type, show: Callable[[], T]) -> T:
    if not _answers:
        return show()
    queue = _answers[-1]
    assert queue, "a dialog was opened that the test did not expect"
    answer = queue.popleft()
    assert answer is None or isinstance(answer, kind), f"the queued answer {answer!r} does not fit this dialog"
    return answer  # type: ignore[return-value]


def ask(
    parent: QWidget | None, title: str, text: str, *, yes: str, no: str = mark("Cancel"), danger: bool = False
) -> bool:
    """Ask a question with two verbs; True when the first one was chosen. Escape means the second."""
    return _answer(bool, lambda: _ask(parent, title, text, yes, no, danger))


def inform(parent: QWidget | None, title: str, text: str) -> None:
    """Show a message that waits to be read."""
    _answer(bool, lambda: _ask(parent, title, text, tr("Close"), "", False))


def ask_text(parent: QWidget | None, title: str, prompt: str, *, text: str = "", secret: bool = False) -> str | None:
    """Ask for one line of text; None when the person changed their mind. ``secret`` hides what is typed."""
    return _answer(str, lambda: _ask_text(parent, title, prompt, text, secret))


def choose_open(parent: QWidget | None, title: str, *, filters: str = ASSESSMENTS) -> Path | None:
    """Ask for an existing file."""
    return _answer(Path, lambda: _path(QFileDialog.getOpenFileName(parent, title, "", f"{filters};;{tr(ANY_FILE)}")[0]))


def choose_save(parent: QWidget | None, title: str, suggested: Path, *, filters: str = ASSESSMENTS) -> Path | None:
    """Ask where to put a new file; the chooser itself asks before replacing one."""
    return _answer(Path, lambda: _path(QFileDialog.getSaveFileName(parent, title, str(suggested), filters)[0]))


def choose_files(parent: QWidget | None, title: str) -> tuple[Path, ...]:
    """Ask for one or more existing files; empty when the person changed their mind."""
    chosen = _answer(tuple, lambda: tuple(map(Path, QFileDialog.getOpenFileNames(parent, title, "", tr(ANY_FILE))[0])))
    return chosen or ()


def choose_folder(parent: QWidget | None, title: str) -> Path | None:
    """Ask for an existing folder."""
    return _answer(Path, lambda: _path(QFileDialog.getExistingDirectory(parent, title)))


def pick_evidence(parent: QWidget | None, session: Session, title: str) -> str | None:
    """Ask for a piece of evidence on file; returns its digest, None when the person changed their mind."""
    return _answer(str, lambda: _pick_evidence(parent, session, title))


def _path(name: str) -> Path | None:
    return Path(name) if name else None


def _pick_evidence(parent: QWidget | None, session: Session, title: str) -> str | None:
    from ui.dialogs.pick_evidence import PickEvidence

    dialog = PickEvidence(parent, session, title)
    return dialog.chosen if dialog.exec() else None


def _ask(parent: QWidget | None, title: str, text: str, yes: str, no: str, danger: bool) -> bool:
    from ui.dialogs.question_dialog import QuestionDialog

    return bool(QuestionDialog(parent, title, text, yes=yes, no=no, danger=danger).exec())


def _ask_text(parent: QWidget | None, title: str, prompt: str, text: str, secret: bool) -> str | None:
    from ui.dialogs.question_dialog import LineDialog

    dialog = LineDialog(parent, title, prompt, text=text, secret=secret)
    return dialog.field.text() if dialog.exec() else None


def show_text(parent: QWidget | None, title: str, text: str) -> None:
    """Show a longer text to read."""
    from ui.dialogs.text_dialog import TextDialog

    _answer(bool, lambda: TextDialog(parent, title, text).exec())
