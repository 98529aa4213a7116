"""Numbers and dates as people read them: true minus sign, unit kept with its number, 14 Mar 2026."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DASH = "\u2014"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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
        return f"{sign}{size:,.0f}{_POINTS}".replace(",", "\u2009")
    return f"{sign}{size:.1f}{_POINTS}" if size >= 0.05 else f"{sign}<0.1{_POINTS}"


def format_number(value: float) -> str:
    """Say a number with three significant digits, or whole when it is larger than that, with a true minus sign."""
    if not math.isfinite(value):
        return "not a finite number" if math.isnan(value) else (MINUS if value < 0 else "") + "\u221e"
    size = abs(value)
    if size >= 1000:
        text = f"{size:,.0f}".replace(",", "\u2009")
    elif size != 0 and size < 0.0001:
        text = f"{size:.2e}".replace("e-0", "e-").replace("e-", f"\u00b710^{MINUS}")
    else:
        text = f"{size:.3g}"
    return (MINUS if value < 0 and text != "0" else "") + text


def format_quantity(value: float, unit: str) -> str:
    """Say a number with its unit: ``2.53x``, ``63 %``, ``17 of 33``."""
    number = format_number(value)
    if unit in {"x", "\u00d7"}:
        return number + unit
    return f"{number}{NO_BREAK}{unit}" if unit else number


def format_date(day: date | None) -> str:
    """Say a day as 14 Mar 2026; an em dash for none. Independent of the machine's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else DASH


def format_level(level: float) -> str:
    """Say a confidence level: ``95 %``."""
    return f"{100 * level:.4g}{NO_BREAK}%"
