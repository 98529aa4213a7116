"""The chart model and its painters: one set of numbers, whoever draws it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from asl_desktop.domain.determination import Margin
from asl_desktop.errors import OutputNotWritable
from reports.charts.canvas import MarginChartFlowable, cut_chart, split_chart
from reports.charts.figure import draw_figure, save_chart
from reports.charts.model import (
    AXIS_MAX,
    SHAPE_OUTLINE,
    STATUS_LABEL,
    STATUS_SHAPE,
    DrawnRow,
    MarginChart,
    margin_chart,
    margin_row,
)
from reports.charts.palette import DARK, LIGHT
from reports.charts.wording import format_points
from reports.layout.fonts import FONT_NAME, font
from tests.chart_world import INDICATOR, PACK, STATES, assert_same, chart_of, margins
from tests.report_world import empty_snapshot, full_snapshot


def _canvas_rows(chart: MarginChart) -> tuple[DrawnRow, ...]:
    font("regular")
    painter = MarginChartFlowable(chart, 487)
    painter.drawOn(Canvas(io.BytesIO(), initialFontName=FONT_NAME["regular"]), 50, 100)
    return painter.drawn_rows


@given(st.lists(margins(), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_pdf_painter_draws_the_statuses_and_numbers_of_the_model(found: list[Margin]) -> None:
    chart = chart_of(found)

    assert_same(_canvas_rows(chart), chart.rows)


@given(st.lists(margins(), min_size=1, max_size=6), st.sampled_from(["light", "dark"]))
@settings(max_examples=25, deadline=None)
def test_matplotlib_painter_draws_the_statuses_and_numbers_of_the_model(found: list[Margin], theme: str) -> None:
    chart = chart_of(found)

    assert_same(draw_figure(chart, theme=theme).drawn_rows, chart.rows)  # type: ignore[arg-type]


@given(margins())
@settings(max_examples=200, deadline=None)
def test_row_never_shows_a_number_or_a_glyph_for_what_does_not_count(margin: Margin) -> None:
    row = margin_row(PACK, INDICATOR, margin)

    if margin.state in {"not_measured", "not_adequate"}:
        assert (row.position, row.low, row.high, row.margin_text) == (None, None, None, "\u2014")
        assert row.track_text
        assert row.loud
    for place, clip in ((row.position, row.position_clip), (row.low, row.low_clip), (row.high, row.high_clip)):
        assert place is None or 0 <= place <= AXIS_MAX
        assert place is not None or clip == ""
    assert row.status_label in STATUS_LABEL.values()
    assert row.words.endswith(".")


def test_row_beyond_the_axis_is_clipped_flagged_and_keeps_its_number() -> None:
    margin = Margin(
        "i", "crossed", "rule_out", 2.8, 80, ("Past.",), points=-300, position=400, low_position=300, high_position=500
    )
    row = margin_row(PACK, INDICATOR, margin)

    assert (row.position, row.position_clip) == (AXIS_MAX, "right")
    assert (row.low, row.low_clip, row.high_clip) == (AXIS_MAX, "right", "right")
    assert row.margin_text == "\u2212300 pts"


def test_statuses_differ_in_word_and_shape_and_measured_ones_in_colour() -> None:
    assert len(set(STATUS_LABEL.values())) == len(STATUS_LABEL) == len(set(STATUS_SHAPE.values()))
    for theme in (LIGHT, DARK):
        measured = [theme.status[s] for s in STATES if s != "not_adequate"]
        assert len(set(measured)) == 5
    assert set(SHAPE_OUTLINE) == set(STATUS_SHAPE.values())


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (31.4, "+31 pts"), (-5.2, "\u22125 pts"), (0.0, "0 pts"), (0.3, "+0.3 pts"), (-0.01, "\u2212<0.1 pts"),
        (0.96, "+1 pts"), (-4000, "\u22124,000 pts"), (None, "\u2014"), (float("nan"), "\u2014"),
        (float("-inf"), "\u2212\u221e pts"),
    ],
)  # fmt: skip
def test_points_are_worded_without_hiding_a_sign_or_a_small_value(points: float | None, text: str) -> None:
    assert format_points(points) == text


def test_chart_of_snapshot_shows_every_indicator_with_a_bound_once_in_pack_order() -> None:
    snapshot = full_snapshot()
    shown = [row.indicator for row in margin_chart(snapshot).rows]

    assert sorted(shown) == sorted(margin.indicator for margin in snapshot.determination.margins)
    assert [group.title for group in margin_chart(snapshot, domain="ai-rd").groups] == ["Autonomy and AI research"]


def test_chart_of_empty_record_shows_every_row_as_not_measured() -> None:
    assert {row.status_label for row in margin_chart(empty_snapshot()).rows} == {"Not measured"}


def test_chart_when_split_or_cut_keeps_every_row_once_and_fits() -> None:
    chart = margin_chart(full_snapshot())
    parts = split_chart(chart, 487, 200)
    first, rest = cut_chart(chart, 487, 300)

    assert [row for part in parts for row in part.rows] == list(chart.rows)
    assert all(MarginChartFlowable(part, 487).height <= 200 for part in parts)
    assert (*first.rows, *rest.rows) == chart.rows
    assert first.rows
    assert MarginChartFlowable(first, 487).height <= 300
    assert rest.legend == chart.legend


@pytest.mark.parametrize(("ending", "head"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_saved_chart_is_of_its_kind_and_the_same_every_time(tmp_path: Path, ending: str, head: bytes) -> None:
    chart = margin_chart(full_snapshot())
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    save_chart(chart, first, "light")
    save_chart(chart, second, "light")

    assert first.read_bytes().startswith(head)
    assert first.read_bytes() == second.read_bytes()


def test_saved_chart_with_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        save_chart(margin_chart(full_snapshot()), tmp_path / "a.bmp", "light")
    assert list(tmp_path.iterdir()) == []


def test_label_with_math_marks_is_drawn_as_typed() -> None:
    chart = chart_of([Margin("i", "clear", "rule_out", 2.8, 80, ("Fine.",), points=40, position=60)])
    group = chart.groups[0]
    odd = replace(chart, groups=(replace(group, rows=(replace(group.rows[0], label="Cost $x_1$ and $y"),)),))

    assert draw_figure(odd, theme="light").drawn_rows[0].label == "Cost $x_1$ and $y"
    draw_figure(odd, theme="light").canvas.draw()
