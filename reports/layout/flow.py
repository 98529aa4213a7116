"""Stacking boxes on pages: what belongs together stays together, table heads come again on every page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reports.layout.surface import Surface

PAGE_WIDTH, PAGE_HEIGHT = 595.276, 841.89
LEFT, RIGHT = 48.0, 48.0
TOP, BOTTOM = 52.0, 44.0
NO_HEAD = 18.0  # what the first page has more, for it has no running head
WIDTH = PAGE_WIDTH - LEFT - RIGHT
HEIGHT = PAGE_HEIGHT - TOP - BOTTOM
Draw: TypeAlias = Callable[[Surface, float], None]


@dataclass(slots=True)
class Box:
    """Something of a fixed height over the full width.

    Attributes:
        height: in points.
        draw: draws it with its upper edge at the given y.
        before: white space above, dropped at the top of a page.
        keep: stays on one page with the box after it.
        repeat: drawn first when this box begins a page (a table's head).
        new_page: always begins a page.
        split: cuts the box into one of at most the given height and the rest; None when there is no good place.
    """

    height: float
    draw: Draw
    before: float = 0.0
    keep: bool = False
    repeat: Box | None = None
    new_page: bool = False
    split: Callable[[float], tuple[Box, Box] | None] | None = None


@dataclass(slots=True)
class PlacedPage:
    """What one page holds: boxes with the y of their upper edges."""

    items: list[tuple[float, Box]] = field(default_factory=list)


def paginate(boxes: Sequence[Box]) -> list[PlacedPage]:
    """Put boxes on as many pages as they need; a chain that is taller than a page is broken where it must be."""
    pages = [PlacedPage()]
    used = -NO_HEAD
    chains = deque(_chains(boxes))
    while chains:
        chain = chains.popleft()
        if chain[-1].split and used:
            above = sum(box.before + box.height for box in chain[:-1]) + chain[-1].before
            if used + above + chain[-1].height > HEIGHT and (cut := chain[-1].split(HEIGHT - used - above)):
                chains.appendleft([cut[1]])
                chain = [*chain[:-1], cut[0]]
        whole = sum(box.height for box in chain) + sum(box.before for box in chain[1:])
        head = chain[0].repeat.height if chain[0].repeat else 0.0
        if pages[-1].items and (
            chain[0].new_page or (used + chain[0].before + whole > HEIGHT and whole + head <= HEIGHT)
        ):
            pages.append(PlacedPage())
            used = 0.0
        for box in chain:
            if pages[-1].items and used + box.before + box.height > HEIGHT:
                pages.append(PlacedPage())
                used = 0.0
            if not pages[-1].items:
                if box.repeat:
                    pages[-1].items.append((PAGE_HEIGHT - TOP, box.repeat))
                    used = box.repeat.height
            else:
                used += box.before
            pages[-1].items.append((PAGE_HEIGHT - TOP - used, box))
            used += box.height
    return pages


def _chains(boxes: Sequence[Box]) -> list[list[Box]]:
    chains: list[list[Box]] = []
    open_chain = False
    for box in boxes:
        if open_chain:
            chains[-1].append(box)
        else:
            chains.append([box])
        open_chain = box.keep
    return chains
