"""What would change the outcome: for each input the nearest change that moves a threshold, a standard or a gate.

Every candidate is tried by determining again, so nothing here can disagree with the determination itself. A
measurement is moved along its own report (successes, mean, interval, arms) and the nearest turning point is found by
bisection; a record is switched between its possible states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    ELICITATION,
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Interval,
    Mean,
    Measurement,
    Point,
    Ratio,
    Report,
    RequirementStatus,
    ShowingStatus,
)
from asl_desktop.domain.margins import under_plan
from asl_desktop.domain.records import Record, reference, with_record
from asl_desktop.domain.scales import scaled, unscaled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from asl_desktop.domain.determination import Determination
    from asl_desktop.domain.pack import Indicator, Pack, Part, Question

_MANY = 10**9
"""More trials than any plan asks for."""
_STEPS = 24
"""Bisection steps: the turning point is found to within 2^-24 of the range searched."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one input and what it would do.

    Attributes:
        ref: the input, as ``measurement:<uuid>`` or ``answer:QC-20``; ``indicator:vct`` for a first result of it.
        change: the change in words.
        effects: sentences, each a threshold, a standard or a gate that would move.
        weight: how much moves: 3 for a required standard, 2 for a gate, 1 for a threshold state, added up.
        distance: how far a number has to move, as a share of its distance to the bound; 1 for a switch of a record.
    """

    ref: str
    change: str
    effects: tuple[str, ...]
    weight: int
    distance: float


def what_would_change(
    pack: Pack, inputs: Inputs, as_of: date, *, step: Callable[[], object] = lambda: None
) -> tuple[Change, ...]:
    """Return every single change that moves the outcome, those that move most with least first.

    ``step`` is called before each input is tried; what it raises ends the search.
    """
    before = determine(pack, inputs, as_of)
    found = [*_measurement_changes(pack, inputs, before, step), *_first_results(pack, inputs, before, step)]
    for record, words in _switches(pack, inputs):
        step()
        change = _try(pack, inputs, before, record, words=words, distance=1.0)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda c: (-c.weight, c.distance, c.ref, c.change)))


def differences(before: Determination, after: Determination) -> tuple[tuple[str, ...], int]:
    """Return the sentences that tell two outcomes apart, and their weight."""
    effects: list[str] = []
    weight = 0
    for old, new in zip(before.tracks, after.tracks, strict=True):
        if old.required != new.required:
            effects.append(f"The {new.track} standard becomes {new.required} (now {old.required}).")
            weight += 3
    for gate, other in zip(before.gates, after.gates, strict=True):
        if gate.state != other.state:
            words = wording.GATE_WORDS
            effects.append(f"The gate {gate.id} becomes {words[other.state]} (now {words[gate.state]}).")
            weight += 2
    for state, new_state in zip(before.thresholds, after.thresholds, strict=True):
        if state.state != new_state.state:
            new_words, old_words = wording.STATE_WORDS[new_state.state], wording.STATE_WORDS[state.state]
            effects.append(f"{state.id} becomes {new_words} (now {old_words}).")
            weight += 1
    return tuple(effects), weight


def _try(
    pack: Pack, inputs: Inputs, before: Determination, record: Record, *, words: str, distance: float
) -> Change | None:
    after = determine(pack, with_record(inputs, record), before.as_of)
    effects, weight = differences(before, after)
    return Change(reference(record), words, effects, weight, distance) if effects else None


def _measurement_changes(
    pack: Pack, inputs: Inputs, before: Determination, step: Callable[[], object]
) -> Iterable[Change]:
    for measurement in sorted(inputs.measurements, key=lambda m: m.id):
        step()
        indicator = pack.indicator_by_id.get(measurement.indicator)
        if indicator is None or indicator.margin_bound is None:
            continue
        for riskier in (True, False):
            change = _turning_point(pack, inputs, before, measurement, indicator, riskier=riskier)
            if change:
                yield change


def _first_results(pack: Pack, inputs: Inputs, before: Determination, step: Callable[[], object]) -> Iterable[Change]:
    """Try a first result of every indicator that has none: well past its bound, and well short of it.

    Such a result is adequate, so that its numbers alone decide; the change speaks of the indicator.
    """
    cited = EvidenceItem("0" * 64, "tried", 0)
    with_paper = with_record(inputs, cited)
    for indicator in pack.indicators:
        bound = under_plan(indicator, inputs).margin_bound
        margin = before.margin_by_indicator.get(indicator.id)
        if bound is None or margin is None or margin.state != "not_measured":
            continue
        step()
        for past in (True, False):
            result = _imagined(indicator, inputs, bound.value, cited, before.as_of, past=past)
            after = determine(pack, with_record(with_paper, result), before.as_of)
            effects, weight = differences(before, after)
            if effects:
                side = "past" if past else "well short of"
                limit = wording.quantity(bound.value, indicator.unit)
                words = f"{indicator.title}: a first result {side} {limit} (now not measured)"
                yield Change(f"indicator:{indicator.id}", words, effects, weight, 1.0)


def _imagined(
    indicator: Indicator, inputs: Inputs, bound: float, cited: EvidenceItem, as_of: date, *, past: bool
) -> Measurement:
    """Return a result that counts, at the floor of its indicator, or twice as far from it as the bound."""
    end = scaled(indicator, bound)
    start = scaled(indicator, indicator.floor if indicator.floor is not None else 0.0)
    if not math.isfinite(start):  # a scale without a floor has no zero to start from
        start = end - 4.0 if indicator.direction == "higher_is_riskier" else end + 4.0
    value = unscaled(indicator, 2 * end - start if past else start)
    width = 1e-9 * (abs(value) or abs(bound))
    return Measurement(
        id="tried",
        indicator=indicator.id,
        report=Interval(value, value - width, value + width, n=_MANY),
        model=inputs.scope.model,
        checkpoint=inputs.scope.checkpoint,
        elicitation=tuple(ELICITATION),
        produced=as_of,
        evidence=(EvidenceLink(cited.sha256),),
    )


def _turning_point(
    pack: Pack, inputs: Inputs, before: Determination, measurement: Measurement, indicator: Indicator, *, riskier: bool
) -> Change | None:
    """Find the smallest move in one direction after which the outcome differs, by bisection over the move."""
    move = _mover(measurement.report, indicator, riskier=riskier)

    def outcome(share: float) -> tuple[tuple[str, ...], int]:
        moved = replace(measurement, report=move(share))
        return differences(before, determine(pack, with_record(inputs, moved), before.as_of))

    if not outcome(1.0)[0]:
        return None
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if outcome(middle)[0]:
            high = middle
        else:
            low = middle
    effects, weight = outcome(high)
    report = move(high)
    words = (
        f"{indicator.title}: {_report_words(report, indicator)} (now {_report_words(measurement.report, indicator)})"
    )
    return Change(f"measurement:{measurement.id}", words, effects, weight, high)


def _mover(report: Report, indicator: Indicator, *, riskier: bool) -> Callable[[float], Report]:
    """Return how a report looks after a share (0 to 1) of the longest move worth trying."""
    bound = indicator.margin_bound
    span = _span(report, indicator, bound.value) if bound else 1.0
    up = (indicator.direction == "higher_is_riskier") == riskier

    if isinstance(report, Counts):
        return _count_mover(report, up=up)
    if isinstance(report, Ratio):
        arm = _arm_mover(report, span=span, up=up)
        return lambda share: replace(report, treatment=arm(share))
    return _shifter(report, span if up else -span)


def _span(report: Report, indicator: Indicator, bound: float) -> float:
    """Return a move that takes a report well past its bound from wherever it stands, and its interval with it."""
    reach = [abs(bound - (indicator.floor or 0.0))]
    if isinstance(report, Interval):
        reach += [abs(bound - report.low), abs(bound - report.high)]
    elif isinstance(report, Mean):
        reach.append(abs(bound - report.mean) + 4 * report.stderr)
    elif isinstance(report, Point):
        reach.append(abs(bound - report.estimate))
    return 2 * max(reach)


def _count_mover(arm: Counts, *, up: bool) -> Callable[[float], Counts]:
    room, sign = (arm.n - arm.successes, 1) if up else (arm.successes, -1)
    return lambda share: replace(arm, successes=arm.successes + sign * round(share * room))


def _arm_mover(report: Ratio, *, span: float, up: bool) -> Callable[[float], Counts | Mean]:
    """Move the treatment arm; the control stays as it was measured."""
    arm = report.treatment
    if isinstance(arm, Counts):
        return _count_mover(arm, up=up)
    base = max(report.control.mean, 0.0) if isinstance(report.control, Mean) else 1.0
    reach = span * base if up else -arm.mean
    return lambda share: replace(arm, mean=arm.mean + share * reach)


def _shifter(report: Report, reach: float) -> Callable[[float], Report]:
    def shifted(share: float) -> Report:
        step = share * reach
        if isinstance(report, Mean):
            return replace(report, mean=report.mean + step)
        if isinstance(report, Interval):
            return replace(report, estimate=report.estimate + step, low=report.low + step, high=report.high + step)
        if isinstance(report, Counts | Ratio):
            return report
        return replace(report, estimate=report.estimate + step)

    return shifted


def _report_words(report: Report, indicator: Indicator) -> str:
    if isinstance(report, Counts):
        return f"{report.successes} of {report.n}"
    if isinstance(report, Ratio):
        return f"treatment arm {_arm_words(report.treatment)}"
    value = report.mean if isinstance(report, Mean) else report.estimate
    return wording.quantity(value, indicator.unit)


def _arm_words(arm: Counts | Mean) -> str:
    return f"{arm.successes} of {arm.n}" if isinstance(arm, Counts) else wording.number(arm.mean)


def _switches(pack: Pack, inputs: Inputs) -> Iterable[tuple[Record, str]]:
    """Yield every record with one state changed, and the change in words."""
    for question in pack.questions:
        yield from _answer_switches(question, inputs)
    verdicts: tuple[ShowingStatus, ...] = ("accepted", "rejected")
    for showing in inputs.showings:
        for verdict in verdicts:
            if showing.status != verdict:
                yield replace(showing, status=verdict), f"{showing.showing} for {showing.threshold} {verdict}"
    for requirement in inputs.requirements:
        status: RequirementStatus = "planned" if requirement.status == "in_place" else "in_place"
        yield replace(requirement, status=status), f"{requirement.requirement} {wording.REQUIREMENT_WORDS[status]}"


def _answer_switches(question: Question, inputs: Inputs) -> Iterable[tuple[Record, str]]:
    given = inputs.answer_by_question.get(question.id) or Answer(question.id)
    for part in question.parts:
        for value in _alternatives(part):
            if given.state == "answered" and given.value.get(part.id) == value and not given.carried_from:
                continue
            name = question.id if part.id == "value" else f"{question.id} ({part.id})"
            shown = ("yes" if value else "no") if isinstance(value, bool) else value.replace("_", " ")
            changed = replace(given, state="answered", value={**given.value, part.id: value}, carried_from="")
            yield changed, f"{name} answered {shown}"


def _alternatives(part: Part) -> tuple[bool | str, ...]:
    if part.type == "yes_no":
        return (True, False)
    return tuple(option.id for option in part.options) if part.type == "choice" else ()
