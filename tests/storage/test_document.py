from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl_desktop.clock import FixedClock, stamp
from asl_desktop.domain.inputs import Answer, Inputs, Measurement, Point, Scope
from asl_desktop.domain.records import KINDS, kind_of, reference, with_record
from asl_desktop.errors import FileExists, FileReadOnly, OutputNotWritable, PackConflict, ValueRefused
from asl_desktop.storage.document import Document
from tests.storage_world import PACK, RECORDS, SCOPE, filled, make, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.domain.records import Record


def kept(inputs: Inputs, record: Record) -> object:
    kind = kind_of(record)
    held = getattr(inputs, kind.field)
    return held if kind.single else {kind.key(item): item for item in held}[kind.key(record)]


def test_records_cover_every_kind_that_put_accepts() -> None:
    assert {kind_of(record).name for record in RECORDS} == {kind.name for kind in KINDS} - {"evidence"}


@pytest.mark.parametrize("record", RECORDS, ids=reference)
def test_put_of_each_kind_comes_back_exactly_after_reopening(tmp_path: Path, record: Record) -> None:
    with make(tmp_path / "a.asl") as document:
        commit = document.put(record, actor="Ann").result()
        assert commit.changed == (reference(record),)
        assert kept(document.inputs(), record) == record
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        found = kept(document.inputs(), record)
        assert found == record
        assert document.check() == ()
    if isinstance(record, Answer) and isinstance(found, Answer):
        assert {k: type(v) for k, v in found.value.items()} == {k: type(v) for k, v in record.value.items()}


def test_create_fresh_path_holds_pack_scope_and_three_events(tmp_path: Path, clock: FixedClock) -> None:
    with make(tmp_path / "a.asl", clock=clock) as document:
        assert document.pack() == PACK
        assert document.inputs() == Inputs(scope=SCOPE)
        events = list(document.events())
        assert [(event.kind, event.action, event.actor) for event in events] == [
            ("document", "put", "Ann"),
            ("pack", "put", "Ann"),
            ("scope", "put", "Ann"),
        ]
        assert {event.at for event in events} == {stamp(clock)}
        assert document.head().events == 3
        assert document.head().hash == events[-1].hash
        assert events[0].key == document.document_id
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_create_over_existing_file_refuses_and_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    path.write_text("mine")
    with pytest.raises(FileExists):
        make(path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_create_in_missing_folder_refuses(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="folder does not exist"):
        make(tmp_path / "no" / "a.asl")


def test_create_with_a_pack_that_lies_about_its_digest_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PackConflict):
        Document.create(tmp_path / "a.asl", pack=dataclasses.replace(PACK, digest="0" * 64), scope=SCOPE, actor="Ann")
    assert list(tmp_path.iterdir()) == []


def test_put_of_identical_record_writes_no_event(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        first = document.put(*RECORDS, actor="Ann").result()
        again = document.put(*RECORDS, actor="Bob").result()
        assert again.changed == ()
        assert again.head == first.head == document.head()


def test_put_of_changed_record_replaces_it_and_keeps_history(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("QC-1", rationale="one"), actor="Ann").result()
        commit = document.put(Answer("QC-1", rationale="two"), Answer("QC-1", rationale="three"), actor="Bob").result()
        assert commit.changed == ("answer:QC-1", "answer:QC-1")
        assert [answer.rationale for answer in document.inputs().answers] == ["three"]
        said = [event.record["rationale"] for event in document.events(3) if event.record is not None]
        assert said == ["one", "two", "three"]


def test_put_of_several_with_one_refused_writes_none(tmp_path: Path) -> None:
    bad = Measurement("m", "vct", Point(1.0), gap=-1.0)
    with make(tmp_path / "a.asl") as document:
        head = document.head()
        with pytest.raises(ValueRefused) as refused:
            document.put(Answer("QC-1"), bad, actor="Ann").result()
        assert refused.value.values["field"] == "gap_toward_risk"
        assert document.head() == head
        assert document.inputs().answers == ()
        document.put(Answer("QC-1"), actor="Ann").result()
        assert document.check() == ()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Answer("QC-1", state="perhaps"), "answer.state"),  # type: ignore[arg-type]
        (Answer("QC-1", value={"value": float("nan")}), "answer"),
        (Answer("QC-1", value={"value": float("inf")}), "answer"),
        (Answer("QC-1", rationale="a\x00b"), "answer"),
        (Answer("QC-1", rationale="\ud800"), "answer"),
        (Answer(""), "answer"),
        (Measurement("m", "vct", "three of ten"), "measurement.report"),  # type: ignore[arg-type]
    ],
)
def test_put_of_record_that_would_not_come_back_is_refused(tmp_path: Path, record: Record, field: str) -> None:
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(ValueRefused) as refused:
            document.put(record, actor="Ann")
        assert str(refused.value.values["field"]).startswith(field)
        assert document.head().events == 3


def test_put_of_a_backslash_that_looks_like_nul_is_kept(tmp_path: Path) -> None:
    answer = Answer("QC-1", rationale="\\u0000", value={"\\u0000": ("\\u0000",)})
    with make(tmp_path / "a.asl") as document:
        document.put(answer, actor="Ann").result()
        assert document.inputs().answers == (answer,)
        with pytest.raises(ValueRefused):
            document.put(Answer("QC-1", value={"many": ("a", "\x00")}), actor="Ann")


def test_put_without_actor_is_refused(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, pytest.raises(ValueRefused):
        document.put(Answer("QC-1"), actor=" ")


def test_remove_existing_record_takes_it_out_and_can_be_followed(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("QC-1"), Answer("QC-2"), actor="Ann").result()
        commit = document.remove("answer", "QC-1", actor="Bob").result()
        assert commit.changed == ("answer:QC-1",)
        assert [answer.question for answer in document.inputs().answers] == ["QC-2"]
        last = list(document.events())[-1]
        assert (last.action, last.record, last.actor) == ("remove", None, "Bob")
        assert document.remove("answer", "QC-1", actor="Bob").result().changed == ()
        assert document.check() == ()


@pytest.mark.parametrize("kind", ["scope", "plan", "nonsense", "document", "pack"])
def test_remove_of_single_or_unknown_kind_is_refused(tmp_path: Path, kind: str) -> None:
    with make(tmp_path / "a.asl") as document, pytest.raises(ValueRefused):
        document.remove(kind, kind, actor="Ann")


def test_read_only_document_refuses_every_change(tmp_path: Path) -> None:
    item = filled(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        assert document.read_only
        for change in (
            lambda: document.put(Answer("QC-1"), actor="Ann"),
            lambda: document.remove("answer", "QC-1", actor="Ann"),
            lambda: document.add_pack(PACK, actor="Ann"),
            lambda: document.attach(tmp_path / "a.asl", object(), actor="Ann"),  # type: ignore[arg-type]
        ):
            with pytest.raises(FileReadOnly):
                change()
        assert document.inputs().evidence == (item,)


def test_add_pack_keeps_a_second_one_and_refuses_a_twin_with_other_content(tmp_path: Path) -> None:
    second = sealed(dataclasses.replace(PACK, version="2"))
    with make(tmp_path / "a.asl") as document:
        assert document.add_pack(PACK, actor="Ann").result().changed == ()
        assert document.add_pack(second, actor="Ann").result().changed == ("pack:invented@2",)
        assert document.packs() == (PACK, second)
        with pytest.raises(PackConflict) as conflict:
            document.add_pack(sealed(dataclasses.replace(PACK, title="Other")), actor="Ann").result()
        assert conflict.value.values["digest"] != conflict.value.values["other_digest"]
        assert document.pack() == PACK
        assert document.check() == ()


def test_each_opening_counts_as_a_device_of_its_own(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    for number in range(2):
        with Document.open(tmp_path / "a.asl") as document:
            document.put(Answer(f"Q{number}"), Answer("Q"), actor="Ann").result()
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        events = list(document.events())
        assert document.check() == ()
    assert len({event.device for event in events}) == 3
    assert [event.n for event in events] == [1, 2, 3, 1, 2, 1]
    assert [event.lamport for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.prev for event in events] == ["0" * 64, *(event.hash for event in events[:-1])]


def test_event_hash_is_the_documented_rule(tmp_path: Path) -> None:
    import hashlib
    from contextlib import closing

    from sqlcipher3 import dbapi2

    filled(tmp_path / "a.asl")
    with closing(dbapi2.connect(str(tmp_path / "a.asl"))) as raw:
        rows = raw.execute("SELECT body, prev, hash FROM event ORDER BY seq").fetchall()
    before = bytes(32)
    for body, prev, own in rows:
        assert prev == before.hex()
        before = hashlib.sha256(b"asl-desktop/event/1\x00" + before + body).digest()
        assert own == before.hex()
        assert json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == body


def test_inputs_while_others_write_are_always_whole(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, ThreadPoolExecutor(3) as pool:
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                pair = {a.question: a.rationale for a in document.inputs().answers}
                assert pair.get("A") == pair.get("B")

        readers = [pool.submit(read) for _ in range(3)]
        for number in range(60):
            text = str(number)
            document.put(Answer("A", rationale=text), Answer("B", rationale=text), actor="Ann").result()
        done.set()
        for reader in readers:
            reader.result()


def test_inputs_after_future_is_done_show_the_change(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        for number in range(20):
            document.put(Answer("A", rationale=str(number)), actor="Ann").result()
            assert document.inputs().answers[0].rationale == str(number)


def test_close_with_changes_in_the_queue_keeps_them_all(tmp_path: Path) -> None:
    document = make(tmp_path / "a.asl")
    futures = [document.put(Answer(f"Q{number:02}"), actor="Ann") for number in range(50)]
    document.close()
    document.close()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="closed"):
        document.put(Answer("late"), actor="Ann")
    with Document.open(tmp_path / "a.asl", read_only=True) as again:
        assert len(again.inputs().answers) == 50


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
_number = st.floats(allow_nan=False, allow_infinity=False)
_value = st.one_of(
    st.booleans(), _number, _text, st.lists(_text, max_size=3).map(tuple), st.lists(_number, max_size=4).map(tuple)
)
_answers = st.builds(
    Answer,
    question=_text.filter(bool),
    state=st.sampled_from(["answered", "unanswered", "unknown", "declined", "not_applicable"]),
    value=st.dictionaries(_text, _value, max_size=4),
    reason=_text,
    rationale=_text,
    marked_for_review=st.booleans(),
    author=_text,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Document]:
    with make(tmp_path_factory.mktemp("shared") / "a.asl") as document:
        yield document


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(_answers, min_size=1, max_size=4))
def test_any_answers_come_back_exactly(shared: Document, answers: list[Answer]) -> None:
    expected = shared.inputs()
    for answer in answers:
        expected = with_record(expected, answer)
    shared.put(*answers, actor="Ann").result()
    found = shared.inputs().answer_by_question
    assert found == expected.answer_by_question
    for answer in answers:
        same = found[answer.question]
        if same == answer:
            assert {k: type(v) for k, v in same.value.items()} == {k: type(v) for k, v in answer.value.items()}


def test_scope_is_always_one_row(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(Scope(model="B"), actor="Ann").result()
        assert document.inputs().scope == Scope(model="B")


def test_importing_the_package_alone_loads_no_database_library() -> None:
    code = "import sys, asl_desktop.storage, asl_desktop.storage.model; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("'sqlmodel'", "'sqlalchemy'", "'sqlcipher3'"):
        assert name not in loaded
