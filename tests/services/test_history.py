"""The history in words: folding, filters, comparisons, undo and redo, and how much of a long log is read."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as hooks

from asl_desktop import codec
from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceLink,
    Measurement,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.errors import Cancelled, ItemUnknown, NothingToTakeBack
from asl_desktop.services.history import History, event_json
from asl_desktop.services.recording import lock_plan
from asl_desktop.services.text_comparison import compared
from asl_desktop.services.undoing import offered, take_back, why_not_undone
from asl_desktop.storage import past
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.services_world import small_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.domain.records import Record
    from asl_desktop.services.history import Step

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


class MovingClock(FixedClock):
    """A clock that a test sets."""

    def __init__(self) -> None:
        super().__init__(NOON)

    def set(self, moment: datetime) -> None:
        self._moment = moment


@pytest.fixture
def moving() -> MovingClock:
    return MovingClock()


@pytest.fixture
def document(tmp_path: Path, moving: MovingClock) -> Iterator[Document]:
    made = Document.create(tmp_path / "a.asl", pack=small_pack(), scope=Scope("Heron-2"), actor="Ann", clock=moving)
    with made:
        yield made


def put(document: Document, *records: Record, actor: str = "Ann") -> None:
    document.put(*records, actor=actor).result()


def steps(document: Document, **filters: object) -> list[Step]:
    history = History(document)
    return list(history.steps(history.wanted(**filters)))  # type: ignore[arg-type]


def test_changes_by_a_clock_that_was_set_back_are_no_burst(document: Document, moving: MovingClock) -> None:
    put(document, Answer("Q-TEXT", rationale="first"))
    moving.set(NOON - timedelta(days=3650))
    put(document, Answer("Q-TEXT", rationale="second"))
    assert [step.at[:4] for step in steps(document)] == ["2016", "2026", "2026"]


def test_a_change_is_told_with_subject_digests_and_both_texts(document: Document) -> None:
    old = Answer("Q-ONE", value={"value": "low"}, rationale="first words", at="2026-03-14T12:00:00.000Z")
    put(document, old)
    put(document, Answer("Q-ONE", value={"value": "high"}, rationale="other words", at="x", author="B"), actor="Bob")
    step, *_ = steps(document)
    assert (step.actor, step.title, step.mark) == ("Bob", "Q-ONE: What about Q-ONE?", "changed")
    (change,) = History(document).changes(step)
    assert change.was == codec.digest(codec.to_json(old))
    assert change.now == event_json(step.events[0])["now"] != change.was
    assert [(f.name, f.old, f.new) for f in change.fields] == [
        ("Answer", "Low", "High"),
        ("Rationale", "first words", "other words"),
    ]


def test_a_burst_by_one_person_on_one_record_is_one_step_whose_events_stay(
    document: Document, moving: MovingClock
) -> None:
    for number, minute in enumerate((0, 4, 8, 14)):
        moving.set(NOON + timedelta(minutes=minute))
        put(document, Answer("Q-TEXT", rationale=f"draft {number}"))
    put(document, Answer("Q-TEXT", rationale="by another hand"), actor="Bob")
    other, lone, burst, created = steps(document)
    assert [len(step.events) for step in (other, lone, burst, created)] == [1, 1, 3, 3]
    assert burst.did == "answer recorded (3 times)"
    assert lone.did == "Rationale: draft 2 \u2192 draft 3"
    (change,) = History(document).changes(burst)
    assert [(f.old, f.new) for f in change.fields if f.name == "Rationale"] == [("", "draft 2")]
    history = History(document)
    assert [len(step.events) for step in history.steps(history.wanted(), fold=False)] == [1, 1, 1, 1, 1, 3]


def test_one_act_on_many_records_is_one_step(document: Document) -> None:
    put(document, Answer("Q-ONE"), Answer("Q-TEXT"), RequirementRecord("R1", status="planned"))
    step = steps(document)[0]
    assert (step.title, step.did) == ("3 records in one act", "2 answers and 1 safeguard")
    assert {change.reference for change in History(document).changes(step)} == {
        "answer:Q-ONE", "answer:Q-TEXT", "requirement:R1",
    }  # fmt: skip


def test_undo_and_redo_are_named_as_such_with_what_they_took_back(document: Document, moving: MovingClock) -> None:
    put(document, Answer("Q-TEXT", rationale="a"))
    moving.set(NOON + timedelta(hours=1))
    document.undo(actor="Bob").result()
    document.redo(actor="Cid").result()
    redone, undone, made, _ = steps(document)
    assert (undone.mark, undone.did) == ("undo", "undone: the change by Ann, 14 Mar 2026, 12:00 UTC")
    assert (redone.mark, redone.did) == ("redo", "redone: the change by Ann, 14 Mar 2026, 12:00 UTC")
    assert {redone.title, undone.title, made.title} == {"Q-TEXT: What about Q-TEXT?"}
    change = document.reversible().undo
    assert change is not None
    assert History(document).act_in_words(change) == "answer Q-TEXT, Ann, 14 Mar 2026, 12:00 UTC"


def test_a_removal_tells_what_was_there(document: Document) -> None:
    put(document, Measurement("m1", "acc", Counts(3, 10), notes="odd run"))
    document.remove("measurement", "m1", actor="Bob").result()
    step = steps(document)[0]
    assert (step.title, step.did, step.mark) == ("acc: Accuracy", "result removed", "removed")
    (change,) = History(document).changes(step)
    assert ("Result", "3 of 10", "") in [(f.name, f.old, f.new) for f in change.fields]
    assert change.now == ""


def test_filters_narrow_by_record_person_day_kind_and_words(document: Document, moving: MovingClock) -> None:
    put(document, Answer("Q-ONE", rationale="needle in \u00dcber \u201chay\u201d"))
    moving.set(NOON + timedelta(days=1))
    put(document, RequirementRecord("R1", note="else"), actor="Bob")
    put(document, ShowingRecord("S1", "T1", argument="long"), actor="Bob")
    put(document, Measurement("m1", "acc", Counts(1, 9)), actor="Bob")

    def titles(**filters: object) -> list[str]:
        return [step.title for step in steps(document, **filters)]

    assert titles(of="Q-ONE") == titles(of="answer:Q-ONE") == ["Q-ONE: What about Q-ONE?"]
    assert titles(of="acc") == ["acc: Accuracy"]
    assert titles(of="S1") == titles(of="S1@T1") == ["S1 for T1: Evaluations"]
    assert len(titles(actor="Bob")) == len(titles(since=date(2026, 3, 15))) == 3
    assert len(titles(until=date(2026, 3, 14))) == 2
    assert titles(kinds=("requirement",)) == ["R1: Base row"]
    assert titles(text="NEEDLE") == titles(text="\u00fcBER \u201chay") == ["Q-ONE: What about Q-ONE?"]
    assert titles(text="base row") == ["R1: Base row"]
    assert titles(text="rationale") == []  # the name of a field is nobody's words
    with pytest.raises(ItemUnknown) as caught:
        titles(of="Q-ON")
    assert caught.value.values["suggestion"] == "Q-ONE"


def test_evidence_is_found_by_its_digest_after_it_was_removed(document: Document, tmp_path: Path) -> None:
    source = tmp_path / "log.txt"
    source.write_text("proof")
    item = document.attach(source, EvidenceDraft(name="log.txt"), actor="Ann")
    put(document, Answer("Q-ONE", evidence=(EvidenceLink(item.sha256, anchor="p. 4"),)))
    (change,) = History(document).changes(steps(document)[0])
    assert ("Evidence", "", "log.txt (p. 4)") in [(f.name, f.old, f.new) for f in change.fields]
    put(document, Answer("Q-ONE"))
    document.remove("evidence", item.sha256, actor="Ann").result()
    found = steps(document, of=item.sha256[:8])
    assert [(step.title, step.did) for step in found] == [
        ("log.txt", "evidence removed"),
        ("log.txt", "evidence attached"),
    ]
    assert document.past.kept_for_undo() == (1, 5)


def test_what_cannot_be_undone_says_why(document: Document, tmp_path: Path) -> None:
    with pytest.raises(NothingToTakeBack, match="Nothing was changed since the assessment was created"):
        take_back(document, "undo", actor="Ann")
    lock_plan(document, by="Ann").result()
    assert "The plan was locked or amended by Ann" in why_not_undone(document.reversible())
    put(document, Answer("Q-ONE"))
    assert why_not_undone(document.reversible()) == ""
    with pytest.raises(NothingToTakeBack, match="nothing to do again"):
        take_back(document, "redo", actor="Ann")
    source = tmp_path / "log.txt"
    source.write_text("proof")
    item = document.attach(source, EvidenceDraft(name="log.txt"), actor="Ann")
    document.remove("evidence", item.sha256, actor="Ann").result()
    document.clear_removed()
    with pytest.raises(NothingToTakeBack, match=r"evidence log\.txt, Ann, .*: the document does not hold these bytes"):
        take_back(document, "undo", actor="Ann")


def test_undo_and_redo_say_what_they_took_back(document: Document) -> None:
    put(document, Answer("Q-ONE"))
    words = "answer Q-ONE, Ann, 14 Mar 2026, 12:00 UTC"
    assert offered(document).undo == words
    assert take_back(document, "undo", actor="Bob").in_words() == f"Undone: {words}."
    assert (offered(document).undo, offered(document).redo) == ("", words)
    assert take_back(document, "redo", actor="Bob").in_words() == f"Done again: {words}."


def test_the_newest_steps_of_a_long_history_are_shown_without_reading_the_rest(document: Document) -> None:
    for start in range(0, 3000, 500):
        put(document, *(Measurement(f"m{n}", "acc", Counts(1, 9)) for n in range(start, start + 500)))
    put(document, Answer("Q-ONE"))
    read = 0

    def count(_: object, cursor: object, *more: object) -> None:
        nonlocal read
        read += 1

    engine = document.past._reader._engine
    hooks.listen(engine, "after_cursor_execute", count)
    found = list(itertools.islice(History(document).steps(History(document).wanted()), 1))
    hooks.remove(engine, "after_cursor_execute", count)
    assert found[0].title == "Q-ONE: What about Q-ONE?"
    assert read < 30
    everything = [event.seq for event in document.past.events()]
    assert everything == list(range(document.head().events, 0, -1))
    assert [event.seq for event in document.past.events_forward()] == everything[::-1]
    assert max(len(step.events) for step in steps(document)) == 500


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_comparison_holds_both_texts_whole(old: str, new: str) -> None:
    pieces = compared(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new


def test_a_comparison_of_very_long_texts_stays_quick_and_whole() -> None:
    old = "word " * 50_000
    pieces = compared(old, old + "tail")
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == old + "tail"


def test_a_search_that_finds_nothing_is_stopped_on_the_way(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "SLICE", 10)

    class Stopping:
        checks = 0

        def report(self, done: int, total: int, text: str = "") -> None:
            pass

        def check(self) -> None:
            self.checks += 1
            if self.checks == 2:
                raise Cancelled

    put(document, *(Measurement(f"m{n}", "acc", Counts(1, 9)) for n in range(30)))
    stopping, history = Stopping(), History(document)
    with pytest.raises(Cancelled):
        next(history.steps(history.wanted(actor="Nobody"), progress=stopping))
