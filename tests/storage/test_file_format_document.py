from __future__ import annotations

import dataclasses
import hashlib
import re
import zlib
from pathlib import Path

import pytest

from asl_desktop.domain.records import KINDS
from asl_desktop.storage import bounds, schema, tables

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "file-format.md").read_text(encoding="utf-8")


def test_worked_example_of_the_hash_rule_is_right() -> None:
    bodies = re.findall(r"^(\{\"action\".*\})$", DOCUMENT, re.MULTILINE)
    links = re.findall(r"^prev ([0-9a-f]{64})\nhash ([0-9a-f]{64})$", DOCUMENT, re.MULTILINE)
    sizes = [int(size) for size in re.findall(r"body \((\d+) bytes", DOCUMENT)]
    assert len(bodies) == len(links) == len(sizes) == 2
    before = "0" * 64
    for body, size, (prev, own) in zip(bodies, sizes, links, strict=True):
        assert len(body.encode()) == size
        assert prev == before
        before = hashlib.sha256(b"asl-desktop/event/1\0" + bytes.fromhex(prev) + body.encode()).hexdigest()
        assert own == before


def test_worked_example_of_a_chunk_is_right() -> None:
    found = re.search(r"```\n([0-9a-f]+)\n```\n\nhave the digest `([0-9a-f]{64})`", DOCUMENT)
    assert found is not None
    plain = zlib.decompress(bytes.fromhex(found[1]))
    assert plain == b"log line\n" * 3 + b"end"
    assert hashlib.sha256(plain).hexdigest() == found[2]


def test_every_kind_table_and_number_of_the_format_is_described() -> None:
    for kind in KINDS:
        assert f"`{kind.name}`" in DOCUMENT
    for table in (tables.event, tables.content, tables.chunk, tables.pack, tables.document):
        assert f"`{table.name}`" in DOCUMENT
        for column in table.columns:
            if column.name not in ("id", "body") or table.name == "event":
                assert f"`{column.name}`" in DOCUMENT, f"{table.name}.{column.name}"
    assert f"0x{schema.APPLICATION_ID:X}" in DOCUMENT
    assert f"\n| {schema.FORMAT} | " in DOCUMENT
    assert (bounds.MAX_RECORD, bounds.MAX_EVENT, bounds.MAX_PACK) == (2**20, 2**21, 2**24)
    assert (bounds.MAX_ALL, bounds.MAX_NAME) == (2**26, 1000)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_of_a_record_is_described(kind: object) -> None:
    record = next(item.record for item in KINDS if item is kind)
    (row,) = re.findall(rf"^\| {record.__name__} \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) >= {item.name for item in dataclasses.fields(record)}


def test_schema_in_the_document_is_the_one_of_the_format() -> None:
    (text,) = re.findall(r"## Schema\n.*?```sql\n(.*?)\n```", DOCUMENT, re.DOTALL)
    assert text == ";\n\n".join(schema.STATEMENTS) + ";"
