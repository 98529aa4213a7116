from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from asl_desktop.codec import digest
from asl_desktop.domain.inputs import Answer, EvidenceLink, Inputs, Plan, Scope
from asl_desktop.errors import FileReadOnly, FileTampered, ValueRefused
from asl_desktop.services.undoing import why_not_undone
from asl_desktop.storage import reverting
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.storage_world import AT, make, tamper

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = Answer("QC-1", rationale="one"), Answer("QC-1", rationale="two")


def put(document: Document, *records: Answer | Plan | Scope, actor: str = "Ann") -> None:
    document.put(*records, actor=actor).result()


def test_undo_puts_the_earlier_record_back_and_redo_the_later(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE)
        put(document, TWO, actor="Bob")
        assert document.undo(actor="Cid").result().changed == ("answer:QC-1",)
        assert document.inputs().answers == (ONE,)
        assert document.undo(actor="Cid").result().changed == ("answer:QC-1",)
        assert document.inputs().answers == ()
        document.redo(actor="Cid").result()
        document.redo(actor="Cid").result()
        assert document.inputs().answers == (TWO,)
        assert document.redo(actor="Cid").result().changed == ()
        assert [event.actor for event in document.events(3)] == ["Ann", "Bob", "Cid", "Cid", "Cid", "Cid"]
        assert document.check() == ()


def test_undo_and_redo_of_a_number_too_large_for_exact_integers_keep_it(tmp_path: Path) -> None:
    large = Answer("QC-1", value={"flop": 1e20, "many": 123456789012345680000.0})
    with make(tmp_path / "a.asl") as document:
        put(document, large)
        put(document, ONE)
        document.undo(actor="Ann").result()
        assert document.inputs().answers == (large,)
        assert document.check() == ()


def test_undo_after_reopening_goes_on_where_it_was(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE)
        put(document, TWO)
        document.undo(actor="Ann").result()
    with Document.open(tmp_path / "a.asl") as document:
        stack = document.reversible()
        assert stack.undo is not None
        assert stack.redo is not None
        assert stack.undo.references == stack.redo.references == ("answer:QC-1",)
        document.redo(actor="Bob").result()
        assert document.inputs().answers == (TWO,)


def test_undo_takes_back_a_whole_act_and_never_the_creation(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        before = document.inputs()
        put(document, ONE, Answer("QC-2"), Scope(model="Model B"))
        document.undo(actor="Ann").result()
        assert document.inputs() == before
        head = document.head()
        assert document.undo(actor="Ann").result().changed == ()
        assert document.head() == head
        assert document.reversible().undo is None


def test_new_act_after_an_undo_ends_redo(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE)
        document.undo(actor="Ann").result()
        put(document, Answer("QC-2"))
        assert document.reversible().redo is None
        assert document.redo(actor="Ann").result().changed == ()


def test_locked_plan_is_amended_never_undone(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE)
        put(document, Plan(pack_digest="d"))
        document.undo(actor="Ann").result()
        put(document, Plan(pack_digest="d", locked_at=AT, locked_by="Ann"))
        assert document.reversible().undo is None
        put(document, TWO)
        document.undo(actor="Ann").result()
        assert document.inputs().answers == (ONE,)
        assert document.undo(actor="Ann").result().changed == ()


@pytest.mark.parametrize("bound", ["MOST_EVENTS", "MOST_BYTES"])
def test_act_beyond_any_that_a_person_takes_back_is_never_held_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE)
        put(document, *(Answer(f"Q{number}", rationale="x" * 100) for number in range(50)))
        monkeypatch.setattr(reverting, bound, 10)
        stack, head = document.reversible(), document.head()
        assert (stack.undo, stack.redo, stack.too_large) == (None, None, True)
        assert why_not_undone(stack) == "The last change is too large to be taken back in one step"
        assert document.undo(actor="Ann").result().changed == ()
        assert document.head() == head


def test_many_undos_and_redos_of_one_act_end_where_they_should(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE, Answer("QC-2"))
        for _ in range(20):
            document.undo(actor="Ann").result()
            assert document.reversible().undo is None
            document.redo(actor="Ann").result()
            assert document.reversible().redo is None
        assert {answer.question for answer in document.inputs().answers} == {"QC-1", "QC-2"}
        assert document.check() == ()


def test_undo_of_attaching_and_of_removing_evidence_keeps_the_bytes(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        item = document.attach(io.BytesIO(b"log line\n" * 100), EvidenceDraft(name="log.txt"), actor="Ann")
        document.remove("evidence", item.sha256, actor="Ann").result()
        assert document.inputs().evidence == ()
        assert document.check() == ()
    with Document.open(tmp_path / "a.asl") as document:
        document.undo(actor="Ann").result()
        assert document.inputs().evidence == (item,)
        out = io.BytesIO()
        document.extract(item.sha256, out)
        assert out.getvalue() == b"log line\n" * 100
        document.undo(actor="Ann").result()
        assert document.inputs().evidence == ()
        again = document.attach(io.BytesIO(b"log line\n" * 100), EvidenceDraft(name="other.txt"), actor="Bob")
        assert again.sha256 == item.sha256
        assert document.check() == ()


def test_undo_of_evidence_whose_bytes_were_given_up_says_so(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        item = document.attach(io.BytesIO(bytes(5000)), EvidenceDraft(name="zero.bin"), actor="Ann")
        document.remove("evidence", item.sha256, actor="Ann").result()
        assert document.clear_removed() == 5000
        assert document.clear_removed() == 0
        with pytest.raises(ValueRefused, match="does not hold these bytes"):
            document.undo(actor="Ann").result()
        assert document.check() == ()


def test_undo_of_attaching_what_is_linked_meanwhile_takes_the_link_first(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        item = document.attach(io.BytesIO(b"x"), EvidenceDraft(name="x"), actor="Ann")
        put(document, replace(ONE, evidence=(EvidenceLink(item.sha256),)))
        document.undo(actor="Ann").result()
        document.undo(actor="Ann").result()
        assert document.inputs().evidence == ()
        assert document.inputs().answers == ()


def test_undo_of_a_document_for_reading_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    with Document.open(tmp_path / "a.asl", read_only=True) as document, pytest.raises(FileReadOnly):
        document.undo(actor="Ann")


def test_events_say_what_they_replaced_and_which_act_they_belong_to(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        put(document, ONE, Answer("QC-2"))
        put(document, TWO)
        document.undo(actor="Ann").result()
        first, second, third, fourth = document.events(3)
        assert first.change == second.change != third.change
        assert (first.was, second.was) == ("", "")
        assert third.was == digest(first.record)
        assert (fourth.was, fourth.record) == (digest(third.record), first.record)
        assert fourth.reverts == third.change
        assert [change.references for change in document.changes(3)] == [
            ("answer:QC-1", "answer:QC-2"),
            ("answer:QC-1",),
            ("answer:QC-1",),
        ]
        assert [event.seq for event in document.events_of("answer", "QC-1")] == [4, 6, 7]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.one_of(st.sampled_from(["undo", "redo"]), st.integers(0, 3)), max_size=14))
def test_undo_and_redo_behave_as_two_stacks(tmp_path_factory: pytest.TempPathFactory, acts: list[str | int]) -> None:
    with make(tmp_path_factory.mktemp("stacks") / "a.asl") as document:
        done: list[Inputs] = [document.inputs()]
        undone: list[Inputs] = []
        for number, act in enumerate(acts):
            if act == "undo":
                document.undo(actor="Ann").result()
                if len(done) > 1:
                    undone.append(done.pop())
            elif act == "redo":
                document.redo(actor="Ann").result()
                if undone:
                    done.append(undone.pop())
            else:
                put(document, Answer(f"QC-{act}", rationale=str(number)))
                done.append(document.inputs())
                undone.clear()
            assert document.inputs() == done[-1]
        assert document.check() == ()


def test_copies_that_went_on_apart_are_one_sound_history_when_their_events_are_united(tmp_path: Path) -> None:
    """What bringing copies together will write: the other copy's events behind ours, each device a chain of its own."""
    ours, theirs = tmp_path / "ours.asl", tmp_path / "theirs.asl"
    with make(ours) as document:
        put(document, ONE)
        document.save_copy(theirs)
    with Document.open(theirs) as document:
        put(document, Answer("QC-2", rationale="theirs"), actor="Bob")
        put(document, Answer("QC-1", rationale="theirs, later"), actor="Bob")
        foreign = list(document.events(4))
    with Document.open(ours) as document:
        put(document, TWO)
        assert foreign[0].prev == next(document.events(4)).prev
    _unite(ours, theirs)
    with Document.open(ours, read_only=True) as document:
        document.require_recorded()
        assert document.check() == ()
        assert {a.question: a.rationale for a in document.inputs().answers} == {
            "QC-1": "theirs, later",
            "QC-2": "theirs",
        }


@pytest.mark.parametrize("counts", ["the one of the greater device", "the other"])
def test_of_two_changes_at_one_logical_time_the_one_of_the_greater_device_counts(tmp_path: Path, counts: str) -> None:
    ours, theirs = tmp_path / "ours.asl", tmp_path / "theirs.asl"
    with make(ours) as document:
        put(document, ONE)
        document.save_copy(theirs)
    devices: dict[str, Path] = {}
    for path in (ours, theirs):
        with Document.open(path) as document:
            put(document, Answer("QC-1", rationale=path.stem))
            devices[next(iter(document.events(4))).device] = path
    winner = devices[max(devices)]
    with Document.open(winner, read_only=True) as document:
        (answer,) = document.inputs().answers
    _unite(ours, theirs)
    seq = 5 if (winner == ours) is (counts == "the one of the greater device") else 6
    source = ours if seq == 5 else theirs
    with closing(dbapi2.connect(str(theirs))) as other:
        record = other.execute("SELECT record FROM answer").fetchone()[0].replace("theirs", source.stem)
    tamper(ours, f"UPDATE answer SET event = {seq}, record = '{record}'")
    with Document.open(ours, read_only=True) as document:
        if source == winner:
            document.require_recorded()
            assert document.check() == ()
            assert document.inputs().answers == (answer,)
        else:
            with pytest.raises(FileTampered, match="QC-1"):
                document.require_recorded()
            assert len(document.check()) == 1


def _unite(ours: Path, theirs: Path) -> None:
    with closing(dbapi2.connect(str(theirs))) as other, closing(dbapi2.connect(str(ours))) as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(event)")]
        for row in other.execute("SELECT * FROM event WHERE seq > 4 ORDER BY seq").fetchall():
            event = dict(zip(columns, row, strict=True)) | {"seq": row[0] + 1}
            marks = ", ".join("?" * len(columns))
            raw.execute(f"INSERT INTO event VALUES ({marks})", list(event.values()))
        for row in other.execute("SELECT * FROM answer").fetchall():
            seq = raw.execute("SELECT max(seq) FROM event WHERE kind = 'answer' AND key = ?", row[:1]).fetchone()[0]
            raw.execute(f"INSERT OR REPLACE INTO answer VALUES ({', '.join('?' * len(row))})", [row[0], seq, *row[2:]])
        raw.commit()
