from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from asl_desktop.domain.inputs import Counts, Inputs, Measurement
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.results import Standing, standings
from tests.services_world import LINK, small_pack, with_evidence

PACK = small_pack()
DAY = date(2026, 3, 14)
GOOD = Measurement("good", "acc", Counts(1, 100), "M", produced=date(2026, 3, 1), evidence=LINK)
BAD = replace(GOOD, id="bad", report=Counts(60, 100))


def standing(*results: Measurement) -> dict[str, Standing]:
    inputs: Inputs = replace(with_evidence(), measurements=results)
    found = standings(snapshot_of(PACK, inputs, as_of=DAY), PACK.indicators[0])
    return {item.measurement: item for item in found}


@pytest.mark.parametrize("order", [(GOOD, BAD), (BAD, GOOD)])
def test_standings_of_two_results_name_the_worse_one_whatever_the_order(order: tuple[Measurement, ...]) -> None:
    found = standing(*order)
    assert [(item.measurement, item.role) for item in found.values()] == [("bad", "decides"), ("good", "weighs")]


def test_standings_of_worse_result_without_evidence_let_it_decide_and_say_what_it_lacks() -> None:
    found = standing(GOOD, replace(BAD, evidence=()))
    assert found["bad"].role == "decides"
    assert "can hurt but not help: No valid evidence is linked to it." in found["bad"].why


def test_standings_of_result_of_another_checkpoint_or_run_say_why_it_is_silent() -> None:
    found = standing(GOOD, replace(BAD, model="Other"), replace(BAD, id="worse", run_status="cancelled"))
    assert (found["bad"].role, found["worse"].role, found["good"].role) == ("silent", "silent", "decides")
    assert "measured on Other, not on M" in found["bad"].why
    assert "ended as cancelled" in found["worse"].why


def test_standings_of_result_set_aside_name_person_and_reason_and_the_next_decides() -> None:
    found = standing(GOOD, replace(BAD, set_aside_by="A. Person", set_aside_reason="wrong prompt"))
    assert found["bad"].role == "aside"
    assert found["bad"].why == "Set aside by A. Person: wrong prompt"
    assert found["good"].role == "decides"


def test_standings_of_result_without_trials_never_let_it_decide() -> None:
    found = standing(replace(GOOD, report=Counts(0, 0)))
    assert found["good"].role == "silent"
    assert "There are no scored trials." in found["good"].why


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_watched_indicator_shows_its_riskiest_result_whatever_the_ids(names: tuple[str, str]) -> None:
    watched = replace(PACK, indicators=(replace(PACK.indicators[0], bounds=()),))
    results = (replace(GOOD, id=names[0]), replace(BAD, id=names[1]))
    snapshot = snapshot_of(watched, replace(with_evidence(), measurements=results), as_of=DAY)
    assert [item.measurement for item in snapshot.determination.watched] == [names[1]]
    assert [item.role for item in standings(snapshot, watched.indicators[0])] == ["shown", "weighs"]
