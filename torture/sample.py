"""A document with one of everything, as small as it goes: what flips and insiders work on."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceLink,
    GateDecision,
    InterimRecord,
    Interval,
    Measurement,
    Plan,
    PlannedIndicator,
    Ratio,
    RequirementRecord,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.domain.pack import Source
from asl_desktop.storage.document import Checkpoint, Document, EvidenceDraft
from torture.child import ACTOR, PACK, SCOPE

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

AT = "2025-06-02T12:00:00.000Z"
ANSWERS = 12
LOG = b"".join(b"step %d of the run: the tool was called and returned\n" % n for n in range(4000))
NOISE = random.Random("noise").randbytes(60_000)
_SOURCE = Source("S0", document="Something", version="1", in_force=date(2025, 1, 1))


def write_sample(path: Path, *, secret: Secret | None = None) -> None:
    """Write the document in three openings, with undo, removed evidence and a checkpoint."""
    sources = tuple(replace(_SOURCE, id=f"S{n}", document=f"Something {n}") for n in range(120))
    with Document.create(
        path, pack=replace(PACK, sources=sources), scope=SCOPE, actor=ACTOR, secret=secret
    ) as document:
        document.put(*(_answer(n, "first") for n in range(ANSWERS)), actor=ACTOR).result()
        log = document.attach(io.BytesIO(LOG), EvidenceDraft(name="log.txt"), actor=ACTOR)
        document.attach(io.BytesIO(NOISE), EvidenceDraft(name="weights.bin"), actor=ACTOR)
    link = (EvidenceLink(log.sha256, anchor="line 7"),)
    with Document.open(path, secret=secret) as document:
        document.put(
            Plan(indicators=(PlannedIndicator("vct", min_n=10),)),
            Measurement("m1", "vct", Counts(3, 10), gap=0.25, produced=date(2025, 5, 1), evidence=link, notes="as run"),
            Measurement("m2", "vct", Interval(0.5, 0.4, 0.6), valid_until=date(2026, 5, 1)),
            Measurement("m3", "uplift", Ratio(Counts(3, 10), Counts(1, 10)), set_aside_by="Bob"),
            ShowingRecord("RO-1", "CBRN-3", status="rejected", by="Ann", at=AT),
            RequirementRecord("D3-1", status="planned", due=date(2025, 7, 1), evidence=link),
            GateDecision("G1", "hold", by="Ann", at=AT),
            InterimRecord("I1", by="Ann", ends=None, at=AT),
            Specification("security", "ASL-4", "Ann", date(2025, 1, 1), (SpecifiedRequirement("S4-1", "Locks"),)),
            actor="Bob",
        ).result()
        document.put(*(_answer(n, "second") for n in range(0, ANSWERS, 2)), actor="Bob").result()
        head = document.head()
        said = Checkpoint("c1", document.document_id, head.events, head.hash, AT, "0.1.0", signer="Ann")
        document.add_checkpoint(said, actor="Ann").result()
    with Document.open(path, secret=secret) as document:
        document.put(_answer(1, "a slip"), actor="Bob").result()
        document.undo(actor="Bob").result()
        gone = document.attach(io.BytesIO(LOG[:5000]), EvidenceDraft(name="draft.txt"), actor="Bob")
        document.remove("evidence", gone.sha256, actor="Bob").result()


def _answer(n: int, word: str) -> Answer:
    text = f"The {word} reading of question {n}: the interval reaches past the bound."
    return Answer(
        f"QC-{n}", value={"yes": n % 2 == 0, "n": n / 4}, confidence="low", rationale=text, author="Ann", at=AT
    )
