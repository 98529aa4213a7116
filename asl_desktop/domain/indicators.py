"""What a measured indicator is worth in a rule that holds it against one of its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import margins, wording
from asl_desktop.domain.answers import evidence_references
from asl_desktop.domain.conditions import IndicatorAbove, IndicatorBelow
from asl_desktop.domain.determination import Trace, Truth

if TYPE_CHECKING:
    from asl_desktop.domain.logic import Record
    from asl_desktop.domain.margins import Readings
    from asl_desktop.domain.pack import Bound

OPPOSITE: dict[Truth, Truth] = {"true": "false", "false": "true", "unknown": "unknown"}


def indicator_leaf(record: Record, leaf: IndicatorBelow | IndicatorAbove) -> Trace:
    """Evaluate whether an indicator lies short of, or past, one of its bounds."""
    readings = record.readings(leaf.indicator)
    found = readings.leaves.get(leaf)
    if found is None:
        found = readings.leaves[leaf] = _measured(readings, leaf)
    return found


def _measured(readings: Readings, leaf: IndicatorBelow | IndicatorAbove) -> Trace:
    bound = readings.indicator.bound(leaf.bound)
    if bound is None:
        return Trace(leaf.op, "unknown", f"{readings.indicator.title} has no such bound.", leaf.indicator)
    is_below = margins.below(readings, bound)
    value = is_below if isinstance(leaf, IndicatorBelow) else OPPOSITE[is_below]
    uses = tuple(f"measurement:{r.measurement.id}" for r in readings.competing)
    evidence = tuple(ref for r in readings.competing for ref in evidence_references(r.measurement.evidence))
    return Trace(leaf.op, value, _indicator_reason(readings, bound), leaf.indicator, (*uses, *evidence))


def _indicator_reason(readings: Readings, bound: Bound) -> str:
    indicator = readings.indicator
    if bound is indicator.margin_bound:
        margin = readings.margin
        return f"{indicator.title}: {wording.MARGIN_WORDS[margin.state]}. {margin.reasons[0]}"
    if not readings.competing:
        return f"{indicator.title}: nothing on file counts."
    reading = readings.competing[0]
    value = wording.quantity(reading.estimate, indicator.unit)
    spread = margins.describe_interval(indicator, reading)
    return f"{indicator.title}: {value} ({spread}) against {wording.quantity(bound.value, indicator.unit)}."
