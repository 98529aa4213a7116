"""How alive a window stays: a timer of 2 ms in its event loop, and a script of steps played in the same loop."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QLineEdit

from benchmarks.measure import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TICK_MS = 2
LONGEST_MS = 100.0
"""No gap may be longer."""
P99_MS = 16.0
"""One gap in a hundred may be longer."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Times between two rounds of the event loop, in milliseconds.

    Attributes:
        stalls: how many were longer than 100 ms.
    """

    count: int
    p99: float
    worst: float
    stalls: int

    @property
    def good(self) -> bool:
        """Tell whether nobody would have noticed."""
        return self.p99 < P99_MS and not self.stalls

    def words(self) -> str:
        """Return such as ``p99 4.1 ms, worst 31 ms, 0 over 100 ms``."""
        return f"p99 {self.p99:.1f} ms, worst {self.worst:.0f} ms, {self.stalls} over {LONGEST_MS:.0f} ms"


class Pulse(QObject):
    """Beats every 2 ms while the event loop is free, and keeps how long it was not."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0
        self.gaps: list[float] = []

    def start(self) -> None:
        """Forget what was measured and measure from now on."""
        self.gaps = []
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> Gaps:
        """Measure no more; return what was found."""
        self._timer.stop()
        self._beat()
        return Gaps(
            count=len(self.gaps),
            p99=percentile(self.gaps, 0.99),
            worst=max(self.gaps),
            stalls=sum(1 for gap in self.gaps if gap > LONGEST_MS),
        )

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1e3)
        self._last = now


def play(steps: Iterator[object], *, every_ms: int) -> None:
    """Take one step after another in the event loop, with this much time for the window in between.

    Raises:
        BaseException: whatever a step raised.
    """
    loop = QEventLoop()
    raised: list[BaseException] = []

    def take() -> None:
        try:
            next(steps)
        except StopIteration:
            loop.quit()
        except BaseException as error:  # noqa: BLE001 - raised again below, outside the event loop
            raised.append(error)
            loop.quit()
        else:
            QTimer.singleShot(every_ms, take)

    QTimer.singleShot(0, take)
    loop.exec()
    if raised:
        raise raised[0]


def measured(steps: Iterator[object], *, every_ms: int) -> Gaps:
    """Play steps and return the gaps meanwhile."""
    pulse = Pulse()
    pulse.start()
    play(steps, every_ms=every_ms)
    return pulse.stop()


def bare_gaps(*, seconds: float = 3.0, every_ms: int = 15) -> Gaps:
    """Measure a bare window with one field into which somebody types: what this machine does by itself just now."""
    field = QLineEdit()
    field.resize(600, 40)
    field.show()

    def typing() -> Iterator[None]:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            field.insert("x")
            if len(field.text()) > 60:
                field.clear()
            yield

    found = measured(typing(), every_ms=every_ms)
    field.deleteLater()
    return found


def quietest(measure: Callable[[], Gaps], *, runs: int = 3) -> Gaps:
    """Return the best of several runs, as soon as one is good: somebody else may keep the machine busy."""
    best = measure()
    for _ in range(runs - 1):
        if best.good:
            break
        best = min(best, measure(), key=lambda gaps: (gaps.stalls, gaps.p99))
    return best
