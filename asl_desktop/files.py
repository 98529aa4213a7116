"""Files that are there whole or not at all: how everything that this program writes gets its name."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from asl_desktop.errors import DiskFull, FileExists, OutputNotWritable, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = ".partial"
_ABANDONED_SECONDS = 24 * 3600.0
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def open_ordinary(path: Path) -> BinaryIO:
    """Open an existing file for reading if it is an ordinary one; links are followed.

    A pipe would make us wait for ever and a device never end, so what was opened is looked at, not what has the name.

    Raises:
        OSError: it cannot be opened, or is a folder, a pipe, a socket or a device. ``strerror`` says which.
    """
    try:
        known = path.stat()
    except ValueError as error:
        raise OSError(errno.EINVAL, "No file can have this name", str(path)) from error
    _require_ordinary(path, known)  # before opening: that alone does something to some devices
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        _require_ordinary(path, os.fstat(handle))  # after it: the name may lead elsewhere by now
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _require_ordinary(path: Path, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a person's terms why ``path`` could not be written.

    Raises:
        DiskFull, OutputNotWritable: in the place of an ``OSError``.
    """
    try:
        yield
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFull(path=str(path)) from cause
        raise OutputNotWritable(path=str(path), detail=(cause.strerror or str(cause)).lower()) from cause


@contextlib.contextmanager
def staged(target: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """Give a new empty file beside ``target`` to write into; whatever happens, it is gone afterwards.

    The file has ``mode`` from its first byte on, so a secret is never readable by others for a moment.

    Raises:
        OSError: the folder does not exist or cannot be written.
    """
    _sweep(target)
    part = target.with_name(f"{_stem(target)}{secrets.token_hex(6)}{_SUFFIX}")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode | 0o600))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Give a fresh folder beside ``target``, on the same file system; what is left in it is removed in the end.

    What people are told of a file in it, they are told of ``target``.

    Raises:
        OutputNotWritable, DiskFull: the folder of the target cannot be written.
    """
    _sweep(target)
    with writing(target):
        stage = Path(tempfile.mkdtemp(prefix=_stem(target), suffix=_SUFFIX, dir=target.parent))
    try:
        yield stage
    except UserError as error:
        if Path(str(error.values.get("path", ""))).is_relative_to(stage):
            error.values["path"] = str(target)
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Take away what killed programs left of earlier attempts at ``target``; recent ones may be somebody at work."""
    with contextlib.suppress(OSError):
        for left in target.parent.iterdir():
            if not (left.name.startswith(_stem(target)) and left.name.endswith(_SUFFIX)):
                continue
            with contextlib.suppress(OSError):
                if time.time() - left.lstat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def replace_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put ``data`` at ``path`` in one step; a file that is there passes its permissions on, a new one gets ``mode``.

    Raises:
        OutputNotWritable, DiskFull: what was there is left as it is.
    """
    with writing(path):
        if path.exists():
            mode = path.stat().st_mode & 0o777
        with staged(path, mode=mode) as part:
            part.write_bytes(data)
            put(part, path)


def put(part: Path, target: Path) -> None:
    """Give a finished file its name, over an older file if there is one, and make both durable.

    Raises:
        OSError: what was at ``target`` is left as it is.
    """
    sync_file(part)
    part.replace(target)
    sync_folder(target.parent)


def put_new(part: Path, target: Path) -> None:
    """Give a finished file its name, never over another file, and make both durable.

    Raises:
        FileExists: something has that name already; it is left as it is.
        OutputNotWritable, DiskFull: nothing appears at ``target``.
    """
    with writing(target):
        sync_file(part)
        try:
            os.link(part, target)
        except FileExistsError as cause:
            raise FileExists(path=str(target)) from cause
        except OSError:  # no hard links here (FAT, some network shares): look first, then rename
            if os.path.lexists(target):
                raise FileExists(path=str(target)) from None
            part.rename(target)
        else:
            part.unlink()
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Wait until the medium has the bytes of a file."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the medium has the names in a folder, where the system offers it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _stem(target: Path) -> str:
    return f".{target.name[:40]}."
