"""Drawing on pages with every mark either part of the document's structure or an artifact.

Coordinates are points from the lower left corner, as PDF has them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop.frozen import frozen
from reports.layout.fonts import Face, encoded, font, segments, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Artifact: TypeAlias = Literal["Layout", "Header", "Footer", "Background"]


@dataclass(eq=False)
class Node:
    """An element of the document's structure: a tag, and in reading order its elements and its marks.

    A mark is (page index, id of the marked content on that page). ``form_field`` names the form field that the element
    stands for; ``bbox`` with ``page`` is where a figure lies.
    """

    tag: str
    kids: list[Node | tuple[int, int]] = field(default_factory=list)
    alt: str = ""
    scope: str = ""
    form_field: str = ""
    bbox: tuple[float, float, float, float] | None = None
    page: int = 0
    summary: str = ""

    def add(self, tag: str, **more: Any) -> Node:
        """Append a new element and return it."""
        made = Node(tag, **more)
        self.kids.append(made)
        return made


@frozen
class PlacedField:
    """Where a signature field goes."""

    name: str
    title: str
    page: int
    rect: tuple[float, float, float, float]


@cache
def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


class Surface:
    """The pages of one PDF under construction."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas
        self.page = 0
        self.fields: list[PlacedField] = []
        self._next_id = 0
        self._open = False
        self._filled = ""
        self._stroked: tuple[str, float, tuple[float, ...]] | None = None

    def next_page(self) -> None:
        """Finish the page and begin another."""
        self.canvas.showPage()
        self.page += 1
        self._next_id = 0
        self._filled, self._stroked = "", None

    def _fill(self, colour: str) -> None:
        """Set the colour for filling and for text, unless it is set already."""
        if colour != self._filled:
            self.canvas.setFillColorRGB(*_rgb(colour))
            self._filled = colour

    @contextmanager
    def content(self, node: Node) -> Iterator[None]:
        """Mark what is drawn inside as content of ``node``; inside other content it is part of that."""
        if self._open:
            yield
            return
        tag = node.tag if node.tag not in {"TD", "TH", "LI", "Form"} else "P"
        self.canvas._code.append(f"/{tag} <</MCID {self._next_id}>> BDC")  # noqa: SLF001
        node.kids.append((self.page, self._next_id))
        self._next_id += 1
        self._open = True
        yield
        self._open = False
        self.canvas._code.append("EMC")  # noqa: SLF001

    @contextmanager
    def artifact(self, kind: Artifact = "Layout") -> Iterator[None]:
        """Mark what is drawn inside as decoration; inside content it is part of that content."""
        if self._open:
            yield
            return
        properties = f"<</Type /Pagination /Subtype /{kind}>>" if kind in {"Header", "Footer"} else f"<</Type /{kind}>>"
        self.canvas._code.append(f"/Artifact {properties} BDC")  # noqa: SLF001
        self._open = True
        yield
        self._open = False
        self.canvas._code.append("EMC")  # noqa: SLF001

    def text(self, x: float, y: float, text: str, *, face: Face = "regular", size: float, colour: str) -> None:
        """Draw clean text with its baseline starting at (x, y), in whichever fonts have its characters."""
        for own, part in segments(face, text):
            self.piece(x, y, part, face=own, size=size, colour=colour)
            x += text_width(own, part) * size

    def piece(self, x: float, y: float, text: str, *, face: Face, size: float, colour: str) -> None:
        """Draw text that one font is known to have.

        Written straight into the page: the library's own call costs four times as much, and a report has thousands.
        """
        self._fill(colour)
        document = self.canvas._doc  # noqa: SLF001
        parts = []
        for subset, data in encoded(face, text, document):
            name = font(face).getSubsetInternalName(subset, document)
            parts.append(f"{name} {size:g} Tf <{data.hex()}> Tj")
        self.canvas._code.append(f"BT 1 0 0 1 {x:.3f} {y:.3f} Tm {' '.join(parts)} ET")  # noqa: SLF001

    def rect(self, x: float, y: float, width: float, height: float, *, fill: str) -> None:
        """Fill a rectangle."""
        self._fill(fill)
        self.canvas.rect(x, y, width, height, stroke=0, fill=1)

    def frame(self, x: float, y: float, width: float, height: float, *, colour: str) -> None:
        """Draw the outline of a rectangle, half a point wide."""
        self._stroke(colour, 0.5, ())
        self.canvas.rect(x, y, width, height, stroke=1, fill=0)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str, width: float = 0.5, dash: Sequence[float] = ()
    ) -> None:
        """Draw a straight line."""
        self._stroke(colour, width, dash)
        self.canvas._code.append(f"n {x1:.3f} {y1:.3f} m {x2:.3f} {y2:.3f} l S")  # noqa: SLF001

    def lines(self, ends: Sequence[tuple[float, float, float, float]], *, colour: str, width: float) -> None:
        """Draw many straight lines in one stroke."""
        self._stroke(colour, width, ())
        parts = " ".join(f"{x1:.3f} {y1:.3f} m {x2:.3f} {y2:.3f} l" for x1, y1, x2, y2 in ends)
        self.canvas._code.append(f"n {parts} S")  # noqa: SLF001

    def _stroke(self, colour: str, width: float, dash: Sequence[float]) -> None:
        """Set how lines are drawn, unless it is set already."""
        wanted = (colour, width, tuple(dash))
        if wanted != self._stroked:
            self.canvas.setStrokeColorRGB(*_rgb(colour))
            self.canvas.setLineWidth(width)
            self.canvas.setDash(list(dash))
            self._stroked = wanted

    def polygon(
        self, points: Sequence[tuple[float, float]], *, fill: str = "", stroke: str = "", width: float = 1.0
    ) -> None:
        """Draw a closed polygon, filled, stroked or both."""
        path = self.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        if fill:
            self._fill(fill)
        if stroke:
            self._stroke(stroke, width, ())
        self.canvas.drawPath(path, stroke=int(bool(stroke)), fill=int(bool(fill)))

    @contextmanager
    def clipped(self, x: float, y: float, width: float, height: float) -> Iterator[None]:
        """Limit what is drawn inside to a rectangle."""
        self.canvas.saveState()
        path = self.canvas.beginPath()
        path.rect(x, y, width, height)
        self.canvas.clipPath(path, stroke=0, fill=0)
        yield
        self.canvas.restoreState()
        self._filled, self._stroked = "", None

    def bookmark(self, title: str, key: str, level: int, top: float) -> None:
        """Put the place into the outline that readers show beside the pages."""
        self.canvas.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
        self.canvas.addOutlineEntry(title, key, level=level, closed=level > 0)
