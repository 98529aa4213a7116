"""What the editor of one part of a question is, whatever the type of its answer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.domain.inputs import Value
from asl_desktop.domain.pack import Part
from asl_desktop.i18n import tr
from ui.widgets.parts import label


class PartEditor(QWidget):
    """Edits one value. ``changed`` is emitted for every change a person makes, never for :meth:`set_value`.

    ``part`` says what is asked; the part's label, when it has one, stands above the control.
    """

    changed = Signal()

    def __init__(self, part: Part) -> None:
        super().__init__()
        self.part = part
        self.name = part.label or tr("Answer")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.caption = label(part.label, "label", wrap=True) if part.label else None
        if self.caption is not None:
            self.column.addWidget(self.caption)

    def value(self) -> Value | None:
        """Return the value, or None when there is none or it does not fit (see :meth:`problem`)."""
        raise NotImplementedError

    def set_value(self, value: Value | None) -> None:
        """Show a value without telling anybody."""
        raise NotImplementedError

    def problem(self) -> str:
        """Return why what stands in the control cannot be recorded, as a sentence, or nothing."""
        return ""

    def pick(self, number: int) -> bool:
        """Choose the option with this number, counted from 1; False when there is none."""
        return False

    def set_read_only(self, value: bool) -> None:
        """Refuse changes from now on."""
        self.setEnabled(not value)
