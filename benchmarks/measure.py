"""Timing of a subject and its reference side by side, and the row that comes of it."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result.

    Attributes:
        value: median (or the named percentile) of the subject, in ``unit``.
        reference: what it was compared with, in words.
        reference_value: the same statistic of the reference, in ``unit``.
        ratio: value / reference_value.
        goal: the bar in words, empty where there is none.
        met: whether this run met it; None without a goal. Nothing fails on it: the machine is shared.
        runs: how often the subject ran.
        spread: distance between the quartiles of the subject's runs, as a share of their median.
    """

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    goal: str
    met: bool | None
    runs: int
    spread: float


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds one call took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternate(
    subject: Callable[[], float], reference: Callable[[], float], *, runs: int, warm_up: int = 1
) -> tuple[list[float], list[float]]:
    """Run both in turn, so that a slow moment of the machine hits both; each returns its own seconds.

    Which of the two goes first changes from run to run.
    """
    for _ in range(warm_up):
        subject()
        reference()
    ours: list[float] = []
    theirs: list[float] = []
    for run in range(runs):
        pair = ((subject, ours), (reference, theirs))
        for work, times in pair if run % 2 == 0 else reversed(pair):
            times.append(work())
    return ours, theirs


def percentile(times: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the runs lie, by nearest rank."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(times: Sequence[float]) -> float:
    """Return the distance between the quartiles as a share of the median; 0 for fewer than two runs."""
    if len(times) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return (high - low) / middle if middle else 0.0


_SCALE = {"s": 1.0, "ms": 1e3, "us": 1e6}


def row(
    name: str,
    times: tuple[list[float], list[float]],
    *,
    unit: str,
    reference: str,
    most: float | None = None,
    times_reference: float | None = None,
    share: float = 0.5,
) -> Row:
    """Sum up runs of (subject, reference) in seconds.

    ``most`` is a goal for the value itself in ``unit``; ``times_reference`` one for the ratio.
    """
    ours, theirs = times
    scale = _SCALE[unit]
    value, other = percentile(ours, share) * scale, percentile(theirs, share) * scale
    ratio = value / other if other else float("inf")
    goal, met = "", None
    if most is not None:
        goal, met = f"value <= {most:g} {unit}", value <= most
    elif times_reference is not None:
        goal, met = f"ratio <= {times_reference:g}", ratio <= times_reference
    return Row(
        name=name,
        value=round(value, 4),
        unit=unit,
        reference=reference,
        reference_value=round(other, 4),
        ratio=round(ratio, 3),
        goal=goal,
        met=met,
        runs=len(ours),
        spread=round(spread(ours), 3),
    )
