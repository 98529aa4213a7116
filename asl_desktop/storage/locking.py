"""The lock beside a document: one writer at a time, and the second one learns who holds it.

The lock itself is the operating system's on ``NAME.lock`` (given back when its holder dies, however it dies); who holds
it is told by ``NAME.lock.json`` beside it. Both are removed on release.

Some network shares pass no locks on. So what is told there counts by itself when it names another computer, until
somebody takes the document over.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import json
import os
import socket
import stat
import time
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

import asl_desktop
from asl_desktop.codec import parse
from asl_desktop.errors import DiskFull, FileLocked, FileMarkedElsewhere, OutputNotWritable, UserError
from asl_desktop.files import open_ordinary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST_INFO = 4096
_MOST_WORD = 100
_TRIES = 5
_PAUSE_SECONDS = 0.02
_UNKNOWN = ("another program", "an unknown computer")


class DocumentLock:
    """Held from :meth:`__init__` to :meth:`release`."""

    def __init__(self, path: Path) -> None:
        """Take the lock of the document at ``path``.

        Raises:
            FileLocked: when another process, or another window of this one, holds it.
            FileMarkedElsewhere: when a program on another computer holds it, or was killed while it did.
            OutputNotWritable, DiskFull: when the folder does not let us put a lock there.
        """
        self._lock_path = path.with_name(path.name + ".lock")
        self._info_path = path.with_name(path.name + ".lock.json")
        self._lock = FileLock(self._lock_path, thread_local=False)
        self._mark = _whoami()
        _require_ordinary(self._lock_path, path)
        self._acquire(path)
        told = _told_by(self._info_path)
        if told is not None and told[1] != socket.gethostname():
            self._lock.release()
            raise FileMarkedElsewhere(path=str(path), holder=told[0], host=told[1])
        try:
            _write_anew(self._info_path, json.dumps(self._mark))
        except OSError as error:
            self.release()
            raise _refusal(path, error) from error

    def _acquire(self, path: Path) -> None:
        for _ in range(_TRIES):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                if self._lock_path.exists():
                    holder, host = _told_by(self._info_path) or _UNKNOWN
                    raise FileLocked(path=str(path), holder=holder, host=host) from None
                # Its holder gave it back this moment, or the file system says "try again" to what it never allows.
                time.sleep(_PAUSE_SECONDS)
            except OSError as error:
                raise _refusal(path, error) from error
            else:
                return
        raise OutputNotWritable(path=str(path), detail="the folder takes no new files")

    def release(self) -> None:
        """Give the lock back and take its files away. Safe to call twice."""
        if self._lock.is_locked:
            if self._is_ours():
                # Removed while still held: whoever opened the old file sees that it has lost its name and starts over.
                for leftover in (self._info_path, self._lock_path):
                    with contextlib.suppress(OSError):
                        leftover.unlink()
            self._lock.release()

    def _is_ours(self) -> bool:
        """Say whether the files are still those of this lock: another medium may have come to the same place."""
        told = _told_by(self._info_path)
        return told is None or told == _words_of(self._mark)


def take_over(path: Path) -> None:
    """Forget that a program on another computer has the document open, because a person knows that it has not.

    Raises:
        FileLocked: a program that is running on this computer holds it.
        OutputNotWritable: the folder lets nothing be taken away.
    """
    info = path.with_name(path.name + ".lock.json")
    told = _told_by(info)
    if told is None or told[1] == socket.gethostname():
        return
    try:
        info.unlink(missing_ok=True)
    except OSError as error:
        raise _refusal(path, error) from error
    DocumentLock(path).release()


def _told_by(info: Path) -> tuple[str, str] | None:
    """Return who holds a lock and on which computer, None when nobody says so."""
    try:
        with open_ordinary(info) as file:
            return _words_of(parse(file.read(_MOST_INFO)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _words_of(mark: Mapping[str, object]) -> tuple[str, str]:
    program, user, host, pid = (str(mark[name])[:_MOST_WORD] for name in ("program", "user", "host", "pid"))
    return f"{program} of {user}, process {pid}", host


def _require_ordinary(lock: Path, path: Path) -> None:
    """Refuse a lock that somebody made something else of: taking it empties it, and with it whatever it leads to.

    Raises:
        OutputNotWritable: with the name of the lock.
    """
    with contextlib.suppress(OSError):  # what keeps us from looking keeps us from taking it, and is told there
        info = lock.lstat()
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise OutputNotWritable(path=str(path), detail=f"{lock.name} beside it is not an ordinary file of its own")


def _write_anew(path: Path, text: str) -> None:
    """Write a new file, in the place of whatever has its name; that is never followed anywhere."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644), "w", encoding="utf-8") as file:
        file.write(text)


def _refusal(path: Path, error: OSError) -> UserError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(path=str(path))
    return OutputNotWritable(path=str(path), detail=(error.strerror or str(error)).lower())


def _whoami() -> dict[str, object]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "an unnamed user"
    program = f"ASL Desktop {asl_desktop.__version__}"
    return {"pid": os.getpid(), "host": socket.gethostname(), "user": user, "program": program}
