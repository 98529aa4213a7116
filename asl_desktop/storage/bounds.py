"""How much of anything an assessment may hold, so that reading one never needs more memory than that explains.

What people put in is held against the same bounds, so no file that the program wrote is ever beyond them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, case, func

from asl_desktop.storage import tables

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

MAX_RECORD = 1024 * 1024
"""Bytes of one record as canonical JSON; some five hundred pages of text."""
MAX_NAME = 1000
"""Characters of the name of who makes a change."""
MAX_EVENT = 2 * MAX_RECORD
MAX_PACK = 16 * MAX_RECORD
MAX_ALL = 64 * MAX_RECORD
"""Bytes of all records of one kind together, with the columns that repeat parts of them."""
MAX_VALUES = 2_000_000
"""Values in all records together: each costs memory, however few bytes it has."""
MAX_ROW = MAX_PACK + MAX_RECORD
"""Bytes of any row of any table."""
_MAX_ROWS = {"pack": MAX_ROW}


def excess(raw: Any, table: str) -> str:
    """Return what is too large in a small table, as the end of a sentence; empty when nothing is."""
    columns = " + ".join(f'coalesce(octet_length("{c.name}"), 0)' for c in tables.by_name[table].columns)
    if "record" in tables.by_name[table].columns:
        longest = raw.execute(f'SELECT coalesce(max(octet_length(record)), 0) FROM "{table}"').fetchone()[0]  # noqa: S608
        if longest > MAX_RECORD:
            return f"table {table} has a record of {longest} bytes"
    largest, all_rows = raw.execute(
        f'SELECT coalesce(max({columns}), 0), coalesce(sum({columns}), 0) FROM "{table}"'  # noqa: S608 - our own names
    ).fetchone()
    if largest > _MAX_ROWS.get(table, 3 * MAX_RECORD):
        return f"table {table} has a row of {largest} bytes"
    return f"table {table} has {all_rows} bytes" if all_rows > MAX_ALL else ""


def within(column: ColumnElement[Any], most: int) -> ColumnElement[Any]:
    """Return a column that reads as NULL where it holds more bytes than it may, without ever fetching those."""
    return case((func.octet_length(column) <= most, column)).label(column.key)


def columns_within(table: Table, most: int) -> list[ColumnElement[Any]]:
    """Return the columns of a table, each as :func:`within`, numbers as they are."""
    return [column if column.type.python_type is int else within(column, most) for column in table.columns]
