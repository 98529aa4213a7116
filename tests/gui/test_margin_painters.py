"""The window draws the same statuses and numbers as the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl_desktop.domain.determination import Margin
from tests.chart_world import chart_of, margins
from ui.widgets.margin_chart import MarginList, MarginOverview

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPaintEvent
    from pytestqt.qtbot import QtBot

    from ui.theme import Look


class _Watched(MarginList):
    """A list that remembers what it was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[QRect] = []

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.painted.append(event.rect())
        super().paintEvent(event)


def margin_with(points: float) -> Margin:
    return Margin("i", "clear", "rule_out", 2.8, 80.0, ("A reason.",), points=points, estimate=1.0, position=50.0)


@given(st.lists(margins(), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_window_painter_draws_the_statuses_and_numbers_of_the_model(look: Look, found: list[Margin]) -> None:
    chart = chart_of(found)
    widget = MarginOverview()
    widget.resize(1100, 600)
    widget.show_chart(chart)
    widget.grab()

    drawn = widget.drawn_rows
    widget.deleteLater()
    assert [(d.indicator, d.margin_text, d.status_label, d.shape) for d in drawn] == [
        (r.indicator, r.margin_text, r.status_label, r.shape) for r in chart.rows
    ]
    for one, row in zip(drawn, chart.rows, strict=True):
        assert one.position == (None if row.position is None else pytest.approx(row.position, abs=1e-6))
        bar = row.position is not None and row.low is not None and row.high is not None
        assert one.low == (pytest.approx(row.low, abs=1e-6) if bar else None)
        assert one.high == (pytest.approx(row.high, abs=1e-6) if bar else None)


def test_chart_that_differs_in_one_row_paints_that_row_alone(qtbot: QtBot, look: Look) -> None:
    chart = chart_of([margin_with(points) for points in (20.0, 30.0, 40.0)])
    group = chart.groups[0]
    other = replace(group.rows[1], margin_text="+77 pts", words="Seventy-seven points.")
    widget = _Watched()
    qtbot.addWidget(widget)
    widget.show_chart(chart)
    widget.resize(300, widget.sizeHint().height())
    with qtbot.waitExposed(widget):
        widget.show()
    qtbot.waitUntil(lambda: len(widget.drawn_rows) == 3)
    widget.painted.clear()

    widget.show_chart(replace(chart, groups=(replace(group, rows=(group.rows[0], other, group.rows[2])),)))
    qtbot.waitUntil(lambda: bool(widget.painted))

    assert [row.margin_text for row in widget.drawn_rows] == [
        group.rows[0].margin_text,
        "+77 pts",
        group.rows[2].margin_text,
    ]
    assert all(widget.row_area(1).toAlignedRect().contains(area) for area in widget.painted)
    assert "Seventy-seven points." in widget.accessibleDescription()


def test_chart_with_other_rows_is_painted_whole(qtbot: QtBot, look: Look) -> None:
    widget = _Watched()
    qtbot.addWidget(widget)
    widget.show_chart(chart_of([margin_with(20.0)]))
    widget.grab()

    widget.show_chart(chart_of([margin_with(20.0), margin_with(30.0)]))
    widget.grab()

    assert len(widget.drawn_rows) == 2
    assert widget.sizeHint().height() > widget.row_area(1).bottom()
