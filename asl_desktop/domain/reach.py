"""What can bear on a threshold of a pack: everything that must be on file before anything is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.domain.conditions import (
    AnswerIn,
    IndicatorAbove,
    IndicatorBelow,
    ShowingAccepted,
    ThresholdStateIn,
    leaves,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.pack import Pack, Threshold


@dataclass(frozen=True, slots=True)
class Reach:
    """The ids of everything that can bear on a threshold; showings as (showing id, threshold id)."""

    questions: frozenset[str]
    indicators: tuple[str, ...]
    showings: frozenset[tuple[str, str]]
    thresholds: tuple[str, ...]


def reaches(pack: Pack) -> Mapping[str, Reach]:
    """Return what can bear on each threshold, by its id."""
    return {threshold.id: _reach(pack, threshold) for threshold in pack.thresholds}


def _reach(pack: Pack, threshold: Threshold) -> Reach:
    questions = {item.id for item in pack.questions if threshold.id in item.bears_on}
    indicators: dict[str, None] = {}
    showings: set[tuple[str, str]] = set()
    thresholds: dict[str, None] = {}
    pending = [(leaf, threshold.id) for leaf in (*leaves(threshold.crossed_when), *leaves(threshold.ruled_out_when))]
    while pending:
        leaf, target = pending.pop()
        if isinstance(leaf, AnswerIn):
            questions.add(leaf.question)
        elif isinstance(leaf, IndicatorBelow | IndicatorAbove):
            indicators[leaf.indicator] = None
        elif isinstance(leaf, ThresholdStateIn):
            thresholds[leaf.threshold] = None
        elif isinstance(leaf, ShowingAccepted):
            key = (leaf.showing, leaf.threshold or target)
            if key not in showings:
                showings.add(key)
                support = pack.showing_by_id[leaf.showing].supported_when.get(key[1])
                pending.extend((inner, key[1]) for inner in leaves(support))
    indicators.update((item.id, None) for item in pack.indicators if threshold.id in item.bears_on)
    return Reach(frozenset(questions), tuple(indicators), frozenset(showings), tuple(thresholds))
