"""Condition trees: closed data that a framework pack states its rules in, never evaluated text.

Leaves name what they look at; :mod:`asl_desktop.domain.logic` gives them a three-valued meaning. ``op`` is the tag by
which a tree is written in a pack file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

BoundName: TypeAlias = Literal["rule_out", "concern"]
StateName: TypeAlias = Literal["ruled_out", "not_ruled_out", "crossed", "conflicting", "not_assessed"]


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every branch is true; false when one is false."""

    of: tuple[Condition, ...]
    op: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one branch is true; false when every one is false."""

    of: tuple[Condition, ...]
    op: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when ``k`` branches are true; false when too few can still become so."""

    k: int
    of: tuple[Condition, ...]
    op: Literal["at_least"] = "at_least"


@dataclass(frozen=True, slots=True)
class Not:
    """Turns true and false round; unknown stays unknown."""

    of: Condition
    op: Literal["not"] = "not"


@dataclass(frozen=True, slots=True)
class IndicatorBelow:
    """An adequate measurement lies short of the bound, even at the riskier end of its interval."""

    indicator: str
    bound: BoundName = "rule_out"
    op: Literal["indicator_below"] = "indicator_below"


@dataclass(frozen=True, slots=True)
class IndicatorAbove:
    """An adequate measurement lies past the bound, even at the safer end of its interval."""

    indicator: str
    bound: BoundName = "concern"
    op: Literal["indicator_above"] = "indicator_above"


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """The answer to (one part of) a question is one of these options; a yes/no question uses ``yes`` and ``no``."""

    question: str
    options: tuple[str, ...]
    part: str = "value"
    op: Literal["answer_in"] = "answer_in"


@dataclass(frozen=True, slots=True)
class ShowingAccepted:
    """Named people accepted this showing for the threshold at hand (or for the one named)."""

    showing: str
    threshold: str | None = None
    op: Literal["showing_accepted"] = "showing_accepted"


@dataclass(frozen=True, slots=True)
class StandardMet:
    """Every requirement of the standard, and of those below it, is covered."""

    track: str
    standard: str
    op: Literal["standard_met"] = "standard_met"


@dataclass(frozen=True, slots=True)
class ThresholdStateIn:
    """The state determined for a threshold is one of these."""

    threshold: str
    states: tuple[StateName, ...]
    op: Literal["threshold_state_in"] = "threshold_state_in"


Leaf: TypeAlias = IndicatorBelow | IndicatorAbove | AnswerIn | ShowingAccepted | StandardMet | ThresholdStateIn
Condition: TypeAlias = AllOf | AnyOf | AtLeast | Not | Leaf


def branches(condition: Condition) -> tuple[Condition, ...]:
    """Return the direct branches of a node; a leaf has none."""
    if isinstance(condition, AllOf | AnyOf | AtLeast):
        return condition.of
    if isinstance(condition, Not):
        return (condition.of,)
    return ()


def leaves(condition: Condition | None) -> tuple[Leaf, ...]:
    """Return every leaf below ``condition`` from left to right; an absent tree has none."""
    if condition is None:
        return ()
    if isinstance(condition, AllOf | AnyOf | AtLeast | Not):
        return tuple(leaf for branch in branches(condition) for leaf in leaves(branch))
    return (condition,)
