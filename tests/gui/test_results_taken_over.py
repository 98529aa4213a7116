from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Counts, EvidenceLink, Measurement, Scope
from asl_desktop.progress import Progress
from asl_desktop.services.evidence import attach_data
from asl_desktop.services.recording import record
from asl_desktop.storage.document import Document
from tests.gui_world import on_disk, settle, type_in
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.main_window import MainWindow
from ui.models.nav import entries_of
from ui.pages.measurements import MeasurementsPage
from ui.pages.preflight import PreflightPage
from ui.preflighting import desk_of
from ui.stages import stage_words
from ui.widgets.measurement_card import MeasurementCard


@pytest.fixture
def earlier(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "earlier.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="B", clock=clock) as document:
        link = EvidenceLink(attach_data(document, b"2 of 40", name="table.txt", actor="B").sha256)
        held = Measurement("m1", "acc", Counts(2, 40), "Heron-2", evidence=(link,), elicitation=("tools",))
        record(document, held, Answer("Q-YES", value={"value": False}, evidence=(link,)), actor="B").result()
    return path


@pytest.fixture
def page(qtbot: QtBot, open_window: MainWindow, earlier: Path) -> MeasurementsPage:
    assert open_window.workbench is not None
    open_window.workbench.go("measurements", "acc")
    found = open_window.workbench.page
    assert isinstance(found, MeasurementsPage)
    with dialogs_seam.queued_answers(earlier):
        found._choose.click()
        qtbot.waitUntil(lambda: found.comparer.previous is not None)
    settle()
    return found


def take_button(page: MeasurementsPage) -> QPushButton:
    (found,) = page.earlier.findChildren(QPushButton)
    return found


def taken(qtbot: QtBot, page: MeasurementsPage) -> MeasurementCard:
    take_button(page).click()
    qtbot.waitUntil(lambda: bool(page.session.inputs.measurements))
    settle()
    qtbot.waitUntil(lambda: page.cards[0].taken._then is not None)
    return page.cards[0]


def margin(page: MeasurementsPage) -> str:
    return page.session.snapshot.determination.margin_by_indicator["acc"].state


def test_result_taken_over_is_told_everywhere_and_counts_once_confirmed_in_one_act(
    qtbot: QtBot, open_window: MainWindow, page: MeasurementsPage, assessment: Path
) -> None:
    card = taken(qtbot, page)
    session = page.session
    assert margin(page) == "not_measured"
    assert card.taken.isVisible()
    assert card.taken._title.text() == "Taken over from Heron-2, earlier.asl"
    assert card.taken.said.text() == "Then: 2 of 40"
    assert "Elicitation: Tool use" in card.taken.details.text()
    assert "Evidence: table.txt" in card.taken.details.text()
    assert card.taken.changes.isHidden()
    assert card.taken.lacking.isHidden()
    assert not page.earlier.findChildren(QPushButton)
    row = page._model.index(page._model.row_of("acc"))
    assert "Not measured, 1 result, 1 to confirm" in str(page._model.data(row, 259))
    entry = next(item for item in entries_of(session.snapshot, "") if item.page == "measurements")
    assert (entry.words, entry.complete) == ("0 of 1, 1 to confirm", False)
    assert stage_words(session.snapshot, entry) == "0 of 1 measured, 1 needs review"
    before = len(on_disk_events(assessment, session.flush()))
    card.taken.confirm.click()
    assert session.flush()
    assert len(on_disk_events(assessment, True)) == before + 1
    (held,) = on_disk(assessment).measurements
    assert (held.carried_from, held.report, held.author) == ("", Counts(2, 40), "A. Person")
    assert margin(page) == "clear"
    assert card.taken.isHidden()
    open_window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: session.inputs.measurements[0].carried_from != "")
    assert margin(page) == "not_measured"


def on_disk_events(path: Path, flushed: bool) -> tuple[object, ...]:
    assert flushed
    with Document.open(path, read_only=True) as document:
        return tuple(document.events())


def test_result_changed_before_it_is_confirmed_shows_both_and_keeps_its_mark(
    qtbot: QtBot, page: MeasurementsPage
) -> None:
    card = taken(qtbot, page)
    card.taken.change.click()
    fields = card.report._forms["counts"].fields
    assert fields["successes"].hasFocus()
    type_in(qtbot, fields["successes"], "3")
    assert card.taken.said.text() == "Then: 2 of 40"
    assert card.taken.changes.text() == "Changed since: Result: 2 of 40 \u2192 3 of 40"
    assert page.session.inputs.measurements[0].carried_from
    type_in(qtbot, fields["successes"], "x")
    assert not card.taken.confirm.isEnabled()
    type_in(qtbot, fields["successes"], "4")
    card.taken.confirm.click()
    (held,) = page.session.inputs.measurements
    assert (held.carried_from, held.report) == ("", Counts(4, 40))


def test_result_of_another_model_says_before_it_is_confirmed_that_it_would_not_count(
    qtbot: QtBot, page: MeasurementsPage
) -> None:
    card = taken(qtbot, page)
    page.session.put(replace(page.session.inputs.measurements[0], model="Heron-1"))
    assert "measured on Heron-1, not on Heron-2" in card.taken.lacking.text()
    assert "Model: Heron-2 \u2192 Heron-1" in card.taken.changes.text()


def test_discarding_takes_the_result_out_after_asking(qtbot: QtBot, page: MeasurementsPage) -> None:
    card = taken(qtbot, page)
    with dialogs_seam.queued_answers(False):
        card.taken.discard.click()
    assert page.session.inputs.measurements
    with dialogs_seam.queued_answers(True):
        card.taken.discard.click()
    assert page.session.inputs.measurements == ()
    settle()
    assert take_button(page).isVisible()


def test_finding_on_a_result_taken_over_leads_to_its_card(
    qtbot: QtBot, open_window: MainWindow, page: MeasurementsPage
) -> None:
    taken(qtbot, page)
    found = [item for item in desk_of(page.session).check().findings if item.rule.id == "carried-over"]
    assert [(item.severity, item.target) for item in found] == [("error", "indicator:acc")]
    bench = open_window.workbench
    assert bench is not None
    bench.go("preflight")
    check = bench.page
    assert isinstance(check, PreflightPage)
    check.wants.emit("measurements", "acc")
    assert bench.page is page
    assert page.here() == "acc"


def test_what_stands_beside_stands_beside_the_questions_too(
    qtbot: QtBot, open_window: MainWindow, page: MeasurementsPage
) -> None:
    assert open_window.workbench is not None
    open_window.workbench.go("questions", "Q-YES")
    questions = open_window.workbench.questions
    assert "earlier.asl" in questions.comparing.words.text()
    assert questions.card is not None
    assert questions.card.previous._said.text() == "No"
    questions.comparing.leave.click()
    settle()
    assert page.earlier.isHidden()
    assert page.comparing.isHidden()


def test_taking_over_can_be_cancelled_while_answers_are_saved_and_nothing_of_it_stays(
    qtbot: QtBot, page: MeasurementsPage, assessment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = Document.extract

    def waits(document: Document, sha256: str, target: io.BytesIO, *, progress: Progress) -> None:
        begun.set()
        go_on.wait(30)
        progress.check()
        real(document, sha256, target, progress=progress)

    monkeypatch.setattr(Document, "extract", waits)
    take_button(page).click()
    qtbot.waitUntil(begun.is_set)
    page.session.put(Answer("Q-NUM", value={"value": 4.0}))
    assert page.session.flush()
    assert on_disk(assessment).answer_by_question["Q-NUM"].value == {"value": 4.0}
    qtbot.waitUntil(page.comparing.strip.isVisible)
    take_button(page).click()
    assert "Something else is being taken over" in page.comparing.notice.words()
    page.comparing.strip.cancel.click()
    go_on.set()
    qtbot.waitUntil(lambda: "cancelled" in page.comparing.notice.words())
    assert page.session.inputs.measurements == ()
    assert on_disk(assessment).evidence == ()
    assert page.comparing.strip.isHidden()
    monkeypatch.undo()
    taken(qtbot, page)


def test_closing_the_earlier_assessment_while_it_is_read_stops_taking_over(
    qtbot: QtBot, page: MeasurementsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    previous = page.comparer.previous
    assert previous is not None

    def waits(document: Document, sha256: str, target: io.BytesIO, *, progress: Progress) -> None:
        begun.set()
        go_on.wait(30)
        assert not document.closed
        progress.check()

    monkeypatch.setattr(Document, "extract", waits)
    take_button(page).click()
    qtbot.waitUntil(begun.is_set)
    page.comparing.leave.click()
    go_on.set()
    qtbot.waitUntil(lambda: previous.document.closed)
    settle()
    assert page.session.inputs.measurements == ()
