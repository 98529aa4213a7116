from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlcipher3 import dbapi2
from sqlmodel import SQLModel

from asl_desktop.domain.records import KINDS
from asl_desktop.storage import format_1, schema, tables
from asl_desktop.storage.projection import columns_of
from tests.storage_world import RECORDS


def checks(sql: str) -> list[str]:
    """Return the named checks of a table's text, each to its closing bracket, without white space."""
    found = []
    for start in re.finditer(r"CONSTRAINT \w+ CHECK \(", sql):
        end, depth = start.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        found.append("".join(sql[start.start() : end].split()))
    return found


def described(statements: list[str]) -> Any:
    """Return what SQLite itself says about a schema: columns, indexes, foreign keys, checks."""
    with closing(dbapi2.connect(":memory:", isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)
        found = {}
        for name, sql in raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall():
            found[name] = (
                raw.execute(f"PRAGMA table_xinfo({name!r})").fetchall(),
                sorted(row[1:] for row in raw.execute(f"PRAGMA index_list({name!r})")),
                raw.execute(f"PRAGMA foreign_key_list({name!r})").fetchall(),
                sorted(checks(sql)),
                sql.rstrip().endswith("STRICT"),
            )
        indexes = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql > ''").fetchall()
        return found, sorted(indexes)


def test_table_classes_say_what_the_frozen_text_says() -> None:
    dialect = sqlalchemy.create_engine("sqlite://").dialect
    ours = [
        table
        for table in SQLModel.metadata.sorted_tables
        if table in {tables.document, tables.pack, tables.event, tables.content, tables.chunk, tables.checkpoint}
        or table in tables.record_tables.values()
    ]
    modelled = [str(CreateTable(table).compile(dialect=dialect)) for table in ours]
    modelled += [str(CreateIndex(index).compile(dialect=dialect)) for table in ours for index in table.indexes]
    frozen = [text for text in format_1.STATEMENTS if not text.startswith("CREATE TRIGGER")]
    assert described(modelled) == described(frozen)


def test_every_kind_of_record_has_a_table_whose_columns_are_all_filled() -> None:
    assert list(tables.record_tables) == [kind.name for kind in KINDS]
    by_kind = {kind.record: kind.name for kind in KINDS}
    for record in RECORDS:
        table = tables.record_tables[by_kind[type(record)]]
        filled = {"key", "event", "record", *columns_of(table.name, record)}
        assert filled == set(table.columns.keys())


def test_format_1_is_frozen() -> None:
    """A released format never changes; whoever has to change this digest before a release updates the documents too."""
    import hashlib

    text = "\n".join(" ".join(statement.split()) for statement in format_1.STATEMENTS)
    assert hashlib.sha256(text.encode()).hexdigest() == FORMAT_1


FORMAT_1 = "83e4fd35eed899d5edc3f9155f95c114573f25888b283208ff356b9eec341401"


def test_differences_of_an_empty_file_name_everything_that_is_missing() -> None:
    with closing(dbapi2.connect(":memory:")) as raw:
        lines = schema.differences(raw)
    assert "table answer is missing" in lines
    assert "trigger event_append_only is missing" in lines


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO answer VALUES ('Q', 1, '{}', 'perhaps', '', 0, '', '', '')",
        "INSERT INTO answer VALUES ('Q', 1, '{}', 'answered', '', 2, '', '', '')",
        "INSERT INTO answer VALUES ('Q', 1, x'00', 'answered', '', 0, '', '', '')",
        "INSERT INTO answer VALUES ('Q', 1, NULL, 'answered', '', 0, '', '', '')",
        "INSERT INTO answer VALUES ('Q', 'one', '{}', 'answered', '', 0, '', '', '')",
        "INSERT INTO scope VALUES ('other', 1, '{}', '', '', '', NULL)",
        "INSERT INTO chunk VALUES (1, 'c', 0, 'raw', 4194305, x'00')",
        "INSERT INTO chunk VALUES (1, 'c', 0, 'lzma', 1, x'00')",
        "INSERT INTO chunk VALUES (1, 'c', 0, 'raw', 1, x'')",
        "INSERT INTO content VALUES ('c', 'short', 1, 'ok')",
        "INSERT INTO content VALUES ('c', '', -1, 'staging')",
        "INSERT INTO document VALUES (2, '', '', '', '', '')",
    ],
)
def test_table_refuses_a_value_outside_its_domain(statement: str) -> None:
    with closing(dbapi2.connect(":memory:", isolation_level=None)) as raw:
        schema.create_schema(raw)
        with pytest.raises(dbapi2.IntegrityError, match=r"CHECK|cannot store|NOT NULL"):
            raw.execute(statement)
