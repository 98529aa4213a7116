"""The recovery sheet of an encrypted file: its key to be put on paper, shown once after creation and from the menu."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QWidget

from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.theme import set_role
from ui.widgets.centred import fill_centred
from ui.widgets.parts import IconLabel, announce, app, button, card, column, label, row
from ui.widgets.refusal import Refusal
from ui.widgets.secret_fields import fixed_font

if TYPE_CHECKING:
    from ui.operations import Operations

_WIDTH = 640
_CLIPBOARD_MS = 60_000
_LINES = 6
_PDF = mark("PDF files (*.pdf)")
_WHY = mark(
    "It opens the file, and every copy and backup of it, without the passphrase. If the passphrase is forgotten it is "
    "the only way in. Keep it on paper in a safe place, apart from the file."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a recovery sheet. The key is never part of the printed form.

    Attributes:
        key: six lines of four groups.
    """

    file: Path
    document_id: str
    key: str

    def __repr__(self) -> str:
        return tr("Sheet({file}, {document_id})").format(file=self.file, document_id=self.document_id)


class RecoveryPage(QWidget):
    """Shows the key and offers to print or copy it. ``done(stored)`` says whether the person ticked that they did."""

    done = Signal(bool)

    def __init__(self, operations: Operations) -> None:
        super().__init__()
        self._operations = operations
        self._sheet: Sheet | None = None
        self._lines = QGridLayout()
        self._keys: list[QLabel] = []
        self._name = label("", "muted")
        self.banner = Refusal()
        self.said = label("", "muted", wrap=True)
        self.save = button(tr("Save as PDF\u2026"), self._on_save, icon_name="file-text")
        self.copy = button(tr("Copy"), self._on_copy, icon_name="copy")
        self.stored = QCheckBox(tr("I have stored it"))
        self.go_on = button(tr("Go on without storing it"), self._on_done)
        self.stored.toggled.connect(self._on_stored)
        fill_centred(self, self._head(), self._box(), width=_WIDTH)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show this key."""
        self.forget()
        self._sheet = sheet
        self._name.setText(sheet.file.name)
        for number, (line, words) in enumerate(zip(self._keys, sheet.key.splitlines(), strict=True), start=1):
            line.setText("   ".join(words.split("-")))
            line.setAccessibleName(
                tr("Line {number}: {replace}").format(number=number, replace=words.replace("-", " "))
            )
        self.save.setFocus()

    def forget(self) -> None:
        """Take the key off the page."""
        self._sheet = None
        for line in self._keys:
            line.setText("")
            line.setAccessibleName("")
        self.banner.hide()
        self._say("")
        self.stored.setChecked(False)

    def _head(self) -> QWidget:
        head = QWidget()
        title = column(label(tr("Recovery key"), "page-title"), self._name, spacing=4)
        layout = row(spacing=16)
        layout.addWidget(IconLabel("key-round", "accent", 32), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(title, 1)
        head.setLayout(layout)
        return head

    def _box(self) -> QWidget:
        self._lines.setHorizontalSpacing(16)
        self._lines.setVerticalSpacing(4)
        self._lines.setColumnStretch(1, 1)
        for number in range(_LINES):
            key = label("", selectable=True)
            key.setFont(fixed_font(18))
            self._keys.append(key)
            self._lines.addWidget(label(str(number + 1), "muted"), number, 0)
            self._lines.addWidget(key, number, 1)
        self._lines.setContentsMargins(16, 12, 16, 12)
        paper = QFrame()
        set_role(paper, role="paper")
        paper.setLayout(self._lines)
        return card(
            label(tr(_WHY), wrap=True), paper, row(self.save, self.copy, 1), self.said, self.banner,
            row(self.stored, 1, self.go_on), spacing=16,
        )  # fmt: skip

    def _on_stored(self, stored: bool) -> None:
        words = tr("Go on") if stored else tr("Go on without storing it")
        self.go_on.setText(words)
        self.go_on.setAccessibleName(words)
        set_role(self.go_on, primary=stored)

    def _on_done(self) -> None:
        stored = self.stored.isChecked()
        self.forget()
        self.done.emit(stored)

    def _on_copy(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        QGuiApplication.clipboard().setText(sheet.key)
        copied = _digest(sheet.key)
        QTimer.singleShot(_CLIPBOARD_MS, self, lambda: _clear_if(copied))
        app().aboutToQuit.connect(lambda: _clear_if(copied))
        self._say(tr("The key is on the clipboard for one minute."))

    def _on_save(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        suggested = sheet.file.with_name(f"{sheet.file.stem} recovery key.pdf")
        target = dialogs_seam.choose_save(self, tr("Save the recovery sheet"), suggested, filters=tr(_PDF))
        if target is None:
            return
        target = target if target.suffix else target.with_suffix(".pdf")

        def _write(_: object) -> None:
            from reports.recovery_sheet import write_recovery_sheet

            write_recovery_sheet(target, file=sheet.file, document_id=sheet.document_id, key=sheet.key)

        self.save.setEnabled(False)
        self._operations.run(_write, owner=self, done=lambda _: self._on_saved(target), failed=self._on_failed)

    def _on_saved(self, target: Path) -> None:
        self.save.setEnabled(True)
        self.banner.hide()
        self._say(tr("Saved as {target}. Print it, put it in a safe place and delete the PDF.").format(target=target))

    def _on_failed(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        self.banner.refuse(error)

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))
        if words:
            announce(self, words)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _clear_if(copied: bytes) -> None:
    """Empty the clipboard when it still holds what has this digest."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard() and _digest(clipboard.text()) == copied:
        clipboard.clear()
