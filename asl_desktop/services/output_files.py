"""Files that services write: whole or not at all, and never over one that is there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.errors import DiskFull, FileExists, OutputNotWritable, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator


def output_error(path: Path, cause: OSError) -> UserError:
    """Return the user error for a failed attempt to write ``path``."""
    if cause.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFull(path=str(path))
    if cause.errno == errno.EEXIST:
        return FileExists(path=str(path))
    return OutputNotWritable(path=str(path), detail=(cause.strerror or str(cause)).lower())


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place in one step, replacing what is there.

    Raises:
        OutputNotWritable, DiskFull: what was there is left as it is.
    """
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".partial", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as cause:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise output_error(path, cause) from cause
    sync_folder(path.parent)


def place_new(source: Path, target: Path) -> None:
    """Move a finished file to its name on the same file system unless that name is taken.

    Raises:
        FileExists: what is there is left as it is.
        OutputNotWritable, DiskFull: nothing appears at ``target``.
    """
    try:
        os.link(source, target)
    except FileExistsError as cause:
        raise FileExists(path=str(target)) from cause
    except OSError:  # no hard links here (FAT, some network shares): look first, then rename
        if os.path.lexists(target):
            raise FileExists(path=str(target)) from None
        try:
            source.rename(target)
        except OSError as cause:
            raise output_error(target, cause) from cause
    else:
        source.unlink()
    sync_folder(target.parent)


@contextlib.contextmanager
def staging_folder(beside: Path) -> Iterator[Path]:
    """Give a fresh folder beside a target, on the same file system; whatever is left in it is removed in the end.

    Raises:
        OutputNotWritable, DiskFull: the folder of the target cannot be written.
    """
    try:
        stage = Path(tempfile.mkdtemp(prefix=f".{beside.name[:40]}.", suffix=".partial", dir=beside.parent))
    except OSError as cause:
        raise output_error(beside, cause) from cause
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
