"""Whether a file is still the one that was opened.

A file that is removed or replaced while it is open can be written on without an error, and what is written is gone
with the last handle. So nothing is acknowledged before this was looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.errors import FileReplaced

if TYPE_CHECKING:
    from pathlib import Path


def displaced(path: Path, identity: tuple[int, int]) -> FileReplaced | None:
    """Return the error to raise when ``path`` is no longer the file with this device and inode, else None."""
    try:
        info = path.stat()
    except OSError:
        return FileReplaced(path=str(path), detail="it was moved or deleted, or its disk was taken out")
    if (info.st_dev, info.st_ino) != identity:
        return FileReplaced(path=str(path), detail="another file was put in its place")
    return None
