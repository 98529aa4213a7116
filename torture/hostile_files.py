"""Hostile files by their bytes: not ours, cut off, corrupt, or with a schema that means harm."""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

from torture.cases import OPENS, Case, Prepare, Scene, opens, refused
from torture.forge import PAGE, Forge, patch, root_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_OURS = "is not an assessment file"
_DAMAGED = "is truncated or corrupt"
_ALTERED = "is not as ASL Desktop makes its files"
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


def _bytes(data: bytes) -> Prepare:
    def prepare(scene: Scene) -> None:
        scene.path.write_bytes(data)

    return prepare


def _stranger(scene: Scene) -> None:
    scene.path.unlink()
    with closing(sqlite3.connect(scene.path)) as raw:
        raw.execute("CREATE TABLE contacts (name)")


def _cut(share: float) -> Prepare:
    return lambda scene: os.truncate(scene.path, int(scene.path.stat().st_size * share))


def _cut_to(size: int) -> Prepare:
    return lambda scene: os.truncate(scene.path, size)


def _grown(scene: Scene) -> None:
    os.truncate(scene.path, 1 << 40)


def _header(offset: int, data: bytes) -> Prepare:
    return lambda scene: patch(scene.path, offset, data)


def _page(name: str, data: bytes, *, at: int = 0) -> Prepare:
    return lambda scene: patch(scene.path, (root_of(scene.path, name) - 1) * PAGE + at, data)


def _tree_of_itself(name: str) -> Prepare:
    """Make the root of a table an inner page whose four hundred children are all the page before it."""

    def prepare(scene: Scene) -> None:
        with Forge(scene.path) as forge:
            forge.execute("CREATE TABLE spare (x)")
            inner, root = forge.root("spare"), forge.root(name)
            forge.execute("DROP TABLE spare")
        cells = b"".join(struct.pack(">IB", inner, 1) for _ in range(400))
        start = PAGE - len(cells)
        head = struct.pack(">BHHHBI", 5, 0, 400, start, 0, inner)
        pointers = b"".join(struct.pack(">H", start + 5 * number) for number in range(400))
        page = (head + pointers).ljust(start, b"\0") + cells
        for number in (inner, root):
            patch(scene.path, (number - 1) * PAGE, page)

    return prepare


def _wide_tree(levels: int) -> Prepare:
    """Make the log a tree whose inner pages name the same child four hundred times: endless rows, no loop."""

    def prepare(scene: Scene) -> None:
        with Forge(scene.path) as forge:
            root = forge.root("event")
            forge.execute("CREATE TABLE spare (x)")
            forge.execute("INSERT INTO spare SELECT zeroblob(?)", (levels + 2) * PAGE)
        size = scene.path.stat().st_size
        first = size // PAGE - levels + 1
        child = root
        data = scene.path.read_bytes()[(root - 1) * PAGE : root * PAGE]
        chain = [*range(first, first + levels - 1), root]
        moved = first + levels - 1
        patch(scene.path, (moved - 1) * PAGE, data)
        child = moved
        for number in chain:
            cells = b"".join(struct.pack(">IB", child, 1) for _ in range(400))
            start = PAGE - len(cells)
            head = struct.pack(">BHHHBI", 5, 0, 400, start, 0, child)
            pointers = b"".join(struct.pack(">H", start + 5 * place) for place in range(400))
            patch(scene.path, (number - 1) * PAGE, (head + pointers).ljust(start, b"\0") + cells)
            child = number
        _schema("DELETE FROM sqlite_schema WHERE name = 'spare'")(scene)

    return prepare


def _freelist(trunk: int, count: int) -> Prepare:
    return _header(32, struct.pack(">II", trunk, count))


def _freelist_loop(scene: Scene) -> None:
    with Forge(scene.path) as forge:
        forge.execute("CREATE TABLE spare (x)")
        forge.execute("INSERT INTO spare VALUES (zeroblob(200000))")
        forge.execute("DROP TABLE spare")
    trunk = struct.unpack(">I", scene.path.read_bytes()[32:36])[0]
    patch(scene.path, (trunk - 1) * PAGE, struct.pack(">II", trunk, 1) + struct.pack(">I", trunk))


def _other_text(scene: Scene) -> None:
    """Make the whole file anew with text in UTF-16."""
    copy = scene.path.with_name("utf16")
    with closing(sqlite3.connect(scene.path)) as raw, closing(sqlite3.connect(copy)) as other:
        other.execute("PRAGMA encoding='UTF-16le'")
        other.execute("PRAGMA page_size=8192")
        for line in raw.iterdump():
            other.execute(line)
        other.execute(f"PRAGMA application_id={raw.execute('PRAGMA application_id').fetchone()[0]}")
        other.execute("PRAGMA user_version=1")
        other.commit()
    copy.replace(scene.path)


def _wal(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.path)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")


def _ddl(*statements: str) -> Prepare:
    def prepare(scene: Scene) -> None:
        with Forge(scene.path) as forge:
            for statement in statements:
                forge.execute(statement)

    return prepare


def _schema(statement: str, *values: object) -> Prepare:
    """Write into the schema table itself; what comes out may be no schema at all."""

    def prepare(scene: Scene) -> None:
        with closing(sqlite3.connect(scene.path, isolation_level=None)) as raw:
            raw.execute("PRAGMA writable_schema=ON")
            raw.execute("BEGIN")
            raw.execute(statement, values)
            version = raw.execute("PRAGMA schema_version").fetchone()[0]
            raw.execute(f"PRAGMA schema_version={version + 1}")
            raw.execute("COMMIT")

    return prepare


def _named_like_ours(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.path, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER event_no_delete")
        raw.execute("CREATE TRIGGER event_no_delete AFTER INSERT ON answer BEGIN DELETE FROM answer; END")


def _many_views(number: int) -> Prepare:
    def prepare(scene: Scene) -> None:
        with closing(sqlite3.connect(scene.path, isolation_level=None)) as raw:
            raw.execute("PRAGMA writable_schema=ON")
            raw.execute("BEGIN")
            row = "INSERT INTO sqlite_schema VALUES ('view', ?, ?, 0, ?)"
            raw.executemany(row, ((f"v{n}", f"v{n}", f"CREATE VIEW v{n} AS SELECT {n}") for n in range(number)))
            raw.execute("COMMIT")

    return prepare


def _long_view(size: int) -> Prepare:
    def prepare(scene: Scene) -> None:
        sql = f"CREATE VIEW v AS SELECT 1 /* {'x' * size} */"
        _schema("INSERT INTO sqlite_schema VALUES ('view', 'v', 'v', 0, ?)", sql)(scene)

    return prepare


def _written_anew(table: str, part: str, other: str) -> Prepare:
    return _schema("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?", part, other, table)


_SCHEMAS: Mapping[str, Prepare] = {
    "trigger that deletes": _ddl("CREATE TRIGGER boo AFTER INSERT ON answer BEGIN DELETE FROM answer; END"),
    "trigger named like ours": _named_like_ours,
    "trigger of ours missing": _schema("DELETE FROM sqlite_schema WHERE name = 'event_no_update'"),
    "trigger that never ends": _ddl(f"CREATE TRIGGER boo AFTER INSERT ON event BEGIN {_ENDLESS} count(*) FROM n; END"),
    "view that never ends": _ddl(f"CREATE VIEW boo AS {_ENDLESS} i FROM n"),
    "view in the place of a table": _ddl("DROP TABLE interim", f"CREATE VIEW interim AS {_ENDLESS} i FROM n"),
    "view of nine hundred words": _ddl(f"CREATE VIEW boo AS SELECT {' + '.join(['1'] * 900)}"),
    "virtual table": _ddl("CREATE VIRTUAL TABLE boo USING fts5(x)"),
    "virtual table of an unknown kind": _schema(
        "INSERT INTO sqlite_schema VALUES ('table', 'boo', 'boo', 0, 'CREATE VIRTUAL TABLE boo USING evil(x)')"
    ),
    "generated column that takes all memory": _written_anew(
        "answer", "at TEXT", "boo TEXT AS (hex(zeroblob(400000000))), at TEXT"
    ),
    "index on an expression": _ddl("CREATE INDEX boo ON answer (hex(zeroblob(length(key) * 100)))"),
    "check that takes all memory": _written_anew("scope", "key = 'scope'", "length(hex(zeroblob(400000000))) > 0"),
    "default that is an expression": _ddl("ALTER TABLE answer ADD COLUMN boo TEXT DEFAULT 'x'"),
    "table more": _ddl("CREATE TABLE boo (x)"),
    "table less": _ddl("DROP TABLE interim"),
    "statistics": _ddl("ANALYZE"),
    "schema of nonsense": _schema("UPDATE sqlite_schema SET sql = 'CREATE TABLE answer (((((' WHERE name = 'answer'"),
    "schema without its own name": _schema("UPDATE sqlite_schema SET sql = NULL WHERE name = 'answer'"),
    "schema with bytes for text": _schema("UPDATE sqlite_schema SET sql = x'ff00fe' WHERE name = 'answer'"),
    "root page 0": _schema("UPDATE sqlite_schema SET rootpage = 0 WHERE name = 'answer'"),
    "root page beyond the end": _schema("UPDATE sqlite_schema SET rootpage = 4000000000 WHERE name = 'answer'"),
    "root page 1": _schema("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'answer'"),
    "two tables on one root page": _schema(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'decision')"
        " WHERE name = 'interim'"
    ),
    "index on the root of a table": _schema(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'event')"
        " WHERE name = 'event_record'"
    ),
    "twenty thousand views": _many_views(20_000),
    "view of a million letters": _long_view(1_000_000),
}

CASES: Mapping[str, Case] = {
    "empty file": refused(_bytes(b""), _NOT_OURS),
    "one byte": refused(_bytes(b"S"), _NOT_OURS),
    "text": refused(_bytes(b"Dear colleague,\n" * 400), _NOT_OURS),
    "zeros": refused(_bytes(bytes(100_000)), _NOT_OURS),
    "other magic": refused(_header(0, b"SQLite format 4\0"), _NOT_OURS),
    "other program's file": refused(_stranger, _NOT_OURS),
    "other application id": refused(_header(68, b"\0\0\0\1"), _NOT_OURS),
    "magic alone": refused(_bytes(b"SQLite format 3\0"), _DAMAGED),
    "magic and noise": refused(_bytes(b"SQLite format 3\0" + os.urandom(50_000)), f"{_NOT_OURS}|{_DAMAGED}|{_ALTERED}"),
    "a terabyte of nothing after it": refused(_grown, f"{_DAMAGED}|{_ALTERED}"),
    **{f"cut to {size} bytes": refused(_cut_to(size), _DAMAGED) for size in (60, 100, 512, 8191, 8192, 8193, 20_000)},
    **{f"cut to {share:.0%}": refused(_cut(share), _DAMAGED) for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.999)},
    "page size 512": refused(_header(16, b"\x02\x00"), f"{_DAMAGED}|{_ALTERED}"),
    "page size 65536": refused(_header(16, b"\x00\x01"), f"{_DAMAGED}|{_ALTERED}"),
    "page size 0": refused(_header(16, b"\x00\x00"), f"{_DAMAGED}|{_ALTERED}"),
    "page size 8193": refused(_header(16, b"\x20\x01"), f"{_DAMAGED}|{_ALTERED}"),
    "write-ahead log": refused(_wal, f"{_ALTERED}.*journal mode"),
    "version bytes unknown": refused(_header(18, b"\x09\x09"), _ALTERED),
    "reserved bytes": refused(_header(20, b"\xff"), f"{_DAMAGED}|{_ALTERED}"),
    "payload fractions": refused(_header(21, b"\x01\x01\x01"), f"{_DAMAGED}|{_ALTERED}"),
    "schema format 9": refused(_header(44, struct.pack(">I", 9)), f"{_DAMAGED}|{_ALTERED}"),
    "text encoding unknown": refused(_header(56, struct.pack(">I", 7)), f"{_DAMAGED}|{_ALTERED}"),
    "text encoding UTF-16 in the header alone": refused(_header(56, struct.pack(">I", 2)), f"{_DAMAGED}|{_ALTERED}"),
    "text in UTF-16 throughout": refused(_other_text, _ALTERED),
    "vacuum mode changed": refused(_header(64, struct.pack(">I", 0)), f"{_DAMAGED}|{_ALTERED}"),
    "page count huge": refused(_header(28, b"\xff\xff\xff\xfe"), _DAMAGED),
    "page count small": refused(_header(28, b"\0\0\0\2"), f"{_DAMAGED}|{_ALTERED}"),
    "newer format": refused(_header(60, struct.pack(">I", 77)), "this program reads up to version"),
    "older format": refused(_header(60, struct.pack(">I", 0)), "older format"),
    "negative format": refused(_header(60, b"\xff\xff\xff\xff"), "older format|is truncated or corrupt|is not as"),
    "first page of noise": refused(_header(100, os.urandom(8000)), _DAMAGED),
    "answers of noise": refused(_page("answer", b"\x0d\xff" + os.urandom(4000)), _DAMAGED),
    "answers of zeros": refused(_page("answer", bytes(8192)), _DAMAGED),
    "answers that are an index": refused(_page("answer", b"\x0a"), _DAMAGED),
    "answers that hold themselves": refused(_tree_of_itself("answer"), _DAMAGED),
    "log that holds itself": refused(_tree_of_itself("event"), _DAMAGED),
    "log of endless width": Case(_wide_tree(8), _DAMAGED, OPENS, checked="round in a circle|more work"),
    **{name: refused(prepare, f"{_ALTERED}|{_DAMAGED}") for name, prepare in _SCHEMAS.items()},
    "freelist that holds itself": opens(_freelist_loop, checked="is damaged"),
    "freelist beyond the end": opens(_freelist(4_000_000_000, 5), checked="is damaged"),
    "freelist of pages in use": opens(_freelist(2, 900), checked="is damaged"),
    "million views": refused(_many_views(1_000_000), f"{_ALTERED}|{_DAMAGED}", full=True),
    "view of 300 million letters": refused(_long_view(300_000_000), f"{_ALTERED}|{_DAMAGED}", full=True),
}
