from __future__ import annotations

from dataclasses import replace

import pytest

from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Counts, Interval, Mean, Ratio, Report
from asl_desktop.domain.records import with_record
from asl_desktop.domain.sensitivity import differences, what_would_change
from tests.domain_world import ALL_ROWS, DAY, accepted, calm_inputs, in_place, indicator, measurement, pack

WORLD = pack()


def test_turning_point_of_counts_is_the_first_number_that_changes_the_outcome() -> None:
    inputs = calm_inputs()
    change = next(c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "measurement:m-acc")
    before = determine(WORLD, inputs, DAY)
    named = int(change.change.split(": ")[1].split(" of ")[0])
    for successes, moves in ((named, True), (named - 1, False)):
        after = determine(WORLD, with_record(inputs, measurement("acc", Counts(successes, 100))), DAY)
        assert bool(differences(before, after)[0]) is moves


def test_turning_point_of_a_mean_lies_where_the_riskier_end_meets_the_bound() -> None:
    inputs = calm_inputs(measurements=(measurement("acc", Mean(0.2, 0.05, 1000)), calm_inputs().measurements[1]))
    change = next(c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "measurement:m-acc")
    assert "0.4019 (now 0.2)" in change.change
    assert any("not ruled out" in effect for effect in change.effects)


def test_changes_that_move_a_standard_come_before_those_that_only_move_a_state() -> None:
    ranked = what_would_change(WORLD, calm_inputs(), DAY)
    assert [c.weight for c in ranked] == sorted((c.weight for c in ranked), reverse=True)
    assert any("standard becomes" in effect for effect in ranked[0].effects)


def test_one_missing_acceptance_is_found_as_what_would_open_the_gate() -> None:
    showings = tuple(
        replace(s, status="draft") if (s.showing, s.threshold) == ("RO-1", "T3") else s for s in calm_inputs().showings
    )
    inputs = calm_inputs(showings=showings, requirements=in_place(*ALL_ROWS[:-1]))
    found = [c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "showing:RO-1@T3"]
    assert any("gate deploy becomes open" in effect for c in found for effect in c.effects)
    assert accepted("RO-1", "T3") not in inputs.showings


def test_record_that_decides_nothing_is_not_listed() -> None:
    inputs = calm_inputs(measurements=(*calm_inputs().measurements, measurement("acc", Counts(0, 1), id="m-tiny")))
    assert not [c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "measurement:m-tiny"]


def test_result_far_past_its_bound_is_still_shown_the_way_back() -> None:
    far = measurement("acc", Mean(40.0, 2.0, 100))
    inputs = calm_inputs(measurements=(far, calm_inputs().measurements[1]))
    change = next(c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "measurement:m-acc")
    assert any("becomes ruled out" in effect for effect in change.effects)


@pytest.mark.parametrize(
    "report",
    [
        Counts(1, 100),
        Mean(0.2, 0.05, 100),
        Interval(0.2, 0.1, 0.3, 0.9, 100),
        Ratio(Counts(10, 100), Counts(50, 100)),
        Ratio(Mean(0.1, 0.01, 100), Mean(0.5, 0.02, 100)),
    ],
)
def test_turning_point_of_every_kind_of_report_is_where_the_riskier_end_meets_the_bound(report: Report) -> None:
    inputs = calm_inputs(measurements=(measurement("acc", report), calm_inputs().measurements[1]))
    changes = [c for c in what_would_change(WORLD, inputs, DAY) if c.ref == "measurement:m-acc"]
    (change,) = [c for c in changes if any("T3 becomes not ruled out" in effect for effect in c.effects)]
    assert 0.0 < change.distance < 1.0
    assert "(now " in change.change


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
def test_indicator_without_a_result_is_ranked_with_what_a_first_one_would_change(scale: str) -> None:
    floor = 0.1 if scale != "linear" else 0.0
    others = tuple(item for item in WORLD.indicators if item.id != "acc")
    world = pack(indicators=(indicator("acc", scale=scale, floor=floor), *others))
    inputs = calm_inputs(measurements=())
    changes = [c for c in what_would_change(world, inputs, DAY) if c.ref == "indicator:acc"]
    assert changes
    assert all("a first result" in c.change and c.effects for c in changes)


def test_indicator_with_a_result_is_moved_along_it_and_not_imagined() -> None:
    assert not [c for c in what_would_change(WORLD, calm_inputs(), DAY) if c.ref == "indicator:acc"]
