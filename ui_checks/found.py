"""What a check hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Figure: TypeAlias = float | int | str


@dataclass(frozen=True, slots=True)
class Found:
    """Outcome of one check.

    Attributes:
        passed: whether the bar was met and the control failed as it had to.
        bar: what had to be so, in words.
        figures: what was measured; names say the unit.
        reference: the same of something well known, measured in the same minute.
        control: what was planted to see whether the check can fail, and that it did; without it nothing is proved.
        told: sentences about what went wrong.
    """

    passed: bool
    bar: str
    figures: dict[str, Figure]
    reference: dict[str, Figure] = field(default_factory=dict)
    control: str = ""
    told: tuple[str, ...] = ()
