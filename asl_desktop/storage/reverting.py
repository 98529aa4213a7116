"""What undo and redo would take back, read from the log alone, so that it holds across restarts.

Taking back is an act of its own: it writes the earlier records again and names the change that it reverts. Redo takes
an undo back in the same way. Nothing ever leaves the history.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from asl_desktop.codec import parse
from asl_desktop.storage import tables
from asl_desktop.storage.model import Change, Event, Reversible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl_desktop.storage.reader import Reader

_BESIDE = frozenset({"pack", "checkpoint"})
MOST_EVENTS = 20_000
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Reverting:
    """An act that takes another one back, and the place of its last event."""

    reverts: str
    last: int


def changes_of(events: Iterable[Event]) -> Iterator[Change]:
    """Put events, oldest or newest first, together to the acts they belong to."""
    for _, members in itertools.groupby(events, key=lambda event: event.change):
        yield Change(tuple(sorted(members, key=lambda event: event.seq)))


def acts_back(reader: Reader, before: int = 0) -> Iterator[Change | None]:
    """Yield the acts before a place (0: from the end), newest first; None for one too large to take back, and then end.

    An act of any size may stand in a file, so no more of it is held than a person can have meant to take back.
    """
    sized = ((reader.event(row), len(row.body or b"")) for row in reader.rows_back(before))
    for _, members in itertools.groupby(sized, key=lambda member: member[0].change):
        events: list[Event] = []
        size = 0
        for event, length in members:
            size += length
            if len(events) == MOST_EVENTS or size > MOST_BYTES:
                yield None
                return
            events.append(event)
        yield Change(tuple(reversed(events)))


def reversible(reader: Reader) -> Reversible:
    """Say what can be undone and redone; reads the log from its end and no further than needed.

    The creation of a document, a locked plan, an act too large to take back and everything before them stay: what was
    fixed in advance is amended, not undone.
    """
    found = Reversible(undo=None, redo=None)
    reverted: dict[str, bool] = {}
    acts: list[_Reverting] = []
    for change in acts_back(reader):
        if change is None:
            found = replace(found, too_large=True)
            break
        if change.id in reverted:
            reverted[change.id] = not change.reverts
        elif change.reverts:
            reverted[change.reverts] = False
            acts.append(_Reverting(change.reverts, change.events[-1].seq))
        elif any(event.kind not in _BESIDE for event in change.events):
            found = replace(found, final=change) if _is_final(change) else replace(found, undo=change)
            break
    redo = next((act.last for act in acts if reverted[act.reverts]), None)
    return found if redo is None else replace(found, redo=next(acts_back(reader, redo + 1)))


def record_before(connection: Connection, event: Event) -> Any:
    """Return, as JSON data, the record that an event replaced or removed, None when there was none."""
    e = tables.event
    earlier = select(e.c.body).where(e.c.kind == event.kind, e.c.key == event.key, e.c.seq < event.seq)
    body = connection.execute(earlier.order_by(e.c.seq.desc()).limit(1)).scalar()
    return None if body is None else parse(body)["record"]


def _is_final(change: Change) -> bool:
    return any(
        event.kind == "document"
        or (event.kind == "plan" and event.record is not None and event.record.get("locked_at"))
        for event in change.events
    )
