"""Charts as figures and as files show what people type literally: never as a formula, never turned round."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.text import Text

from asl_desktop.domain.determination import Snapshot
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack
from reports.charts.figure import draw_figure, save_chart
from reports.charts.model import margin_chart
from reports.charts.palette import palette
from reports.charts.trend import trend_chart
from reports.charts.trend_figure import draw_trend, save_trend
from tests.report_world import DAY, full_inputs
from tests.text_safety_world import HOSTILE, MARKED, with_text

SPELLED = "\\u202egnp\\u202c"


@pytest.fixture(scope="module")
def hostile() -> Snapshot:
    """Return a snapshot in which everything typed, and every name in the framework that a chart shows, is hostile."""
    pack = load_pack("anthropic-rsp-2.2")
    first = replace(pack.indicators[0], title=HOSTILE)
    pack = replace(pack, indicators=(first, *pack.indicators[1:]))
    return snapshot_of(pack, with_text(full_inputs(), HOSTILE), as_of=DAY)


def _texts(figure: object) -> list[Text]:
    return [one for one in figure.findobj(Text) if one.get_text()]  # type: ignore[attr-defined]


def test_margin_figure_shows_hostile_texts_literally(hostile: Snapshot, tmp_path: Path) -> None:
    chart = margin_chart(hostile)
    texts = _texts(draw_figure(chart, theme="light"))
    assert not any(one.get_parse_math() for one in texts)
    joined = " ".join(one.get_text() for one in texts)
    assert MARKED in joined
    assert SPELLED in joined
    assert not set("\u202e\u202c") & set(joined)
    for ending in (".svg", ".png", ".pdf"):
        save_chart(chart, tmp_path / f"chart{ending}", "light")
    assert "<b>" not in (tmp_path / "chart.svg").read_text("utf-8")


def test_trend_figure_shows_hostile_texts_literally(hostile: Snapshot, tmp_path: Path) -> None:
    chart = trend_chart(hostile)
    texts = _texts(draw_trend(chart, palette("light")))
    assert not any(one.get_parse_math() for one in texts)
    joined = " ".join(one.get_text() for one in texts)
    assert MARKED in joined
    assert SPELLED in joined
    assert not set("\u202e\u202c") & set(joined)
    save_trend(chart, tmp_path / "trend.svg", "light")
    assert "<b>" not in (tmp_path / "trend.svg").read_text("utf-8")
