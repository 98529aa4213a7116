"""Nothing is written over what somebody else wrote into a file that is open here.

The lock keeps other copies of this program out. It does not keep out a file manager that copies an older state over the
file, a database client, or a computer for which a share passes no locks on.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.errors import FileChanged
from asl_desktop.storage.connection import connect, pragma
from asl_desktop.storage.standing import displaced

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from asl_desktop.storage.opening import Opened
    from asl_desktop.storage.unit_of_work import Log


class Watch:
    """Stands before a log and lets a transaction begin only in the file as this opening left it.

    Once somebody else was seen to have written, every transaction is refused until the document is opened again; a
    medium that was taken out may come back.
    """

    def __init__(self, log: Log, opened: Opened, *, device: str) -> None:
        self._log = log
        self._opened = opened
        self._path = opened.path
        self._device = device
        self._version: int | None = pragma(opened.writing, "data_version")
        self._stamp = self._look()
        self._changed = False

    def began(self, connection: Connection) -> None:
        """Compare the file with what this opening wrote last.

        Raises:
            FileReplaced, FileChanged: nothing was written in this transaction.
        """
        if (problem := displaced(self._path, self._opened.identity)) is not None:
            raise problem
        self._changed = self._changed or self._is_changed()
        if self._changed:
            raise FileChanged(path=str(self._path))
        self._log.began(connection)

    def committed(self) -> None:
        """See :class:`asl_desktop.storage.writer.Ledger`."""
        self._log.committed()
        self._stamp = self._look()

    def rolled_back(self) -> None:
        """See :class:`asl_desktop.storage.writer.Ledger`."""
        self._log.rolled_back()
        self._stamp = self._version = None

    def _is_changed(self) -> bool:
        # The engine counts what other connections committed, and rollbacks; who copies over the file goes past that.
        version, stamp = pragma(self._opened.writing, "data_version"), self._look()
        if self._version is not None and version != self._version:
            return True
        if (stamp is None or stamp != self._stamp) and self._holds_another_history():
            return True
        self._version, self._stamp = version, stamp
        return False

    def _look(self) -> tuple[int, int] | None:
        try:
            info = self._path.stat()
        except OSError:
            return None
        return info.st_size, info.st_mtime_ns

    def _holds_another_history(self) -> bool:
        """Read the end of the log past everything remembered here: time stamps alone may change for other reasons.

        Events of this opening behind the known end are a commit that was reported as failed and was none.
        """
        head = self._log.head
        try:
            with closing(connect(self._path, self._opened.key, mode="ro")) as fresh:
                query = "SELECT hash, device FROM event WHERE seq >= ? ORDER BY seq"
                rows = fresh.execute(query, (head.events,)).fetchall()
        except dbapi2.Error:
            return True
        return not rows or rows[0][0] != head.hash or any(device != self._device for _, device in rows[1:])
