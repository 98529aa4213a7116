"""Whole files or none: how reports, identities and trust anchors reach the disk."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asl_desktop.errors import FileExists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def staged(target: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Give a new empty file beside ``target`` to write into; whatever happens, it is gone afterwards.

    The file has ``mode`` from its first byte on, so a secret is never readable by others for a moment.

    Raises:
        OSError: the folder does not exist or cannot be written.
    """
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def write_durably(path: Path, data: bytes) -> None:
    """Write into an existing file and wait until the medium has it."""
    with path.open("r+b") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def publish(temporary: Path, target: Path) -> None:
    """Put a finished file in the place of ``target``, over an older one if there is one."""
    temporary.replace(target)
    _sync_folder(target.parent)


def publish_new(temporary: Path, target: Path) -> None:
    """Put a finished file in the place of ``target``, never over another one.

    Raises:
        FileExists: something has that name already; it is left as it was.
    """
    try:
        os.link(temporary, target)
    except FileExistsError as error:
        raise FileExists(path=target) from error
    except OSError:  # file systems without hard links (FAT sticks)
        if target.exists():
            raise FileExists(path=target) from None
        temporary.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system offers it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
