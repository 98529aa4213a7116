"""Whatever a person could have typed: what is written to INPUTS.yaml is what is read from it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    Dissent,
    EvidenceItem,
    EvidenceLink,
    GateDecision,
    Inputs,
    InterimRecord,
    Interval,
    Mean,
    Measurement,
    Plan,
    Point,
    Ratio,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.interchange.inputs_file import read_inputs
from asl_desktop.interchange.inputs_writer import inputs_yaml
from asl_desktop.services.assessments import snapshot_of
from tests.services_world import small_pack

if TYPE_CHECKING:
    pass

PACK = small_pack()
DAY = date(2025, 6, 2)

# A property over everything a person could have typed: what is written is what is read.

ODD = ["yes", "null", "1e5", "0o17", "2025-01-01", "a\nb\n", " lead\n", "x\r\ny", "# no", "- a", "\t\n", "é: {"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.sampled_from(ODD)
NAME = TEXT.filter(lambda text: bool(text.strip()))
# Ids come from packs, which hold no control characters.
ID = st.text("abcXYZ0189-_.:/ é#{}'\"", min_size=1, max_size=8) | st.sampled_from(["yes", "null", "1e5", "12", "- a"])
AT = st.sampled_from(["", "2025-06-02T12:00:00Z", "2025-06-02T12:00:00.125Z"])
DAYS = st.none() | st.dates(min_value=date(2000, 1, 1))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SHAS = [hashlib.sha256(text.encode()).hexdigest() for text in ("one", "two")]
LINKS = st.lists(
    st.builds(EvidenceLink, st.sampled_from(SHAS), stance=st.sampled_from(["supports", "counters"]), anchor=TEXT),
    max_size=2,
).map(tuple)
N = st.integers(0, 2**53 - 1)
ARMS = st.builds(Counts, N, N) | st.builds(Mean, FLOATS, FLOATS, n=st.none() | N)
REPORTS = (
    ARMS
    | st.builds(Interval, FLOATS, FLOATS, FLOATS, level=FLOATS, n=st.none() | N)
    | st.builds(Ratio, ARMS, ARMS)
    | st.builds(Point, FLOATS, n=st.none() | N)
)
VALUES = (
    st.booleans()
    | FLOATS
    | TEXT
    | st.lists(TEXT, max_size=3).map(tuple)
    | st.lists(FLOATS, min_size=1, max_size=4).map(tuple)
)
ANSWERS = st.builds(
    Answer,
    ID,
    state=st.just("answered"),
    value=st.dictionaries(ID, VALUES, min_size=1, max_size=3),
    reason=TEXT,
    confirmed_by=TEXT,
    confidence=st.sampled_from(["", "low", "high"]),
    rationale=TEXT,
    evidence=LINKS,
    marked_for_review=st.booleans(),
    author=TEXT,
    at=AT,
)
MEASUREMENTS = st.builds(
    Measurement,
    ID,
    ID,
    REPORTS,
    model=TEXT,
    run_status=st.sampled_from(["success", "cancelled"]),
    elicitation=st.lists(TEXT, max_size=2).map(tuple),
    gap=FLOATS,
    gap_rationale=TEXT,
    produced=DAYS,
    valid_until=DAYS,
    evidence=LINKS,
    set_aside_by=TEXT,
    author=TEXT,
    at=AT,
)
SHOWINGS = st.builds(
    ShowingRecord,
    ID,
    ID,
    status=st.sampled_from(["draft", "accepted"]),
    by=TEXT,
    evidence=LINKS,
    rationales=st.dictionaries(ID, TEXT, max_size=2),
    dissent=st.lists(st.builds(Dissent, TEXT, TEXT, at=AT), max_size=2).map(tuple),
    at=AT,
)
EVIDENCE = tuple(EvidenceItem(sha, name, 3, author="", at="") for sha, name in zip(SHAS, ["a.txt", "b"], strict=True))
WORLDS = st.builds(
    Inputs,
    scope=st.builds(Scope, NAME, TEXT, title=TEXT, as_of=DAYS),
    answers=st.lists(ANSWERS, max_size=2, unique_by=lambda a: a.question).map(tuple),
    measurements=st.lists(MEASUREMENTS, max_size=2, unique_by=lambda m: m.id).map(tuple),
    showings=st.lists(SHOWINGS, max_size=2, unique_by=lambda s: (s.showing, s.threshold)).map(tuple),
    requirements=st.lists(
        st.builds(RequirementRecord, ID, due=DAYS, note=TEXT, ends=DAYS, author=TEXT, at=AT, evidence=LINKS),
        max_size=2,
        unique_by=lambda r: r.requirement,
    ).map(tuple),
    plan=st.builds(Plan, TEXT, note=TEXT, locked_by=TEXT, locked_at=AT, locked_digest=TEXT),
    evidence=st.just(EVIDENCE),
    decisions=st.lists(
        st.builds(GateDecision, ID, st.sampled_from(["go", "hold"]), TEXT, reason=TEXT, at=AT),
        max_size=1,
    ).map(tuple),
    interim=st.lists(st.builds(InterimRecord, NAME, TEXT, DAYS, note=TEXT, at=AT), max_size=1).map(tuple),
    specifications=st.lists(
        st.builds(
            Specification,
            TEXT,
            TEXT,
            author=TEXT,
            dated=st.dates(min_value=date(1900, 1, 1)),
            requirements=st.lists(st.builds(SpecifiedRequirement, TEXT, TEXT), max_size=2).map(tuple),
        ),
        max_size=1,
    ).map(tuple),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=WORLDS)
def test_written_inputs_are_read_as_the_same_records(inputs: Inputs, tmp_path: Path) -> None:
    path = tmp_path / "INPUTS.yaml"
    path.write_text(inputs_yaml("small", inputs, {sha: f"evidence/{sha}" for sha in SHAS}), "utf-8", newline="\n")
    file = read_inputs(path)
    digests = {alias: Path(entry.file).name for alias, entry in file.evidence.items()}
    drafts = file.drafts(digests, scope=Scope("other", "x"), actor="nobody", at="never")
    back = inputs_of(tuple(draft.record for draft in drafts))
    assert snapshot_of(PACK, back, as_of=DAY).digest == snapshot_of(PACK, inputs, as_of=DAY).digest
    assert {draft.defaulted for draft in drafts} <= {frozenset()}


def inputs_of(records: tuple[object, ...]) -> Inputs:
    from asl_desktop.domain.records import with_record

    inputs = Inputs(scope=Scope("?"), evidence=EVIDENCE)
    for item in records:
        inputs = with_record(inputs, item)  # type: ignore[arg-type]
    return inputs
