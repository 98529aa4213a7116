"""Questions that ask which of several statements hold: an unknown one is neither yes nor no, and never an all-clear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asl_desktop import codec
from asl_desktop.domain.answer_words import in_one_line, parts_in_words, statements_in_words
from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.conditions import AnswerIn
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import UNKNOWN, Answer, Inputs, Scope, Value
from asl_desktop.domain.pack import Part, Question, Trigger
from asl_desktop.errors import ValueRefused
from asl_desktop.services.checks import check_record
from reports.sections.common import answer_text
from tests.domain_world import CITE, DAY, pack, threshold

PARTS = (Part("yes_no", "a", "A holds"), Part("yes_no", "b", "B holds"), Part("yes_no", "c", "C holds", optional=True))
LIST = Question("L", "d", "Which hold?", PARTS, CITE)
MIXED = Question("X", "d", "What?", (Part("yes_no", "a"), Part("text", "b", optional=True)), CITE)
WORLD = replace(
    pack(),
    questions=(LIST, MIXED),
    thresholds=(threshold("T3", crossed=AnswerIn("L", ("yes",), "a"), ruled_out=AnswerIn("L", ("no",), "a")),),
    triggers=(Trigger("TR", "Growth", "L", "a", "==", "yes", "", CITE),),
    gates=(),
    showings=(),
)


def given(**value: Value) -> Answer:
    return Answer("L", value=value, author="Ada")


def outcome(answer: Answer) -> Determination:
    return determine(WORLD, Inputs(Scope("M"), answers=(answer,)), DAY)


@pytest.mark.parametrize(
    ("value", "state", "trigger"),
    [(True, "crossed", "true"), (False, "ruled_out", "false"), (UNKNOWN, "not_ruled_out", "unknown")],
)
def test_statement_that_nobody_knows_rules_nothing_out_and_clears_no_trigger(
    value: Value, state: str, trigger: str
) -> None:
    result = outcome(given(a=value, b=False))
    assert result.threshold_by_id["T3"].state == state
    assert result.triggers[0].value == trigger


def test_statement_that_nobody_knows_is_told_as_unknown() -> None:
    result = outcome(given(a=UNKNOWN, b=False))
    assert "L (a) is unknown" in " ".join(result.threshold_by_id["T3"].reasons)
    assert result.triggers[0].reason == "Growth: L (a) is unknown."


def test_list_counts_as_answered_once_every_statement_it_needs_is_yes_or_no() -> None:
    assert answer_counts(given(a=True, b=False), LIST)
    assert not answer_counts(given(a=True), LIST)
    assert not answer_counts(given(a=True, b=UNKNOWN), LIST)
    assert answer_counts(given(a=True, b=False, c=UNKNOWN), LIST)
    assert "L" in {item.id for item in outcome(given(a=True, b=UNKNOWN)).not_assessed}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": True, "b": False, "c": True}, "2 of 3 hold"),
        ({"a": True, "b": UNKNOWN, "c": False}, "1 of 3 hold, 1 unknown"),
        ({"b": UNKNOWN}, "0 of 3 hold, 1 unknown, 2 not answered"),
        ({}, ""),
    ],
)
def test_list_is_told_by_how_many_hold_and_what_is_missing_is_no_no(value: dict[str, Value], words: str) -> None:
    assert statements_in_words(LIST, value) == words


def test_line_and_report_tell_how_many_hold_and_then_each_statement() -> None:
    value: dict[str, Value] = {"a": True, "b": UNKNOWN}
    assert in_one_line(LIST, value) == "1 of 3 hold, 1 unknown, 1 not answered. A holds: Yes; B holds: Unknown"
    assert answer_text(LIST, given(a=True, b=UNKNOWN)).splitlines() == [
        "1 of 3 hold, 1 unknown, 1 not answered", "A holds: Yes", "B holds: Unknown",
    ]  # fmt: skip
    assert in_one_line(MIXED, {"a": True}) == "a: Yes"


def test_parts_are_told_in_the_order_of_the_question_whatever_order_they_are_kept_in() -> None:
    stored: dict[str, Value] = {"c": True, "gone": "x", "a": False}
    assert parts_in_words(LIST, stored) == (("A holds", "No"), ("C holds", "Yes"), ("gone", "x"))


def test_unknown_is_accepted_in_a_list_of_statements_only() -> None:
    inputs = Inputs(Scope("M"))
    check_record(WORLD, inputs, given(a=UNKNOWN, b=True))
    with pytest.raises(ValueRefused, match="yes or no"):
        check_record(WORLD, inputs, Answer("X", value={"a": UNKNOWN}))
    with pytest.raises(ValueRefused, match="yes or no"):
        check_record(WORLD, inputs, given(a="perhaps"))


def test_unknown_statement_comes_back_from_its_record_as_it_was() -> None:
    held = given(a=True, b=UNKNOWN)
    assert codec.from_json(Answer, codec.to_json(held)) == held
