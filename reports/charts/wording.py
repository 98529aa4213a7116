"""Chart numbers in words; everything that is not a margin is worded by :mod:`asl_desktop.domain.wording`."""

from __future__ import annotations

import math

MINUS = "\u2212"
DASH = "\u2014"
_POINTS = " pts"


def format_points(points: float | None) -> str:
    """Say a margin in points of the common axis: ``+31 pts``, ``−5 pts``, an em dash where there is no number.

    A margin under one point keeps a decimal, and one that is not zero is never shown as zero.
    """
    if points is None or math.isnan(points):
        return DASH
    if points == 0:
        return "0" + _POINTS
    sign = "+" if points > 0 else MINUS
    size = abs(points)
    if math.isinf(size):
        return f"{sign}\u221e{_POINTS}"
    if size >= 0.95:
        return f"{sign}{size:,.0f}{_POINTS}"
    return f"{sign}{size:.1f}{_POINTS}" if size >= 0.05 else f"{sign}<0.1{_POINTS}"


def format_level(level: float) -> str:
    """Say a confidence level: ``95 %``."""
    return f"{100 * level:.4g} %"
