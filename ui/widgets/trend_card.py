"""The trend over checkpoints on the page, with an earlier assessment beside it where one is wanted."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from asl_desktop.i18n import tr
from reports.charts.palette import Palette, palette
from reports.charts.trend import Earlier, TrendChart, trend_chart
from ui.comparing import Comparer
from ui.operations import Handle
from ui.session import Session
from ui.theme import px, set_role, tokens
from ui.widgets.chart_picture import ChartPicture
from ui.widgets.parts import button, label, link, row

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot

_LEAST, _MOST, _SHARP, _PAUSE_MS = 560.0, 1200.0, 2.0, 120
Drawn = tuple[bytes, int, int, list[tuple[float, float, float, float]]]


class TrendCard(QFrame):
    """Shows :func:`reports.charts.trend.trend_chart`; ``copied`` follows when the picture is on the clipboard.

    An earlier assessment gives further points. It is only read, and nothing of it is stored.
    """

    copied = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        set_role(self, role="card")
        self._session = session
        self.comparer = Comparer(session, self)
        self.picture = ChartPicture(tr("Margins over checkpoints"))
        self.detail = label(tr("The chart is being drawn."), "muted", wrap=True, selectable=True)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.add = button(tr("Add an earlier assessment\u2026"), lambda: self.comparer.choose(self), icon_name="plus")
        self.leave = link(tr("Leave it out again"), self.comparer.leave)
        self.leave.hide()
        self.chart: TrendChart | None = None
        self._asked: tuple[TrendChart, Palette, float] | None = None
        self._running: Handle[Drawn] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._draw)
        self.picture.told.connect(self.detail.setText)
        self.comparer.changed.connect(lambda: self.refresh(session.snapshot))
        self.comparer.failed.connect(self._on_failed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addLayout(row(self.add, self.leave, 1))
        layout.addWidget(self.problem)
        layout.addWidget(self.picture)
        layout.addWidget(self.detail)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the trend of a snapshot."""
        previous = self.comparer.previous
        self.leave.setVisible(previous is not None)
        self.problem.hide()
        earlier: tuple[Earlier, ...] = ()
        if previous is not None:
            day = previous.inputs.scope.as_of or snapshot.as_of
            earlier = (Earlier(previous.name, previous.pack, previous.inputs, day),)
        self.chart = trend_chart(snapshot, earlier)
        self._pause.start()

    def copy_image(self) -> None:
        """Put the picture on the clipboard."""
        if not self.picture.image.isNull():
            QGuiApplication.clipboard().setImage(self.picture.image)
            self.copied.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pause.start()

    def _draw(self) -> None:
        if self._running is not None and not self._running.over:
            self._pause.start()  # one at a time: the drawing library keeps settings of its own
            return
        chart, zoom = self.chart, px(100) / 100
        width = min(max(self.picture.width() / zoom, _LEAST), _MOST)
        if chart is None or not self.isVisible() or (chart, _colors(), width) == self._asked:
            return
        colours = _colors()
        self._asked = (chart, colours, width)

        def work(_: Handle[Drawn]) -> Drawn:
            from reports.charts.trend_figure import draw_trend, paint_figure

            figure = draw_trend(chart, colours, width=width)
            return (*paint_figure(figure, _SHARP), figure.areas)

        words = [point.words for panel in chart.panels for point in panel.points]
        run = self._session.operations.run
        self._running = run(work, owner=self, done=lambda drawn: self._on_drawn(chart, drawn, words))

    def _on_drawn(self, chart: TrendChart, drawn: Drawn, words: list[str]) -> None:
        if chart != self.chart:
            return  # a newer one is on its way
        self.detail.setText(tr("Arrow keys in the chart read it point by point.") if words else "")
        pixels, width, height, areas = drawn
        image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        places = tuple((QRectF(*area), said) for area, said in zip(areas, words, strict=True))
        self.picture.show_picture(image, places)

    def _on_failed(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()


def save_trend_to(chart: TrendChart, path: Path, *, dark: bool) -> Path:
    """Write the chart; called off the window's thread."""
    from reports.charts.trend_figure import save_trend

    save_trend(chart, path, "dark" if dark else "light")
    return path


def _colors() -> Palette:
    table = tokens()
    base = palette("dark" if table.dark else "light")
    return dataclasses.replace(
        base, background=table.surface, halo=table.surface, text=table.text, muted=table.muted, line=table.line
    )
