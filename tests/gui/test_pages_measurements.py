from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Counts, EvidenceLink, Interval, Mean, Measurement, Point, Ratio
from tests.gui_world import on_disk, settle, show_page, type_in, words_of
from ui import dialogs_seam
from ui.models.indicator_list import IndicatorListModel
from ui.pages.measurements import MeasurementsPage
from ui.session import Session
from ui.widgets.measurement_card import MeasurementCard


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> MeasurementsPage:
    result = MeasurementsPage(session)
    show_page(qtbot, result)
    return result


def card_of(page: MeasurementsPage) -> MeasurementCard:
    assert page.cards
    return page.cards[-1]


def enter_counts(qtbot: QtBot, card: MeasurementCard, successes: str, trials: str) -> None:
    card.report._show_kind("counts")
    fields = card.report._forms["counts"].fields
    fields["successes"].setFocus()
    qtbot.keyClicks(fields["successes"], successes)
    qtbot.keyClick(fields["successes"], Qt.Key.Key_Tab)
    assert fields["n"].hasFocus()
    qtbot.keyClicks(fields["n"], trials)


def evidence_for(session: Session, tmp_path: Path, qtbot: QtBot, measurement: Measurement) -> str:
    path = tmp_path / "card.txt"
    path.write_bytes(b"17 of 33")

    def link_to(item: object) -> Measurement:
        from dataclasses import replace

        held = next(m for m in session.inputs.measurements if m.id == measurement.id)
        return replace(held, evidence=(EvidenceLink(item.sha256),))  # type: ignore[attr-defined]

    session.attach([path], link_to)
    qtbot.waitUntil(lambda: bool(session.inputs.evidence), timeout=5000)
    return session.inputs.evidence[0].sha256


def test_counts_typed_by_keyboard_are_on_disk_and_move_the_margin(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path, tmp_path: Path
) -> None:
    assert [row.status for row in page.margin.chart.rows] == ["not_measured"]
    enter_counts(qtbot, card_of(page), "2", "40")
    evidence_for(session, tmp_path, qtbot, session.inputs.measurements[0])
    margins = [page.margin.chart.rows[0].status]
    assert session.flush()
    assert on_disk(assessment).measurements[0].report == Counts(2, 40)
    fields = card_of(page).report._forms["counts"].fields
    type_in(qtbot, fields["successes"], "38")
    margins.append(page.margin.chart.rows[0].status)
    assert margins == ["clear", "crossed"]
    assert session.flush()
    assert [m.report for m in on_disk(assessment).measurements] == [Counts(38, 40)]


def test_counts_with_one_number_missing_are_said_and_not_recorded(
    qtbot: QtBot, session: Session, page: MeasurementsPage
) -> None:
    card = card_of(page)
    card.report._show_kind("counts")
    type_in(qtbot, card.report._forms["counts"].fields["successes"], "3")
    assert session.inputs.measurements == ()
    assert "once all its numbers are there" in card.problem_line.text()
    assert card.problem_line.isVisible()
    assert "Accuracy" in page.unrecorded()


@pytest.mark.parametrize(("successes", "trials"), [("5", "3"), ("0", "0"), ("2.5", "10"), ("x", "10")])
def test_counts_that_cannot_be_are_refused_and_stay_typed(
    qtbot: QtBot, session: Session, page: MeasurementsPage, successes: str, trials: str
) -> None:
    card = card_of(page)
    enter_counts(qtbot, card, successes, trials)
    assert session.flush()
    margin = session.snapshot.determination.margin_by_indicator["acc"]
    assert margin.state in {"not_measured", "not_adequate"}
    assert card.report._forms["counts"].fields["successes"].text() == successes
    assert [m.report for m in session.inputs.measurements if m.report != Counts(0, 0)] == []


def test_two_arms_are_recorded_with_their_own_errors(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path
) -> None:
    card = card_of(page)
    card.report._buttons["ratio"].click()
    for arm, numbers in (("treatment", ("63", "13", "8")), ("control", ("25", "13", "8"))):
        for key, text in zip(("mean", "stderr", "n"), numbers, strict=True):
            assert not session.inputs.measurements
            type_in(qtbot, card.report._arms[arm].mean.fields[key], text)
            if (arm, key) == ("control", "stderr"):
                break
    assert session.flush()
    assert on_disk(assessment).measurements[0].report == Ratio(Mean(63, 13, 8), Mean(25, 13, None))


@pytest.mark.parametrize(
    "report",
    [Counts(3, 9), Mean(0.4, 0.05, 12), Interval(0.3, 0.2, 0.45, 0.9, 30), Point(0.2), Ratio(Counts(1, 9), Mean(2, 1))],
)
def test_a_report_shown_in_the_form_comes_back_exactly(
    qtbot: QtBot, session: Session, page: MeasurementsPage, report: Counts | Mean | Interval | Point | Ratio
) -> None:
    form = card_of(page).report
    form.show_report(report)
    assert form.report() == report


def test_result_set_aside_needs_a_reason_and_no_longer_counts(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path
) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    card = card_of(page)
    with dialogs_seam.queued_answers("  "):
        card._aside.click()
    assert not session.inputs.measurements[0].set_aside_by
    with dialogs_seam.queued_answers("The harness was broken"):
        card._aside.click()
    assert session.flush()
    held = on_disk(assessment).measurements[0]
    assert (held.set_aside_by, held.set_aside_reason) == ("A", "The harness was broken")
    assert session.snapshot.determination.margin_by_indicator["acc"].state == "not_measured"
    assert "The harness was broken" in words_of(card)
    card._aside.click()
    assert not session.inputs.measurements[0].set_aside_by


def test_result_removed_leaves_an_empty_form_and_the_file(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path
) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    with dialogs_seam.queued_answers(True):
        card_of(page)._remove.click()
    settle()
    assert session.flush()
    assert on_disk(assessment).measurements == ()
    assert [card.measurement() for card in page.cards] == [None]


def test_evidence_attached_to_a_result_is_linked_and_shown(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path, tmp_path: Path
) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    path = tmp_path / "system-card.txt"
    path.write_bytes(b"17 of 33")
    card_of(page).evidence.attach((path,))
    qtbot.waitUntil(lambda: bool(session.inputs.measurements[0].evidence), timeout=5000)
    assert session.flush()
    stored = on_disk(assessment)
    assert stored.measurements[0].evidence[0].evidence == stored.evidence[0].sha256
    settle()
    assert "Sealed" in words_of(card_of(page))


def test_margin_of_a_good_result_with_evidence_is_clear(
    qtbot: QtBot, session: Session, page: MeasurementsPage, tmp_path: Path
) -> None:
    enter_counts(qtbot, card_of(page), "1", "400")
    session.flush()
    evidence_for(session, tmp_path, qtbot, session.inputs.measurements[0])
    assert session.snapshot.determination.margin_by_indicator["acc"].state == "clear"
    assert page.margin.chart.rows[0].status == "clear"
    assert page.margin.chart.rows[0].margin_text.startswith("+")


def test_gap_without_a_reason_is_said_and_not_recorded(qtbot: QtBot, session: Session, page: MeasurementsPage) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    type_in(qtbot, card_of(page).gap, "0.1")
    assert session.inputs.measurements[0].gap == 0.0
    assert "needs a reason" in card_of(page).problem_line.text()
    type_in(qtbot, card_of(page).gap_rationale, "Tools came late")
    assert session.inputs.measurements[0].gap == 0.1


def test_day_that_is_none_is_said_and_the_numbers_stay_recorded(
    qtbot: QtBot, session: Session, page: MeasurementsPage
) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    type_in(qtbot, card_of(page).dates["produced"], "soon")
    assert "14 Mar 2026" in card_of(page).problem_line.text()
    assert session.inputs.measurements[0].produced is None
    type_in(qtbot, card_of(page).dates["produced"], "2 May 2025")
    assert str(session.inputs.measurements[0].produced) == "2025-05-02"


def test_second_result_gets_a_form_of_its_own(
    qtbot: QtBot, session: Session, page: MeasurementsPage, assessment: Path
) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    page._add.click()
    assert len(page.cards) == 2
    assert card_of(page).report._forms["counts"].fields["successes"].hasFocus()
    enter_counts(qtbot, card_of(page), "9", "40")
    assert session.flush()
    assert {m.report for m in on_disk(assessment).measurements} == {Counts(2, 40), Counts(9, 40)}


def test_typing_does_not_lose_the_cursor(qtbot: QtBot, session: Session, page: MeasurementsPage) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    field = card_of(page).report._forms["counts"].fields["n"]
    assert field.hasFocus()
    assert field.cursorPosition() == 2
    assert isinstance(page.findChild(QPushButton), QPushButton)


def test_read_only_document_takes_no_result(
    qtbot: QtBot, session: Session, assessment: Path, make_session: Callable[[], Session]
) -> None:
    from asl_desktop.storage.document import Document
    from ui.on_disk import load

    session.close()
    reader = Session(
        load(Document.open(assessment, read_only=True)), actor="B", operations=session.operations, clock=session.clock
    )
    page = MeasurementsPage(reader)
    show_page(qtbot, page)
    assert not page._add.isVisible()
    assert not card_of(page).report.isEnabled()
    reader.close()


def test_indicator_list_follows_the_rules_of_item_models(
    qtmodeltester: object, qtbot: QtBot, session: Session, page: MeasurementsPage
) -> None:
    model = IndicatorListModel()
    model.show(session.snapshot)
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    enter_counts(qtbot, card_of(page), "2", "40")
    model.show(session.snapshot)
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert model.rowCount() == 1


def test_margin_of_the_page_is_painted_as_its_chart_says(page: MeasurementsPage, qtbot: QtBot) -> None:
    enter_counts(qtbot, card_of(page), "2", "40")
    page.margin.render(QImage(page.margin.size(), QImage.Format.Format_RGB32))
    (drawn,) = page.margin.drawn_rows
    (row,) = page.margin.chart.rows
    assert (drawn.status_label, drawn.margin_text, drawn.shape) == (row.status_label, row.margin_text, row.shape)
