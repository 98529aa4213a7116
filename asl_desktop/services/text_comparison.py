"""Two texts as one, word by word: what stayed, what is gone, what is new."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

_MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words in the comparison of two texts."""

    kind: Literal["same", "old", "new"]
    text: str


def compared(old: str, new: str) -> tuple[Piece, ...]:
    """Return two texts as one, word by word, with what is gone and what is new; very long ones by the line."""
    left, right = _words(old), _words(new)
    if len(left) + len(right) > _MOST_WORDS:
        left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(left) + len(right) > _MOST_WORDS:
        left, right = [old], [new]
    found: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(left[a:b])))
            continue
        if a < b:
            found.append(Piece("old", "".join(left[a:b])))
        if c < d:
            found.append(Piece("new", "".join(right[c:d])))
    return tuple(found)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
