"""The pre-flight check of the open document: made once per snapshot, and which warnings have been in view."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from asl_desktop.i18n import ntr
from ui.places import place_of

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.services.preflight import Finding, Preflight
    from ui.session import Session


QUIET_MS = 120
"""After a change the check waits for this much quiet."""
_SLICE = 0.004
"""Seconds the window may be held at once by a check that nobody waits for."""


class PreflightDesk(QObject):
    """One per session (see :func:`desk_of`).

    Who acts on what the check finds calls :meth:`check`, which is made for the present moment. Who only shows a figure
    asks for :meth:`known` and says so where there is none: the check is made a little at a time once nobody types, and
    ``checked`` follows. ``seen_changed`` says that warnings came into view.
    """

    seen_changed = Signal()
    checked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._made_for: Snapshot | None = None
        self._found: Preflight | None = None
        self._seen: frozenset[Finding] = frozenset()
        self._under_way: Iterator[Finding] | None = None
        self._so_far: list[Finding] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        session.snapshot_changed.connect(self._begin)
        self._timer.start(0)

    def check(self) -> Preflight:
        """Return what the check finds now."""
        from asl_desktop.services.preflight import check_before_signing

        snapshot = self._session.snapshot
        if self._found is None or self._made_for is not snapshot:
            self._made_for, self._found = snapshot, check_before_signing(snapshot)
        return self._found

    def known(self) -> Preflight | None:
        """Return what the check finds now where it was made already, else None."""
        return self._found if self._made_for is self._session.snapshot else None

    def _begin(self) -> None:
        self._under_way = None
        self._timer.start(QUIET_MS)

    def _go_on(self) -> None:
        """Look at a little more; what was looked at is thrown away when something changes meanwhile."""
        from asl_desktop.services.preflight import arranged
        from asl_desktop.services.preflight_rules import findings

        if self._under_way is None:
            self._under_way, self._so_far = findings(self._session.snapshot), []
        until = time.monotonic() + _SLICE
        for found in self._under_way:
            self._so_far.append(found)
            if time.monotonic() > until:
                self._timer.start(0)
                return
        self._made_for, self._found, self._under_way = self._session.snapshot, arranged(self._so_far), None
        self.checked.emit()

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
