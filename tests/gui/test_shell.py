from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from tests.gui.test_session import FailingDocument
from tests.gui_world import settle, unnamed
from ui import dialogs_seam
from ui.actions import COMMANDS
from ui.main_window import MainWindow
from ui.models.palette import Finder, Hit, commands, everything
from ui.pages.registry import PAGES
from ui.workbench import Workbench

HERE = [spec.page_id for spec in PAGES]


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


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
    finder = Finder(hits, ())
    assert [hit.item for hit in finder.search("question q-day")] == ["Q-DAY"]
    assert finder.search("zebra") == ()
    assert finder.search("overview")[0].page == "hub"


def test_search_ranks_whole_before_start_before_word_before_inside_before_unseen() -> None:
    texts = ("reruns", "a run of it", "runs again", "run", "unseen")
    hits = [Hit("Question", text, "questions", text, also="run" if text == "unseen" else "") for text in texts]
    found = [hit.text for hit in Finder(hits, ()).search("RUN")]
    assert found == ["run", "runs again", "a run of it", "reruns", "unseen"]


def test_search_takes_letters_in_order_only_where_nothing_holds_the_word() -> None:
    hits = [Hit("Page", text, text, "") for text in ("Measurements", "Safeguards", "Gates and sign-off")]
    assert [hit.page for hit in Finder(hits, ()).search("msrmnt")] == ["Measurements"]
    assert [hit.page for hit in Finder(hits, ()).search("sg")] == ["Safeguards", "Gates and sign-off"]
    assert [hit.page for hit in Finder(hits, ()).search("sign")] == ["Gates and sign-off"]


def test_search_puts_what_was_used_lately_first_among_equals_only() -> None:
    hits = [Hit("Question", text, "questions", text) for text in ("run one", "run two", "a run")]
    recent = [("questions", "a run"), ("questions", "run two")]
    found = [hit.text for hit in Finder(hits, ()).search("run", recent=recent)]
    assert found == ["run two", "run one", "a run"]
    assert [hit.text for hit in Finder(hits, ()).search("", recent=recent)] == ["a run", "run two", "run one"]


def test_search_offers_usable_commands_and_every_setting() -> None:
    offered = commands({"save", "hub", "find"})
    assert [hit.item for hit in offered if hit.kind == "Command"] == ["command:save"]
    assert "setting:zoom" in [hit.item for hit in offered]


def test_find_box_runs_a_command_and_offers_it_first_next_time(open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    open_window.choose_theme("light")
    bench.open_find()
    QTest.keyClicks(bench.palette_box.field, "dark theme")
    QTest.keyClick(bench.palette_box.field, Qt.Key.Key_Return)
    assert open_window.look.choice == "dark"
    bench.open_find()
    assert bench.palette_box.results.item(0).text() == "Dark theme"
    bench.palette_box.close_box()
    open_window.choose_theme("light")


def test_search_box_finds_what_was_written_and_goes_there(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, "A heron <b>stood</b> by the river")
    bench.go("hub")
    QTest.keyClick(open_window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    box = bench.search_box
    qtbot.waitUntil(lambda: box.words.text() != "Reading the texts.")
    box.field.setText("h\u00e9ron")  # no key of a test keyboard types it
    texts = [box.results.item(at).text() for at in range(box.results.count())]
    box.results.setCurrentRow(next(at for at, text in enumerate(texts) if text.startswith("Q-TEXT")))
    spoken = box.results.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Rationale: A heron <b>stood</b>" in spoken
    box.grab()
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert bench.page_id == "questions"
    assert bench.questions.card is not None
    assert bench.questions.card.question.id == "Q-TEXT"


def test_search_box_sees_what_changed_since_it_was_last_open(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = bench_of(open_window)
    box = bench.search_box
    bench.open_search()
    qtbot.waitUntil(lambda: box.words.text() != "Reading the texts.")
    box.close_box()
    bench.session.put(Answer("Q-YES", value={"value": True}, rationale="cormorant"))
    bench.open_search()
    QTest.keyClicks(box.field, "cormorant")
    assert [box.results.item(at).text()[:5] for at in range(box.results.count())] == ["Q-YES"]
    QTest.keyClicks(box.field, " zebra")
    assert box.words.text() == "No text holds these words."


def test_search_finds_evidence_by_digest_and_leads_to_what_cites_it(example_window: MainWindow) -> None:
    snapshot = bench_of(example_window).session.snapshot
    hits = everything(snapshot)
    cited = [link.evidence for answer in snapshot.inputs.answers for link in answer.evidence]
    found = Finder(hits, ()).search(cited[0])
    assert [hit.kind for hit in found] == ["Evidence"]
    assert found[0].page == ("evidence" if "evidence" in HERE else "questions")


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

    def shows(*words: str) -> bool:  # it draws itself piece by piece
        texts = " ".join(shown.text() for shown in hub.findChildren(QLabel))
        return all(word in texts for word in words)

    qtbot.waitUntil(lambda: shows("ASL-3", "Ruled out, with tension", "open questions"))
    with qtbot.waitSignal(hub.wants) as caught:
        hub._go_button.click()  # type: ignore[attr-defined]
    assert caught.args[0] == "questions"


def test_scope_edited_is_on_disk(open_window: MainWindow, assessment: Path) -> None:
    from asl_desktop.storage.document import Document
    from ui.pages.scope import ScopePage

    bench = bench_of(open_window)
    bench.go("scope", "checkpoint")
    page = bench.page
    assert isinstance(page, ScopePage)
    page.fields["checkpoint"].clear()
    QTest.keyClicks(page.fields["checkpoint"], "step 7")
    page.as_of.setFocus()
    QTest.keyClicks(page.as_of, "14 Mar 2026")
    open_window.close_file()
    with Document.open(assessment, read_only=True) as document:
        scope = document.inputs().scope
    assert (scope.checkpoint, str(scope.as_of)) == ("step 7", "2026-03-14")


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
