"""Gates and sign-off: may we go on, what would let us, what people decided, and what is still open."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.wording import day
from asl_desktop.i18n import mark, tr
from ui.pages.base import Page
from ui.session import Session
from ui.widgets.due_card import DueCard, StillOpenCard, ThresholdsCard
from ui.widgets.gate_card import GateCard
from ui.widgets.interim_card import InterimCard
from ui.widgets.parts import card, label

_STAGES = ("train_further", "store_weights", "internal_use", "deploy")


class GatePage(Page):
    """One card per gate, then what the gates rest on and what else falls due."""

    page_id: ClassVar[str] = "gate"
    heading: ClassVar[str] = mark("Gates and sign-off")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._line = self.add_heading()
        gates = sorted(session.pack.gates, key=lambda gate: _STAGES.index(gate.stage))
        self.gates = {gate.id: GateCard(session, gate) for gate in gates}
        self.thresholds = ThresholdsCard()
        self.interim = InterimCard(session)
        self.due = DueCard()
        self.open = StillOpenCard()
        self._linking: list[GateCard | ThresholdsCard | DueCard | StillOpenCard] = [*self.gates.values()]
        self._linking += [self.thresholds, self.due, self.open]
        for item in self._linking:
            item.wants.connect(self.wants)
        for gate in self.gates.values():
            gate.decision.signed_with.connect(self._offer_identity)
        self._lay_out()

    def refresh(self, snapshot: Snapshot) -> None:
        result = snapshot.determination
        self._line.setText(
            tr("{label}, judged as of {date}. The program computes; people decide, by name.").format(
                label=result.label, date=day(snapshot.as_of)
            )
        )
        for item in self._linking:
            item.refresh(snapshot)
        self.interim.refresh(snapshot)

    def open_item(self, item: str) -> None:
        """Bring a gate, a threshold or an interim measure into view, by id."""
        if self._stale:
            self._stale = False
            self.refresh(self.session.snapshot)
        target: QWidget | None = self.gates.get(item) or self.thresholds.rows.get(item) or self.interim.rows.get(item)
        if target is None:
            return
        if isinstance(target, GateCard):
            target.decision.outcome.buttons[0].setFocus()
        self._bring_up(target)
        # Heights of wrapped text are known only once the page has been laid out on the screen.
        QTimer.singleShot(0, target, lambda: self._bring_up(target))

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        for item in self.gates.values():
            if item.decision.dirty():
                return tr("{title}: the decision typed there is not recorded yet.").format(title=item.gate.title)
        return self.interim.unrecorded()

    def _offer_identity(self, path: str) -> None:
        """Name the identity that signed one decision in the forms of the others, where none is named yet."""
        for item in self.gates.values():
            if not item.decision.signing.identity_file.text().strip():
                item.decision.signing.identity_file.setText(path)

    def _bring_up(self, target: QWidget) -> None:
        """Put the top of a widget near the top of the view, once everything has its place."""
        QApplication.sendPostedEvents()
        canvas = self.scroll_area.widget()
        if canvas is None:
            return
        if (layout := canvas.layout()) is not None:
            layout.activate()
        top = target.mapTo(canvas, target.rect().topLeft()).y()
        self.scroll_area.verticalScrollBar().setValue(top - 16)

    def _lay_out(self) -> None:
        if not self.gates:
            text = tr("This framework sets no gates; what its thresholds ask for is below.")
            self.body.addWidget(card(label(text, "muted", wrap=True)))
        for item in self.gates.values():
            self.body.addWidget(item)
        self.body.addWidget(self.open)
        self.body.addWidget(self.thresholds)
        if self.session.pack.interim_measures:
            self.body.addWidget(self.interim)
        else:
            self.interim.setParent(self)
            self.interim.hide()
        self.body.addWidget(self.due)
        self.body.addStretch(1)
