"""The history page, undo and redo in the real window, and the warning about a version that was put back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Counts, Measurement, RequirementRecord
from asl_desktop.services.recording import lock_plan
from asl_desktop.services.seen import remember
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.gui_world import on_disk, settle, show_page, type_in, words_of
from ui import dialogs_seam
from ui.main_window import MainWindow
from ui.models.history_list import PAGE
from ui.pages.history import HistoryPage
from ui.session import Session
from ui.widgets.measurement_card import MeasurementCard
from ui.workbench import Workbench


def change(path: Path, *records: Answer | Measurement | RequirementRecord, actor: str = "Ann") -> None:
    with Document.open(path) as document:
        for record in records:
            document.put(record, actor=actor).result()


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


@pytest.fixture
def page(qtbot: QtBot, make_session: Callable[[], Session], assessment: Path) -> HistoryPage:
    """Return the page on a history of five steps."""
    change(assessment, Answer("Q-ONE", value={"value": "low"}, rationale="the first words of many"))
    change(assessment, RequirementRecord("R1", status="planned"), actor="Bob")
    change(assessment, Answer("Q-ONE", value={"value": "high"}, rationale="the second words of many"), actor="Bob")
    result = HistoryPage(make_session())
    show_page(qtbot, result, width=1100)
    qtbot.waitUntil(lambda: result.model.rowCount() == 4)
    return result


def titles(page: HistoryPage) -> list[str]:
    return [step.title for step in page.model.steps]


def test_the_newest_change_is_shown_with_old_and_new_text(qtbot: QtBot, page: HistoryPage) -> None:
    assert titles(page)[0] == "Q-ONE: What about Q-ONE?"
    qtbot.waitUntil(lambda: "Rationale" in page.view.toPlainText())
    text = page.view.toPlainText()
    assert "Low\nHigh" in text
    assert "the firstsecond words of many" in text
    assert "Digest before: " in text
    assert "Bob \u00b7 " in words_of(page)
    struck = page.view.document().find("first").charFormat()
    added = page.view.document().find("second").charFormat()
    assert struck.fontStrikeOut()
    assert added.fontUnderline()
    qtbot.waitUntil(lambda: "6 events by 3 people" in words_of(page))


def test_filters_narrow_the_list_and_nothing_found_is_said(qtbot: QtBot, page: HistoryPage) -> None:
    qtbot.waitUntil(lambda: page.person.count() == 4)
    page.person.setCurrentIndex(page.person.findText("Bob"))
    page.person.activated.emit(page.person.currentIndex())
    qtbot.waitUntil(lambda: len(titles(page)) == 2)
    type_in(qtbot, page.words, "second")
    qtbot.waitUntil(lambda: titles(page) == ["Q-ONE: What about Q-ONE?"])
    type_in(qtbot, page.words, "nowhere")
    qtbot.waitUntil(lambda: titles(page) == [])
    assert "Nothing in the history fits." in words_of(page)
    type_in(qtbot, page.since, "soon")
    qtbot.waitUntil(lambda: "Write the day as 14 Mar 2026 or 2026-03-14." in words_of(page))


def test_one_record_is_looked_at_and_left_again(qtbot: QtBot, page: HistoryPage) -> None:
    page.open_item("R1")
    qtbot.waitUntil(lambda: titles(page) == ["R1: Base row"])
    assert page.here() == "R1"
    page._only.click()
    qtbot.waitUntil(lambda: len(titles(page)) == 4)
    with qtbot.waitSignal(page.wants) as asked:
        page._go.click()
    assert asked.args == ["questions", "Q-ONE"]


def test_a_burst_is_one_row_and_its_events_are_reached_one_by_one(
    qtbot: QtBot, page: HistoryPage, make_session: Callable[[], Session]
) -> None:
    session = page.session
    for text in ("a", "b", "c"):
        session.put(Answer("Q-TEXT", value={"value": text}))
        assert session.flush()
    qtbot.waitUntil(lambda: titles(page)[0] == "Q-TEXT: What about Q-TEXT?")
    page.list.setCurrentIndex(page.model.index(0))
    assert [page.part.itemText(n).startswith(("All 3 changes", "12:00:00")) for n in range(4)] == [True] * 4
    qtbot.waitUntil(lambda: "Answer\nc\nDigest before: none" in page.view.toPlainText())
    page.part.setCurrentIndex(2)
    page.part.activated.emit(2)
    qtbot.waitUntil(lambda: page.view.toPlainText().startswith("Answer\na\nb"))


def test_an_act_on_many_records_is_looked_into_record_by_record(qtbot: QtBot, page: HistoryPage) -> None:
    work = page.session.document.put(
        Answer("Q-TEXT", rationale="why"), RequirementRecord("R2", owner="Cid"), actor="Bob"
    )
    work.result()
    page.reload()
    qtbot.waitUntil(lambda: titles(page)[0] == "2 records in one act")
    names = [page.part.itemText(number) for number in range(page.part.count())]
    assert names == ["All 2 records", "Q-TEXT: What about Q-TEXT?", "R2: More row"]
    qtbot.waitUntil(lambda: "R2: More row" in page.view.toPlainText())
    page.part.setCurrentIndex(2)
    page.part.activated.emit(2)
    qtbot.waitUntil(lambda: page.view.toPlainText().startswith("Status"))
    assert "Owner\nCid" in page.view.toPlainText()


def test_a_long_history_is_fetched_as_it_is_scrolled(
    qtbot: QtBot, make_session: Callable[[], Session], assessment: Path
) -> None:
    with Document.open(assessment) as document:
        for number in range(PAGE * 3):
            document.put(Answer(("Q-ONE", "Q-TEXT")[number % 2], rationale=str(number)), actor="Ann").result()
    page = HistoryPage(make_session())
    show_page(qtbot, page, height=500)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0)
    assert page.model.rowCount() <= PAGE * 2
    assert page.model.canFetchMore(QModelIndex()) or page.model.fetching
    while not page.model.complete:
        page.list.scrollToBottom()
        settle()
        qtbot.waitUntil(lambda: not page.model.fetching)
    assert page.model.rowCount() == PAGE * 3 + 1
    assert titles(page)[-1] == "Assessment"


def test_removed_evidence_is_named_with_its_size_and_given_up_after_a_question(
    qtbot: QtBot, make_session: Callable[[], Session], assessment: Path, tmp_path: Path
) -> None:
    source = tmp_path / "log.txt"
    source.write_bytes(b"x" * 48_000)
    with Document.open(assessment) as document:
        item = document.attach(source, EvidenceDraft(name="log.txt"), actor="Ann")
        document.remove("evidence", item.sha256, actor="Ann").result()
    page = HistoryPage(make_session())
    show_page(qtbot, page)
    qtbot.waitUntil(lambda: "1 removed evidence file, 48 kB, stays in the file" in words_of(page))
    with dialogs_seam.queued_answers(False):
        page._give_up.click()
    assert page.session.document.past.kept_for_undo() == (1, 48_000)
    with dialogs_seam.queued_answers(True):
        page._give_up.click()
    qtbot.waitUntil(lambda: not page._kept_bar.isVisible())
    assert page.session.document.past.kept_for_undo() == (0, 0)


def test_undo_writes_what_is_typed_takes_it_back_and_shows_the_record(
    qtbot: QtBot, open_window: MainWindow, assessment: Path
) -> None:
    bench = bench_of(open_window)
    bench.session.put(Answer("Q-TEXT", value={"value": "one"}))
    assert bench.session.flush()
    bench.session.put(Answer("Q-TEXT", value={"value": "two"}), coalesce="typing")
    bench.go("hub")
    QTest.keyClick(open_window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(bench.said.isVisible)
    assert bench.said.words().startswith("Undone: answer Q-TEXT, A. Person, ")
    assert (bench.page_id, bench.page.here() if bench.page else "") == ("questions", "Q-TEXT")
    assert bench.session.inputs.answer_by_question["Q-TEXT"].value == {"value": "one"}
    assert on_disk(assessment).answer_by_question["Q-TEXT"].value == {"value": "one"}
    card = bench.questions.card
    assert card is not None
    assert card.form.draft().value == {"value": "one"}
    assert bench.said.back.text() == "Redo"
    qtbot.waitUntil(lambda: open_window.actions_by_name["redo"].text().startswith("Redo answer Q-TEXT, A. Person, "))
    bench.said.back.click()
    qtbot.waitUntil(lambda: bench.said.words().startswith("Done again: "))
    assert bench.session.inputs.answer_by_question["Q-TEXT"].value == {"value": "two"}
    qtbot.waitUntil(lambda: open_window.actions_by_name["redo"].text() == "Redo")
    assert open_window.actions_by_name["undo"].text().startswith("Undo answer Q-TEXT, A. Person, ")


def test_what_cannot_be_undone_says_why(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    open_window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(bench.said.isVisible)
    assert bench.said.words() == "Nothing was changed since the assessment was created."
    open_window.actions_by_name["redo"].trigger()
    qtbot.waitUntil(lambda: "nothing to do again" in bench.said.words())
    bench.session.perform(lambda document: lock_plan(document, by="Ann").result())
    open_window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: "The plan was locked or amended by Ann" in bench.said.words())
    assert bench.session.inputs.plan.locked_by == "Ann"


def test_undo_brings_the_earlier_numbers_of_a_result_back_into_their_fields(
    qtbot: QtBot, open_window: MainWindow
) -> None:
    bench = bench_of(open_window)
    for notes in ("first", "second"):
        bench.session.put(Measurement("m1", "acc", Counts(1, 9), notes=notes))
        assert bench.session.flush()
    bench.go("measurements", "acc")
    card = bench.findChild(MeasurementCard)
    assert card is not None
    assert card.notes.toPlainText() == "second"
    open_window.undoer.take_back("undo")
    qtbot.waitUntil(lambda: card.notes.toPlainText() == "first")
    open_window.undoer.take_back("undo")
    qtbot.waitUntil(lambda: bench.session.inputs.measurements == ())


def test_h_opens_the_history_of_what_is_in_view_and_stays_a_letter_in_a_text(
    qtbot: QtBot, open_window: MainWindow
) -> None:
    bench = bench_of(open_window)
    bench.session.put(Answer("Q-TEXT", value={"value": "one"}))
    bench.go("questions", "Q-YES")
    bench.nav.setFocus()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_H)
    assert bench.page_id == "history"
    history = bench.page
    assert isinstance(history, HistoryPage)
    assert history.of == "Q-YES"
    qtbot.waitUntil(lambda: not history.model.fetching)
    assert titles(history) == []
    bench.go("safeguards", "R1")
    card = bench.page.card  # type: ignore[union-attr]
    card.owner.setFocus()
    QTest.keyClick(card.owner, Qt.Key.Key_H)
    assert card.owner.text() == "h"
    assert bench.page_id == "safeguards"
    assert bench.page is not None
    assert bench.page.history_of() == "requirement:R1"


def test_a_version_that_was_put_back_is_told_until_the_person_goes_on_with_it(
    qtbot: QtBot, window: MainWindow, assessment: Path, clock: FixedClock, tmp_path: Path
) -> None:
    older = shutil.copy(assessment, tmp_path / "older.asl")
    change(assessment, Answer("Q-TEXT", rationale="lost"))
    with Document.open(assessment, read_only=True) as document:
        remember(document, clock=clock)
    shutil.copy(older, assessment)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    bench = bench_of(window)
    assert bench.setback.isVisible()
    assert "what this computer saw on 2 Jun 2025: 4 events then, 3 now" in bench.setback.words()
    window.close_file()
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    bench = bench_of(window)
    assert bench.setback.isVisible()
    look, go_on = (item for item in bench.setback.findChildren(QPushButton) if item.isVisible())
    look.click()
    assert bench.page_id == "history"
    go_on.click()
    assert not bench.setback.isVisible()
    qtbot.waitUntil(lambda: not window.operations._running)
    window.close_file()
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    assert not bench_of(window).setback.isVisible()


def test_what_the_window_writes_is_what_the_computer_has_seen(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, tmp_path: Path
) -> None:
    older = shutil.copy(assessment, tmp_path / "older.asl")
    bench_of(open_window).session.put(Answer("Q-TEXT", value={"value": "one"}))
    open_window.close_file()
    shutil.copy(older, assessment)
    with qtbot.waitSignal(open_window.opened, timeout=10_000):
        open_window.open_file(assessment)
    assert bench_of(open_window).setback.isVisible()
