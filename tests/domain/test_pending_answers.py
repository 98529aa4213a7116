"""Answers that are on record and do not count: taken over and not confirmed, or to a question that is not asked."""

from __future__ import annotations

from dataclasses import replace

from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.conditions import AnswerIn, ThresholdStateIn
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Answer, Inputs, Scope
from asl_desktop.domain.pack import Pack, Part, Question, Trigger
from asl_desktop.interchange.pack_trees import check_trees
from tests.domain_world import CITE, DAY, pack, threshold

EARLIER = "Model M, 14 Mar 2026"
NO = Answer("G", value={"value": False}, author="Ada")


def world() -> Pack:
    """One threshold that hangs on G alone: yes crosses it, no rules it out."""
    item = threshold("T3", crossed=AnswerIn("G", ("yes",)), ruled_out=AnswerIn("G", ("no",)))
    return replace(pack(), thresholds=(item,), triggers=(), gates=(), showings=())


def outcome(of: Pack, *answers: Answer) -> Determination:
    return determine(of, Inputs(Scope("M"), answers=answers), DAY)


def test_answer_taken_over_does_not_rule_out_until_confirmed() -> None:
    taken = outcome(world(), replace(NO, carried_from=EARLIER)).threshold_by_id["T3"]
    assert taken.state == "not_ruled_out"
    assert EARLIER in taken.reasons[0]
    assert "nobody has confirmed it" in taken.reasons[0]
    assert outcome(world(), NO).threshold_by_id["T3"].state == "ruled_out"


def test_answer_taken_over_that_would_cross_holds_what_another_way_rules_out() -> None:
    both = replace(
        world(),
        thresholds=(threshold("T3", crossed=AnswerIn("G", ("yes",)), ruled_out=AnswerIn("H", ("no",))),),
        questions=(*pack().questions, Question("H", "d", "Other?", (Part("yes_no"),), CITE)),
    )
    other = Answer("H", value={"value": False}, author="Ada")
    yes = Answer("G", value={"value": True}, author="Ada", carried_from=EARLIER)
    held = outcome(both, other, yes).threshold_by_id["T3"]
    assert held.state == "not_ruled_out"
    assert "at its word it is crossed" in held.reasons[0]
    assert outcome(both, other, replace(yes, value={"value": False})).threshold_by_id["T3"].state == "ruled_out"


def test_answer_to_a_question_that_is_not_asked_rules_nothing_out() -> None:
    first = Question("FIRST", "d", "First?", (Part("yes_no"),), CITE)
    later = Question("G", "d", "Gap?", (Part("yes_no"),), CITE, visible_when=AnswerIn("FIRST", ("yes",)))
    branching = replace(world(), questions=(first, later))
    for given, state in ((True, "ruled_out"), (False, "not_ruled_out")):
        result = outcome(branching, NO, Answer("FIRST", value={"value": given}, author="Ada"))
        assert result.threshold_by_id["T3"].state == state
        assert result.not_asked == (() if given else ("G",))


def test_answer_taken_over_fires_a_trigger_and_never_says_that_it_has_not_fired() -> None:
    trigger = Trigger("TR", "Growth", "G", "value", "==", "yes", "", CITE)
    of = replace(world(), triggers=(trigger,))
    values = [
        outcome(of, replace(NO, value={"value": v}, carried_from=EARLIER)).triggers[0].value for v in (True, False)
    ]
    assert values == ["true", "unknown"]


def test_answer_taken_over_is_listed_as_open() -> None:
    taken = replace(NO, carried_from=EARLIER)
    assert not answer_counts(taken)
    assert "G" in {item.id for item in outcome(world(), taken).not_assessed}


def test_question_asked_by_a_threshold_that_hangs_on_its_answer_is_refused() -> None:
    circular = replace(
        world(),
        questions=(replace(pack().questions[1], visible_when=ThresholdStateIn("T3", ("crossed",))),),
    )
    assert any(problem.startswith("whether") and "depends on itself" in problem for _, problem in check_trees(circular))
    assert outcome(circular, NO).threshold_by_id["T3"].state != "ruled_out"
