"""Breaking runs of text into lines. Text is literal; long words are cut, nothing ever leaves its column."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from asl_desktop.frozen import frozen
from reports.charts.palette import LIGHT
from reports.layout import scripts
from reports.layout.fonts import Face, segments, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.blocks import Run

TEXT_COLOUR = LIGHT.text
MUTED_COLOUR = LIGHT.muted
_FACE: dict[str, Face] = {"": "regular", "strong": "strong", "italic": "italic", "muted": "regular"}
_TOKENS = re.compile(r"\n|[ ]+|[^ \n]+")
_BREAK_AFTER = "/-_.,:;=&?@+|\\"


@frozen
class Piece:
    """Text in one font and colour at ``x`` points from the line's start; ``rtl`` when it is read from the right."""

    x: float
    face: Face
    colour: str
    text: str
    rtl: bool = False


@frozen
class Line:
    """One line; ``width`` is that of its text in points. Its pieces are in the order in which they are read."""

    pieces: tuple[Piece, ...]
    width: float


_Atom: TypeAlias = tuple[Face, str, int, str]
"""A stretch of a word in one font, colour and embedding level, and its text."""


def _colour(run: Run) -> str:
    return LIGHT.status[run.mark] if run.mark else (MUTED_COLOUR if run.style == "muted" else TEXT_COLOUR)


def _words(runs: Iterable[Run]) -> Iterable[list[_Atom] | str]:
    r"""Yield words as lists of atoms, ``" "`` for a gap and ``"\n"`` for a forced break."""
    runs = tuple(runs)
    levels = _levels("".join(run.text for run in runs))
    word: list[_Atom] = []
    place = 0
    for run in runs:
        wanted, colour = _FACE[run.style], _colour(run)
        for part in _TOKENS.findall(run.text):
            if part == "\n" or part[0] == " ":
                if word:
                    yield word
                    word = []
                yield part[0]
            elif not levels and part.isascii():
                word.append((wanted, colour, 0, part))
            else:
                for number, atoms in enumerate(_atoms(part, wanted, colour, levels[place : place + len(part)])):
                    if number:  # a line may end here though there is no space
                        yield word
                        word = []
                    word += atoms
            place += len(part)
    if word:
        yield word


def _levels(text: str) -> tuple[int, ...]:
    """Return the embedding level of each character, paragraph by paragraph; empty when all reads from left to right."""
    if text.isascii():
        return ()
    paragraphs = [(part, scripts.levels(part)) for part in text.split("\n")]
    if not any(levels for _, levels in paragraphs):
        return ()
    return tuple(level for part, levels in paragraphs for level in ((levels or (0,) * len(part)) + (0,)))


def _atoms(part: str, wanted: Face, colour: str, levels: Sequence[int]) -> Iterable[list[_Atom]]:
    """Yield the atoms of text without spaces, in the stretches between which a line may end."""
    level_of = iter(levels or (0,) * len(part))
    for unit in scripts.units(part):
        atoms: list[_Atom] = []
        for level, chars in groupby(zip(unit, level_of, strict=False), itemgetter(1)):
            text = "".join(char for char, _ in chars)
            atoms += [(face, colour, level, piece) for face, piece in segments(wanted, text)]
        yield atoms


def in_one_line(text: str, face: Face, colour: str) -> Line:
    """Return clean text as one line, at size 1."""
    levels = _levels(text)
    breaker = _Breaker(float("inf"), 1.0)
    breaker.current = [atom for atoms in _atoms(text, face, colour, levels) for atom in atoms]
    breaker.close()
    return breaker.lines[0]


class _Breaker:
    def __init__(self, width: float, size: float) -> None:
        self.limit = max(width, size) / size
        self.size = size
        self.lines: list[Line] = []
        self.current: list[_Atom] = []
        self.used = 0.0
        self.gap = False

    def close(self) -> None:
        """End the line, joining neighbours of one font, colour and level into one piece."""
        parts = [
            (face, colour, level, "".join(atom[3] for atom in atoms))
            for (face, colour, level), atoms in groupby(self.current, itemgetter(0, 1, 2))
        ]
        widths = [text_width(face, text) for face, _, _, text in parts]
        starts, x = [0.0] * len(parts), 0.0
        for place in scripts.visual_order([level for _, _, level, _ in parts]):
            starts[place] = x
            x += widths[place]
        pieces = (
            Piece(start * self.size, face, colour, text, level % 2 == 1)
            for (face, colour, level, text), start in zip(parts, starts, strict=True)
        )
        self.lines.append(Line(tuple(pieces), x * self.size))
        self.current, self.used, self.gap = [], 0.0, False

    def add(self, word: list[_Atom]) -> None:
        face, colour, level, text = word[0]
        width = text_width(face, text)
        for more_face, _, _, more in word[1:]:
            width += text_width(more_face, more)
        if self.current:
            space = text_width(face, " ") if self.gap else 0.0
            if self.used + space + width > self.limit:
                self.close()
            elif self.gap:
                self.current.append((face, colour, min(level, self.current[-1][2]), " "))
                self.used += space
        self.gap = False
        if width > self.limit:
            self._add_long(word)
        else:
            self.current.extend(word)
            self.used += width

    def _add_long(self, word: list[_Atom]) -> None:
        """Cut a word wider than the column, after punctuation where there is some near the end of the line."""
        chars = [(*atom[:3], cluster) for atom in word for cluster in scripts.clusters(atom[3])]
        start = 0
        while start < len(chars):
            end, used = start, 0.0
            while end < len(chars):
                step = text_width(chars[end][0], chars[end][3])
                if used + step > self.limit and end > start:
                    break
                used += step
                end += 1
            if end < len(chars):
                floor = start + (end - start) * 3 // 5
                cut = next((i for i in range(end - 1, floor, -1) if chars[i][3] in _BREAK_AFTER), end - 1)
                end = cut + 1
            self.current.extend(chars[start:end])
            self.used = sum(text_width(face, char) for face, _, _, char in chars[start:end])
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
