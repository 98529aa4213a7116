"""Work on other threads that steps back while the window has something to do.

The interpreter runs one thread at a time, and the window gives it up in nearly every call to the toolkit. Against a
thread that only computes, each of these calls waits until that thread is made to let go, so painting a page takes many
times as long. So such a thread waits at its own checks until the window waits too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import QAbstractEventDispatcher

PATIENCE = 0.02
"""Seconds one check waits at most, so that work goes on however busy the window is."""
LONG_PATIENCE = 0.25
"""Seconds that work waits at most before it begins, for the window to finish drawing what was asked for with it."""


class Courtesy:
    """Knows whether the event loop of the thread it was made on has nothing to do.

    One per process (see :func:`courtesy`), and no child of anything: the loop tells it things also while the window
    goes away.
    """

    def __init__(self) -> None:
        self._home = threading.get_ident()
        self._idle = threading.Event()
        self._idle.set()
        self._off = False
        self._listeners: set[object] = set()

    def listen(self, listener: object) -> None:
        """Follow the event loop, until everybody who asked for it has called :meth:`leave`."""
        loop = QAbstractEventDispatcher.instance()
        if not self._listeners and loop is not None:
            loop.aboutToBlock.connect(self._rest)
            loop.awake.connect(self._busy)
        self._listeners.add(listener)

    def leave(self, listener: object) -> None:
        """Follow the event loop no more: it outlives the interpreter, and must not call into it then.

        Leaving again changes nothing.
        """
        if listener not in self._listeners:
            return
        self._listeners.remove(listener)
        loop = QAbstractEventDispatcher.instance()
        if not self._listeners and loop is not None:
            loop.aboutToBlock.disconnect(self._rest)
            loop.awake.disconnect(self._busy)
            self._idle.set()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Wait until the window waits, at most so long; returns at once on the window's own thread."""
        if not (self._idle.is_set() or threading.get_ident() == self._home):
            self._idle.wait(seconds)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Hold nothing up meanwhile: somebody on the window's thread waits for the work itself."""
        self._off = True
        self._idle.set()
        try:
            yield
        finally:
            self._off = False

    def _rest(self) -> None:
        self._idle.set()

    def _busy(self) -> None:
        if not self._off:
            self._idle.clear()


@cache
def courtesy() -> Courtesy:
    """Return the one of this process; it is made on the window's thread, once there is an application."""
    return Courtesy()
