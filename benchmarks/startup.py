"""How long the window takes from process start to its first painted frame, against a bare PySide6 window.

Seen from outside: Xvfb keeps its frame buffer in a file, and the window counts as painted when the screen shows at
least four colours.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Row, alternate, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REFERENCE = "bare PySide6 QWidget with one label"
WIDTH, HEIGHT = 1366, 768
COLOURS = 4
PATIENCE = 30.0
_ROWS_SKIPPED = 6

_HELLO = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
app = QApplication(sys.argv)
window = QWidget()
QVBoxLayout(window).addWidget(QLabel("Hello, this is a bare window with one label"))
window.resize(900, 600)
window.show()
sys.exit(app.exec())
"""


class Screen:
    """An X server of our own whose pixels can be read without being its client."""

    def __init__(self, buffer: mmap.mmap, display: str) -> None:
        self._buffer = buffer
        self.display = display
        header, colours = struct.unpack_from(">I", buffer, 0)[0], struct.unpack_from(">I", buffer, 76)[0]
        self._start = header + colours * 12
        self._line = struct.unpack_from(">I", buffer, 48)[0]

    def colours(self) -> int:
        """Count the colours on every sixth line of the screen."""
        seen: set[int] = set()
        for line in range(0, HEIGHT, _ROWS_SKIPPED):
            start = self._start + line * self._line
            pixels = memoryview(self._buffer[start : start + 4 * WIDTH]).cast("I")
            seen.update(pixels)
            if len(seen) >= COLOURS:
                break
        return len(seen)


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """Start Xvfb with its frame buffer in ``folder`` and stop it at the end."""
    reading, writing = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-fbdir", str(folder), "-noreset"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            display = f":{answer.readline().strip()}"
        with (
            (folder / "Xvfb_screen0").open("r+b") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view,
        ):
            yield Screen(view, display)
    finally:
        server.terminate()
        server.wait()


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Start both programs in turn on a screen of their own, each with an empty home."""
    app = [str(Path(sys.executable).parent / "asl-desktop")]
    hello = [sys.executable, "-c", _HELLO]
    with screen(folder) as shown:
        times = alternate(
            lambda: until_painted(app, shown, folder), lambda: until_painted(hello, shown, folder), runs=runs
        )
    return [row("start to first painted window", times, unit="ms", reference=REFERENCE, times_reference=2.5)]


def until_painted(command: Sequence[str], shown: Screen, folder: Path) -> float:
    """Return the seconds from the start of a program to its first painted window; it is killed then."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    _wait(shown, painted=False)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=_environment(home, shown.display), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(shown, painted=True, process=process)
        return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()


def _wait(shown: Screen, *, painted: bool, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while (shown.colours() >= COLOURS) is not painted:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the program ended with status {process.returncode} before it painted a window")
        if time.monotonic() > deadline:
            raise RuntimeError("the screen did not change in time")
        time.sleep(0.001)


def _environment(home: Path, display: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "QT_", "WAYLAND_"))}
    return {**kept, "HOME": str(home), "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
