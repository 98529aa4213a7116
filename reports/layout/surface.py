"""Drawing on pages with every mark either part of the document's structure or an artifact.

Coordinates are points from the lower left corner, as PDF has them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop.frozen import frozen
from reports.layout import scripts
from reports.layout.fonts import Face, encoded, font, text_width
from reports.layout.text import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reports.layout.text import Line, Piece

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


def _meant(letters: Sequence[scripts.Letter]) -> str:
    """Return the text of letters of which one has several glyphs, so that their codes do not say it; else nothing."""
    several = any(len(letter.glyphs) > 1 for letter in letters)
    return "".join(letter.text for letter in letters) if several else ""


class Surface:
    """The pages of one PDF under construction."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas
        self.page = 0
        self.fields: list[PlacedField] = []
        self._next_id = 0
        self._open = False
        self._node: Node | None = None
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
        self._begin(node)
        self._open, self._node = True, node
        yield
        self._open, self._node = False, None
        self.canvas._code.append("EMC")  # noqa: SLF001

    def _begin(self, node: Node) -> None:
        tag = node.tag if node.tag not in {"TD", "TH", "LI", "Form"} else "P"
        self.canvas._code.append(f"/{tag} <</MCID {self._mark(node)}>> BDC")  # noqa: SLF001

    def _mark(self, node: Node) -> int:
        """Return the id of a new mark of a node on this page."""
        node.kids.append((self.page, self._next_id))
        self._next_id += 1
        return self._next_id - 1

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
        for piece in in_one_line(text, face, colour).pieces:
            self._piece(x + piece.x * size, y, piece, size)

    def line_of_text(self, x: float, y: float, line: Line, *, size: float) -> None:
        """Draw a line that was broken at this size, with its baseline starting at (x, y)."""
        for piece in line.pieces:
            self._piece(x + piece.x, y, piece, size)

    def _piece(self, x: float, y: float, piece: Piece, size: float) -> None:
        """Draw text that one font is known to have.

        Written straight into the page: the library's own call costs four times as much, and a report has thousands.
        Text that reads from the right is written letter by letter, in the order in which it is read.
        """
        self._fill(piece.colour)
        if piece.face in scripts.SHAPED:
            self._letters(x, y, piece, size)
        elif piece.rtl:
            left = text_width(piece.face, piece.text)
            for char in piece.text:
                left -= text_width(piece.face, char)
                shown = scripts.mirrored(char)
                self._show(
                    x + left * size, y, self._plain(piece.face, shown, size), meant=char if shown != char else ""
                )
        else:
            self._show(x, y, self._plain(piece.face, piece.text, size))

    def _letters(self, x: float, y: float, piece: Piece, size: float) -> None:
        letters = scripts.letters(font(piece.face), piece.text, rtl=piece.rtl)
        if not piece.rtl:
            glyphs = [glyph for letter in letters for glyph in letter.glyphs]
            self._show(x, y, self._shaped(piece.face, glyphs, size), meant=_meant(letters))
            return
        left = sum(letter.advance for letter in letters)
        for letter in letters:
            left -= letter.advance
            self._show(x + left * size, y, self._shaped(piece.face, letter.glyphs, size), meant=_meant([letter]))

    def _show(self, x: float, y: float, shown: str, *, meant: str = "") -> None:
        """Write operators that show text; ``meant`` is what they stand for where their codes alone do not say so.

        That goes into marked content of its own, beside the one that is open: readers trip over content within content.
        """
        code = self.canvas._code  # noqa: SLF001
        drawn = f"BT 1 0 0 1 {x:.3f} {y:.3f} Tm {shown} ET"
        if not meant:
            code.append(drawn)
            return
        said = f"/ActualText <feff{meant.encode('utf-16-be').hex()}>"
        if self._node is None:
            code.append(f"/Span <<{said}>> BDC {drawn} EMC")
            return
        code.append("EMC")
        code.append(f"/Span <<{said} /MCID {self._mark(self._node)}>> BDC {drawn} EMC")
        self._begin(self._node)

    def _plain(self, face: Face, text: str, size: float) -> str:
        return " ".join(f"{name} {size:g} Tf <{data}> Tj" for name, data in self._codes(face, text))

    def _codes(self, face: Face, text: str) -> list[tuple[str, str]]:
        """Return text as (name of the part of the font in this document, codes in it as hexadecimal digits)."""
        document = self.canvas._doc  # noqa: SLF001
        own = font(face)
        return [
            (own.getSubsetInternalName(subset, document), data.hex()) for subset, data in encoded(face, text, document)
        ]

    def _shaped(self, face: Face, glyphs: Iterable[scripts.Glyph], size: float) -> str:
        """Return the operators that show glyphs; between them, numbers in thousandths of the size move left."""
        parts: list[str] = []
        current, risen, moved = "", 0.0, 0.0
        for glyph in glyphs:
            ((name, data),) = self._codes(face, glyph.char)
            if name != current:
                parts.append(f"{name} {size:g} Tf")
                current = name
            if glyph.dy != risen:
                parts.append(f"{glyph.dy * size:.3f} Ts")
                risen = glyph.dy
            before = round((moved - glyph.dx) * 1000)
            parts.append(f"[{before or ''}<{data}>] TJ")
            moved = glyph.width + glyph.dx - glyph.advance
        if risen:
            parts.append("0 Ts")
        return " ".join(parts)

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
