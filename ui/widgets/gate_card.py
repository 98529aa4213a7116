"""One gate: what the framework asks there, whether it is open and why, what would open it, and who decides."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from asl_desktop.domain.determination import GateResult, Snapshot
from asl_desktop.domain.pack import Gate
from asl_desktop.domain.wording import GATE_WORDS, listed
from asl_desktop.i18n import tr
from ui.places import role_titles, source_words
from ui.session import Session
from ui.theme import set_role
from ui.widgets.decision_form import DecisionForm
from ui.widgets.history_button import history_button
from ui.widgets.parts import IconLabel, Tone, chip, clear, column, label, line, row
from ui.widgets.steps import Way
from ui.wording import ICON, STAGE, TONE

_WAYS_SHOWN = 3


class GateCard(QFrame):
    """Shows one gate and takes the decision at it. ``wants(page, item)`` asks to go where a step is taken."""

    wants = Signal(str, str)

    def __init__(self, session: Session, gate: Gate) -> None:
        super().__init__()
        set_role(self, role="card")
        self.session = session
        self.gate = gate
        self.decision = DecisionForm(session, gate)
        self.decision.wants.connect(self.wants)
        self._mark = IconLabel(ICON["closed"], "muted", 20)
        self._title = label(gate.title, "question", wrap=True)
        self._chip_place = row(spacing=0)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(8)
        self._shown: GateResult | None = None
        self._lay_out()

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the gate as it stands now."""
        result = snapshot.determination.gate_by_id[self.gate.id]
        if result != self._shown:
            self._shown = result
            self._show(result)
        self.decision.refresh(snapshot)

    def history_of(self) -> str:
        """Return what the history of this card is asked by."""
        return f"decision:{self.gate.id}"

    def _show(self, result: GateResult) -> None:
        tone = TONE[result.state]
        words = tr(GATE_WORDS[result.state])
        self.setAccessibleName(f"{self.gate.title}: {words}")
        self._mark.show_icon(ICON[result.state], tone)
        clear(self._chip_place)
        chip_tone: Tone = tone if tone in {"ok", "warn", "danger", "accent"} else ""
        self._chip_place.addWidget(chip(words.capitalize(), chip_tone))
        clear(self._findings)
        self._add_lines(tr("Why"), result.reasons)
        self._add_lines(tr("Conditions in force"), result.conditions)
        self._add_ways(result)

    def _add_lines(self, title: str, lines: tuple[str, ...]) -> None:
        if not lines:
            return
        said = [label(text, wrap=True, selectable=True) for text in lines]
        self._findings.addLayout(column(label(title, "label"), *said, spacing=4))

    def _add_ways(self, result: GateResult) -> None:
        ways = result.would_open[:_WAYS_SHOWN]
        if not ways:
            return
        many = len(ways) > 1
        self._findings.addWidget(
            label(tr("Any one of these would open it") if many else tr("This would open it"), "label")
        )
        for at, steps in enumerate(ways, start=1):
            self._findings.addWidget(
                Way(tr("Way {at}").format(at=at) if many else tr("The way"), steps, self.wants.emit)
            )

    def _lay_out(self) -> None:
        head = row(self._mark, spacing=12)
        head.addWidget(self._title, 1)
        head.addLayout(self._chip_place)
        head.addWidget(history_button(self.history_of))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(label(self.gate.text, wrap=True))
        layout.addWidget(label(self._people(), "muted", wrap=True))
        layout.addLayout(self._findings)
        layout.addWidget(line())
        layout.addWidget(self.decision)

    def _people(self) -> str:
        pack = self.session.pack
        stage = tr(STAGE[self.gate.stage])
        parts = [tr("Stage: {lower}.").format(lower=stage.lower())] if stage != self.gate.title else []
        if self.gate.decided_by:
            parts.append(tr("Decided by: {role_titles}.").format(role_titles=role_titles(pack, self.gate.decided_by)))
        if self.gate.informed_first:
            parts.append(
                tr("Told before the decision: {role_titles}.").format(
                    role_titles=role_titles(pack, self.gate.informed_first)
                )
            )
        if self.gate.owed:
            titles = {document.id: document.title for document in pack.documents}
            parts.append(
                tr("They are owed: {listed}.").format(listed=listed(titles.get(item, item) for item in self.gate.owed))
            )
        parts.append(
            tr("Source: {source_words}.").format(
                source_words=source_words(pack, self.gate.cite.source, self.gate.cite.place)
            )
        )
        return " ".join(parts)
