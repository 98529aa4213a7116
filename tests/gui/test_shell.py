from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.test_session import FailingDocument
from ui import dialogs_seam
from ui.actions import COMMANDS, shortcut_lines
from ui.main_window import MainWindow
from ui.models.palette import everything, search
from ui.pages.registry import PAGES
from ui.workbench import Workbench

KINDS = (QAbstractButton, QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox, QAbstractSlider,
         QAbstractItemView, QTabBar)  # fmt: skip
HERE = [spec.page_id for spec in PAGES]


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def unnamed(root: QWidget) -> Iterator[str]:
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, KINDS) or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if widget.window() is not root.window():
            continue  # the list of a combo box, in a window of its own
        if isinstance(widget.parent(), QAbstractSpinBox | QComboBox) or widget.objectName().startswith("qt_"):
            continue
        found = QAccessible.queryAccessibleInterface(widget)
        if not found.text(QAccessible.Text.Name).strip():
            yield f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"


def horizontal_bars(root: QWidget) -> list[str]:
    areas = [area for area in root.findChildren(QAbstractScrollArea) if area.isVisible()]
    return [type(a.parent()).__name__ for a in areas if a.horizontalScrollBar().isVisible()]


@pytest.fixture
def example_window(qtbot: QtBot, window: MainWindow) -> MainWindow:
    with qtbot.waitSignal(window.opened, timeout=60_000):
        window.open_example()
    return window


def test_every_interactive_widget_has_a_name(example_window: MainWindow) -> None:
    bench = bench_of(example_window)
    assert list(unnamed(example_window.start)) == []
    for page in HERE:
        bench.go(page)
        settle()
        assert list(unnamed(bench)) == [], page


@pytest.mark.parametrize("size", [(911, 512), (900, 500), (1366, 768), (1180, 700)])
def test_no_page_needs_a_horizontal_scroll_bar(example_window: MainWindow, size: tuple[int, int]) -> None:
    bench = bench_of(example_window)
    example_window.resize(*size)
    for page in HERE:
        bench.go(page)
        settle()
        assert example_window.size().toTuple() == size, page
        shown = bench.page
        assert shown is not None
        assert horizontal_bars(shown) == [], page
    for question in bench.session.pack.questions:
        bench.go("questions", question.id)
        settle()
        assert horizontal_bars(bench.questions) == [], question.id
        area = bench.questions._area
        card = bench.questions.card
        assert card is not None
        assert card.width() <= area.viewport().width(), question.id


def test_breakpoints_fold_the_margins_and_the_left_bar(open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    for width, margins, nav in ((1366, True, 212), (1100, False, 212), (911, False, 56), (1366, True, 212)):
        open_window.resize(width, 700)
        settle()
        assert bench.margins.isVisible() is margins
        assert bench.nav.width() == nav
    open_window.resize(911, 512)
    bench.toggle_margins()
    settle()
    assert bench.margins.isVisible()


def test_every_command_is_in_the_menu_and_every_shortcut_is_listed(window: MainWindow) -> None:
    in_menu = {a.text() for part in window.menu.findChildren(QMenu) for a in part.actions()}
    assert {command.text for command in COMMANDS} <= in_menu
    keys = [key for command in COMMANDS for key in command.key.split(";") if key]
    assert len(keys) == len(set(keys))
    listed = "\n".join(shortcut_lines())
    assert all(command.text in listed for command in COMMANDS if command.key)
    with dialogs_seam.queued_answers(None) as queue:
        window.actions_by_name["keys"].trigger()
        assert not queue


def test_commands_that_need_a_file_rest_while_nothing_is_open(open_window: MainWindow) -> None:
    needing = [command.name for command in COMMANDS if command.needs_file and not command.needs_key]
    assert all(open_window.actions_by_name[name].isEnabled() for name in needing)
    open_window.close_file()
    assert not any(open_window.actions_by_name[name].isEnabled() for name in needing)


def test_find_box_goes_to_a_question_by_its_id(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    QTest.keyClick(open_window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert bench.palette_box.isVisible()
    QTest.keyClicks(bench.palette_box.field, "q-num")
    QTest.keyClick(bench.palette_box.field, Qt.Key.Key_Return)
    assert not bench.palette_box.isVisible()
    assert bench.page_id == "questions"
    assert bench.questions.card is not None
    assert bench.questions.card.question.id == "Q-NUM"


def test_find_box_closes_on_escape(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    bench.open_find()
    QTest.keyClick(bench.palette_box.field, Qt.Key.Key_Escape)
    assert not bench.palette_box.isVisible()


def test_search_wants_every_word_and_puts_word_starts_first(open_window: MainWindow) -> None:
    hits = everything(bench_of(open_window).session.snapshot)
    assert {hit.kind for hit in hits} >= {"Page", "Domain", "Question"}
    assert [hit.item for hit in search(hits, "question q-day")] == ["Q-DAY"]
    assert search(hits, "zebra") == ()
    assert search(hits, "overview")[0].page == "hub"


def test_search_finds_evidence_by_digest_and_leads_to_what_cites_it(example_window: MainWindow) -> None:
    snapshot = bench_of(example_window).session.snapshot
    hits = everything(snapshot)
    cited = [link.evidence for answer in snapshot.inputs.answers for link in answer.evidence]
    found = search(hits, cited[0])
    assert [hit.kind for hit in found] == ["Evidence"]
    assert found[0].page == "questions"


def test_f6_walks_through_the_panes_and_back_to_the_first(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    bench.go("questions", "Q-YES")
    seen = []
    panes = [bench.nav, bench.stack, bench.margins, bench.top]
    for _ in range(len(panes) + 1):
        QTest.keyClick(open_window, Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(next(i for i, pane in enumerate(panes) if pane.isAncestorOf(focused)))
    assert len(set(seen)) >= 3
    assert seen[0] in seen[1:]


def test_tab_reaches_every_control_of_the_card(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    bench.go("questions", "Q-ONE")
    settle()
    card = bench.questions.card
    assert card is not None
    wanted = {
        widget
        for widget in card.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    reached = set()
    widget: QWidget = card
    for _ in range(200):
        widget = widget.nextInFocusChain() or card
        reached.add(widget)
    assert wanted <= reached


def test_nav_says_how_much_is_answered_and_never_more(open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    model = bench.nav.model
    row = model.row_of("questions", "domain:bio")
    assert model.entries[row].words == "Not started"
    bench.go("questions", "Q-YES")
    assert bench.questions.card is not None
    bench.questions.pick(1)
    assert model.entries[row].words == "1 of 10 answered"
    bench.questions.card.form._states["unknown"].click()
    assert model.entries[row].words == "Not started"


def test_banner_for_a_failed_save_stays_until_it_is_saved(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = bench_of(open_window)
    session = bench.session
    session.document = FailingDocument(session.document, failures=1)  # type: ignore[assignment]
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, "precious")
    qtbot.waitUntil(bench.unsaved.isVisible, timeout=5000)
    assert "Not saved" in bench.unsaved.words()
    assert "small.asl" in bench.unsaved.words()
    assert bench.top._save_words.text() == "Not saved"
    assert bench.questions.card.form.rationale.toPlainText() == "precious"
    bench._copy_unsaved()
    assert "precious" in QApplication.clipboard().text()
    session.write_now()
    qtbot.waitUntil(lambda: not bench.unsaved.isVisible(), timeout=5000)
    assert session.save_state.kind == "saved"
    assert "precious" not in caplog.text


def test_close_with_a_full_disk_asks_and_stays(
    qtbot: QtBot, open_window: MainWindow, caplog: pytest.LogCaptureFixture
) -> None:
    bench = bench_of(open_window)
    bench.session.document = FailingDocument(bench.session.document, failures=1)  # type: ignore[assignment]
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, "precious")
    with dialogs_seam.queued_answers(False) as queue:
        open_window.close()
        assert not queue
    assert open_window.isVisible()
    assert open_window.workbench is bench


def test_theme_chosen_is_remembered(window: MainWindow) -> None:
    window.actions_by_name["theme_dark"].trigger()
    assert window.look.tokens.dark
    assert type(window.preferences).load(window.preferences.path).theme == "dark"
    window.actions_by_name["theme_light"].trigger()


def test_hub_tells_what_is_missing_and_where_to_go_on(qtbot: QtBot, example_window: MainWindow) -> None:
    bench = bench_of(example_window)
    bench.go("hub")
    settle()
    hub = bench.page
    assert hub is not None
    texts = " ".join(shown.text() for shown in hub.findChildren(QLabel))
    assert "ASL-3" in texts
    assert "Ruled out, with tension" in texts
    assert "open questions" in texts
    with qtbot.waitSignal(hub.wants) as caught:
        hub._go_button.click()  # type: ignore[attr-defined]
    assert caught.args[0] == "questions"


def test_scope_edited_and_plan_locked_are_on_disk(qtbot: QtBot, open_window: MainWindow, assessment: Path) -> None:
    from asl_desktop.storage.document import Document
    from ui.pages.scope import ScopePage

    bench = bench_of(open_window)
    bench.go("scope")
    page = bench.page
    assert isinstance(page, ScopePage)
    page.fields["checkpoint"].clear()
    QTest.keyClicks(page.fields["checkpoint"], "step 7")
    page.as_of.setFocus()
    QTest.keyClicks(page.as_of, "14 Mar 2026")
    page.note.setFocus()
    QTest.keyClicks(page.note, "Three trials")
    with dialogs_seam.queued_answers(True):
        page._lock.click()
    qtbot.waitUntil(lambda: bool(bench.session.inputs.plan.locked_at))
    assert page.note.isReadOnly()
    with dialogs_seam.queued_answers("Four trials", "One more trial", "Reviewer asked"):
        page._amend.click()
    qtbot.waitUntil(lambda: bool(bench.session.inputs.plan.amendments))
    open_window.close_file()
    with Document.open(assessment, read_only=True) as document:
        inputs = document.inputs()
    assert inputs.scope.checkpoint == "step 7"
    assert str(inputs.scope.as_of) == "2026-03-14"
    assert inputs.plan.note == "Four trials"
    assert inputs.plan.amendments[0].reason == "Reviewer asked"


def test_scope_without_a_model_keeps_the_recorded_one_and_says_so(open_window: MainWindow) -> None:
    from ui.pages.scope import ScopePage

    bench = bench_of(open_window)
    bench.go("scope")
    page = bench.page
    assert isinstance(page, ScopePage)
    page.fields["model"].setText("")
    page.fields["model"].textEdited.emit("")
    assert bench.session.inputs.scope.model == "Heron-2"
    assert "needs a name" in page.unrecorded()
    page.fields["model"].setText("Heron-2")
    page.fields["model"].textEdited.emit("Heron-2")
    assert page.unrecorded() == ""


def test_margins_beside_a_question_are_those_of_its_domain_and_lead_to_the_margins_page(
    open_window: MainWindow,
) -> None:
    bench = bench_of(open_window)
    question = bench.session.pack.questions[0]
    bench.go("questions", question.id)
    settle()
    shown = {row.indicator for row in bench.margins.list.chart.rows}
    domains = {bench.session.pack.indicator_by_id[name].domain for name in shown}
    assert domains == {question.domain}
    bench.margins.chosen.emit(next(iter(shown)))
    assert bench.page_id == "margins"
