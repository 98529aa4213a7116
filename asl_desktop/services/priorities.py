"""Which open input could move the outcome most, by the ranking of :mod:`asl_desktop.domain.sensitivity`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.sensitivity import what_would_change
from asl_desktop.progress import Progress, Silent

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.sensitivity import Change


def next_that_matters(snapshot: Snapshot, *, progress: Progress | None = None) -> Change | None:
    """Return the change that moves most: of an open input if any moves the outcome, else of a settled one, else None.

    It determines again for every input, which takes a while on a large framework; ``progress`` can stop it.

    Raises:
        Cancelled: the progress said so.
    """
    watch = progress or Silent()
    changes = what_would_change(snapshot.pack, snapshot.inputs, snapshot.as_of, step=watch.check)
    pending = open_references(snapshot)
    return next((change for change in changes if change.ref in pending), next(iter(changes), None))


def open_references(snapshot: Snapshot) -> frozenset[str]:
    """Return the references of what is not settled yet: questions, indicators, showings and required safeguards."""
    kinds = {"question": "answer", "showing": "showing", "indicator": "indicator"}
    found = {f"{kinds[item.kind]}:{item.id}" for item in snapshot.determination.not_assessed if item.kind in kinds}
    return frozenset(found | {f"requirement:{item.requirement}" for item in snapshot.determination.gap})
