"""Two columns of short paragraphs in groups, as even as they can be without cutting a paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.frozen import frozen
from reports.blocks import Columns, Group, Run
from reports.charts.palette import LIGHT
from reports.layout.flow import LEFT, WIDTH, Box
from reports.layout.text import Line, break_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.layout.surface import Node, Surface

GAP = 20.0
COLUMN = (WIDTH - GAP) / 2
# points: text, its leading, white space between paragraphs, above a title, and around the line below a title
SIZE, LEADING, BETWEEN, ABOVE_TITLE, BELOW_TITLE = 7.5, 9.0, 2.2, 4.5, 4.0


@frozen
class _Item:
    """One paragraph.

    Attributes:
        title: of its group, drawn above the group's beginning.
        again: the same for a column that begins within the group.
        title_node: set where the group begins.
    """

    lines: tuple[Line, ...]
    node: Node
    title: tuple[Line, ...]
    again: tuple[Line, ...]
    title_node: Node | None

    def heading(self, *, first: bool) -> tuple[Line, ...]:
        """Return the lines of the title that is due above it, where ``first`` of its column."""
        if self.title_node:
            return self.title
        return self.again if first else ()

    def above(self, *, first: bool) -> float:
        """Return points of height above the text."""
        heading = self.heading(first=first)
        if not heading:
            return BETWEEN
        return len(heading) * LEADING + BELOW_TITLE + (0.0 if first else ABOVE_TITLE)

    def height(self, *, first: bool) -> float:
        """Return points of height with whatever stands above the text."""
        return self.above(first=first) + len(self.lines) * LEADING


def column_boxes(block: Columns, parent: Node) -> list[Box]:
    """Return the one box of the columns and add its structure below ``parent``."""
    items = [item for group in block.groups for item in _items(group, parent)]
    if not items:
        return []
    cut = _cut(items)
    left, right = items[:cut], items[cut:]

    def draw(surface: Surface, top: float) -> None:
        _draw_column(surface, left, LEFT, top)
        _draw_column(surface, right, LEFT + COLUMN + GAP, top)

    return [Box(max(_height(left), _height(right)), draw, before=7.0)]


def _items(group: Group, parent: Node) -> list[_Item]:
    title_node, listed = parent.add("H3"), parent.add("L")
    title, again = (
        tuple(break_lines((Run(text, "strong"),), COLUMN, SIZE)) for text in (group.title, f"{group.title}, continued")
    )
    found = []
    for number, runs in enumerate(group.items):
        node = listed.add("LI").add("LBody")
        lines = tuple(break_lines(runs, COLUMN, SIZE))
        found.append(_Item(lines, node, title, again, None if number else title_node))
    return found


def _cut(items: Sequence[_Item]) -> int:
    """Return how many items go left, so that the columns are as even as whole items allow."""
    rest, left, best = _height(items), 0.0, (float("inf"), len(items))
    for number, item in enumerate(items, 1):
        left += item.height(first=number == 1)
        rest -= item.height(first=number == 1)
        following = items[number].above(first=True) - items[number].above(first=False) if number < len(items) else 0.0
        best = min(best, (max(left, rest + following), number))
    return best[1]


def _height(items: Sequence[_Item]) -> float:
    return sum(item.height(first=number == 0) for number, item in enumerate(items))


def _draw_column(surface: Surface, items: Sequence[_Item], x: float, top: float) -> None:
    for number, item in enumerate(items):
        text = top - item.above(first=number == 0)
        if heading := item.heading(first=number == 0):
            bottom = text + BELOW_TITLE
            # a title that comes again atop a column is decoration
            with surface.content(item.title_node) if item.title_node else surface.artifact():
                _draw_lines(surface, heading, x, bottom + len(heading) * LEADING)
            with surface.artifact():
                surface.line(x, bottom - 1.2, x + COLUMN, bottom - 1.2, colour=LIGHT.line, width=0.8)
        with surface.content(item.node):
            _draw_lines(surface, item.lines, x, text)
        top -= item.height(first=number == 0)


def _draw_lines(surface: Surface, lines: Sequence[Line], x: float, top: float) -> None:
    for number, line in enumerate(lines):
        y = top - (number + 0.5) * LEADING - SIZE * 0.36
        surface.line_of_text(x, y, line, size=SIZE)
