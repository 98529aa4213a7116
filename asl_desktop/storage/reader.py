"""Reading: one connection that cannot write, used by any thread, one at a time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy.exc
from pydantic import ValidationError
from sqlalchemy import Connection, func, select
from sqlcipher3 import dbapi2

from asl_desktop.codec import adapter, from_json
from asl_desktop.domain.inputs import Inputs
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.records import KINDS
from asl_desktop.errors import FileDamaged
from asl_desktop.storage import tables
from asl_desktop.storage.connection import RawConnection, engine_over
from asl_desktop.storage.content import unpack_chunk
from asl_desktop.storage.history import event_of
from asl_desktop.storage.model import Checkpoint, Event, Head
from asl_desktop.storage.projection import record_of
from asl_desktop.storage.troubles import trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PAGE = 500
_PAGE_BACK = 20


class Reader:
    """Reads whole, frozen things; never holds the file longer than one short query, or one consistent set of them."""

    def __init__(self, raw: RawConnection, path: Path) -> None:
        self._raw = raw
        self._path = path
        self._engine = engine_over(raw, write=False)
        self._lock = threading.RLock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a consistent view; whatever the file is at fault for comes out as a UserError."""
        try:
            with self._lock, self._engine.begin() as connection:
                yield connection
        except (sqlalchemy.exc.DBAPIError, dbapi2.Error) as error:
            raise trouble_of(error, self._path) from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._engine.dispose()
            self._raw.close()

    def document(self) -> Any:
        """Return the row that says which document this is."""
        with self.begin() as connection:
            row = connection.execute(select(tables.document)).first()
        if row is None:
            raise self._damaged("it does not say which document it is")
        return row

    def head(self) -> Head:
        """Return the end of the log."""
        e = tables.event
        with self.begin() as connection:
            row = connection.execute(select(e.c.seq, e.c.hash).order_by(e.c.seq.desc()).limit(1)).first()
        if row is None:
            raise self._damaged("its event log is empty")
        return Head(events=row.seq, hash=row.hash)

    def packs(self) -> tuple[Pack, ...]:
        """Return every pack in the document; the one it is assessed under comes first."""
        p, d = tables.pack, tables.document
        with self.begin() as connection:
            first = connection.execute(select(d.c.pack)).scalar()
            rows = connection.execute(select(p.c.key, p.c.digest, p.c.body)).all()
        ordered = sorted(rows, key=lambda row: (row.key != first, row.key))
        return tuple(self._pack(row.key, row.body) for row in ordered)

    def _pack(self, key: str, body: bytes) -> Pack:
        import json

        try:
            return from_json(Pack, json.loads(body))
        except ValueError as error:
            raise self._damaged(f"pack {key} cannot be read") from error

    def inputs(self) -> Inputs:
        """Return everything people put in, at one moment, each kind in the order of its keys."""
        fields: dict[str, Any] = {}
        with self.begin() as connection:
            for kind in KINDS:
                table = tables.record_tables[kind.name]
                rows = connection.execute(select(table.c.key, table.c.record).order_by(table.c.key)).all()
                records = tuple(self._record(kind.name, row.key, row.record) for row in rows)
                if not kind.single:
                    fields[kind.field] = records
                elif records:
                    fields[kind.field] = records[0]
        if "scope" not in fields:
            raise self._damaged("it does not say what is assessed")
        return Inputs(**fields)

    def _record(self, kind: str, key: str, text: str) -> object:
        try:
            return record_of(kind, text)
        except ValidationError as error:
            raise self._damaged(f"{kind}:{key} cannot be read") from error

    def events(self, after: int) -> Iterator[Event]:
        """Yield the events behind place ``after``, in order, a page at a time."""
        yield from (self.event(row) for row in self.event_rows(after))

    def event(self, row: Any) -> Event:
        """Read an event from its row; its bytes that cannot be read are told as damage."""
        try:
            return event_of(row.seq, row.body, row.prev, row.hash)
        except ValueError as error:
            raise self._damaged(f"event {row.seq} cannot be read") from error

    def events_back(self) -> Iterator[Event]:
        """Yield the events, newest first, a page at a time."""
        e, before = tables.event, self.head().events + 1
        while before > 1:
            with self.begin() as connection:
                page = connection.execute(
                    select(e).where(e.c.seq < before).order_by(e.c.seq.desc()).limit(_PAGE_BACK)
                ).all()
            if not page:
                return
            yield from (self.event(row) for row in page)
            before = page[-1].seq

    def events_of(self, kind: str, key: str) -> tuple[Event, ...]:
        """Return the events of one record, oldest first."""
        e = tables.event
        with self.begin() as connection:
            rows = connection.execute(select(e).where(e.c.kind == kind, e.c.key == key).order_by(e.c.seq)).all()
        return tuple(self.event(row) for row in rows)

    def lamport_of(self, own_hash: str, *, before: int) -> int:
        """Return the logical time of the event with this hash at a place before ``before``, 0 when there is none."""
        e = tables.event
        with self.begin() as connection:
            found = connection.execute(select(e.c.lamport).where(e.c.hash == own_hash, e.c.seq < before)).scalar()
        return found or 0

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return the signed statements on the history, in the order they came in."""
        c = tables.checkpoint
        with self.begin() as connection:
            rows = connection.execute(select(c.c.key, c.c.record).order_by(c.c.event)).all()
        try:
            return tuple(adapter(Checkpoint).validate_json(row.record) for row in rows)
        except ValidationError as error:
            raise self._damaged("a checkpoint cannot be read") from error

    def event_rows(self, after: int = 0) -> Iterator[Any]:
        """Yield the rows of the log behind place ``after``."""
        e = tables.event
        while True:
            with self.begin() as connection:
                page = connection.execute(select(e).where(e.c.seq > after).order_by(e.c.seq).limit(_PAGE)).all()
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].seq

    def content(self, sha256: str) -> tuple[str, int] | None:
        """Return id and size of the bytes with this digest, None when the document does not hold them."""
        c = tables.content
        with self.begin() as connection:
            row = connection.execute(select(c.c.id, c.c.size).where(c.c.sha256 == sha256, c.c.state == "ok")).first()
        return None if row is None else (row.id, row.size)

    def holds_size(self, size: int) -> bool:
        """Say whether the document holds bytes of exactly this length, so that comparing digests is worth it."""
        c = tables.content
        with self.begin() as connection:
            return bool(
                connection.execute(select(func.count()).where(c.c.size == size, c.c.state == "ok")).scalar_one()
            )

    def chunks(self, content: str) -> Iterator[bytes]:
        """Yield the bytes of a content, each chunk read on its own so that nothing is held in between.

        Raises:
            ValueError: when a chunk is missing or does not unpack to what its row says.
        """
        k = tables.chunk
        with self.begin() as connection:
            count = connection.execute(select(func.count()).where(k.c.content == content)).scalar_one()
        for seq in range(count):
            with self.begin() as connection:
                query = select(k.c.codec, k.c.raw_len, k.c.data).where(k.c.content == content, k.c.seq == seq)
                row = connection.execute(query).first()
            if row is None:
                raise ValueError(f"{seq} is missing")
            yield unpack_chunk(row.codec, row.raw_len, row.data)

    def raw(self, use: Callable[[RawConnection], Any]) -> Any:
        """Run something on the bare connection, alone."""
        with self._lock:
            return use(self._raw)

    def _damaged(self, detail: str) -> FileDamaged:
        return FileDamaged(path=str(self._path), detail=detail)
