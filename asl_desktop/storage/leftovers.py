"""What a killed program leaves beside a document or behind its end, taken away by the next one that may write it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.storage.connection import PAGE_SIZE, pragma
from asl_desktop.storage.copying import drop_part, part_beside

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.connection import RawConnection


def clear_away(raw: RawConnection, path: Path) -> None:
    """Take away unfinished files, a journal that SQLite no longer needs, and pages that no longer belong to the file.

    The caller holds the lock of ``path`` and has seen that the file is sound without what stands after its end.

    SQLite plays a journal back only when it says where it ends; one that was killed earlier than that, it leaves until
    the next save. It gives pages back only after the save that no longer needs them; killed in between, it leaves them
    for good. Both hold pages of the document, and a file at rest is one file.
    """
    drop_part(part_beside(path))
    journal = path.with_name(path.name + "-journal")
    if not journal.exists() and path.stat().st_size <= _end(raw):
        return
    with contextlib.suppress(dbapi2.OperationalError):  # somebody reads for long: the next save takes the journal away
        raw.execute("BEGIN EXCLUSIVE")  # what was hot was played back, and no other connection is in a transaction
        with contextlib.suppress(OSError):
            journal.unlink(missing_ok=True)
            if path.stat().st_size > _end(raw):
                os.truncate(path, _end(raw))  # by name: closing a descriptor would give up the locks of SQLite
        raw.execute("ROLLBACK")


def _end(raw: RawConnection) -> int:
    return int(pragma(raw, "page_count")) * PAGE_SIZE
