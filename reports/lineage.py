"""Where the data of a report comes from: how its history grew, and who vouched for it on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.services.signed_decisions import DecisionCheck

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.storage.document import Document

_NEWEST = 3


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint kept in the assessment, its signature checked.

    Attributes:
        signer: who signed, from the certificate; empty when the signature does not hold.
        contained: the history goes through the head that it names.
    """

    events: int
    signer: str
    at: str
    contained: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """The history that a report speaks from, in numbers.

    Attributes:
        people: how many names stand behind its events.
        first: when the first event was recorded, by its writer's clock, ISO 8601.
        last: the same of the last one.
        checkpoints: the newest signed checkpoints, newest first.
        decisions: what was found out about the signature of each gate decision, by gate. Whom this machine trusts
            plays no part in it: a report is the same everywhere.
    """

    people: int
    first: str
    last: str
    checkpoints: tuple[SignedHead, ...] = ()
    decisions: Mapping[str, DecisionCheck] = field(default_factory=dict)


def lineage_of(document: Document, snapshot: Snapshot, *, clock: Clock = SystemClock()) -> Lineage:  # noqa: B008
    """Return the lineage of a snapshot of this document."""
    from asl_desktop.storage.model import Head
    from reports.checkpoints import check_checkpoint

    past = document.past
    held = [item for item in document.checkpoints() if item.events <= snapshot.events]
    signed = []
    for item in held[: -_NEWEST - 1 : -1]:
        result = check_checkpoint(item, anchors=(), moment=clock.now())
        contained = item.document == document.document_id and past.contains(Head(item.events, item.head))
        signed.append(SignedHead(item.events, result.signer if result.valid else "", item.at, contained))
    people = len(past.actors(up_to=snapshot.events))
    decisions: Mapping[str, DecisionCheck] = {}
    if snapshot.inputs.decisions:
        from reports.decisions import decisions_in

        decisions = decisions_in(document, snapshot, anchors=(), moment=clock.now())
    return Lineage(people, past.recorded_at(1), past.recorded_at(snapshot.events), tuple(signed), decisions)
