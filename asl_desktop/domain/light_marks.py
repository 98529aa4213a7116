"""A few marks in prose that people type as plain text: bold, italics, lists, links.

What is kept and hashed is the text as it was typed. This reads it for showing, and never makes more of it than words
with an emphasis: there is no HTML in it anywhere, and a link is shown as its words and its address, never followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

LineKind: TypeAlias = Literal["text", "item"]

_ITEM = re.compile(r"(?P<indent>[ \t]{0,8})(?P<sign>[-*+\u2022]|\d{1,3}[.)])[ \t]+(?P<rest>\S.*)")
_MARK = re.compile(
    r"\*\*(?=\S)(?P<bold>[^*\n]{1,400}?)(?<=\S)\*\*"
    r"|(?<![\w*])\*(?=\S)(?P<star>[^*\n]{1,400}?)(?<=\S)\*(?![\w*])"
    r"|(?<!\w)_(?=\S)(?P<bar>[^_\n]{1,400}?)(?<=\S)_(?!\w)"
    r"|\[(?P<words>[^\[\]\n]{1,400})\]\((?P<address>[^()\s]{1,800})\)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Words with one emphasis."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line as typed: its words and, for an item of a list, its sign (a bullet or a number) and depth (0 and up)."""

    kind: LineKind
    spans: tuple[Span, ...]
    sign: str = ""
    depth: int = 0


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a text with their marks read; marks that do not close are ordinary characters."""
    return tuple(_line(line) for line in text.splitlines())


def is_marked(text: str) -> bool:
    """Tell whether a text has any mark, so that showing it differs from the text itself."""
    return any(
        line.kind == "item" or len(line.spans) > 1 or any(span.bold or span.italic for span in line.spans)
        for line in lines_of(text)
    ) or bool(_MARK.search(text))


def _line(line: str) -> Line:
    item = _ITEM.fullmatch(line)
    if item is None:
        return Line("text", _spans(line))
    sign = item["sign"] if item["sign"][0].isdigit() else "\u2022"
    depth = len(item["indent"].expandtabs(4)) // 2
    return Line("item", _spans(item["rest"]), sign, depth)


def _spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            found.append(Span(text[at : mark.start()]))
        found.append(_span(mark))
        at = mark.end()
    if at < len(text):
        found.append(Span(text[at:]))
    return tuple(found)


def _span(mark: re.Match[str]) -> Span:
    if mark["bold"] is not None:
        return Span(mark["bold"], bold=True)
    if mark["words"] is not None:
        return Span(f"{mark['words']} ({mark['address']})")
    return Span(mark["star"] if mark["star"] is not None else mark["bar"], italic=True)
