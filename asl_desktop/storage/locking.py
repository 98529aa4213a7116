"""The lock beside a document: one writer at a time, and the second one learns who holds it.

The lock itself is the operating system's on ``NAME.lock`` (given back when its holder dies, however it dies); who holds
it is told by ``NAME.lock.json`` beside it. Both are removed on release.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import json
import os
import socket
import stat
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

import asl_desktop
from asl_desktop.codec import parse
from asl_desktop.errors import DiskFull, FileLocked, OutputNotWritable, UserError
from asl_desktop.files import open_ordinary

if TYPE_CHECKING:
    from pathlib import Path

_MOST_INFO = 4096
_MOST_WORD = 100


class DocumentLock:
    """Held from :meth:`__init__` to :meth:`release`."""

    def __init__(self, path: Path) -> None:
        """Take the lock of the document at ``path``.

        Raises:
            FileLocked: when another process, or another window of this one, holds it.
            OutputNotWritable, DiskFull: when the folder does not let us put a lock there.
        """
        self._lock_path = path.with_name(path.name + ".lock")
        self._info_path = path.with_name(path.name + ".lock.json")
        self._lock = FileLock(self._lock_path, thread_local=False)
        _require_ordinary(self._lock_path, path)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if not self._lock_path.exists():  # some file systems answer "try again" to what they never allow
                raise OutputNotWritable(path=str(path), detail="the folder takes no new files") from None
            holder, host = self._holder()
            raise FileLocked(path=str(path), holder=holder, host=host) from None
        except OSError as error:
            raise _refusal(path, error) from error
        try:
            _write_anew(self._info_path, json.dumps(_whoami()))
        except OSError as error:
            self.release()
            raise _refusal(path, error) from error

    def release(self) -> None:
        """Give the lock back and take its files away. Safe to call twice."""
        if self._lock.is_locked:
            # Removed while still held: whoever opened the old file sees that it has lost its name and starts over.
            for leftover in (self._info_path, self._lock_path):
                with contextlib.suppress(OSError):
                    leftover.unlink()
            self._lock.release()

    def _holder(self) -> tuple[str, str]:
        try:
            with open_ordinary(self._info_path) as file:
                info = parse(file.read(_MOST_INFO))
            program, user, host = (str(info[name])[:_MOST_WORD] for name in ("program", "user", "host"))
            return f"{program} of {user}, process {str(info['pid'])[:_MOST_WORD]}", host
        except (OSError, ValueError, KeyError, TypeError):
            return "another program", "an unknown computer"


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
