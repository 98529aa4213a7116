"""One indicator in the plan: whether it is measured, the bound in force, what the plan asks beyond the framework."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.domain.inputs import ELICITATION, PlannedIndicator
from asl_desktop.domain.pack import Indicator, Pack, Part
from asl_desktop.domain.wording import quantity
from asl_desktop.i18n import ntr, tr
from asl_desktop.services.planning import own_bound_problem
from ui.forms.fields import NumberField
from ui.forms.report_form import WholeField
from ui.places import source_words
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import button, column, label, row
from ui.widgets.problem_line import ProblemLine
from ui.widgets.toggles import TickBox

_INDENT = 26


class PlannedRow(QWidget):
    """``edited`` carries what the plan asks of the indicator now, None when it is not to be measured.

    A plan can only ask for more: more trials, more elicitation, a stricter bound than the framework's.
    """

    edited = Signal(object)

    def __init__(self, pack: Pack, indicator: Indicator) -> None:
        super().__init__()
        self.indicator = indicator
        self.box = TickBox(indicator.title.replace("&", "&&"))
        self.least = WholeField(
            Part(type="number", minimum=float(indicator.min_n)),
            tr("Least trials, {title}").format(title=indicator.title),
        )
        self.bound = NumberField(Part(type="number"), tr("Stricter bound, {title}").format(title=indicator.title))
        self.practices = {key: TickBox(tr(text)) for key, text in ELICITATION.items()}
        self.more = button(tr("Ask for more"), self._on_more, role="link")
        self._more_panel = QWidget()
        self._bound_editor = QWidget()
        self._asks = label("", "muted", wrap=True)
        self._bound = label(_bound_words(pack, indicator), "muted", wrap=True)
        self._problem = ProblemLine()
        self._shown: PlannedIndicator | None = None
        self._lay_out()
        self.box.clicked.connect(lambda _=False: self._on_edited())
        for field in (self.least, self.bound):
            field.editingFinished.connect(self._on_edited)
        for each in self.practices.values():
            each.clicked.connect(lambda _=False: self._on_edited())

    def show_planned(self, item: PlannedIndicator | None, *, editable: bool) -> None:
        """Show what the plan asks; None for an indicator that is not planned."""
        self._shown = item
        self.box.setChecked(item is not None)
        self.box.setEnabled(editable)
        asked = item or PlannedIndicator(self.indicator.id)
        if not self.least.hasFocus():
            self.least.show_number(float(asked.min_n) if asked.min_n else None)
        own = self.indicator.required_elicitation
        for key, each in self.practices.items():
            each.setChecked(key in own or key in asked.required_elicitation)
            each.setEnabled(editable and key not in own)
        if not self.bound.hasFocus():
            self.bound.show_number(asked.bound)
        self.least.setEnabled(editable)
        self.bound.setEnabled(editable)
        self._asks.setText(_demand(self.indicator, asked))
        self.more.setVisible(item is not None and editable)
        if item is None or not editable:
            self._more_panel.hide()
            self.more.setText(tr("Ask for more"))

    def _on_more(self) -> None:
        shown = self._more_panel.isHidden()
        self._more_panel.setVisible(shown)
        self.more.setText(tr("Close") if shown else tr("Ask for more"))
        if shown:
            self.least.setFocus()

    def problem(self) -> str:
        """Return why what is typed cannot be recorded, or nothing."""
        if problem := self.least.problem() or self.bound.problem():
            return problem
        own = self.bound.number()
        found = own_bound_problem(self.indicator, own) if own is not None else ""
        return f"{found[:1].upper()}{found[1:]}." if found else ""

    def _on_edited(self) -> None:
        problem = self.problem()
        self._problem.say(
            tr("{problem} Until then what was recorded before stands.").format(problem=problem) if problem else ""
        )
        if problem:
            return
        if not self.box.isChecked():
            item = None
        else:
            own = self.indicator.required_elicitation
            wanted = tuple(key for key, each in self.practices.items() if each.isChecked() and key not in own)
            number = self.least.number()
            item = PlannedIndicator(self.indicator.id, round(number) if number else None, wanted, self.bound.number())
        if item != self._shown:
            self._shown = item
            self.edited.emit(item)

    def _lay_out(self) -> None:
        self.box.setAccessibleName(tr("Measure {title}").format(title=self.indicator.title))
        self.box.setAccessibleDescription(self._bound.text())
        self.more.setAccessibleName(tr("Ask for more of {title}").format(title=self.indicator.title))
        self.least.setMaximumWidth(160)
        self._bound_editor.setLayout(
            column(label(tr("Stricter bound, in {unit}").format(unit=self.indicator.unit), "label"), self.bound)
        )
        if self.indicator.margin_bound is None:
            self._bound_editor.hide()
        self.least.setPlaceholderText(str(self.indicator.min_n))
        ticks = FlowLayout(spacing=12)
        for key, each in self.practices.items():
            each.setAccessibleName(
                tr("{elicitation}, required for {title}").format(
                    elicitation=tr(ELICITATION[key]), title=self.indicator.title
                )
            )
            ticks.addWidget(each)
        panel = column(
            label(
                tr("Least scored trials (the framework asks for {min_n})").format(min_n=self.indicator.min_n), "label"
            ),
            self.least,
            self._bound_editor,
            self._problem,
            label(tr("Elicitation that must be on record"), "label"),
            ticks,
        )
        panel.setContentsMargins(0, 8, 0, 8)
        self._more_panel.setLayout(panel)
        self._more_panel.hide()
        below = column(self._bound, self._asks, self._more_panel, spacing=2)
        below.setContentsMargins(_INDENT, 0, 0, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(2)
        layout.addLayout(row(self.box, 1, self.more))
        layout.addLayout(below)


def _bound_words(pack: Pack, indicator: Indicator) -> str:
    """Return the bound in force with its source, or that there is none."""
    bound = indicator.margin_bound
    if bound is None:
        return tr("Watched: the framework sets no bound.")
    source = source_words(pack, bound.cite.source, bound.cite.place)
    words = (
        tr("Bound in force: below {quantity} ({source})")
        if indicator.direction == "higher_is_riskier"
        else tr("Bound in force: above {quantity} ({source})")
    )
    return words.format(quantity=quantity(bound.value, indicator.unit), source=source)


def _demand(indicator: Indicator, item: PlannedIndicator) -> str:
    """Return what a result needs in order to count, by framework and plan together."""
    least = max(indicator.min_n, item.min_n or 0)
    names = dict.fromkeys((*indicator.required_elicitation, *item.required_elicitation))
    trials = ntr("at least {count} scored trial", "at least {count} scored trials", least).format(count=least)
    if names:
        wanted = ", ".join(tr(ELICITATION.get(name, name)).lower() for name in names)
        trials = tr("{trials}, with {elicitation}").format(trials=trials, elicitation=wanted)
    if item.bound is not None:
        limit = quantity(item.bound, indicator.unit)
        return tr(
            "Counts with {trials}, against a bound of {bound} set by this plan (tighter than the framework)."
        ).format(trials=trials, bound=limit)
    if item.min_n or item.required_elicitation:
        return tr("Counts with {trials} (tighter than the framework).").format(trials=trials)
    return tr("Counts with {trials}.").format(trials=trials)
