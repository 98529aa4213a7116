"""Write the sample files of the present file format into ``tests/data/format-N``. Run once, when a format is fixed.

Every later version of the program must open them and find in them what ``expected.json`` says. Never run it again over
files of a format that was released: what they prove is that files of that time still open.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from sqlcipher3 import dbapi2

import asl_desktop
from asl_desktop import codec
from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
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
    Value,
)
from asl_desktop.domain.pack import Pack
from asl_desktop.storage import schema
from asl_desktop.storage.document import Checkpoint, Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase

PASSPHRASE = "published on purpose"
CLOCK = FixedClock(datetime(2026, 11, 25, 12, tzinfo=UTC))
AT = "2026-11-25T12:00:00.000Z"
PACK = Pack(
    id="sample", title="Sample", version="1", publisher="Nobody", sources=(), tracks=(), domains=(), thresholds=()
)
FOLDER = Path(__file__).resolve().parents[1] / "tests" / "data" / f"format-{schema.FORMAT}"


def main() -> int:
    """Write all files; refuse when they are there."""
    if FOLDER.exists():
        print(f"{FOLDER} is there already; a format is fixed once", file=sys.stderr)
        return 1
    FOLDER.mkdir()
    secret = Passphrase(PASSPHRASE)
    with _new("empty.asl"):
        pass
    for name, key in (("full.asl", None), ("encrypted.asl", secret), ("interrupted.asl", None)):
        with _new(name, key) as document:
            _fill(document)
    expected = {path.name: _said(path, secret) for path in sorted(FOLDER.glob("*.asl"))}
    expected["encrypted.asl"]["passphrase"] = PASSPHRASE
    _interrupt(FOLDER / "interrupted.asl")
    told = {"program": asl_desktop.__version__, "files": expected}
    (FOLDER / "expected.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for left in FOLDER.glob("*.lock*"):
        left.unlink()
    return 0


def _new(name: str, secret: Passphrase | None = None) -> Document:
    scope = Scope(model="Sample model", title="Über-Prüfung ✓", as_of=date(2026, 11, 1))
    return Document.create(FOLDER / name, pack=PACK, scope=scope, actor="Ann", clock=CLOCK, secret=secret)


def _fill(document: Document) -> None:
    """Put in one of everything that the format holds."""
    log = document.attach(io.BytesIO(b"log line\n" * 1000), EvidenceDraft(name="log.txt", title="A log"), actor="Ann")
    document.attach(io.BytesIO(bytes(range(256)) * 8), EvidenceDraft(name="bytes.bin"), actor="Ann")
    document.attach(io.BytesIO(b""), EvidenceDraft(name="empty.txt"), actor="Ann")
    gone = document.attach(io.BytesIO(b"a draft\n" * 50), EvidenceDraft(name="draft.txt"), actor="Ann")
    link = (EvidenceLink(log.sha256, stance="counters", anchor="p. 4"),)
    value: dict[str, Value] = {
        "yes": True,
        "n": 1e20,
        "small": 1e-7,
        "text": "1",
        "many": ("a", "b"),
        "range": (1.0, 2.5, 3.0, 80.0),
    }
    document.put(
        Plan(indicators=(PlannedIndicator("vct", min_n=10, required_elicitation=("tools",)),), note="first"),
        Answer(
            "QC-1", value=value, confidence="low", rationale='"quoted" \\ \u0007 ✓', evidence=link, author="Ann", at=AT
        ),
        Answer("QC-2", state="not_applicable", reason="no", confirmed_by="Bob", marked_for_review=True),
        Measurement("m1", "vct", Counts(3, 10), gap=0.25, produced=date(2026, 5, 1), evidence=link),
        Measurement("m2", "vct", Mean(0.5, 0.01, 12), valid_until=date(2027, 5, 1), run_status="error"),
        Measurement("m3", "vct", Interval(0.5, 0.4, 0.6), set_aside_by="Bob", set_aside_reason="wrong file"),
        Measurement("m4", "uplift", Ratio(Counts(3, 10), Mean(0.2, 0.1))),
        Measurement("m5", "uplift", Point(2.53)),
        ShowingRecord("RO-1", "CBRN-3", status="rejected", by="Ann", rationales={"vct": "known flaw"}, at=AT),
        RequirementRecord("D3-1", status="excepted", due=date(2026, 12, 1), ends=date(2027, 1, 1), evidence=link),
        GateDecision("G1", "go_with_conditions", by="Ann", role="RSO", reason="r", conditions="c", at=AT),
        InterimRecord("I1", by="Ann", ends=None, at=AT),
        Specification("security", "ASL-4", "Ann", date(2026, 1, 1), (SpecifiedRequirement("S4-1", "Locks", "photos"),)),
        actor="Ann",
    ).result()
    head = document.head()
    said = Checkpoint("c1", document.document_id, head.events, head.hash, AT, asl_desktop.__version__)
    document.add_checkpoint(said, actor="Ann").result()
    document.remove("evidence", gone.sha256, actor="Ann").result()
    document.put(Answer("QC-2", rationale="second thoughts"), actor="Bob").result()
    document.undo(actor="Bob").result()


def _said(path: Path, secret: Passphrase) -> dict[str, object]:
    with Document.open(path, read_only=True, secret=secret if path.name == "encrypted.asl" else None) as document:
        head, inputs = document.head(), document.inputs()
        return {"events": head.events, "head": head.hash, "inputs": codec.to_json(inputs)}


def _interrupt(path: Path) -> None:
    """Leave the file as a power cut in the middle of a save would: half written, with the journal that undoes it."""
    files = (path, path.with_name(f"{path.name}-journal"))
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=1")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE answer SET record = '{}'")
        raw.execute("UPDATE pack SET body = zeroblob(40000)")
        copies = [file.read_bytes() for file in files]
        raw.execute("ROLLBACK")
    for file, data in zip(files, copies, strict=True):
        file.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
