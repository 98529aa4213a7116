"""Every record is checked before it enters: each case here is one refusal, or one thing that must be let in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pytest

from asl_desktop.domain.inputs import (
    Amendment,
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
    PlannedIndicator,
    Point,
    Ratio,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.errors import ItemUnknown, ValueRefused
from asl_desktop.services.plan_digest import plan_digest
from asl_desktop.services.recording import check_decision, check_record, check_removal
from tests.services_world import LINK, SHA, small_pack, with_evidence

if TYPE_CHECKING:
    from asl_desktop.domain.records import Record

PACK = small_pack()
INPUTS = with_evidence()
DAY = date(2025, 6, 2)
NOON = "2025-06-02T12:00:00Z"


def answer(question: str, value: object, part: str = "value") -> Answer:
    return Answer(question, value=cast("Any", {part: value}))


def locked(**changes: object) -> Plan:
    plan = Plan(pack_digest=PACK.digest, indicators=(PlannedIndicator("acc", 8),))
    plan = replace(plan, locked_at=NOON, locked_by="Ada", locked_digest=plan_digest(plan))
    return replace(plan, **cast("Any", changes))


ACCEPTED: list[Record] = [
    answer("Q-YES", False),
    answer("Q-ONE", "low"),
    answer("Q-MANY", ("low", "high")),
    answer("Q-MANY", ()),
    answer("Q-SCALE", 5),
    answer("Q-NUM", 0.0),
    answer("Q-NUM", 100),
    answer("Q-TEXT", "Grüße, 東京, \U0001f9ec\nsecond line"),
    answer("Q-DAY", "2024-02-29"),
    answer("Q-RANGE", (1.0, 1.0, 2.5, 90.0)),
    answer("Q-TWO", 1.5, "first"),
    Answer("Q-NUM", state="unknown"),
    Answer("Q-NUM", state="unanswered", rationale="later"),
    Answer("Q-NUM", state="declined", reason="secret", evidence=LINK),
    Answer("Q-NUM", state="not_applicable", reason="no such model", at=NOON),
    Measurement("m", "acc", Counts(0, 0)),
    Measurement("m", "acc", Counts(5, 5), elicitation=("tools",), gap=0.1, gap_rationale="guess"),
    Measurement("m", "acc", Ratio(Counts(1, 2), Mean(0.2, 0.0, 8))),
    Measurement("m", "acc", Interval(0.5, 0.5, 0.5, 0.9)),
    Measurement("m", "acc", Point(0.3), set_aside_by="Ada", set_aside_reason="wrong model"),
    ShowingRecord("S1", "T1"),
    ShowingRecord("S1", "T1", "accepted", "Ada", rationales={"acc": "why"}, dissent=(Dissent("Bob", "no"),)),
    RequirementRecord("R1", "in_place", evidence=LINK),
    RequirementRecord("R1", "excepted", approved_by="Ada", reason="later", ends=DAY),
    Plan(),
    locked(),
    EvidenceItem(SHA, "proof.txt", 4),
    GateDecision("deploy", "go_with_conditions", "CEO", conditions="watch"),
    InterimRecord("IM1", "CEO", None),
    Specification("security", "L3", "Lab", DAY, (SpecifiedRequirement("X1", "Row"),)),
    Scope("M"),
]


@pytest.mark.parametrize("record", ACCEPTED, ids=repr)
def test_record_that_fits_is_accepted(record: Record) -> None:
    check_record(PACK, INPUTS, record)


REFUSED: list[tuple[Record, str, str]] = [
    (answer("Q-YES", "yes"), "Q-YES, value", 'yes or no is expected (true or false in a file), not the text "yes"'),
    (answer("Q-YES", 1), "Q-YES, value", "the number 1"),
    (answer("Q-ONE", "medium"), "Q-ONE", "low, high"),
    (answer("Q-ONE", "hig"), "Q-ONE", 'did you mean "high"'),
    (answer("Q-MANY", ("low", "none")), "Q-MANY", "low, high"),
    (answer("Q-MANY", ("low", "low")), "Q-MANY", "chosen twice"),
    (answer("Q-MANY", "low"), "Q-MANY", "a list of options"),
    (answer("Q-SCALE", 2.5), "Q-SCALE", "whole steps"),
    (answer("Q-SCALE", 6), "Q-SCALE", "largest allowed value, 5"),
    (answer("Q-NUM", -0.1), "Q-NUM", "below the smallest allowed value, 0 %"),
    (answer("Q-NUM", 100.5), "Q-NUM", "above the largest allowed value, 100 %"),
    (answer("Q-NUM", True), "Q-NUM", "a number is expected, not yes/no"),
    (answer("Q-NUM", "12"), "Q-NUM", 'a number is expected, not the text "12"'),
    (answer("Q-NUM", float("nan")), "Q-NUM", "finite"),
    (answer("Q-NUM", float("inf")), "Q-NUM", "finite"),
    (answer("Q-TEXT", " \n"), "Q-TEXT", "blank"),
    (answer("Q-TEXT", 3.0), "Q-TEXT", "text is expected"),
    (answer("Q-TEXT", "a\0b"), "Q-TEXT", "NUL"),
    (answer("Q-TEXT", "a\ud800b"), "Q-TEXT", "surrogate"),
    (answer("Q-DAY", "2025-02-29"), "Q-DAY", "not a day of the calendar"),
    (answer("Q-DAY", "20250301"), "Q-DAY", "a date such as"),
    (answer("Q-RANGE", (3.0, 2.0, 4.0, 90.0)), "Q-RANGE", "rise from low to best to high"),
    (answer("Q-RANGE", (1.0, 2.0, 4.0, 101.0)), "Q-RANGE", "percentage"),
    (answer("Q-RANGE", (1.0, 2.0, 4.0)), "Q-RANGE", "four numbers"),
    (answer("Q-TWO", 1.0, "frist"), "Q-TWO, frist", 'did you mean "first"'),
    (Answer("Q-NUM"), "Q-NUM, value", "needs a value"),
    (Answer("Q-NUM", state="unknown", value={"value": 3.0}), "Q-NUM, value", "although the state"),
    (Answer("Q-NUM", state="declined", reason=" "), "Q-NUM, reason", "needs a reason"),
    (Answer("Q-NUM", state="not_applicable"), "Q-NUM, reason", "needs a reason"),
    (Answer("Q-NUM", state=cast("Any", "maybe")), "state", "input should be"),
    (Answer("Q-NUM", state="unknown", at="yesterday"), "at", "moment in UTC"),
    (Answer("Q-NUM", state="unknown", at="2025-02-30T12:00:00Z"), "at", "moment in UTC"),
    (Answer("Q-NUM", state="unknown", evidence=(EvidenceLink("cd" * 32),)), "evidence", "no evidence"),
    (Measurement("", "acc", Point(1.0)), "id", "needs an id"),
    (Measurement("m", "acc", Counts(6, 5)), "counts", "6 successes are more than the 5 trials"),
    (Measurement("m", "acc", Counts(-1, 5)), "counts", "negative"),
    (Measurement("m", "acc", Mean(1.0, -0.1)), "stderr", "negative"),
    (Measurement("m", "acc", Mean(1.0, float("inf"))), "stderr", "finite"),
    (Measurement("m", "acc", Mean(1.0, 0.1, -2)), "n", "negative"),
    (Measurement("m", "acc", Interval(0.9, 0.1, 0.5)), "interval", "inside its interval"),
    (Measurement("m", "acc", Interval(0.3, 0.1, 0.5, 95.0)), "level", "0.95"),
    (Measurement("m", "acc", Ratio(Counts(1, 2), Counts(3, 2))), "control arm, counts", "more than"),
    (Measurement("m", "acc", Point(1.0), gap=-1.0), "gap", "negative"),
    (Measurement("m", "acc", Point(1.0), gap=1.0), "gap_rationale", "rationale"),
    (Measurement("m", "acc", Point(1.0), set_aside_by="Ada"), "set_aside_by", "both"),
    (ShowingRecord("S1", "T1", "accepted"), "by", "name is missing"),
    (ShowingRecord("S1", "T1", "rejected", " "), "by", "name is missing"),
    (ShowingRecord("S1", "T1", dissent=(Dissent("", "no"),)), "dissent", "name"),
    (RequirementRecord("R1", "not_applicable"), "reason", "needs a reason"),
    (RequirementRecord("R1", "excepted", reason="x", ends=DAY), "approved_by", "approved"),
    (RequirementRecord("R1", "excepted", approved_by="Ada", ends=DAY), "reason", "reason"),
    (RequirementRecord("R1", "excepted", approved_by="Ada", reason="x"), "ends", "end date"),
    (Plan(indicators=(PlannedIndicator("acc", 4),)), "min_n", "at least 5"),
    (Plan(indicators=(PlannedIndicator("acc"), PlannedIndicator("acc"))), "acc", "twice"),
    (Plan(locked_by="Ada"), "locked_at", "moment"),
    (Plan(amendments=(Amendment(NOON, "Ada", "r", "c"),)), "amendments", "only a locked plan"),
    (locked(locked_by=""), "locked_by", "name"),
    (locked(note="changed quietly"), "locked_digest", "differs"),
    (EvidenceItem("XY", "a", 1), "sha256", "64"),
    (EvidenceItem(SHA, " ", 1), "name", "name"),
    (EvidenceItem(SHA, "a", 1, replaces="card"), "replaces", "64"),
    (EvidenceItem(SHA, "a", 1, replaces=SHA), "replaces", "newer version of itself"),
    (GateDecision("deploy", "go", ""), "by", "name"),
    (GateDecision("deploy", "go_with_conditions", "CEO"), "conditions", "conditions"),
    (InterimRecord("IM1", "", DAY), "by", "name"),
    (Specification("security", "L3", "", DAY, ()), "author", "author"),
    (Specification("security", "L3", "Lab", DAY, (SpecifiedRequirement("R1", "Row"),)), "requirements", "twice"),
    (Specification("security", "L3", "Lab", DAY, (SpecifiedRequirement("X", ""),)), "requirements", "title"),
    (Scope(" "), "model", "name"),
    (Scope("M\0"), "model", "NUL"),
]


@pytest.mark.parametrize(("record", "field", "problem"), REFUSED, ids=lambda item: repr(item)[:60])
def test_record_that_does_not_fit_is_refused_in_plain_words(record: Record, field: str, problem: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        check_record(PACK, INPUTS, record)
    assert field in str(caught.value.values["field"])
    assert problem in str(caught.value.values["problem"])


UNKNOWN: list[tuple[Record, str, str]] = [
    (answer("Q-YESS", True), "question", "Q-YES"),
    (Measurement("m", "ac", Point(1.0)), "indicator", "acc"),
    (Measurement("m", "acc", Point(1.0), elicitation=("tool",)), "elicitation practice", "tools"),
    (ShowingRecord("S2", "T1"), "showing", "S1"),
    (ShowingRecord("S1", "T2"), "threshold", "T1"),
    (ShowingRecord("S1", "T1", rationales={"accc": "x"}), "indicator or question", "acc"),
    (RequirementRecord("R22"), "requirement", "R2"),
    (Plan(indicators=(PlannedIndicator("xyz"),)), "indicator", ""),
    (GateDecision("deploi", "go", "CEO"), "gate", "deploy"),
    (InterimRecord("IM", "CEO", DAY), "interim measure", "IM1"),
    (Specification("secure", "L3", "Lab", DAY, ()), "track", "security"),
    (Specification("security", "L4", "Lab", DAY, ()), "standard on the track security", "L3"),
]


@pytest.mark.parametrize(("record", "kind", "suggestion"), UNKNOWN, ids=lambda item: repr(item)[:60])
def test_unknown_id_is_refused_with_the_nearest_known_one(record: Record, kind: str, suggestion: str) -> None:
    with pytest.raises(ItemUnknown) as caught:
        check_record(PACK, INPUTS, record)
    assert caught.value.values["kind"] == kind
    assert caught.value.values["suggestion"] == suggestion


def test_requirement_of_the_labs_own_specification_is_known() -> None:
    own = Specification("security", "L3", "Lab", DAY, (SpecifiedRequirement("X1", "Row"),))
    check_record(PACK, replace(INPUTS, specifications=(own,)), RequirementRecord("X1", "planned"))


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (Plan(), "cannot be changed or taken away"),
        (locked(indicators=()), "needs an amendment"),
        (locked(locked_by="Bob"), "cannot be changed"),
    ],
)
def test_locked_plan_changed_without_amendment_is_refused(plan: Plan, problem: str) -> None:
    before = locked(amendments=(Amendment(NOON, "Ada", "r", "c"),))
    held = replace(INPUTS, plan=before)
    amended = replace(plan, amendments=before.amendments if plan.locked_at else ())
    with pytest.raises(ValueRefused, match=problem):
        check_record(PACK, held, amended)


def test_locked_plan_that_loses_an_amendment_is_refused() -> None:
    held = replace(INPUTS, plan=locked(amendments=(Amendment(NOON, "Ada", "r", "c"),)))
    with pytest.raises(ValueRefused, match="amendments on record"):
        check_record(PACK, held, locked())


def test_locked_plan_with_a_further_amendment_is_accepted() -> None:
    held = replace(INPUTS, plan=locked())
    check_record(PACK, held, locked(note="changed", amendments=(Amendment(NOON, "Ada", "r", "c"),)))


def test_decision_against_the_computed_state_needs_a_reason() -> None:
    with pytest.raises(ValueRefused, match="differs needs a reason"):
        check_decision(PACK, INPUTS, GateDecision("deploy", "go", "CEO"), as_of=DAY)
    check_decision(PACK, INPUTS, GateDecision("deploy", "go", "CEO", reason="duty"), as_of=DAY)
    check_decision(PACK, INPUTS, GateDecision("deploy", "hold", "CEO"), as_of=DAY)


def test_evidence_that_is_cited_cannot_be_removed() -> None:
    held = Inputs(scope=Scope("M"), evidence=INPUTS.evidence, requirements=(RequirementRecord("R1", evidence=LINK),))
    with pytest.raises(ValueRefused, match="requirement:R1"):
        check_removal(held, "evidence", SHA)
    check_removal(INPUTS, "evidence", SHA)
    with pytest.raises(ValueRefused):
        check_removal(INPUTS, "plan", "plan")
