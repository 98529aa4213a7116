"""Looking through the history of a document from its end, a slice at a time, so that a long one is never read whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_

from asl_desktop.progress import Progress, Silent
from asl_desktop.storage import bounds, tables
from asl_desktop.storage.reverting import acts_back, record_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement

    from asl_desktop.storage.model import Change, Event, Head
    from asl_desktop.storage.reader import Reader

SLICE = 20_000
"""Places looked at in one query: a search that finds little lets other readers go first in between."""
_FIRST_PAGE, _LARGEST_PAGE = 20, 2000
_EVENT = bounds.columns_within(tables.event, bounds.MAX_EVENT)
_SILENT = Silent()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events to show; what is empty does not narrow.

    Attributes:
        kinds: kinds of record.
        records: (kind, key) of the records, None for all.
        actor: the name of who did it, exactly.
        since: first moment, ISO 8601 in UTC.
        until: the moment right behind the last one.
        text: words that occur, whatever their case, in the record, its key or the actor's name.
        titled: (kind, key) of records that are wanted although ``text`` is not in them: it is in their title.
        change: UUID of one act.
    """

    kinds: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] | None = None
    actor: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    titled: frozenset[tuple[str, str]] = frozenset()
    change: str = ""


EVERYTHING = Wanted()


class Past:
    """The history of a document for looking at; safe on any thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def events(self, wanted: Wanted = EVERYTHING, *, before: int = 0, progress: Progress = _SILENT) -> Iterator[Event]:
        """Yield what is wanted before a place (0: from the end), newest first, and read no further than asked for.

        Raises:
            Cancelled: through ``progress``, which is asked between short looks also while nothing is found.
        """
        e, conditions = tables.event, _conditions(wanted)
        first, page = before or self._reader.head().events + 1, _LARGEST_PAGE if wanted.text else _FIRST_PAGE
        while first > 1:
            progress.check()
            last = max(first - SLICE, 1)
            query = select(*_EVENT).where(e.c.seq < first, e.c.seq >= last, *conditions).order_by(e.c.seq.desc())
            rows = self._reader.some_rows(query.limit(page))
            yield from self._chosen(rows, wanted)
            first = min(rows[-1].seq, first - 1) if rows else last
            page = min(page * 2, _LARGEST_PAGE)

    def events_forward(self, wanted: Wanted = EVERYTHING) -> Iterator[Event]:
        """Yield what is wanted, oldest first, page by page."""
        e, conditions, end = tables.event, _conditions(wanted), self._reader.head().events
        after = 0
        while after < end:
            query = select(*_EVENT).where(e.c.seq > after, e.c.seq <= after + SLICE, *conditions).order_by(e.c.seq)
            rows = self._reader.some_rows(query.limit(_LARGEST_PAGE))
            yield from self._chosen(rows, wanted)
            after = max(rows[-1].seq, after + 1) if rows else after + SLICE

    def _chosen(self, rows: Sequence[Any], wanted: Wanted) -> Iterator[Event]:
        text, plain = wanted.text.casefold(), _plain(wanted.text)
        for row in rows:
            titled = (row.kind, row.key) in wanted.titled
            if not titled and row.body is not None and plain not in row.body.lower():
                continue
            event = self._reader.event(row)
            if titled or not text or _says(event, text):
                yield event

    def change(self, change: str, *, before: int = 0) -> Change | None:
        """Return one act by its UUID, looking back from a place; None when there is none that could be taken back."""
        last = next(self.events(Wanted(change=change), before=before), None)
        return None if last is None else next(acts_back(self._reader, last.seq + 1))

    def record_before(self, event: Event) -> Any:
        """Return, as JSON data, the record that an event replaced or removed, None when there was none."""
        with self._reader.begin() as connection:
            return record_before(connection, event)

    def contains(self, head: Head) -> bool:
        """Say whether the history goes through this head, wherever in this file its event is kept."""
        e = tables.event
        with self._reader.begin() as connection:
            usual = connection.execute(select(e.c.hash).where(e.c.seq == head.events)).scalar()
            if usual == head.hash:
                return True
            return connection.execute(select(e.c.seq).where(e.c.hash == head.hash)).first() is not None

    def actors(self, *, up_to: int = 0) -> tuple[str, ...]:
        """Return the names of everybody who changed the document, up to a place (0: the end), sorted."""
        e = tables.event
        query = select(e.c.actor).distinct()
        with self._reader.begin() as connection:
            found = connection.execute(query.where(e.c.seq <= up_to) if up_to else query).scalars().all()
        return tuple(sorted(found))

    def recorded_at(self, place: int) -> str:
        """Return when the event at a place was recorded, by its writer's clock; empty when there is none."""
        e = tables.event
        with self._reader.begin() as connection:
            return str(connection.execute(select(e.c.at).where(e.c.seq == place)).scalar() or "")

    def kept_for_undo(self) -> tuple[int, int]:
        """Return number and size in bytes of the evidence files that were removed and can still be brought back."""
        c = tables.content
        with self._reader.begin() as connection:
            row = connection.execute(select(func.count(), func.sum(c.c.size)).where(c.c.state == "removed")).one()
        return int(row[0]), int(row[1] or 0)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    e = tables.event
    found: list[ColumnElement[bool]] = []
    if wanted.kinds:
        found.append(e.c.kind.in_(wanted.kinds))
    if wanted.records is not None:
        found.append(tuple_(e.c.kind, e.c.key).in_(wanted.records))
    for column, value in ((e.c.actor, wanted.actor), (e.c.change, wanted.change)):
        if value:
            found.append(column == value)
    if wanted.since:
        found.append(e.c.at >= wanted.since)
    if wanted.until:
        found.append(e.c.at < wanted.until)
    return found


def _plain(text: str) -> bytes:
    """Return the longest part of a text that a body holds letter by letter: most bodies need not be read as JSON."""
    return max(re.findall(r"[a-z0-9 ]+", text.lower(), re.ASCII), key=len, default="").strip().encode()


def _says(event: Event, text: str) -> bool:
    """Look into what people typed, not into the names of fields."""
    return any(text in found.casefold() for found in (event.key, event.actor, *_texts(event.record)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
