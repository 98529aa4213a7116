from __future__ import annotations

import hashlib
import re
from pathlib import Path

from asl_desktop.domain.records import KINDS
from asl_desktop.storage import schema, tables

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
