"""The determination, case by case; the published-figure cases are in tests/services/test_worked_examples.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from asl_desktop.domain.conditions import AnyOf, ShowingAccepted, ThresholdStateIn
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    GateDecision,
    Inputs,
    InterimRecord,
    Interval,
    Mean,
    Plan,
    PlannedIndicator,
    Point,
    Ratio,
    Report,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.domain.pack import Bound, Pack
from tests.domain_world import (
    ALL_ROWS,
    CITE,
    DAY,
    PROOF,
    SHA,
    accepted,
    argued,
    calm_inputs,
    in_place,
    indicator,
    measurement,
    pack,
)

WORLD = pack()


def outcome(inputs: Inputs, world: Pack = WORLD, day: date = DAY) -> Determination:
    return determine(world, inputs, day)


def test_calm_record_rules_everything_out_and_opens_the_gate() -> None:
    result = outcome(calm_inputs())
    assert {t.state for t in result.thresholds} == {"ruled_out"}
    assert result.label == "ASL-2"
    assert not result.precautionary
    assert result.gap == ()
    assert result.gate_by_id["deploy"].state == "open"


def test_empty_record_is_not_assessed_and_demands_the_most() -> None:
    result = outcome(Inputs(Scope("M")))
    assert {t.state for t in result.thresholds} == {"not_assessed"}
    assert result.label == "ASL-3 deployment / ASL-4 security"
    assert result.precautionary
    assert result.gate_by_id["deploy"].state == "closed"
    assert {item.kind for item in result.not_assessed} >= {"threshold", "indicator", "question", "showing", "domain"}


def test_zero_trials_are_not_measured_and_leave_the_threshold_not_assessed() -> None:
    result = outcome(
        Inputs(Scope("M"), measurements=(measurement("acc", Counts(0, 0)),), evidence=calm_inputs().evidence)
    )
    assert result.margin_by_indicator["acc"].state == "not_measured"
    assert result.margin_by_indicator["acc"].points is None
    assert result.threshold_by_id["H3"].state == "not_assessed"


@pytest.mark.parametrize("successes", [0, 1])
def test_one_trial_is_inadequate_and_changes_no_state(successes: int) -> None:
    before = outcome(calm_inputs())
    extra = measurement("acc", Counts(successes, 1), id="m-extra")
    after = outcome(calm_inputs(measurements=(*calm_inputs().measurements, extra)))
    assert [t.state for t in after.thresholds] == [t.state for t in before.thresholds]
    alone = outcome(calm_inputs(measurements=(extra,)))
    assert alone.margin_by_indicator["acc"].state == "not_adequate"
    assert "Only 1 scored trials" in alone.margin_by_indicator["acc"].reasons[0]


def test_zero_of_five_thousand_has_the_exact_upper_end() -> None:
    margin = outcome(calm_inputs(measurements=(measurement("acc", Counts(0, 5000)),))).margin_by_indicator["acc"]
    assert margin.state == "clear"
    assert margin.conservative == pytest.approx(0.00073750, rel=1e-4)


def test_cancelled_run_with_full_results_does_not_count() -> None:
    cancelled = measurement("acc", Counts(1, 100), run_status="cancelled")
    result = outcome(calm_inputs(measurements=(cancelled,)))
    assert result.margin_by_indicator["acc"].state == "not_adequate"
    assert "cancelled" in result.margin_by_indicator["acc"].reasons[0]
    assert result.threshold_by_id["T3"].state == "not_ruled_out"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evidence": ()}, "No valid evidence"),
        ({"model": "Other"}, "measured on Other"),
        ({"valid_until": date(2025, 5, 21)}, "valid until 21 May 2025"),
        ({"produced": date(2025, 5, 23)}, "after the day"),
        ({"run_status": "error"}, "ended as error"),
    ],
)
def test_inadequate_measurement_names_its_defect_and_cannot_rule_out(changes: dict[str, object], words: str) -> None:
    found = (measurement("acc", Counts(1, 100), **changes), calm_inputs().measurements[1])
    result = outcome(calm_inputs(measurements=found))
    margin = result.margin_by_indicator["acc"]
    assert margin.state == "not_adequate"
    assert margin.points is None
    assert any(words in reason for reason in margin.reasons)
    assert result.threshold_by_id["T3"].state == "not_ruled_out"


def test_stale_measurement_is_judged_by_production_date() -> None:
    world = pack(indicators=(indicator("acc", valid_days=30), WORLD.indicators[1]))
    fresh = measurement("acc", Counts(1, 100), produced=date(2025, 5, 1))
    old = replace(fresh, produced=date(2025, 4, 1))
    undated = replace(fresh, produced=None)
    states = [
        outcome(calm_inputs(measurements=(m,)), world).margin_by_indicator["acc"].state for m in (fresh, old, undated)
    ]
    assert states == ["clear", "not_adequate", "not_adequate"]


def test_plan_can_only_tighten_sample_size_and_elicitation() -> None:
    strict = Plan(indicators=(PlannedIndicator("acc", 200, ("tools",)),))
    result = outcome(calm_inputs(plan=strict)).margin_by_indicator["acc"]
    assert result.state == "not_adequate"
    assert any("at least 200" in r for r in result.reasons)
    assert any("tools" in r for r in result.reasons)
    lax = Plan(indicators=(PlannedIndicator("acc", 1),))
    few = outcome(calm_inputs(plan=lax, measurements=(measurement("acc", Counts(0, 3)),)))
    assert few.margin_by_indicator["acc"].state == "not_adequate"


@pytest.mark.parametrize(
    ("report", "state"),
    [
        (Mean(0.2, 0.01, 100), "clear"),
        (Mean(0.4, 0.02, 100), "in_buffer"),
        (Mean(0.45, 0.05, 100), "not_excluded"),
        (Mean(0.55, 0.05, 100), "crossed"),
        (Mean(0.5, 0.001, 100), "crossed"),
        (Point(0.01, 100), "not_excluded"),
        (Point(0.9, 100), "crossed"),
        (Interval(0.2, 0.1, 0.3, 0.95, 100), "clear"),
        (Interval(0.2, 0.1, 0.39, 0.5, 100), "not_excluded"),
    ],
)
def test_margin_state_follows_the_riskier_end(report: Report, state: str) -> None:
    assert outcome(calm_inputs(measurements=(measurement("acc", report),))).margin_by_indicator["acc"].state == state


def test_no_uncertainty_stated_has_no_points_and_cannot_rule_out() -> None:
    found = (measurement("acc", Point(0.01, 100)), calm_inputs().measurements[1])
    result = outcome(calm_inputs(measurements=found))
    assert result.margin_by_indicator["acc"].points is None
    assert result.threshold_by_id["T3"].state == "not_ruled_out"


def test_elicitation_gap_moves_the_conservative_value() -> None:
    plain = measurement("acc", Mean(0.2, 0.01, 100))
    moved = replace(plain, gap=0.25, gap_rationale="weak scaffold")
    without, with_gap = (outcome(calm_inputs(measurements=(m,))).margin_by_indicator["acc"] for m in (plain, moved))
    assert with_gap.conservative == pytest.approx((without.conservative or 0.0) + 0.25)
    assert with_gap.state == "in_buffer"


def test_log_scale_puts_the_bound_at_100_and_zero_at_the_end_of_the_axis() -> None:
    speed = indicator("acc", unit="x", scale="log", floor=1.0, bounds=(Bound("rule_out", 100.0, "b", CITE),))
    world = pack(indicators=(speed, WORLD.indicators[1]))
    result = outcome(calm_inputs(measurements=(measurement("acc", Interval(10, 0, 100, 0.95, 20)),)), world)
    margin = result.margin_by_indicator["acc"]
    assert margin.position == pytest.approx(50)
    assert margin.high_position == pytest.approx(100)
    assert (margin.low_position, margin.low) == (0.0, 0.0)
    assert margin.native_distance == pytest.approx(1.0)


def test_lower_is_riskier_reverses_the_axis() -> None:
    margin = outcome(calm_inputs(measurements=(measurement("low", Mean(0.7, 0.01, 100)),))).margin_by_indicator["low"]
    assert margin.position == pytest.approx(50)
    assert margin.conservative is not None
    assert margin.conservative < 0.7
    assert (margin.conservative_position or 0.0) > 50
    assert margin.state == "clear"


def test_ratio_interval_comes_from_both_arms() -> None:
    wide = Ratio(Mean(42, 11, 8), Mean(25, 13, 8))
    narrow = Ratio(Mean(42, 5.6122), Mean(25, 6.6327))
    uplift = indicator("acc", unit="x", scale="log", floor=1.0, bounds=(Bound("rule_out", 2.8, "b", CITE),), min_n=1)
    world = pack(indicators=(uplift, WORLD.indicators[1]))
    margins = [
        outcome(calm_inputs(measurements=(measurement("acc", r),)), world).margin_by_indicator["acc"]
        for r in (wide, narrow)
    ]
    assert [m.state for m in margins] == ["not_excluded", "not_excluded"]
    assert margins[1].high == pytest.approx(3.0, abs=0.05)
    assert (margins[0].high or 0.0) > (margins[1].high or 0.0) > 0.0


def test_ratio_of_two_empty_arms_says_so_and_excludes_nothing() -> None:
    uplift = indicator("acc", unit="x", scale="log", floor=1.0, bounds=(Bound("rule_out", 2.8, "b", CITE),))
    world = pack(indicators=(uplift, WORLD.indicators[1]))
    result = outcome(calm_inputs(measurements=(measurement("acc", Ratio(Counts(0, 40), Counts(0, 40))),)), world)
    margin = result.margin_by_indicator["acc"]
    assert (margin.state, margin.points) == ("not_excluded", None)
    assert margin.reasons[0].startswith("Both arms are at zero, so there is no ratio to hold against 2.8x")


def test_draft_showings_that_say_nothing_are_no_assessment() -> None:
    blank = tuple(ShowingRecord(showing, "T3", argument=" ", at="2025-05-20T08:00:00Z") for showing in ("RO-1", "RO-2"))
    result = outcome(Inputs(Scope("M"), showings=blank))
    assert result.threshold_by_id["T3"].state == "not_assessed"
    begun = outcome(Inputs(Scope("M"), showings=(replace(blank[0], argument="Begun."),)))
    assert begun.threshold_by_id["T3"].state == "not_ruled_out"


def test_threshold_with_two_ways_says_why_neither_holds() -> None:
    either = AnyOf((ShowingAccepted("RO-1"), ThresholdStateIn("H3", ("ruled_out",))))
    world = pack(thresholds=(replace(argued("T3"), ruled_out_when=either), *WORLD.thresholds[1:]))
    result = outcome(Inputs(Scope("M"), showings=(ShowingRecord("RO-1", "T3", argument="Begun."),)), world)
    assert result.threshold_by_id["T3"].reasons[0] == (
        "None of 2 ways holds: RO-1 for T3 is a draft that nobody has accepted; H3 is not assessed."
    )


def test_ratio_with_an_empty_control_arm_is_unbounded() -> None:
    uplift = indicator("acc", unit="x", scale="log", floor=1.0, bounds=(Bound("rule_out", 2.8, "b", CITE),))
    world = pack(indicators=(uplift, WORLD.indicators[1]))
    result = outcome(calm_inputs(measurements=(measurement("acc", Ratio(Counts(5, 10), Counts(0, 10))),)), world)
    assert result.margin_by_indicator["acc"].state == "crossed"
    assert result.margin_by_indicator["acc"].high_position == 1000.0


def test_showing_in_tension_needs_a_rationale() -> None:
    risky = (measurement("acc", Counts(45, 100)), calm_inputs().measurements[1])
    without = outcome(calm_inputs(measurements=risky))
    assert without.threshold_by_id["T3"].state == "not_ruled_out"
    assert "no rationale is given on acc" in without.threshold_by_id["T3"].reasons[0]
    showings = tuple(
        replace(s, rationales={"acc": "The task leaks its answers."}) if s.showing == "RO-2" else s
        for s in calm_inputs().showings
    )
    with_rationale = outcome(calm_inputs(measurements=risky, showings=showings))
    assert with_rationale.threshold_by_id["T3"].state == "ruled_out"
    tension = with_rationale.threshold_by_id["T3"].tensions[0]
    assert (tension.subject, tension.by, tension.rationale) == ("acc", "Ada", "The task leaks its answers.")


@pytest.mark.parametrize(
    "changes",
    [{"status": "draft"}, {"status": "rejected"}, {"by": "  "}, {"evidence": ()}],
)
def test_showing_that_nobody_stands_for_does_not_count(changes: dict[str, object]) -> None:
    showings = (accepted("RO-1", "T3", **changes), accepted("RO-2", "T3"))
    assert outcome(calm_inputs(showings=showings)).threshold_by_id["T3"].state == "not_ruled_out"


def test_expired_evidence_no_longer_supports() -> None:
    stale = (EvidenceItem(SHA, "proof.pdf", 10, valid_until=date(2025, 1, 1)),)
    result = outcome(calm_inputs(evidence=stale))
    assert {t.state for t in result.thresholds} == {"not_ruled_out"}
    assert len([g for g in result.gap if g.status != "unspecified"]) == len(ALL_ROWS)


def test_number_of_a_threshold_is_not_its_level() -> None:
    crossed = Answer("Q", value={"R4": "crossed"})
    showings = tuple(s for s in calm_inputs().showings if s.threshold != "R4")
    result = outcome(calm_inputs(answers=(*calm_inputs().answers, crossed), showings=showings))
    assert result.threshold_by_id["R4"].state == "crossed"
    assert result.label == "ASL-2 deployment / ASL-3 security"
    assert not result.precautionary
    assert result.duties == ("R4: Affirmative case",)


def test_crossed_and_ruled_out_conflict_is_treated_as_crossed() -> None:
    crossed = Answer("Q", value={"T3": "crossed"})
    result = outcome(calm_inputs(answers=(*calm_inputs().answers, crossed)))
    assert result.threshold_by_id["T3"].state == "conflicting"
    assert result.label == "ASL-3"
    assert not result.precautionary


def test_more_cautious_conclusion_brakes_accepted_showings() -> None:
    cautious = Answer("Q", value={"T3": "treated_as_crossed"})
    result = outcome(calm_inputs(answers=(*calm_inputs().answers, cautious)))
    assert result.threshold_by_id["T3"].state == "not_ruled_out"
    assert result.precautionary


def test_result_that_does_not_count_still_brakes_when_it_points_past_the_bound() -> None:
    hot = measurement("acc", Counts(99, 100), evidence=())
    result = outcome(calm_inputs(measurements=(hot, calm_inputs().measurements[1])))
    assert result.threshold_by_id["H3"].state == "not_ruled_out"
    assert "does not count but points past" in result.threshold_by_id["H3"].reasons[0]


def test_never_specified_standard_cannot_be_met_until_the_lab_specifies_it() -> None:
    showings = tuple(s for s in calm_inputs().showings if s.threshold != "R5")
    lacking = outcome(calm_inputs(showings=showings))
    assert lacking.track_by_id["security"].required == "ASL-4"
    assert lacking.track_by_id["security"].met == "false"
    assert any("never been specified" in r for r in lacking.gate_by_id["deploy"].reasons)
    assert lacking.gap[-1].status == "unspecified"
    own = Specification("security", "ASL-4", "CISO", DAY, (SpecifiedRequirement("X-1", "Vault"),))
    unmet = outcome(calm_inputs(showings=showings, specifications=(own,)))
    assert unmet.gate_by_id["deploy"].state == "closed"
    assert [g.requirement for g in unmet.gap] == ["X-1"]
    met = outcome(calm_inputs(showings=showings, specifications=(own,), requirements=in_place(*ALL_ROWS, "X-1")))
    assert met.gate_by_id["deploy"].state == "open"


@pytest.mark.parametrize(
    ("record", "covered"),
    [
        (RequirementRecord("S2-1", "in_place"), False),
        (RequirementRecord("S2-1", "planned", evidence=PROOF), False),
        (RequirementRecord("S2-1", "not_applicable", reason="no offices", author="Ada"), False),
        (RequirementRecord("S2-1", "not_applicable", reason="none", author="Ada", confirmed_by="ada "), False),
        (RequirementRecord("S2-1", "not_applicable", reason="none", author="Ada", confirmed_by="Bo"), True),
        (RequirementRecord("S2-1", "excepted", reason="r", approved_by="CISO", ends=DAY), True),
        (RequirementRecord("S2-1", "excepted", reason="r", approved_by="CISO", ends=date(2025, 5, 21)), False),
        (RequirementRecord("S2-1", "excepted", reason="r", approved_by="CISO"), False),
        (RequirementRecord("S2-1", "excepted", reason="r", ends=DAY), False),
    ],
)
def test_requirement_counts_only_when_its_state_is_backed(record: RequirementRecord, covered: bool) -> None:
    others = in_place(*(row for row in ALL_ROWS if row != "S2-1"))
    result = outcome(calm_inputs(requirements=(*others, record)))
    assert (result.gap == ()) is covered
    gate = result.gate_by_id["deploy"]
    if not covered:
        assert gate.state == "closed"
        assert [[s.ref for s in steps] for steps in gate.would_open] == [["requirement:S2-1"]]
    else:
        assert gate.state == ("open_with_conditions" if record.status == "excepted" else "open")


def test_closed_gate_names_the_smallest_ways_to_open_it() -> None:
    showings = tuple(s for s in calm_inputs().showings if (s.showing, s.threshold) != ("RO-2", "T3"))
    gate = outcome(calm_inputs(showings=showings, requirements=in_place(*ALL_ROWS[:-2]))).gate_by_id["deploy"]
    assert gate.state == "closed"
    assert [{s.ref for s in steps} for steps in gate.would_open] == [
        {"showing:RO-2@T3"},
        {"requirement:S3-1", "requirement:S3-2"},
    ]


def test_interim_measure_is_named_and_opens_nothing() -> None:
    world = pack(gates=(replace(WORLD.gates[0], interim=("IM-1",)),))
    interim = (InterimRecord("IM-1", "CEO", date(2025, 12, 31)),)
    closed = outcome(replace(calm_inputs(interim=interim), requirements=()), world).gate_by_id["deploy"]
    assert closed.state == "closed"
    assert "31 Dec 2025" in closed.conditions[0]
    assert outcome(calm_inputs(interim=interim), world).gate_by_id["deploy"].state == "open_with_conditions"
    ended = (InterimRecord("IM-1", "CEO", date(2025, 1, 31)),)
    assert outcome(calm_inputs(interim=ended), world).gate_by_id["deploy"].state == "open"


def test_judgement_gate_is_never_opened_by_the_program() -> None:
    gate = outcome(calm_inputs()).gate_by_id["board"]
    assert gate.state == "judgement"
    assert gate.decided_by == ("Board",)
    assert gate.owed_missing == ()
    owed = outcome(Inputs(Scope("M"))).gate_by_id["board"]
    assert owed.owed_missing == ("G", "T3")


@pytest.mark.parametrize(("outcome_word", "differs"), [("go", False), ("hold", True)])
def test_decision_that_differs_from_an_open_gate_is_marked(outcome_word: Literal["go", "hold"], differs: bool) -> None:
    decision = GateDecision("deploy", outcome_word, "CEO", reason="r")
    assert outcome(calm_inputs(decisions=(decision,))).gate_by_id["deploy"].differs is differs
    closed = outcome(calm_inputs(decisions=(decision,), requirements=())).gate_by_id["deploy"]
    assert closed.differs is not differs


def test_trace_names_every_input_used() -> None:
    result = outcome(calm_inputs()).threshold_by_id["H3"]
    assert result.ruled_out.value == "true"
    assert f"evidence:{SHA}" in result.ruled_out.uses
    assert "measurement:m-low" in result.ruled_out.uses


@pytest.mark.parametrize("successes", [0, 5, 10, 11, 20])
def test_riskier_adequate_result_beside_an_inadequate_one_never_helps(successes: int) -> None:
    bare = measurement("acc", Counts(10, 100), id="m-bare", evidence=())
    proven = measurement("acc", Counts(successes, 100))
    result = outcome(calm_inputs(measurements=(bare, proven, calm_inputs().measurements[1])))
    assert result.threshold_by_id["T3"].state == "ruled_out"
    margin = result.margin_by_indicator["acc"]
    assert margin.state == "clear"
    assert margin.measurement == ("m-bare" if successes <= 10 else "m-acc")
    assert outcome(calm_inputs(measurements=(bare,))).margin_by_indicator["acc"].state == "not_adequate"


def test_inadequate_result_past_the_bound_beside_an_adequate_clear_one_blocks() -> None:
    bare = measurement("acc", Counts(45, 100), id="m-bare", evidence=())
    result = outcome(calm_inputs(measurements=(bare, *calm_inputs().measurements)))
    assert result.margin_by_indicator["acc"].state == "not_adequate"
    assert result.threshold_by_id["T3"].state == "not_ruled_out"
