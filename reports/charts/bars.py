"""Counts as stacked bars, as plain data: what window and picture draw, decided once."""

from __future__ import annotations

from typing import Literal, TypeAlias

from asl_desktop.frozen import frozen

Look: TypeAlias = Literal["good", "good_open", "warn", "warn_back", "later", "claimed", "open", "never"]
"""Colour and pattern of a part of a bar; no two are told apart by colour alone."""


@frozen
class Part:
    """One part of a bar: how many, and what they are in words that hold the number."""

    kind: str
    count: int
    text: str
    look: Look


@frozen
class Bar:
    """One bar.

    Attributes:
        verdict: what the bar comes to, such as ``3 of 12 missing``.
        loud: the verdict asks for attention.
        words: the whole bar with its trace as sentences.
        empty: what stands in place of a bar that has no parts; such a bar is never drawn as full.
    """

    key: str
    label: str
    verdict: str
    loud: bool
    parts: tuple[Part, ...]
    words: str
    empty: str = ""

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(part.count for part in self.parts)


@frozen
class BarChart:
    """A whole chart; ``note`` says how it is to be read, ``source`` framework, day and snapshot."""

    title: str
    bars: tuple[Bar, ...]
    note: str
    source: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """The words of each bar."""
        return tuple(bar.words for bar in self.bars)
