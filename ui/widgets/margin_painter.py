"""Draws rows of the margin chart with QPainter; fast enough to follow every keystroke.

Nothing here computes a status or a number: rows come from :mod:`reports.charts.model`, and what was drawn is handed
back so that a test can hold this painter against the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QStaticText,
    QTextOption,
)

from reports.charts.model import SHAPE_OUTLINE, DrawnRow, Row, Shape
from reports.charts.palette import Palette, palette
from ui.plain import visible
from ui.theme import font, px, tokens

if TYPE_CHECKING:
    from asl_desktop.domain.determination import MarginState

Places: TypeAlias = tuple[float | None, float | None, float | None]
"""Estimate, low and high end as drawn, in points of the axis."""
TRACK_HEIGHT = 12.0
GLYPH = 5.5
CAP = 5.0
_STEP, _TILE = 5, 20
"""Pixels between two lines of a hatch or two dots, and the side of the tile they repeat in; 20 is a whole number of a
screen's pixels at every usual scale."""
_DOT, _DOT_ROOM = 0.9, 4
_LINES_KEPT = 1024


def colors() -> Palette:
    """Return the chart colours of the theme in force: those of reports, or those of a high-contrast theme."""
    table = tokens()
    return _strong(table.name) if table.strong else palette("dark" if table.dark else "light")


@cache
def _strong(_: str) -> Palette:
    table = tokens()
    status = cast("dict[MarginState, str]", {**table.status, "not_adequate": table.status["not_measured"]})
    return Palette(
        background=table.surface, text=table.text, muted=table.muted, line=table.line, threshold=table.text,
        halo=table.surface, track=table.chart["track"], buffer_fill=table.chart["buffer"],
        buffer_hatch=table.chart["buffer_hatch"], past=table.chart["past"], status=MappingProxyType(status),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axis:
    """Where points of the common axis lie on the surface, in logical pixels."""

    left: float
    width: float
    maximum: float

    def x(self, value: float) -> float:
        """Return the place of a value."""
        return self.left + self.width * value / self.maximum

    def value(self, x: float) -> float:
        """Return the value at a place: what the eye reads off."""
        return (x - self.left) / self.width * self.maximum


def draw_ground(painter: QPainter, axis: Axis, row: Row, middle: float) -> None:
    """Draw the track, the hatched buffer and the zone past the bound of one row."""
    shade = colors()
    top = middle - TRACK_HEIGHT / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(QRectF(axis.x(0), top, axis.x(100) - axis.x(0), TRACK_HEIGHT), QColor(shade.track))
    past = QRectF(axis.x(100), top, axis.x(axis.maximum) - axis.x(100), TRACK_HEIGHT)
    painter.fillRect(past, QColor(shade.past))
    buffer = QRectF(axis.x(row.buffer_from), top, axis.x(100) - axis.x(row.buffer_from), TRACK_HEIGHT)
    painter.fillRect(buffer, QColor(shade.buffer_fill))
    _hatch(painter, buffer, shade.buffer_hatch)


def draw_threshold(painter: QPainter, axis: Axis, top: float, bottom: float) -> None:
    """Draw the line at 100."""
    painter.setPen(QPen(QColor(colors().threshold), 2))
    painter.drawLine(QPointF(axis.x(100), top), QPointF(axis.x(100), bottom))


def draw_value(
    painter: QPainter, axis: Axis, row: Row, middle: float
) -> tuple[float | None, float | None, float | None]:
    """Draw interval and glyph, or a dotted track; return (position, low, high) as drawn, in points of the axis."""
    shade = colors()
    color = QColor(shade.status[row.status])
    if row.position is None:
        _dotted(painter, axis, middle, shade.muted)
        return None, None, None
    low = high = None
    if row.low is not None and row.high is not None:
        low, high = axis.x(row.low), axis.x(row.high)
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        _end(painter, low, middle, color, clip=row.low_clip)
        _end(painter, high, middle, color, clip=row.high_clip)
    if row.conservative is not None and row.high is not None and row.conservative > row.high:
        painter.setPen(QPen(color, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(axis.x(row.high), middle), QPointF(axis.x(row.conservative), middle))
    place = axis.x(row.position)
    draw_glyph(painter, row.shape, place + _inset(painter, place, middle, color, clip=row.position_clip), middle, color)
    back = axis.value
    return back(place), None if low is None else back(low), None if high is None else back(high)


def draw_glyph(painter: QPainter, shape: Shape, x: float, y: float, color: QColor, *, size: float = GLYPH) -> None:
    """Draw a status glyph, ``size`` at 100 %, with a halo that keeps it off what lies beneath."""
    path = _outline(shape, size * px(100) / 100).translated(x, y)
    halo = QColor(colors().halo)
    painter.setPen(QPen(halo, 3))
    painter.setBrush(halo)
    painter.drawPath(path)
    if shape == "open_cross":
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
    painter.drawPath(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_track_text(painter: QPainter, axis: Axis, text: str, middle: float) -> None:
    """Write on an empty track why it is empty, on a gap of its own in the dotted line."""
    kind = font(12)
    kind.setItalic(True)
    width = QFontMetricsF(kind).horizontalAdvance(text) + 16
    area = QRectF((axis.x(0) + axis.x(100) - width) / 2, middle - 9, width, 18)
    painter.fillRect(area, tokens().color("surface"))
    painter.setFont(kind)
    painter.setPen(tokens().color("muted"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def draw_text(
    painter: QPainter,
    area: QRectF,
    text: str,
    *,
    size: int = 13,
    weight: int = 400,
    color: str = "text",
    right: bool = False,
) -> str:
    """Draw one line of text, elided when it does not fit; return what was meant to be read."""
    direction = painter.layoutDirection()
    line = _laid_out(text, size, weight, zoom=px(100), room=area.width(), direction=direction)
    painter.setFont(line.kind)
    painter.setPen(tokens().color(color))
    at_right = right is (direction != Qt.LayoutDirection.RightToLeft)
    left = area.left() + (area.width() - line.width if at_right else 0)
    painter.drawStaticText(QPointF(left, area.top() + (area.height() - line.height) / 2), line.words)
    return text


def text_width(text: str, size: int, weight: int) -> float:
    """Return how wide a line of text is, in logical pixels."""
    return _width(text, size, weight, zoom=px(100))


@lru_cache(_LINES_KEPT)
def _width(text: str, size: int, weight: int, *, zoom: int) -> float:  # noqa: ARG001 - fonts grow with it
    return QFontMetricsF(font(size, weight)).horizontalAdvance(text)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text as it was laid out, with its size in logical pixels."""

    words: QStaticText
    kind: QFont
    width: float
    height: float


@lru_cache(_LINES_KEPT)
def _laid_out(
    text: str,
    size: int,
    weight: int,
    *,
    zoom: int,  # noqa: ARG001 - fonts grow with it
    room: float,
    direction: Qt.LayoutDirection,
) -> _Line:
    """Lay a line of text out once: doing it again at each painting takes as long as all other drawing."""
    kind = font(size, weight)
    line = QStaticText(QFontMetricsF(kind).elidedText(visible(text), Qt.TextElideMode.ElideRight, room))
    line.setTextFormat(Qt.TextFormat.PlainText)
    option = QTextOption()
    option.setTextDirection(direction)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    line.setTextOption(option)
    line.prepare(font=kind)
    return _Line(line, kind, line.size().width(), line.size().height())


def drawn(row: Row, texts: tuple[str, str, str], places: Places) -> DrawnRow:
    """Put together what was drawn for a row: (label, margin, status) and (position, low, high)."""
    return DrawnRow(row.indicator, texts[0], texts[1], texts[2], row.shape, *places)


def _hatch(painter: QPainter, area: QRectF, color: str) -> None:
    tile = _hatch_tile(color, painter.device().devicePixelRatioF())
    painter.drawTiledPixmap(area, tile, QPointF(0, _TILE - area.height() % _TILE))


@cache
def _hatch_tile(color: str, ratio: float) -> QPixmap:
    """Draw a piece of the hatch that continues itself on every side."""
    tile = _tile(ratio)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), 1))
    for x in range(-_TILE, _TILE + 1, _STEP):
        painter.drawLine(QPointF(x - 1, _TILE + 1), QPointF(x + _TILE + 1, -1))
    painter.end()
    return tile


@cache
def _outline(shape: Shape, size: float) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(size * dx, -size * dy) for dx, dy in SHAPE_OUTLINE[shape]]))
    path.closeSubpath()
    return path


def _dotted(painter: QPainter, axis: Axis, middle: float, color: str) -> None:
    tile = _dots_tile(color, painter.device().devicePixelRatioF())
    height = tile.deviceIndependentSize().height()
    painter.drawTiledPixmap(QRectF(axis.x(0), middle - height / 2, axis.x(100) - axis.x(0), height), tile)


@cache
def _dots_tile(color: str, ratio: float) -> QPixmap:
    """Draw a piece of a dotted line that continues itself to both sides."""
    tile = _tile(ratio, height=_DOT_ROOM)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    for x in range(0, _TILE, _STEP):
        painter.drawEllipse(QPointF(x + _STEP / 2, _DOT_ROOM / 2), _DOT, _DOT)
    painter.end()
    return tile


def _tile(ratio: float, *, height: int = 0) -> QPixmap:
    """Return an empty tile for a screen with so many pixels to a logical one."""
    tile = QPixmap(round(_TILE * ratio), round((height or _TILE) * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    return tile


def _inset(painter: QPainter, x: float, middle: float, color: QColor, *, clip: str) -> float:
    """Draw an arrow where the estimate lies beyond the axis; return how far its glyph moves in to make room."""
    if not clip:
        return 0.0
    _arrow(painter, x, middle, color, clip=clip)
    return -13.0 if clip == "right" else 13.0


def _end(painter: QPainter, x: float, middle: float, color: QColor, *, clip: str) -> None:
    """Draw a cap at an end of the interval, or an arrow where the value lies beyond the axis."""
    if not clip:
        painter.drawLine(QPointF(x, middle - CAP), QPointF(x, middle + CAP))
        return
    _arrow(painter, x, middle, color, clip=clip)


def _arrow(painter: QPainter, x: float, middle: float, color: QColor, *, clip: str) -> None:
    turn = 1 if clip == "right" else -1
    tip = QPolygonF([QPointF(x, middle), QPointF(x - turn * 6, middle - 4.5), QPointF(x - turn * 6, middle + 4.5)])
    painter.save()
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(tip)
    painter.restore()
