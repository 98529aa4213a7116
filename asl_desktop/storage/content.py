"""The bytes of evidence: in, out and away, in slices, so that no file is ever in memory as a whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import zlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import Connection, delete, func, insert, select, update

from asl_desktop.clock import new_id
from asl_desktop.errors import Cancelled, DiskFull, FileDamaged, UserError
from asl_desktop.storage import tables
from asl_desktop.storage.troubles import free_bytes
from asl_desktop.storage.writer import Lane, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from asl_desktop.progress import Progress

CHUNK_BYTES = 4 * 1024 * 1024
SLICES_IN_FLIGHT = 4
SHRINK_PAGES = 1000
RESERVE_BYTES = 32 * 1024 * 1024
"""Room that taking in evidence leaves on the medium, so that answers can still be saved."""
WORTH_IT = 0.95
_PROBE_BYTES = 64 * 1024

_log = logging.getLogger(__name__)
_ADD_CONTENT = insert(tables.content)
_ADD_CHUNK = insert(tables.chunk)


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are in the file but do not count yet."""

    content: str
    sha256: str
    size: int


def pack_chunk(data: bytes) -> tuple[str, bytes]:
    """Return codec and stored bytes of a chunk: deflate where that saves 5 % or more, the bytes themselves elsewhere.

    Deflate, because anybody can unpack it with nothing but Python's standard library.
    """
    probe = data[len(data) // 2 :][:_PROBE_BYTES]
    if len(zlib.compress(probe, 1)) >= WORTH_IT * len(probe):
        return "raw", data
    small = zlib.compress(data, 1)
    return ("deflate", small) if len(small) < WORTH_IT * len(data) else ("raw", data)


def unpack_chunk(codec: str, raw_len: int, data: bytes | None) -> bytes:
    """Return the bytes of a chunk.

    Raises:
        ValueError: when it does not unpack to exactly ``raw_len`` bytes; no more than that is ever unpacked.
    """
    if not 0 < raw_len <= CHUNK_BYTES:
        raise ValueError(f"claims {raw_len} bytes")
    if data is None:
        raise ValueError(f"has more than {CHUNK_BYTES} stored bytes")
    if codec == "raw":
        plain = data
    elif codec == "deflate":
        stream = zlib.decompressobj()
        try:
            plain = stream.decompress(data, raw_len)
            over = stream.decompress(stream.unconsumed_tail, 1)
        except zlib.error as error:
            raise ValueError(f"cannot be unpacked: {error}") from error
        if over or not stream.eof or stream.unused_data:
            raise ValueError(f"does not unpack to exactly {raw_len} bytes")
    else:
        raise ValueError(f"has the unknown codec {codec}")
    if len(plain) != raw_len:
        raise ValueError(f"is {len(plain)} bytes long instead of {raw_len}")
    return plain


def require_room(path: Path, size: int) -> None:
    """Refuse before anything is written when ``size`` more bytes would fill the medium.

    Raises:
        DiskFull: with the bytes needed and the bytes free.
    """
    needed = size + size // 50 + RESERVE_BYTES
    free = free_bytes(path)
    if free < needed:
        raise DiskFull(path=str(path), needed=needed, free=free)


class Intake:
    """Takes one stream into the file, as staged chunks."""

    def __init__(self, writer: Writer, path: Path, *, progress: Progress, text: str, total: int) -> None:
        self._writer = writer
        self._path = path
        self._progress = progress
        self._text = text
        self._total = total
        self._content = new_id()
        self._flying: deque[Future[None]] = deque()
        self.most: int | None = None
        """Where a source is known to end: one that grows while it is read might never."""

    def run(self, source: BinaryIO) -> Staged:
        """Read the stream to its end; hashing and compressing happen here while the writer writes.

        Raises:
            Cancelled: when the person asked to stop; the staged chunks, which never counted, go in the background.
            DiskFull: when the medium filled up on the way; they are gone by then.
        """
        row = {"id": self._content, "sha256": "", "size": 0, "state": "staging"}
        try:
            self._writer.submit(lambda c: c.execute(_ADD_CONTENT, row).rowcount, lane=Lane.EVIDENCE).result()
            sha256, size = self._slices(source)
            while self._flying:
                self._flying.popleft().result()
        except Cancelled:
            self._leave()
            raise
        except BaseException:
            self.undo()
            raise
        return Staged(content=self._content, sha256=sha256, size=size)

    def undo(self) -> None:
        """Take the staged chunks away again."""
        for future in self._flying:
            future.cancel()
        for future in self._flying:
            if not future.cancelled():
                future.exception()
        with contextlib.suppress(UserError):  # no room even for this: the next opening takes them away
            discard(self._writer, self._content)

    def _leave(self) -> None:
        """Leave the staged chunks to be tidied up: hundreds of small transactions, and a person waits."""
        for future in self._flying:
            future.cancel()
        tidy(self._writer, (self._content,))

    def _slices(self, source: BinaryIO) -> tuple[str, int]:
        digest, done, seq = hashlib.sha256(), 0, 0
        while data := _read_full(source, CHUNK_BYTES):
            self._progress.check()
            if len(self._flying) >= SLICES_IN_FLIGHT:
                self._flying.popleft().result()
            if self.most is not None and done + len(data) > self.most:
                raise OSError(errno.EIO, "It changed while it was being read")
            digest.update(data)
            codec, stored = pack_chunk(data)
            self._flying.append(self._submit(seq, codec=codec, raw_len=len(data), data=stored))
            done, seq = done + len(data), seq + 1
            self._progress.report(done, max(done, self._total), self._text)
        self._progress.check()
        return digest.hexdigest(), done

    def _submit(self, seq: int, *, codec: str, raw_len: int, data: bytes) -> Future[None]:
        row = {"content": self._content, "seq": seq, "codec": codec, "raw_len": raw_len, "data": data}

        def write(connection: Connection) -> None:
            connection.execute(_ADD_CHUNK, row)

        return self._writer.submit(write, lane=Lane.EVIDENCE, size=raw_len)


def publish(connection: Connection, staged: Staged) -> bool:
    """Make staged bytes count, in the open transaction; False when the document already holds the same bytes."""
    c = tables.content
    held = connection.execute(select(c.c.state).where(c.c.sha256 == staged.sha256, c.c.state != "staging")).scalar()
    if held is not None:
        return False
    values = {"sha256": staged.sha256, "size": staged.size, "state": "ok"}
    connection.execute(update(c).where(c.c.id == staged.content).values(**values))
    return True


def retire(connection: Connection, sha256: str) -> None:
    """Let bytes count no more, in the open transaction; they stay until somebody gives them up."""
    c = tables.content
    connection.execute(update(c).where(c.c.sha256 == sha256, c.c.state == "ok").values(state="removed"))


def revive(connection: Connection, sha256: str) -> None:
    """Let retired bytes count again, in the open transaction."""
    c = tables.content
    connection.execute(update(c).where(c.c.sha256 == sha256, c.c.state == "removed").values(state="ok"))


def give_up_retired(connection: Connection) -> tuple[int, tuple[str, ...]]:
    """Turn retired bytes into leftovers, in the open transaction; returns their size and their contents."""
    c = tables.content
    rows = connection.execute(select(c.c.id, c.c.size).where(c.c.state == "removed")).all()
    connection.execute(update(c).where(c.c.state == "removed").values(state="staging", sha256="", size=0))
    return sum(row.size for row in rows), tuple(row.id for row in rows)


def discard(writer: Writer, content: str) -> None:
    """Take away the chunks of a content that does not count, one by one, and give the room back to the medium."""
    k, c = tables.chunk, tables.content

    def drop_one(connection: Connection) -> bool:
        first = connection.execute(select(func.min(k.c.id)).where(k.c.content == content)).scalar()
        if first is None:
            connection.execute(delete(c).where(c.c.id == content, c.c.state == "staging"))
            return False
        connection.execute(delete(k).where(k.c.id == first))
        return True

    while writer.submit(drop_one, lane=Lane.EVIDENCE).result():
        continue
    shrink(writer)


def shrink(writer: Writer) -> None:
    """Give free pages back to the medium, in steps that an answer never waits long for."""

    def step(connection: Connection) -> bool:
        # The driver frees one page per row fetched, and SQLAlchemy does not fetch from a statement without columns.
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA incremental_vacuum({SHRINK_PAGES})").fetchall()
        return bool(connection.exec_driver_sql("PRAGMA freelist_count").scalar())

    _repeat(writer, step, then=lambda: None)


def tidy(writer: Writer, leftovers: tuple[str, ...]) -> None:
    """Take away, in the background, contents that never came to count or were given up."""
    c, k = tables.content, tables.chunk

    def drop_some(connection: Connection) -> bool:
        first = connection.execute(select(k.c.id).where(k.c.content.in_(leftovers)).limit(1)).scalar()
        if first is None:
            connection.execute(delete(c).where(c.c.id.in_(leftovers), c.c.state == "staging"))
            return False
        connection.execute(delete(k).where(k.c.id == first))
        return True

    _repeat(writer, drop_some, then=lambda: shrink(writer))


def leftovers(connection: Connection) -> tuple[str, ...]:
    """Return the contents that an interrupted intake left behind, or that were given up; for :func:`tidy`."""
    c = tables.content
    return tuple(connection.execute(select(c.c.id).where(c.c.state == "staging")).scalars())


def _repeat(writer: Writer, step: Callable[[Connection], bool], *, then: Callable[[], None]) -> None:
    """Run a step in the background until it returns False, or the document closes; what is left waits."""

    def again(future: Future[bool]) -> None:
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            if not isinstance(error, UserError):  # a full disk is no news here; the next opening tries again
                _log.error("tidying up stopped", exc_info=error)
        elif future.result():
            _repeat(writer, step, then=then)
        else:
            then()

    with contextlib.suppress(RuntimeError):
        writer.submit(step, lane=Lane.TIDY).add_done_callback(again)


def _read_full(source: BinaryIO, size: int) -> bytes:
    """Read exactly ``size`` bytes, fewer only at the end; raw streams may give less at a time."""
    parts: list[bytes] = []
    left = size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def write_out(
    chunks: Iterator[bytes], target: BinaryIO, *, expected: tuple[str, int], path: Path, progress: Progress
) -> None:
    """Write chunks to a stream and make sure that they are what the digest says.

    Raises:
        FileDamaged: when they are not.
        DiskFull: when the target has no room.
    """
    sha256, size = expected
    digest, done = hashlib.sha256(), 0
    try:
        for data in chunks:
            progress.check()
            target.write(data)
            digest.update(data)
            done += len(data)
            progress.report(done, size)
    except ValueError as error:
        raise FileDamaged(path=str(path), detail=f"evidence {sha256}: a chunk {error}") from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        name = str(getattr(target, "name", ""))
        raise DiskFull(path=name, needed=size, free=free_bytes(Path(name))) from error
    if digest.hexdigest() != sha256 or done != size:
        raise FileDamaged(path=str(path), detail=f"evidence {sha256}: the bytes no longer match their digest")


def file_size(source: BinaryIO) -> int:
    """Return the size of an open file, 0 for a stream that does not tell."""
    try:
        return os.fstat(source.fileno()).st_size
    except (OSError, AttributeError, ValueError):
        return 0
