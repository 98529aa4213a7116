"""The pre-flight check of the open document: made once per snapshot, and which warnings have been in view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from asl_desktop.i18n import ntr
from ui.places import place_of

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.services.preflight import Finding, Preflight
    from ui.session import Session


class PreflightDesk(QObject):
    """One per session (see :func:`desk_of`). ``seen_changed`` says that warnings came into view."""

    seen_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._made_for: Snapshot | None = None
        self._found: Preflight | None = None
        self._seen: frozenset[Finding] = frozenset()

    def check(self) -> Preflight:
        """Return what the check finds now."""
        from asl_desktop.services.preflight import check_before_signing

        snapshot = self._session.snapshot
        if self._found is None or self._made_for is not snapshot:
            self._made_for, self._found = snapshot, check_before_signing(snapshot)
        return self._found

    def mark_seen(self, findings: Iterable[Finding]) -> None:
        """Remember that these have been in view."""
        seen = self._seen | frozenset(findings)
        if seen != self._seen:
            self._seen = seen
            self.seen_changed.emit()

    def unseen(self) -> int:
        """Return how many warnings have not been in view since the document was opened."""
        return sum(1 for item in self.check().findings if item.severity == "warning" and item not in self._seen)

    def problem(self, despite: str) -> str:
        """Return why nobody may sign or decide yet, or nothing; ``despite`` is why they do so although errors stand."""
        from asl_desktop.services.preflight import sign_off_problem

        found = sign_off_problem(self.check(), despite)
        unseen = self.unseen()
        if found or not unseen:
            return found
        return ntr(
            "{count} warning of the pre-flight check was not looked at yet. Open it first.",
            "{count} warnings of the pre-flight check were not looked at yet. Open it first.",
            unseen,
        ).format(count=unseen)


def desk_of(session: Session) -> PreflightDesk:
    """Return the desk of a session; it is made when first asked for and goes with the session."""
    found = session.findChild(PreflightDesk)
    return found if isinstance(found, PreflightDesk) else PreflightDesk(session)


def place_of_finding(snapshot: Snapshot, target: str) -> tuple[str, str]:
    """Return page and item where a finding is mended; evidence that no page shows is mended where it is cited."""
    from asl_desktop.services.evidence_uses import uses_of
    from ui.pages.registry import PAGE_BY_ID

    kind, _, item = target.partition(":")
    if kind == "evidence" and "evidence" in PAGE_BY_ID:
        return "evidence", item
    if kind == "evidence":
        target = next((use.reference for use in uses_of(snapshot.inputs).get(item, ())), "")
        kind, _, item = target.partition(":")
    if kind == "measurement":
        held = snapshot.inputs.measurement_by_id.get(item)
        return "measurements", held.indicator if held else ""
    return place_of(target) or ("hub", "")
