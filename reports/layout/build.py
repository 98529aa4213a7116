"""From blocks to boxes: the typography of the report, and the structure element of everything that is drawn.

Everything is cut into boxes of one line, so that whatever is too tall for a page simply goes on over the page.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from asl_desktop.frozen import frozen
from reports.blocks import (
    Block,
    Bullets,
    Callout,
    ChartBlock,
    Columns,
    Fits,
    Heading,
    KeyValues,
    Paragraph,
    ParagraphKind,
    Run,
    Runs,
    SignatureSlot,
    SignatureSlots,
    Table,
    Tone,
)
from reports.charts.canvas import MarginChartFlowable, cut_chart, split_chart
from reports.charts.palette import LIGHT
from reports.layout.columns import column_boxes
from reports.layout.flow import HEIGHT, LEFT, NO_HEAD, WIDTH, Box, Draw
from reports.layout.surface import Node, PlacedField, Surface
from reports.layout.tables import table_boxes
from reports.layout.text import Line, break_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reports.charts.model import MarginChart

MEASURE = 420.0  # about 85 characters of body text


@frozen
class Style:
    """Size and leading in points, white space before, the widest line."""

    size: float
    leading: float
    before: float
    measure: float = MEASURE


BODY = Style(9.0, 13.0, 5.0)
BODY_ITEM = Style(9.0, 13.0, 1.5, MEASURE + 20)
KEY_VALUE = Style(8.1, 10.6, 1.4, 394.0)
STYLES: dict[ParagraphKind, Style] = {
    "body": BODY,
    "lead": Style(10.8, 15.0, 4.0, WIDTH),
    "small": Style(7.6, 10.6, 4.0, WIDTH),
    "quote": Style(9.0, 13.0, 5.0, MEASURE - 18),
    "display": Style(25.0, 30.0, 0.0, WIDTH),
    "eyebrow": Style(8.0, 12.0, 0.0, WIDTH),
}
HEADINGS = {1: Style(15.5, 20.0, 16.0, WIDTH), 2: Style(10.6, 14.0, 11.0, WIDTH), 3: Style(9.4, 13.0, 8.0, WIDTH)}
_TONE: dict[Tone, tuple[str, str]] = {
    "neutral": ("#F2F4F7", "#7A848F"),
    "ok": ("#EDF6F1", "#1E7A46"),
    "warn": ("#FBF3E6", "#B3691A"),
    "danger": ("#FAEDEE", "#860B16"),
}
_SLOT_HEIGHT, _SLOT_WORDS = 54.0, 190.0
_SLOT_WIDTH = WIDTH - _SLOT_WORDS - 16


def draw_line(surface: Surface, line: Line, x: float, top: float, style: Style) -> None:
    """Draw one line of text whose box begins at ``top``."""
    y = top - style.leading / 2 - style.size * 0.36
    surface.line_of_text(x, y, line, size=style.size)


def text_boxes(
    runs: Runs, node: Node, style: Style, *, x: float = LEFT, under: Callable[[Surface, float], None] | None = None
) -> list[Box]:
    """Return one box a line, the first and last two of which stay together; ``under`` is drawn below each line."""
    lines = break_lines(runs, style.measure, style.size)
    boxes = []
    for number, line in enumerate(lines):

        def draw(surface: Surface, top: float, line: Line = line) -> None:
            if under:
                with surface.artifact():
                    under(surface, top)
            with surface.content(node):
                draw_line(surface, line, x, top, style)

        boxes.append(Box(style.leading, draw, before=style.before if number == 0 else 0.0))
    _hold_ends(boxes)
    return boxes


def _hold_ends(boxes: Sequence[Box]) -> None:
    """Leave no single line of a paragraph behind or alone."""
    if len(boxes) > 1:
        boxes[0].keep = True
        boxes[-2].keep = True


_FOLLOWS = (Table, Bullets, KeyValues, Columns, SignatureSlots)


class Builder:
    """Turns the blocks of a report into boxes, and collects its outline."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.parent = root
        self._keys = 0

    def section(self, title: str, blocks: Sequence[Block], *, new_page: bool) -> list[Box]:
        """Return the boxes of a section."""
        self.parent = self.root.add("Sect")
        boxes = self._heading(Heading(title, 1)) if title else []
        self._stack(blocks, boxes)
        if boxes:
            boxes[0].new_page = new_page
        return boxes

    def _stack(self, blocks: Sequence[Block], boxes: list[Box]) -> None:
        """Put the boxes of blocks below those that the section has already."""
        for block, following in zip_longest(blocks, blocks[1:]):
            if isinstance(block, Fits):
                self._fit(block, boxes)
                continue
            made = self.block(block)
            if made and isinstance(block, Paragraph) and isinstance(following, _FOLLOWS):
                made[-1].keep = True
            boxes.extend(made)

    def _fit(self, block: Fits, boxes: list[Box]) -> None:
        """Set one choice after the other, taking back whatever goes past page 1."""
        elements, keys, below = len(self.parent.kids), self._keys, len(boxes)
        for choice in block.choices:
            self._stack(choice, boxes)
            if sum(box.before + box.height for box in boxes) - boxes[0].before <= HEIGHT + NO_HEAD:
                return
            del self.parent.kids[elements:], boxes[below:]
            self._keys = keys
        self._stack(block.otherwise, boxes)

    def block(self, block: Block) -> list[Box]:
        """Return the boxes of one block; how ``Fits`` is set depends on what stands above it."""
        if isinstance(block, Heading):
            return self._heading(block)
        if isinstance(block, Paragraph):
            return self._paragraph(block)
        if isinstance(block, Bullets):
            return self._bullets(block)
        if isinstance(block, KeyValues):
            return self._key_values(block)
        if isinstance(block, Table):
            return table_boxes(block, self.parent)
        if isinstance(block, Callout):
            return self._callout(block)
        if isinstance(block, Columns):
            return column_boxes(block, self.parent)
        if isinstance(block, ChartBlock):
            return self._chart(block)
        assert isinstance(block, SignatureSlots)
        return self._signatures(block)

    def _heading(self, block: Heading) -> list[Box]:
        style = HEADINGS[block.level]
        node = self.parent.add(f"H{block.level}")
        boxes = text_boxes((Run(block.text, "strong"),), node, style)
        for box in boxes:
            box.keep = True
        if boxes and block.level < 3:
            self._mark(boxes[0], block.text, block.level)
        return boxes

    def _mark(self, box: Box, title: str, level: int) -> None:
        """Put the place of a box into the outline."""
        self._keys += 1
        key, inner = f"h{self._keys}", box.draw

        def draw(surface: Surface, top: float) -> None:
            surface.bookmark(title, key, level - 1, top + 8)
            inner(surface, top)

        box.draw = draw

    def _paragraph(self, block: Paragraph) -> list[Box]:
        style = STYLES[block.kind]
        if block.kind == "quote":
            node = self.parent.add("BlockQuote").add("P")

            def bar(surface: Surface, top: float) -> None:
                surface.rect(LEFT, top - style.leading, 2, style.leading, fill=LIGHT.muted)

            return text_boxes(block.runs, node, style, x=LEFT + 14, under=bar)
        runs = block.runs
        if block.kind in {"display", "eyebrow"}:
            runs = tuple(Run(run.text, "strong" if block.kind == "display" else "muted", run.mark) for run in runs)
        boxes = text_boxes(runs, self.parent.add("H1" if block.kind == "display" else "P"), style)
        if block.kind == "display" and boxes:
            self._mark(boxes[0], "".join(run.text for run in runs), 1)
        if block.kind in {"display", "eyebrow"}:
            for box in boxes:
                box.keep = True
        return boxes

    def _bullets(self, block: Bullets) -> list[Box]:
        list_node = self.parent.add("L")
        boxes: list[Box] = []
        for number, runs in enumerate(block.items):
            item = list_node.add("LI")
            label, body = item.add("Lbl"), item.add("LBody")
            style = Style(7.8, 10.6, 4.0 if number == 0 else 1.0, WIDTH - 30) if block.dense else BODY_ITEM
            if number == 0:
                style = replace(style, before=4.0)
            made = text_boxes(runs, body, style, x=LEFT + 14)
            if made:
                made[0].draw = _with_bullet(made[0].draw, label, style)
            boxes.extend(made)
        return boxes

    def _key_values(self, block: KeyValues) -> list[Box]:
        list_node = self.parent.add("L")
        boxes: list[Box] = []
        for number, (name, value) in enumerate(block.rows):
            item = list_node.add("LI")
            label, body = item.add("Lbl"), item.add("LBody")
            style = replace(KEY_VALUE, before=5.0) if number == 0 else KEY_VALUE
            names = text_boxes((Run(name, "muted"),), label, replace(style, measure=94.0))
            values = text_boxes(value or (Run("\u2014"),), body, style, x=LEFT + 103)
            boxes.extend(_side_by_side(names, values))
        return boxes

    def _callout(self, block: Callout) -> list[Box]:
        fill, edge = _TONE[block.tone]
        node = self.parent.add("Div")
        inner: list[Box] = []

        def ground(surface: Surface, top: float, height: float) -> None:
            surface.rect(LEFT, top - height, WIDTH, height, fill=fill)
            surface.rect(LEFT, top - height, 3, height, fill=edge)

        title = Style(8.6, 12.0, 0.0, WIDTH - 32) if block.dense else Style(9.6, 14.0, 0.0, WIDTH - 32)
        body = Style(8.2, 11.0, 0.0, WIDTH - 26) if block.dense else Style(BODY.size, BODY.leading, 0.0, WIDTH - 50)
        space = 0.5 if block.dense else 2.0
        if block.title:
            inner.extend(text_boxes((Run(block.title, "strong"),), node.add("P"), title, x=LEFT + 16))
        for number, runs in enumerate(block.body):
            if number or block.title:
                inner.append(Box(space, _nothing, keep=True))
            inner.extend(text_boxes(runs, node.add("P"), body, x=LEFT + 16))
        inner = [Box(5.0 + space, _nothing, keep=True), *inner, Box(6.0 + space, _nothing)]
        for box in inner:
            box.draw = _with_ground(box, ground)
        whole = sum(box.height for box in inner) < HEIGHT * 0.6
        for box in inner[:-1]:
            box.keep = box.keep or whole
        inner[-2].keep = True
        inner[0].before = 9.0
        return inner

    def _chart(self, block: ChartBlock) -> list[Box]:
        parts = split_chart(block.chart, WIDTH, HEIGHT - 40)
        return [_chart_box(part, self.parent.add("Figure"), self.parent) for part in parts]

    def _signatures(self, block: SignatureSlots) -> list[Box]:
        boxes: list[Box] = []
        for slot in block.slots:
            part = self.parent.add("Div")
            words = [
                *text_boxes((Run(slot.title, "strong"),), part.add("P"), replace(BODY, measure=_SLOT_WORDS)),
                *text_boxes((Run(slot.duty, "muted"),), part.add("P"), Style(7.6, 10.4, 0.0, _SLOT_WORDS)),
            ]
            part.add("Form", form_field=slot.field_name)

            def draw(surface: Surface, top: float, slot: SignatureSlot = slot, words: list[Box] = words) -> None:
                left = LEFT + _SLOT_WORDS + 16
                rect = (left, top - _SLOT_HEIGHT, left + _SLOT_WIDTH, top)
                y = top - 2
                for word in words:
                    word.draw(surface, y)
                    y -= word.height
                with surface.artifact():
                    surface.frame(rect[0], rect[1], _SLOT_WIDTH, _SLOT_HEIGHT, colour=LIGHT.muted)
                surface.fields.append(PlacedField(slot.field_name, slot.title, surface.page, rect))

            height = max(_SLOT_HEIGHT, sum(word.height for word in words))
            boxes.append(Box(height, draw, before=10.0, keep=True))
        boxes[-1].keep = False
        return boxes


def _chart_box(chart: MarginChart, node: Node, parent: Node) -> Box:
    """Return the box of a chart, which may be cut between its groups when the page is nearly full."""
    painter = MarginChartFlowable(chart, WIDTH)
    node.alt = f"{chart.title}. {chart.subtitle}. " + " ".join(row.words for row in chart.rows)

    def draw(surface: Surface, top: float) -> None:
        node.page = surface.page
        node.bbox = (LEFT, top - painter.height, LEFT + WIDTH, top)
        with surface.content(node):
            painter.paint(surface, LEFT, top)

    def split(height: float) -> tuple[Box, Box] | None:
        first, rest = cut_chart(chart, WIDTH, height)
        if not first.groups or not rest.groups:
            return None
        other = Node("Figure")
        parent.kids.insert(parent.kids.index(node) + 1, other)
        return _chart_box(first, node, parent), _chart_box(rest, other, parent)

    return Box(painter.height, draw, before=8.0, split=split)


def _nothing(surface: Surface, top: float) -> None:
    del surface, top


def _with_bullet(
    inner: Callable[[Surface, float], None], label: Node, style: Style
) -> Callable[[Surface, float], None]:
    def draw(surface: Surface, top: float) -> None:
        with surface.content(label):
            y = top - style.leading / 2 - style.size * 0.36
            surface.text(LEFT + 2, y, "\u2022", size=style.size, colour=LIGHT.muted)
        inner(surface, top)

    return draw


def _with_ground(box: Box, ground: Callable[[Surface, float, float], None]) -> Draw:
    inner, height = box.draw, box.height

    def draw(surface: Surface, top: float) -> None:
        with surface.artifact():
            ground(surface, top, height)
        inner(surface, top)

    return draw


def _side_by_side(first: list[Box], second: list[Box]) -> list[Box]:
    """Lay two columns of lines of one height next to each other."""
    merged = []
    for number in range(max(len(first), len(second))):
        left = first[number] if number < len(first) else None
        right = second[number] if number < len(second) else None
        shape = right or left
        assert shape is not None

        def draw(surface: Surface, top: float, left: Box | None = left, right: Box | None = right) -> None:
            for box in (left, right):
                if box:
                    box.draw(surface, top)

        merged.append(Box(shape.height, draw, before=shape.before, keep=shape.keep or bool(left and left.keep)))
    return merged
