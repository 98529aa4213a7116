"""Another key for a file, or a key for a plain one, or none any more: by a new file that takes the old one's place.

In place would be slower and would leave no way back while it runs. Until the new file is whole, looked through and on
the medium, the old one is not touched; then one rename decides.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.errors import (
    Cancelled,
    DiskFull,
    FileChanged,
    FileDamaged,
    OutputNotWritable,
    PassphraseRefused,
    SaveFailed,
)
from asl_desktop.files import put, writing
from asl_desktop.storage.connection import PAGE_SIZE, RawConnection, claim, connect
from asl_desktop.storage.copying import drop_part, part_beside
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import new_key
from asl_desktop.storage.leftovers import clear_away
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.opening import key_for, make_ready, require_fitting
from asl_desktop.storage.outside import look_at, settled
from asl_desktop.storage.standing import displaced
from asl_desktop.storage.troubles import free_bytes, trouble_of

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import RecoveryKey, Secret

_STEP = 50


def rekey(path: Path, *, old: Secret | None, new: Secret | None, progress: Progress) -> None:
    """Put a file of the same content under another secret; ``None`` stands for a plain file, before or after.

    The file is locked throughout. Killed at any moment, it is the old or the new one.

    Raises:
        FileLocked, PassphraseNeeded, PassphraseWrong, PassphraseRefused, DiskFull, Cancelled and all that opening
            raises: the file is as it was.
    """
    path = settled(path)
    outside = look_at(path)
    require_fitting(path, outside, old)
    if not outside.encrypted and new is None:
        raise PassphraseRefused(problem=f"{path} is not encrypted, so there is nothing to take away")
    if not os.access(path, os.W_OK):
        raise OutputNotWritable(path=str(path), detail="the file is write-protected")
    lock = DocumentLock(path)
    try:
        key = key_for(outside, old)
        make_ready(path, key)
        _replace(path, key, new_key(new) if new is not None else None, progress=progress)
    finally:
        lock.release()


def _replace(path: Path, key: RecoveryKey | None, fresh: RecoveryKey | None, *, progress: Progress) -> None:
    with Document.open(path, read_only=True, secret=key) as document:  # looks through it before it is trusted
        named = document.document_id, document.head()
    before = path.stat()
    size = before.st_size
    if free_bytes(path) < size:
        raise DiskFull(path=str(path), needed=size, free=free_bytes(path))
    part = part_beside(path)
    try:
        _export(path, key, part, fresh, progress=progress)
        progress.report(0, 0, "checking the new file")
        _require_same(part, fresh, named, path=path, progress=progress)
        _require_untouched(path, before)
        with writing(path):
            part.chmod(before.st_mode & 0o777)
            put(part, path)
    except dbapi2.Error as error:
        raise trouble_of(error, path, needed=size) from error
    finally:
        drop_part(part)


def _require_untouched(path: Path, before: os.stat_result) -> None:
    """Refuse to put a new file over one that somebody changed or replaced meanwhile; the lock does not stop everybody.

    Raises:
        FileReplaced, FileChanged
    """
    if (problem := displaced(path, (before.st_dev, before.st_ino))) is not None:
        raise problem
    now = path.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise FileChanged(path=str(path))


def _export(path: Path, key: RecoveryKey | None, part: Path, fresh: RecoveryKey | None, *, progress: Progress) -> None:
    claim(part)
    raw = connect(path, key)
    try:
        clear_away(raw, path)  # a journal that outlives the file would be played back into its successor
        if path.with_name(path.name + "-journal").exists():
            raise SaveFailed(path=str(path), detail="another program is reading it")
        raw.execute("PRAGMA foreign_keys=OFF")  # the tables come one after the other
        raw.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(part), fresh.literal() if fresh is not None else ""))
        raw.execute(f"PRAGMA fresh.{'cipher_page_size' if fresh is not None else 'page_size'}={PAGE_SIZE}")
        raw.execute("PRAGMA fresh.auto_vacuum=INCREMENTAL")
        _pour(raw, part, path.stat().st_size, progress=progress)
        for mark in ("application_id", "user_version"):
            raw.execute(f"PRAGMA fresh.{mark}={int(raw.execute(f'PRAGMA main.{mark}').fetchone()[0])}")
        raw.execute("DETACH DATABASE fresh")
    finally:
        raw.close()


def _pour(raw: RawConnection, part: Path, size: int, *, progress: Progress) -> None:
    """Export in one statement that looks up now and then to report and to be stopped."""
    stopped: list[BaseException] = []

    def look_up() -> int:
        try:
            progress.check()
            progress.report(min(part.stat().st_size, size), size, "writing the new file")
        except BaseException as error:  # noqa: BLE001 - the driver would swallow it
            stopped.append(error)
        return len(stopped)

    raw.set_progress_handler(look_up, _STEP)
    try:
        raw.execute("SELECT sqlcipher_export('fresh')").fetchall()
    except dbapi2.Error as error:
        if stopped:
            raise stopped[0] from None
        if "interrupted" in str(error):  # Ctrl+C came before the function could catch it
            raise Cancelled from None
        raise
    finally:
        raw.set_progress_handler(None, 0)


def _require_same(
    part: Path, key: RecoveryKey | None, named: tuple[str, object], *, path: Path, progress: Progress
) -> None:
    """Open the new file with the new key and go through all of it: history, tables, evidence.

    Raises:
        SaveFailed: it is another document, or its history ends elsewhere.
        FileDamaged: it is not in order, because the file it was made from is not.
    """
    with Document.open(part, read_only=True, secret=key) as document:
        same = (document.document_id, document.head()) == named
        problems = document.check(progress=progress)
    if not same:
        raise SaveFailed(path=str(path), detail="the new file does not hold what the old one holds")
    if problems:
        raise FileDamaged(path=str(path), detail=problems[0])
