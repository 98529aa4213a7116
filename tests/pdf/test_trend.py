"""The trend over checkpoints: one truth with the determination, gaps as gaps, pictures that others can open."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from asl_desktop.errors import OutputNotWritable
from asl_desktop.services.assessments import snapshot_of
from reports.charts.model import margin_row
from reports.charts.palette import DARK, LIGHT
from reports.charts.trend import Earlier, trend_chart
from reports.charts.trend_figure import draw_trend, paint_figure, save_trend
from tests.trend_world import DAY, DAYS, PACK, result, snapshot

RESULTS = st.lists(
    st.builds(
        lambda checkpoint, n, share: result(checkpoint, round(n * share), n),
        st.sampled_from(sorted(DAYS)),
        st.sampled_from([0, 1, 4, 5, 100, 5000]),
        st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.51, 1.0]),
    ),
    max_size=5,
    unique_by=lambda item: item.id,
)


@given(RESULTS)
@settings(max_examples=40, deadline=None)
def test_trend_at_assessed_checkpoint_equals_the_margin_of_the_determination(found: list[object]) -> None:
    shot = snapshot(*found)  # type: ignore[arg-type]
    for panel in trend_chart(shot).panels:
        at = next(n for n, c in enumerate(trend_chart(shot).columns) if c.name == "c3")
        margin = shot.determination.margin_by_indicator[panel.indicator]
        assert panel.points[at].row == margin_row(PACK, PACK.indicator_by_id[panel.indicator], margin)


@given(RESULTS)
@settings(max_examples=15, deadline=None)
def test_trend_figure_draws_the_statuses_and_places_of_the_model(found: list[object]) -> None:
    chart = trend_chart(snapshot(*found))  # type: ignore[arg-type]
    drawn = draw_trend(chart, LIGHT).drawn
    assert list(drawn) == [panel.indicator for panel in chart.panels]
    for panel in chart.panels:
        for (status, place), point in zip(drawn[panel.indicator], panel.points, strict=True):
            assert status == point.row.status
            assert place == (None if point.row.position is None else pytest.approx(point.row.position, abs=1e-6))


def test_trend_of_checkpoint_without_result_has_a_point_without_place_and_no_line_over_it() -> None:
    shot = snapshot(result("c1", 10), result("c3", 20), replace(result("c2", 10), indicator="other"))
    (panel,) = trend_chart(shot).panels
    assert [point.row.status for point in panel.points] == ["clear", "not_measured", "clear"]
    assert panel.points[1].row.position is None
    assert panel.joined == ()


def test_trend_joins_neighbours_that_are_both_measured() -> None:
    (panel,) = trend_chart(snapshot(result("c1", 10), result("c2", 15), result("c3", 20))).panels
    assert panel.joined == (0, 1)


def test_trend_of_too_few_trials_has_no_place() -> None:
    (panel,) = trend_chart(snapshot(result("c1", 0, 4), result("c3", 20))).panels
    assert panel.points[0].row.status == "not_adequate"
    assert panel.points[0].row.position is None
    assert "Only 4 scored trials" in panel.points[0].words


def test_trend_orders_checkpoints_by_the_day_of_their_latest_result() -> None:
    chart = trend_chart(snapshot(result("c3", 20), result("c2", 15), result("c1", 10)))
    assert [(c.name, c.day) for c in chart.columns] == [
        ("c1", "3 Nov 2025"), ("c2", "9 Jan 2026"), ("c3", "14 Mar 2026")
    ]  # fmt: skip


def test_trend_with_earlier_assessment_names_it_and_shows_a_shared_result_once() -> None:
    shared = result("c2", 15)
    before = snapshot(result("c1", 10), shared, checkpoint="c2").inputs
    now = snapshot(shared, result("c3", 20))
    chart = trend_chart(now, (Earlier("spring.asl", PACK, before, date(2026, 1, 10)),))
    places = [(c.name, c.source) for c in chart.columns]
    assert ("c1", "spring.asl") in places
    measured = [
        (chart.columns[at].name, chart.columns[at].source)
        for at, point in enumerate(chart.panels[0].points)
        if point.row.position is not None
    ]
    assert measured == [("c1", "spring.asl"), ("c2", ""), ("c3", "")]


def test_trend_leaves_out_results_whose_unit_is_another_in_the_earlier_framework() -> None:
    other = replace(PACK, indicators=(replace(PACK.indicators[0], unit="%"),))
    before = snapshot(result("c1", 10), checkpoint="c1").inputs
    chart = trend_chart(snapshot(result("c3", 20)), (Earlier("spring.asl", other, before, DAY),))
    assert all(
        "c1" not in c.name or chart.panels[0].points[n].row.position is None for n, c in enumerate(chart.columns)
    )


def test_trend_cites_framework_day_and_snapshot() -> None:
    shot = snapshot(result("c3", 20))
    source = trend_chart(shot).source
    assert "Small framework" in source
    assert "14 Mar 2026" in source
    assert shot.digest[:16] in source


def test_trend_saved_as_svg_png_and_pdf_is_opened_by_independent_readers(tmp_path: Path) -> None:
    chart = trend_chart(snapshot(result("c1", 10), result("c3", 20)))
    for ending in ("svg", "png", "pdf"):
        save_trend(chart, tmp_path / f"trend.{ending}", "light")
    root = ElementTree.parse(tmp_path / "trend.svg").getroot()
    assert root.tag.endswith("svg")
    with Image.open(tmp_path / "trend.png") as picture:
        picture.load()
        assert picture.width == 2400
    text = subprocess.run(["pdftotext", tmp_path / "trend.pdf", "-"], capture_output=True, check=True).stdout.decode()
    assert "Below buffer" in text
    assert chart.source in " ".join(text.split())


def test_trend_saved_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    chart = trend_chart(snapshot(result("c1", 10), result("c3", 20)))
    for name in ("a.svg", "b.svg"):
        save_trend(chart, tmp_path / name, "dark")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_trend_with_another_ending_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="svg"):
        save_trend(trend_chart(snapshot()), tmp_path / "trend.bmp", "light")
    assert not list(tmp_path.iterdir())


def test_trend_of_names_that_look_like_formulas_is_drawn() -> None:
    odd = replace(result("c1", 10), checkpoint="$\\frac{1$ <b>x</b> \u202e")
    pixels, width, height = paint_figure(draw_trend(trend_chart(snapshot(odd)), DARK, width=600), 1.0)
    assert len(pixels) == width * height * 4


def test_trend_without_results_says_so_and_shows_no_panel() -> None:
    empty = snapshot_of(PACK, replace(snapshot().inputs, measurements=()), as_of=DAY)
    chart = trend_chart(empty)
    assert chart.panels == ()
    assert "Measured at no checkpoint: 1 of 1" in chart.note
