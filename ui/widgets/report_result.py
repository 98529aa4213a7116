"""What came of writing a report or of verifying a file, in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from asl_desktop.i18n import mark, tr
from ui.theme import set_role
from ui.widgets.parts import Banner, Tone, button, clear, column, label, row

if TYPE_CHECKING:
    from reports.comparing import Comparison
    from reports.rendering import Written
    from reports.verifying import Verification


_TITLES: dict[Tone, str] = {
    "ok": mark("The report is written and signed"),
    "warn": mark("The report is written and signed, by a signer who is not trusted on this machine"),
    "danger": mark("The report is written, NOT verified"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report that was written, and what verifying it found.

    Attributes:
        signer: who signed, in words; empty for an unsigned report.
        verification: None when the file could not be looked at again; ``trouble`` then says why.
        note: one more sentence, such as that no checkpoint could be kept; usually none.
    """

    written: Written
    signer: str
    verification: Verification | None
    trouble: str = ""
    note: str = ""


class ResultCard(QFrame):
    """Shows the last outcome; hidden until there is one."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, role="card")
        self.setAccessibleName(tr("Result"))
        self.lines: tuple[str, ...] = ()
        self._content = QVBoxLayout(self)
        self._content.setContentsMargins(24, 20, 24, 20)
        self._content.setSpacing(12)
        self.hide()

    def show_outcome(self, outcome: Outcome) -> None:
        """Say what was written and whether it holds."""
        written, verification = outcome.written, outcome.verification
        pages = tr("{pages} pages").format(pages=written.pages)
        tone: Tone = "danger"
        if not outcome.signer:
            title, tone = tr("The report is written, not signed"), "warn"
            text = tr("{pages}. Without a signature nobody can tell whether it was changed afterwards.").format(
                pages=pages
            )
            found: tuple[str, ...] = ()
        elif verification is None:
            title, text, found = tr("The report is written, but could not be verified"), outcome.trouble, ()
        else:
            from reports.verifying import in_words

            tone = _tone(verification)
            title = tr(_TITLES[tone])
            text = f"{pages}, {outcome.signer}."
            found = in_words(verification)
        self._begin(title, text, tone)
        self._add_value(tr("File"), str(written.path))
        self._add_value(tr("SHA-256"), written.sha256)
        self._add(tr("Verification"), found)
        self._add(tr("Notices printed in the report"), written.notices)
        self._add(tr("Note"), (outcome.note,) if outcome.note else ())
        folder = button(tr("Open folder"), lambda: _open_folder(written.path), icon_name="folder-open")
        self._content.addLayout(row(folder, 1))
        self.show()

    def show_verification(self, path: Path, verification: Verification) -> None:
        """Say whether another file can be relied on."""
        from reports.verifying import in_words

        first, *rest = in_words(verification)
        tone: Tone = (
            "ok" if verification.ok else "warn" if verification.intact and verification.signatures else "danger"
        )
        self._begin(path.name, first, tone)
        self._add_value(tr("File"), str(path))
        self._add(tr("Verification"), tuple(rest))
        self.show()

    def show_comparison(self, path: Path, comparison: Comparison) -> None:
        """Say whether the history of the open file goes through what a report or a checkpoint names."""
        agrees = tr("goes through what it names") if comparison.ok else tr("does NOT agree with it")
        title = tr("The history of this file {agrees}").format(agrees=agrees)
        said = (*comparison.problems, *comparison.facts)
        self._begin(title, said[0], "ok" if comparison.ok else "danger")
        self._add_value(tr("Compared with"), str(path))
        self._add(tr("More"), said[1:])
        self.show()

    def _begin(self, title: str, text: str, tone: Tone) -> None:
        clear(self._content)
        self.lines = (title, text)
        banner = Banner(tone)
        self._content.addWidget(banner)
        banner.tell(title, text)

    def _add_value(self, title: str, text: str) -> None:
        """Show something to copy whole; a path may be longer than the card is wide."""
        field = QLineEdit(text)
        field.setReadOnly(True)
        field.setAccessibleName(title)
        field.setCursorPosition(0)
        self.lines += (text,)
        self._content.addLayout(column(label(title, "label"), field, spacing=4))

    def _add(self, title: str, lines: tuple[str, ...]) -> None:
        if not lines:
            return
        self.lines += lines
        said = [label(text, wrap=True, selectable=True) for text in lines]
        self._content.addLayout(column(label(title, "label"), *said, spacing=4))


def _tone(verification: Verification) -> Tone:
    """Return ok only for a file without any problem; an intact one by an unknown signer is a warning."""
    if verification.ok:
        return "ok"
    return "warn" if verification.intact and verification.signatures else "danger"


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
