"""How alive the window is while something runs beside it, and a stall planted to see whether that shows."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop

from benchmarks.pulse import Gaps, Pulse, play, quietest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STALL_SECONDS = 0.15


def gaps_while(begin: Callable[[Callable[[], None]], object], *, runs: int = 3) -> Gaps:
    """Measure while work runs that ``begin`` starts; it is handed what to call at the end.

    Threads give way as they do in the program. The quietest run counts, as the machine is not ours alone.
    """
    sys.setswitchinterval(0.001)

    def _once() -> Gaps:
        loop, pulse = QEventLoop(), Pulse()
        pulse.start()
        begin(loop.quit)
        loop.exec()
        return pulse.stop()

    return quietest(_once, runs=runs)


def planted_stall() -> Gaps:
    """Measure a window that answers nothing for a moment."""

    def _stall() -> Iterator[None]:
        yield
        time.sleep(STALL_SECONDS)
        yield

    pulse = Pulse()
    pulse.start()
    play(_stall(), every_ms=5)
    return pulse.stop()
