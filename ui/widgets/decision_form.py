"""What named people decide at a gate, beside what the rule computes. Nothing is decided until it is recorded."""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.clock import stamp
from asl_desktop.domain.determination import GateResult, Snapshot
from asl_desktop.domain.inputs import GateDecision, Inputs
from asl_desktop.domain.pack import Gate
from asl_desktop.domain.wording import GATE_WORDS
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.deciding import SigningJob, refusal
from ui.forms.choices import Segments
from ui.forms.fields import TextBox
from ui.operations import Handle
from ui.places import day_of_stamp, role_titles
from ui.session import Session, cause_of
from ui.widgets.decision_signature import DecisionSignatureLine
from ui.widgets.flow import CellsLayout, cell
from ui.widgets.marked_text import with_reading
from ui.widgets.parts import Banner, IconLabel, announce, button, clear, column, label, row
from ui.widgets.sign_off import SignOffGuard
from ui.widgets.signing_form import SigningForm
from ui.wording import ICON, TONE

Outcome: TypeAlias = Literal["go", "go_with_conditions", "hold"]
OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("go", mark("Go")),
    ("go_with_conditions", mark("Go with conditions")),
    ("hold", mark("Hold")),
)
_WORDS = dict(OUTCOMES)
_GOING = frozenset({0, 1})
"""Positions of the outcomes that let something through."""


class DecisionForm(QWidget):
    """Editor of one gate's decision. A decision enters the record by its own button, never by typing.

    Going on leads through the pre-flight check; holding does not, since it lets nothing through. ``signed_with(path)``
    says which identity was used.
    """

    wants = Signal(str, str)
    signed_with = Signal(str)

    def __init__(self, session: Session, gate: Gate) -> None:
        super().__init__()
        self.session = session
        self.gate = gate
        self.outcome = Segments(tr("Decision at {title}").format(title=gate.title), [tr(text) for _, text in OUTCOMES])
        self.by = QLineEdit()
        self.role = QLineEdit()
        self.reason = TextBox(tr("Reason for the decision at {title}").format(title=gate.title), 64)
        self.conditions = TextBox(tr("Conditions of the decision at {title}").format(title=gate.title), 56)
        self.guard = SignOffGuard(session, tr("the decision at {title}").format(title=gate.title))
        self.signing = SigningForm(session, gate=gate.title)
        self.signature = DecisionSignatureLine(session, gate.id)
        self.record_button = button(tr("Record the decision"), self.record, primary=True)
        self.withdraw_button = button(tr("Withdraw it"), self._on_withdraw)
        self.problem_line = label("", "error", wrap=True)
        self._state = label("", "muted", wrap=True)
        self._both = QGridLayout()
        self._differs = Banner("warn")
        self._unsigned = label("", "muted", wrap=True)
        self._held: GateDecision | None = None
        self._running: Handle[tuple[GateDecision, Inputs]] | None = None
        self._lay_out()
        self._connect()
        self._fill(None)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the computed and the recorded outcome; what is being typed stays."""
        held = snapshot.inputs.decision_by_gate.get(self.gate.id)
        if held != self._held:
            typed = self.dirty()
            self._held = held
            if not typed:
                self._fill(held)
        self._show_both(snapshot.determination.gate_by_id[self.gate.id], held)
        self.signature.refresh(snapshot)
        self.guard.refresh()
        self._show_state()

    def dirty(self) -> bool:
        """Tell whether something is typed that is not what is recorded."""
        return self._typed() != _content(self._held)

    def record(self) -> None:
        """Put what is typed on record; what does not fit is said beside it and stays typed."""
        if self._running is not None:  # the button keeps the focus while something is being signed
            return
        if self.outcome.chosen < 0:
            self._tell(tr("Choose go, go with conditions or hold."))
            return
        outcome, (_, by, role, reason, conditions, despite) = OUTCOMES[self.outcome.chosen][0], self._typed()
        if self.outcome.chosen in _GOING and (problem := self.guard.problem()):
            self._tell(problem)
            return
        decision = GateDecision(self.gate.id, outcome, by, role, reason, conditions, despite=despite)
        if self.signing.sign.isChecked():
            self._sign(decision)
            return
        held, self._held = self._held, decision  # so that the refresh that follows takes the editors as settled
        try:
            self.session.put(decision)
        except UserError as error:
            self._held = held
            self._tell(cause_of(error))
            return
        self.problem_line.hide()
        self.refresh(self.session.snapshot)
        announce(self, tr("Decision recorded: {words}").format(words=tr(_WORDS[decision.outcome])))

    def _sign(self, decision: GateDecision) -> None:
        """Sign a decision and record it; what does not fit is said before the passphrase is used."""
        at = stamp(self.session.clock) if self.dirty() or self._held is None else self._held.at
        decision = dataclasses.replace(decision, at=at)
        if problem := refusal(self.session, decision):
            self._tell(problem)
            return
        self.signing.show_problem(self.signing.problem())
        signer = self.signing.signer()
        if signer is None:
            return
        self.signing.passphrase.clear()
        self.problem_line.hide()
        session = self.session
        job = SigningJob(decision, signer, session.snapshot.as_of, session.actor, session.clock)
        self._running = session.perform(job.run, done=self._on_signed, failed=self._on_not_signed)
        self._show_state()

    def _on_signed(self, signed: GateDecision) -> None:
        self._running = None
        self._show_state()
        self.signed_with.emit(self.signing.identity_file.text().strip())
        announce(self, tr("Decision recorded and signed: {words}").format(words=tr(_WORDS[signed.outcome])))

    def _on_not_signed(self, error: BaseException) -> None:
        self._running = None
        self._show_state()
        self._tell(cause_of(error))
        self.signing.passphrase.setFocus()
        if not isinstance(error, UserError):
            raise error

    def _on_withdraw(self) -> None:
        text = tr("The gate is then undecided; the history keeps that there was a decision.")
        if not dialogs_seam.ask(self, tr("Withdraw this decision"), text, yes=tr("Withdraw"), danger=True):
            return
        try:
            self.session.remove("decision", self.gate.id)
        except UserError as error:
            self._tell(cause_of(error))
            return
        self._held = None
        self._fill(None)
        self.refresh(self.session.snapshot)

    def _typed(self) -> tuple[str, ...]:
        chosen = OUTCOMES[self.outcome.chosen][0] if self.outcome.chosen >= 0 else ""
        conditions = self.conditions.toPlainText().strip() if chosen == "go_with_conditions" else ""
        reason = self.reason.toPlainText().strip()
        despite = self.guard.reason() if self.outcome.chosen in _GOING else ""
        return chosen, self.by.text().strip(), self.role.text().strip(), reason, conditions, despite

    def _fill(self, held: GateDecision | None) -> None:
        self.outcome.choose(next((i for i, (key, _) in enumerate(OUTCOMES) if held and key == held.outcome), -1))
        self.by.setText(held.by if held else "")
        self.role.setText(held.role if held else "")
        self.reason.show_text(held.reason if held else "")
        self.conditions.show_text(held.conditions if held else "")
        self.guard.despite.show_text(held.despite if held else "")
        self._show_state()

    def _show_both(self, result: GateResult, held: GateDecision | None) -> None:
        clear(self._both)
        for at, text in enumerate((tr("Computed by the rule"), tr("Decided by people"))):
            self._both.addWidget(label(text, "label"), 0, at)
            self._both.setColumnStretch(at, 1)
        words = tr(GATE_WORDS[result.state]).capitalize()
        self._both.addLayout(_verdict(ICON[result.state], TONE[result.state], words), 1, 0)
        if held is None:
            self._both.addLayout(_verdict("circle", "muted", tr("Nothing recorded")), 1, 1)
        else:
            mark, tone = ("circle-x", "warn") if held.outcome == "hold" else ("circle-check", "accent")
            self._both.addLayout(_verdict(mark, tone, tr(_WORDS[held.outcome])), 1, 1)
            who = ", ".join(part for part in (held.by, held.role, day_of_stamp(held.at)) if part)
            self._both.addWidget(label(who, "muted", wrap=True), 2, 1)
        if result.differs:
            self._differs.tell(tr("The decision differs from what the rule computes"), held.reason if held else "")
        else:
            self._differs.hide()

    def _show_state(self) -> None:
        self.conditions_box.setVisible(self.outcome.chosen == 1)
        self.guard.setVisible(self.outcome.chosen in _GOING)
        self.withdraw_button.setVisible(self._held is not None)
        dirty, signing, busy = self.dirty(), self.signing.sign.isChecked(), self._running is not None
        self._state.setText(tr("Signing") if busy else tr("Typed here, but not recorded yet.") if dirty else "")
        may = dirty or (signing and self._held is not None)
        self.record_button.setEnabled((may or busy) and not self.session.read_only)
        text = tr("Record the change") if self._held is not None else tr("Record the decision")
        if signing:
            text = tr("Sign and record it") if dirty or self._held is None else tr("Sign what is recorded")
        self._show_unsigned(dirty=dirty, signing=signing)
        self.record_button.setText(text)
        self.record_button.setAccessibleName(tr("{text} at {title}").format(text=text, title=self.gate.title))
        if not dirty:
            self.problem_line.hide()

    def _show_unsigned(self, *, dirty: bool, signing: bool) -> None:
        """Say before the fact that no signature will stand under what is recorded."""
        covered = self._held is not None and self._held.signature is not None
        text = tr("It will be recorded without a signature.")
        if covered:
            text = tr("The change will be recorded without a signature; the one on record does not cover it.")
        self._unsigned.setText(text)
        self._unsigned.setVisible(dirty and not signing)

    def _tell(self, text: str) -> None:
        self.problem_line.setText(text)
        self.problem_line.show()
        announce(self, text, urgent=True)

    def _connect(self) -> None:
        self.outcome.picked.connect(lambda _: self._show_state())
        for field in (self.by, self.role):
            field.textEdited.connect(lambda _: self._show_state())
        for box in (self.reason, self.conditions):
            box.textChanged.connect(self._show_state)
        self.guard.edited.connect(self._show_state)
        self.guard.wants.connect(self.wants)
        self.signing.sign.toggled.connect(lambda _: self._show_state())
        editors = (self.outcome, self.by, self.role, self.reason, self.conditions, self.signing, self.withdraw_button)
        for editor in editors:
            editor.setEnabled(not self.session.read_only)

    def _lay_out(self) -> None:
        self.by.setAccessibleName(tr("Decided by, at {title}").format(title=self.gate.title))
        self.role.setAccessibleName(tr("In the role of, at {title}").format(title=self.gate.title))
        self.role.setPlaceholderText(role_titles(self.session.pack, self.gate.decided_by))
        self.withdraw_button.setAccessibleName(tr("Withdraw the decision at {title}").format(title=self.gate.title))
        self._both.setHorizontalSpacing(24)
        self._both.setVerticalSpacing(4)
        people = CellsLayout(most=2)
        for text, field in ((tr("Decided by"), self.by), (tr("In the role of"), self.role)):
            people.addWidget(cell(label(text, "label"), field))
        self.conditions_box = QWidget()
        inner = column(label(tr("Conditions"), "label"), with_reading(self.conditions), spacing=4)
        self.conditions_box.setLayout(inner)
        reason = tr("Reason (needed where the decision differs from the computed state)")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(self._both)
        layout.addWidget(self.signature)
        layout.addWidget(self._differs)
        layout.addWidget(self.outcome)
        layout.addLayout(people)
        layout.addWidget(self.conditions_box)
        layout.addLayout(column(label(reason, "label"), with_reading(self.reason), spacing=4))
        layout.addWidget(self.guard)
        layout.addWidget(self.signing)
        layout.addWidget(self._unsigned)
        layout.addWidget(self.problem_line)
        self.problem_line.hide()
        buttons = row(self.record_button, self.withdraw_button)
        buttons.addWidget(self._state, 1, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(buttons)


def _verdict(icon_name: str, tone: str, words: str) -> QVBoxLayout:
    return column(row(IconLabel(icon_name, tone, 18), label(words, "strong"), 1))


def _content(held: GateDecision | None) -> tuple[str, ...]:
    """Return what the editors show for a decision, in the order of ``DecisionForm._typed``."""
    if held is None:
        return ("",) * 6
    conditions = held.conditions.strip() if held.outcome == "go_with_conditions" else ""
    despite = held.despite.strip() if held.outcome != "hold" else ""
    return held.outcome, held.by.strip(), held.role.strip(), held.reason.strip(), conditions, despite
