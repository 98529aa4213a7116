"""A document for the tests of storage: an invented pack, a record of every kind, and a way to tamper with the file."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from asl_desktop.codec import to_json
from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    Counts,
    Dissent,
    EvidenceItem,
    EvidenceLink,
    GateDecision,
    InterimRecord,
    Interval,
    Mean,
    Measurement,
    Plan,
    PlannedIndicator,
    Point,
    Ratio,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.domain.pack import Pack
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.projection import pack_body
from asl_desktop.storage.writer import Lane

if TYPE_CHECKING:
    from asl_desktop.domain.records import Record


def sealed(pack: Pack) -> Pack:
    """Return a pack with the digest that a document gives it."""
    return replace(pack, digest=hashlib.sha256(pack_body(to_json(pack))).hexdigest())


PACK = sealed(
    Pack(
        id="invented",
        title="Invented",
        version="1",
        publisher="Nobody",
        sources=(),
        tracks=(),
        domains=(),
        thresholds=(),
    )
)
SCOPE = Scope(model="Model A", checkpoint="c1", as_of=date(2025, 6, 1))
AT = "2025-06-02T12:00:00.000Z"
LINK = (EvidenceLink("a" * 64, stance="counters", anchor="p. 4"),)
RECORDS: tuple[Record, ...] = (
    Scope(model="Model B", title="Über-Prüfung ✓", as_of=None),
    Plan(
        pack_digest="d",
        indicators=(PlannedIndicator("vct", min_n=10, required_elicitation=("tools",)),),
        locked_at=AT,
        locked_by="Ann",
        locked_digest="e",
        amendments=(Amendment(at=AT, by="Ann", reason="late", change="more"),),
    ),
    Answer(
        "QC-1",
        value={"yes": True, "n": 1.0, "zero": 0.0, "text": "1", "many": ("a", "b"), "range": (1.0, 2.5, 3.0, 80.0)},
        confidence="low",
        rationale="because",
        evidence=LINK,
        marked_for_review=True,
        author="Ann",
        at=AT,
    ),
    Answer("QC-2", state="not_applicable", reason="no", confirmed_by="Bob"),
    Measurement("m1", "vct", Counts(3, 10), gap=0.25, produced=date(2025, 5, 1), elicitation=("tools",)),
    Measurement("m2", "vct", Mean(0.5, 0.01, 12), valid_until=date(2026, 5, 1), run_status="error"),
    Measurement("m3", "vct", Interval(0.5, 0.4, 0.6), set_aside_by="Bob", set_aside_reason="wrong file"),
    Measurement("m4", "uplift", Ratio(Counts(3, 10), Mean(0.2, 0.1)), evidence=LINK),
    Measurement("m5", "uplift", Point(2.53)),
    ShowingRecord(
        "RO-1",
        "CBRN-3",
        status="rejected",
        by="Ann",
        rationales={"vct": "known flaw"},
        dissent=(Dissent("Bob", "No.", AT),),
        at=AT,
    ),
    RequirementRecord("D3-1", status="excepted", due=date(2025, 7, 1), ends=date(2025, 8, 1), evidence=LINK),
    GateDecision("G1", "go_with_conditions", by="Ann", role="RSO", reason="r", conditions="c", at=AT),
    InterimRecord("I1", by="Ann", ends=None, at=AT),
    Specification("security", "ASL-4", "Ann", date(2025, 1, 1), (SpecifiedRequirement("S4-1", "Locks", "photos"),)),
)


def make(path: Path, **more: Any) -> Document:
    """Create a document under the invented pack."""
    return Document.create(path, pack=PACK, scope=SCOPE, actor="Ann", **more)


def filled(path: Path) -> EvidenceItem:
    """Write a document that holds one of everything, close it, and return its evidence item."""
    with make(path) as document:
        document.put(*RECORDS, actor="Ann").result()
        document.put(Answer("QC-2", rationale="second thoughts"), actor="Bob").result()
        return document.attach(io.BytesIO(b"log line\n" * 1000), EvidenceDraft(name="log.txt"), actor="Ann")


def let_it_tidy_up(document: Document) -> None:
    """Wait until a good many steps of tidying up are through; each one queues the next."""
    assert document._writer is not None
    for _ in range(30):
        document._writer.submit(lambda _: None, lane=Lane.TIDY).result()


def writing(document: Document) -> Any:
    """Return the bare connection that an open document writes with."""
    return document._opened.writing


def tamper(path: Path, *statements: str) -> None:
    """Change a closed file with another program, triggers out of the way and back again."""
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
        for _, sql in triggers:
            raw.execute(sql)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file that no connection of this process has open."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def noise(size: int) -> io.BytesIO:
    """Return bytes that no codec makes smaller."""
    return io.BytesIO(os.urandom(size))
