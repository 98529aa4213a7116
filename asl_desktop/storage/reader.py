"""Reading: one connection that cannot write, used by any thread, one at a time."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy.exc
from pydantic import ValidationError
from sqlalchemy import Connection, func, select
from sqlcipher3 import dbapi2

from asl_desktop.codec import adapter, from_json, parse
from asl_desktop.domain.inputs import Inputs
from asl_desktop.domain.pack import Pack, overlong
from asl_desktop.domain.records import KINDS
from asl_desktop.errors import FileDamaged
from asl_desktop.storage import bounds, tables
from asl_desktop.storage.connection import OPERATIONS, RawConnection, budget, engine_over, pragma
from asl_desktop.storage.content import CHUNK_BYTES, unpack_chunk
from asl_desktop.storage.history import event_of
from asl_desktop.storage.model import Checkpoint, Event, Head
from asl_desktop.storage.projection import record_of
from asl_desktop.storage.troubles import trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Select

    from asl_desktop.progress import Progress

_PAGE = 500
_PAGE_BACK = 20
_PAGE_BYTES = 16 * 1024 * 1024
_MAX_DAMAGE = 20
_BEFORE_ALL = -(2**63)
_EVENT = bounds.columns_within(tables.event, bounds.MAX_EVENT)


class Reader:
    """Reads whole, frozen things; never holds the file longer than one short query, or one consistent set of them."""

    def __init__(self, raw: RawConnection, path: Path) -> None:
        self._raw = raw
        self._path = path
        self._size = 0
        self._read: dict[tuple[str, str], tuple[str, object]] = {}
        self._engine = engine_over(raw, write=False)
        self._lock = threading.RLock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a consistent view; whatever the file is at fault for comes out as a UserError."""
        try:
            with self._lock, budget(self._raw, self._most()), self._engine.begin() as connection:
                yield connection
        except (sqlalchemy.exc.DBAPIError, dbapi2.Error, MemoryError) as error:
            raise trouble_of(error, self._path) from error

    def _most(self) -> int:
        """Return how many operations one look at a file of this size can honestly need.

        A file that was taken away while it is open can still be read, as big as it was last seen.
        """
        with suppress(OSError):
            self._size = self._path.stat().st_size
        return OPERATIONS + self._size // 4

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
        return tuple(self._pack(row.key, row.digest, row.body) for row in ordered)

    def _pack(self, key: str, digest: str, body: bytes) -> Pack:
        try:
            pack = from_json(Pack, parse(body) | {"digest": digest})
        except (ValueError, TypeError) as error:
            raise self._damaged(f"pack {key} cannot be read") from error
        name, most = overlong(pack)
        if name:
            raise self._damaged(f"pack {key} has more than {most} {name}")
        return pack

    def inputs(self) -> Inputs:
        """Return everything people put in, at one moment, each kind in the order of its keys.

        A record whose text is the same as when it was last read is the very same object.
        """
        fields: dict[str, Any] = {}
        read: dict[tuple[str, str], tuple[str, object]] = {}
        values = 0
        with self.begin() as connection:
            for kind in KINDS:
                table = tables.record_tables[kind.name]
                rows = connection.execute(select(table.c.key, table.c.record).order_by(table.c.key)).all()
                values += sum(row.record.count(",") for row in rows)
                if values > bounds.MAX_VALUES:
                    raise self._damaged(f"it holds more than {bounds.MAX_VALUES} values")
                found = [self._record(kind.name, row.key, row.record) for row in rows]
                read.update(((kind.name, row.key), each) for row, each in zip(rows, found, strict=True))
                records = tuple(record for _, record in found)
                if not kind.single:
                    fields[kind.field] = records
                elif records:
                    fields[kind.field] = records[0]
        if "scope" not in fields:
            raise self._damaged("it does not say what is assessed")
        self._read = read
        return Inputs(**fields)

    def _record(self, kind: str, key: str, text: str) -> tuple[str, object]:
        known = self._read.get((kind, key))
        if known is not None and known[0] == text:
            return known
        try:
            return text, record_of(kind, text)
        except ValidationError as error:
            raise self._damaged(f"{kind}:{key} cannot be read") from error

    def events(self, after: int) -> Iterator[Event]:
        """Yield the events behind place ``after``, in order, a page at a time."""
        yield from (self.event(row) for row in self.event_rows(after))

    def event(self, row: Any) -> Event:
        """Read an event from its row; its bytes that cannot be read are told as damage."""
        try:
            return event_of(row.seq, row.body, row.prev, row.hash)
        except (ValueError, TypeError) as error:
            raise self._damaged(f"event {row.seq} cannot be read") from error

    def rows_back(self, before: int = 0) -> Iterator[Any]:
        """Yield the rows of the log before a place (0: from the end), newest first, a page at a time."""
        e, before = tables.event, before or self.head().events + 1
        while before > 1:
            query = select(*_EVENT).where(e.c.seq < before).order_by(e.c.seq.desc())
            page = self.some_rows(query.limit(_PAGE_BACK))
            if not page:
                return
            for row in page:
                if not row.seq < before:
                    raise self._damaged("its log goes round in a circle")
                before = row.seq
                yield row

    def some_rows(self, query: Select[Any]) -> list[Any]:
        """Return the first rows of the log that a query finds, as many as are held at once; none when it finds none."""
        with self.begin() as connection:
            return list(_as_many_as_fit(connection.execute(query)))

    def events_of(self, kind: str, key: str) -> tuple[Event, ...]:
        """Return the events of one record, oldest first."""
        e = tables.event
        with self.begin() as connection:
            rows = connection.execute(select(*_EVENT).where(e.c.kind == kind, e.c.key == key).order_by(e.c.seq)).all()
        return tuple(self.event(row) for row in rows)

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
        """Yield the rows of the log behind place ``after``; what is too large to be an event's is None in them."""
        e = tables.event
        while True:
            with self.begin() as connection:
                found = connection.execute(select(*_EVENT).where(e.c.seq > after).order_by(e.c.seq).limit(_PAGE))
                page = list(_as_many_as_fit(found))
            if not page:
                return
            for row in page:
                if not row.seq > after:
                    raise self._damaged("its log goes round in a circle")
                after = row.seq
                yield row

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
        """Yield the bytes of a content, no more read at once than about one chunk, so that nothing is held in between.

        Raises:
            ValueError: when a chunk is missing or does not unpack to what its row says.
        """
        k, after, expected = tables.chunk, _BEFORE_ALL, 0
        columns = (k.c.seq, k.c.codec, k.c.raw_len, bounds.within(k.c.data, CHUNK_BYTES))
        while True:
            query = select(*columns).where(k.c.content == content, k.c.seq > after).order_by(k.c.seq).limit(_PAGE)
            with self.begin() as connection:
                rows = list(_one_chunk_or_many_small(connection.execute(query)))
            if not rows:
                return
            for row in rows:
                if row.seq != expected:
                    raise ValueError(f"{expected} is missing")
                yield unpack_chunk(row.codec, row.raw_len, row.data)
                after, expected = row.seq, expected + 1

    def damage(self, progress: Progress) -> tuple[str, ...]:
        """Return what SQLite finds wrong with the pages of the file; empty when they are sound.

        Raises:
            Cancelled: through ``progress``.
        """
        with self._lock:
            size = int(pragma(self._raw, "page_count")) * int(pragma(self._raw, "page_size"))
            try:
                with budget(self._raw, OPERATIONS + size, progress=progress):
                    rows = self._raw.execute(f"PRAGMA integrity_check({_MAX_DAMAGE})").fetchall()
            except (dbapi2.Error, MemoryError) as error:
                return (str(trouble_of(error, self._path)),)
        return tuple(line for (line,) in rows if line != "ok")

    def raw(self, use: Callable[[RawConnection], Any]) -> Any:
        """Run something on the bare connection, alone."""
        with self._lock, budget(self._raw, self._most()):
            return use(self._raw)

    def _damaged(self, detail: str) -> FileDamaged:
        return FileDamaged(path=str(self._path), detail=detail)


def _as_many_as_fit(rows: Iterable[Any]) -> Iterator[Any]:
    """Yield rows of the log until they come to more bytes than are held at once; at least one."""
    size = 0
    for row in rows:
        yield row
        size += len(row.body or b"") + len(row.key or "") + len(row.actor or "")
        if size > _PAGE_BYTES:
            return


def _one_chunk_or_many_small(rows: Iterable[Any]) -> Iterator[Any]:
    size = 0
    for row in rows:
        yield row
        size += len(row.data or b"")
        if size > CHUNK_BYTES // 4:
            return
