"""One result of one evaluation: its numbers as reported, how it was obtained, and what follows, live."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Literal, TypeAlias, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import ELICITATION, EvidenceItem, EvidenceLink, Measurement, Point, RunStatus
from asl_desktop.domain.pack import Indicator, Part
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.services.planning import plan_on
from ui import dialogs_seam
from ui.forms.fields import NumberField, TextBox, read_day
from ui.forms.report_form import ReportForm, ReportKind
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.elided import ElidedBox
from ui.widgets.evidence import EvidenceSection
from ui.widgets.flow import CellsLayout, FlowLayout, cell
from ui.widgets.history_button import history_button
from ui.widgets.parts import button, label, row
from ui.widgets.problem_line import ProblemLine
from ui.widgets.taken_result import TakenResult
from ui.widgets.toggles import TickBox

DateName: TypeAlias = Literal["produced", "received", "valid_until"]
_DATES: tuple[tuple[DateName, str], ...] = (
    ("produced", mark("Produced")),
    ("received", mark("Received")),
    ("valid_until", mark("Valid until")),
)
_STATUS: tuple[tuple[RunStatus, str], ...] = (
    ("success", mark("Run succeeded")),
    ("error", mark("Run ended in an error")),
    ("cancelled", mark("Run was cancelled")),
    ("started", mark("Run is still going")),
    ("unknown", mark("Not known how it ended")),
)


class MeasurementCard(QFrame):
    """Editor of one measurement. Everything complete is written at once; what is incomplete is said, never guessed.

    ``deleted`` says that the result was taken out.
    """

    deleted = Signal()

    def __init__(self, session: Session, indicator: Indicator, measurement_id: str) -> None:
        super().__init__()
        set_role(self, role="card")
        self.session = session
        self.indicator = indicator
        self.measurement_id = measurement_id
        self.report = ReportForm()
        self.status = ElidedBox()
        self.model = QLineEdit()
        self.checkpoint = QLineEdit()
        self.dates = {name: QLineEdit() for name, _ in _DATES}
        self.elicitation = {key: TickBox(tr(text)) for key, text in ELICITATION.items()}
        self.elicitation_notes = TextBox(tr("Notes on elicitation"), 56)
        self.gap = NumberField(Part(type="number", minimum=0), tr("Assumed elicitation gap"))
        self.gap_rationale = QLineEdit()
        self.edits = QLineEdit()
        self.notes = TextBox(tr("Notes"), 56)
        self.evidence = EvidenceSection(session, self._with_evidence)
        self.problem_line = ProblemLine()
        self.taken = TakenResult(session)
        self._state = label("", wrap=True)
        self._plan = label("", "muted", wrap=True, selectable=True)
        self._aside = button(tr("Set aside"), self._on_set_aside, role="link")
        self._remove = button(tr("Remove"), self._on_remove, role="link")
        self._loading = False
        self._own_change = False
        self._shown: Measurement | None = None
        self._lay_out()
        self.show_measurement(self.measurement())
        if self.measurement() is None:
            self.report.suggest(_usual_kind(indicator))
        self._connect()

    def measurement(self) -> Measurement | None:
        """Return the measurement as the session holds it; None until its numbers are complete."""
        return next((m for m in self.session.inputs.measurements if m.id == self.measurement_id), None)

    def show_measurement(self, held: Measurement | None) -> None:
        """Fill the editors from a record."""
        self._loading = True
        self._shown = _content(held)
        scope = self.session.inputs.scope
        shown = held or Measurement(self.measurement_id, self.indicator.id, Point(0.0), scope.model, scope.checkpoint)
        self.report.show_report(held.report if held else None)
        self.status.setCurrentIndex([key for key, _ in _STATUS].index(shown.run_status))
        self.model.setText(shown.model)
        self.checkpoint.setText(shown.checkpoint)
        for name, field in self.dates.items():
            value = cast("date | None", getattr(shown, name))
            field.setText(wording.day(value) if value else "")
        for key, box in self.elicitation.items():
            box.setChecked(key in shown.elicitation)
        self.elicitation_notes.show_text(shown.elicitation_notes)
        self.gap.show_number(shown.gap or None)
        self.gap_rationale.setText(shown.gap_rationale)
        self.edits.setText(shown.edits)
        self.notes.show_text(shown.notes)
        self._loading = False
        self.refresh()

    def refresh(self) -> None:
        """Show what follows from the record as it stands."""
        held = self.measurement()
        if held is not None and not self._own_change and _content(held) != self._shown:
            self.show_measurement(held)
            return
        self._shown = _content(held)
        self.evidence.show_links(held.evidence if held else ())
        self.evidence.setVisible(held is not None)
        own = held is not None and not held.carried_from and not self.session.read_only
        self._aside.setVisible(own)
        self._remove.setVisible(own)
        self.taken.show_for(held, ready=not self.problem())
        aside = bool(held and held.set_aside_by)
        self._aside.setText(tr("Use again") if aside else tr("Set aside"))
        standing = self._standing(held)
        self._state.setText(standing)
        self._state.setVisible(bool(standing))
        planned = " ".join(plan_on(self.session.inputs, self.indicator, held))
        self._plan.setText(tr("Plan: {planned}").format(planned=planned) if planned else "")
        self._plan.setVisible(bool(planned))
        self.problem_line.say(self.problem())

    def history_of(self) -> str:
        """Return what the history of this card is asked by."""
        return f"measurement:{self.measurement_id}"

    def problem(self) -> str:
        """Return what stands in the way of recording what is typed, or nothing."""
        return self.report.problem() or self._date_problem() or self.gap.problem() or self._gap_problem()

    def _standing(self, held: Measurement | None) -> str:
        if held is None:
            return tr("Enter the numbers as they were reported; the result is recorded as soon as they are complete.")
        if held.set_aside_by:
            return tr("Set aside by {set_aside_by}: {set_aside_reason}").format(
                set_aside_by=held.set_aside_by, set_aside_reason=held.set_aside_reason
            )
        if held.carried_from:
            return ""
        margin = self.session.snapshot.determination.margin_by_indicator.get(self.indicator.id)
        if margin is None:
            return tr(
                "This indicator is watched: the framework sets no bound for it, so the value is shown, never judged."
            )
        if margin.measurement != held.id:
            return tr("Another result on file looks worse, or this one does not count; it does not decide the margin.")
        if margin.state == "not_adequate":
            return tr("It does not count yet. {reasons}").format(reasons=" ".join(margin.reasons))
        return tr("This result decides the margin.")

    def _connect(self) -> None:
        self.report.edited.connect(lambda: self._on_edited(typing=True))
        self.status.activated.connect(lambda _: self._on_edited(typing=False))
        for line_edit in (self.model, self.checkpoint, self.gap, self.gap_rationale, self.edits, *self.dates.values()):
            line_edit.textEdited.connect(lambda _: self._on_edited(typing=True))
            line_edit.editingFinished.connect(self.session.write_now)
        for box in self.elicitation.values():
            box.clicked.connect(lambda _=False: self._on_edited(typing=False))
        for text in (self.elicitation_notes, self.notes):
            text.textChanged.connect(lambda: self._on_edited(typing=True))
        self.evidence.links_changed.connect(self._on_links_changed)
        self.taken.confirmed.connect(self._on_confirmed)
        self.taken.change_wanted.connect(self.report.start_typing)
        self.taken.discarded.connect(self._on_discarded)

    def _on_edited(self, *, typing: bool) -> None:
        if self._loading:
            return
        draft = self._draft()
        if draft is not None and not self.problem():
            self._put(draft, typing=typing)
        self.refresh()

    def _draft(self) -> Measurement | None:
        report = self.report.report()
        if report is None:
            return None
        held = self.measurement()
        base = held or Measurement(self.measurement_id, self.indicator.id, report)
        return dataclasses.replace(
            base,
            report=report,
            model=self.model.text().strip(),
            checkpoint=self.checkpoint.text().strip(),
            run_status=_STATUS[self.status.currentIndex()][0],
            elicitation=tuple(key for key, box in self.elicitation.items() if box.isChecked()),
            elicitation_notes=self.elicitation_notes.toPlainText(),
            gap=self.gap.number() or 0.0,
            gap_rationale=self.gap_rationale.text(),
            edits=self.edits.text(),
            notes=self.notes.toPlainText(),
            produced=read_day(self.dates["produced"].text()),
            received=read_day(self.dates["received"].text()),
            valid_until=read_day(self.dates["valid_until"].text()),
        )

    def _put(self, measurement: Measurement, *, typing: bool) -> bool:
        self._own_change = True
        try:
            self.session.put(
                measurement,
                coalesce=f"measurement:{self.measurement_id}" if typing else "",
            )
        except UserError as error:
            self.problem_line.say(cause_of(error))
            return False
        finally:
            self._own_change = False
        return True

    def _on_links_changed(self, links: tuple[EvidenceLink, ...]) -> None:
        held = self.measurement()
        if held is not None:
            self._put(dataclasses.replace(held, evidence=links), typing=False)
            self.refresh()

    def _with_evidence(self, item: EvidenceItem) -> Measurement | None:
        held = self.measurement()
        if held is None or any(link_.evidence == item.sha256 for link_ in held.evidence):
            return None
        return dataclasses.replace(held, evidence=(*held.evidence, EvidenceLink(item.sha256)))

    def _on_set_aside(self) -> None:
        held = self.measurement()
        if held is None:
            return
        if held.set_aside_by:
            self._put(dataclasses.replace(held, set_aside_by="", set_aside_reason=""), typing=False)
        else:
            reason = dialogs_seam.ask_text(
                self, tr("Set the result aside"), tr("Why it is not to be used (printed in reports)")
            )
            if not reason or not reason.strip():
                return
            changed = dataclasses.replace(held, set_aside_by=self.session.actor, set_aside_reason=reason.strip())
            self._put(changed, typing=False)
        self.refresh()

    def _on_confirmed(self) -> None:
        held = self.measurement()
        if held is not None and self._put(dataclasses.replace(held, carried_from=""), typing=False):
            self.refresh()
            self.report.start_typing()

    def _on_discarded(self) -> None:
        text = tr("Nobody confirmed it, so nothing rests on it. The history keeps that it was there.")
        self._take_out(tr("Discard this result"), text, tr("Discard"))

    def _on_remove(self) -> None:
        text = tr("It disappears from margins and reports; the history keeps that it was there.")
        self._take_out(tr("Remove this result"), text, tr("Remove"))

    def _take_out(self, title: str, text: str, verb: str) -> None:
        if dialogs_seam.ask(self, title, text, yes=verb, danger=True):
            self.session.remove("measurement", self.measurement_id)
            self.deleted.emit()

    def _date_problem(self) -> str:
        for name, text in _DATES:
            typed = self.dates[name].text().strip()
            if typed and read_day(typed) is None:
                return tr("{text}: write the day as 14 Mar 2026 or 2026-03-14.").format(text=tr(text))
        return ""

    def _gap_problem(self) -> str:
        if self.gap.number() and not self.gap_rationale.text().strip():
            return tr("An assumed elicitation gap needs a reason.")
        return ""

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        head = row(label(tr("Result as reported"), "pane-title"), 1, self._aside, self._remove)
        head.addWidget(history_button(self.history_of))
        layout.addLayout(head)
        layout.addWidget(self.taken)
        layout.addWidget(self._state)
        layout.addWidget(self._plan)
        layout.addWidget(self.report)
        layout.addWidget(self.problem_line)
        layout.addLayout(self._origin())
        layout.addWidget(label(tr("Elicitation on record"), "label"))
        layout.addWidget(self._ticks())
        self.elicitation_notes.setPlaceholderText(tr("Notes on elicitation"))
        layout.addWidget(self.elicitation_notes)
        layout.addLayout(self._assumptions())
        layout.addWidget(label(tr("Notes"), "label"))
        layout.addWidget(self.notes)
        layout.addWidget(self.evidence)
        for editor in (self.report, self.status, self.model, self.checkpoint, self.gap, self.gap_rationale, self.edits):
            editor.setEnabled(not self.session.read_only)
        self.evidence.set_read_only(self.session.read_only)

    def _origin(self) -> CellsLayout:
        for _, text in _STATUS:
            self.status.addItem(tr(text))
        self.status.view().setAccessibleName(tr("Ways a run can end"))
        self.status.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        named: list[tuple[str, QWidget]] = [
            (tr("How the run ended"), self.status),
            (tr("Model"), self.model),
            (tr("Checkpoint"), self.checkpoint),
        ]
        named += [(tr(text), self.dates[name]) for name, text in _DATES]
        for name, _ in _DATES:
            self.dates[name].setPlaceholderText(tr("14 Mar 2026"))
        return _grid(named)

    def _ticks(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, 12)
        for box in self.elicitation.values():
            flow.addWidget(box)
        return holder

    def _assumptions(self) -> CellsLayout:
        unit = {"linear": self.indicator.unit or tr("units"), "log": tr("log units"), "logit": tr("log-odds")}
        gap = tr("Assumed elicitation gap, in {unit}").format(unit=unit[self.indicator.scale])
        self.gap_rationale.setPlaceholderText(tr("Why this much"))
        return _grid(
            [
                (gap, self.gap),
                (tr("Reason for the gap"), self.gap_rationale),
                (tr("Edits to scores after the run"), self.edits),
            ],
            per_row=2,
        )


def _content(held: Measurement | None) -> Measurement | None:
    """Return the record without who and when, and without the evidence, which has a place of its own."""
    return dataclasses.replace(held, author="", at="", evidence=()) if held is not None else None


def _grid(named: list[tuple[str, QWidget]], per_row: int = 3) -> CellsLayout:
    """Labels above fields, so many to a row."""
    cells = CellsLayout(most=per_row)
    for text, widget in named:
        widget.setAccessibleName(text)
        widget.setMinimumWidth(72)
        cells.addWidget(cell(label(text, "label"), widget))
    return cells


def _usual_kind(indicator: Indicator) -> ReportKind:
    """Guess how results of this indicator are reported, to save a click; the person may choose another way."""
    if indicator.scale == "log":
        return "ratio" if indicator.unit == "x" and indicator.floor == 1.0 and indicator.min_n > 1 else "point"
    return "counts" if indicator.unit in {"%", ""} or indicator.unit.startswith("of ") else "mean"
