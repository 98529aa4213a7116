"""Draws rows of the margin chart with QPainter; fast enough to follow every keystroke.

Nothing here computes a status or a number: rows come from :mod:`reports.charts.model`, and what was drawn is handed
back so that a test can hold this painter against the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from reports.charts.model import SHAPE_OUTLINE, DrawnRow, Row, Shape
from reports.charts.palette import Palette, palette
from ui.plain import visible
from ui.theme import font, tokens

if TYPE_CHECKING:
    from asl_desktop.domain.determination import MarginState

Places: TypeAlias = tuple[float | None, float | None, float | None]
"""Estimate, low and high end as drawn, in points of the axis."""
TRACK_HEIGHT = 12.0
GLYPH = 5.5
CAP = 5.0


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
    _hatch(painter, buffer, QColor(shade.buffer_hatch))


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
        _dotted(painter, axis, middle, QColor(shade.muted))
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
    """Draw a status glyph with a halo that keeps it off what lies beneath."""
    outline = QPolygonF([QPointF(x + size * dx, y - size * dy) for dx, dy in SHAPE_OUTLINE[shape]])
    path = QPainterPath()
    path.addPolygon(outline)
    path.closeSubpath()
    painter.setPen(QPen(QColor(colors().halo), 3))
    painter.setBrush(QColor(colors().halo))
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
    painter: QPainter, area: QRectF, text: str, *, kind: QFont | None = None, color: str = "text", right: bool = False
) -> str:
    """Draw one line of text, elided when it does not fit; return what was meant to be read."""
    painter.setFont(kind or font(13))
    painter.setPen(tokens().color(color))
    shown = QFontMetricsF(painter.font()).elidedText(visible(text), Qt.TextElideMode.ElideRight, area.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return text


def drawn(row: Row, texts: tuple[str, str, str], places: Places) -> DrawnRow:
    """Put together what was drawn for a row: (label, margin, status) and (position, low, high)."""
    return DrawnRow(row.indicator, texts[0], texts[1], texts[2], row.shape, *places)


def _hatch(painter: QPainter, area: QRectF, color: QColor) -> None:
    painter.save()
    painter.setClipRect(area)
    painter.setPen(QPen(color, 1))
    x = area.left() - area.height()
    while x < area.right():
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height(), area.top()))
        x += 5
    painter.restore()


def _dotted(painter: QPainter, axis: Axis, middle: float, color: QColor) -> None:
    pen = QPen(QBrush(color), 1.6, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
    pen.setDashPattern([0.1, 3.0])
    painter.setPen(pen)
    painter.drawLine(QPointF(axis.x(0), middle), QPointF(axis.x(100), middle))


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
