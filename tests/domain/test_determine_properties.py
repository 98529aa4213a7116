"""What must hold for every record: risk never lowers, missing evidence never helps, order never matters."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    AtLeast,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    Not,
    ShowingAccepted,
)
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Interval,
    Mean,
    Measurement,
    Point,
    Ratio,
    Report,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.pack import Pack, Part, Question
from tests.domain_world import ALL_ROWS, CITE, DAY, pack, threshold

SHAS = ("a" * 64, "b" * 64, "c" * 64)
T = TypeVar("T")
share = st.floats(0.01, 0.99)


def counts() -> st.SearchStrategy[Counts]:
    return st.integers(1, 60).flatmap(lambda n: st.integers(0, n).map(lambda k: Counts(k, n)))


def means() -> st.SearchStrategy[Mean]:
    return st.builds(Mean, share, st.floats(0.001, 0.3), st.one_of(st.none(), st.integers(1, 60)))


def intervals() -> st.SearchStrategy[Interval]:
    return st.builds(
        lambda e, down, up, n: Interval(e, max(e - down, 0.0), min(e + up, 1.0), 0.95, n),
        share,
        st.floats(0, 0.4),
        st.floats(0, 0.4),
        st.integers(1, 60),
    )


def reports() -> st.SearchStrategy[Report]:
    return st.one_of(
        counts(),
        means(),
        intervals(),
        st.builds(Point, share, st.integers(1, 60)),
        st.builds(Ratio, counts(), counts()),
    )


links = st.lists(st.sampled_from(SHAS).map(EvidenceLink), max_size=2).map(tuple)


def measurements() -> st.SearchStrategy[Measurement]:
    return st.builds(
        Measurement,
        id=st.uuids().map(str),
        indicator=st.sampled_from(("acc", "low")),
        report=reports(),
        model=st.sampled_from(("M", "M", "M", "Other")),
        run_status=st.sampled_from(("success", "success", "success", "cancelled")),
        gap=st.sampled_from((0.0, 0.0, 0.1)),
        evidence=links,
    )


def answers() -> st.SearchStrategy[tuple[Answer, ...]]:
    option = st.sampled_from(("ruled_out", "treated_as_crossed", "crossed"))
    conclusion = st.builds(
        lambda value, state: Answer("Q", state, value, reason="r", author="Ada"),
        st.dictionaries(st.sampled_from(("T3", "R4", "R5")), option),
        st.sampled_from(("answered", "answered", "unknown", "not_applicable")),
    )
    gap = st.builds(
        lambda value, state, by: Answer("G", state, {"value": value}, reason="r", confirmed_by=by, author="Ada"),
        st.booleans(),
        st.sampled_from(("answered", "answered", "declined", "not_applicable")),
        st.sampled_from(("", "Ada", "Bo")),
    )
    return st.tuples(st.lists(conclusion, max_size=1), st.lists(gap, max_size=1)).map(lambda p: (*p[0], *p[1]))


def showings() -> st.SearchStrategy[tuple[ShowingRecord, ...]]:
    def record(key: tuple[str, str]) -> st.SearchStrategy[ShowingRecord]:
        return st.builds(
            ShowingRecord,
            showing=st.just(key[0]),
            threshold=st.just(key[1]),
            status=st.sampled_from(("accepted", "accepted", "accepted", "draft", "rejected")),
            by=st.sampled_from(("Ada", "Ada", "")),
            evidence=links,
            rationales=st.sampled_from(({}, {"acc": "why"}, {"acc": "why", "G": "why", "low": "why"})),
        )

    keys = [(s, t) for s in ("RO-1", "RO-2") for t in ("T3", "R4", "R5")]
    return st.tuples(*(st.one_of(st.none(), record(k), record(k)) for k in keys)).map(
        lambda found: tuple(item for item in found if item)
    )


def requirements() -> st.SearchStrategy[tuple[RequirementRecord, ...]]:
    def record(row: str) -> st.SearchStrategy[RequirementRecord]:
        status = st.sampled_from(("in_place", "in_place", "planned", "not_applicable", "not_assessed"))
        return st.builds(
            RequirementRecord, st.just(row), status, evidence=links, reason=st.just("r"), author=st.just("Ada")
        )

    return st.tuples(*(record(row) for row in ALL_ROWS))


def records() -> st.SearchStrategy[Inputs]:
    return st.builds(
        Inputs,
        scope=st.just(Scope("M")),
        answers=answers(),
        measurements=st.lists(measurements(), max_size=4).map(tuple),
        showings=showings(),
        requirements=requirements(),
        evidence=st.just(tuple(EvidenceItem(sha, "e", 1) for sha in SHAS)),
    )


def trees(*, ruling_out: bool) -> st.SearchStrategy[Condition]:
    """Trees that a validated pack may use: more risk or less evidence must not make a rule-out tree true."""
    names = st.sampled_from(("acc", "low"))
    bounds = st.sampled_from(("rule_out", "concern"))
    if ruling_out:
        leaf: st.SearchStrategy[Condition] = st.one_of(
            st.builds(IndicatorBelow, names, bounds),
            st.builds(lambda n, b: Not(IndicatorAbove(n, b)), names, bounds),
            st.sampled_from(("RO-1", "RO-2")).map(lambda s: ShowingAccepted(s, "T3")),
            st.just(AnswerIn("G", ("no",))),
        )
    else:
        leaf = st.one_of(st.builds(IndicatorAbove, names, bounds), st.just(AnswerIn("Q", ("crossed",), "T3")))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda of: AllOf(tuple(of))),
            st.lists(inner, min_size=1, max_size=3).map(lambda of: AnyOf(tuple(of))),
            st.lists(inner, min_size=2, max_size=3).map(lambda of: AtLeast(2, tuple(of))),
        ),
        max_leaves=5,
    )


def worlds() -> st.SearchStrategy[Pack]:
    base = pack()
    return st.builds(
        lambda crossed, out: replace(
            base, thresholds=(*base.thresholds[:3], threshold("H3", crossed=crossed, ruled_out=out))
        ),
        trees(ruling_out=False),
        trees(ruling_out=True),
    )


def ruled_out(result: Determination) -> set[str]:
    return {t.id for t in result.thresholds if t.state == "ruled_out"}


def ranks(world: Pack, result: Determination) -> list[int]:
    return [world.track_by_id[t.track].rank(t.required) for t in result.tracks]


def riskier(m: Measurement, amount: float) -> Measurement:
    up = m.indicator == "acc"
    report = m.report
    if isinstance(report, Counts):
        step = max(1, round(amount * report.n))
        k = min(report.n, report.successes + step) if up else max(0, report.successes - step)
        return replace(m, report=replace(report, successes=k))
    if isinstance(report, Mean):
        return replace(m, report=replace(report, mean=report.mean + (amount if up else -amount)))
    if isinstance(report, Point):
        return replace(m, report=replace(report, estimate=report.estimate + (amount if up else -amount)))
    if isinstance(report, Interval):
        shift = amount if up else -amount
        moved = replace(report, estimate=report.estimate + shift, low=report.low + shift, high=report.high + shift)
        return replace(m, report=moved)
    return replace(m, gap=m.gap + amount)


@settings(max_examples=400, deadline=None)
@given(worlds(), records(), st.integers(0, 3), st.floats(0.01, 0.5))
def test_riskier_measurement_never_lowers_a_level(world: Pack, inputs: Inputs, which: int, amount: float) -> None:
    if which >= len(inputs.measurements):
        return
    worse = list(inputs.measurements)
    worse[which] = riskier(worse[which], amount)
    before = determine(world, inputs, DAY)
    after = determine(world, replace(inputs, measurements=tuple(worse)), DAY)
    assert ruled_out(after) <= ruled_out(before)
    assert all(b >= a for a, b in zip(ranks(world, before), ranks(world, after), strict=True))


@settings(max_examples=400, deadline=None)
@given(worlds(), records(), st.sets(st.sampled_from(SHAS), min_size=1))
def test_removing_evidence_never_rules_anything_out(world: Pack, inputs: Inputs, gone: set[str]) -> None:
    kept = tuple(item for item in inputs.evidence if item.sha256 not in gone)
    before = determine(world, inputs, DAY)
    after = determine(world, replace(inputs, evidence=kept), DAY)
    assert ruled_out(after) <= ruled_out(before)
    assert {g.requirement for g in before.gap} <= {g.requirement for g in after.gap}


@settings(max_examples=200, deadline=None)
@given(worlds(), records(), st.integers(0, 2**32))
def test_order_never_matters(world: Pack, inputs: Inputs, seed: int) -> None:
    shuffler = random.Random(seed)

    def mixed(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(shuffler.sample(items, len(items)))

    other = replace(
        inputs,
        answers=mixed(inputs.answers),
        measurements=mixed(inputs.measurements),
        showings=mixed(inputs.showings),
        requirements=mixed(inputs.requirements),
        evidence=mixed(inputs.evidence),
    )
    assert determine(world, inputs, DAY) == determine(world, other, DAY)


@settings(max_examples=200, deadline=None)
@given(worlds(), records())
def test_unconfirmed_not_applicable_never_counts(world: Pack, inputs: Inputs) -> None:
    unconfirmed = tuple(
        replace(a, state="not_applicable", confirmed_by="") if a.question == "G" else a for a in inputs.answers
    )
    silent = tuple(replace(a, state="unanswered") if a.question == "G" else a for a in inputs.answers)
    claimed = determine(world, replace(inputs, answers=unconfirmed), DAY)
    blank = determine(world, replace(inputs, answers=silent), DAY)
    assert ruled_out(claimed) == ruled_out(blank)
    rows = tuple(replace(r, status="not_applicable", confirmed_by="") for r in inputs.requirements)
    gap = determine(world, replace(inputs, requirements=rows), DAY).gap
    assert {g.requirement for g in gap if g.status != "unspecified"} >= {"D2-1", "D2-2", "S2-1", "S2-2"}


@settings(max_examples=400, deadline=None)
@given(worlds(), records(), st.sets(st.sampled_from(("Q", "G")), min_size=1))
def test_answers_taken_over_rule_out_no_more_than_none_and_no_more_than_confirmed(
    world: Pack, inputs: Inputs, which: set[str]
) -> None:
    taken = tuple(replace(a, carried_from="An earlier one") if a.question in which else a for a in inputs.answers)
    without = tuple(a for a in inputs.answers if a.question not in which)
    carried = determine(world, replace(inputs, answers=taken), DAY)
    blank = determine(world, replace(inputs, answers=without), DAY)
    confirmed = determine(world, inputs, DAY)
    assert ruled_out(carried) <= ruled_out(blank) & ruled_out(confirmed)
    assert all(a >= b for a, b in zip(ranks(world, carried), ranks(world, confirmed), strict=True))
    open_now = {item.id for item in carried.not_assessed if item.kind == "question"}
    assert which <= open_now


@settings(max_examples=200, deadline=None)
@given(worlds(), records())
def test_answers_to_what_is_not_asked_rule_out_no_more_than_none(world: Pack, inputs: Inputs) -> None:
    first = Question("FIRST", "d", "Asked first?", (Part("yes_no"),), CITE)
    later = tuple(replace(q, visible_when=AnswerIn("FIRST", ("yes",))) for q in world.questions)
    branching = replace(world, questions=(first, *later))
    no = Answer("FIRST", value={"value": False}, author="Ada")
    hidden = determine(branching, replace(inputs, answers=(*inputs.answers, no)), DAY)
    blank = determine(branching, replace(inputs, answers=(no,)), DAY)
    assert ruled_out(hidden) <= ruled_out(blank)
    assert set(hidden.not_asked) == {q.id for q in later}
    assert not {item.id for item in hidden.not_assessed if item.kind == "question"} & set(hidden.not_asked)


@settings(max_examples=200, deadline=None)
@given(worlds(), records())
def test_everything_but_ruled_out_demands_its_standard(world: Pack, inputs: Inputs) -> None:
    result = determine(world, inputs, DAY)
    for item in result.thresholds:
        if item.state != "ruled_out":
            for track, standard in world.threshold_by_id[item.id].requires.items():
                required = result.track_by_id[track].required
                assert world.track_by_id[track].rank(required) >= world.track_by_id[track].rank(standard)
    gate = result.gate_by_id["deploy"]
    if gate.state != "closed":
        assert not [g for g in result.gap if g.standard == "ASL-2"]
    else:
        assert gate.reasons
        assert gate.would_open
