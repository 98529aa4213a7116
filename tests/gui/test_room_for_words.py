"""Words that are longer than the room for them: they go on in the next line, make room, or say where the rest is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Scope
from asl_desktop.errors import DiskFull
from asl_desktop.services.assessments import create_assessment
from reports.charts.model import margin_chart
from tests.gui_world import settle, show_page
from tests.report_world import full_snapshot
from ui import dialogs_seam
from ui.forms.choices import Segments
from ui.forms.drop_down import drop_down
from ui.main_window import MainWindow
from ui.pages.hub import HubPage
from ui.session import SaveState, Session, cause_of
from ui.theme import Look, px
from ui.widgets.margin_chart import MarginOverview
from ui.widgets.parts import IconLabel
from ui.workbench import Workbench


@pytest.fixture
def enlarged(look: Look) -> Iterator[Look]:
    yield look
    look.enlarge(100)


@pytest.fixture
def bench(qtbot: QtBot, enlarged: Look, window: MainWindow, tmp_path: Path) -> Workbench:
    """Return the workbench on a new assessment of a framework with long names."""
    path = tmp_path / "long.asl"
    create_assessment(path, pack_id="anthropic-rsp-2.2", scope=Scope("Heron-2"), actor="A").close()
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(path)
    assert window.workbench is not None
    return window.workbench


def test_left_bar_shows_long_titles_whole(bench: Workbench) -> None:
    bench.window().resize(1366, 768)
    settle()
    view, model = bench.nav.view, bench.nav.model
    at = next(i for i, entry in enumerate(model.entries) if entry.title.startswith("Chemical, biological"))
    one = next(i for i, entry in enumerate(model.entries) if entry.title == "Cyber")
    high, low = (view.visualRect(model.index(row)).height() for row in (at, one))
    assert high >= low + 2 * view.fontMetrics().lineSpacing() - 2


def test_left_bar_row_is_as_high_as_the_words_below_its_title_need(bench: Workbench) -> None:
    bench.window().resize(1366, 768)
    settle()
    view, model = bench.nav.view, bench.nav.model
    row = model.row_of("preflight")
    before = view.visualRect(model.index(row)).height()
    model._entries = tuple(
        entry if entry.page != "preflight" else type(entry)(entry.title, entry.page, words="1 error")
        for entry in model.entries
    )
    model.dataChanged.emit(model.index(row), model.index(row))
    settle()
    assert view.visualRect(model.index(row)).height() < before


@pytest.mark.parametrize(("size", "text", "whole"), [((911, 512), 200, False), ((1366, 768), 100, True)])
def test_disk_full_leaves_room_for_the_page_and_keeps_its_advice(
    bench: Workbench, enlarged: Look, *, size: tuple[int, int], text: int, whole: bool
) -> None:
    enlarged.enlarge(text)
    bench.window().resize(*size)
    settle()
    error = DiskFull(path="/data/a-folder-with-a-rather-long-name/heron-2.asl")
    bench.session.save_state_changed.emit(SaveState("failed", None, cause_of(error), error.code))
    settle()
    banner = bench.unsaved
    assert banner.height() <= bench.height() * 0.45
    shown = [item for item in banner.findChildren(QLabel) if item.isVisible() and "Free some space" in item.text()]
    assert bool(shown) is whole
    (way,) = (item for item in banner.findChildren(QPushButton) if item.text() == "What to do")
    assert way.isVisible() is not whole
    if not whole:
        with dialogs_seam.queued_answers(True) as answers:
            way.click()
        assert not answers
    assert "Free some space" in banner.words()
    bench.window().resize(1366, 768)
    enlarged.enlarge(100)
    settle()
    assert not way.isVisible()


def test_overview_in_a_narrow_place_keeps_tracks_that_can_be_read(enlarged: Look) -> None:
    chart = margin_chart(full_snapshot())
    enlarged.enlarge(200)
    widget = MarginOverview()
    widget.show_chart(chart)
    widget.resize(640, widget.heightForWidth(640))
    widget.grab()
    assert widget.axis().width >= 500
    assert [(d.indicator, d.margin_text, d.status_label) for d in widget.drawn_rows] == [
        (row.indicator, row.margin_text, row.status_label) for row in chart.rows
    ]
    last = widget.row_area(len(chart.rows) - 1)
    assert last.bottom() <= widget.heightForWidth(640)
    widget.deleteLater()


def test_overview_is_laid_out_at_every_piece_it_is_drawn_in(qtbot: QtBot, session: Session) -> None:
    hub = HubPage(session)
    canvas = hub.scroll_area.widget()
    assert canvas is not None
    seen: list[tuple[int, int]] = []
    drawn = hub._show_due

    def _look() -> None:
        drawn()
        if hub.isVisible():
            seen.append((canvas.height(), canvas.heightForWidth(canvas.width())))

    hub._later.timeout.disconnect()
    hub._later.timeout.connect(_look)
    show_page(qtbot, hub, height=300)
    qtbot.waitUntil(lambda: hub.is_whole)
    assert len(seen) > 2
    assert [pair for pair in seen if pair[0] < pair[1]] == []


def test_picture_with_a_height_of_its_own_grows_both_ways(enlarged: Look, qtbot: QtBot) -> None:
    from ui.theme import fix

    mark = IconLabel("info", "muted", 18)
    qtbot.addWidget(mark)
    fix(mark, height=26)
    enlarged.enlarge(200)
    assert (mark.width(), mark.height()) == (px(18), px(26)) == (36, 52)


def test_chosen_text_that_does_not_fit_ends_in_an_ellipsis(qtbot: QtBot, look: Look) -> None:
    title = "Chemical, biological, radiological and nuclear"
    whole, cut = drop_down("Domain", [title]), drop_down("Domain", [""])
    for box in (whole, cut):
        qtbot.addWidget(box)
        box.resize(200, 32)
    shown = whole.grab().toImage()

    def _looks_like(text: str) -> bool:
        cut.setItemText(0, text)
        return bool(cut.grab().toImage() == shown)

    assert any(_looks_like(f"{title[:end]}\u2026") for end in range(12, len(title)))


def test_choices_listed_for_large_text_stand_beside_each_other_again(qtbot: QtBot, enlarged: Look) -> None:
    choices = Segments("Which chart", ["Margins", "Trend", "Safeguards", "Evidence"])
    qtbot.addWidget(choices)
    choices.resize(500, 40)
    choices.show()
    beside = choices.buttons[3].geometry()
    enlarged.enlarge(200)
    settle()
    choices.resize(501, 40)
    settle()
    assert choices.buttons[3].x() == choices.buttons[0].x()
    enlarged.enlarge(100)
    settle()
    choices.resize(500, 40)
    settle()
    assert choices.buttons[3].x() == beside.x()
