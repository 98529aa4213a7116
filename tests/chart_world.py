"""Random margins for tests that hold every painter of the chart against its model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from asl_desktop.domain.determination import Margin, MarginState
from asl_desktop.domain.pack import Bound, Cite, Domain, Indicator, Pack, Source
from reports.charts.model import AXIS_MAX, STATUS_LABEL, DrawnRow, Group, MarginChart, Row, margin_row

CITE = Cite("s")
PACK = Pack("p", "P", "1", "X", (Source("s", "S"),), (), (Domain("d", "Domain"),), ())
INDICATOR = Indicator(
    "i", "d", "Uplift trial", "x", "higher_is_riskier", "linear", CITE, bounds=(Bound("rule_out", 2.8, "fine", CITE),)
)
PLACES = st.none() | st.floats(-50, 1000) | st.sampled_from([0.0, 80.0, 100.0, 125.0, 125.0001])
STATES: tuple[MarginState, ...] = tuple(STATUS_LABEL)


@st.composite
def margins(draw: st.DrawFn) -> Margin:
    state = draw(st.sampled_from(STATES))
    low, high = draw(PLACES), draw(PLACES)
    return Margin(
        indicator="i",
        state=state,
        bound_name="rule_out",
        bound=2.8,
        buffer_from=draw(st.floats(0, 100)),
        reasons=("A reason.",),
        points=draw(st.none() | st.floats(-900, 100) | st.sampled_from([0.0, -0.04, 0.5, 20.0])),
        estimate=draw(st.none() | st.floats(0, 50)),
        position=draw(PLACES),
        low_position=low,
        high_position=high,
        conservative_position=draw(PLACES),
        low=None if low is None else 1.0,
        high=None if high is None else 2.0,
    )


def chart_of(found: list[Margin]) -> MarginChart:
    rows = tuple(
        replace(margin_row(PACK, INDICATOR, margin), indicator=f"i{number}", label=f"Row {number}")
        for number, margin in enumerate(found)
    )
    return MarginChart("Title", "Subtitle", (Group("Domain", rows),), AXIS_MAX, (), "Note")


def _expected(row: Row) -> tuple[str, str, str, str, str]:
    return row.indicator, row.label, row.margin_text, row.status_label, row.shape


def assert_same(drawn: tuple[DrawnRow, ...], rows: tuple[Row, ...]) -> None:
    assert [(d.indicator, d.label, d.margin_text, d.status_label, d.shape) for d in drawn] == [
        _expected(r) for r in rows
    ]
    for one, row in zip(drawn, rows, strict=True):
        bar = row.position is not None and row.low is not None and row.high is not None
        assert one.position == (None if row.position is None else pytest.approx(row.position, abs=1e-6))
        assert one.low == (pytest.approx(row.low, abs=1e-6) if bar else None)
        assert one.high == (pytest.approx(row.high, abs=1e-6) if bar else None)
