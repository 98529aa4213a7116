"""A question with two verbs, and a question for one line of text."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.i18n import tr
from ui.dialogs.room import room_over
from ui.widgets.parts import button, label, row

_WIDTH = 440


class QuestionDialog(QDialog):
    """Accepted when the first verb is chosen. Escape means the second; in danger Enter does, too."""

    def __init__(self, parent: QWidget | None, title: str, text: str, *, yes: str, no: str, danger: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFixedWidth(room_over(parent, _WIDTH, 0).width())
        layout = _layout(self, title)
        layout.addWidget(label(text, wrap=True, selectable=True))
        first = button(yes, self.accept, primary=not danger)
        second = button(no, self.reject) if no else None
        default = second if danger and second is not None else first
        default.setDefault(True)
        layout.addSpacing(8)
        layout.addLayout(row(1, *([second] if second is not None else []), first))
        default.setFocus()


class LineDialog(QDialog):
    """Takes one line of text; ``secret`` hides what is typed."""

    def __init__(self, parent: QWidget | None, title: str, prompt: str, *, text: str, secret: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(room_over(parent, _WIDTH, 0).width())
        self.field = QLineEdit(text)
        self.field.setAccessibleName(prompt)
        if secret:
            self.field.setEchoMode(QLineEdit.EchoMode.Password)
        layout = _layout(self, title)
        layout.addWidget(label(prompt, "label", wrap=True))
        layout.addWidget(self.field)
        use = button(tr("Go on"), self.accept, primary=True)
        use.setDefault(True)
        layout.addSpacing(8)
        layout.addLayout(row(1, button(tr("Cancel"), self.reject), use))
        self.field.setFocus()


def _layout(dialog: QDialog, title: str) -> QVBoxLayout:
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.setSpacing(8)
    layout.addWidget(label(title, "pane-title", wrap=True))
    return layout
