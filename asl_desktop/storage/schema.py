"""Which schema a file of each format must have, and how a found one differs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlcipher3 import dbapi2

from asl_desktop.storage import format_1

APPLICATION_ID = 0x41534C44
"""``ASLD`` in ASCII, at byte 68 of a plain file: how a program tells our files from other SQLite files."""

FORMAT = 1
"""The format this program writes, kept in ``user_version``."""

STATEMENTS = format_1.STATEMENTS
TRIGGER_NAMES = frozenset(
    match[1] for text in STATEMENTS if (match := re.match(r"CREATE TRIGGER (\w+)", text)) is not None
)
SMALL_TABLES = (
    "document",
    "pack",
    "checkpoint",
    "scope",
    "plan",
    "answer",
    "measurement",
    "showing",
    "requirement",
    "evidence",
    "decision",
    "interim",
    "specification",
    "content",
)
"""Everything but the log and the chunks, which grow large and are covered by hashes."""


_MAX_BYTES = 256 * 1024
_EXTENT = """
SELECT count(*),
    coalesce(sum(coalesce(octet_length(name), 0) + coalesce(octet_length(tbl_name), 0)
        + coalesce(octet_length(type), 0) + coalesce(octet_length(sql), 0)), 0),
    sum(rootpage > 0) - count(DISTINCT CASE WHEN rootpage > 0 THEN rootpage END)
FROM sqlite_schema
"""


def create_schema(raw: Any) -> None:
    """Lay the tables and triggers of the current format into an open transaction and mark the file as ours."""
    for statement in STATEMENTS:
        raw.execute(statement)
    raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version={FORMAT}")


def found_schema(raw: Any) -> frozenset[tuple[str, str, str, str]]:
    """Return type, name, table and text of everything in the schema, with white space made equal."""
    rows = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    return frozenset((str(a), str(b), str(c), _plain(d)) for a, b, c, d in rows)


@cache
def expected_schema() -> frozenset[tuple[str, str, str, str]]:
    """Return what :func:`found_schema` finds in an untouched file of the current format."""
    raw = dbapi2.connect(":memory:", isolation_level=None)
    try:
        create_schema(raw)
        return found_schema(raw)
    finally:
        raw.close()


def differences(raw: Any) -> tuple[str, ...]:
    """Name everything in the schema that is not as the current format lays it down; empty when all is."""
    expected = expected_schema()
    count, size, shared = raw.execute(_EXTENT).fetchone()
    if count > 2 * len(expected) or size > _MAX_BYTES:
        return (f"its schema has {count} entries instead of {len(expected)}, {size} bytes of them",)
    if shared:
        return ("two of its tables lie on the same pages",)
    found = found_schema(raw)
    names = {(kind, name) for kind, name, _, _ in expected}
    lines = {
        f"{kind} {name} was {'changed' if (kind, name) in names else 'added'}" for kind, name, _, _ in found - expected
    }
    present = {(kind, name) for kind, name, _, _ in found}
    lines |= {f"{kind} {name} is missing" for kind, name in names - present}
    return tuple(sorted(lines))


def _plain(sql: object) -> str:
    return " ".join(str(sql or "").split())
