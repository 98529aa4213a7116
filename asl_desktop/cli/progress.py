"""How far long work is, for a person at a terminal; stopping is Ctrl+C."""

from __future__ import annotations

import sys
import time

import click

from asl_desktop.cli.output import plain

_EVERY = 0.2
_PATIENCE = 1.0


class TerminalProgress:
    """One line on standard error, from the second second on and only where a person sees it; gone in the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = ""
        self._next = time.monotonic() + _PATIENCE
        self._seen = sys.stderr is not None and sys.stderr.isatty()

    def report(self, done: int, total: int, text: str = "") -> None:
        """Say what is being done and how much of it is."""
        self._what = text or self._what
        if not self._seen or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        share = f" {100 * done // total} %" if total else ""
        self._show(f"{plain(self._what)}{share}")

    def check(self) -> None:
        """Never stop: Ctrl+C raises by itself."""

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._show("")

    def _show(self, line: str) -> None:
        click.echo("\r" + line.ljust(len(self._shown)) + ("" if line else "\r"), err=True, nl=False)
        self._shown = line

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
