from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer, Value
from asl_desktop.storage.document import Document
from ui import dialogs_seam
from ui.forms.choices import ChoiceEditor, TicksEditor
from ui.forms.fields import DateEditor, NumberEditor, RangeEditor, TextEditor, read_day, read_number, write_number
from ui.main_window import MainWindow
from ui.pages.questions import QuestionsPage
from ui.widgets.question_card import QuestionCard
from ui.workbench import Workbench

ANSWERS: Mapping[str, Mapping[str, Value]] = {
    "Q-YES": {"value": False},
    "Q-ONE": {"value": "high"},
    "Q-MANY": {"value": ("low", "high")},
    "Q-SCALE": {"value": 3.0},
    "Q-NUM": {"value": 12.5},
    "Q-TEXT": {"value": "because <b>not</b> & $x$"},
    "Q-DAY": {"value": "2026-03-14"},
    "Q-RANGE": {"value": (1.0, 2.5, 4.0, 80.0)},
    "Q-TWO": {"first": 7.0, "second": "words"},
}


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def show(window: MainWindow, question: str) -> tuple[QuestionsPage, QuestionCard]:
    bench = bench_of(window)
    bench.go("questions", question)
    QApplication.processEvents()
    card = bench.questions.card
    assert card is not None
    return bench.questions, card


def stored(path: Path, question: str) -> Answer | None:
    with Document.open(path, read_only=True) as document:
        return document.inputs().answer_by_question.get(question)


def type_in(qtbot: QtBot, widget: QWidget, text: str) -> None:
    widget.setFocus()
    QTest.keyClicks(widget, text)


def enter(qtbot: QtBot, card: QuestionCard, values: Mapping[str, Value]) -> None:
    for editor in card.form.editors:
        value = values[editor.part.id]
        if isinstance(editor, ChoiceEditor):
            editor.pick(editor._values.index(value) + 1)
        elif isinstance(editor, TicksEditor):
            assert isinstance(value, tuple)
            for at, (key, _) in enumerate(editor._boxes, start=1):
                if key in value:
                    editor.pick(at)
        elif isinstance(editor, NumberEditor):
            type_in(qtbot, editor.field, str(value))
        elif isinstance(editor, RangeEditor):
            assert isinstance(value, tuple)
            for field, number in zip(editor.fields, value, strict=True):
                type_in(qtbot, field, str(number))
        elif isinstance(editor, DateEditor):
            type_in(qtbot, editor.field, "14 Mar 2026")
        elif isinstance(editor, TextEditor):
            type_in(qtbot, editor.box, str(value))


@pytest.mark.parametrize("question", ANSWERS)
def test_answer_of_every_type_comes_back_from_disk(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, question: str
) -> None:
    _, card = show(open_window, question)
    enter(qtbot, card, ANSWERS[question])
    assert open_window.close_file()
    held = stored(assessment, question)
    assert held is not None
    assert held.state == "answered"
    assert dict(held.value) == dict(ANSWERS[question])
    with qtbot.waitSignal(open_window.opened, timeout=10_000):
        open_window.open_file(assessment)
    _, card = show(open_window, question)
    assert {e.part.id: e.value() for e in card.form.editors} == dict(ANSWERS[question])


def test_answer_by_keyboard_alone_is_on_disk_after_closing(
    qtbot: QtBot, open_window: MainWindow, assessment: Path
) -> None:
    _, card = show(open_window, "Q-YES")
    QTest.keyClick(open_window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    card.form.rationale.setFocus()
    QTest.keyClicks(card.form.rationale, "Two raters agreed.")
    QTest.keyClick(open_window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench_of(open_window).questions.card is not card
    open_window.close()
    held = stored(assessment, "Q-YES")
    assert held is not None
    assert held.value == {"value": False}
    assert held.rationale == "Two raters agreed."
    assert held.author == "A. Person"


def test_arrow_key_on_a_choice_moves_and_answers(qtbot: QtBot, open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-ONE")
    editor = card.form.editors[0]
    assert isinstance(editor, ChoiceEditor)
    editor.segments.buttons[0].setFocus()
    QTest.keyClick(editor.segments.buttons[0], Qt.Key.Key_Right)
    assert bench_of(open_window).session.inputs.answer_by_question["Q-ONE"].value == {"value": "high"}
    assert sum(b.focusPolicy() == Qt.FocusPolicy.StrongFocus for b in editor.segments.buttons) == 1


def test_closing_in_the_middle_of_typing_loses_nothing(qtbot: QtBot, open_window: MainWindow, assessment: Path) -> None:
    _, card = show(open_window, "Q-TEXT")
    editor = card.form.editors[0]
    assert isinstance(editor, TextEditor)
    type_in(qtbot, editor.box, "half a sent")
    open_window.close()
    held = stored(assessment, "Q-TEXT")
    assert held is not None
    assert held.value == {"value": "half a sent"}


def test_rationale_without_an_answer_is_kept_and_stays_unanswered(
    qtbot: QtBot, open_window: MainWindow, assessment: Path
) -> None:
    _, card = show(open_window, "Q-YES")
    type_in(qtbot, card.form.rationale, "to do")
    open_window.close_file()
    held = stored(assessment, "Q-YES")
    assert held is not None
    assert (held.state, dict(held.value), held.rationale) == ("unanswered", {}, "to do")


def test_not_applicable_without_reason_leaves_the_recorded_answer(qtbot: QtBot, open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-YES")
    card.form.pick(1)
    card.form._states["not_applicable"].click()
    session = bench_of(open_window).session
    assert session.inputs.answer_by_question["Q-YES"].value == {"value": True}
    assert "the answer recorded before stands" in card.form.problem_line.text()
    type_in(qtbot, card.form._reason, "No such study was planned")
    held = session.inputs.answer_by_question["Q-YES"]
    assert (held.state, held.reason, dict(held.value)) == ("not_applicable", "No such study was planned", {})
    type_in(qtbot, card.form._confirmed, "R. Reviewer")
    assert session.inputs.answer_by_question["Q-YES"].confirmed_by == "R. Reviewer"


def test_unknown_clears_the_value_and_a_value_clears_unknown(open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-YES")
    session = bench_of(open_window).session
    card.form.pick(1)
    card.form._states["unknown"].click()
    assert session.inputs.answer_by_question["Q-YES"].state == "unknown"
    card.form.pick(2)
    held = session.inputs.answer_by_question["Q-YES"]
    assert (held.state, dict(held.value)) == ("answered", {"value": False})


def test_reason_of_an_unknown_is_kept_and_is_no_reason_for_another_state(qtbot: QtBot, open_window: MainWindow) -> None:
    session = bench_of(open_window).session
    session.put(Answer("Q-YES", state="unknown", reason="Nobody looked"))
    _, card = show(open_window, "Q-YES")
    type_in(qtbot, card.form.rationale, "Asked twice.")
    held = session.inputs.answer_by_question["Q-YES"]
    assert (held.state, held.reason, held.rationale) == ("unknown", "Nobody looked", "Asked twice.")
    card.form._states["not_applicable"].click()
    assert card.form._reason.text() == ""
    assert session.inputs.answer_by_question["Q-YES"].state == "unknown"
    card.form._states["unknown"].click()
    assert card.form._reason.text() == "Nobody looked"


def test_half_typed_range_survives_going_elsewhere_and_is_asked_about_on_closing(
    qtbot: QtBot, open_window: MainWindow
) -> None:
    page, card = show(open_window, "Q-RANGE")
    editor = card.form.editors[0]
    assert isinstance(editor, RangeEditor)
    type_in(qtbot, editor.fields[0], "3")
    assert "all four numbers" in card.form.problem_line.text()
    show(open_window, "Q-YES")
    _, again = show(open_window, "Q-RANGE")
    assert again is card
    with dialogs_seam.queued_answers(False) as queue:
        open_window.close()
        assert not queue
    assert bench_of(open_window).page is page
    editor.fields[0].clear()
    editor.fields[0].textEdited.emit("")
    assert page.unrecorded() == ""


def test_number_out_of_range_is_refused_in_words_and_not_recorded(qtbot: QtBot, open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-NUM")
    editor = card.form.editors[0]
    assert isinstance(editor, NumberEditor)
    type_in(qtbot, editor.field, "150")
    assert "largest value is 100 %" in card.form.problem_line.text()
    held = bench_of(open_window).session.inputs.answer_by_question["Q-NUM"]
    assert held.value == {"value": 15.0}
    assert "recorded before stands" in card.form.problem_line.text()
    editor.field.clear()
    editor.field.textEdited.emit("")


def test_change_elsewhere_reaches_the_card_but_spares_what_is_typed(qtbot: QtBot, open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-TEXT")
    session = bench_of(open_window).session
    type_in(qtbot, card.form.rationale, "mine")
    cursor = card.form.rationale.textCursor().position()
    session.put(Answer("Q-YES", value={"value": True}))
    assert card.form.rationale.toPlainText() == "mine"
    assert card.form.rationale.textCursor().position() == cursor
    session.put(Answer("Q-TEXT", value={"value": "theirs"}, rationale="other"))
    assert card.form.rationale.toPlainText() == "other"


def test_flag_marks_for_review_and_back(qtbot: QtBot, open_window: MainWindow) -> None:
    _, card = show(open_window, "Q-YES")
    session = bench_of(open_window).session
    for expected in (True, False):
        QTest.keyClick(
            open_window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        assert session.inputs.answer_by_question["Q-YES"].marked_for_review is expected
        assert card.flag.isChecked() is expected


def test_conclusion_that_changes_a_threshold_says_so_and_is_one_click_from_undone(
    qtbot: QtBot, open_window: MainWindow
) -> None:
    _, card = show(open_window, "Q-END")
    assert card._consequence_box.isHidden()
    card.form.pick(3)
    assert card._consequence.text().startswith("T1 is now crossed.")
    assert card._consequence_box.isVisible()
    page = bench_of(open_window).questions
    assert page._outcome.text().startswith("T1 is now crossed")
    assert page._take_back.isVisible()
    page._take_back.click()
    session = bench_of(open_window).session
    qtbot.waitUntil(lambda: "Q-END" not in session.inputs.answer_by_question)
    assert not card._consequence_box.isVisible()
    assert page._outcome.text() == ""


def test_files_dropped_are_sealed_and_listed(
    qtbot: QtBot, open_window: MainWindow, tmp_path: Path, assessment: Path
) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two <b>.md"]
    for path in files:
        path.write_text(path.name)
    _, card = show(open_window, "Q-YES")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    assert card.evidence.zone.take(data)
    session = bench_of(open_window).session
    qtbot.waitUntil(lambda: len(session.inputs.answer_by_question.get("Q-YES", Answer("Q-YES")).evidence) == 2)
    assert card.evidence._rows.count() == 2
    open_window.close_file()
    held = stored(assessment, "Q-YES")
    assert held is not None
    assert len(held.evidence) == 2


def test_screenshot_pasted_becomes_a_png_that_is_no_file_outside(
    qtbot: QtBot, open_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _, card = show(open_window, "Q-YES")
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(picture)
    assert card.evidence.zone.paste()
    session = bench_of(open_window).session
    qtbot.waitUntil(lambda: bool(session.inputs.evidence))
    item = session.inputs.evidence[0]
    assert item.name.startswith("Screenshot")
    assert item.name.endswith(".png")
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".png"] == []


def test_missing_file_chosen_says_why_in_place(qtbot: QtBot, open_window: MainWindow, tmp_path: Path) -> None:
    _, card = show(open_window, "Q-YES")
    with dialogs_seam.queued_answers((tmp_path / "gone.pdf",)):
        QTest.keyClick(open_window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "gone.pdf" in card.evidence._error.text())
    assert card.evidence._error.isVisible()


def test_link_removed_leaves_the_item_in_the_file(qtbot: QtBot, open_window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("1")
    _, card = show(open_window, "Q-YES")
    card.evidence.attach((path,))
    session = bench_of(open_window).session
    qtbot.waitUntil(lambda: bool(session.inputs.answers and session.inputs.answers[0].evidence))
    card.evidence._replace(session.inputs.answers[0].evidence[0], None)
    assert session.inputs.answer_by_question["Q-YES"].evidence == ()
    assert len(session.inputs.evidence) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234,5", 1234.5), ("\u22123", -3.0), ("2.50", 2.5), ("1e3", 1000.0), ("abc", None), ("1,2,3", None)],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("value", [0.1, 1e-9, 123456789.123, 5.0, -2.75])
def test_numbers_written_read_back_exactly(value: float) -> None:
    assert read_number(write_number(value)) == value


@pytest.mark.parametrize("text", ["14 Mar 2026", "2026-03-14", "14.03.2026"])
def test_days_are_read_in_three_forms(text: str) -> None:
    found = read_day(text)
    assert found is not None
    assert found.isoformat() == "2026-03-14"
    assert read_day("31 Feb 2026") is None
