from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QBoxLayout
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import UNKNOWN, Answer, Scope
from asl_desktop.domain.pack import Pack, Part
from asl_desktop.storage.document import Document
from tests.gui_world import activate, on_disk, settle
from tests.services_world import question, small_pack
from ui.counting import is_done
from ui.forms.choices import StatementEditor
from ui.main_window import MainWindow
from ui.models.question_table import ANSWER
from ui.preflighting import desk_of
from ui.widgets.question_card import QuestionCard

LABELS = ("It is relied on", "It has access", "It acts alone", "It can conceal", "It knows")


def with_list() -> Pack:
    parts = tuple(Part("yes_no", f"s{at}", text) for at, text in enumerate(LABELS))
    listed = replace(question("Q-LIST", *parts), bears_on=("T1",))
    return replace(small_pack(), questions=(listed, *small_pack().questions), digest="")


@pytest.fixture
def assessment(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "small.asl"
    Document.create(path, pack=with_list(), scope=Scope("Heron-2"), actor="A", clock=clock).close()
    return path


@pytest.fixture
def card(qtbot: QtBot, open_window: MainWindow) -> QuestionCard:
    assert open_window.workbench is not None
    open_window.workbench.go("questions", "Q-LIST")
    settle()
    activate(qtbot, open_window)
    found = open_window.workbench.questions.card
    assert found is not None
    return found


def rows(card: QuestionCard) -> list[StatementEditor]:
    found = [editor for editor in card.form.editors if isinstance(editor, StatementEditor)]
    assert len(found) == len(LABELS)
    return found


def test_digits_go_through_the_statements_and_the_count_keeps_up(
    open_window: MainWindow, card: QuestionCard, assessment: Path
) -> None:
    assert card.form.tally.text() == "Which of these 5 hold?"
    bench = open_window.workbench
    assert bench is not None
    for digit in (1, 2, 3, 1):
        bench.questions.pick(digit)
    assert card.form.tally.text() == "2 of 5 hold, 1 unknown, 1 not answered"
    assert rows(card)[4].segments.buttons[0].hasFocus()
    assert card.session.flush()
    held = on_disk(assessment).answer_by_question["Q-LIST"]
    assert held.value == {"s0": True, "s1": False, "s2": UNKNOWN, "s3": True}
    bench.questions.pick(1)
    assert card.form.tally.text() == "3 of 5 hold, 1 unknown"


def test_statement_left_blank_is_not_a_no_and_an_unknown_one_keeps_the_question_open(card: QuestionCard) -> None:
    session = card.session
    editors = rows(card)
    for editor in editors[:4]:
        editor.pick(2)
    held = session.inputs.answer_by_question["Q-LIST"]
    assert "s4" not in held.value
    assert not is_done(card.question, held)
    editors[4].pick(3)
    assert not is_done(card.question, session.inputs.answer_by_question["Q-LIST"])
    found = [item for item in desk_of(session).check().findings if item.target == "answer:Q-LIST"]
    assert [item.rule.id for item in found] == ["not-known"]
    assert found[0].text.startswith("0 of 5 hold, 1 unknown")
    editors[4].pick(2)
    assert is_done(card.question, session.inputs.answer_by_question["Q-LIST"])


def test_arrows_choose_within_a_statement_and_tab_goes_to_the_next(card: QuestionCard) -> None:
    first, second = rows(card)[:2]
    card.form.focus_first()
    buttons = first.segments.buttons
    assert buttons[0].hasFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Right)
    assert first.value() is False
    QTest.keyClick(buttons[1], Qt.Key.Key_Tab)
    assert second.segments.buttons[0].hasFocus()


def test_whole_question_can_still_be_unknown_and_a_statement_takes_that_back(card: QuestionCard) -> None:
    rows(card)[0].pick(1)
    card.form._states["unknown"].click()
    held = card.session.inputs.answer_by_question["Q-LIST"]
    assert (held.state, held.value) == ("unknown", {})
    assert card.form.tally.text() == "Which of these 5 hold?"
    rows(card)[1].pick(1)
    held = card.session.inputs.answer_by_question["Q-LIST"]
    assert (held.state, held.value) == ("answered", {"s1": True})


def test_statements_stand_beside_their_buttons_and_below_them_where_there_is_little_room(card: QuestionCard) -> None:
    editor = rows(card)[0]
    assert editor.column.direction() == QBoxLayout.Direction.RightToLeft
    editor.resize(editor.segments.sizeHint().width() + 20, editor.height())
    assert editor.column.direction() == QBoxLayout.Direction.TopToBottom


def test_table_tells_how_many_hold(open_window: MainWindow, card: QuestionCard) -> None:
    bench = open_window.workbench
    assert bench is not None
    card.session.put(Answer("Q-LIST", value={"s0": True, "s1": UNKNOWN, "s2": True, "s3": False, "s4": True}))
    bench.questions.show_list()
    index = bench.questions.table.model.index(0, ANSWER)
    assert str(index.data()).startswith("3 of 5 hold, 1 unknown. It is relied on: Yes")
