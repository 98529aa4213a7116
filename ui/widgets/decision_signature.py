"""Who signed a recorded decision, and whether that still holds; worked out off the window's thread."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import GateDecision
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from asl_desktop.messages import message_for
from asl_desktop.services.signed_decisions import DecisionCheck, Standing, in_words
from ui.operations import Handle
from ui.session import Session
from ui.widgets.parts import IconLabel, clear, column, label, row

_MARK: dict[Standing, tuple[str, str]] = {
    "unsigned": ("pen-line", "muted"),
    "holds": ("shield-check", "ok"),
    "earlier": ("history", "warn"),
    "broken": ("octagon-alert", "danger"),
}
_UNTRUSTED = ("shield-check", "warn")


class DecisionSignatureLine(QWidget):
    """Says what the signature of one gate's decision is worth now; hidden while nothing is recorded.

    ``checked`` is what was found last; None while that is being worked out, when nothing is claimed.
    """

    def __init__(self, session: Session, gate: str) -> None:
        super().__init__()
        self.session = session
        self.gate = gate
        self.checked: DecisionCheck | None = None
        self._asked: Snapshot | None = None
        self._running: Handle[DecisionCheck] | None = None
        self._content = QVBoxLayout(self)
        self._content.setContentsMargins(0, 0, 0, 0)
        self._content.setSpacing(4)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show what is known of the decision in this snapshot, and find out the rest."""
        held = snapshot.inputs.decision_by_gate.get(self.gate)
        self._asked = None
        self.setVisible(held is not None)
        if held is None:
            self.checked = None
            clear(self._content)
        elif held.signature is None:
            self._show(DecisionCheck("unsigned"))
        else:
            self._ask(snapshot, held)

    def _ask(self, snapshot: Snapshot, held: GateDecision) -> None:
        self._asked, self.checked = snapshot, None
        self._say("loader", "muted", (tr("The signature is being checked."),))
        if self._running is not None:  # it asks anew for what is there by then
            return
        clock = self.session.clock

        def _work(_: Handle[DecisionCheck]) -> DecisionCheck:
            from reports.decisions import check_decision
            from reports.trust import list_trust

            return check_decision(snapshot, held, anchors=list_trust(), moment=clock.now())

        def _over(show: DecisionCheck | BaseException) -> None:
            self._running = None
            if self._asked is snapshot:
                self._show(show) if isinstance(show, DecisionCheck) else self._fail(show)
            elif self._asked is not None:
                self.refresh(self._asked)

        self._running = self.session.operations.run(_work, owner=self, done=_over, failed=_over)

    def _show(self, found: DecisionCheck) -> None:
        self.checked = found
        name, tone = _MARK[found.standing]
        if found.standing == "holds" and not found.trusted:
            name, tone = _UNTRUSTED
        self._say(name, tone, in_words(found))

    def _fail(self, error: BaseException) -> None:
        """Say that nothing is known of the signature; a bug goes on to the crash hook."""
        told = message_for(error).text if isinstance(error, UserError) else ""
        self._say("octagon-alert", "danger", (tr("The signature could NOT be checked."), told))
        if not isinstance(error, UserError):
            raise error

    def _say(self, icon_name: str, tone: str, lines: tuple[str, ...]) -> None:
        clear(self._content)
        first, *rest = lines
        title = label(first, "strong", wrap=True)
        head = row(IconLabel(icon_name, tone, 18), spacing=8)
        head.addWidget(title, 1)
        more = [label(text, "muted", wrap=True, selectable=True) for text in rest if text]
        self._content.addLayout(column(head, *more, spacing=4))
