"""What a killed program leaves beside a document, taken away by the next one that opens it for writing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.storage.copying import drop_part, part_beside

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.connection import RawConnection


def clear_away(raw: RawConnection, path: Path) -> None:
    """Take away unfinished files and a journal that SQLite no longer needs. The caller holds the lock of ``path``.

    SQLite plays a journal back only when it says where it ends; one that was killed earlier than that, it leaves until
    the next save. It holds pages of the document, and a file at rest is one file.
    """
    drop_part(part_beside(path))
    journal = path.with_name(path.name + "-journal")
    if not journal.exists():
        return
    with contextlib.suppress(dbapi2.OperationalError):  # somebody reads for long: the next save takes the journal away
        raw.execute("BEGIN EXCLUSIVE")  # what was hot was played back, and no other connection is in a transaction
        with contextlib.suppress(OSError):
            journal.unlink()
        raw.execute("ROLLBACK")
