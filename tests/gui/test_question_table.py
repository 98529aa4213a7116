from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from asl_desktop.domain.inputs import Answer, Value
from asl_desktop.domain.wording import day
from tests.gui_world import settle, unnamed
from ui.forms.fields import NumberField
from ui.main_window import MainWindow
from ui.models.question_table import ANSWER, CHANGED, ID, REVIEW, STATE, QuestionFilter
from ui.pages.questions import QuestionsPage
from ui.session import Session
from ui.widgets.question_table import QuestionTable


def table_of(window: MainWindow) -> tuple[QuestionsPage, QuestionTable, Session]:
    """Bring the table of all questions forward."""
    assert window.workbench is not None
    window.workbench.go("questions", "Q-YES")
    page = window.workbench.questions
    page.show_list()
    page._on_domain_chosen("")
    QApplication.processEvents()
    return page, page.table, page.session


def cell(table: QuestionTable, question: str, column: int) -> str:
    at = table.model.row_of(question)
    return str(table.model.index(at, column).data())


def edit(table: QuestionTable, question: str) -> None:
    table.select(question)
    table.focus()
    QTest.keyClick(table.view, Qt.Key.Key_F2)


def test_table_tells_answer_state_review_and_last_change(open_window: MainWindow) -> None:
    _, table, session = table_of(open_window)
    session.put(Answer("Q-NUM", value={"value": 12.5}, marked_for_review=True))
    session.put(Answer("Q-TEXT", state="declined", reason="Trade secret"))
    session.put(Answer("Q-DAY", value={"value": "2026-03-14"}, carried_from="Heron-1"))
    assert cell(table, "Q-NUM", ANSWER) == "12.5 %"
    assert (cell(table, "Q-NUM", STATE), cell(table, "Q-NUM", REVIEW)) == ("Answered", "Marked")
    given = date.fromisoformat(session.inputs.answer_by_question["Q-NUM"].at[:10])
    assert cell(table, "Q-NUM", CHANGED) == day(given)
    assert (cell(table, "Q-TEXT", STATE), cell(table, "Q-TEXT", ANSWER)) == ("Declined", "Trade secret")
    assert cell(table, "Q-DAY", STATE) == "Taken over, not confirmed"
    assert cell(table, "Q-YES", STATE) == "Not answered"


def test_table_filters_by_words_and_by_what_is_left(open_window: MainWindow) -> None:
    page, table, session = table_of(open_window)
    session.put(Answer("Q-NUM", value={"value": 12.5}, rationale="Measured at the harbour"))
    every = table.proxy.rowCount()
    assert every == len(page.session.pack.questions)
    QTest.keyClicks(table.words, "HARBOUR")
    assert table.proxy.rowCount() == 1
    QTest.keyClick(table.words, Qt.Key.Key_Return)
    assert page.card is not None
    assert page.card.question.id == "Q-NUM"
    table.words.clear()
    names = [name for name, _ in QuestionFilter.FILTERS]
    table.show_only(names.index("Left to answer"))
    assert table.proxy.rowCount() == every - 1
    table.show_only(names.index("Marked for review"))
    assert table.proxy.rowCount() == 0
    session.put(Answer("Q-YES", value={"value": True}, marked_for_review=True))
    page.show_list()
    assert table.proxy.rowCount() == 1


def test_table_sorted_by_id_again_stands_in_the_order_of_the_framework(open_window: MainWindow) -> None:
    page, table, _ = table_of(open_window)

    def shown() -> list[str]:
        return [str(table.proxy.index(at, ID).data()) for at in range(table.proxy.rowCount())]

    order = [question.id for question in page.session.pack.questions]
    assert shown() == order
    table.view.sortByColumn(ID, Qt.SortOrder.DescendingOrder)
    assert shown() == order[::-1]
    table.view.sortByColumn(ID, Qt.SortOrder.AscendingOrder)
    assert shown() == order


def test_enter_opens_the_question_of_the_row(open_window: MainWindow) -> None:
    page, table, _ = table_of(open_window)
    table.select("Q-DAY")
    QTest.keyClick(table.view, Qt.Key.Key_Return)
    assert page.card is not None
    assert page.here() == "Q-DAY"
    page.show_list()
    assert table.view.currentIndex().siblingAtColumn(0).data() == "Q-DAY"


def test_choice_given_in_its_cell_is_recorded_and_the_rest_of_the_answer_stays(open_window: MainWindow) -> None:
    _, table, session = table_of(open_window)
    session.put(Answer("Q-ONE", state="unknown", reason="Nobody looked", rationale="Asked twice."))
    edit(table, "Q-ONE")
    box = table.view.findChild(QComboBox)
    assert box is not None
    box.setCurrentIndex(2)
    box.activated.emit(2)
    held = session.inputs.answer_by_question["Q-ONE"]
    assert (held.state, held.value, held.reason, held.rationale) == (
        "answered", {"value": "high"}, "", "Asked twice.")  # fmt: skip


def test_digit_in_the_table_answers_the_row(open_window: MainWindow) -> None:
    page, table, session = table_of(open_window)
    table.select("Q-YES")
    page.pick(2)
    assert session.inputs.answer_by_question["Q-YES"].value == {"value": False}


@pytest.mark.parametrize(
    ("typed", "kept", "words"),
    [("40,5", 40.5, ""), ("150", None, "above the largest allowed value"), ("many", None, "a number is expected")],
)
def test_number_typed_in_its_cell_is_recorded_or_refused_in_words(
    open_window: MainWindow, typed: str, kept: Value | None, words: str
) -> None:
    _, table, session = table_of(open_window)
    edit(table, "Q-NUM")
    field = table.view.findChild(NumberField)
    assert field is not None
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    held = session.inputs.answer_by_question.get("Q-NUM")
    assert (held.value["value"] if held else None) == kept
    assert words in table.problem.text()
    assert table.problem.isVisible() is bool(words)


def test_answer_that_needs_room_is_not_edited_in_its_cell(open_window: MainWindow) -> None:
    _, table, _ = table_of(open_window)
    for question in ("Q-TEXT", "Q-RANGE", "Q-MANY", "Q-TWO"):
        index = table.model.index(table.model.row_of(question), ANSWER)
        assert not index.flags() & Qt.ItemFlag.ItemIsEditable


def test_confirming_by_editing_in_the_table_makes_an_answer_taken_over_count(open_window: MainWindow) -> None:
    page, table, session = table_of(open_window)
    session.put(Answer("Q-YES", value={"value": True}, carried_from="Heron-1"))
    table.select("Q-YES")
    page.pick(2)
    assert session.inputs.answer_by_question["Q-YES"].carried_from == ""


def test_table_satisfies_the_model_tester_and_names_its_controls(
    qtmodeltester: object, open_window: MainWindow, assessment: Path
) -> None:
    page, table, _ = table_of(open_window)
    qtmodeltester.check(table.model)  # type: ignore[attr-defined]
    qtmodeltester.check(table.proxy)  # type: ignore[attr-defined]
    assert list(unnamed(page)) == []
