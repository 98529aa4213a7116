"""Notices that nobody is working at the window, so that an encrypted file can be locked.

Time asleep counts as idle: the wall clock is compared, so a laptop that was closed for longer than the limit locks
within a second of waking.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

WARNING_SECONDS = 30
_TICK_MS = 1000
_ACTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


class IdleWatch(QObject):
    """Emits ``due`` once when nobody did anything for the whole time.

    ``near(seconds left)`` comes every second of the last half minute, ``stayed`` when somebody came back meanwhile.
    What counts is the input of whichever window of this program is in front, dialogs included. ``holds`` is asked
    before locking; while it is true (a file is being sealed, say) the person counts as present.
    """

    near = Signal(int)
    stayed = Signal()
    due = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        holds: Callable[[], bool] = lambda: False,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._holds, self._now = holds, now
        self._limit = 0.0
        self._last = 0.0
        self._warned = False
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK_MS)
        self._ticks.timeout.connect(self.look)

    def start(self, minutes: int) -> None:
        """Watch from now on; 0 minutes watches nothing."""
        self.stop()
        if minutes <= 0:
            return
        self._limit = minutes * 60.0
        self._last = self._now()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._watch)
            self._watch(app.focusWindow())
        self._ticks.start()

    def stop(self) -> None:
        """Watch no longer."""
        if not self._ticks.isActive():
            return
        self._ticks.stop()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.disconnect(self._watch)
        self._come_back()

    def touch(self) -> None:
        """Take note that somebody is there."""
        self._last = self._now()
        self._come_back()

    def look(self) -> None:
        """Compare the clock with the last act; called every second."""
        if self._holds():
            self.touch()
            return
        left = self._last + self._limit - self._now()
        if left <= 0:
            self.stop()
            self.due.emit()
        elif left <= WARNING_SECONDS:
            self._warned = True
            self.near.emit(round(left))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTS:
            self.touch()
        return super().eventFilter(watched, event)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # the same filter again only moves to the front

    def _come_back(self) -> None:
        if self._warned:
            self._warned = False
            self.stayed.emit()
