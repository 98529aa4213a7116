"""Stacked bars as a matplotlib figure. Import it off the window's thread; user text is never math."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from asl_desktop.files import replace_file
from reports.charts.figure import METADATA, RC, chart_font, format_of, load_fonts
from reports.charts.palette import Palette, ThemeName, palette
from reports.layout.fonts import Cleaner

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.determination import MarginState
    from reports.charts.bars import Bar, BarChart, Look, Part

_DPI, WIDTH, _SIDE = 100.0, 1200.0, 14.0
_HEAD, _LABEL, _BAR, _LINE, _GAP, _FOOT = 66.0, 28.0, 24.0, 25.0, 24.0, 34.0
_LOOKS: dict[Look, tuple[MarginState, str, bool]] = {
    "good": ("clear", "", True),
    "good_open": ("clear", "...", False),
    "warn": ("in_buffer", "////", False),
    "warn_back": ("in_buffer", "\\\\\\\\", False),
    "later": ("not_excluded", "||||", False),
    "claimed": ("crossed", "xxxx", False),
    "open": ("not_measured", "", False),
    "never": ("crossed", "", True),
}
"""Colour, pattern, and whether the part is filled."""


class BarsFigure(Figure):
    """A figure that can tell what it drew.

    Attributes:
        drawn: per bar, kind and share of each part, read back from what was drawn.
        areas: where each bar lies with its words: left, top, width, height in parts of the figure.
    """

    drawn: dict[str, list[tuple[str, float]]]
    areas: list[tuple[float, float, float, float]]


def draw_bars(chart: BarChart, colours: Palette, *, width: float = WIDTH) -> BarsFigure:
    """Return the chart as a figure on an Agg canvas, so many pixels wide at 100 dots per inch."""
    with mpl.rc_context(RC):
        load_fonts()
        return _Painter(chart, colours, width).draw()


def save_bars(chart: BarChart, path: Path, theme: ThemeName) -> None:
    """Write the chart to ``path`` as SVG, PNG or PDF by its ending, whole or not at all.

    Raises:
        OutputNotWritable: another ending, or the folder is missing or refuses the file.
        DiskFull: the medium has no room.
    """
    kind = format_of(path)
    target = BytesIO()
    with mpl.rc_context(RC):
        figure = draw_bars(chart, palette(theme))
        figure.savefig(target, format=kind, dpi=2 * _DPI, facecolor=figure.get_facecolor(), metadata=METADATA[kind])
    replace_file(path, target.getvalue())


class _Painter:
    def __init__(self, chart: BarChart, colours: Palette, width: float) -> None:
        self.chart, self.colours, self.width, self.clean = chart, colours, width, Cleaner(spelled=True)
        self.notes = [*textwrap.wrap(self.clean(chart.note), int(width / 7.6)), self.clean(chart.source)]
        self.foot = _FOOT + 20 * len(self.notes)
        heights = [self._height(bar) for bar in chart.bars]
        self.height = _HEAD + sum(heights) + self.foot
        self.tops = [_HEAD + sum(heights[:at]) for at in range(len(heights))]
        self.figure = BarsFigure(figsize=(width / _DPI, self.height / _DPI), dpi=_DPI, facecolor=colours.background)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(self.height, 0)
        self.axes.axis("off")
        self.figure.drawn, self.figure.areas = {}, []
        self.order = 1.0

    def draw(self) -> BarsFigure:
        """Draw everything and return the figure."""
        self._text(_SIDE, 32, self.chart.title, size=25, bold=True)
        for bar, top in zip(self.chart.bars, self.tops, strict=True):
            self._bar(bar, top)
        for at, line in enumerate(self.notes):
            self._text(_SIDE, self.height - self.foot + 24 + 20 * at, line, size=14, colour=self.colours.muted)
        return self.figure

    def _bar(self, bar: Bar, top: float) -> None:
        inner = self.width - 2 * _SIDE
        self._text(_SIDE, top + 12, bar.label, size=16.5, bold=True)
        colour = self.colours.text if bar.loud else self.colours.muted
        self._text(self.width - _SIDE, top + 12, bar.verdict, size=15.5, bold=bar.loud, colour=colour, align="right")
        self.figure.areas.append(
            (4 / self.width, (top - 6) / self.height, 1 - 8 / self.width, (self._height(bar) - 8) / self.height)
        )
        drawn = self.figure.drawn.setdefault(bar.key, [])
        if not bar.parts:
            self._text(_SIDE, top + _LABEL + _BAR / 2, bar.empty, size=15, colour=self.colours.muted)
        x = _SIDE
        for part in bar.parts:
            share = inner * part.count / bar.total
            box = self._box(part, x, top + _LABEL, share, _BAR)
            drawn.append((part.kind, box.get_width() / inner))
            x += share
        for part, (at, line) in zip(bar.parts, self._places(bar), strict=True):
            y = top + _LABEL + _BAR + 16 + _LINE * line
            self._box(part, at, y - 7, 24, 14)
            self._text(at + 32, y, part.text, size=14.5)

    def _places(self, bar: Bar) -> list[tuple[float, int]]:
        """Return x and line of the words of each part."""
        found, x, line = [], _SIDE, 0
        for part in bar.parts:
            needed = 32 + 8.2 * len(part.text) + 18
            if x > _SIDE and x + needed > self.width:
                x, line = _SIDE, line + 1
            found.append((x, line))
            x += needed
        return found

    def _height(self, bar: Bar) -> float:
        lines = 1 + max((line for _, line in self._places(bar)), default=-1)
        return _LABEL + _BAR + 4 + _LINE * lines + _GAP

    def _box(self, part: Part, x: float, y: float, width: float, height: float) -> Rectangle:
        state, pattern, filled = _LOOKS[part.look]
        colour, self.order = self.colours.status[state], self.order + 0.01
        face = colour if filled else self.colours.background
        box = Rectangle((x, y), width, height, facecolor=face, edgecolor=colour, linewidth=1.2, hatch=pattern)
        box.set_zorder(self.order)
        self.axes.add_patch(box)
        return box

    def _text(self, x: float, y: float, text: str, **style: Any) -> None:
        self.order += 0.01
        text = self.clean(text)
        font = chart_font(text, style["size"], bold=style.get("bold", False))
        colour, align = style.get("colour", self.colours.text), style.get("align", "left")
        self.axes.text(x, y, text, color=colour, fontproperties=font, ha=align, va="center", parse_math=False,
                       zorder=self.order)  # fmt: skip
