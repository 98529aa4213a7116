"""What undo and redo would take back, read from the log alone, so that it holds across restarts.

Taking back is an act of its own: it writes the earlier records again and names the change that it reverts. Redo takes
an undo back in the same way. Nothing ever leaves the history.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from asl_desktop.codec import parse
from asl_desktop.storage import tables
from asl_desktop.storage.model import Change, Event, Reversible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BESIDE = frozenset({"pack", "checkpoint"})


def changes_of(events: Iterable[Event]) -> Iterator[Change]:
    """Put events, oldest or newest first, together to the acts they belong to."""
    for _, members in itertools.groupby(events, key=lambda event: event.change):
        yield Change(tuple(sorted(members, key=lambda event: event.seq)))


def reversible(changes: Iterable[Change]) -> Reversible:
    """Say what can be undone and redone; ``changes`` come newest first and are read no further than needed.

    The creation of a document, a locked plan and everything before them stay: what was fixed in advance is amended,
    not undone.
    """
    undo: Change | None = None
    final: Change | None = None
    reverted: dict[str, Change | None] = {}
    acts: list[Change] = []
    for change in changes:
        if change.id in reverted:
            reverted[change.id] = change
        elif change.reverts:
            reverted[change.reverts] = None
            acts.append(change)
        elif any(event.kind not in _BESIDE for event in change.events):
            undo, final = (None, change) if _is_final(change) else (change, None)
            break
    redo = next((act for act in acts if _is_undo(act, reverted)), None)
    return Reversible(undo=undo, redo=redo, final=final)


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


def _is_undo(act: Change, reverted: dict[str, Change | None]) -> bool:
    target = reverted[act.reverts]
    return target is not None and not target.reverts
