"""A line for a day; blank means none."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from asl_desktop.domain.wording import day
from asl_desktop.i18n import tr
from ui.forms.fields import read_day
from ui.theme import set_role


class DayField(QLineEdit):
    """``day_chosen(date or None)`` follows every edit that leaves a day or nothing; anything else is shown as wrong."""

    day_chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(tr("14 Mar 2026"))
        self.setToolTip(tr("Such as 14 Mar 2026 or 2026-03-14"))
        self.textEdited.connect(lambda _: self._on_edited())

    def problem(self) -> str:
        """Return why the text is no day, or nothing."""
        if not self.text().strip() or read_day(self.text()) is not None:
            return ""
        return tr("{accessiblename}: write the day as 14 Mar 2026 or 2026-03-14.").format(
            accessiblename=self.accessibleName()
        )

    def show_day(self, value: date | None) -> None:
        """Show a day unless this one is being typed in."""
        if not self.hasFocus():
            self.setText(day(value) if value else "")
            set_role(self, state="")

    def _on_edited(self) -> None:
        set_role(self, state="invalid" if self.problem() else "")
        if not self.problem():
            self.day_chosen.emit(read_day(self.text()))
