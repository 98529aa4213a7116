"""The keyboard map: one table, shown, written down and true."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.gui_world import activate, settle
from ui.actions import COMMANDS, MENUS, is_plain, keyboard_page
from ui.main_window import MainWindow
from ui.workbench import Workbench

ROOT = Path(__file__).resolve().parents[2]
LETTERS = "".join(key.lower() for command in COMMANDS for key in command.key.split(";") if is_plain(key))


def at(bench: Workbench, question: str, *, editing: bool = False) -> None:
    """Stand on a question, in its rationale or on a button."""
    bench.go("questions", question)
    settle()
    card = bench.questions.card
    assert card is not None
    (card.form.rationale if editing else card.flag).setFocus()


def press(bench: Workbench, *keys: str) -> None:
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keySequence(target, QKeySequence(key))


def standing(bench: Workbench) -> str:
    assert bench.questions.card is not None
    return bench.questions.card.question.id


def test_keyboard_page_says_what_the_table_says() -> None:
    page = (ROOT / "docs" / "keyboard.md").read_text(encoding="utf-8")
    assert page == keyboard_page(), "run: python tools/write_keyboard.py"


def test_no_key_is_bound_twice() -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.key.split(";") if key]
    assert "" not in keys
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert [name for name, times in Counter(command.name for command in COMMANDS).items() if times > 1] == []


def test_no_shortcut_exists_without_a_menu_entry(open_window: MainWindow) -> None:
    in_menu = {action for part in open_window.menu.findChildren(QMenu) for action in part.actions()}
    assert {command.menu for command in COMMANDS} == set(MENUS)
    for command in COMMANDS:
        action = open_window.actions_by_name[command.name]
        assert action in in_menu, command.name
        assert [key.toString() for key in action.shortcuts()] == [
            QKeySequence(key).toString() for key in command.key.split(";") if key
        ]
    stray = [action.text() for action in open_window.actions() if action.shortcuts() and action not in in_menu]
    assert stray == []


def test_letters_and_digits_are_typed_where_text_is_edited(bench: Workbench) -> None:
    at(bench, "Q-ONE", editing=True)
    card = bench.questions.card
    assert card is not None
    QTest.keyClicks(card.form.rationale, LETTERS)
    assert card.form.rationale.toPlainText() == LETTERS
    assert standing(bench) == "Q-ONE"
    assert not card.flag.isChecked()
    assert bench.session.inputs.answer_by_question["Q-ONE"].value == {}


def test_j_and_k_go_to_the_next_and_previous_question(bench: Workbench) -> None:
    at(bench, "Q-YES")
    press(bench, "J")
    assert standing(bench) == "Q-ONE"
    at(bench, "Q-ONE")
    press(bench, "K")
    assert standing(bench) == "Q-YES"


@pytest.mark.parametrize(("key", "value"), [("1", "low"), ("2", "high"), ("Alt+2", "high")])
def test_digit_chooses_an_option(bench: Workbench, key: str, value: str) -> None:
    at(bench, "Q-ONE")
    press(bench, key)
    assert bench.session.inputs.answer_by_question["Q-ONE"].value == {"value": value}


def test_digit_beyond_the_options_changes_nothing(bench: Workbench) -> None:
    at(bench, "Q-ONE")
    press(bench, "9")
    assert "Q-ONE" not in bench.session.inputs.answer_by_question


def test_n_e_and_r_reach_rationale_evidence_and_mark(bench: Workbench) -> None:
    at(bench, "Q-ONE")
    card = bench.questions.card
    assert card is not None
    press(bench, "R")
    assert bench.session.inputs.answer_by_question["Q-ONE"].marked_for_review
    press(bench, "E")
    focused = QApplication.focusWidget()
    assert focused is not None
    assert card.evidence.isAncestorOf(focused)
    press(bench, "N")
    assert QApplication.focusWidget() is card.form.rationale


def test_h_opens_the_history_of_what_is_in_view(bench: Workbench) -> None:
    at(bench, "Q-ONE")
    press(bench, "H")
    assert bench.page_id == "history"


def test_question_mark_shows_the_map_and_escape_goes_back(open_window: MainWindow, bench: Workbench) -> None:
    at(bench, "Q-ONE")
    before = QApplication.focusWidget()
    press(bench, "?")
    box = open_window.keys
    assert box.isVisible()
    listed = "\n".join(
        str(box.results.item(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(box.results.count())
    )
    assert all(command.words() in listed for command in COMMANDS if command.key)
    QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert QApplication.focusWidget() is before


def test_map_filters_and_runs_what_is_chosen(open_window: MainWindow, bench: Workbench) -> None:
    at(bench, "Q-ONE")
    press(bench, "?")
    box = open_window.keys
    QTest.keyClicks(box.field, "overview")
    assert [box.results.item(row).text() for row in range(box.results.count())] == ["GO", "Overview"]
    assert box.results.currentRow() == 1
    QTest.keyClick(box.field, Qt.Key.Key_Up)
    assert box.results.currentRow() == 1
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert bench.page_id == "hub"
    assert not box.isVisible()


def test_map_on_the_start_screen_opens_too(qtbot: QtBot, window: MainWindow) -> None:
    activate(qtbot, window)
    window.actions_by_name["keys"].trigger()
    assert window.keys.isVisible()
    QTest.keyClicks(window.keys.field, "nothing like it")
    assert "Ctrl+K" in window.keys.words.text()
    window.keys.close_box()


def test_shift_f6_goes_the_other_way_round_the_panes(bench: Workbench) -> None:
    at(bench, "Q-ONE")
    panes = [bench.nav, bench.stack, bench.margins, bench.top]

    def _pane() -> int:
        focused = QApplication.focusWidget()
        assert focused is not None
        return next(i for i, pane in enumerate(panes) if pane.isAncestorOf(focused))

    seen = []
    for key in ("F6", "F6", "Shift+F6", "Shift+F6"):
        press(bench, key)
        seen.append(_pane())
    assert seen[2] == seen[0]
    assert seen[3] == 1
