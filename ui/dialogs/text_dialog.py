"""A window with text to read, scrollable and selectable."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from ui.widgets.parts import button, label, row


class TextDialog(QDialog):
    """Shows plain text under a title."""

    def __init__(self, parent: QWidget | None, title: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(560, 440)
        box = QPlainTextEdit(text)
        box.setReadOnly(True)
        box.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(label(title, "pane-title"))
        layout.addWidget(box, 1)
        layout.addLayout(row(1, button("Close", self.accept)))
