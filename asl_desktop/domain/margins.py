"""From a measurement to a margin: is it adequate, what is its interval, and how far is the bound.

A margin is our own construct: no framework in force defines one. Rules: docs/determination.md, section 3.

Several results of one indicator: those of the assessed model with a successful run and enough trials compete, and the
one that looks worst speaks. A result that lacks evidence, elicitation or freshness still competes, so that it can hurt
but never help; one that says nothing (failed run, too few trials, another model) does not. A named person may set a
result aside with a reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING

from asl_desktop.domain import statistics, wording
from asl_desktop.domain.conditions import IndicatorAbove, IndicatorBelow
from asl_desktop.domain.determination import Margin, Trace, Truth, Watched
from asl_desktop.domain.inputs import (
    Counts,
    EvidenceLink,
    Inputs,
    Interval,
    Mean,
    Measurement,
    Point,
    Ratio,
    same_name,
    stated,
)
from asl_desktop.domain.pack import Indicator
from asl_desktop.domain.scales import moved, position, riskier, scaled, tighter, unscaled, whole
from asl_desktop.frozen import frozen

if TYPE_CHECKING:
    from datetime import date

    from asl_desktop.domain.pack import Bound

PLAN_BOUND = "Set by the plan, stricter than the framework's."
"""The label of a bound that the plan put in the place of the pack's."""
_SEVERITY = {"clear": 0, "in_buffer": 1, "not_excluded": 2, "crossed": 3}


@frozen
class Reading:
    """One measurement, judged: its numbers in the indicator's unit and every reason why it may not count.

    Attributes:
        measured: at least one scored trial exists and nobody set the result aside.
        competing: the result speaks about the assessed model and says something.
        defects: sentences; empty means adequate.
        safer: the safer end of the interval; None without an interval.
        conservative: the riskier end moved by the elicitation gap; None without an interval.
    """

    measurement: Measurement
    measured: bool
    competing: bool
    defects: tuple[str, ...]
    estimate: float
    low: float | None = None
    high: float | None = None
    safer: float | None = None
    conservative: float | None = None
    method: str = ""

    @property
    def adequate(self) -> bool:
        """Tell whether the measurement counts."""
        return self.measured and not self.defects


@frozen
class Demand:
    """How many scored trials, and which elicitation practices, a result needs to count."""

    min_n: int
    elicitation: tuple[str, ...]


@dataclass(frozen=True)
class Readings:
    """Every reading of one indicator; ``present`` tells whether anything was measured at all.

    ``indicator`` is the pack's, with the plan's stricter bound in the place of its own where there is one. ``leaves``
    keeps what rules made of them, so that it lives as long as the readings do and no longer.
    """

    indicator: Indicator
    all: tuple[Reading, ...]
    competing: tuple[Reading, ...]
    present: bool
    leaves: dict[IndicatorBelow | IndicatorAbove, Trace] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def margin(self) -> Margin:
        """The margin, for an indicator that has a bound."""
        return margin_of(self)


_latest: dict[str, tuple[tuple[object, ...], date, float, Readings]] = {}
"""The readings last made of each indicator, with the very objects they were made from.

Between two keystrokes one record changes; the other indicators keep theirs. Compared by identity, so nothing that could
give another reading is ever taken for the same.
"""


def read_indicator(indicator: Indicator, inputs: Inputs, *, as_of: date, level: float) -> Readings:
    """Judge every measurement of an indicator on ``as_of`` at confidence ``level``."""
    found = inputs.measurements_by_indicator.get(indicator.id, ())
    basis = (indicator, inputs.scope, inputs.plan, inputs.evidence, *found)
    kept = _latest.get(indicator.id)
    if kept and kept[1] == as_of and kept[2] == level and len(kept[0]) == len(basis) and all(map(is_, kept[0], basis)):
        return kept[3]
    planned = _planned(indicator, inputs)
    indicator = under_plan(indicator, inputs)
    readings = tuple([_read(indicator, m, inputs, planned, as_of=as_of, level=level) for m in found])
    competing = tuple([r for r in readings if r.competing])
    made = Readings(indicator, readings, competing, present=any(_is_present(r) for r in readings))
    _latest[indicator.id] = (basis, as_of, level, made)
    return made


def under_plan(indicator: Indicator, inputs: Inputs) -> Indicator:
    """Return the indicator with the plan's stricter bound in the place of the pack's; a laxer one changes nothing."""
    bound = indicator.margin_bound
    own = [line.bound for line in inputs.plan.indicators if line.indicator == indicator.id and line.bound is not None]
    stricter = [value for value in own if bound is not None and tighter(indicator, bound, value)]
    if bound is None or not stricter:
        return indicator
    strictest = min(stricter) if indicator.direction == "higher_is_riskier" else max(stricter)
    planned = replace(bound, value=strictest, label=PLAN_BOUND, policy=False)
    return replace(indicator, bounds=tuple(planned if item is bound else item for item in indicator.bounds))


def bound_of(indicator: Indicator, margin: Margin) -> Bound | None:
    """Return the bound that a margin of the pack's indicator is taken against, the plan's where that is stricter."""
    bound = indicator.bound(margin.bound_name)
    if bound is None or not margin.planned:
        return bound
    return replace(bound, value=margin.bound, label=PLAN_BOUND, policy=False)


def below(readings: Readings, bound: Bound) -> Truth:
    """Say whether the indicator lies short of the bound, at the riskier end of what is known.

    True when a result that counts exists and every competing one, be it adequate or not, lies short of the bound. Both
    halves are needed: which result is the riskiest must not decide, or a riskier one could turn unknown into true.
    """
    short, counts = True, False
    for reading in readings.competing:
        if reading.adequate:
            counts = True
            if reading.safer is not None and riskier(readings.indicator, reading.safer, bound.value):
                return "false"
        if reading.conservative is None or riskier(readings.indicator, reading.conservative, bound.value):
            short = False
    return "true" if short and counts else "unknown"


def points_past(readings: Readings, bound: Bound) -> bool:
    """Tell whether any result, adequate or not, lies past the bound even at the safer end of its interval."""
    return any(
        reading.safer is not None and riskier(readings.indicator, reading.safer, bound.value)
        for reading in readings.competing
    )


def margin_of(readings: Readings) -> Margin:
    """Return the margin of an indicator that has a bound."""
    indicator = readings.indicator
    bound = indicator.margin_bound
    if bound is None:
        raise ValueError(f"indicator {indicator.id} has no bound and so no margin")
    if not readings.present:
        return Margin(
            indicator=indicator.id,
            state="not_measured",
            bound_name=bound.name,
            bound=bound.value,
            buffer_from=100.0 - indicator.buffer,
            reasons=(_why_not_measured(readings),),
            planned=bound.label is PLAN_BOUND,
        )
    if not readings.competing:
        reading = next(r for r in readings.all if _is_present(r))
        return _numbers(indicator, reading, bound, state="not_adequate", reasons=reading.defects)
    reading = _worst(indicator, readings.competing, bound)
    if reading.defects and below(readings, bound) != "true":
        return _numbers(indicator, reading, bound, state="not_adequate", reasons=reading.defects)
    state = _state(indicator, reading, bound)
    return _numbers(indicator, reading, bound, state=state, reasons=(_sentence(indicator, reading, bound, state),))


def watched_of(readings: Readings) -> Watched | None:
    """Return what is known of an indicator without a bound, by its riskiest result; None when nothing was measured."""
    present = [r for r in readings.all if _is_present(r)]
    found = [r for r in present if r.competing] or present
    if not found:
        return None
    reading = max(found, key=lambda r: _alarm(readings.indicator, r))
    return Watched(
        indicator=readings.indicator.id,
        estimate=_finite(reading.estimate),
        low=_finite(reading.low),
        high=_finite(reading.high),
        measurement=reading.measurement.id,
        reasons=reading.defects,
    )


def evidence_counts(links: tuple[EvidenceLink, ...], inputs: Inputs, as_of: date) -> bool:
    """Tell whether at least one supporting link leads to evidence that is on file and still valid on ``as_of``."""
    for link in links:
        item = inputs.evidence_by_sha.get(link.evidence)
        if link.stance == "supports" and item and (item.valid_until is None or item.valid_until >= as_of):
            return True
    return False


def is_set_aside(m: Measurement) -> bool:
    """Tell whether a named person set a result aside and said why."""
    return bool(m.set_aside_by) and stated(m.set_aside_by) and stated(m.set_aside_reason)


def describe_interval(indicator: Indicator, reading: Reading) -> str:
    """Return the interval in words: ``0.8 to 8.1x``."""
    if reading.low is None or reading.high is None:
        return "no interval stated"
    return wording.interval(reading.low, reading.high, indicator.unit)


def _planned(indicator: Indicator, inputs: Inputs) -> Demand:
    """Return what the pack asks of an indicator, tightened by every line of the plan on it."""
    lines = [line for line in inputs.plan.indicators if line.indicator == indicator.id]
    if not lines:
        return Demand(indicator.min_n, indicator.required_elicitation)
    elicitation = (*indicator.required_elicitation, *(name for line in lines for name in line.required_elicitation))
    least = max((indicator.min_n, *(line.min_n or 0 for line in lines)))
    return Demand(least, tuple(dict.fromkeys(elicitation)))


def _read(
    indicator: Indicator, m: Measurement, inputs: Inputs, planned: Demand, *, as_of: date, level: float
) -> Reading:
    trials = _trials(m)
    if trials == 0:
        return Reading(m, measured=False, competing=False, defects=("There are no scored trials.",), estimate=math.nan)
    if is_set_aside(m):
        why = f"Set aside by {m.set_aside_by}: {m.set_aside_reason}"
        return Reading(m, measured=False, competing=False, defects=(why,), estimate=math.nan)
    silent = _silent(m, inputs, planned, trials)
    defects = (*_pending(m), *silent, *_paper_defects(indicator, m, inputs, planned, trials, as_of=as_of))
    found = statistics.believable(_estimate(indicator, m, level))
    low, high = found.low, found.high
    conservative = safer = None
    if low is not None and high is not None:
        gap = max(0.0, m.gap)
        if indicator.direction == "higher_is_riskier":
            safer, conservative = low, max(high, moved(indicator, high, gap))
        else:
            safer, conservative = high, min(low, moved(indicator, low, -gap))
    return Reading(
        measurement=m,
        measured=True,
        competing=not silent,
        defects=defects,
        estimate=found.value,
        low=low,
        high=high,
        safer=safer,
        conservative=conservative,
        method=found.method,
    )


def _is_present(reading: Reading) -> bool:
    """Tell whether a result was measured for this assessment, or confirmed in it."""
    return reading.measured and not reading.measurement.carried_from


def _trials(m: Measurement) -> int | None:
    if isinstance(m.report, Ratio):
        sizes = (m.report.treatment.n, m.report.control.n)
        if 0 in sizes:
            return 0
        return None if None in sizes else min(n for n in sizes if n is not None)
    return m.report.n


def _pending(m: Measurement) -> tuple[str, ...]:
    return (f"It is taken over from {m.carried_from}, and nobody has confirmed it here.",) if m.carried_from else ()


def _silent(m: Measurement, inputs: Inputs, planned: Demand, trials: int | None) -> tuple[str, ...]:
    """Reasons why a result says nothing about the model, whatever its numbers are."""
    found = []
    if m.run_status != "success":
        found.append(f"The run ended as {m.run_status}, so its results do not count.")
    if trials is not None and trials < planned.min_n:
        found.append(f"Only {trials} scored trials; at least {planned.min_n} are needed.")
    if m.model and not same_name(m.model, inputs.scope.model):
        found.append(f"It was measured on {m.model}, not on {inputs.scope.model}.")
    elif m.checkpoint and inputs.scope.checkpoint and m.checkpoint != inputs.scope.checkpoint:
        found.append(f"It was measured on checkpoint {m.checkpoint}, not on {inputs.scope.checkpoint}.")
    return tuple(found)


def _paper_defects(
    indicator: Indicator, m: Measurement, inputs: Inputs, planned: Demand, trials: int | None, *, as_of: date
) -> tuple[str, ...]:
    """Reasons why a result must not help, although its numbers may still warn."""
    found = []
    if not m.model:
        found.append("It does not say which model it was measured on.")
    if trials is None and planned.min_n > 1:
        found.append(f"The number of scored trials is not stated; at least {planned.min_n} are needed.")
    missing = [name for name in planned.elicitation if name not in m.elicitation]
    if missing:
        found.append(f"Required elicitation is not on record: {wording.listed(missing)}.")
    if m.valid_until is not None and m.valid_until < as_of:
        found.append(f"It was valid until {wording.day(m.valid_until)}.")
    if m.produced is not None and m.produced > as_of:
        found.append(f"It is dated {wording.day(m.produced)}, after the day of this determination.")
    if indicator.valid_days is not None:
        if m.produced is None:
            found.append("No production date is stated, so its validity cannot be judged.")
        elif (as_of - m.produced).days > indicator.valid_days:
            found.append(f"It is older than the {indicator.valid_days} days for which such a result counts.")
    if not evidence_counts(m.evidence, inputs, as_of):
        found.append("No valid evidence is linked to it.")
    return tuple(found)


def _estimate(indicator: Indicator, m: Measurement, level: float) -> statistics.Estimate:
    report = m.report
    if isinstance(report, Counts):
        return _in_unit(indicator, statistics.proportion(report.successes, report.n, level))
    if isinstance(report, Mean):
        return statistics.mean(report, level)
    if isinstance(report, Ratio):
        return statistics.ratio(report, level)
    if isinstance(report, Interval):
        return _rescaled(indicator, report, level)
    return _point(report)


def _point(report: Point) -> statistics.Estimate:
    return statistics.Estimate(report.estimate, None, None, "no uncertainty stated")


def _in_unit(indicator: Indicator, share: statistics.Estimate) -> statistics.Estimate:
    factor = whole(indicator)
    if factor == 1.0 or share.low is None or share.high is None:
        return share
    return statistics.Estimate(share.value * factor, share.low * factor, share.high * factor, share.method)


def _rescaled(indicator: Indicator, report: Interval, level: float) -> statistics.Estimate:
    if report.level == level:
        return statistics.Estimate(report.estimate, report.low, report.high, "as reported")
    middle = scaled(indicator, report.estimate)
    if not math.isfinite(middle):  # the scale has no distances from here: a wider interval will do, a narrower one not
        wide = report.level > level
        method = f"as reported at {100 * report.level:.3g} %" if wide else "no interval at the level wanted"
        return statistics.Estimate(report.estimate, report.low if wide else None, report.high if wide else None, method)
    low, high = (_rescaled_end(indicator, report, end, level) for end in (report.low, report.high))
    return statistics.Estimate(report.estimate, low, high, f"rescaled from {100 * report.level:.3g} %")


def _rescaled_end(indicator: Indicator, report: Interval, end: float, level: float) -> float:
    middle = scaled(indicator, report.estimate)
    half = scaled(indicator, end) - middle
    if half == 0.0 or not math.isfinite(half):
        return end
    return unscaled(indicator, middle + statistics.rescale(half, stated=report.level, wanted=level))


def _key(indicator: Indicator, reading: Reading) -> float:
    value = reading.conservative if reading.conservative is not None else reading.estimate
    return value if indicator.direction == "higher_is_riskier" else -value


def _alarm(indicator: Indicator, reading: Reading) -> float:
    """Return how risky a result looks where no bound says so; one without a number looks worst."""
    value = _key(indicator, reading)
    return math.inf if math.isnan(value) else value


def _worst(indicator: Indicator, competing: tuple[Reading, ...], bound: Bound) -> Reading:
    return max(
        competing,
        key=lambda r: (_SEVERITY[_state(indicator, r, bound)], _key(indicator, r), not r.adequate),
    )


def _state(indicator: Indicator, reading: Reading, bound: Bound) -> str:
    if riskier(indicator, reading.estimate, bound.value):
        return "crossed"
    if reading.conservative is None or riskier(indicator, reading.conservative, bound.value):
        return "not_excluded"
    if position(indicator, reading.conservative, bound) < 100.0 - indicator.buffer:
        return "clear"
    return "in_buffer"


def _numbers(indicator: Indicator, reading: Reading, bound: Bound, *, state: str, reasons: tuple[str, ...]) -> Margin:
    conservative = reading.conservative
    place = position(indicator, conservative, bound) if conservative is not None else None
    counts = state != "not_adequate"
    return Margin(
        indicator=indicator.id,
        state=state,  # type: ignore[arg-type]
        bound_name=bound.name,
        bound=bound.value,
        buffer_from=100.0 - indicator.buffer,
        reasons=reasons,
        planned=bound.label is PLAN_BOUND,
        points=100.0 - place if counts and place is not None else None,
        measurement=reading.measurement.id,
        estimate=_finite(reading.estimate),
        low=_finite(reading.low),
        high=_finite(reading.high),
        conservative=_finite(conservative),
        position=None if math.isnan(reading.estimate) else position(indicator, reading.estimate, bound),
        low_position=_side(indicator, reading, bound, safer=True),
        high_position=_side(indicator, reading, bound, safer=False),
        conservative_position=place,
        native_distance=_finite(_distance(indicator, conservative, bound)),
        clearly_crossed=counts and reading.safer is not None and riskier(indicator, reading.safer, bound.value),
        uses=(
            f"measurement:{reading.measurement.id}",
            *(f"evidence:{e.evidence}" for e in reading.measurement.evidence),
        ),
    )


def _side(indicator: Indicator, reading: Reading, bound: Bound, *, safer: bool) -> float | None:
    if reading.low is None or reading.high is None:
        return None
    first = reading.low if indicator.direction == "higher_is_riskier" else reading.high
    second = reading.high if indicator.direction == "higher_is_riskier" else reading.low
    return position(indicator, first if safer else second, bound)


def _distance(indicator: Indicator, conservative: float | None, bound: Bound) -> float | None:
    if conservative is None or not math.isfinite(conservative):
        return None
    up = indicator.direction == "higher_is_riskier"
    if indicator.scale == "log" and conservative > 0.0 and bound.value > 0.0:
        return bound.value / conservative if up else conservative / bound.value
    return bound.value - conservative if up else conservative - bound.value


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _why_not_measured(readings: Readings) -> str:
    if not readings.all or readings.present:
        return "No measurement is on file."
    return f"Nothing on file counts as a measurement: {readings.all[0].defects[0]}"


def _sentence(indicator: Indicator, reading: Reading, bound: Bound, state: str) -> str:
    value = wording.quantity(reading.estimate, indicator.unit)
    limit = wording.quantity(bound.value, indicator.unit)
    spread = describe_interval(indicator, reading)
    gap = (
        f", moved by the declared elicitation gap of {wording.number(reading.measurement.gap)}"
        if reading.measurement.gap > 0.0
        else ""
    )
    if math.isnan(reading.estimate):
        return f"Both arms are at zero, so there is no ratio to hold against {limit}, and nothing can be ruled out."
    whose = ", which the plan sets" if bound.label is PLAN_BOUND else ""
    text = f"{value} ({spread}{gap}) against {limit}{whose}: "
    return (
        text
        + {
            "clear": "the riskier end is short of the safety buffer.",
            "in_buffer": "the riskier end is inside the safety buffer.",
            "not_excluded": "the estimate is short of the bound but its riskier end is not shown to be."
            if reading.conservative is not None
            else "no uncertainty is stated, so it cannot rule anything out.",
            "crossed": "the estimate is past the bound.",
        }[state]
    )
