"""Editor for the result of an evaluation as it was reported: counts, mean, interval, two arms, or a bare estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from asl_desktop.domain.inputs import Counts, Interval, Mean, Point, Ratio, Report
from asl_desktop.domain.pack import Part
from asl_desktop.i18n import mark, tr
from ui.forms.fields import NumberField, read_number
from ui.widgets.flow import CellsLayout, cell, wrapped
from ui.widgets.parts import button, label, row

ReportKind: TypeAlias = Literal["counts", "mean", "interval", "ratio", "point"]
KINDS: tuple[tuple[ReportKind, str], ...] = (
    ("counts", mark("Counts")),
    ("mean", mark("Mean \u00b1 error")),
    ("interval", mark("Interval")),
    ("ratio", mark("Two arms")),
    ("point", mark("No uncertainty")),
)
_PER_ROW = 3
_FIELD_WIDTH = 320
_POSITIVE = Part(type="number", minimum=0)
_SIGNED = Part(type="number")
_SHARE = Part(type="number", minimum=50, maximum=99.99, unit="%")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One number of a report: its key, its label, its limits, whether it counts something and may stay blank."""

    key: str
    label: str
    part: Part
    whole: bool = False
    optional: bool = False


class WholeField(NumberField):
    """A line for a count. A fraction is refused: rounding it would record a number that nobody reported."""

    def problem(self) -> str:
        found = super().problem()
        number = read_number(self.text())
        if found or number is None or number.is_integer():
            return found
        return tr("{accessiblename} is a whole number.").format(accessiblename=self.accessibleName())


_TRIALS = FieldSpec("n", mark("Scored trials"), _POSITIVE, whole=True)
_TRIALS_IF_STATED = FieldSpec("n", mark("Scored trials"), _POSITIVE, whole=True, optional=True)
_MEAN = (
    FieldSpec("mean", mark("Mean"), _SIGNED),
    FieldSpec("stderr", mark("Standard error"), _POSITIVE),
    _TRIALS_IF_STATED,
)
_FIELDS: Mapping[ReportKind, tuple[FieldSpec, ...]] = {
    "counts": (FieldSpec("successes", mark("Successes"), _POSITIVE, whole=True), _TRIALS),
    "mean": _MEAN,
    "interval": (
        FieldSpec("estimate", mark("Estimate"), _SIGNED),
        FieldSpec("low", mark("Lower end"), _SIGNED),
        FieldSpec("high", mark("Upper end"), _SIGNED),
        FieldSpec("level", mark("Confidence, %"), _SHARE),
        _TRIALS_IF_STATED,
    ),
    "point": (
        FieldSpec("estimate", mark("Estimate"), _SIGNED),
        _TRIALS_IF_STATED,
    ),
}
_ARM_NAMES = (("treatment", mark("With the model")), ("control", mark("Control")))


class NumbersForm(QWidget):
    """The numbers of one report kind side by side."""

    edited = Signal()

    def __init__(self, specs: tuple[FieldSpec, ...], name: str = "") -> None:
        super().__init__()
        self._specs = specs
        self.fields = {spec.key: _field(spec, f"{name} {tr(spec.label)}".strip()) for spec in specs}
        cells = CellsLayout(self, most=_PER_ROW)
        for spec in specs:
            text = tr("{label} (if stated)").format(label=tr(spec.label)) if spec.optional else tr(spec.label)
            field = self.fields[spec.key]
            field.setMinimumWidth(72)
            field.setMaximumWidth(_FIELD_WIDTH)
            cells.addWidget(cell(label(text, "muted"), field))
            field.textEdited.connect(lambda _: self.edited.emit())

    def numbers(self) -> dict[str, float | None] | None:
        """Return the numbers by key, or None while one that is needed is missing or wrong."""
        found = {spec.key: self.fields[spec.key].number() for spec in self._specs}
        missing = any(found[spec.key] is None and not spec.optional for spec in self._specs)
        return None if missing or self.problem() else found

    def show_numbers(self, values: Mapping[str, float | None]) -> None:
        """Show these numbers."""
        for key, field in self.fields.items():
            field.show_number(values.get(key))

    def blank(self) -> bool:
        """Tell whether nothing is typed."""
        return not any(field.text().strip() for field in self.fields.values())

    def problem(self) -> str:
        """Return what is wrong with a number, or nothing."""
        return next((field.problem() for field in self.fields.values() if field.problem()), "")


class ArmForm(QWidget):
    """One arm of a comparison: counts or a mean with its error."""

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.counts = NumbersForm(_FIELDS["counts"], name)
        self.mean = NumbersForm(_MEAN, name)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.mean)
        self._stack.addWidget(self.counts)
        self._switch = button(tr("Enter as counts"), self._on_switch, role="link")
        self._name = name
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(label(name, "label"), self._switch, 1))
        layout.addWidget(self._stack)
        self.counts.edited.connect(self.edited)
        self.mean.edited.connect(self.edited)
        self._show_as(counts=False)

    def arm(self) -> Counts | Mean | None:
        """Return the arm, or None while it is incomplete."""
        if self._stack.currentWidget() is self.counts:
            found = self.counts.numbers()
            return None if found is None else _counts(found)
        found = self.mean.numbers()
        return None if found is None else _mean(found)

    def show_arm(self, arm: Counts | Mean | None) -> None:
        """Show an arm, or nothing."""
        self._show_as(counts=isinstance(arm, Counts))
        self.counts.show_numbers(_values(arm) if isinstance(arm, Counts) else {})
        self.mean.show_numbers(_values(arm) if isinstance(arm, Mean) else {})

    def form(self) -> NumbersForm:
        """Return the numbers in front."""
        return self.counts if self._stack.currentWidget() is self.counts else self.mean

    def _on_switch(self) -> None:
        self._show_as(counts=self._stack.currentWidget() is self.mean)
        self.edited.emit()

    def _show_as(self, *, counts: bool) -> None:
        self._stack.setCurrentWidget(self.counts if counts else self.mean)
        text = tr("Enter as a mean") if counts else tr("Enter as counts")
        self._switch.setText(text)
        self._switch.setAccessibleName(f"{self._name}: {text}")


class ReportForm(QWidget):
    """Chooses how a result was reported and takes its numbers. ``edited`` says that something was typed."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kind: ReportKind = "counts"
        self._group = QButtonGroup(self)
        self._buttons = {kind: self._kind_button(kind, tr(text)) for kind, text in KINDS}
        self._forms = {kind: NumbersForm(specs) for kind, specs in _FIELDS.items()}
        self._arms = {key: ArmForm(tr(name)) for key, name in _ARM_NAMES}
        self._stack = QStackedWidget()
        self._pages: dict[ReportKind, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(wrapped(*self._buttons.values(), spacing=6))
        layout.addWidget(self._stack)
        self._fill()
        self._show_kind("counts")

    def report(self) -> Report | None:
        """Return the report, or None while it is incomplete."""
        if self._kind == "ratio":
            treatment, control = (self._arms[key].arm() for key, _ in _ARM_NAMES)
            return Ratio(treatment, control) if treatment is not None and control is not None else None
        found = self._forms[self._kind].numbers()
        return None if found is None else _build(self._kind, found)

    def show_report(self, report: Report | None) -> None:
        """Show a report; None clears every number."""
        for form in self._forms.values():
            form.show_numbers({"level": 95.0})
        for arm in self._arms.values():
            arm.show_arm(None)
        if report is None:
            return
        self._show_kind(report.kind)
        if isinstance(report, Ratio):
            self._arms["treatment"].show_arm(report.treatment)
            self._arms["control"].show_arm(report.control)
        else:
            self._forms[report.kind].show_numbers(_values(report))

    def suggest(self, kind: ReportKind) -> None:
        """Bring forward the way in which such results are usually reported."""
        self._show_kind(kind)

    def start_typing(self) -> None:
        """Put the cursor into the first number."""
        form = self._arms["treatment"].form() if self._kind == "ratio" else self._forms[self._kind]
        next(iter(form.fields.values())).setFocus()

    def problem(self) -> str:
        """Return why the numbers in front cannot be recorded yet, or nothing when they are blank or complete."""
        if self._kind == "ratio":
            forms = [self._arms[key].form() for key, _ in _ARM_NAMES]
        else:
            forms = [self._forms[self._kind]]
        wrong = next((form.problem() for form in forms if form.problem()), "")
        if wrong or self.report() is not None or all(form.blank() for form in forms):
            return wrong
        if self._kind == "interval" and self._only_level():
            return ""
        return tr("The result is recorded once all its numbers are there.")

    def set_read_only(self, value: bool) -> None:
        """Take no more numbers."""
        self.setEnabled(not value)

    def _only_level(self) -> bool:
        fields = self._forms["interval"].fields
        return not any(field.text().strip() for key, field in fields.items() if key != "level")

    def _kind_button(self, kind: ReportKind, text: str) -> QPushButton:
        choice = button(text, lambda: self._on_kind(kind), role="toggle")
        choice.setCheckable(True)
        self._group.addButton(choice)
        return choice

    def _fill(self) -> None:
        for kind, form in self._forms.items():
            form.edited.connect(self.edited)
            self._pages[kind] = form
        arms = QWidget()
        column = QVBoxLayout(arms)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for arm in self._arms.values():
            arm.edited.connect(self.edited)
            column.addWidget(arm)
        self._pages["ratio"] = arms
        for page in self._pages.values():
            self._stack.addWidget(page)

    def _on_kind(self, kind: ReportKind) -> None:
        self._show_kind(kind)
        self.edited.emit()

    def _show_kind(self, kind: ReportKind) -> None:
        self._kind = kind
        self._buttons[kind].setChecked(True)
        self._stack.setCurrentWidget(self._pages[kind])


def _field(spec: FieldSpec, name: str) -> NumberField:
    return WholeField(spec.part, name) if spec.whole else NumberField(spec.part, name)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _counts(found: Mapping[str, float | None]) -> Counts:
    return Counts(round(found["successes"] or 0), round(found["n"] or 0))


def _mean(found: Mapping[str, float | None]) -> Mean:
    return Mean(found["mean"] or 0.0, found["stderr"] or 0.0, _whole(found["n"]))


def _build(kind: ReportKind, found: Mapping[str, float | None]) -> Report:
    if kind == "counts":
        return _counts(found)
    if kind == "mean":
        return _mean(found)
    estimate = found["estimate"] or 0.0
    if kind == "point":
        return Point(estimate, _whole(found["n"]))
    level = (found["level"] or 95.0) / 100.0
    return Interval(estimate, found["low"] or 0.0, found["high"] or 0.0, round(level, 6), _whole(found["n"]))


def _values(report: Counts | Mean | Interval | Point) -> dict[str, float | None]:
    if isinstance(report, Counts):
        return {"successes": float(report.successes), "n": float(report.n)}
    trials = None if report.n is None else float(report.n)
    if isinstance(report, Mean):
        return {"mean": report.mean, "stderr": report.stderr, "n": trials}
    if isinstance(report, Point):
        return {"estimate": report.estimate, "n": trials}
    level = round(report.level * 100, 6)
    return {"estimate": report.estimate, "low": report.low, "high": report.high, "level": level, "n": trials}
