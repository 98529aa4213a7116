from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.codec import to_json
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.domain.pack import Pack, Part
from asl_desktop.services.record_words import RecordWords
from asl_desktop.storage.document import Document
from reports.sections.common import answer_text
from tests.gui_world import on_disk, type_in
from tests.services_world import question, small_pack
from ui.forms.fields import UncertainEditor
from ui.main_window import MainWindow
from ui.models.question_table import simple_part
from ui.widgets.question_card import QuestionCard

PART = Part("number", unit="GPU-days", minimum=0.0, uncertainty=True)


def with_uncertainty() -> Pack:
    return replace(small_pack(), questions=(question("Q-SUM", PART), *small_pack().questions), digest="")


@pytest.fixture
def assessment(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "small.asl"
    Document.create(path, pack=with_uncertainty(), scope=Scope("Heron-2"), actor="A", clock=clock).close()
    return path


@pytest.fixture
def card(open_window: MainWindow) -> QuestionCard:
    assert open_window.workbench is not None
    open_window.workbench.go("questions", "Q-SUM")
    found = open_window.workbench.questions.card
    assert found is not None
    return found


def editor_of(card: QuestionCard) -> UncertainEditor:
    (editor,) = card.form.editors
    assert isinstance(editor, UncertainEditor)
    return editor


def test_value_and_uncertainty_typed_in_one_line_are_on_disk_and_read_with_their_unit(
    qtbot: QtBot, card: QuestionCard, assessment: Path
) -> None:
    editor = editor_of(card)
    editor.field.setFocus()
    QTest.keyClicks(editor.field, "12")
    assert card.session.inputs.answer_by_question["Q-SUM"].value == {"value": 12.0}
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert editor.uncertainty.hasFocus()
    QTest.keyClicks(editor.uncertainty, "3")
    assert card.session.flush()
    held = on_disk(assessment).answer_by_question["Q-SUM"]
    assert held.value == {"value": (12.0, 3.0)}
    pack = with_uncertainty()
    assert answer_text(pack.question_by_id["Q-SUM"], held) == "12 \u00b1 3 GPU-days"
    words = RecordWords(pack, card.session.inputs).fields("answer", to_json(held))
    assert words["Answer"] == "12 \u00b1 3 GPU-days"
    card.form.show_answer(held)
    assert (editor.field.text(), editor.uncertainty.text()) == ("12", "3")


def test_plus_minus_sign_typed_goes_on_to_the_uncertainty(qtbot: QtBot, card: QuestionCard) -> None:
    editor = editor_of(card)
    editor.field.setFocus()
    QTest.keyClicks(editor.field, "12 +/-")
    assert (editor.field.text(), editor.uncertainty.hasFocus()) == ("12", True)
    QTest.keyClicks(editor.uncertainty, "1.5")
    assert card.session.inputs.answer_by_question["Q-SUM"].value == {"value": (12.0, 1.5)}


def test_uncertainty_of_nothing_and_taken_away_leaves_the_number_alone(qtbot: QtBot, card: QuestionCard) -> None:
    editor = editor_of(card)
    for text in ("0", "3"):
        type_in(qtbot, editor.field, "12")
        type_in(qtbot, editor.uncertainty, text)
    type_in(qtbot, editor.uncertainty, "")
    assert card.session.inputs.answer_by_question["Q-SUM"].value == {"value": 12.0}
    type_in(qtbot, editor.uncertainty, "0")
    assert card.session.inputs.answer_by_question["Q-SUM"].value == {"value": 12.0}


@pytest.mark.parametrize(
    ("value", "uncertainty", "said"),
    [
        ("twelve", "", "write it as 12, 0.5"),
        ("12", "some", "write it as 12, 0.5"),
        ("12", "-3", "smallest value is 0 GPU-days"),
        ("", "3", "the value that the uncertainty belongs to"),
        ("-1", "3", "smallest value is 0 GPU-days"),
    ],
)
def test_bad_input_says_what_is_expected_and_records_nothing(
    qtbot: QtBot, card: QuestionCard, value: str, uncertainty: str, said: str
) -> None:
    editor = editor_of(card)
    type_in(qtbot, editor.field, value)
    type_in(qtbot, editor.uncertainty, uncertainty)
    assert said in card.form.problem_line.text()
    held = card.session.inputs.answer_by_question.get("Q-SUM", Answer("Q-SUM"))
    assert held.value in ({}, {"value": 12.0})
    card.form.show_answer(held)


def test_table_shows_it_and_leaves_editing_to_the_card(card: QuestionCard) -> None:
    pack = with_uncertainty()
    assert simple_part(pack.question_by_id["Q-SUM"]) is None
    assert simple_part(pack.question_by_id["Q-NUM"]) is not None
