"""From a path to connections, or to the one error that says why not; nothing here changes the file it looks at."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlcipher3 import dbapi2

from asl_desktop.errors import (
    DiskFull,
    FileDamaged,
    FileNotAssessment,
    FileTampered,
    FileTooNew,
    OutputNotWritable,
    PassphraseNeeded,
    PassphraseRefused,
    PassphraseWrong,
    UserError,
)
from asl_desktop.progress import Silent
from asl_desktop.storage import bounds, checking, migrations, schema
from asl_desktop.storage.connection import OPERATIONS, PAGE_SIZE, Mode, RawConnection, budget, connect, guard, pragma
from asl_desktop.storage.content import SHRINK_PAGES
from asl_desktop.storage.copying import drop_part, part_beside
from asl_desktop.storage.keys import RecoveryKey, Secret, key_of
from asl_desktop.storage.leftovers import clear_away
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.outside import OPEN_HERE, Outside, is_hot, look_at, settled
from asl_desktop.storage.reader import Reader
from asl_desktop.storage.troubles import unreadable

_AS_LAID_OUT = {"encoding": "UTF-8", "page_size": str(PAGE_SIZE), "auto_vacuum": "2"}


@dataclass(slots=True)
class Opened:
    """What an open document holds on to.

    Attributes:
        key: of an encrypted file; None for a plain one, and after :meth:`close`.
        scratch: folder of a private copy, gone after :meth:`close`.
    """

    path: Path
    reading: RawConnection
    writing: RawConnection | None
    lock: DocumentLock | None
    identity: tuple[int, int]
    key: RecoveryKey | None = field(default=None, repr=False)
    scratch: Path | None = None

    def close(self) -> None:
        """Give everything back, in the order that never leaves the file unlocked while we could still write it."""
        for raw in (self.writing, self.reading):
            if raw is not None:
                raw.close()
        self.key = None
        OPEN_HERE.drop(self.identity)
        if self.lock is not None:
            self.lock.release()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


def open_file(path: Path, *, read_only: bool, secret: Secret | None = None) -> Opened:
    """Open an existing document, after looking at it from outside; symbolic links are followed.

    Raises:
        FileMissing: nothing is there.
        FileNotAssessment: a folder, a device, an empty file, a file of something else.
        FileDamaged: ours, but truncated or corrupt.
        FileTampered: ours, but with a schema that no version of this program made.
        FileTooNew: made by a newer program. Not even read: what it holds that we do not know may change the outcome.
        FileLocked: somebody else has it open for writing, and so wants this caller.
        PassphraseNeeded: it looks encrypted and no secret was given.
        PassphraseWrong: it looks encrypted and the secret does not open it.
        PassphraseRefused: it is not encrypted and a secret was given, or the secret cannot be used.
        OutputNotWritable: writing was asked for and is not permitted.
    """
    path = settled(path)
    outside = look_at(path)
    require_fitting(path, outside, secret)
    if read_only:
        return _open_reading(path, outside, key_for(outside, secret))
    if not os.access(path, os.W_OK):
        raise OutputNotWritable(path=str(path), detail="the file is write-protected; open it for reading only")
    lock = DocumentLock(path)
    try:
        return _open_writing(path, outside, key_for(outside, secret), lock)
    except BaseException:
        lock.release()
        raise


def require_fitting(path: Path, outside: Outside, secret: Secret | None) -> None:
    """Refuse an encrypted file without a secret, and a secret for a plain file.

    Somebody who gives a passphrase relies on it: a plain file may have been put in the place of the encrypted one.

    Raises:
        PassphraseNeeded, PassphraseRefused
    """
    if outside.encrypted and secret is None:
        raise PassphraseNeeded(path=str(path))
    if not outside.encrypted and secret is not None:
        raise PassphraseRefused(problem=f"{path} is not encrypted; it may not be the file that you mean")


def key_for(outside: Outside, secret: Secret | None) -> RecoveryKey | None:
    """Return the key that a secret gives for a file, None for a plain one.

    Raises:
        PassphraseRefused: the secret cannot be used.
    """
    return key_of(secret, outside.salt) if secret is not None else None


def _rehearse(path: Path, key: RecoveryKey | None) -> None:
    """Play a journal back into a private copy first: one that belongs to another file would destroy this one.

    Raises:
        FileDamaged: what comes out is no sound assessment; nothing was played back. Without room for a copy nothing is
            tried.
        PassphraseWrong: the key does not open what comes out.
    """
    journal = path.with_name(path.name + "-journal")
    if not journal.exists() or not is_hot(journal):
        return
    scratch = Path(tempfile.mkdtemp(prefix="asl-read-"))
    try:
        if shutil.disk_usage(scratch).free < 2 * path.stat().st_size:
            return
        for source in (path, journal):
            shutil.copyfile(source, scratch / source.name)
        connect_looking(scratch / path.name, key, mode="rw").close()
        reader = Reader(connect_looking(scratch / path.name, key, mode="ro"), scratch / path.name)
        try:
            faults = checking.examine(reader, scratch / path.name, progress=Silent(), evidence=False)
        finally:
            reader.close()
    except PassphraseWrong:
        raise PassphraseWrong(path=str(path)) from None
    except (UserError, dbapi2.Error, MemoryError) as error:
        raise _misfit(path, journal) from error
    except OSError:  # the room went meanwhile
        return
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if faults:
        raise _misfit(path, journal)


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFull(path=str(folder), needed=needed, free=free)


def _misfit(path: Path, journal: Path) -> FileDamaged:
    detail = f"{journal.name} beside it holds an interrupted save that does not fit it, and was not played back"
    return FileDamaged(path=str(path), detail=detail)


def _require_one_name(path: Path) -> None:
    """Refuse to write a file that has a second name: after a crash, its journal would not be found under that one."""
    if path.stat().st_nlink > 1:
        detail = "it has a second name (a hard link); open it for reading only, or save a copy and change that"
        raise OutputNotWritable(path=str(path), detail=detail)


def make_ready(path: Path, key: RecoveryKey | None) -> None:
    """Bring a file into the state in which it may be written: nothing interrupted, one name, this format.

    The caller holds the lock.

    Raises:
        PassphraseWrong, FileDamaged, FileNotUpgraded, OutputNotWritable: it is as it was.
    """
    drop_part(part_beside(path))
    _require_one_name(path)
    _rehearse(path, key)
    migrations.bring_up_to_date(path, key=key)


def _open_writing(path: Path, outside: Outside, key: RecoveryKey | None, lock: DocumentLock) -> Opened:
    make_ready(path, key)
    writing = connect_looking(path, key, mode="rw", look=False)
    try:
        # Looked at by the connection that reads on: it keeps the pages, which need not be decrypted twice.
        reading = connect_looking(path, key, mode="ro")
    except BaseException:
        writing.close()
        raise
    try:
        clear_away(writing, path)
    except BaseException:
        reading.close()
        writing.close()
        raise
    return Opened(path, reading, writing, lock, OPEN_HERE.add(path, outside), key)


def _open_reading(path: Path, outside: Outside, key: RecoveryKey | None) -> Opened:
    hot = path.with_name(path.name + "-journal")
    try:
        if migrations.version_of(path, key=key) >= schema.FORMAT:
            reading = connect_looking(path, key, mode="ro")
            return Opened(path, reading, None, None, OPEN_HERE.add(path, outside), key)
    except FileDamaged:
        if not hot.exists() or OPEN_HERE.has(path):
            raise
    return _open_private_copy(path, outside, key)


def _open_private_copy(path: Path, outside: Outside, key: RecoveryKey | None) -> Opened:
    """Recover or bring up to date a copy in a private folder, so that the file itself stays as it is.

    The copy of an encrypted file is encrypted like the file.
    """
    scratch = Path(tempfile.mkdtemp(prefix="asl-read-"))
    try:
        _require_room(scratch, path.stat().st_size)
        copy = scratch / path.name
        for name in (path.name, path.name + "-journal"):
            if path.with_name(name).exists():
                shutil.copyfile(path.with_name(name), scratch / name)
        migrations.bring_up_to_date(copy, key=key)
        connect_looking(copy, key, mode="rw").close()
        reading = connect_looking(copy, key, mode="ro")
    except UserError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        values = {name: value for name, value in error.values.items() if name != "backup"}
        raise type(error)(**{**values, "path": str(path)}) from error
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Opened(path, reading, None, None, OPEN_HERE.add(copy, outside), key, scratch)


def connect_looking(path: Path, key: RecoveryKey | None, *, mode: Mode, look: bool = True) -> RawConnection:
    """Connect, and look at the schema and the small tables before anything in the file is trusted.

    Raises:
        PassphraseWrong, FileDamaged, FileTampered, FileNotAssessment, FileTooNew: nothing stays open.
    """
    try:
        raw = connect(path, key, mode=mode)
    except (dbapi2.Error, MemoryError) as error:
        raise unreadable(error, path, key) from error
    try:
        guard(raw)
        if look:
            raw.execute("BEGIN")  # nobody may change the file between one look and the next
            with budget(raw):
                _look_through(raw, path)
            _look_behind(raw, path)
            raw.execute("COMMIT")
    except (dbapi2.Error, MemoryError) as error:
        raw.close()
        raise unreadable(error, path, None) from error
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
    for setting, value in _AS_LAID_OUT.items():
        if str(pragma(raw, setting)) != value:
            raise FileTampered(path=str(path), detail=f"its setting {setting} was changed")
    for table in schema.SMALL_TABLES:
        verdict = raw.execute(f"PRAGMA quick_check({table})").fetchone()[0]
        if verdict != "ok":
            raise FileDamaged(path=str(path), detail=f"table {table}: {verdict}")
        if excess := bounds.excess(raw, table):
            raise FileDamaged(path=str(path), detail=excess)


def _look_behind(raw: RawConnection, path: Path) -> None:
    """Refuse what stands after the last page, unless a save was cut off before it gave pages back to the medium.

    That leaves whole pages, no more than are given back at once, behind a file that is sound without them. A header
    that claims too few pages does not.
    """
    size = path.stat().st_size
    behind = size - int(pragma(raw, "page_count")) * PAGE_SIZE
    if behind <= 0:
        return
    verdict = ""
    if behind % PAGE_SIZE == 0 and behind <= 2 * SHRINK_PAGES * PAGE_SIZE:
        with budget(raw, OPERATIONS + size):
            verdict = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise FileTampered(path=str(path), detail=f"{behind} bytes stand after its end")


def too_new(raw: RawConnection, path: Path, version: int) -> FileTooNew:
    """Return the refusal of a file of a newer format, naming the program that it asks for."""
    try:
        program = str(raw.execute("SELECT program FROM document").fetchone()[0])
    except (dbapi2.Error, MemoryError, TypeError):
        program = "a newer version"
    return FileTooNew(path=str(path), version=version, supported=schema.FORMAT, program=program)
