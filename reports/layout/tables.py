"""Tables: rows stay whole where they can, a row taller than a page goes on line by line, the head comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.frozen import frozen
from reports.blocks import Cell, Column, Run, Table
from reports.charts.palette import LIGHT
from reports.layout.flow import HEIGHT, LEFT, WIDTH, Box
from reports.layout.text import Line, break_lines

if TYPE_CHECKING:
    from reports.layout.surface import Node, Surface

GAP = 12.0
WHOLE_ROW = HEIGHT * 0.5  # a taller row may be cut


@frozen
class _Measure:
    """Sizes in points: text, its leading, head, its leading, white space above and below a row."""

    size: float
    leading: float
    head: float
    head_leading: float
    pad: float


_NORMAL = _Measure(8.2, 11.0, 7.6, 10.4, 3.0)
_DENSE = _Measure(7.5, 9.0, 7.2, 9.0, 1.4)


@frozen
class _Place:
    x: float
    width: float
    right: bool


def _places(columns: tuple[Column, ...]) -> list[_Place]:
    space = WIDTH - GAP * (len(columns) - 1)
    unit = space / sum(column.width for column in columns)
    places, x = [], LEFT
    for column in columns:
        width = column.width * unit
        places.append(_Place(x, width, column.align == "right"))
        x += width + GAP
    return places


def _cell_lines(cell: Cell, width: float, size: float) -> list[Line]:
    return [line for runs in cell for line in break_lines(runs, width, size)]


def _draw(surface: Surface, line: Line, place: _Place, top: float, *, size: float, leading: float) -> None:
    x = place.x + (place.width - line.width if place.right else 0.0)
    y = top - leading / 2 - size * 0.36
    surface.line_of_text(x, y, line, size=size)


def table_boxes(table: Table, parent: Node) -> list[Box]:
    """Return the boxes of a table and add its structure below ``parent``."""
    node = parent.add("Table", summary=table.summary)
    places = _places(table.columns)
    measure = _DENSE if table.dense else _NORMAL
    row_node = node.add("THead").add("TR")
    heads = [row_node.add("TH", scope="Column") for _ in table.columns]
    head = _head_box(table.columns, places, heads, measure=measure)
    repeat = _head_box(table.columns, places, None, measure=measure)
    head.before = 9.0
    boxes = [head]
    body = node.add("TBody")
    for number, row in enumerate(table.rows):
        made = _row_boxes(row, places, body.add("TR"), repeat, measure=measure)
        # no single row stands alone below its head at the end of a page, or alone on the next one
        if number == len(table.rows) - 2 and len(made) == 1:
            made[-1].keep = True
        boxes.extend(made)
    return boxes


def _head_box(columns: tuple[Column, ...], places: list[_Place], nodes: list[Node] | None, *, measure: _Measure) -> Box:
    """Return the head; without ``nodes`` it is a repetition, which is decoration and not structure."""
    lines = [
        break_lines((Run(column.title, "strong"),), place.width, measure.head)
        for column, place in zip(columns, places, strict=True)
    ]
    height = max(len(item) for item in lines) * measure.head_leading + 2 * measure.pad

    def draw(surface: Surface, top: float) -> None:
        for number, (cell, place) in enumerate(zip(lines, places, strict=True)):
            first = top - height + measure.pad + len(cell) * measure.head_leading
            with surface.content(nodes[number]) if nodes else surface.artifact():
                for index, line in enumerate(cell):
                    _draw(
                        surface,
                        line,
                        place,
                        first - index * measure.head_leading,
                        size=measure.head,
                        leading=measure.head_leading,
                    )
        with surface.artifact():
            surface.line(LEFT, top - height, LEFT + WIDTH, top - height, colour="#7A848F", width=0.8)

    return Box(height, draw, keep=True)


def _row_boxes(row: tuple[Cell, ...], places: list[_Place], node: Node, repeat: Box, *, measure: _Measure) -> list[Box]:
    cells = [_cell_lines(cell, place.width, measure.size) for cell, place in zip(row, places, strict=True)]
    nodes = [node.add("TD") if number else node.add("TH", scope="Row") for number in range(len(cells))]
    count = max(1, *(len(lines) for lines in cells))
    if count * measure.leading <= WHOLE_ROW:
        return [_slice(cells, places, nodes, range(count), measure=measure, repeat=repeat, last=True)]
    boxes = []
    for index in range(count):
        last = index == count - 1
        box = _slice(cells, places, nodes, range(index, index + 1), measure=measure, repeat=repeat, last=last)
        box.keep = not last and (index < 2 or index >= count - 3)
        boxes.append(box)
    return boxes


def _slice(
    cells: list[list[Line]],
    places: list[_Place],
    nodes: list[Node],
    span: range,
    *,
    measure: _Measure,
    repeat: Box,
    last: bool,
) -> Box:
    """Return the box of some lines of a row, drawn cell by cell, so that the file reads in the order people do."""
    above = measure.pad if span.start == 0 else 0.0
    height = measure.leading * len(span) + above + (measure.pad if last else 0.0)

    def draw(surface: Surface, top: float) -> None:
        for lines, place, own in zip(cells, places, nodes, strict=True):
            found = [(number, lines[index]) for number, index in enumerate(span) if index < len(lines)]
            if any(line.pieces for _, line in found):
                with surface.content(own):
                    for number, line in found:
                        y = top - above - number * measure.leading
                        _draw(surface, line, place, y, size=measure.size, leading=measure.leading)
        if last:
            with surface.artifact():
                surface.line(LEFT, top - height, LEFT + WIDTH, top - height, colour=LIGHT.line)

    return Box(height, draw, repeat=repeat)
