from __future__ import annotations

from dataclasses import replace

import pytest

from asl_desktop import codec
from asl_desktop.domain import statistics
from asl_desktop.domain.determination import Margin
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Inputs, Interval, Mean, Measurement, Plan, PlannedIndicator, Ratio
from asl_desktop.services.plan_digest import plan_digest
from asl_desktop.services.planning import own_bound_problem
from reports.charts.model import margin_row
from tests.domain_world import DAY, calm_inputs, indicator, measurement, pack

LOW = Interval(0.2, 0.1, 0.3, n=50)


def held(*, bound: float | None = None, **changes: object) -> Inputs:
    plan = Plan(indicators=(PlannedIndicator("acc", bound=bound),))
    return calm_inputs(plan=plan, measurements=(measurement("acc", LOW, **changes),))


def margin(inputs: Inputs) -> Margin:
    return determine(pack(), inputs, DAY).margin_by_indicator["acc"]


def test_stricter_bound_of_the_plan_stands_in_the_place_of_the_frameworks() -> None:
    policy = margin(held())
    own = margin(held(bound=0.25))
    assert (policy.state, policy.planned) == ("clear", False)
    assert (own.state, own.bound, own.planned) == ("not_excluded", 0.25, True)
    assert "which the plan sets" in own.reasons[0]


def test_stricter_bound_is_named_in_the_notes() -> None:
    notes = determine(pack(), held(bound=0.25), DAY).notes
    assert [note for note in notes if "which the plan sets, in the place of" in note]


@pytest.mark.parametrize("laxer", [0.5, 0.9])
def test_laxer_bound_in_a_plan_changes_nothing(laxer: float) -> None:
    assert margin(held(bound=laxer)) == margin(held())


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, "only tighten"), (0.7, "only tighten"), (0.0, "beyond the floor"), (0.25, "")]
)
def test_bound_of_a_plan_is_refused_unless_it_lies_between_floor_and_framework(value: float, said: str) -> None:
    problem = own_bound_problem(indicator("acc"), value)
    assert said in problem
    assert bool(problem) == bool(said)


def test_plan_without_own_bounds_keeps_the_digest_it_was_locked_with() -> None:
    plan = Plan(indicators=(PlannedIndicator("acc", 8),))
    assert "bound" not in codec.to_json(plan)["indicators"][0]
    tightened = replace(plan, indicators=(PlannedIndicator("acc", 8, bound=0.25),))
    assert plan_digest(tightened) != plan_digest(plan)
    assert codec.from_json(Plan, codec.to_json(tightened)) == tightened


def test_result_taken_over_counts_as_not_measured_until_confirmed() -> None:
    taken = held(carried_from="Old-1, 14 Mar 2025")
    assert margin(taken).state == "not_measured"
    assert "nobody has confirmed it here" in margin(taken).reasons[0]
    assert "acc" in {item.id for item in determine(pack(), taken, DAY).not_assessed if item.kind == "indicator"}
    assert margin(held()).state == "clear"


def test_result_taken_over_can_hurt_a_better_one() -> None:
    bad = measurement("acc", Interval(0.8, 0.7, 0.9, n=50), carried_from="Old-1")
    both = calm_inputs(measurements=(replace(measurement("acc", LOW), id="good"), replace(bad, id="bad")))
    assert margin(both).state == "not_adequate"


def test_measurement_without_a_mark_is_written_as_before() -> None:
    plain = Measurement("m", "acc", LOW)
    assert "carried_from" not in codec.to_json(plain)
    marked = replace(plain, carried_from="Old-1")
    assert codec.from_json(Measurement, codec.to_json(marked)) == marked


def test_ratio_whose_spreads_vanish_has_no_interval() -> None:
    tiny = Ratio(Mean(40.0, 5e-324, 2), Mean(1e200, 1.6e-155, None))
    assert statistics.ratio(tiny, 0.95).low is None


def test_bound_of_the_plan_is_named_as_such_and_never_as_policy() -> None:
    world = pack()
    found = determine(world, held(bound=0.25), DAY).margin_by_indicator["acc"]
    row = margin_row(world, world.indicator_by_id["acc"], found)
    assert "Set by the plan" in row.bound_label
    assert not row.policy
