"""Snapshots and their JSON: same content, same digest; every change shows; nothing that JSON cannot hold."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl_desktop import codec
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    PlannedIndicator,
    Ratio,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
)
from asl_desktop.domain.records import KINDS, with_record, without_record
from asl_desktop.services.assessments import (
    create_assessment,
    digest_subject,
    open_assessment,
    snapshot_of,
    take_snapshot,
)
from asl_desktop.services.changes import Changes
from asl_desktop.services.outcome import determination_json, snapshot_document
from asl_desktop.services.snapshot_digest import SnapshotDigester
from tests.services_world import LINK, SHA, small_pack

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.clock import FixedClock
    from asl_desktop.domain.records import Record

PACK = small_pack()
DAY = date(2025, 6, 2)
INPUTS = Inputs(
    scope=Scope("M"),
    answers=(Answer("Q-YES", value={"value": True}), Answer("Q-NUM", value={"value": 3.0})),
    measurements=(Measurement("m1", "acc", Counts(1, 40), evidence=LINK), Measurement("m2", "acc", Counts(0, 0))),
    showings=(ShowingRecord("S1", "T1", "accepted", "Ada"),),
    requirements=(RequirementRecord("R1", "in_place", evidence=LINK), RequirementRecord("R2")),
    evidence=(EvidenceItem(SHA, "proof.txt", 4),),
)


def digest(inputs: Inputs, day: date = DAY) -> str:
    return snapshot_of(PACK, inputs, as_of=day).digest


@given(st.data())
def test_snapshot_digest_does_not_depend_on_the_order_of_records(data: st.DataObject) -> None:
    shuffled = INPUTS
    for kind in KINDS:
        if not kind.single:
            items = data.draw(st.permutations(list(getattr(INPUTS, kind.field))))
            changed: dict[str, Any] = {kind.field: tuple(items)}
            shuffled = dataclasses.replace(shuffled, **changed)
    assert digest(shuffled) == digest(INPUTS)


@pytest.mark.parametrize(
    "record",
    [
        Scope("N"),
        Answer("Q-YES", value={"value": False}),
        Answer("Q-NUM", value={"value": 3.0}, rationale="said later"),
        Answer("Q-TEXT", state="unknown"),
        Measurement("m2", "acc", Counts(0, 1)),
        ShowingRecord("S1", "T1", "accepted", "Bob"),
        RequirementRecord("R2", "planned"),
        dataclasses.replace(INPUTS.plan, indicators=(PlannedIndicator("acc", 9),)),
        EvidenceItem("cd" * 32, "more.txt", 4),
        GateDecision("deploy", "hold", "CEO"),
        InterimRecord("IM1", "CEO", DAY),
        Specification("security", "L3", "Lab", DAY, ()),
    ],
    ids=lambda record: type(record).__name__,
)
def test_snapshot_digest_changes_with_every_kind_of_record(record: Record) -> None:
    assert digest(with_record(INPUTS, record)) != digest(INPUTS)


def test_snapshot_digest_changes_with_the_day_and_the_pack() -> None:
    assert digest(INPUTS, date(2025, 6, 3)) != digest(INPUTS)
    other = dataclasses.replace(PACK, digest="0" * 64)
    assert snapshot_of(other, INPUTS, as_of=DAY).digest != digest(INPUTS)


def test_snapshot_digest_is_the_sha256_of_its_documented_subject() -> None:
    subject = digest_subject(PACK, INPUTS, DAY)
    assert set(subject) == {"format", "pack_digest", "as_of", "plan", "inputs", "evidence_digests"}
    assert hashlib.sha256(codec.canonical(subject)).hexdigest() == digest(INPUTS)


@given(st.lists(st.tuples(st.sampled_from(["value", "rationale", "remove", "day"]), st.text(max_size=4)), max_size=12))
def test_digester_kept_over_changes_says_the_same_as_a_fresh_one(steps: list[tuple[str, str]]) -> None:
    digester, inputs, day = SnapshotDigester(), INPUTS, DAY
    for what, text in steps:
        if what == "day":
            day = date(2025, 6, 1 + len(text))
        elif what == "remove":
            inputs = without_record(inputs, "answer", "Q-NUM")
        else:
            value = {"value": float(len(text))} if what == "value" else {"value": 1.0}
            inputs = with_record(inputs, Answer("Q-NUM", value=value, rationale=text))
        assert digester.digest(PACK, inputs, day) == codec.digest(digest_subject(PACK, inputs, day))


def test_snapshot_document_is_canonical_and_its_digest_can_be_recomputed_from_it() -> None:
    snapshot = snapshot_of(PACK, INPUTS, as_of=DAY)
    content = snapshot_document(snapshot)
    data = json.loads(content)
    assert codec.canonical(data) == content
    inputs = dict(data["inputs"])
    subject = {
        "format": "asl-snapshot-1",
        "pack_digest": data["pack"]["digest"],
        "as_of": data["as_of"],
        "plan": inputs.pop("plan"),
        "inputs": inputs,
        "evidence_digests": sorted(item["sha256"] for item in inputs["evidence"]),
    }
    assert codec.digest(subject) == data["snapshot_digest"] == snapshot.digest
    assert data["determination"] == determination_json(snapshot)


def test_numbers_without_end_become_null_and_their_reason_stays() -> None:
    endless = Measurement("m3", "acc", Ratio(Counts(5, 8), Counts(0, 8)), evidence=LINK)
    snapshot = snapshot_of(PACK, dataclasses.replace(INPUTS, measurements=(endless,)), as_of=DAY)
    data = determination_json(snapshot)
    json.dumps(data, allow_nan=False)
    assert snapshot_document(snapshot)
    assert data["margins"]["acc"]["high"] is None
    assert data["margins"]["acc"]["reasons"]


def test_zero_trials_are_not_measured_in_the_json() -> None:
    only = dataclasses.replace(INPUTS, measurements=(Measurement("m2", "acc", Counts(0, 0), evidence=LINK),))
    margin = determination_json(snapshot_of(PACK, only, as_of=DAY))["margins"]["acc"]
    assert (margin["state"], margin["points"]) == ("not_measured", None)


def test_snapshot_of_a_file_takes_the_day_of_the_scope_else_today(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "a.asl"
    scope = Scope("M", as_of=date(2025, 5, 1))
    with create_assessment(path, pack_id="anthropic-rsp-2.2", scope=scope, actor="Ada", clock=clock) as document:
        assert take_snapshot(document, clock=clock).as_of == date(2025, 5, 1)
        document.put(Scope("M"), actor="Ada").result()
        assert take_snapshot(document, clock=clock).as_of == DAY
        assert take_snapshot(document, as_of=date(2024, 1, 1), clock=clock).as_of == date(2024, 1, 1)
        live = take_snapshot(document, clock=clock)
    with open_assessment(path, read_only=True) as document:
        again = take_snapshot(document, clock=clock)
    assert (again.digest, again.head, again.events, again.document_id) == (
        live.digest, live.head, live.events, live.document_id,
    )  # fmt: skip


def test_changes_name_kinds_and_ids() -> None:
    changes = Changes.of([Answer("Q-YES"), ShowingRecord("S1", "T1")]) | Changes.of([EvidenceItem(SHA, "a", 1)])
    assert changes.kinds == {"answer", "showing", "evidence"}
    assert changes.ids("showing") == {"S1@T1"}
    assert not Changes()
