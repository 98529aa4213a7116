"""Moments as people read them, always in UTC and the same in every locale."""

from __future__ import annotations

from datetime import UTC, datetime

from asl_desktop.domain import wording


def day(moment: datetime) -> str:
    """Return the day in UTC as in "14 Mar 2026"."""
    return wording.day(moment.astimezone(UTC).date())


def day_and_time(moment: datetime) -> str:
    """Return day and time in UTC as in "14 Mar 2026, 09:30 UTC"."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"
