"""From a path to connections, or to the one error that says why not; nothing here changes the file it looks at."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2

from asl_desktop.errors import (
    FileDamaged,
    FileMissing,
    FileNotAssessment,
    FileTampered,
    FileTooNew,
    OutputNotWritable,
    UserError,
)
from asl_desktop.storage import migrations, schema
from asl_desktop.storage.connection import Mode, RawConnection, budget, connect, guard, pragma
from asl_desktop.storage.leftovers import clear_away
from asl_desktop.storage.locking import DocumentLock

OPENING_SECONDS = 10.0
_MAGIC = b"SQLite format 3\x00"
_HEADER = 100


class _OpenHere:
    """Which files this process has open, by device and inode.

    Opening such a file a second time with plain I/O and closing it would drop the locks that SQLite holds on it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count: Counter[tuple[int, int]] = Counter()

    def add(self, path: Path, step: int) -> tuple[int, int]:
        """Count a connection in (1); returns what to give to :meth:`drop`."""
        info = path.stat()
        identity = (info.st_dev, info.st_ino)
        with self._lock:
            self._count[identity] += step
        return identity

    def drop(self, identity: tuple[int, int]) -> None:
        """Count a connection out."""
        with self._lock:
            self._count[identity] -= 1
            self._count += Counter()

    def has(self, path: Path) -> bool:
        """Say whether this process has the file open as a document."""
        try:
            info = path.stat()
        except OSError:
            return False
        with self._lock:
            return self._count[(info.st_dev, info.st_ino)] > 0


OPEN_HERE = _OpenHere()


@dataclass(slots=True)
class Opened:
    """What an open document holds on to; ``scratch`` is a private copy's folder, gone after :meth:`close`."""

    path: Path
    reading: RawConnection
    writing: RawConnection | None
    lock: DocumentLock | None
    identity: tuple[int, int]
    scratch: Path | None = None

    def close(self) -> None:
        """Give everything back, in the order that never leaves the file unlocked while we could still write it."""
        for raw in (self.writing, self.reading):
            if raw is not None:
                raw.close()
        OPEN_HERE.drop(self.identity)
        if self.lock is not None:
            self.lock.release()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


def open_file(path: Path, *, read_only: bool, key: bytes | None = None) -> Opened:
    """Open an existing document, after looking at it from outside; symbolic links are followed.

    Raises:
        FileMissing: nothing is there.
        FileNotAssessment: a folder, a device, an empty file, a file of something else.
        FileDamaged: ours, but truncated or corrupt.
        FileTampered: ours, but with a schema that no version of this program made.
        FileTooNew: made by a newer program. Not even read: what it holds that we do not know may change the outcome.
        FileLocked: somebody else has it open for writing, and so wants this caller.
        OutputNotWritable: writing was asked for and is not permitted.
    """
    path = path.expanduser().resolve()
    _look_at(path)
    if read_only:
        return _open_reading(path, key)
    if not os.access(path, os.W_OK):
        raise OutputNotWritable(path=str(path), detail="the file is write-protected; open it for reading only")
    lock = DocumentLock(path)
    try:
        migrations.bring_up_to_date(path, key=key)
        writing = _connect(path, key, mode="rw")
        try:
            clear_away(writing, path)
            reading = _connect(path, key, mode="ro", look=False)
        except BaseException:
            writing.close()
            raise
    except BaseException:
        lock.release()
        raise
    return Opened(path=path, reading=reading, writing=writing, lock=lock, identity=OPEN_HERE.add(path, 1))


def _open_reading(path: Path, key: bytes | None) -> Opened:
    hot = path.with_name(path.name + "-journal")
    try:
        if migrations.version_of(path, key=key) >= schema.FORMAT:
            reading = _connect(path, key, mode="ro")
            return Opened(path=path, reading=reading, writing=None, lock=None, identity=OPEN_HERE.add(path, 1))
    except FileDamaged:
        if not hot.exists() or OPEN_HERE.has(path):
            raise
    return _open_private_copy(path, key)


def _open_private_copy(path: Path, key: bytes | None) -> Opened:
    """Recover or bring up to date a copy in a private folder, so that the file itself stays as it is."""
    scratch = Path(tempfile.mkdtemp(prefix="asl-read-"))
    try:
        copy = scratch / path.name
        for name in (path.name, path.name + "-journal"):
            if path.with_name(name).exists():
                shutil.copyfile(path.with_name(name), scratch / name)
        migrations.bring_up_to_date(copy, key=key)
        _connect(copy, key, mode="rw").close()
        reading = _connect(copy, key, mode="ro")
    except UserError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        values = {name: value for name, value in error.values.items() if name != "backup"}
        raise type(error)(**{**values, "path": str(path)}) from error
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    identity = OPEN_HERE.add(copy, 1)
    return Opened(path=path, reading=reading, writing=None, lock=None, identity=identity, scratch=scratch)


def _look_at(path: Path) -> None:
    """Refuse from outside what cannot be a document of ours."""
    try:
        info = path.stat()
    except FileNotFoundError as error:
        raise FileMissing(path=str(path)) from error
    except OSError as error:
        raise FileNotAssessment(path=str(path), detail=error.strerror or str(error)) from error
    if stat.S_ISDIR(info.st_mode):
        raise FileNotAssessment(path=str(path), detail="it is a folder")
    if not stat.S_ISREG(info.st_mode):
        raise FileNotAssessment(path=str(path), detail="it is a device or a pipe, not a file")
    if info.st_size == 0:
        raise FileNotAssessment(path=str(path), detail="it is empty")
    if not OPEN_HERE.has(path):
        _look_inside(path, info.st_size)


def _look_inside(path: Path, size: int) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise FileNotAssessment(path=str(path), detail=error.strerror or str(error)) from error
    if not header.startswith(_MAGIC[: len(header)]) or len(header) < len(_MAGIC):
        raise FileNotAssessment(path=str(path), detail="its first bytes are those of some other kind of file")
    if len(header) < _HEADER:
        raise FileDamaged(path=str(path), detail=f"only {size} bytes are left of it")
    if int.from_bytes(header[68:72], "big") != schema.APPLICATION_ID:
        raise FileNotAssessment(path=str(path), detail="it is a SQLite file of another program")
    if header[18:20] != b"\x01\x01":
        raise FileTampered(path=str(path), detail="its journal mode was changed")
    pages, page_size = int.from_bytes(header[28:32], "big"), int.from_bytes(header[16:18], "big")
    hot = path.with_name(path.name + "-journal")
    if size < pages * page_size and not (hot.exists() and hot.stat().st_size):
        raise FileDamaged(path=str(path), detail=f"{size} bytes are left of {pages * page_size}")


def _connect(path: Path, key: bytes | None, *, mode: Mode, look: bool = True) -> RawConnection:
    """Connect, and look at the schema and the small tables before anything in the file is trusted."""
    try:
        raw = connect(path, key, mode=mode)
    except dbapi2.Error as error:
        raise FileDamaged(path=str(path), detail=str(error)) from error
    try:
        if look:
            with budget(raw, OPENING_SECONDS):
                _look_through(raw, path)
        guard(raw)
    except dbapi2.Error as error:
        raw.close()
        raise FileDamaged(path=str(path), detail=str(error)) from error
    except BaseException:
        raw.close()
        raise
    return raw


def _look_through(raw: RawConnection, path: Path) -> None:
    if pragma(raw, "application_id") != schema.APPLICATION_ID:
        raise FileNotAssessment(path=str(path), detail="it is a SQLite file of another program")
    version = pragma(raw, "user_version")
    if version > schema.FORMAT:
        raise too_new(raw, path, version)
    different = schema.differences(raw)
    if different:
        raise FileTampered(path=str(path), detail="; ".join(different))
    for table in schema.SMALL_TABLES:
        verdict = raw.execute(f"PRAGMA quick_check({table})").fetchone()[0]
        if verdict != "ok":
            raise FileDamaged(path=str(path), detail=f"table {table}: {verdict}")


def too_new(raw: RawConnection, path: Path, version: int) -> FileTooNew:
    """Return the refusal of a file of a newer format, naming the program that it asks for."""
    try:
        program = str(raw.execute("SELECT program FROM document").fetchone()[0])
    except (dbapi2.Error, TypeError):
        program = "a newer version"
    return FileTooNew(path=str(path), version=version, supported=schema.FORMAT, program=program)
