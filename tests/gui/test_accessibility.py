"""What a screen reader and a keyboard meet on every page, read from the accessibility tree."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer, AnswerState
from tests.gui_world import KINDS, activate, settle, unnamed
from ui import steady_tree
from ui.dialogs.settings import SETTINGS, SettingsDialog
from ui.focus import focusable
from ui.forms.fields import NumberField, TextBox
from ui.main_window import MainWindow
from ui.pages.registry import PAGES
from ui.widgets.answer_form import AnswerForm
from ui.workbench import Workbench

HERE = [spec.page_id for spec in PAGES]
SMALL = ("Q-YES", "Q-ONE", "Q-MANY", "Q-SCALE", "Q-NUM", "Q-TEXT", "Q-DAY", "Q-RANGE", "Q-TWO", "Q-END")


def test_every_control_of_every_kind_of_question_has_a_name(bench: Workbench) -> None:
    states: tuple[AnswerState, ...] = ("unanswered", "unknown", "declined", "not_applicable")
    for item in SMALL:
        bench.go("questions", item)
        for state in states:
            if state != "unanswered":
                bench.session.put(Answer(item, state=state, reason="" if state == "unknown" else "Because"))
            settle()
            assert list(unnamed(bench)) == [], (item, state)


def test_every_control_of_every_page_has_a_name_with_and_without_content(example_bench: Workbench) -> None:
    for page in HERE:
        example_bench.go(page)
        settle()
        assert list(unnamed(example_bench.window())) == [], page


def test_every_control_of_an_empty_assessment_has_a_name(bench: Workbench) -> None:
    for page in HERE:
        bench.go(page)
        settle()
        assert list(unnamed(bench.window())) == [], page


def test_every_setting_has_a_name_and_can_be_shown(qtbot: QtBot, window: MainWindow) -> None:
    dialog = SettingsDialog(window, window.preferences)
    qtbot.addWidget(dialog)
    dialog.show()
    activate(qtbot, dialog)
    assert list(unnamed(dialog)) == []
    seen = set()
    for name, _ in SETTINGS:
        dialog.show_setting(name)
        seen.add(dialog.focusWidget())
    assert len(seen) == len(SETTINGS)


def test_lists_numbers_and_hints_are_described_on_every_page(
    qtbot: QtBot, example_bench: Workbench, window: MainWindow
) -> None:
    dialog = SettingsDialog(window, window.preferences)
    qtbot.addWidget(dialog)
    told = 0
    for page in (*HERE, "settings"):
        if page != "settings":
            example_bench.go(page)
            settle()
        for field in (dialog if page == "settings" else window).findChildren(QWidget):
            hinted = isinstance(field, TextBox) and field.placeholderText()
            if isinstance(field, QComboBox | NumberField) or hinted:
                described = QAccessible.queryAccessibleInterface(field).text(QAccessible.Text.Description)
                assert described.strip(), f"{page}: {type(field).__name__} {field.accessibleName()}"
                told += 1
    assert told > 30


def test_how_to_judge_describes_the_answer(example_bench: Workbench) -> None:
    bench = example_bench
    guided = [question for question in bench.session.pack.questions if question.guidance]
    assert guided
    for question in guided[:5]:
        bench.go("questions", question.id)
        settle()
        forms = [form for form in bench.findChildren(AnswerForm) if form.question == question]
        assert [question.guidance in form.accessibleDescription() for form in forms] == [True]


def test_boxes_over_the_window_have_names(example_bench: Workbench, window: MainWindow) -> None:
    boxes: list[tuple[Callable[[], object], QWidget]] = [
        (example_bench.open_find, example_bench.palette_box),
        (example_bench.open_search, example_bench.search_box),
        (window.actions_by_name["keys"].trigger, window.keys),
    ]
    for show, box in boxes:
        show()
        settle()
        assert list(unnamed(box)) == []
        told = QAccessible.queryAccessibleInterface(box)
        assert told.text(QAccessible.Text.Name)


def test_pages_and_panes_are_told_apart_by_name(example_bench: Workbench) -> None:
    for page in HERE:
        example_bench.go(page)
        assert example_bench.page is not None
        told = QAccessible.queryAccessibleInterface(example_bench.page)
        assert told.text(QAccessible.Text.Name).strip(), page


def test_focus_is_visible_on_every_control_of_every_page(example_bench: Workbench) -> None:
    for page in HERE:
        example_bench.go(page)
        settle()
        assert example_bench.page is not None
        for widget in [found for found in focusable(example_bench.page) if isinstance(found, KINDS)]:
            example_bench.top.menu.setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            before = widget.grab().toImage()
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            if widget.isVisible() and widget.hasFocus():
                assert widget.grab().toImage() != before, f"{page}: {type(widget).__name__} {widget.accessibleName()}"


def test_building_and_showing_every_page_opens_no_other_window(example_bench: Workbench) -> None:
    opened: list[str] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt names it
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                opened.append(f"{type(watched).__name__} {watched.accessibleName()}")
            return False

    watcher = Watcher()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(watcher)
    for page in HERE:
        example_bench.go(page)
        settle()
    app.removeEventFilter(watcher)
    assert opened == []


def toggle(widget: QWidget) -> None:
    """Toggle a control as a screen reader does."""
    told = QAccessible.queryAccessibleInterface(widget)
    action = told.actionInterface()
    assert "Toggle" in action.actionNames()
    action.doAction("Toggle")


def test_answer_toggled_by_assistive_technology_is_recorded(bench: Workbench) -> None:
    bench.go("questions", "Q-YES")
    card = bench.questions.card
    assert card is not None
    yes = next(button for button in card.findChildren(QAbstractButton) if button.accessibleName() == "Yes")
    toggle(yes)
    assert bench.session.inputs.answer_by_question["Q-YES"].value == {"value": True}
    toggle(card.form._states["unknown"])
    assert bench.session.inputs.answer_by_question["Q-YES"].state == "unknown"
    toggle(card.flag)
    assert bench.session.inputs.answer_by_question["Q-YES"].marked_for_review


def test_box_ticked_by_assistive_technology_is_recorded(bench: Workbench) -> None:
    bench.go("questions", "Q-MANY")
    card = bench.questions.card
    assert card is not None
    toggle(next(box for box in card.findChildren(QCheckBox) if box.text() == "High"))
    assert bench.session.inputs.answer_by_question["Q-MANY"].value == {"value": ("high",)}


def test_scroll_area_read_past_its_children_gives_nothing(qtbot: QtBot) -> None:
    steady_tree.install()
    area, inside = QScrollArea(), QWidget()
    inside.setFixedSize(20, 20)
    area.setWidget(inside)
    qtbot.addWidget(area)
    area.resize(200, 200)
    area.show()
    told: QAccessibleInterface = QAccessible.queryAccessibleInterface(area)
    before = told.childCount()
    inside.setFixedSize(900, 900)
    settle()
    assert area.verticalScrollBar().isVisible()
    assert told.childCount() == before
    assert told.child(before) is None
