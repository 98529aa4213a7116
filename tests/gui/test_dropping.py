"""Files dropped on the window, and that what comes in takes the focus from nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from tests.gui_world import settle, words_of
from ui.main_window import MainWindow
from ui.workbench import Workbench


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window: MainWindow, *paths: Path) -> None:
    data = files(*paths)
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "card.pdf"
    path.write_bytes(b"%PDF-1.7 no more than a beginning")
    return path


def attached(qtbot: QtBot, bench: Workbench) -> list[str]:
    qtbot.waitUntil(lambda: bool(bench.session.inputs.evidence) and not bench.session.attaching)
    return [item.name for item in bench.session.inputs.evidence]


def test_file_dropped_on_a_question_becomes_its_evidence(
    qtbot: QtBot, open_window: MainWindow, bench: Workbench, paper: Path
) -> None:
    bench.go("questions", "Q-YES")
    drop(open_window, paper)
    assert attached(qtbot, bench) == ["card.pdf"]
    assert bench.page_id == "questions"
    answer = bench.session.inputs.answer_by_question["Q-YES"]
    assert [link.evidence for link in answer.evidence] == [bench.session.inputs.evidence[0].sha256]


@pytest.mark.parametrize("page", ["hub", "evidence", "measurements"])
def test_file_dropped_elsewhere_goes_to_the_evidence_library(
    qtbot: QtBot, open_window: MainWindow, bench: Workbench, paper: Path, page: str
) -> None:
    bench.go(page)
    drop(open_window, paper)
    assert attached(qtbot, bench) == ["card.pdf"]
    assert bench.page_id == "evidence"


def test_pdf_dropped_on_the_report_page_is_verified_and_not_taken_in(
    qtbot: QtBot, open_window: MainWindow, bench: Workbench, paper: Path
) -> None:
    bench.go("report")
    drop(open_window, paper)
    qtbot.waitUntil(lambda: "card.pdf" in words_of(open_window))
    assert bench.session.inputs.evidence == ()
    assert bench.page_id == "report"


def test_assessment_dropped_on_an_open_one_opens_instead(
    qtbot: QtBot, open_window: MainWindow, bench: Workbench, assessment: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.asl"
    other.write_bytes(assessment.read_bytes())
    with qtbot.waitSignal(open_window.opened, timeout=10_000):
        drop(open_window, other)
    assert open_window.windowTitle().startswith("other.asl")


def test_paper_dropped_where_no_assessment_is_open_is_answered_in_words(window: MainWindow, paper: Path) -> None:
    drop(window, paper)
    assert "card.pdf is not an assessment" in words_of(window)


def test_files_over_a_box_for_prose_are_left_to_the_window(bench: Workbench, paper: Path) -> None:
    bench.go("questions", "Q-YES")
    card = bench.questions.card
    assert card is not None
    for data, wanted in ((files(paper), False), (QMimeData(), True)):
        if wanted:
            data.setText("words")
        event = QDragEnterEvent(
            QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        card.form.rationale.dragEnterEvent(event)
        assert event.isAccepted() is wanted


def test_file_that_was_sealed_leaves_the_focus_to_who_types(qtbot: QtBot, bench: Workbench, paper: Path) -> None:
    bench.go("evidence")
    assert bench.page is not None
    bench.page.take_files((paper,))
    bench.open_find()
    attached(qtbot, bench)
    settle()
    assert bench.palette_box.field.hasFocus()
    assert bench.palette_box.isVisible()
