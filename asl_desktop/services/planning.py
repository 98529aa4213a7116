"""What a plan should hold, what a change of it says in words, and whether it came before the results."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import ELICITATION, PlannedIndicator

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
    planned = (f"Planned, {demand_in_words(item)}.",) if item else ()
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
        title = pack.indicator_by_id[key].title if key in pack.indicator_by_id else key
        if key not in after:
            yield f"{title} is no longer planned"
        elif key not in before:
            yield f"{title} is planned, {demand_in_words(after[key])}"
        elif before[key] != after[key]:
            yield f"{title}: {demand_in_words(after[key])} (before: {demand_in_words(before[key])})"
    if old.note.strip() != new.note.strip():
        yield "the text of the plan is changed"


def demand_in_words(item: PlannedIndicator) -> str:
    """Return what the plan asks of one indicator beyond the framework, such as ``at least 100 trials``."""
    wants = [f"at least {item.min_n} trials"] if item.min_n else []
    if item.required_elicitation:
        names = (ELICITATION.get(name, name).lower() for name in item.required_elicitation)
        wants.append(f"with {', '.join(names)}")
    return ", ".join(wants) or "as the framework asks"
