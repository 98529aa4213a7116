"""How the window says what :mod:`asl_desktop.domain.wording` has no need for: tones, icons, sizes, times, counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asl_desktop.domain.pack import Pack


TONE: Mapping[str, str] = {
    "ruled_out": "ok", "not_ruled_out": "warn", "crossed": "danger", "conflicting": "danger", "not_assessed": "danger",
    "open": "ok", "open_with_conditions": "warn", "closed": "danger", "judgement": "accent",
}  # fmt: skip
ICON: Mapping[str, str] = {
    "ruled_out": "circle-check", "not_ruled_out": "triangle-alert", "crossed": "octagon-alert",
    "conflicting": "circle-alert", "not_assessed": "circle-help", "open": "circle-check",
    "open_with_conditions": "triangle-alert", "closed": "lock", "judgement": "users",
}  # fmt: skip
STAGE: Mapping[str, str] = {
    "train_further": "Train further",
    "store_weights": "Store the weights",
    "internal_use": "Use internally",
    "deploy": "Deploy",
}


def clock_time(value: datetime) -> str:
    """Return the local time as 10:42."""
    return f"{value.astimezone():%H:%M}"


def size(count: int) -> str:
    """Return a number of bytes as people write it: 48 kB, 2.4 MB."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def short_digest(sha256: str) -> str:
    """Return the first eight digits of a digest in two groups."""
    return f"{sha256[:4]} {sha256[4:8]}"


def plural(count: int, one: str, many: str) -> str:
    """Return the count with the right noun."""
    return f"{count} {one if count == 1 else many}"


def name_of(pack: Pack, item: str) -> str:
    """Return the title of anything a question can bear on, or its id when the pack has no title for it."""
    tables: tuple[Mapping[str, object], ...] = (
        pack.threshold_by_id,
        pack.requirement_by_id,
        pack.showing_by_id,
        {trigger.id: trigger for trigger in pack.triggers},
        pack.indicator_by_id,
    )
    for table in tables:
        if item in table:
            return str(getattr(table[item], "title", item))
    return item
