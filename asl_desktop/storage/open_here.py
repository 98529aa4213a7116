"""Which files this process has open as documents. Light to import: whatever opens a file by its own asks here first."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.outside import Outside


class _OpenHere:
    """Which files this process has open, by device and inode, and what they look like.

    Opening such a file a second time with plain I/O and closing it would drop the locks that SQLite holds on it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count: Counter[tuple[int, int]] = Counter()
        self._looks: dict[tuple[int, int], Outside] = {}

    def add(self, path: Path, outside: Outside) -> tuple[int, int]:
        """Count a document in; returns what to give to :meth:`drop`."""
        info = path.stat()
        identity = (info.st_dev, info.st_ino)
        with self._lock:
            self._count[identity] += 1
            self._looks[identity] = outside
        return identity

    def drop(self, identity: tuple[int, int]) -> None:
        """Count a document out."""
        with self._lock:
            self._count[identity] -= 1
            if self._count[identity] <= 0:
                del self._count[identity]
                self._looks.pop(identity, None)

    def look(self, path: Path) -> Outside | None:
        """Return how a file looks that this process has open as a document, None when it has not."""
        try:
            info = path.stat()
        except OSError:
            return None
        with self._lock:
            return self._looks.get((info.st_dev, info.st_ino))

    def has(self, path: Path) -> bool:
        """Say whether this process has the file open as a document."""
        return self.look(path) is not None


OPEN_HERE = _OpenHere()
