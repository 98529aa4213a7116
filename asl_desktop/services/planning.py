"""What a plan should hold, what a change of it says in words, and whether it came before the results."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import ELICITATION, PlannedIndicator
from asl_desktop.domain.scales import riskier, scaled, tighter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.inputs import Inputs, Measurement, Plan
    from asl_desktop.domain.pack import Indicator, Pack


def read_by_thresholds(pack: Pack) -> tuple[Indicator, ...]:
    """Return the indicators that bear on a threshold, in the order of the framework."""
    read = {indicator for reach in pack.reach.values() for indicator in reach.indicators}
    return tuple(indicator for indicator in pack.indicators if indicator.id in read)


def suggested_indicators(pack: Pack) -> tuple[PlannedIndicator, ...]:
    """Return what a plan starts from: every indicator that a threshold reads, asked for as the framework does."""
    return tuple(PlannedIndicator(indicator.id) for indicator in read_by_thresholds(pack))


def results_before_lock(inputs: Inputs) -> tuple[Measurement, ...]:
    """Return the results that were there when the plan was locked, by the day of the run or of their entry.

    A result of the very day of the lock is told by its entry only: its day alone does not say which came first.
    """
    locked = inputs.plan.locked_at
    if not locked:
        return ()
    return tuple(
        item for item in sorted(inputs.measurements, key=lambda m: (m.indicator, m.id)) if _before(item, locked)
    )


def plan_on(inputs: Inputs, indicator: Indicator, result: Measurement | None = None) -> tuple[str, ...]:
    """Return what a locked plan means for an indicator and one result of it, as sentences; nothing for an open plan."""
    plan = inputs.plan
    if not plan.locked_at:
        return ()
    item = next((each for each in plan.indicators if each.indicator == indicator.id), None)
    planned = (f"Planned, {demand_in_words(item, indicator.unit)}.",) if item else ()
    return (*planned, *plan_remarks(inputs, indicator, result))


def plan_remarks(inputs: Inputs, indicator: Indicator, result: Measurement | None = None) -> tuple[str, ...]:
    """Return where an indicator, or one result of it, departs from the plan as it was locked, as sentences."""
    plan = inputs.plan
    if not plan.locked_at:
        return ()
    early = result is not None and _before(result, plan.locked_at)
    found = ["This result was there before the plan was locked."] if early else []
    if all(each.indicator != indicator.id for each in plan.indicators):
        found.append("It is not in the plan.")
    for change in plan.amendments:
        if indicator.title in change.change or indicator.id in change.change:
            day = wording.day(date.fromisoformat(change.at[:10]))
            found.append(f"Amended {day} by {change.by}: {change.change}. Reason: {change.reason}")
    return tuple(found)


def _before(item: Measurement, locked: str) -> bool:
    by_run = item.produced is not None and item.produced.isoformat() < locked[:10]
    return by_run or bool(item.at and item.at.rstrip("Z") < locked.rstrip("Z"))


def changes_in_words(pack: Pack, old: Plan, new: Plan) -> str:
    """Say what tells two plans apart, as one line; nothing when what they ask for is the same."""
    return "; ".join(_changes(pack, old, new))


def _changes(pack: Pack, old: Plan, new: Plan) -> Iterator[str]:
    before = {item.indicator: item for item in old.indicators}
    after = {item.indicator: item for item in new.indicators}
    for key in dict.fromkeys((*before, *after)):
        indicator = pack.indicator_by_id.get(key)
        title, unit = (indicator.title, indicator.unit) if indicator else (key, "")
        if key not in after:
            yield f"{title} is no longer planned"
        elif key not in before:
            yield f"{title} is planned, {demand_in_words(after[key], unit)}"
        elif before[key] != after[key]:
            yield f"{title}: {demand_in_words(after[key], unit)} (before: {demand_in_words(before[key], unit)})"
    if old.note.strip() != new.note.strip():
        yield "the text of the plan is changed"


def own_bound_problem(indicator: Indicator, value: float) -> str:
    """Return why a plan cannot set this value in the place of the framework's bound, or nothing."""
    bound = indicator.margin_bound
    if bound is None:
        return "the framework sets no bound here, so there is none to tighten"
    limit = wording.quantity(bound.value, indicator.unit)
    if not tighter(indicator, bound, value):
        side = "below" if indicator.direction == "higher_is_riskier" else "above"
        return f"a plan can only tighten what the framework asks, so its bound lies {side} {limit}"
    floor = indicator.floor if indicator.floor is not None else (0.0 if indicator.scale == "linear" else None)
    if not math.isfinite(scaled(indicator, value)) or (floor is not None and riskier(indicator, floor, value)):
        shown = f" ({wording.quantity(floor, indicator.unit)})" if floor is not None else ""
        return f"the bound lies at or beyond the floor of the indicator{shown}, so no result could be short of it"
    return ""


def demand_in_words(item: PlannedIndicator, unit: str = "") -> str:
    """Return what the plan asks of one indicator beyond the framework, such as ``at least 100 trials``."""
    wants = [f"at least {item.min_n} trials"] if item.min_n else []
    if item.bound is not None:
        wants.append(f"against a bound of {wording.quantity(item.bound, unit)}")
    if item.required_elicitation:
        names = (ELICITATION.get(name, name).lower() for name in item.required_elicitation)
        wants.append(f"with {', '.join(names)}")
    return ", ".join(wants) or "as the framework asks"
