"""How numbers, dates and states are put into words, the same in every trace, screen and report."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from asl_desktop.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


class Titled(Protocol):
    """What a framework names: a role, a document."""

    @property
    def id(self) -> str:
        """Its name in the pack."""

    @property
    def title(self) -> str:
        """Its name for people."""


MINUS = "\u2212"

STATE_WORDS: Mapping[str, str] = {
    "ruled_out": mark("ruled out"),
    "not_ruled_out": mark("not ruled out"),
    "crossed": mark("crossed"),
    "conflicting": mark("conflicting"),
    "not_assessed": mark("not assessed"),
}
MARGIN_WORDS: Mapping[str, str] = {
    "clear": mark("below buffer"),
    "in_buffer": mark("in buffer"),
    "not_excluded": mark("not excluded"),
    "crossed": mark("crossed"),
    "not_measured": mark("not measured"),
    "not_adequate": mark("not adequate"),
}
GATE_WORDS: Mapping[str, str] = {
    "open": mark("open"),
    "open_with_conditions": mark("open with conditions"),
    "closed": mark("closed"),
    "judgement": mark("for people to decide"),
}
REQUIREMENT_WORDS: Mapping[str, str] = {
    "not_assessed": mark("not assessed"),
    "planned": mark("planned"),
    "partly": mark("partly in place"),
    "in_place": mark("in place"),
    "not_applicable": mark("not applicable"),
    "excepted": mark("under an exception"),
    "unspecified": mark("never specified"),
}
ANSWER_STATE_WORDS: Mapping[str, str] = {
    "answered": mark("answered"),
    "unanswered": mark("not answered"),
    "unknown": mark("unknown"),
    "declined": mark("declined"),
    "not_applicable": mark("not applicable"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: float) -> str:
    """Return a number with at most four significant digits, a true minus sign and no trailing zeros."""
    if math.isinf(value):
        return "unbounded"
    if math.isnan(value):
        return "undefined"
    if value and abs(value) < 1e-4:
        text = f"{value:.2e}"
    elif abs(value) >= 1000 or float(value).is_integer():
        text = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 10000 else f"{value:,.1f}"
    else:
        text = f"{value:.4g}"
    return text.replace("-", MINUS)


@lru_cache(maxsize=4096)
def quantity(value: float, unit: str) -> str:
    """Return a number with its unit: ``2.53x``, ``63 %``, ``17 of 33``."""
    text = number(value)
    if not unit or not math.isfinite(value):
        return text
    return f"{text}{unit}" if unit == "x" else f"{text} {unit}"


def uncertain(value: float, uncertainty: float, unit: str) -> str:
    """Return a number with how far the truth may lie from it, the unit said once: ``12 \u00b1 3 GPU-days``."""
    return f"{number(value)} \u00b1 {quantity(uncertainty, unit)}"


def interval(low: float, high: float, unit: str = "") -> str:
    """Return the ends of an interval with three significant digits, the unit said once: ``0.713 to 8.91x``."""
    return f"{number(three_digits(low))} to {quantity(three_digits(high), unit)}"


def three_digits(value: float) -> float:
    """Round to three significant digits; whole numbers and numbers of a thousand and more stay as they are."""
    return (
        value if float(value).is_integer() or abs(value) >= 1000 or not math.isfinite(value) else float(f"{value:.3g}")
    )


def day(value: date | None) -> str:
    """Return a date as 14 Mar 2026, or ``no date``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if value else "no date"


def points(value: float | None) -> str:
    """Return a margin in points with its sign, or a dash when there is none; one past the bound never reads as 0."""
    if value is None:
        return "\u2014"
    rounded = round(value) or (-1 if value < 0 else 0)
    return f"{MINUS}{-rounded}" if rounded < 0 else f"+{rounded}"


def size(count: int) -> str:
    """Return a number of bytes as people write it: 48 kB, 2.4 MB."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def listed(items: Iterable[str]) -> str:
    """Return items as ``a``, ``a and b``, ``a, b and c``."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def titled(ids: Iterable[str], items: Iterable[Titled]) -> str:
    """Return the titles of what is named by id as one list; an id without an item stands for itself."""
    titles = {item.id: item.title for item in items}
    return listed(titles.get(name, name) for name in ids)
