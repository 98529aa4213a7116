"""A window with text to read, scrollable and selectable."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from asl_desktop.i18n import tr
from ui.dialogs.room import room_over
from ui.theme import set_role
from ui.widgets.parts import button, label, row

_TAB = 128
_WIDTH, _LINE, _LINES = 560, 17, (4, 34)
_CHARACTERS = 75


class TextDialog(QDialog):
    """Shows plain text under a title."""

    def __init__(self, parent: QWidget | None, title: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        box = QPlainTextEdit(text)
        box.setReadOnly(True)
        box.setTabStopDistance(_TAB)
        box.setFrameShape(QFrame.Shape.NoFrame)
        set_role(box, role="reading")
        box.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(label(title, "pane-title"))
        layout.addWidget(box, 1)
        layout.addLayout(row(1, button(tr("Close"), self.accept)))
        lines = sum(1 + len(line) // _CHARACTERS for line in text.split("\n"))
        least, most = _LINES
        box.setMinimumHeight(_LINE * least)
        self.resize(room_over(parent, _WIDTH, 168 + _LINE * min(max(lines, least), most)))
