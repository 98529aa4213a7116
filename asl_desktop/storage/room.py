"""How much the records of a document hold, so that nothing is written that a later opening would have to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from asl_desktop.errors import ValueRefused
from asl_desktop.storage import bounds, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST = bounds.MAX_ALL // 2
"""Bytes of all records of a kind: the columns beside a record repeat parts of it, each part once."""


class Room:
    """Keeps count of what is there, from the first change on; used on the writer's thread."""

    def __init__(self) -> None:
        self._bytes: dict[str, int] = {}
        self._values = 0

    def forget(self) -> None:
        """Count anew at the next change: what was counted last may not have become durable."""
        self._bytes = {}

    def change(self, connection: Connection, kind: str, key: str, *, old: str, new: str) -> None:
        """Count a record in the place of another; an empty text is none.

        Raises:
            ValueRefused: the assessment would hold more than can be read again. Making things smaller always works.
        """
        if not self._bytes:
            self._count(connection)
        size = self._bytes[kind] + len(new.encode()) - len(old.encode())
        values = self._values + new.count(",") - old.count(",")
        if len(new) > len(old) and size > _MOST:
            raise _full(kind, key, f"all of its kind together are longer than {_MOST // 2**20} MiB")
        if values > max(bounds.MAX_VALUES, self._values):
            raise _full(kind, key, f"the assessment would hold more than {bounds.MAX_VALUES:,} values or commas")
        self._bytes[kind], self._values = size, values

    def _count(self, connection: Connection) -> None:
        self._values = 0
        for kind, table in tables.record_tables.items():
            record = table.c.record
            commas = func.length(record) - func.length(func.replace(record, ",", ""))
            size, values = connection.execute(select(func.sum(func.octet_length(record)), func.sum(commas))).one()
            self._bytes[kind], self._values = size or 0, self._values + (values or 0)


def _full(kind: str, key: str, problem: str) -> ValueRefused:
    return ValueRefused(field=f"{kind}:{key}", problem=f"{problem}; attach long texts and tables as files")
