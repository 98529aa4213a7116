"""The trend over checkpoints on the page, with an earlier assessment beside it where one is wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from asl_desktop.i18n import tr
from reports.charts.trend import Earlier, TrendChart, trend_chart
from ui.comparing import Comparer
from ui.session import Session
from ui.widgets.chart_card import ChartCard, Drawn
from ui.widgets.parts import button, label, link, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from reports.charts.palette import Palette, ThemeName

_SHARP = 2.0


class TrendCard(ChartCard[TrendChart]):
    """Shows :func:`reports.charts.trend.trend_chart`.

    An earlier assessment gives further points. It is only read, and nothing of it is stored.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Margins over checkpoints"), _paint)
        self.comparer = Comparer(session, self)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.add = button(tr("Add an earlier assessment\u2026"), lambda: self.comparer.choose(self), icon_name="plus")
        self.leave = link(tr("Leave it out again"), self.comparer.leave)
        self.leave.hide()
        self.comparer.changed.connect(lambda: self.refresh(session.snapshot))
        self.comparer.failed.connect(self._on_failed)
        self.box.insertLayout(0, row(self.add, self.leave, 1))
        self.box.insertWidget(1, self.problem)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the trend of a snapshot."""
        previous = self.comparer.previous
        self.leave.setVisible(previous is not None)
        self.problem.hide()
        earlier: tuple[Earlier, ...] = ()
        if previous is not None:
            day = previous.inputs.scope.as_of or snapshot.as_of
            earlier = (Earlier(previous.name, previous.pack, previous.inputs, day),)
        self.show_chart(trend_chart(snapshot, earlier))

    def saving(self, *, dark: bool) -> Callable[[Path], None] | None:
        """Return what writes the chart in view to a file, off the window's thread; None before there is one."""
        chart = self.chart
        return None if chart is None else partial(_save, chart, "dark" if dark else "light")

    def _on_failed(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()


def _paint(chart: TrendChart, colours: Palette, width: float) -> Drawn:
    from reports.charts.trend_figure import draw_trend, paint_figure

    figure = draw_trend(chart, colours, width=width)
    return (*paint_figure(figure, _SHARP), figure.areas)


def _save(chart: TrendChart, theme: ThemeName, path: Path) -> None:
    from reports.charts.trend_figure import save_trend

    save_trend(chart, path, theme)
