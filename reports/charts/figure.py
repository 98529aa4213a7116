"""The margin chart as a matplotlib figure, for chart pages and for export as SVG, PNG or PDF.

Importing this module imports matplotlib (half a second): do it off the window's thread. User text is never read as
math.
"""

from __future__ import annotations

import textwrap
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from asl_desktop.errors import OutputNotWritable
from asl_desktop.files import replace_file
from reports.charts.model import SHAPE_OUTLINE, TICKS, Clip, DrawnRow, Group, MarginChart, Row, Shape
from reports.charts.palette import Palette, ThemeName, palette
from reports.layout.fonts import Cleaner, Face, font_path, segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.artist import Artist

_DPI = 100.0
_WIDTH = 1200.0
_TEXT_AT, _TRACK_FROM, _TRACK_TO, _MARGIN_AT, _STATUS_AT = 14.0, 300.0, 943.0, 961.0, 1054.0
_OVERHANG = 5.0  # points of the axis that the danger zone goes on past the last tick
_ROW, _EXTRA_LINE, _GROUP_HEAD, _GROUP_GAP = 33.5, 18.0, 34.0, 18.0
_BAR, _RADIUS = 15.0, 7.5
_LABEL_CHARS, _LINE_CHARS = 34, 150
FORMATS = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}
"""What is left out of a file, so that the same chart gives the same bytes."""
RC: dict[Any, Any] = {"svg.hashsalt": "asl-desktop", "svg.fonttype": "path", "pdf.fonttype": 42}


class ChartFigure(Figure):
    """A figure of a margin chart that can tell what it holds."""

    drawn: dict[str, dict[str, Artist]]
    places: tuple[float, float]

    @property
    def drawn_rows(self) -> tuple[DrawnRow, ...]:
        """Return what the artists hold, row by row: their own texts and coordinates."""
        return tuple(_drawn_row(indicator, artists, self.places) for indicator, artists in self.drawn.items())


def draw_figure(chart: MarginChart, *, theme: ThemeName) -> ChartFigure:
    """Return the chart as a figure on an Agg canvas, 1200 pixels wide at 100 dots per inch."""
    with mpl.rc_context(RC):
        load_fonts()
        return _Painter(chart, palette(theme)).draw()


def save_chart(chart: MarginChart, path: Path, theme: ThemeName) -> None:
    """Write the chart to ``path`` as SVG, PNG or PDF by its ending; the same chart gives the same bytes.

    Raises:
        OutputNotWritable: another ending, or the folder is missing or refuses the file.
        DiskFull: the medium has no room.
    """
    kind = format_of(path)
    target = BytesIO()
    with mpl.rc_context(RC):
        figure = draw_figure(chart, theme=theme)
        figure.savefig(target, format=kind, dpi=2 * _DPI, facecolor=figure.get_facecolor(), metadata=METADATA[kind])
    replace_file(path, target.getvalue())


def format_of(path: Path) -> str:
    """Return how matplotlib calls the format of a file by its ending.

    Raises:
        OutputNotWritable: a chart is not saved with such an ending.
    """
    kind = FORMATS.get(Path(path).suffix.lower())
    if kind is None:
        raise OutputNotWritable(path=path, detail="a chart is saved as .svg, .png or .pdf")
    return kind


@cache
def load_fonts() -> None:
    """Make the fonts of the charts known to matplotlib, once."""
    for face in ("regular", "strong", "italic"):
        fontManager.addfont(str(font_path(face)))


@cache
def _family(face: Face) -> str:
    """Make the font of a script known to the drawing library and return its family."""
    path = str(font_path(face))
    fontManager.addfont(path)
    return str(get_font(path).family_name)


def chart_font(text: str, pixels: float, *, bold: bool = False, italic: bool = False) -> FontProperties:
    """Return the font of a text; other scripts have no bold or italic of their own, so a text with them is regular."""
    others = {face for face, _ in segments("regular", text.replace("\n", " "))} - {"regular"}
    return FontProperties(
        family=["Inter Tabular", *(_family(face) for face in sorted(others))],
        size=pixels * 72 / _DPI,
        weight=600 if bold and not others else 400,
        style="italic" if italic and not others else "normal",
    )


def _drawn_row(indicator: str, artists: dict[str, Artist], places: tuple[float, float]) -> DrawnRow:
    left, scale = places

    def text(role: str) -> str:
        artist = artists[role]
        assert isinstance(artist, Text)
        return " ".join(artist.get_text().split())

    def place(role: str) -> float | None:
        artist = artists.get(role)
        if isinstance(artist, Line2D):
            return (float(artist.get_xdata()[0]) - left) / scale  # type: ignore[index,arg-type]
        if isinstance(artist, Polygon):
            return (float(artist.get_xy()[:-1, 0].mean()) - left) / scale
        return None

    shape = cast("Shape", artists["status_glyph"].get_label())
    return DrawnRow(
        indicator,
        text("label"),
        text("margin_text"),
        text("status_label"),
        shape,
        place("position"),
        place("low"),
        place("high"),
    )


class _Painter:
    def __init__(self, chart: MarginChart, colours: Palette) -> None:
        self.chart, self.colours = chart, colours
        self.clean = Cleaner(spelled=True)
        self.scale = (_TRACK_TO - _TRACK_FROM) / (chart.axis_max + _OVERHANG)
        self.labels = {row.indicator: textwrap.wrap(self.clean(row.label), _LABEL_CHARS) or ["?"] for row in chart.rows}
        self.subtitle = textwrap.wrap(self.clean(chart.subtitle), _LINE_CHARS)
        self.note = textwrap.wrap(self.clean(chart.note), _LINE_CHARS)
        self.note += [self.clean(chart.source)] if chart.source else []
        self.order = 1.0
        self.top = 108.0 + 20 * len(self.subtitle)
        self.legend = list(self._legend_places())
        legend_lines = 1 + max((line for _, line, _ in self.legend), default=-1)
        self.legend_height = 24.0 * legend_lines
        self.bottom = self.top + self._body()
        height = self.bottom + 50 + self.legend_height + 19 * len(self.note) + 14
        self.figure = ChartFigure(figsize=(_WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=colours.background)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, _WIDTH)
        self.axes.set_ylim(height, 0)
        self.axes.axis("off")
        self.figure.drawn = {}
        self.figure.places = (_TRACK_FROM, self.scale)

    def draw(self) -> ChartFigure:
        """Draw everything and return the figure."""
        c = self.colours
        self._text(_TEXT_AT, 42, self.chart.title, size=25, bold=True)
        for number, line in enumerate(self.subtitle):
            self._text(_TEXT_AT, 74 + 20 * number, line, size=15.5, colour=c.muted)
        self._ground()
        places = list(self._rows())
        for row, y in places:
            self._track(row, y)
        self._line((self._at(100), self._at(100)), (self.top, self.bottom), c.threshold, width=2.6)
        for row, y in places:
            self._values(row, y)
            self._words(row, y)
        self._legend()
        return self.figure

    def _body(self) -> float:
        extra = sum(_EXTRA_LINE * (len(lines) - 1) for lines in self.labels.values())
        groups = len(self.chart.groups)
        return groups * _GROUP_HEAD + max(groups - 1, 0) * _GROUP_GAP + len(self.chart.rows) * _ROW + extra + 8

    def _at(self, position: float) -> float:
        return _TRACK_FROM + position * self.scale

    def _next(self) -> float:
        """Return a drawing order above everything drawn so far; by default lines would cover shapes."""
        self.order += 0.01
        return self.order

    def _add(self, patch: Rectangle | Polygon) -> None:
        patch.set_zorder(self._next())
        self.axes.add_patch(patch)

    def _text(self, x: float, y: float, text: str, **style: Any) -> Text:
        colour = style.pop("colour", self.colours.text)
        align = style.pop("align", "left")
        text = self.clean(text)
        font = chart_font(
            text, style.pop("size", 16.5), bold=style.pop("bold", False), italic=style.pop("italic", False)
        )
        return self.axes.text(
            x,
            y,
            text,
            color=colour,
            fontproperties=font,
            ha=align,
            va="center",
            parse_math=False,
            zorder=self._next(),
            **style,
        )

    def _line(
        self, x: tuple[float, float], y: tuple[float, float], colour: str, *, width: float, **more: Any
    ) -> Line2D:
        line = Line2D(
            x, y, color=colour, linewidth=width * 72 / _DPI, solid_capstyle="butt", zorder=self._next(), **more
        )
        self.axes.add_line(line)
        return line

    def _box(self, x: float, y: float, width: float, height: float, colour: str, **more: Any) -> None:
        self._add(Rectangle((x, y), width, height, facecolor=colour, linewidth=0, **more))

    def _rows(self) -> Iterator[tuple[Row, float]]:
        y = self.top
        for number, group in enumerate(self.chart.groups):
            y += _GROUP_GAP * (number > 0)
            self._group_title(group, y + 19)
            y += _GROUP_HEAD
            for row in group.rows:
                height = _ROW + _EXTRA_LINE * (len(self.labels[row.indicator]) - 1)
                yield row, y + height / 2
                y += height

    def _group_title(self, group: Group, y: float) -> None:
        self._text(_TEXT_AT, y, group.title.upper(), size=13.5, bold=True, colour=self.colours.muted)

    def _ground(self) -> None:
        c, end = self.colours, self._at(self.chart.axis_max + _OVERHANG)
        self._box(self._at(100), self.top, end - self._at(100), self.bottom - self.top, c.past)
        for tick in TICKS:
            if tick != 100:
                self._line((self._at(tick),) * 2, (self.top, self.bottom), c.line, width=1.2)
            text = f"{tick:.0f} %" if tick == TICKS[-1] else f"{tick:.0f}"
            self._text(self._at(tick), self.bottom + 17, text, size=15, colour=c.muted, align="center")
        self._text(self._at(100), self.top - 16, "Bound", bold=True, align="center")
        self._text(_MARGIN_AT, self.top - 16, "Margin", size=15.5, colour=c.muted)
        self._text(_STATUS_AT, self.top - 16, "Status", size=15.5, colour=c.muted)

    def _buffer(self, x: float, y: float, width: float, height: float) -> None:
        c = self.colours
        self._box(x, y, width, height, c.buffer_fill)
        clip = Rectangle((x, y), width, height, transform=self.axes.transData)
        start = x - height
        while start < x + width:
            line = self._line((start, start + height), (y + height, y), c.buffer_hatch, width=1.0)
            line.set_clip_path(clip)
            start += 6.5

    def _track(self, row: Row, y: float) -> None:
        self._box(self._at(0), y - _BAR / 2, 100 * self.scale, _BAR, self.colours.track)
        width = (100 - row.buffer_from) * self.scale
        if width > 0.1:
            self._buffer(self._at(row.buffer_from), y - _BAR / 2, width, _BAR)

    def _values(self, row: Row, y: float) -> None:
        artists = self.figure.drawn.setdefault(row.indicator, {})
        colour = self.colours.status[row.status]
        if row.position is None:
            self._empty(row, y)
            return
        if row.conservative is not None and row.high is not None and row.conservative > row.high:
            span = (self._at(row.high), self._at(row.conservative))
            self._line(span, (y, y), colour, width=2.2, linestyle=(0, (1.2, 1.4)))
        if row.low is not None and row.high is not None:
            self._line((self._at(row.low), self._at(row.high)), (y, y), colour, width=3.8)
            artists["low"] = self._end(row.low, y, row.low_clip, colour)
            artists["high"] = self._end(row.high, y, row.high_clip, colour)
        x = self._at(row.position)
        if row.position_clip:
            self._arrow(x + (13 if row.position_clip == "right" else -13), y, row.position_clip, colour)
        artists["position"] = self._glyph(row, x, y)

    def _end(self, position: float, y: float, clip: Clip, colour: str) -> Line2D:
        x = self._at(position)
        if clip:
            self._arrow(x, y, clip, colour)
        half = 1.0 if clip else 7.0
        return self._line((x, x), (y - half, y + half), colour, width=3.0)

    def _arrow(self, x: float, y: float, clip: Clip, colour: str) -> None:
        step = 9 if clip == "right" else -9
        self._add(Polygon([(x, y - 7), (x + step, y), (x, y + 7)], closed=True, facecolor=colour, linewidth=0))

    def _empty(self, row: Row, y: float) -> None:
        colour, middle = self.colours.status[row.status], self._at(50)
        half = 4.1 * len(row.track_text)
        for span in ((self._at(0), middle - half), (middle + half, self._at(100))):
            self._line(span, (y, y), colour, width=2.0, linestyle=(0, (1, 2.2)))
        self._box(middle - half, y - 11, 2 * half, 22, self.colours.background)
        self._text(middle, y, row.track_text, size=14.5, italic=True, colour=self.colours.muted, align="center")

    def _glyph(self, row: Row, x: float, y: float, *, halo: bool = True, radius: float = _RADIUS) -> Polygon:
        c = self.colours
        outline = [(x + a * radius, y - b * radius) for a, b in SHAPE_OUTLINE[row.shape]]
        if halo:
            self._add(Polygon(outline, closed=True, facecolor=c.halo, edgecolor=c.halo, linewidth=3.6))
        is_open = row.shape == "open_cross"
        glyph = Polygon(
            outline,
            closed=True,
            facecolor=c.background if is_open else c.status[row.status],
            edgecolor=c.status[row.status],
            linewidth=1.2 if is_open else 0,
        )
        self._add(glyph)
        return glyph

    def _words(self, row: Row, y: float) -> None:
        artists = self.figure.drawn.setdefault(row.indicator, {})
        artists["label"] = self._text(_TEXT_AT, y, "\n".join(self.labels[row.indicator]), linespacing=1.15)
        artists["margin_text"] = self._text(
            _MARGIN_AT, y, row.margin_text, bold=row.margin_points is not None or row.loud
        )
        glyph = self._glyph(row, _STATUS_AT + 7, y, halo=False, radius=6.6)
        glyph.set_label(row.shape)
        artists["status_glyph"] = glyph
        colour = self.colours.text if row.loud else self.colours.muted
        artists["status_label"] = self._text(_STATUS_AT + 22, y, row.status_label, bold=row.loud, colour=colour)

    def _legend_places(self) -> Iterator[tuple[float, int, int]]:
        """Yield (x, line, number of the entry)."""
        x, line = _TEXT_AT, 0
        for number, entry in enumerate(self.chart.legend):
            width = 34 + 7.0 * len(entry.text) + 18
            if x + width > _WIDTH:
                x, line = _TEXT_AT, line + 1
            yield x, line, number
            x += width

    def _legend(self) -> None:
        c, top = self.colours, self.bottom + 52
        for x, line, number in self.legend:
            entry, y = self.chart.legend[number], top + 24 * line
            if entry.status is None or entry.shape is None:
                self._buffer(x, y - 8, 26, 16)
            else:
                outline = [(x + 13 + a * 6, y - b * 6) for a, b in SHAPE_OUTLINE[entry.shape]]
                colour = c.status[entry.status]
                fill = c.background if entry.shape == "open_cross" else colour
                edge = 1.0 if entry.shape == "open_cross" else 0.0
                self._add(Polygon(outline, closed=True, facecolor=fill, edgecolor=colour, linewidth=edge))
            self._text(x + 34, y, entry.text, size=13.5, colour=c.muted)
        for number, text in enumerate(self.note):
            self._text(_TEXT_AT, top + self.legend_height + 4 + 19 * number, text, size=13.5, colour=c.muted)
