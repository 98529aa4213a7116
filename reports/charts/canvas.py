"""The margin chart drawn straight onto a PDF page: vector, in the document's own fonts, without matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reports.blocks import Run
from reports.charts.model import SHAPE_OUTLINE, TICKS, Clip, DrawnRow, Group, MarginChart, Row, Shape
from reports.charts.palette import LIGHT
from reports.layout.fonts import Face, text_width
from reports.layout.surface import Surface
from reports.layout.text import break_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_OVERHANG = 5.0  # points of the axis that the danger zone goes on past the last tick
_LABEL_END, _TRACK_START, _TRACK_END, _MARGIN_AT, _STATUS_AT = 0.335, 0.35, 0.74, 0.758, 0.852
_ROW, _LABEL_LEADING, _BAR = 15.2, 9.2, 6.6
_GROUP_HEAD, _GROUP_GAP = 15.0, 5.0
_HEAD, _AXIS, _LEGEND_LINE = 15.0, 20.0, 12.0
_SIZE, _SMALL = 8.0, 7.2
_RADIUS = 3.3
_LEAST_ROWS = 3


@dataclass
class _Ink:
    """What was drawn for one row, in the words and coordinates of the drawing calls."""

    row: Row
    middle: float
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, float] = field(default_factory=dict)
    shape: Shape | None = None


class MarginChartFlowable:
    """A margin chart for a PDF page, with the measures and calls that flowing layouts expect.

    Attributes:
        width: in points.
        height: in points; follows from the rows and the wrapping of their labels.
    """

    def __init__(self, chart: MarginChart, width: float) -> None:
        self.chart = chart
        self.width = width
        self._labels = {row.indicator: self._label_lines(row) for row in chart.rows}
        self._legend = list(self._legend_places())
        legend_lines = 1 + max((line for _, line, _ in self._legend), default=-1)
        self.height = _HEAD + self._rows_height() + _AXIS + _LEGEND_LINE * legend_lines
        self._inks: list[_Ink] = []

    @property
    def drawn_rows(self) -> tuple[DrawnRow, ...]:
        """What the last drawing put on the page, row by row."""
        return tuple(
            DrawnRow(
                indicator=ink.row.indicator,
                label=ink.texts["label"],
                margin_text=ink.texts["margin_text"],
                status_label=ink.texts["status_label"],
                shape=ink.shape or "circle",
                position=ink.places.get("position"),
                low=ink.places.get("low"),
                high=ink.places.get("high"),
            )
            for ink in self._inks
        )

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the size; it does not depend on the space there is."""
        del available_width, available_height
        return self.width, self.height

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803 - the library's names
        """Draw with the lower left corner at (x, y)."""
        del _sW
        self.paint(Surface(canvas), x, y + self.height)

    def paint(self, surface: Surface, x: float, top: float) -> None:
        """Draw on a surface with the upper left corner at (x, top)."""
        self._x = x
        self._left = x + self.width * _TRACK_START
        self._scale = self.width * (_TRACK_END - _TRACK_START) / (self.chart.axis_max + _OVERHANG)
        body_top = top - _HEAD
        bottom = body_top - self._rows_height()
        self._ground(surface, body_top, bottom)
        self._inks = [_Ink(row, middle) for row, middle in self._groups(surface, body_top)]
        for ink in self._inks:
            self._track(surface, ink)
        surface.line(self._at(100), bottom, self._at(100), body_top, colour=LIGHT.threshold, width=1.6)
        for ink in self._inks:
            self._values(surface, ink)
            self._words(surface, ink)
        for left, line, entry in self._legend:
            self._legend_entry(surface, x + left, bottom - _AXIS - _LEGEND_LINE * line, entry)

    def _label_lines(self, row: Row) -> list[str]:
        lines = break_lines((Run(row.label),), self.width * _LABEL_END, _SIZE)
        return ["".join(piece.text for piece in line.pieces) for line in lines] or [row.indicator]

    def _row_height(self, row: Row) -> float:
        return _ROW + _LABEL_LEADING * (len(self._labels[row.indicator]) - 1)

    def _rows_height(self) -> float:
        gaps = _GROUP_GAP * max(len(self.chart.groups) - 1, 0)
        return gaps + 4 + _GROUP_HEAD * len(self.chart.groups) + sum(map(self._row_height, self.chart.rows))

    def _at(self, position: float) -> float:
        return self._left + position * self._scale

    def _groups(self, surface: Surface, y: float) -> Iterator[tuple[Row, float]]:
        for number, group in enumerate(self.chart.groups):
            y -= _GROUP_GAP * (number > 0)
            surface.text(self._x, y - 11, group.title.upper(), face="strong", size=6.8, colour=LIGHT.muted)
            y -= _GROUP_HEAD
            for row in group.rows:
                height = self._row_height(row)
                yield row, y - height / 2
                y -= height

    def _ground(self, surface: Surface, top: float, bottom: float) -> None:
        end = self._at(self.chart.axis_max + _OVERHANG)
        surface.rect(self._at(100), bottom, end - self._at(100), top - bottom, fill=LIGHT.past)
        for tick in TICKS:
            if tick != 100:
                surface.line(self._at(tick), bottom, self._at(tick), top, colour=LIGHT.line)
            text = f"{tick:.0f} %" if tick == TICKS[-1] else f"{tick:.0f}"
            width = text_width("regular", f"{tick:.0f}") * _SMALL
            surface.text(self._at(tick) - width / 2, bottom - 11, text, size=_SMALL, colour=LIGHT.muted)
        width = text_width("strong", "Bound") * _SIZE
        surface.text(self._at(100) - width / 2, top + 6, "Bound", face="strong", size=_SIZE, colour=LIGHT.text)
        surface.text(self._x + self.width * _MARGIN_AT, top + 6, "Margin", size=_SMALL, colour=LIGHT.muted)
        surface.text(self._x + self.width * _STATUS_AT, top + 6, "Status", size=_SMALL, colour=LIGHT.muted)

    def _track(self, surface: Surface, ink: _Ink) -> None:
        lower = ink.middle - _BAR / 2
        surface.rect(self._at(0), lower, 100 * self._scale, _BAR, fill=LIGHT.track)
        start, width = self._at(ink.row.buffer_from), (100 - ink.row.buffer_from) * self._scale
        if width < 0.1:
            return
        surface.rect(start, lower, width, _BAR, fill=LIGHT.buffer_fill)
        with surface.clipped(start, lower, width, _BAR):
            count = int((width + _BAR) / 3.2) + 1
            starts = [start - _BAR + 3.2 * number for number in range(count)]
            hatch = [(x, lower, x + _BAR, lower + _BAR) for x in starts]
            surface.lines(hatch, colour=LIGHT.buffer_hatch, width=0.45)

    def _values(self, surface: Surface, ink: _Ink) -> None:
        row, colour = ink.row, LIGHT.status[ink.row.status]
        if row.position is None:
            self._empty_track(surface, ink)
            return
        if row.conservative is not None and row.high is not None and row.conservative > row.high:
            dash = (1.2, 1.6)
            surface.line(
                self._at(row.high),
                ink.middle,
                self._at(row.conservative),
                ink.middle,
                colour=colour,
                width=1.2,
                dash=dash,
            )
        if row.low is not None and row.high is not None:
            left, right = self._at(row.low), self._at(row.high)
            surface.line(left, ink.middle, right, ink.middle, colour=colour, width=1.8)
            self._end(surface, ink, "low", left, row.low_clip)
            self._end(surface, ink, "high", right, row.high_clip)
        x = self._at(row.position)
        ink.places["position"] = self._back(x)
        if row.position_clip:
            self._arrow(surface, x + (6 if row.position_clip == "right" else -6), ink.middle, row.position_clip, colour)
        self._glyph(surface, row, x, ink.middle)

    def _end(self, surface: Surface, ink: _Ink, name: str, x: float, clip: Clip) -> None:
        colour = LIGHT.status[ink.row.status]
        ink.places[name] = self._back(x)
        if clip:
            self._arrow(surface, x, ink.middle, clip, colour)
        else:
            surface.line(x, ink.middle - 3.6, x, ink.middle + 3.6, colour=colour, width=1.4)

    def _back(self, x: float) -> float:
        return (x - self._left) / self._scale

    def _arrow(self, surface: Surface, x: float, y: float, clip: Clip, colour: str) -> None:
        step = 4.5 if clip == "right" else -4.5
        surface.polygon([(x, y - 3.4), (x + step, y), (x, y + 3.4)], fill=colour)

    def _empty_track(self, surface: Surface, ink: _Ink) -> None:
        text, size = ink.row.track_text, 7.2
        width = text_width("italic", text) * size
        centre = self._at(50)
        colour = LIGHT.status[ink.row.status]
        for start, end in ((self._at(0), centre - width / 2 - 3), (centre + width / 2 + 3, self._at(100))):
            surface.line(start, ink.middle, end, ink.middle, colour=colour, width=1.0, dash=(1, 2.2))
        surface.rect(centre - width / 2 - 3, ink.middle - 5, width + 6, 10, fill=LIGHT.background)
        surface.text(centre - width / 2, ink.middle - 2.5, text, face="italic", size=size, colour=LIGHT.muted)

    def _glyph(self, surface: Surface, row: Row, x: float, y: float, *, halo: bool = True) -> None:
        colour = LIGHT.status[row.status]
        outline = [(x + a * _RADIUS, y + b * _RADIUS) for a, b in SHAPE_OUTLINE[row.shape]]
        if halo:
            surface.polygon(outline, fill=LIGHT.halo, stroke=LIGHT.halo, width=2.2)
        if row.shape == "open_cross":
            surface.polygon(outline, fill=LIGHT.background, stroke=colour, width=0.8)
        else:
            surface.polygon(outline, fill=colour)

    def _words(self, surface: Surface, ink: _Ink) -> None:
        row, base = ink.row, ink.middle - _SIZE * 0.36
        lines = self._labels[row.indicator]
        for number, text in enumerate(lines):
            y = base + _LABEL_LEADING * ((len(lines) - 1) / 2 - number)
            self._say(surface, ink, "label", self._x, y, text)
        face: Face = "strong" if row.margin_points is not None or row.loud else "regular"
        self._say(surface, ink, "margin_text", self._x + self.width * _MARGIN_AT, base, row.margin_text, face=face)
        x = self._x + self.width * _STATUS_AT + 4
        self._glyph(surface, row, x, ink.middle, halo=False)
        ink.shape = row.shape
        face = "strong" if row.loud else "regular"
        self._say(surface, ink, "status_label", x + 8, base, row.status_label, face=face)

    def _say(
        self, surface: Surface, ink: _Ink, role: str, x: float, y: float, text: str, *, face: Face = "regular"
    ) -> None:
        ink.texts[role] = f"{ink.texts[role]} {text}" if role in ink.texts else text
        surface.text(x, y, text, face=face, size=_SIZE, colour=LIGHT.text)

    def _legend_places(self) -> Iterator[tuple[float, int, int]]:
        """Yield (x from the left edge, line, number of the entry)."""
        x, line = 0.0, 0
        for number, entry in enumerate(self.chart.legend):
            width = 16 + text_width("regular", entry.text) * _SMALL + 14
            if x + width - 14 > self.width and x:
                x, line = 0.0, line + 1
            yield x, line, number
            x += width

    def _legend_entry(self, surface: Surface, x: float, y: float, number: int) -> None:
        entry = self.chart.legend[number]
        if entry.status is None or entry.shape is None:
            surface.rect(x, y - 3.5, 12, _BAR, fill=LIGHT.buffer_fill)
            with surface.clipped(x, y - 3.5, 12, _BAR):
                for step in range(-7, 12, 3):
                    surface.line(x + step, y - 3.5, x + step + 7, y + 3.5, colour=LIGHT.buffer_hatch, width=0.45)
        else:
            outline = [(x + 6 + a * 2.9, y + b * 2.9) for a, b in SHAPE_OUTLINE[entry.shape]]
            colour = LIGHT.status[entry.status]
            if entry.shape == "open_cross":
                surface.polygon(outline, stroke=colour, width=0.8)
            else:
                surface.polygon(outline, fill=colour)
        surface.text(x + 16, y - _SMALL * 0.36, entry.text, size=_SMALL, colour=LIGHT.muted)


def split_chart(chart: MarginChart, width: float, height: float) -> list[MarginChart]:
    """Cut a chart that is taller than ``height`` points into several, between its rows; a group keeps its title."""
    parts: list[list[Group]] = [[]]
    for group in chart.groups:
        for row in group.rows:
            current = parts[-1]
            if current and current[-1].title == group.title:
                grown = [*current[:-1], replace(current[-1], rows=(*current[-1].rows, row))]
            else:
                grown = [*current, Group(group.title, (row,))]
            if current and MarginChartFlowable(replace(chart, groups=tuple(grown)), width).height > height:
                parts.append([Group(group.title, (row,))])
            else:
                parts[-1] = grown
    return [replace(chart, groups=tuple(part)) for part in parts]


def cut_chart(chart: MarginChart, width: float, height: float) -> tuple[MarginChart, MarginChart]:
    """Return the part of a chart that fits into ``height`` points and the rest; either may be empty.

    It is cut between groups where one fits whole, else inside a group with some rows on either side. The second part
    keeps the legend.
    """
    bare = replace(chart, legend=())
    groups = chart.groups
    count = 0
    while count < len(groups) and _height(bare, groups[: count + 1], width) <= height:
        count += 1
    first, rest = groups[:count], groups[count:]
    if not first and rest:
        head = rest[0]
        rows = len(head.rows)
        while rows > 0 and _height(bare, (replace(head, rows=head.rows[:rows]),), width) > height:
            rows -= 1
        if rows >= _LEAST_ROWS and len(head.rows) - rows >= _LEAST_ROWS:
            first = (replace(head, rows=head.rows[:rows]),)
            rest = (replace(head, rows=head.rows[rows:]), *rest[1:])
    return replace(bare, groups=first), replace(chart, groups=rest)


def _height(chart: MarginChart, groups: tuple[Group, ...], width: float) -> float:
    return MarginChartFlowable(replace(chart, groups=groups), width).height
