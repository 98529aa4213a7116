from __future__ import annotations

from dataclasses import replace

import pytest

from asl_desktop.domain.conditions import AnswerIn
from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Answer, Counts, Inputs, Measurement, Scope
from asl_desktop.domain.pack import Pack, Trigger
from asl_desktop.services.consequences import flips, in_one_sentence
from tests.domain_world import CITE, DAY, EVIDENCE, PROOF, pack, threshold

YES = Answer("G", value={"value": True}, author="Ada")
NO = Answer("G", value={"value": False}, author="Ada")


def world() -> Pack:
    item = threshold("T3", crossed=AnswerIn("G", ("yes",)), ruled_out=AnswerIn("G", ("no",)))
    trigger = Trigger("TR", "Growth", "G", "value", "==", "yes", "", CITE)
    return replace(pack(), thresholds=(item,), showings=(), gates=(), triggers=(trigger,))


def told(before: tuple[Answer, ...], after: tuple[Answer, ...]) -> tuple[str, ...]:
    first, second = (determine(world(), Inputs(Scope("M"), answers=a), DAY) for a in (before, after))
    return flips(world(), first, second)


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ((NO,), (YES,), "T3 is no longer ruled out; it is crossed."),
        ((NO,), (replace(NO, carried_from="Earlier"),), "T3 is no longer ruled out."),
        ((YES,), (NO,), "T3 is now ruled out."),
        ((), (YES,), "T3 is now crossed."),
        ((NO,), (), "Nothing on file bears on T3 any more."),
        ((), (Answer("G", state="unknown"),), "T3 is not ruled out, now that something on file bears on it."),
    ],
)
def test_flip_of_a_threshold_is_told_first(before: tuple[Answer, ...], after: tuple[Answer, ...], first: str) -> None:
    assert told(before, after)[0] == first


def test_change_without_a_flip_says_nothing() -> None:
    assert told((NO,), (replace(NO, rationale="more words"),)) == ()
    assert in_one_sentence(()) == ""


def test_standards_and_triggers_follow_the_threshold() -> None:
    found = told((NO,), (YES,))
    assert "The security standard required is now ASL-3 instead of ASL-2." in found
    assert "The trigger TR has fired." in found
    assert in_one_sentence(found) == f"T3 is no longer ruled out; it is crossed, and {len(found) - 1} more changes."


def test_margin_that_changes_its_state_is_told() -> None:
    result = Measurement("m", "acc", Counts(1, 40), model="M", evidence=PROOF)
    bare = Inputs(Scope("M"), evidence=EVIDENCE)
    measured = replace(bare, measurements=(result,))
    found = flips(pack(), determine(pack(), bare, DAY), determine(pack(), measured, DAY))
    assert "Accuracy acc is now below buffer instead of not measured." in found


def test_gate_that_closes_is_no_longer_open() -> None:
    shut = determine(pack(), Inputs(Scope("M")), DAY)
    assert shut.gate_by_id["deploy"].state == "closed"
    opened: Determination = replace(shut, gates=tuple(replace(gate, state="open") for gate in shut.gates))
    assert any(text.endswith("is no longer open.") for text in flips(pack(), opened, shut))
    assert any(text.endswith("is now open.") for text in flips(pack(), shut, opened))
