"""Chart numbers in words; everything that is not a margin is worded by :mod:`asl_desktop.domain.wording`."""

from __future__ import annotations

import math

from asl_desktop.i18n import isolate, tr

MINUS = "\u2212"
DASH = "\u2014"


def format_points(points: float | None) -> str:
    """Say a margin in points of the common axis: ``+31 pts``, ``−5 pts``, an em dash where there is no number.

    A margin under one point keeps a decimal, and one that is not zero is never shown as zero.
    """
    if points is None or math.isnan(points):
        return DASH
    return tr("{points} pts").format(points=isolate(signed(points)))


def points_in_full(points: float | None) -> str:
    """Say the same with the unit in full: ``+31 points``."""
    if points is None or math.isnan(points):
        return DASH
    return tr("{points} points").format(points=isolate(signed(points)))


def signed(points: float) -> str:
    """Say points with their sign and without a unit: ``+31``, ``<0.1``."""
    if points == 0:
        return "0"
    sign = "+" if points > 0 else MINUS
    size = abs(points)
    if math.isinf(size):
        return f"{sign}\u221e"
    if size >= 0.95:
        return f"{sign}{size:,.0f}"
    return f"{sign}{size:.1f}" if size >= 0.05 else f"{sign}<0.1"


def format_level(level: float) -> str:
    """Say a confidence level: ``95 %``."""
    return f"{100 * level:.4g} %"
