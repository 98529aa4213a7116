"""Several results of one indicator: which one speaks, and why the others do not. The rule is the domain's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain import wording
from asl_desktop.domain.margins import Reading, describe_interval, is_set_aside, read_indicator
from asl_desktop.i18n import mark, tr

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.pack import Indicator

Role: TypeAlias = Literal["decides", "shown", "weighs", "silent", "aside"]
RULE = mark(
    "Results of the assessed model and checkpoint with a successful run and enough scored trials compete, and the one "
    "that looks worst decides the margin. One that lacks evidence, elicitation or freshness still competes, so that it "
    "can hurt but never help. A result is only left out when a named person sets it aside with a reason."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one result stands among those of its indicator.

    Attributes:
        measurement: its id.
        role: ``decides`` the margin, is ``shown`` for an indicator without a bound, ``weighs`` in but looks less bad,
            is ``silent`` because it says nothing about what is assessed, or was put ``aside``.
        value: estimate and interval in the indicator's unit, in words.
        origin: checkpoint (or model) and day, in words.
        why: sentences.
    """

    measurement: str
    role: Role
    value: str
    origin: str
    why: str


def standings(snapshot: Snapshot, indicator: Indicator) -> tuple[Standing, ...]:
    """Return every result on file for an indicator: the one that speaks first, those set aside last."""
    readings = read_indicator(indicator, snapshot.inputs, as_of=snapshot.as_of, level=snapshot.pack.level)
    margin = snapshot.determination.margin_by_indicator.get(indicator.id)
    watched = next((item for item in snapshot.determination.watched if item.indicator == indicator.id), None)
    speaking = margin.measurement if margin else watched.measurement if watched else ""
    found = [_standing(indicator, reading, speaking, bounded=margin is not None) for reading in readings.all]
    order: tuple[Role, ...] = ("decides", "shown", "weighs", "silent", "aside")
    return tuple(sorted(found, key=lambda item: order.index(item.role)))


def _standing(indicator: Indicator, reading: Reading, speaking: str, *, bounded: bool) -> Standing:
    item = reading.measurement
    role = _role(reading, speaking, bounded=bounded)
    day = wording.day(item.produced) if item.produced else tr("no day stated")
    origin = ", ".join(part for part in (item.checkpoint or item.model, day) if part)
    return Standing(item.id, role, _value(indicator, reading), origin, _why(reading, role))


def _role(reading: Reading, speaking: str, *, bounded: bool) -> Role:
    if is_set_aside(reading.measurement):
        return "aside"
    if reading.measurement.id == speaking and reading.competing:
        return "decides" if bounded else "shown"
    return "weighs" if reading.competing else "silent"


def _value(indicator: Indicator, reading: Reading) -> str:
    if math.isnan(reading.estimate):  # no trials, or set aside, so nothing was read
        return tr("not read")
    return f"{wording.quantity(reading.estimate, indicator.unit)} ({describe_interval(indicator, reading)})"


def _why(reading: Reading, role: Role) -> str:
    defects = " ".join(reading.defects)
    if role == "aside":
        return defects
    if role == "silent":
        return tr("It does not count: {reasons}").format(reasons=defects)
    sentence = {
        "decides": tr("Decides the margin: of those that compete it looks worst."),
        "shown": tr("Shown for this indicator, which has no bound."),
        "weighs": tr("Competes, but does not look as bad as the one that decides."),
    }[role]
    hurts = tr("It can hurt but not help: {reasons}").format(reasons=defects) if defects else ""
    return f"{sentence} {hurts}".strip()
