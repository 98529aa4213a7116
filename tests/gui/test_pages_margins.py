from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from asl_desktop.domain.determination import MarginState
from asl_desktop.services.assessments import snapshot_of
from reports.charts.canvas import MarginChartFlowable
from reports.charts.figure import draw_figure
from reports.charts.model import (
    AXIS_MAX,
    STATUS_LABEL,
    STATUS_SHAPE,
    Clip,
    DrawnRow,
    Group,
    MarginChart,
    Row,
    margin_chart,
)
from reports.charts.wording import format_points
from tests.gui_world import settle, show_page, words_of
from tests.report_world import full_snapshot
from ui import dialogs_seam
from ui.operations import Operations
from ui.pages.margins import MarginsPage
from ui.session import Session
from ui.theme import Look
from ui.widgets.margin_chart import MarginList, MarginOverview, MarginRows

PLACES = st.one_of(st.sampled_from((0.0, 75.0, 100.0, AXIS_MAX)), st.floats(0.0, AXIS_MAX))
POINTS = st.one_of(st.sampled_from((0.0, -0.4, 0.4, 100.0, -1e6)), st.floats(-500.0, 100.0))
LABELS = st.text("abcdefghijklmnopqrstuvwxyz ABC123()-&<>$%", min_size=1, max_size=40).filter(
    lambda text: text.strip() == text and "  " not in text
)


@st.composite
def rows(draw: st.DrawFn, number: int) -> Row:
    """Return a row as the model could make it: measured or not, with an interval or not, cut off or not."""
    status: MarginState = draw(st.sampled_from(list(STATUS_LABEL)))
    measured = status not in {"not_measured", "not_adequate"}
    position = draw(PLACES) if measured else None
    low = high = None
    if position is not None and draw(st.booleans()):
        low = draw(st.floats(0.0, position))
        high = draw(st.floats(position, AXIS_MAX))

    def clip(place: float | None) -> Clip:
        if place == 0.0:
            return draw(st.sampled_from(("", "left")))
        return draw(st.sampled_from(("", "right"))) if place == AXIS_MAX else ""

    points = draw(st.none() | POINTS) if measured else None
    return Row(
        indicator=f"i{number}",
        label=draw(LABELS),
        status=status,
        status_label=STATUS_LABEL[status],
        shape=STATUS_SHAPE[status],
        margin_text=format_points(points),
        native_text="native",
        words="words",
        position=position,
        low=low,
        high=high,
        conservative=high,
        buffer_from=draw(st.sampled_from((0.0, 75.0, 80.0, 100.0))),
        position_clip=clip(position),
        low_clip=clip(low),
        high_clip=clip(high),
        track_text="" if measured else "no measurement on file",
        margin_points=points,
    )


@st.composite
def charts(draw: st.DrawFn) -> MarginChart:
    """Return a chart of one or two groups."""
    found = [draw(rows(number)) for number in range(draw(st.integers(1, 5)))]
    cut = draw(st.integers(0, len(found)))
    groups = tuple(Group(f"Group {at}", tuple(part)) for at, part in enumerate((found[:cut], found[cut:])) if part)
    return MarginChart("Capability margins", "subtitle", groups, AXIS_MAX, (), "note")


def painted(widget: MarginRows, chart: MarginChart) -> tuple[DrawnRow, ...]:
    widget.show_chart(chart)
    widget.resize(900, max(widget.sizeHint().height(), 10))
    widget.render(QImage(widget.size(), QImage.Format.Format_RGB32))
    return widget.drawn_rows


def in_pdf(chart: MarginChart) -> tuple[DrawnRow, ...]:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    from reports.layout.fonts import FONT_NAME, WRITING, font

    with WRITING:
        for face in ("regular", "strong", "italic"):
            font(face)
        flowable = MarginChartFlowable(chart, 480.0)
        flowable.drawOn(Canvas(BytesIO(), initialFontName=FONT_NAME["regular"]), 40.0, 40.0)
    return flowable.drawn_rows


def expected(chart: MarginChart) -> list[tuple[str, ...]]:
    return [(r.indicator, r.label, r.margin_text, r.status_label, r.shape) for r in chart.rows]


def texts(drawn: tuple[DrawnRow, ...]) -> list[tuple[str, ...]]:
    return [(r.indicator, r.label, r.margin_text, r.status_label, r.shape) for r in drawn]


def places(items: tuple[DrawnRow, ...] | tuple[Row, ...]) -> list[float | None]:
    return [place for item in items for place in (item.position, item.low, item.high)]


def assert_drawn(name: str, drawn: tuple[DrawnRow, ...], chart: MarginChart) -> None:
    assert texts(drawn) == expected(chart), name
    for at, (seen, meant) in enumerate(zip(places(drawn), places(chart.rows), strict=True)):
        assert (seen is None) == (meant is None), (name, at)
        assert seen is None or meant is None or abs(seen - meant) < 0.01, (name, at, seen, meant)


@given(chart=charts())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_painter_shows_the_same_rows(look: Look, chart: MarginChart) -> None:
    for widget in (MarginList(), MarginOverview()):
        assert_drawn(type(widget).__name__, painted(widget, chart), chart)
    assert_drawn("matplotlib", draw_figure(chart, theme="light").drawn_rows, chart)
    assert_drawn("pdf", in_pdf(chart), chart)


def full_chart() -> MarginChart:
    """Return the chart of the full record, every measurement being of the model that is assessed."""
    inputs = full_snapshot().inputs
    scope = inputs.scope
    own = tuple(dataclasses.replace(m, model=scope.model, checkpoint=scope.checkpoint) for m in inputs.measurements)
    record = dataclasses.replace(inputs, measurements=own)
    return margin_chart(snapshot_of(full_snapshot().pack, record, as_of=full_snapshot().as_of))


def test_painters_agree_on_a_full_record(look: Look) -> None:
    chart = full_chart()
    assert {row.status for row in chart.rows} >= {"clear", "in_buffer", "not_excluded", "crossed", "not_measured"}
    for widget in (MarginList(), MarginOverview()):
        assert_drawn(type(widget).__name__, painted(widget, chart), chart)
    assert_drawn("matplotlib", draw_figure(chart, theme="dark").drawn_rows, chart)
    assert_drawn("pdf", in_pdf(chart), chart)


def test_painters_would_be_caught_when_one_shows_another_status(look: Look) -> None:
    chart = full_chart()
    row = chart.rows[0]
    other = dataclasses.replace(row, status_label="Below buffer", margin_text="+99 pts")
    group = chart.groups[0]
    changed = dataclasses.replace(
        chart, groups=(dataclasses.replace(group, rows=(other, *group.rows[1:])), *chart.groups[1:])
    )
    with pytest.raises(AssertionError, match="window"):
        assert_drawn("window", painted(MarginOverview(), changed), chart)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> MarginsPage:
    result = MarginsPage(session)
    show_page(qtbot, result)
    return result


def test_picture_saved_as_svg_contains_every_label(
    qtbot: QtBot, page: MarginsPage, operations: Operations, tmp_path: Path
) -> None:
    target = tmp_path / "margins.svg"
    with dialogs_seam.queued_answers(target):
        page.save_picture()
    qtbot.waitUntil(page._done.isVisible, timeout=60_000)
    text = target.read_text("utf-8")
    assert text.lstrip().startswith("<?xml")
    for row in page.overview.chart.rows:
        assert row.label in text
        assert row.status_label in text
    assert str(target) in page._done.words()


def test_picture_that_cannot_be_written_says_why(qtbot: QtBot, page: MarginsPage, tmp_path: Path) -> None:
    with dialogs_seam.queued_answers(tmp_path / "no folder" / "margins.svg"):
        page.save_picture()
    qtbot.waitUntil(page._banner.isVisible, timeout=60_000)
    assert "cannot be written" in page._banner.words()
    assert not page._done.isVisible()


def test_margin_chosen_by_keyboard_is_explained_and_leads_to_its_results(qtbot: QtBot, page: MarginsPage) -> None:
    page.overview.setFocus()
    qtbot.keyClick(page.overview, Qt.Key.Key_Down)
    qtbot.keyClick(page.overview, Qt.Key.Key_Return)
    settle()
    assert "Accuracy: not measured" in words_of(page)
    assert "Bound: out" in words_of(page)
    with qtbot.waitSignal(page.wants) as caught:
        page._to_measurement.click()
    assert caught.args == ["measurements", "acc"]


def test_margin_chosen_by_mouse_is_the_one_under_the_pointer(qtbot: QtBot, page: MarginsPage) -> None:
    place = page.overview.row_area(0).center()
    assert page.overview.row_at(QPointF(place)) == 0
    with qtbot.waitSignal(page.overview.chosen) as caught:
        qtbot.mouseClick(page.overview, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert caught.args == ["acc"]


def test_chart_says_its_rows_to_a_screen_reader(page: MarginsPage) -> None:
    assert "Accuracy: not measured" in page.overview.accessibleDescription()
