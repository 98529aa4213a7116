"""A chart of stacked bars on the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reports.charts.bars import BarChart
from ui.widgets.chart_card import ChartCard, Drawn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from reports.charts.palette import Palette, ThemeName
    from ui.session import Session

_SHARP = 2.0


class BarsCard(ChartCard[BarChart]):
    """Shows the bars that ``build`` makes of a snapshot."""

    def __init__(self, session: Session, name: str, build: Callable[[Snapshot], BarChart]) -> None:
        super().__init__(session, name, _paint)
        self._build = build

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the bars of a snapshot."""
        self.show_chart(self._build(snapshot))

    def saving(self, *, dark: bool) -> Callable[[Path], None] | None:
        """Return what writes the chart in view to a file, off the window's thread; None before there is one."""
        chart = self.chart
        return None if chart is None else partial(_save, chart, "dark" if dark else "light")


def _paint(chart: BarChart, colours: Palette, width: float) -> Drawn:
    from reports.charts.bars_figure import draw_bars
    from reports.charts.trend_figure import paint_figure

    figure = draw_bars(chart, colours, width=width)
    return (*paint_figure(figure, _SHARP), figure.areas)


def _save(chart: BarChart, theme: ThemeName, path: Path) -> None:
    from reports.charts.bars_figure import save_bars

    save_bars(chart, path, theme)
