"""The pre-flight check: each rule finds what it is for, with its severity and the place to mend it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    Counts,
    DecisionSignature,
    Dissent,
    EvidenceItem,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    Plan,
    PlannedIndicator,
    RequirementRecord,
    Scope,
)
from asl_desktop.domain.pack import Pack, Role
from asl_desktop.domain.records import with_record
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.planning import (
    changes_in_words,
    plan_on,
    plan_remarks,
    read_by_thresholds,
    results_before_lock,
    suggested_indicators,
)
from asl_desktop.services.preflight import (
    SEVERITIES,
    Preflight,
    Severity,
    check_before_signing,
    preflight_json,
    sign_off_problem,
)
from asl_desktop.services.signed_decisions import to_be_signed
from tests.preflight_world import ACCEPTED, DAY, LOCKED, RESULT, complete
from tests.services_world import LINK, SHA, small_pack

if TYPE_CHECKING:
    from asl_desktop.domain.records import Record


HOLD = GateDecision("deploy", "hold", "CEO", reason="later")
NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)


def checked(inputs: Inputs, pack: Pack | None = None) -> Preflight:
    return check_before_signing(snapshot_of(pack or small_pack(), inputs, as_of=DAY))


def found(inputs: Inputs, pack: Pack | None = None) -> list[tuple[str, str, str]]:
    return [(item.rule.id, item.severity, item.target) for item in checked(inputs, pack).findings]


def signed_on(inputs: Inputs) -> DecisionSignature:
    """Return what a signature states of these inputs; the check looks at no key."""
    before = to_be_signed(snapshot_of(small_pack(), inputs, as_of=DAY), HOLD, clock=FixedClock(NOON))
    assert before.signature is not None
    return before.signature


def test_decision_signed_on_earlier_inputs_is_a_warning_until_it_is_signed_anew() -> None:
    inputs = complete()
    held = with_record(inputs, dataclasses.replace(HOLD, signature=signed_on(inputs)))
    assert not [item for item in found(held) if item[0] == "decision-earlier"]
    later = with_record(held, Answer("Q-TEXT", value={"value": "found since"}))
    assert ("decision-earlier", "warning", "decision:deploy") in found(later)
    (finding,) = [item for item in checked(later).findings if item.rule.id == "decision-earlier"]
    assert finding.text == "Deploy: signed 2 Jun 2025, 12:00 UTC, before the inputs became what they are now."
    anew = with_record(later, dataclasses.replace(HOLD, signature=signed_on(later)))
    assert not [item for item in found(anew) if item[0] == "decision-earlier"]


def without(inputs: Inputs, field: str) -> Inputs:
    return dataclasses.replace(inputs, **{field: ()})  # type: ignore[arg-type]


def with_question(**changes: object) -> Pack:
    pack = small_pack()
    first, *rest = pack.questions
    return dataclasses.replace(pack, questions=(dataclasses.replace(first, **changes), *rest))  # type: ignore[arg-type]


def test_complete_record_gives_no_finding() -> None:
    assert found(complete()) == []
    assert checked(complete()).clear


@pytest.mark.parametrize(
    ("record", "rule", "severity", "target"),
    [
        (Scope("M", "c1", "Lab", actors="x"), "scope-incomplete", "warning", "scope:deployment_context"),
        (Answer("Q-END", "unanswered"), "open-question", "error", "answer:Q-END"),
        (Answer("Q-TEXT", "unanswered"), "open-question-aside", "warning", "answer:Q-TEXT"),
        (
            Answer("Q-END", value={"value": "ruled_out"}, carried_from="May 2025"),
            "carried-over",
            "error",
            "answer:Q-END",
        ),
        (dataclasses.replace(RESULT, id="m2", carried_from="May 2025"), "carried-over", "error", "indicator:acc"),
        (Answer("Q-END", "unknown"), "not-known", "warning", "answer:Q-END"),
        (Answer("Q-END", "declined", reason="secret"), "not-known", "warning", "answer:Q-END"),
        (
            Answer("Q-TEXT", "not_applicable", reason="none", author="A"),
            "not-confirmed", "error", "answer:Q-TEXT",
        ),
        (
            Answer("Q-TEXT", "not_applicable", reason="none", author="A", confirmed_by="a"),
            "not-confirmed", "error", "answer:Q-TEXT",
        ),
        (
            Answer("Q-YES", value={"value": True}, marked_for_review=True),
            "marked-for-review", "warning", "answer:Q-YES",
        ),
        (dataclasses.replace(RESULT, id="m2", evidence=()), "result-with-defects", "warning", "indicator:acc"),
        (dataclasses.replace(ACCEPTED, status="draft"), "showing-undecided", "error", "showing:S1@T1"),
        (dataclasses.replace(ACCEPTED, evidence=()), "showing-void", "error", "showing:S1@T1"),
        (dataclasses.replace(ACCEPTED, dissent=(Dissent("B", "no"),)), "dissent", "note", "showing:S1@T1"),
        (RequirementRecord("R1", "in_place"), "safeguard-void", "error", "requirement:R1"),
        (
            RequirementRecord("R1", "excepted", approved_by="CEO", reason="soon", ends=date(2025, 6, 1)),
            "safeguard-void", "error", "requirement:R1",
        ),
        (RequirementRecord("R1", "not_applicable", reason="r", author="A"), "not-confirmed", "error", "requirement:R1"),
        (RequirementRecord("R1", "planned", owner="B"), "safeguard-without-owner", "warning", "requirement:R1"),
        (
            RequirementRecord("R1", "planned", owner="B", due=date(2025, 6, 1)),
            "safeguard-overdue", "warning", "requirement:R1",
        ),
        (InterimRecord("IM1", "CEO", None), "interim-over", "warning", "interim:IM1"),
        (InterimRecord("IM1", "CEO", date(2025, 6, 1)), "interim-over", "warning", "interim:IM1"),
        (GateDecision("deploy", "hold", "CEO"), "decision-without-reason", "error", "decision:deploy"),
        (GateDecision("deploy", "hold", "CEO", reason="wait"), "decision-differs", "warning", "decision:deploy"),
        (GateDecision("deploy", "go", "CEO", despite="urgent"), "decision-despite", "warning", "decision:deploy"),
        (Plan(indicators=LOCKED.indicators), "plan-not-locked", "warning", "plan"),
        (dataclasses.replace(LOCKED, indicators=()), "plan-short", "warning", "plan"),
        (dataclasses.replace(LOCKED, locked_at="2025-05-21T10:00:00Z"), "plan-locked-late", "warning", "plan"),
        (dataclasses.replace(LOCKED, pack_digest="1" * 64), "plan-other-pack", "warning", "plan"),
        (
            dataclasses.replace(LOCKED, amendments=(Amendment("2025-05-02T10:00:00Z", "A", "because", "more"),)),
            "plan-amended", "note", "plan",
        ),
        (EvidenceItem("cd" * 32, "loose.txt", 1), "unlinked-evidence", "note", f"evidence:{'cd' * 32}"),
        (
            EvidenceItem(SHA, "proof.txt", 4, valid_until=date(2025, 6, 20)),
            "evidence-near-stale", "note", f"evidence:{SHA}",
        ),
    ],
)  # fmt: skip
def test_one_flaw_in_a_complete_record_is_found_by_its_rule(
    record: Record, rule: str, severity: Severity, target: str
) -> None:
    assert (rule, severity, target) in found(with_record(complete(), record))


def test_missing_records_are_errors_that_lead_to_their_place() -> None:
    assert ("not-measured", "error", "indicator:acc") in found(without(complete(), "measurements"))
    assert ("showing-undecided", "error", "showing:S1@T1") in found(without(complete(), "showings"))
    assert ("open-question", "error", "answer:Q-END") in found(without(complete(), "answers"))
    assert ("decision-missing", "warning", "decision:deploy") in found(without(complete(), "decisions"))
    assert ("safeguard-without-owner", "warning", "requirement:R1") in found(without(complete(), "requirements"))


def test_only_result_that_does_not_count_is_an_error() -> None:
    inputs = with_record(complete(), dataclasses.replace(RESULT, evidence=()))
    assert ("not-adequate", "error", "indicator:acc") in found(inputs)


def test_stale_evidence_warns_and_makes_what_rests_on_it_an_error() -> None:
    inputs = with_record(complete(), EvidenceItem(SHA, "proof.txt", 4, valid_until=date(2025, 6, 1)))
    names = {rule for rule, _, _ in found(inputs)}
    assert {"stale-evidence", "not-adequate", "showing-void", "safeguard-void"} <= names


def test_answer_without_the_evidence_or_rationale_it_needs_is_an_error() -> None:
    pack = with_question(evidence_required=True, rationale_required=True)
    expected = [
        ("answer-without-evidence", "error", "answer:Q-YES"),
        ("answer-without-rationale", "error", "answer:Q-YES"),
    ]
    assert found(complete(), pack) == expected
    whole = Answer("Q-YES", value={"value": True}, rationale="seen", evidence=LINK)
    assert found(with_record(complete(), whole), pack) == []


def test_open_question_that_bears_on_something_is_an_error() -> None:
    inputs = with_record(complete(), Answer("Q-YES", "unanswered"))
    assert found(inputs, with_question(bears_on=("R1",))) == [("open-question", "error", "answer:Q-YES")]


def test_unknown_answer_that_decides_nothing_is_no_finding() -> None:
    assert found(with_record(complete(), Answer("Q-TEXT", "unknown"))) == []


def test_rationale_on_a_result_that_was_taken_away_is_said() -> None:
    given = dataclasses.replace(ACCEPTED, rationales={"acc": "One trial failed for technical reasons."})
    inputs = without(with_record(complete(), given), "measurements")
    names = [rule for rule, _, target in found(inputs) if target == "showing:S1@T1"]
    assert "rationale-on-nothing" in names
    assert "tension" in names


def test_rationale_older_than_the_result_it_speaks_to_voids_the_showing() -> None:
    given = dataclasses.replace(ACCEPTED, rationales={"acc": "Below the bound."})
    worse = dataclasses.replace(RESULT, report=Counts(40, 50), at="2025-05-30T10:00:00Z")
    inputs = with_record(with_record(complete(), given), worse)
    texts = [item.text for item in checked(inputs).findings if item.rule.id == "showing-void"]
    assert any("must be accepted anew" in text for text in texts)


def test_role_that_the_framework_wants_at_a_gate_is_asked_for() -> None:
    pack = small_pack()
    (gate,) = pack.gates
    roles = (Role("CEO", "Chief executive", "decides", gate.cite, 1),)
    pack = dataclasses.replace(pack, roles=roles, gates=(dataclasses.replace(gate, decided_by=("CEO",)),))
    named = GateDecision("deploy", "go", "Jo Doe", "chief executive")
    assert found(with_record(complete(), named), pack) == []
    other = GateDecision("deploy", "go", "Jo Doe", "assessor")
    assert found(with_record(complete(), other), pack) == [("signer-role", "warning", "decision:deploy")]


def test_errors_come_first_and_findings_of_a_rule_stand_together() -> None:
    result = checked(Inputs(scope=Scope("M")))
    order = [SEVERITIES.index(item.severity) for item in result.findings]
    assert order == sorted(order)
    assert sum(len(items) for _, items in result.groups) == len(result.findings)
    assert result.words() == f"{result.counts['error']} errors, {result.counts['warning']} warnings and no notes"


def test_sign_off_with_errors_needs_a_reason_that_says_something() -> None:
    result = checked(Inputs(scope=Scope("M")))
    assert "stand in the way" in sign_off_problem(result, " ... ")
    assert sign_off_problem(result, "The board wants it today") == ""
    assert sign_off_problem(checked(complete()), "") == ""


def test_json_has_every_finding_with_rule_severity_reason_and_target() -> None:
    data = preflight_json(checked(without(complete(), "decisions")))
    assert data["counts"] == {"error": 0, "warning": 1, "note": 0}
    assert data["clear"] is True
    (item,) = data["findings"]
    assert set(item) == {"rule", "severity", "title", "why", "text", "target"}
    assert (item["rule"], item["target"]) == ("decision-missing", "decision:deploy")


def test_plan_starts_from_what_thresholds_read() -> None:
    assert [item.indicator for item in suggested_indicators(small_pack())] == ["acc"]
    assert [item.id for item in read_by_thresholds(small_pack())] == ["acc"]


@pytest.mark.parametrize(
    ("result", "early"),
    [
        (dataclasses.replace(RESULT, produced=date(2025, 4, 30)), True),
        (dataclasses.replace(RESULT, produced=None, at="2025-05-01T09:59:59Z"), True),
        (dataclasses.replace(RESULT, produced=date(2025, 5, 1), at="2025-05-01T10:00:01Z"), False),
        (RESULT, False),
    ],
)
def test_results_before_the_lock_are_told_by_run_and_entry(result: Measurement, early: bool) -> None:
    inputs = dataclasses.replace(complete(), measurements=(result,))
    assert bool(results_before_lock(inputs)) is early
    assert results_before_lock(dataclasses.replace(inputs, plan=Plan())) == ()


def test_locked_plan_says_what_it_means_for_an_indicator_and_an_open_one_nothing() -> None:
    (indicator,) = small_pack().indicators
    inputs = complete()
    assert plan_on(inputs, indicator, RESULT) == ("Planned, as the framework asks.",)
    assert plan_remarks(inputs, indicator, RESULT) == ()
    assert plan_on(dataclasses.replace(inputs, plan=Plan()), indicator, RESULT) == ()
    change = Amendment("2025-05-03T10:00:00Z", "B", "too dear", "Accuracy is no longer planned")
    amended = dataclasses.replace(LOCKED, indicators=(), amendments=(change,))
    early = dataclasses.replace(RESULT, produced=date(2025, 4, 1))
    assert plan_remarks(dataclasses.replace(inputs, plan=amended), indicator, early) == (
        "This result was there before the plan was locked.",
        "It is not in the plan.",
        "Amended 3 May 2025 by B: Accuracy is no longer planned. Reason: too dear",
    )


def test_change_of_a_plan_is_said_in_words() -> None:
    tighter = dataclasses.replace(LOCKED, indicators=(PlannedIndicator("acc", 100, ("tools",)),), note="n")
    words = changes_in_words(small_pack(), LOCKED, tighter)
    assert words == (
        "Accuracy: at least 100 trials, with tool use (before: as the framework asks); the text of the plan is changed"
    )
    assert changes_in_words(small_pack(), LOCKED, LOCKED) == ""
    assert changes_in_words(small_pack(), LOCKED, Plan()) == "Accuracy is no longer planned"
