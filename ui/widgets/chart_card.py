"""A chart that is drawn off the window's thread, on the page, with its words below."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QEvent, QRectF, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from asl_desktop.i18n import tr
from reports.charts.palette import Palette, palette
from ui.operations import Handle
from ui.session import Session
from ui.theme import px, set_role, tokens
from ui.widgets.chart_picture import ChartPicture
from ui.widgets.parts import label

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST, _MOST, _PAUSE_MS = 560.0, 1200.0, 120
Areas = list[tuple[float, float, float, float]]
Drawn = tuple[bytes, int, int, Areas]


class Told(Protocol):
    """A chart as plain data that has a sentence for each of its areas."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """One per area, in the order in which they are drawn."""


ChartT = TypeVar("ChartT", bound=Told)


class ChartCard(QFrame, Generic[ChartT]):
    """Shows one chart; ``copied`` follows when its picture is on the clipboard."""

    copied = Signal()

    def __init__(self, session: Session, name: str, paint: Callable[[ChartT, Palette, float], Drawn]) -> None:
        super().__init__()
        self._session, self._paint = session, paint
        self.picture = ChartPicture(name)
        self.detail = label(tr("The chart is being drawn."), "muted", wrap=True, selectable=True)
        self.chart: ChartT | None = None
        self._asked: tuple[ChartT, Palette, float] | None = None
        self._running: Handle[Drawn] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._draw)
        self.picture.told.connect(self.detail.setText)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(24, 24, 24, 24)
        self.box.setSpacing(12)
        self.box.addWidget(self.picture)
        self.box.addWidget(self.detail)
        set_role(self, role="card")

    def show_chart(self, chart: ChartT) -> None:
        """Draw a chart as soon as the card is in view."""
        self.chart = chart
        self._pause.start()

    def copy_image(self) -> None:
        """Put the picture on the clipboard."""
        if not self.picture.image.isNull():
            QGuiApplication.clipboard().setImage(self.picture.image)
            self.copied.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pause.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._pause.start()

    def _draw(self) -> None:
        if self._running is not None and not self._running.over:
            self._pause.start()  # one at a time: the drawing library keeps settings of its own
            return
        chart, zoom, paint = self.chart, px(100) / 100, self._paint
        width = min(max(self.picture.width() / zoom, _LEAST), _MOST)
        if chart is None or not self.isVisible() or (chart, _colors(), width) == self._asked:
            return
        colours = _colors()
        self._asked = (chart, colours, width)
        run = self._session.operations.run
        self._running = run(
            lambda _: paint(chart, colours, width), owner=self, done=lambda drawn: self._on_drawn(chart, drawn)
        )

    def _on_drawn(self, chart: ChartT, drawn: Drawn) -> None:
        if chart != self.chart:
            return  # a newer one is on its way
        words = chart.sentences
        self.detail.setText(tr("Arrow keys in the chart read it point by point.") if words else "")
        pixels, width, height, areas = drawn
        image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        places = tuple((QRectF(*area), said) for area, said in zip(areas, words, strict=True))
        self.picture.show_picture(image, places)


def _colors() -> Palette:
    table = tokens()
    base = palette("dark" if table.dark else "light")
    return dataclasses.replace(
        base, background=table.surface, halo=table.surface, text=table.text, muted=table.muted, line=table.line
    )
