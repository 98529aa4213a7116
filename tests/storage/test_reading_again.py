from __future__ import annotations

from pathlib import Path

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.storage.document import Document
from tests.services_world import small_pack

YES = {"value": True}


def test_inputs_read_after_a_change_keep_the_records_that_did_not_change(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock) as document:
        document.put(Answer("Q-YES", value=YES), Answer("Q-NUM", value={"value": 1.0}), actor="A").result()
        before = document.inputs()
        document.put(Answer("Q-NUM", value={"value": 2.0}), actor="A").result()
        after = document.inputs()
    assert after.answer_by_question["Q-YES"] is before.answer_by_question["Q-YES"]
    assert after.scope is before.scope
    assert after.answer_by_question["Q-NUM"].value == {"value": 2.0}


def test_inputs_read_after_a_removal_do_not_hold_what_is_gone(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock) as document:
        document.put(Answer("Q-YES", value=YES), actor="A").result()
        assert document.inputs().answer_by_question["Q-YES"].value == YES
        document.remove("answer", "Q-YES", actor="A").result()
        assert document.inputs().answers == ()


def test_pack_asked_for_twice_is_the_same_object(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock) as document:
        assert document.pack() is document.pack()
        assert document.pack() == document.packs()[0]
