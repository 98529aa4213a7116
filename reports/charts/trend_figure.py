"""The trend over checkpoints as a matplotlib figure. Import it off the window's thread; user text is never math."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from asl_desktop.files import replace_file
from asl_desktop.i18n import tr
from reports.charts.figure import METADATA, RC, chart_font, format_of, load_fonts
from reports.charts.model import AXIS_MAX, SHAPE_OUTLINE
from reports.charts.palette import Palette, ThemeName, palette
from reports.layout.fonts import Cleaner

if TYPE_CHECKING:
    from pathlib import Path

    from reports.charts.trend import TrendChart, TrendPanel, TrendPoint

_DPI, WIDTH, _RADIUS = 100.0, 1200.0, 7.5
_HEAD, _PANEL, _PLOT, _LEFT, _FOOT = 66.0, 262.0, 150.0, 62.0, 34.0


class TrendFigure(Figure):
    """A figure that can tell what it drew.

    Attributes:
        drawn: per indicator, status and place of each point in points of the axis, None where it has no place.
        areas: where each point lies with what belongs to it: left, top, width, height in parts of the figure.
    """

    drawn: dict[str, list[tuple[str, float | None]]]
    areas: list[tuple[float, float, float, float]]


def draw_trend(chart: TrendChart, colours: Palette, *, width: float = WIDTH) -> TrendFigure:
    """Return the chart as a figure on an Agg canvas, so many pixels wide at 100 dots per inch."""
    with mpl.rc_context(RC):
        load_fonts()
        return _Painter(chart, colours, width).draw()


def save_trend(chart: TrendChart, path: Path, theme: ThemeName) -> None:
    """Write the chart to ``path`` as SVG, PNG or PDF by its ending, whole or not at all.

    Raises:
        OutputNotWritable: another ending, or the folder is missing or refuses the file.
        DiskFull: the medium has no room.
    """
    kind = format_of(path)
    target = BytesIO()
    with mpl.rc_context(RC):
        figure = draw_trend(chart, palette(theme))
        figure.savefig(target, format=kind, dpi=2 * _DPI, facecolor=figure.get_facecolor(), metadata=METADATA[kind])
    replace_file(path, target.getvalue())


def paint_figure(figure: Figure, scale: float) -> tuple[bytes, int, int]:
    """Return the pixels of any chart's figure at a scale: RGBA, 8 bits each, row by row, with width and height."""
    with mpl.rc_context(RC):
        figure.set_dpi(_DPI * scale)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        width, height = canvas.get_width_height()
        return bytes(canvas.buffer_rgba()), width, height  # type: ignore[no-untyped-call]


class _Painter:
    def __init__(self, chart: TrendChart, colours: Palette, width: float) -> None:
        self.width, self.right = width, width - 24
        self.chart, self.colours, self.clean = chart, colours, Cleaner(spelled=True)
        self.notes = [*textwrap.wrap(self.clean(chart.note), int(width / 7.6)), self.clean(chart.source)]
        self.foot = _FOOT + 20 * len(self.notes)
        self.height = _HEAD + _PANEL * len(chart.panels) + (0 if chart.panels else 60) + self.foot
        self.figure = TrendFigure(figsize=(width / _DPI, self.height / _DPI), dpi=_DPI, facecolor=colours.background)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(self.height, 0)
        self.axes.axis("off")
        self.figure.drawn, self.figure.areas = {}, []
        self.order = 1.0

    def draw(self) -> TrendFigure:
        """Draw everything and return the figure."""
        self._text(14, 32, self.chart.title, size=25, bold=True)
        for at, panel in enumerate(self.chart.panels):
            self._panel(panel, _HEAD + at * _PANEL)
        if not self.chart.panels:
            self._text(14, _HEAD + 40, tr("No result is on file at any checkpoint."), size=16.5)
        for at, line in enumerate(self.notes):
            self._text(14, self.height - self.foot + 24 + 20 * at, line, size=14, colour=self.colours.muted)
        return self.figure

    def _panel(self, panel: TrendPanel, top: float) -> None:
        c, plot = self.colours, top + 56
        self._text(14, top + 14, panel.label, size=16.5, bold=True)
        self._text(14, top + 36, panel.bound_label[: int(self.width / 8)], size=14, colour=c.muted)
        bound = self._y(100, plot)
        self._box(_LEFT, plot, self.right - _LEFT, bound - plot, c.past)
        buffer = self._y(panel.points[-1].row.buffer_from, plot)
        self._box(
            _LEFT, bound, self.right - _LEFT, buffer - bound, c.buffer_fill, hatch="////", edgecolor=c.buffer_hatch
        )
        for tick in (0.0, 50.0, 100.0):
            y = self._y(tick, plot)
            self._line((_LEFT, self.right), (y, y), c.threshold if tick == 100 else c.line, 2.4 if tick == 100 else 1.2)
            self._text(_LEFT - 8, y, f"{tick:.0f} %", size=13.5, colour=c.muted, align="right")
        for at in panel.joined:
            places = [panel.points[n].row.position or 0.0 for n in (at, at + 1)]
            self._line((self._x(at), self._x(at + 1)), tuple(self._y(p, plot) for p in places), c.muted, 1.6)
        drawn = self.figure.drawn.setdefault(panel.indicator, [])
        for at, point in enumerate(panel.points):
            drawn.append((point.row.status, self._point(point, self._x(at), plot)))
            column = self.chart.columns[at]
            step = (self.right - _LEFT) / len(self.chart.columns)
            place = (_LEFT + at * step, plot - 4, step, _PLOT + 48)
            self.figure.areas.append(
                (place[0] / self.width, place[1] / self.height, place[2] / self.width, place[3] / self.height)
            )
            self._text(self._x(at), plot + _PLOT + 16, column.name[: max(int(step / 8), 6)], size=14, align="center")
            self._text(self._x(at), plot + _PLOT + 34, column.day, size=13.5, colour=c.muted, align="center")

    def _point(self, point: TrendPoint, x: float, plot: float) -> float | None:
        """Draw one point; return where it lies, read back from what was drawn."""
        row, colour = point.row, self.colours.status[point.row.status]
        if row.position is None:
            self._line((x, x), (plot, plot + _PLOT), colour, 1.8, linestyle=(0, (1, 2.2)))
            self._glyph(point, x, plot + _PLOT / 2)
            self._text(x + 16, plot + _PLOT / 2, row.status_label, size=14.5, bold=True, ground=True)
            return None
        y = self._y(row.position, plot)
        if row.low is not None and row.high is not None:
            self._line((x, x), (self._y(row.low, plot), self._y(row.high, plot)), colour, 3.4)
            for end in (row.low, row.high):
                self._line((x - 7, x + 7), (self._y(end, plot),) * 2, colour, 3.0)
        if row.conservative is not None and row.high is not None and row.conservative > row.high:
            span = (self._y(row.high, plot), self._y(row.conservative, plot))
            self._line((x, x), span, colour, 2.2, linestyle=(0, (1.2, 1.4)))
        glyph = self._glyph(point, x, y)
        beyond = f", {tr('beyond the axis')}" if row.position_clip else ""
        words = f"{row.status_label}, {row.margin_text}{beyond}"
        left = x + 16 + 8.6 * len(words) > self.width  # no room to the right of the point
        at, align = (x - 16, "right") if left else (x + 16, "left")
        self._text(at, max(y, plot + 12), words, size=14.5, bold=row.loud, ground=True, align=align)
        outline = SHAPE_OUTLINE[row.shape]
        middle = float(glyph.get_xy()[:-1, 1].mean()) + _RADIUS * sum(b for _, b in outline) / len(outline)
        return (1 - (middle - plot) / _PLOT) * AXIS_MAX

    def _glyph(self, point: TrendPoint, x: float, y: float) -> Polygon:
        row, c = point.row, self.colours
        outline = [(x + a * _RADIUS, y - b * _RADIUS) for a, b in SHAPE_OUTLINE[row.shape]]
        is_open = row.shape == "open_cross"
        colour = c.status[row.status]
        self._add(Polygon(outline, closed=True, facecolor=c.halo, edgecolor=c.halo, linewidth=3.6))
        fill, width = (c.background, 1.2) if is_open else (colour, 0.0)
        glyph = Polygon(outline, closed=True, facecolor=fill, edgecolor=colour, linewidth=width)
        self._add(glyph)
        return glyph

    def _x(self, at: int) -> float:
        width = (self.right - _LEFT) / len(self.chart.columns)
        return _LEFT + (at + 0.5) * width

    def _y(self, position: float, plot: float) -> float:
        return plot + _PLOT * (1 - position / AXIS_MAX)

    def _add(self, patch: Rectangle | Polygon) -> None:
        self.order += 0.01
        patch.set_zorder(self.order)
        self.axes.add_patch(patch)

    def _box(self, x: float, y: float, width: float, height: float, colour: str, **more: Any) -> None:
        self._add(Rectangle((x, y), width, height, facecolor=colour, linewidth=0, **more))

    def _line(self, x: tuple[float, ...], y: tuple[float, ...], colour: str, width: float, **more: Any) -> None:
        self.order += 0.01
        self.axes.add_line(Line2D(x, y, color=colour, linewidth=width * 72 / _DPI, zorder=self.order, **more))

    def _text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Draw a text; with ``ground`` it stands on a patch of background that keeps lines off it."""
        self.order += 0.01
        text, c = self.clean(text), self.colours
        font = chart_font(text, style["size"], bold=style.get("bold", False))
        patch = {"facecolor": c.background, "edgecolor": "none", "pad": 1.6} if style.get("ground") else None
        colour, align = style.get("colour", c.text), style.get("align", "left")
        self.axes.text(x, y, text, color=colour, fontproperties=font, ha=align, va="center", parse_math=False,
                       zorder=self.order, bbox=patch)  # fmt: skip
