"""Numbers given with an uncertainty: what they mean to a rule, how they read, and what stays as it was without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl_desktop import codec
from asl_desktop.domain.answer_words import value_in_words
from asl_desktop.domain.conditions import AnswerIn
from asl_desktop.domain.determination import TriggerResult
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Answer, Inputs, Scope, Value
from asl_desktop.domain.pack import Comparator, Part, Question, Trigger
from asl_desktop.errors import ValueRefused
from asl_desktop.services.value_checks import check_part
from tests.domain_world import CITE, DAY, pack, threshold

COMPUTE = Part("number", unit="GPU-days", minimum=0, uncertainty=True)
NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


def fired(value: Value, comparator: Comparator = ">=", limit: float = 4.0) -> TriggerResult:
    question = Question("N", "d", "How much?", (COMPUTE,), CITE)
    trigger = Trigger("TR", "Growth", "N", "value", comparator, limit, "x", CITE)
    of = replace(pack(), questions=(question,), thresholds=(), gates=(), showings=(), triggers=(trigger,))
    answer = Answer("N", value={"value": value}, author="Ada")
    return determine(of, Inputs(Scope("M"), answers=(answer,)), DAY).triggers[0]


@pytest.mark.parametrize(
    ("value", "state"),
    [((2.0, 1.9), "false"), ((2.0, 2.0), "true"), ((3.0, 1.5), "true"), ((6.0, 3.0), "true"), (3.0, "false")],
)
def test_trigger_has_not_been_reached_only_when_the_whole_extent_is_short_of_it(value: Value, state: str) -> None:
    assert fired(value).value == state


def test_trigger_that_only_the_uncertainty_reaches_says_so() -> None:
    assert (
        fired((3.0, 1.5)).reason
        == "Growth: 3 \u00b1 1.5x against 4x; it is within the uncertainty, so it counts as reached."
    )
    assert fired((6.0, 3.0)).reason == "Growth: 6 \u00b1 3x against 4x; it has been reached."
    assert fired((2.0, 1.0)).reason == "Growth: 2 \u00b1 1x against 4x; it has not been reached."


@pytest.mark.parametrize(
    ("comparator", "value", "state"),
    [
        (">", (3.0, 1.0), "false"), (">", (3.0, 1.1), "true"), ("<=", (5.0, 1.0), "true"), ("<=", (6.0, 1.0), "false"),
        ("<", (5.0, 1.0), "false"), ("<", (5.0, 1.1), "true"), ("==", (5.0, 1.0), "true"), ("==", (5.0, 0.5), "false"),
    ],
)  # fmt: skip
def test_every_comparison_takes_any_value_that_is_possible(comparator: Comparator, value: Value, state: str) -> None:
    assert fired(value, comparator).value == state


@given(NUMBERS, NUMBERS.map(abs), NUMBERS, st.sampled_from([">=", ">", "<=", "<", "=="]))
def test_uncertainty_never_takes_back_that_a_trigger_has_been_reached(
    number: float, reach: float, limit: float, comparator: Comparator
) -> None:
    if fired(number, comparator, limit).value == "true":
        assert fired((number, reach), comparator, limit).value == "true"


@pytest.mark.parametrize("value", [(4.0, float("nan")), (float("nan"), 1.0), ("4", "1"), (4.0, 1.0, 1.0)])
def test_what_is_no_number_with_an_uncertainty_is_not_compared(value: Value) -> None:
    assert fired(value).value == "unknown"


def test_number_with_an_uncertainty_is_never_among_the_options_of_a_rule() -> None:
    question = Question("N", "d", "How much?", (COMPUTE,), CITE)
    rule = threshold("T3", crossed=None, ruled_out=AnswerIn("N", ("3",)))
    of = replace(pack(), questions=(question,), thresholds=(rule,), gates=(), showings=(), triggers=())
    answer = Answer("N", value={"value": (3.0, 1.0)}, author="Ada")
    assert determine(of, Inputs(Scope("M"), answers=(answer,)), DAY).threshold_by_id["T3"].state == "not_ruled_out"


def test_number_with_an_uncertainty_reads_in_its_unit() -> None:
    assert value_in_words(COMPUTE, (12.0, 3.0)) == "12 \u00b1 3 GPU-days"
    assert value_in_words(replace(COMPUTE, unit="x"), (-2.5, 0.25)) == "\u22122.5 \u00b1 0.25x"
    assert value_in_words(COMPUTE, 12.0) == "12 GPU-days"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ((12.0,), "two numbers"),
        ((12.0, 1.0, 2.0), "two numbers"),
        ((12.0, 0.0), "above 0"),
        ((12.0, -1.0), "above 0"),
        ((-1.0, 2.0), "smallest"),
        ((12.0, float("inf")), "finite"),
        ((True, 1.0), "number"),
        (("12", "3"), "number"),
    ],
)
def test_value_that_does_not_fit_is_refused(value: object, problem: str) -> None:
    with pytest.raises(ValueRefused, match=problem):
        check_part(COMPUTE, value, field="answer N")


def test_uncertainty_is_refused_where_the_framework_does_not_ask_for_one() -> None:
    check_part(COMPUTE, (12.0, 3.0), field="answer N")
    check_part(COMPUTE, 12.0, field="answer N")
    with pytest.raises(ValueRefused, match="without an uncertainty"):
        check_part(replace(COMPUTE, uncertainty=False), (12.0, 3.0), field="answer N")


def test_records_without_an_uncertainty_are_written_as_before() -> None:
    assert "uncertainty" not in codec.to_json(replace(COMPUTE, uncertainty=False))
    old = {"question": "N", "value": {"value": 12.0}}
    assert codec.from_json(Answer, old).value == {"value": 12.0}
    held = Answer("N", value={"value": (12.0, 3.0)})
    assert codec.from_json(Answer, codec.to_json(held)) == held
