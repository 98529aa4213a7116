"""Where services get the time and new identities from, so that tests can fix both."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from typing import Protocol

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"
"""How records write a moment: ISO 8601, UTC."""


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""


class SystemClock:
    """The machine's own clock. On an air-gapped laptop it is a claim, not a proof."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still, for tests and for builds that have to come out the same."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return always the same moment."""
        return self._moment


def stamp(clock: Clock) -> str:
    """Return the present moment as the record format wants it: ISO 8601, whole milliseconds, ``Z``."""
    return clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_instant(text: str) -> bool:
    """Tell whether a text is a moment as records write it, on a day and at a time that exist."""
    if not re.fullmatch(INSTANT, text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def today(clock: Clock) -> date:
    """Return the present day in UTC."""
    return clock.now().astimezone(UTC).date()


def new_id() -> str:
    """Return a fresh random identity (UUID 4) that stays unique across copies of a file."""
    return str(uuid.uuid4())
