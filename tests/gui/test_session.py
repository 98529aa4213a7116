from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer, EvidenceItem, EvidenceLink, GateDecision
from asl_desktop.errors import Cancelled, DiskFull, FileReadOnly, ItemUnknown, ValueRefused
from asl_desktop.progress import Progress
from asl_desktop.storage.document import Document
from ui.on_disk import load
from ui.session import AttachState, SaveState, Session


class FailingDocument:
    """The real document, except that the first writes find no room; stands for a disk that fills up."""

    def __init__(self, document: Document, failures: int) -> None:
        self._document = document
        self.failures = failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)

    def put(self, *records: Any, actor: str) -> Future[Any]:
        if self.failures:
            self.failures -= 1
            future: Future[Any] = Future()
            future.set_exception(DiskFull(path=self._document.path, needed=100, free=0))
            return future
        return self._document.put(*records, actor=actor)


def typed(text: str) -> Answer:
    return Answer("Q-TEXT", value={"value": text}, rationale=text)


def on_disk(path: Path) -> Answer | None:
    with Document.open(path, read_only=True) as document:
        return document.inputs().answer_by_question.get("Q-TEXT")


def test_put_before_the_commit_shows_what_follows_at_once(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.snapshot_changed, timeout=0):
        session.put(typed("hello"), coalesce="k")
    assert session.inputs.answer_by_question["Q-TEXT"].value == {"value": "hello"}
    assert session.save_state.kind == "saving"


def test_put_stamps_who_and_when(session: Session) -> None:
    session.put(typed("hello"))
    held = session.inputs.answer_by_question["Q-TEXT"]
    assert (held.author, held.at) == ("A", "2025-06-02T12:00:00.000Z")


def test_put_of_a_burst_with_one_key_makes_one_event(session: Session) -> None:
    before = session.document.head().events
    for n in range(1, 30):
        session.put(typed("x" * n), coalesce="answer:Q-TEXT")
    assert session.document.head().events == before
    assert session.flush()
    assert session.document.head().events == before + 1
    assert session.inputs.answer_by_question["Q-TEXT"].value == {"value": "x" * 29}


def test_put_coalesced_is_written_after_quiet_without_being_asked(session: Session, qtbot: QtBot) -> None:
    session.put(typed("quiet"), coalesce="k")
    with qtbot.waitSignal(session.save_state_changed, timeout=5000, check_params_cb=lambda s: s.kind == "saved"):
        pass
    assert session.document.inputs().answer_by_question["Q-TEXT"].rationale == "quiet"


def test_saved_is_said_only_when_the_last_keystroke_is_on_disk(session: Session, qtbot: QtBot) -> None:
    heard: list[tuple[str, str]] = []

    def _hear(state: SaveState) -> None:
        held = session.document.inputs().answer_by_question.get("Q-TEXT")
        heard.append((state.kind, held.rationale if held else ""))

    session.save_state_changed.connect(_hear)
    session.put(typed("first"))
    session.put(typed("first and second"))
    assert session.flush()
    assert [text for kind, text in heard if kind == "saved"] == ["first and second"]


def test_put_of_an_unknown_question_changes_nothing(session: Session) -> None:
    before = session.snapshot
    with pytest.raises(ItemUnknown):
        session.put(Answer("Q-NONE", value={"value": True}))
    assert session.snapshot is before
    assert session.unsaved() == ()


def test_put_of_a_differing_decision_without_reason_is_refused_before_it_is_shown(session: Session) -> None:
    with pytest.raises(ValueRefused):
        session.put(GateDecision("deploy", "go", by="CEO"))
    assert session.inputs.decisions == ()


def test_put_on_a_read_only_document_is_refused(
    session: Session, assessment: Path, make_session: Callable[[], Session]
) -> None:
    session.close()
    reader = Session(
        load(Document.open(assessment, read_only=True)), actor="B", operations=session.operations, clock=session.clock
    )
    with pytest.raises(FileReadOnly):
        reader.put(typed("no"))
    reader.close()


def test_failed_write_keeps_the_text_and_succeeds_on_the_next_try(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    session.document = FailingDocument(session.document, failures=2)  # type: ignore[assignment]
    session.put(typed("precious"))
    assert not session.flush()
    assert session.save_state.kind == "failed"
    assert "small.asl" in session.save_state.message
    assert [getattr(item, "rationale", "") for item in session.unsaved()] == ["precious"]
    session.put(typed("precious and more"))
    assert not session.flush()
    assert session.flush()
    assert session.unsaved() == ()
    assert session.document.inputs().answer_by_question["Q-TEXT"].rationale == "precious and more"
    assert "precious" not in caplog.text


def test_failed_write_is_tried_again_without_being_asked(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session._retry.setInterval(5)
    session.document = FailingDocument(session.document, failures=3)  # type: ignore[assignment]
    session.put(typed("again"))
    qtbot.waitUntil(lambda: session.save_state.kind == "saved", timeout=5000)
    assert session.document.inputs().answer_by_question["Q-TEXT"].rationale == "again"


def test_close_writes_what_was_typed_a_moment_ago(session: Session, assessment: Path) -> None:
    session.put(typed("last words"), coalesce="k")
    assert session.close()
    held = on_disk(assessment)
    assert held is not None
    assert held.rationale == "last words"


def test_close_takes_away_what_was_lent_to_other_programs(session: Session) -> None:
    lent = session.lend("../../proof.txt")
    lent.write_text("in clear")
    assert lent.name == "proof.txt"
    assert session.close()
    assert not lent.parent.exists()


def test_close_with_a_full_disk_stays_open_and_keeps_the_text(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    session.document = FailingDocument(session.document, failures=1)  # type: ignore[assignment]
    session.put(typed("kept"))
    assert not session.close()
    assert len(session.unsaved()) == 1
    assert session.close()


def test_remove_takes_the_record_out_and_onto_disk(session: Session) -> None:
    session.put(typed("x"))
    session.remove("answer", "Q-TEXT")
    assert session.flush()
    assert "Q-TEXT" not in session.inputs.answer_by_question
    assert session.document.inputs().answers == ()


def test_attach_links_the_item_once_it_is_inside(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "proof.txt"
    path.write_bytes(b"proof")
    states: list[AttachState] = []
    session.attach_changed.connect(states.append)

    def _link(item: EvidenceItem) -> Answer:
        return Answer("Q-TEXT", state="unanswered", evidence=(EvidenceLink(item.sha256),))

    session.attach([path], _link)
    qtbot.waitUntil(lambda: states[-1].kind == "attached", timeout=5000)
    assert session.flush()
    stored = session.document.inputs()
    assert stored.evidence[0].name == "proof.txt"
    assert stored.answer_by_question["Q-TEXT"].evidence[0].evidence == stored.evidence[0].sha256


def test_attach_of_a_missing_file_says_why_and_links_nothing(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    states: list[AttachState] = []
    session.attach_changed.connect(states.append)
    session.attach([tmp_path / "none.txt"], lambda _: pytest.fail("nothing to link"))
    qtbot.waitUntil(lambda: states[-1].kind == "failed", timeout=5000)
    assert session.inputs.evidence == ()


def test_perform_writes_pending_changes_first_and_reads_the_document_afresh(session: Session, qtbot: QtBot) -> None:
    from asl_desktop.services.recording import lock_plan

    session.put(typed("before"), coalesce="k")
    done: list[object] = []
    session.perform(lambda document: lock_plan(document, by="A").result(), done=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=5000)
    assert session.inputs.plan.locked_by == "A"
    assert session.inputs.answer_by_question["Q-TEXT"].rationale == "before"
    assert session.document.inputs() == session.inputs


def test_perform_during_a_write_still_comes_after_everything_shown(session: Session, qtbot: QtBot) -> None:
    from asl_desktop.services.recording import lock_plan

    session.put(dataclasses.replace(session.inputs.plan, note="Three"))
    session.put(dataclasses.replace(session.inputs.plan, note="Three trials"), coalesce="plan")
    done: list[object] = []
    session.perform(lambda document: lock_plan(document, by="A").result(), done=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=5000)
    assert session.document.inputs().plan.note == "Three trials"
    assert session.flush()


def test_perform_after_a_failed_write_is_not_run(
    session: Session, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    session.document = FailingDocument(session.document, failures=1)  # type: ignore[assignment]
    session.put(typed("kept"))
    failed: list[BaseException] = []
    session.perform(lambda _: pytest.fail("must not run"), failed=failed.append)
    qtbot.waitUntil(lambda: bool(failed), timeout=5000)
    assert isinstance(failed[0], DiskFull)
    assert len(session.unsaved()) == 1


def test_close_during_a_long_look_on_the_storage_lane_stops_it_and_writes_what_waits(
    session: Session, assessment: Path
) -> None:
    looks: list[int] = []
    never = threading.Event()

    def look(_: Document, progress: Progress) -> None:
        for number in range(2000):
            looks.append(number)
            progress.check()
            never.wait(0.01)

    failed: list[BaseException] = []
    session.run_beside(look, failed=failed.append, lane="storage")
    session.put(typed("last words"), coalesce="k")
    assert session.close()
    assert len(looks) < 2000
    assert isinstance(failed[0], Cancelled)
    held = on_disk(assessment)
    assert held is not None
    assert held.rationale == "last words"
