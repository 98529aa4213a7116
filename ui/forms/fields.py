"""Editors for answers that are typed: numbers, ranges, dates and text."""

from __future__ import annotations

import math
from datetime import date, datetime

from PySide6.QtCore import QPoint
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QMenu, QPlainTextEdit, QWidgetAction

from asl_desktop.domain.inputs import Value
from asl_desktop.domain.pack import Part
from asl_desktop.domain.wording import day
from asl_desktop.i18n import mark, tr
from ui.forms.part_editor import PartEditor
from ui.theme import fix, set_role
from ui.widgets.flow import CellsLayout, cell
from ui.widgets.parts import label, row, tool_button

_DATE_FORMS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d.%m.%Y")


def read_number(text: str) -> float | None:
    """Read a number as people type it (spaces between thousands, comma or point); None when it is none."""
    plain = text.strip().replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def write_number(value: float) -> str:
    """Write a number so that :func:`read_number` gives exactly it back."""
    number = float(value)  # limits of a framework may be whole numbers
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def read_day(text: str) -> date | None:
    """Read a date as 2026-03-14, 14 Mar 2026 or 14.03.2026; None when it is none."""
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


class NumberField(QLineEdit):
    """A line for one number with limits; blank is allowed and means nothing was given."""

    def __init__(self, part: Part, name: str) -> None:
        super().__init__()
        self._part = part
        self.setAccessibleName(name)
        self.setAccessibleDescription(self._limits())
        self.setMaximumWidth(160)
        self.textEdited.connect(lambda _: set_role(self, state="invalid" if self.problem() else ""))

    def number(self) -> float | None:
        """Return the number when there is one and it fits."""
        return None if self.problem() else read_number(self.text())

    def show_number(self, value: float | None) -> None:
        """Show a number, or nothing."""
        self.setText("" if value is None else write_number(float(value)))
        set_role(self, state="")

    def _limits(self) -> str:
        low, high = (None if end is None else write_number(end) for end in (self._part.minimum, self._part.maximum))
        if low is not None and high is not None:
            return tr("A number from {low} to {high}").format(low=low, high=high)
        if low is not None:
            return tr("A number of {low} or more").format(low=low)
        return tr("A number of {high} or less").format(high=high) if high is not None else tr("A number")

    def problem(self) -> str:
        """Return why the text is not a fitting number, or nothing."""
        if not self.text().strip():
            return ""
        number = read_number(self.text())
        if number is None:
            return tr("“{text}” is not a number; write it as 12, 0.5 or 1 200.").format(text=self.text())
        low, high, unit = self._part.minimum, self._part.maximum, f" {self._part.unit}".rstrip()
        if low is not None and number < low:
            return tr("The smallest value is {write_number}{unit}.").format(write_number=write_number(low), unit=unit)
        if high is not None and number > high:
            return tr("The largest value is {write_number}{unit}.").format(write_number=write_number(high), unit=unit)
        return ""


class NumberEditor(PartEditor):
    """A number with its unit."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self.field = NumberField(part, f"{self.name}, {part.unit}" if part.unit else self.name)
        self.field.textEdited.connect(lambda _: self.changed.emit())
        self.column.addLayout(row(self.field, label(part.unit, "muted"), 1))
        self.setFocusProxy(self.field)

    def value(self) -> Value | None:
        return self.field.number()

    def set_value(self, value: Value | None) -> None:
        self.field.show_number(value if isinstance(value, int | float) else None)

    def problem(self) -> str:
        return self.field.problem()


class UncertainEditor(PartEditor):
    """A number and how far the truth may lie from it, in one line: ``12 \u00b1 3 GPU-days``."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        unit = f", {part.unit}" if part.unit else ""
        self.field = NumberField(part, f"{self.name}{unit}")
        reach = tr("{name}, uncertainty either way").format(name=self.name)
        self.uncertainty = NumberField(Part("number", unit=part.unit, minimum=0.0), f"{reach}{unit}")
        self.uncertainty.setMaximumWidth(120)
        self.uncertainty.setPlaceholderText(tr("if stated"))
        self.uncertainty.setToolTip(
            tr("How far the truth may lie from the value, either way, in the same unit. Blank where none is stated.")
        )
        self.field.textEdited.connect(self._on_value_typed)
        self.uncertainty.textEdited.connect(lambda _: self.changed.emit())
        self.column.addLayout(row(self.field, label("\u00b1"), self.uncertainty, label(part.unit, "muted"), 1))
        self.setFocusProxy(self.field)

    def value(self) -> Value | None:
        number, uncertainty = self.field.number(), self.uncertainty.number()
        if number is None or self.problem():
            return None
        return (number, uncertainty) if uncertainty else number

    def set_value(self, value: Value | None) -> None:
        number, uncertainty = value if isinstance(value, tuple | list) and len(value) == 2 else (value, None)
        for field, shown in ((self.field, number), (self.uncertainty, uncertainty)):
            field.show_number(shown if isinstance(shown, int | float) else None)

    def problem(self) -> str:
        alone = self.uncertainty.text().strip() and not self.field.text().strip()
        return (
            self.field.problem()
            or (tr("Write the value that the uncertainty belongs to.") if alone else "")
            or self.uncertainty.problem()
        )

    def _on_value_typed(self, text: str) -> None:
        """Take what stands behind a plus-minus sign as the uncertainty, so that ``12 +/- 3`` can be typed or pasted."""
        value, sign, reach = text.replace("+/-", "\u00b1").replace("+-", "\u00b1").partition("\u00b1")
        if sign:
            self.field.setText(value.strip())
            self.uncertainty.setText(reach.strip())
            self.uncertainty.setFocus()
            for field in (self.field, self.uncertainty):
                set_role(field, state="invalid" if field.problem() else "")
        self.changed.emit()


class RangeEditor(PartEditor):
    """Lowest, best and highest plausible value, and how sure the person is that the truth lies inside."""

    NAMES = (mark("Lowest plausible"), mark("Best estimate"), mark("Highest plausible"), mark("How sure, in %"))

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        sure = Part(type="number", minimum=1, maximum=100)
        parts = (part, part, part, sure)
        self.fields = [
            NumberField(item, f"{self.name}: {tr(name)}") for item, name in zip(parts, self.NAMES, strict=True)
        ]
        cells = CellsLayout(most=len(self.fields))
        for at, (name, field) in enumerate(zip(self.NAMES, self.fields, strict=True)):
            unit = f" ({part.unit})" if part.unit and at < 3 else ""
            cells.addWidget(cell(label(f"{tr(name)}{unit}", "label"), field))
            field.textEdited.connect(lambda _: self.changed.emit())
        self.column.addLayout(cells)
        self.setFocusProxy(self.fields[0])

    def value(self) -> Value | None:
        if self.problem():
            return None
        numbers = [field.number() for field in self.fields]
        return tuple(number for number in numbers if number is not None) if None not in numbers else None

    def set_value(self, value: Value | None) -> None:
        numbers = value if isinstance(value, tuple | list) and len(value) == len(self.fields) else [None] * 4
        for field, number in zip(self.fields, numbers, strict=True):
            field.show_number(float(number) if number is not None else None)

    def problem(self) -> str:
        for field in self.fields:
            if field.problem():
                return field.problem()
        given = [field.number() for field in self.fields]
        present = [number for number in given if number is not None]
        if present and len(present) < len(given):
            return tr("A range needs all four numbers; it is recorded once they are there.")
        if present and not present[0] <= present[1] <= present[2]:
            return tr("The range must rise from lowest over best to highest.")
        return ""


def number_editor(part: Part) -> PartEditor:
    """Return the editor for a number, with an uncertainty where the framework asks for one."""
    return UncertainEditor(part) if part.uncertainty else NumberEditor(part)


class DateEditor(PartEditor):
    """A day, typed or picked from a calendar."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("{name}, date").format(name=self.name))
        self.field.setPlaceholderText(tr("14 Mar 2026"))
        self.field.setMaximumWidth(160)
        self.field.textEdited.connect(self._on_edited)
        self._pick = tool_button("calendar", tr("Pick a day for {name}").format(name=self.name), self._open_calendar)
        self.column.addLayout(row(self.field, self._pick, 1))
        self.setFocusProxy(self.field)

    def value(self) -> Value | None:
        found = read_day(self.field.text())
        return found.isoformat() if found else None

    def set_value(self, value: Value | None) -> None:
        found = read_day(value) if isinstance(value, str) else None
        self.field.setText(day(found) if found else "")
        set_role(self.field, state="")

    def problem(self) -> str:
        if not self.field.text().strip() or read_day(self.field.text()):
            return ""
        return tr("Write the day as 14 Mar 2026 or 2026-03-14.")

    def _on_edited(self, _: str) -> None:
        set_role(self.field, state="invalid" if self.problem() else "")
        self.changed.emit()

    def _open_calendar(self) -> None:
        menu = QMenu(self)
        calendar = QCalendarWidget()
        calendar.setAccessibleName(tr("Calendar"))
        found = read_day(self.field.text())
        if found:
            calendar.setSelectedDate(found)  # type: ignore[arg-type]
        calendar.activated.connect(lambda picked: self._on_picked(picked.toPython(), menu))
        calendar.clicked.connect(lambda picked: self._on_picked(picked.toPython(), menu))
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)
        menu.popup(self._pick.mapToGlobal(QPoint(0, self._pick.height())))

    def _on_picked(self, picked: object, menu: QMenu) -> None:
        menu.close()
        if isinstance(picked, date):
            self.set_value(picked.isoformat())
            self.changed.emit()


class TextBox(QPlainTextEdit):
    """A box for prose of a fixed height; Tab leaves it."""

    def __init__(self, name: str, height: int = 88) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        fix(self, height=height)

    def setPlaceholderText(self, text: str) -> None:
        """Show a hint while the box is empty; a screen reader hears it at any time."""
        super().setPlaceholderText(text)
        self.setAccessibleDescription(text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Leave files to what stands around the box: their addresses are no prose."""
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def show_text(self, text: str) -> None:
        """Show a text without telling anybody and without moving the cursor when nothing differs."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)


class TextEditor(PartEditor):
    """Prose."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self.box = TextBox(self.name)
        self.box.textChanged.connect(self.changed.emit)
        self.column.addWidget(self.box)
        self.setFocusProxy(self.box)

    def value(self) -> Value | None:
        text = self.box.toPlainText()
        return text if text.strip() else None

    def set_value(self, value: Value | None) -> None:
        self.box.show_text(value if isinstance(value, str) else "")
