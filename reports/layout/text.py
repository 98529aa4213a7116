"""Breaking runs of text into lines. Text is literal; long words are cut, nothing ever leaves its column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asl_desktop.frozen import frozen
from reports.charts.palette import LIGHT
from reports.layout.fonts import Face, segments, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.blocks import Run

TEXT_COLOUR = LIGHT.text
MUTED_COLOUR = LIGHT.muted
_FACE: dict[str, Face] = {"": "regular", "strong": "strong", "italic": "italic", "muted": "regular"}
_TOKENS = re.compile(r"\n|[ ]+|[^ \n]+")
_BREAK_AFTER = "/-_.,:;=&?@+|\\"


@frozen
class Piece:
    """Text in one font and colour at ``x`` points from the line's start."""

    x: float
    face: Face
    colour: str
    text: str


@frozen
class Line:
    """One line; ``width`` is that of its text in points."""

    pieces: tuple[Piece, ...]
    width: float


_Atom = tuple[Face, str, str]


def _colour(run: Run) -> str:
    return LIGHT.status[run.mark] if run.mark else (MUTED_COLOUR if run.style == "muted" else TEXT_COLOUR)


def _words(runs: Iterable[Run]) -> Iterable[list[_Atom] | str]:
    r"""Yield words as lists of atoms, ``" "`` for a gap and ``"\\n"`` for a forced break."""
    word: list[_Atom] = []
    for run in runs:
        wanted, colour = _FACE[run.style], _colour(run)
        for part in _TOKENS.findall(run.text):
            if part == "\n" or part[0] == " ":
                if word:
                    yield word
                    word = []
                yield part[0]
            else:
                word += [(face, colour, piece) for face, piece in segments(wanted, part)]
    if word:
        yield word


class _Breaker:
    def __init__(self, width: float, size: float) -> None:
        self.limit = max(width, size) / size
        self.size = size
        self.lines: list[Line] = []
        self.current: list[_Atom] = []
        self.used = 0.0
        self.gap = False

    def close(self) -> None:
        """End the line, joining neighbours of one font and colour into one piece."""
        pieces: list[Piece] = []
        parts: list[str] = []
        x = start = 0.0
        before: tuple[Face, str] | None = None
        for face, colour, text in self.current:
            if before != (face, colour):
                if before:
                    pieces.append(Piece(start * self.size, *before, "".join(parts)))
                before, start, parts = (face, colour), x, []
            parts.append(text)
            x += text_width(face, text)
        if before:
            pieces.append(Piece(start * self.size, *before, "".join(parts)))
        self.lines.append(Line(tuple(pieces), x * self.size))
        self.current, self.used, self.gap = [], 0.0, False

    def add(self, word: list[_Atom]) -> None:
        face, colour, text = word[0]
        width = text_width(face, text)
        for more_face, _, more in word[1:]:
            width += text_width(more_face, more)
        if self.current:
            space = text_width(face, " ") if self.gap else 0.0
            if self.used + space + width > self.limit:
                self.close()
            elif self.gap:
                self.current.append((face, colour, " "))
                self.used += space
        self.gap = False
        if width > self.limit:
            self._add_long(word)
        else:
            self.current.extend(word)
            self.used += width

    def _add_long(self, word: list[_Atom]) -> None:
        """Cut a word wider than the column, after punctuation where there is some near the end of the line."""
        chars = [(face, colour, char) for face, colour, text in word for char in text]
        start = 0
        while start < len(chars):
            end, used = start, 0.0
            while end < len(chars):
                step = text_width(chars[end][0], chars[end][2])
                if used + step > self.limit and end > start:
                    break
                used += step
                end += 1
            if end < len(chars):
                floor = start + (end - start) * 3 // 5
                cut = next((i for i in range(end - 1, floor, -1) if chars[i][2] in _BREAK_AFTER), end - 1)
                end = cut + 1
            self.current.extend(chars[start:end])
            self.used = sum(text_width(face, char) for face, _, char in chars[start:end])
            start = end
            if start < len(chars):
                self.close()


def break_lines(runs: Iterable[Run], width: float, size: float) -> list[Line]:
    """Break clean runs into lines of at most ``width`` points at the given size; an empty text gives no line."""
    breaker = _Breaker(width, size)
    for word in _words(runs):
        if word == "\n":
            breaker.close()
        elif word == " ":
            breaker.gap = True
        else:
            assert isinstance(word, list)
            breaker.add(word)
    if breaker.current:
        breaker.close()
    return breaker.lines
