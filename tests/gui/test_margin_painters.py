"""The window draws the same statuses and numbers as the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chart_world import chart_of, margins
from ui.widgets.margin_chart import MarginOverview

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Margin
    from ui.theme import Look


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
