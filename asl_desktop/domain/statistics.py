"""Intervals, each computed by SciPy's special functions and stated with the method behind it.

Proportions: exact Clopper-Pearson, two-sided (Clopper and Pearson 1934). Means: Student's t. Ratios of two arms: on the
log ratio with the delta method and Welch-Satterthwaite degrees of freedom; where an arm sits at 0 or at 100 %, from the
ends of both arms' own intervals, which is wider and never flatters. A spread that nobody can believe (a standard error
of zero, a single trial, an interval without its estimate) is no interval at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from asl_desktop.domain.inputs import Counts, Mean, Ratio


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with the ends of its interval; both ends are None when no interval can be had."""

    value: float
    low: float | None
    high: float | None
    method: str


@lru_cache(maxsize=4096)
def proportion(successes: int, n: int, level: float) -> Estimate:
    """Return the exact two-sided Clopper-Pearson interval of ``successes`` out of ``n`` > 0 as shares of 1."""
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1.0 - tail))
    return Estimate(successes / n, low, high, "exact Clopper-Pearson")


@lru_cache(maxsize=1024)
def t_quantile(level: float, df: float) -> float:
    """Return the two-sided Student t quantile; ``df`` may be fractional."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1.0 + level) / 2.0))


@lru_cache(maxsize=256)
def z_quantile(level: float) -> float:
    """Return the two-sided normal quantile."""
    from scipy.special import ndtri

    return float(ndtri((1.0 + level) / 2.0))


def mean(report: Mean, level: float) -> Estimate:
    """Return the t interval of a mean; the normal one when n is not stated; none at all for a single trial."""
    if report.n is None:
        half, method = z_quantile(level) * report.stderr, "normal, number of trials not stated"
    elif report.n < 2:
        return Estimate(report.mean, None, None, "no interval from a single trial")
    else:
        half, method = t_quantile(level, report.n - 1) * report.stderr, "Student t"
    return Estimate(report.mean, report.mean - half, report.mean + half, method)


def ratio(report: Ratio, level: float) -> Estimate:
    """Return the ratio of treatment to control with its interval; unbounded above when the control may be zero."""
    top, bottom = report.treatment, report.control
    top_value, bottom_value = _value(top), _value(bottom)
    if not (_spread_stated(top) and _spread_stated(bottom)):
        estimate = top_value / bottom_value if bottom_value > 0.0 else math.inf if top_value > 0 else math.nan
        return Estimate(estimate, None, None, "no usable spread in one arm")
    if bottom_value <= 0.0:
        return Estimate(math.inf if top_value > 0 else math.nan, 0.0, math.inf, "control arm at zero")
    estimate = top_value / bottom_value
    if _at_edge(top) or _at_edge(bottom):
        return _from_ends(estimate, _arm(top, level), _arm(bottom, level))
    top_spread, bottom_spread = _relative_spread(top), _relative_spread(bottom)
    if math.hypot(top_spread, bottom_spread) == 0.0:  # both so small that their ratios to the means vanish
        return Estimate(estimate, None, None, "no usable spread in one arm")
    half = _two_arm_quantile(top, bottom, top_spread, bottom_spread, level=level) * math.hypot(
        top_spread, bottom_spread
    )
    spread = math.exp(half) if half < 700.0 else math.inf
    return Estimate(estimate, estimate / spread, estimate * spread, "log ratio, delta method")


def _value(arm: Counts | Mean) -> float:
    return arm.successes / arm.n if isinstance(arm, Counts) else arm.mean


def _at_edge(arm: Counts | Mean) -> bool:
    return arm.successes in {0, arm.n} if isinstance(arm, Counts) else arm.mean <= 0.0


def _spread_stated(arm: Counts | Mean) -> bool:
    """Tell whether an arm has a spread to reckon with; a mean needs a standard error and more than one trial."""
    return isinstance(arm, Counts) or (arm.stderr > 0.0 and arm.mean >= 0.0 and (arm.n is None or arm.n > 1))


def _relative_spread(arm: Counts | Mean) -> float:
    """Return the standard error of the logarithm of an arm."""
    if isinstance(arm, Counts):
        return math.sqrt(1.0 / arm.successes - 1.0 / arm.n)
    return arm.stderr / arm.mean


def _two_arm_quantile(
    top: Counts | Mean, bottom: Counts | Mean, top_spread: float, bottom_spread: float, *, level: float
) -> float:
    """Return Student's quantile at Welch-Satterthwaite degrees of freedom; an arm of unknown size adds no loss."""
    whole = math.hypot(top_spread, bottom_spread)
    loss = sum(
        (spread / whole) ** 4 / (arm.n - 1)
        for arm, spread in ((top, top_spread), (bottom, bottom_spread))
        if arm.n is not None
    )
    return t_quantile(level, 1.0 / loss) if loss > 0.0 else z_quantile(level)


def _arm(arm: Counts | Mean, level: float) -> Estimate:
    return proportion(arm.successes, arm.n, level) if isinstance(arm, Counts) else mean(arm, level)


def _from_ends(estimate: float, top: Estimate, bottom: Estimate) -> Estimate:
    if top.low is None or top.high is None or bottom.low is None or bottom.high is None:
        return Estimate(estimate, None, None, "no interval for one arm")
    low = max(top.low, 0.0) / bottom.high if bottom.high > 0 else 0.0
    high = top.high / bottom.low if bottom.low > 0 else math.inf
    return Estimate(estimate, low, high, "ends of both arms' intervals")


def rescale(half_width: float, *, stated: float, wanted: float) -> float:
    """Turn a half-width at one confidence level into one at another, as for a normal distribution.

    The result is NaN where the stated level is too close to 0 or 1 to say anything.
    """
    quantile = z_quantile(stated)
    return half_width * z_quantile(wanted) / quantile if 0.0 < quantile < math.inf else math.nan


def believable(found: Estimate) -> Estimate:
    """Return the estimate, without its interval where that has no width or does not hold the estimate."""
    if found.low is None or found.high is None or found.low <= found.value <= found.high > found.low:
        return found
    return Estimate(found.value, None, None, "no usable spread stated")
