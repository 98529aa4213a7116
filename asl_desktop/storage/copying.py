"""Copies by SQLite's backup interface: complete at any moment, even while somebody writes."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.errors import DiskFull, FileExists, OutputNotWritable, SaveFailed
from asl_desktop.files import put_new, sync_file
from asl_desktop.progress import Progress, Silent
from asl_desktop.storage import schema
from asl_desktop.storage.connection import RawConnection, connect
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.troubles import free_bytes, trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.keys import RecoveryKey

STEP_PAGES = 512
PATIENCE_SECONDS = 60.0
_SILENT = Silent()


def _idle() -> None:
    """Do nothing between two steps."""


def copy_connection(
    raw: RawConnection,
    target: Path,
    *,
    key: RecoveryKey | None = None,
    progress: Progress = _SILENT,
    between: Callable[[], None] = _idle,
) -> None:
    """Copy everything a connection sees into a new file and make it durable; ``between`` is called after each step.

    The target gets ``key``, which is that of the source: the backup interface does not cross from plain to encrypted.

    Raises:
        SaveFailed: when the source stays busy for longer than :data:`PATIENCE_SECONDS` without any page copied.
        Cancelled: when the person asked to stop. The caller removes the target in every case of failure.
    """
    last = (-1, time.monotonic())

    def step(_status: int, remaining: int, total: int) -> None:
        nonlocal last
        progress.check()
        progress.report(total - remaining, total)
        between()
        if remaining != last[0]:
            last = (remaining, time.monotonic())
        elif time.monotonic() - last[1] > PATIENCE_SECONDS:
            raise SaveFailed(path=str(target), detail="the file stayed busy for too long")

    copy = connect(target, key, mode="rwc")
    try:
        raw.backup(copy, pages=STEP_PAGES, progress=step, sleep=0.005)
    finally:
        copy.close()
    sync_file(target)


def save_copy(copy_to: Callable[[Path], None], target: Path, *, needed: int, key: RecoveryKey | None = None) -> None:
    """Copy a document to a new place: written beside it, looked through, then put there whole.

    Raises:
        FileExists, FileLocked, OutputNotWritable, DiskFull, SaveFailed, Cancelled: nothing is left behind.
    """
    target = target.expanduser().absolute()
    if os.path.lexists(target):
        raise FileExists(path=str(target))
    if not target.parent.is_dir():
        raise OutputNotWritable(path=str(target), detail="the folder does not exist")
    if free_bytes(target) < needed:
        raise DiskFull(path=str(target), needed=needed, free=free_bytes(target))
    lock = DocumentLock(target)
    part = part_beside(target)
    try:
        copy_to(part)
        _look_through(part, key, target=target)
        put_new(part, target)
    except dbapi2.Error as error:
        if "unable to open" in str(error):
            raise OutputNotWritable(path=str(target), detail=str(error)) from error
        raise trouble_of(error, target, needed=needed) from error
    finally:
        drop_part(part)
        lock.release()


def part_beside(target: Path) -> Path:
    """Return a free name beside ``target`` under which a file can be made before it gets its own.

    The caller holds the lock of ``target``: what lies there was left by a program that was killed, and goes.
    """
    part = target.with_name(f".{target.name}.part")
    drop_part(part)
    return part


def drop_part(part: Path) -> None:
    """Take away what is left of a file that was being made."""
    for leftover in (part, part.with_name(part.name + "-journal")):
        with contextlib.suppress(OSError):
            leftover.unlink(missing_ok=True)


def _look_through(part: Path, key: RecoveryKey | None, *, target: Path) -> None:
    copy = connect(part, key, mode="ro")
    try:
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        different = schema.differences(copy)
    finally:
        copy.close()
    if verdict != "ok" or different:
        raise SaveFailed(path=str(target), detail=f"the copy is not sound: {'; '.join(different) or verdict}")
