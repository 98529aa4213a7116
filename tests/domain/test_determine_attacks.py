"""Records made to draw a wrong all-clear, or a crash, out of the determination."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl_desktop.domain import margins
from asl_desktop.domain.conditions import AllOf, AnswerIn, AnyOf, IndicatorBelow, Not, ShowingAccepted, ThresholdStateIn
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceLink,
    GateDecision,
    Inputs,
    Interval,
    Mean,
    Measurement,
    Plan,
    PlannedIndicator,
    Point,
    Ratio,
    Report,
    RequirementRecord,
    Scope,
    Specification,
    SpecifiedRequirement,
    Value,
)
from asl_desktop.domain.pack import (
    Bound,
    Indicator,
    Option,
    Pack,
    Part,
    Question,
    Showing,
    Standard,
    Track,
    Trigger,
)
from asl_desktop.domain.wording import points
from asl_desktop.interchange.pack_trees import check_trees
from tests.domain_world import (
    ALL_ROWS,
    CITE,
    DAY,
    EVIDENCE,
    accepted,
    calm_inputs,
    in_place,
    indicator,
    measurement,
    pack,
    threshold,
)

WORLD = pack()
BLANKS = ("", "   ", "\u200b", "\u00a0\t", "\u2060\ufeff")


def outcome(inputs: Inputs, world: Pack = WORLD, day: date = DAY) -> Determination:
    return determine(world, inputs, day)


def with_acc(*found: Measurement) -> Inputs:
    return calm_inputs(measurements=(*found, calm_inputs().measurements[1]))


def states(result: Determination) -> dict[str, str]:
    return {item.id: item.state for item in result.thresholds}


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "report",
    [
        Mean(0.0, 0.0, 50),
        Mean(0.1, 1e-300, 50),
        Interval(0.1, 0.1, 0.1, 0.95, 50),
        Interval(0.1, 0.4, 0.05, 0.95, 50),
        Interval(0.1, math.nan, math.nan, 0.95, 50),
        Interval(0.1, 0.05, 0.2, 1e-18, 50),
        Interval(0.1, 0.05, 0.2, 1 - 2**-53, 50),
        Mean(0.1, math.nan, 50),
        Mean(math.nan, 0.1, 50),
        Point(0.0, 50),
    ],
)
def test_report_without_a_believable_spread_rules_nothing_out(report: Report) -> None:
    result = outcome(with_acc(measurement("acc", report)))
    assert result.margin_by_indicator["acc"].points is None
    assert result.margin_by_indicator["acc"].state in {"not_excluded", "crossed"}
    assert states(result)["T3"] == "not_ruled_out"


SCALES = {
    "log": indicator("acc", unit="x", scale="log", floor=1.0, bounds=(Bound("rule_out", 50.0, "b", CITE),)),
    "logit": indicator("acc", unit="%", scale="logit", floor=5.0, bounds=(Bound("rule_out", 50.0, "b", CITE),)),
}


@pytest.mark.parametrize("scale", ["log", "logit"])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_estimate_at_the_end_of_its_scale_keeps_its_riskier_end(scale: str, level: float) -> None:
    low_is_risky = replace(
        SCALES[scale], direction="lower_is_riskier", floor=60.0, bounds=(Bound("rule_out", 40.0, "b", CITE),)
    )
    for item in (SCALES[scale], low_is_risky):
        world = pack(indicators=(item, WORLD.indicators[1]))
        result = outcome(with_acc(measurement("acc", Interval(0.0, 0.0, 90.0, level, 50))), world)
        assert result.margin_by_indicator["acc"].state in {"not_excluded", "crossed"}
        assert not result.margin_by_indicator["acc"].clearly_crossed
        assert states(result)["T3"] == "not_ruled_out"


@pytest.mark.parametrize(
    "report",
    [
        Ratio(Mean(1.0, 1e-90, 20), Mean(1.0, 1e-90, 20)),
        Ratio(Mean(1.0, 1e200, 20), Mean(1.0, 1e200, 20)),
        Ratio(Mean(5e-324, 1.0, 20), Mean(1.0, 1.0, 20)),
        Ratio(Counts(0, 0), Mean(1.0, 0.1)),
        Ratio(Mean(1.0, 0.1, 20), Mean(1.0, 0.0, 20)),
        Ratio(Mean(-5.0, 0.1, 20), Mean(1.0, 0.1, 20)),
        Ratio(Mean(-5.0, 0.1, 20), Mean(-1.0, 0.1, 20)),
        Ratio(Mean(0.0, 0.1, 20), Mean(0.0, 0.1, 20)),
        Ratio(Mean(1.0, 0.1, 1), Mean(1.0, 0.1, 1)),
        Ratio(Counts(0, 20), Counts(0, 20)),
        Ratio(Counts(20, 20), Counts(0, 20)),
    ],
)
def test_ratio_of_arms_that_say_nothing_rules_nothing_out(report: Ratio) -> None:
    uplift = indicator("acc", unit="x", scale="log", floor=0.5, bounds=(Bound("rule_out", 2.8, "b", CITE),), min_n=1)
    result = outcome(with_acc(measurement("acc", report)), pack(indicators=(uplift, WORLD.indicators[1])))
    assert result.margin_by_indicator["acc"].state in {"not_excluded", "crossed", "not_measured"}
    assert states(result)["T3"] == "not_ruled_out"


def test_ratio_arm_of_unknown_size_still_widens_by_the_size_of_the_other() -> None:
    few, unknown = Mean(42, 11, 3), Mean(25, 13)
    uplift = indicator("acc", unit="x", scale="log", floor=0.5, bounds=(Bound("rule_out", 2.8, "b", CITE),), min_n=1)
    world = pack(indicators=(uplift, WORLD.indicators[1]))
    highs = [
        outcome(with_acc(measurement("acc", Ratio(treatment, unknown))), world).margin_by_indicator["acc"].high or 0.0
        for treatment in (few, replace(few, n=None))
    ]
    assert highs[0] > highs[1]


NUMBERS = st.one_of(
    st.sampled_from((0.0, -0.0, 5e-324, 1e-90, 0.5, 1.0, 40.0, 50.0, 100.0, 1e90, 1e200, 1.7e308, -1.0, -1e308)),
    st.floats(allow_nan=True, allow_infinity=True),
)
SIZES = st.sampled_from((None, 0, 1, 2, 5, 50, 2**53))
COUNTS = st.integers(0, 60).flatmap(lambda n: st.integers(0, n).map(lambda k: Counts(k, n)))
MEANS = st.builds(Mean, NUMBERS, NUMBERS, SIZES)
REPORTS: st.SearchStrategy[Report] = st.one_of(
    COUNTS,
    MEANS,
    st.builds(Interval, NUMBERS, NUMBERS, NUMBERS, st.floats(0, 1), SIZES),
    st.builds(Ratio, st.one_of(COUNTS, MEANS), st.one_of(COUNTS, MEANS)),
    st.builds(Point, NUMBERS, SIZES),
)
INDICATORS: st.SearchStrategy[Indicator] = st.builds(
    lambda scale, up, buffer, unit: indicator(
        "acc",
        scale=scale,
        unit=unit,
        direction="higher_is_riskier" if up else "lower_is_riskier",
        floor=20.0 if up else 80.0,
        bounds=(Bound("rule_out", 50.0, "b", CITE),),
        buffer=buffer,
        min_n=1,
    ),
    st.sampled_from(("linear", "log", "logit")),
    st.booleans(),
    st.sampled_from((0.0, 20.0, 99.0)),
    st.just("%"),
)


@settings(max_examples=600, deadline=None)
@given(INDICATORS, REPORTS, NUMBERS)
def test_any_numbers_give_a_margin_that_agrees_with_the_tree(item: Indicator, report: Report, gap: float) -> None:
    world = pack(indicators=(item, WORLD.indicators[1]))
    inputs = with_acc(measurement("acc", report, gap=gap))
    result = outcome(inputs, world)
    margin = result.margin_by_indicator["acc"]
    readings = margins.read_indicator(item, inputs, as_of=DAY, level=0.95)
    short = margins.below(readings, item.bounds[0])
    assert (short == "true") == (margin.state in {"clear", "in_buffer"})
    if short == "true":
        sign = 1.0 if item.direction == "higher_is_riskier" else -1.0
        assert margin.estimate is not None
        end = margin.high if sign > 0 else margin.low
        assert end is not None
        assert sign * margin.estimate <= sign * end < sign * 50.0
        assert sign * (margin.conservative or 0.0) >= sign * end
        assert 0.0 <= (margin.points or 0.0) <= 100.0
    for number in (margin.position, margin.low_position, margin.high_position, margin.conservative_position):
        assert number is None or 0.0 <= number <= 1000.0
    assert margin.native_distance is None or math.isfinite(margin.native_distance)


def test_negative_gap_never_makes_a_result_safer() -> None:
    plain, shifted = (
        outcome(with_acc(measurement("acc", Mean(0.45, 0.05, 100), gap=gap))).margin_by_indicator["acc"]
        for gap in (0.0, -0.3)
    )
    assert plain == shifted


def test_points_past_the_bound_never_read_as_zero() -> None:
    assert points(-0.2) == "\u22121"
    assert points(0.2) == "+0"
    assert points(0.0) == "+0"


# --- dates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date.min, DAY, date.max])
@pytest.mark.parametrize("produced", [date.min, DAY, date.max])
@pytest.mark.parametrize("days", [1, 10**12])
def test_any_dates_give_an_outcome(day: date, produced: date, days: int) -> None:
    world = pack(indicators=(indicator("acc", valid_days=days), WORLD.indicators[1]))
    result = outcome(with_acc(measurement("acc", Counts(1, 100), produced=produced)), world, day)
    fits = produced <= day and (day - produced).days <= days
    assert result.margin_by_indicator["acc"].state == ("clear" if fits else "not_adequate")


def test_specification_of_a_later_day_does_not_count_yet() -> None:
    rows = (SpecifiedRequirement("X-1", "Vault"),)
    showings = tuple(s for s in calm_inputs().showings if s.threshold != "R5")
    later = Specification("security", "ASL-4", "CISO", date(2025, 5, 23), rows)
    inputs = calm_inputs(showings=showings, specifications=(later,), requirements=in_place(*ALL_ROWS, "X-1"))
    assert outcome(inputs).gate_by_id["deploy"].state == "closed"
    assert outcome(inputs, day=date(2025, 5, 23)).gate_by_id["deploy"].state == "open"


# --- names, reasons, models --------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", BLANKS)
def test_invisible_text_stands_for_nothing(blank: str) -> None:
    hot = measurement("acc", Counts(99, 100), id="m-hot", set_aside_by=blank, set_aside_reason=blank)
    assert outcome(with_acc(hot, *calm_inputs().measurements[:1])).margin_by_indicator["acc"].state == "crossed"
    by_nobody = tuple(replace(s, by=blank) for s in calm_inputs().showings)
    assert states(outcome(calm_inputs(showings=by_nobody)))["T3"] == "not_ruled_out"
    tense = tuple(replace(s, rationales={"acc": blank}) for s in calm_inputs().showings)
    risky = with_acc(measurement("acc", Counts(45, 100)))
    assert states(outcome(replace(risky, showings=tense)))["T3"] == "not_ruled_out"
    others = in_place(*(row for row in ALL_ROWS if row != "S2-1"))
    for record in (
        RequirementRecord("S2-1", "excepted", reason=blank, approved_by="CISO", ends=DAY),
        RequirementRecord("S2-1", "excepted", reason="r", approved_by=blank, ends=DAY),
        RequirementRecord("S2-1", "not_applicable", reason=blank, author="Ada", confirmed_by="Bo"),
        RequirementRecord("S2-1", "not_applicable", reason="r", author="Ada", confirmed_by=blank),
    ):
        assert outcome(calm_inputs(requirements=(*others, record))).gap
    own = Specification("security", "ASL-4", blank, DAY, (SpecifiedRequirement("X-1", "Vault"),))
    unsaid = calm_inputs(
        showings=tuple(s for s in calm_inputs().showings if s.threshold != "R5"),
        specifications=(own,),
        requirements=in_place(*ALL_ROWS, "X-1"),
    )
    assert outcome(unsaid).gate_by_id["deploy"].state == "closed"


@pytest.mark.parametrize("reviewer", ["ada lovelace", " Ada  Lovelace ", "ADA\u00a0LOVELACE", "Ada\u200b Lovelace"])
def test_nobody_confirms_their_own_not_applicable(reviewer: str) -> None:
    record = RequirementRecord("S2-1", "not_applicable", reason="r", author="Ada Lovelace", confirmed_by=reviewer)
    others = in_place(*(row for row in ALL_ROWS if row != "S2-1"))
    assert outcome(calm_inputs(requirements=(*others, record))).gap
    unsigned = replace(record, author="", confirmed_by="Bo")
    assert outcome(calm_inputs(requirements=(*others, unsigned))).gap


@pytest.mark.parametrize(
    ("model", "state"),
    [("M", "crossed"), (" m ", "crossed"), ("Other", "clear"), ("", "not_adequate")],
)
def test_hot_result_speaks_unless_it_names_another_model(model: str, state: str) -> None:
    hot = measurement("acc", Counts(99, 100), id="m-hot", model=model)
    found = outcome(with_acc(calm_inputs().measurements[0], hot)).margin_by_indicator["acc"]
    assert found.state == state


def test_calm_result_of_an_unnamed_model_supports_nothing() -> None:
    result = outcome(with_acc(measurement("acc", Counts(1, 100), model="")))
    assert result.margin_by_indicator["acc"].state == "not_adequate"
    assert "which model" in result.margin_by_indicator["acc"].reasons[0]
    assert states(result)["T3"] == "not_ruled_out"


# --- records that contradict each other --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "twice",
    [
        {"answers": (Answer("G", value={"value": True}), Answer("G", value={"value": False}))},
        {"showings": (accepted("RO-1", "T3"), accepted("RO-1", "T3", status="rejected"))},
        {"requirements": (*in_place(*ALL_ROWS), RequirementRecord("S2-1", "planned"))},
        {"measurements": (measurement("acc", Counts(99, 100)), measurement("acc", Counts(1, 100)))},
        {"evidence": (*EVIDENCE, replace(EVIDENCE[0], valid_until=date(2020, 1, 1)))},
        {"decisions": (GateDecision("deploy", "go", "CEO"), GateDecision("deploy", "hold", "CEO"))},
        {
            "specifications": tuple(
                Specification("security", "ASL-4", by, DAY, (SpecifiedRequirement("X-1", "Vault"),)) for by in "AB"
            )
        },
    ],
)
def test_two_records_of_one_thing_are_refused_not_picked_by_order(twice: dict[str, object]) -> None:
    (name, found), *_ = twice.items()
    assert isinstance(found, tuple)
    for order in (found, found[::-1]):
        with pytest.raises(ValueError, match="twice"):
            outcome(calm_inputs(**{name: order}))


def test_plan_that_names_an_indicator_twice_asks_for_the_stricter() -> None:
    lines = (PlannedIndicator("acc", 5), PlannedIndicator("acc", 200, ("tools",)))
    for order in itertools.permutations(lines):
        margin = outcome(calm_inputs(plan=Plan(indicators=order))).margin_by_indicator["acc"]
        assert any("at least 200" in reason for reason in margin.reasons)
        assert any("tools" in reason for reason in margin.reasons)


def test_records_of_unknown_things_change_nothing() -> None:
    calm = calm_inputs()
    odd = calm_inputs(
        answers=(*calm.answers, Answer("Z", value={"value": True}), Answer("Q", value={"zz": "crossed"})),
        measurements=(*calm.measurements, measurement("zz", Counts(9, 10))),
        showings=(*calm.showings, accepted("RO-9", "T3"), accepted("RO-1", "T9")),
        requirements=(*calm.requirements, RequirementRecord("Z-1")),
    )
    assert states(outcome(odd)) == states(outcome(calm))


def test_evidence_that_only_counters_or_is_not_on_file_proves_nothing() -> None:
    for links in ((EvidenceLink("b" * 64),), (EvidenceLink(EVIDENCE[0].sha256, "counters"),)):
        showings = tuple(replace(s, evidence=links) for s in calm_inputs().showings)
        result = outcome(
            calm_inputs(
                showings=showings,
                measurements=tuple(replace(m, evidence=links) for m in calm_inputs().measurements),
                requirements=tuple(replace(r, evidence=links) for r in calm_inputs().requirements),
            )
        )
        assert set(states(result).values()) == {"not_ruled_out"}
        assert {item.requirement for item in result.gap} >= set(ALL_ROWS)


def test_showing_rejected_beside_the_way_that_rules_out_is_said() -> None:
    two_ways = threshold("H3", crossed=None, ruled_out=AnyOf((ShowingAccepted("RO-1"), IndicatorBelow("low"))))
    showing = replace(WORLD.showings[0], supported_when={**WORLD.showings[0].supported_when, "H3": None})
    world = pack(thresholds=(*WORLD.thresholds[:3], two_ways), showings=(showing, WORLD.showings[1]))
    rejected = accepted("RO-1", "H3", status="rejected", by="Bo")
    result = outcome(calm_inputs(showings=(*calm_inputs().showings, rejected)), world).threshold_by_id["H3"]
    assert result.state == "ruled_out"
    assert any("rejected by Bo" in reason for reason in result.reasons)


# --- answers -----------------------------------------------------------------------------------------------------


def test_answer_that_the_question_does_not_offer_is_no_answer() -> None:
    question = Question("G", "d", "Gap?", (Part("choice", options=(Option("a", "A"), Option("b", "B"))),), CITE)
    hard = threshold("H3", crossed=None, ruled_out=Not(AnswerIn("G", ("a",))))
    world = pack(questions=(WORLD.questions[0], question), thresholds=(*WORLD.thresholds[:3], hard))
    for value, state in (("b", "ruled_out"), ("a", "not_ruled_out"), ("zz", "not_ruled_out"), (True, "not_ruled_out")):
        result = outcome(calm_inputs(answers=(Answer("G", value={"value": value}),)), world)
        assert states(result)["H3"] == state


def test_whole_numbers_are_options_at_any_size() -> None:
    options = (Option("1234567", "many"), Option("2", "few"))
    question = Question("G", "d", "How many?", (Part("choice", options=options),), CITE)
    hard = threshold("H3", crossed=AnswerIn("G", ("1234567",)), ruled_out=None)
    world = pack(questions=(WORLD.questions[0], question), thresholds=(*WORLD.thresholds[:3], hard))
    result = outcome(calm_inputs(answers=(Answer("G", value={"value": 1234567.0}),)), world)
    assert states(result)["H3"] == "crossed"


def test_pack_cannot_take_one_of_several_chosen_options_for_safety() -> None:
    question = Question(
        "G", "d", "Which?", (Part("multi_choice", options=(Option("none", "N"), Option("bad", "B"))),), CITE
    )
    both = Answer("G", value={"value": ("none", "bad")})
    for tree, sound in ((AnswerIn("G", ("none",)), False), (Not(AnswerIn("G", ("bad",))), True)):
        hard = threshold("H3", crossed=None, ruled_out=tree)
        world = pack(questions=(WORLD.questions[0], question), thresholds=(*WORLD.thresholds[:3], hard))
        found = [problem for path, problem in check_trees(world) if path[:2] == ("thresholds", 3)]
        assert (found == []) is sound
        assert (states(outcome(calm_inputs(answers=(both,)), world))["H3"] == "not_ruled_out") is sound


def test_half_answered_question_stays_among_what_was_not_assessed() -> None:
    half = Answer("Q", value={"T3": "ruled_out"})
    result = outcome(calm_inputs(answers=(*calm_inputs().answers, half)))
    assert ("question", "Q") in {(item.kind, item.id) for item in result.not_assessed}
    whole = Answer("Q", value=dict.fromkeys(("T3", "R4", "R5", "H3"), "ruled_out"))
    result = outcome(calm_inputs(answers=(*calm_inputs().answers, whole)))
    assert ("question", "Q") not in {(item.kind, item.id) for item in result.not_assessed}


@pytest.mark.parametrize("value", ["about 4", True, (1.0, 2.0, 3.0, 90.0), math.nan])
def test_trigger_on_something_that_is_no_number_is_unknown(value: Value) -> None:
    trigger = Trigger("TR", "Compute", "G", "value", ">=", 4.0, "x", CITE)
    result = outcome(calm_inputs(answers=(Answer("G", value={"value": value}),)), pack(triggers=(trigger,)))
    assert result.triggers[0].value == "unknown"


def test_trigger_on_one_of_several_chosen_options_fires() -> None:
    trigger = Trigger("TR", "Who", "G", "value", "==", "officer", "", CITE)
    found = outcome(calm_inputs(answers=(Answer("G", value={"value": ("lab", "officer")}),)), pack(triggers=(trigger,)))
    assert found.triggers[0].value == "true"


# --- tensions ----------------------------------------------------------------------------------------------------

RISKY = measurement("acc", Counts(45, 100), at="2025-05-01T00:00:00.000Z")
REASONED = tuple(replace(s, rationales={"acc": "Leaks answers."}, at=RISKY.at) for s in calm_inputs().showings)


def test_rationale_older_than_the_result_it_speaks_to_no_longer_counts() -> None:
    inputs = replace(with_acc(RISKY), showings=REASONED)
    assert states(outcome(inputs))["T3"] == "ruled_out"
    later = measurement("acc", Counts(90, 100), id="m-later", at="2025-05-02T00:00:00.000Z")
    overtaken = outcome(replace(with_acc(RISKY, later), showings=REASONED)).threshold_by_id["T3"]
    assert overtaken.state == "not_ruled_out"
    assert "before" in overtaken.tensions[0].finding
    anew = tuple(replace(s, at="2025-05-03T00:00:00.000Z") for s in REASONED)
    assert states(outcome(replace(with_acc(RISKY, later), showings=anew)))["T3"] == "ruled_out"


def test_every_finding_on_one_subject_is_printed() -> None:
    tree = AllOf((IndicatorBelow("acc", "rule_out"), IndicatorBelow("acc", "concern")))
    showing = Showing("RO-2", "Evaluations", "t", CITE, {"T3": tree, "R4": tree, "R5": tree})
    result = outcome(
        replace(with_acc(measurement("acc", Counts(90, 100))), showings=REASONED),
        pack(showings=(WORLD.showings[0], showing)),
    )
    (tension,) = result.threshold_by_id["T3"].tensions
    assert "against 0.5" in tension.finding
    assert "against 0.8" in tension.finding


def test_tension_of_a_checkpoint_follows_the_threshold_that_leans_on_it() -> None:
    leaning = threshold("H3", crossed=None, ruled_out=AnyOf((ThresholdStateIn("T3", ("ruled_out",)),)))
    world = pack(thresholds=(*WORLD.thresholds[:3], leaning))
    result = outcome(replace(with_acc(RISKY), showings=REASONED), world)
    assert result.threshold_by_id["H3"].state == "ruled_out"
    assert [t.threshold for t in result.threshold_by_id["H3"].tensions] == ["T3"]
    assert len(result.tensions) == len({(t.threshold, t.showing, t.subject) for t in result.tensions}) == 3


# --- standards and gates -----------------------------------------------------------------------------------------


def test_higher_standard_without_a_single_requirement_is_never_met() -> None:
    world = pack(requirements=tuple(r for r in WORLD.requirements if r.standard == "ASL-2"))
    result = outcome(calm_inputs(showings=()), world)
    assert result.track_by_id["deployment"].met != "true"
    assert "deployment/ASL-3" in {item.requirement for item in result.gap}
    assert result.gate_by_id["deploy"].state == "closed"


def test_plain_go_through_a_gate_with_conditions_is_marked() -> None:
    others = in_place(*(row for row in ALL_ROWS if row != "S2-1"))
    excepted = RequirementRecord("S2-1", "excepted", reason="r", approved_by="CISO", ends=DAY)
    marked = {}
    for word in ("go", "go_with_conditions", "hold"):
        decision = GateDecision("deploy", word, "CEO", reason="r", conditions="c")
        gate = outcome(calm_inputs(requirements=(*others, excepted), decisions=(decision,))).gate_by_id["deploy"]
        assert gate.state == "open_with_conditions"
        marked[word] = gate.differs
    assert marked == {"go": True, "go_with_conditions": False, "hold": True}


def test_empty_pack_and_scope_give_an_outcome() -> None:
    bare = Pack("p", "P", "1", "Lab", (), (Track("t", "T", (Standard("Base", "B", "a", CITE, "Lab"),)),), (), ())
    assert determine(bare, Inputs(Scope("")), DAY).label == "Base"
