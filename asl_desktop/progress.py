"""How long work reports how far it is, and how it learns that it should stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Passed into every service that may take longer than a blink."""

    def report(self, done: int, total: int, text: str = "") -> None:
        """Tell how much is done out of ``total`` (0 when unknown), in any unit."""

    def check(self) -> None:
        """Raise :class:`asl_desktop.errors.Cancelled` when the person asked to stop."""


class Silent:
    """A progress that nobody watches and nobody cancels."""

    def report(self, done: int, total: int, text: str = "") -> None:
        """Forget it."""

    def check(self) -> None:
        """Never stop."""
