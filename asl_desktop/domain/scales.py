"""The scale of an indicator: which way is riskier, what counts as a distance, where a value lies on the common axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asl_desktop.domain.pack import Bound, Indicator

AXIS_END = 1000.0
"""Where a value sits that the scale cannot place on the risky side; the safe side ends at 0."""


def riskier(indicator: Indicator, left: float, right: float) -> bool:
    """Tell whether ``left`` is riskier than, or equal to, ``right`` for this indicator."""
    return left >= right if indicator.direction == "higher_is_riskier" else left <= right


def tighter(indicator: Indicator, bound: Bound, value: float) -> bool:
    """Tell whether a value in the place of a bound would ask for more than the bound does."""
    return value < bound.value if indicator.direction == "higher_is_riskier" else value > bound.value


def position(indicator: Indicator, value: float, bound: Bound) -> float:
    """Return where a value lies on the common axis: 0 at the floor, 100 at the bound, never below 0."""
    floor = indicator.floor
    if floor is None:
        floor = 1.0 if indicator.scale == "log" else 0.0
    start, end, place = scaled(indicator, floor), scaled(indicator, bound.value), scaled(indicator, value)
    if math.isinf(place):
        return AXIS_END if riskier(indicator, value, bound.value) else 0.0
    if math.isinf(start) or start == end:
        return 100.0 if riskier(indicator, value, bound.value) else 0.0
    return min(max(100.0 * (place - start) / (end - start), 0.0), AXIS_END)


def scaled(indicator: Indicator, value: float) -> float:
    """Return a value where equal steps count as equal distances; infinite where the scale has no place for it."""
    if indicator.scale == "linear":
        return value
    if indicator.scale == "log":
        return math.log(value) if value > 0.0 else -math.inf
    share = value / whole(indicator)
    if share <= 0.0:
        return -math.inf
    return math.inf if share >= 1.0 else math.log(share / (1.0 - share))


def unscaled(indicator: Indicator, value: float) -> float:
    """Return the value in the indicator's unit that :func:`scaled` would turn into this one."""
    if indicator.scale == "linear":
        return value
    if indicator.scale == "log":
        return math.exp(value) if value < 700.0 else math.inf
    if value < -700.0:
        return 0.0
    return whole(indicator) / (1.0 + math.exp(-value))


def moved(indicator: Indicator, value: float, gap: float) -> float:
    """Return a value moved by a distance on the scale; no distance leaves it exactly as it was."""
    return value if gap == 0.0 else unscaled(indicator, scaled(indicator, value) + gap)


def whole(indicator: Indicator) -> float:
    """Return what a share of 1 is in the indicator's unit: 100 for per cent, 33 for ``of 33``."""
    if indicator.unit == "%":
        return 100.0
    if indicator.unit.startswith("of ") and indicator.unit[3:].isdigit():
        return float(indicator.unit[3:])
    return 1.0
