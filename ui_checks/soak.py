"""11.2: ten minutes of a person's keys in a window that repaints all the time; it lives and does not grow."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.progress import Silent
from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
from ui_checks.found import Found
from ui_checks.person import Stuck, wait_for
from ui_checks.stage import keep_picture, running, stage

if TYPE_CHECKING:
    from collections.abc import Mapping

FULL_SECONDS, SHORT_SECONDS = 600.0, 40.0
MOST_GROWTH_MB = 20.0
_SETTLED = 0.25
"""The share of the session after which caches are as full as they get."""
_REST_SECONDS = 1.5
"""Between two rounds; a window that paints all the time must not be handed keys faster than it can take them."""
_END_SECONDS, _QUESTIONS = 90.0, 8
_LEAK_MB, _LEAK_SECONDS = 2, 16.0

_WINDOW = """
import faulthandler, signal, sys
faulthandler.register(signal.SIGUSR1)
from PySide6.QtCore import QTimer
import ui.app
from ui.main_window import MainWindow
begin, kept, leak = MainWindow.__init__, [], int(sys.argv[1])
def made(window, *arguments):
    begin(window, *arguments)
    paint, lose = QTimer(window), QTimer(window)
    paint.timeout.connect(window.update)
    paint.start(16)
    lose.timeout.connect(lambda: kept.append(bytearray(leak * 1024 * 1024)))
    if leak:
        lose.start(250)
MainWindow.__init__ = made
sys.exit(ui.app.main(sys.argv[2:]))
"""
_PAGES = (
    "Overview", "Scope", "Plan", "Evidence", "Measurements", "Margins", "Showings", "Safeguards", "Pre-flight check",
    "Gates and sign-off", "History", "Report", "QC-03", "QC-17", "QR-04", "QY-01", "acquisition-uplift", "D3-2",
)  # fmt: skip
_KEYS = (("alt+1",), ("alt+2",), ("ctrl+Return",), ("alt+Left",), ("alt+Right",), ("ctrl+m",), ("ctrl+plus", "ctrl+0"),
         ("F6",), ("shift+F6",), ("Tab",) * 6, ("ctrl+f", "Escape"), ("question", "Escape"), ("ctrl+z", "ctrl+y"),
         ("ctrl+shift+l", "ctrl+shift+l"), ("Down", "Down", "Up"), ("ctrl+s",))  # fmt: skip


def run(folder: Path, *, short: bool) -> Found:
    """Use the window by keyboard; then let one grow on purpose."""
    example = folder / "example.asl"
    build_example(DEFAULT_EXAMPLE, example, progress=Silent()).close()
    with stage(folder, bus=False) as environment:
        session = _used(environment, folder, example, seconds=SHORT_SECONDS if short else FULL_SECONDS, leak=0)
        leaking = _used(environment, folder, example, seconds=_LEAK_SECONDS, leak=_LEAK_MB)
    log = (folder / "soak.log").read_text(errors="replace")
    told = [line for line in log.splitlines() if re.search("Traceback|Fatal Python error", line)]
    told += [] if session.status == 0 else [f"the window ended with status {session.status}"]
    return Found(
        passed=not told and session.growth < MOST_GROWTH_MB < leaking.growth,
        bar=f"it ends with 0, without an error, and grows by less than {MOST_GROWTH_MB:.0f} MB",
        figures={
            "minutes": round(session.seconds / 60, 1),
            "rounds of keys": session.rounds,
            "growth MB": round(session.growth, 1),
            "resident MB": round(session.resident),
        },
        control=f"a window that loses {_LEAK_MB * 4} MB a second grows by {leaking.growth:.0f} MB",
        told=tuple(told),
    )


class Session:
    """What using the window for a while came to. Sizes are in megabytes of resident memory."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.rounds = 0
        self.seconds = 0.0
        self.growth = 0.0
        self.resident = 0.0


def _used(environment: Mapping[str, str], folder: Path, file: Path, *, seconds: float, leak: int) -> Session:
    found, chance = Session(), random.Random(4)
    command = [sys.executable, "-c", _WINDOW, str(leak), str(file)]
    with running(command, environment, folder / "soak.log") as process:
        wait_for("the window", lambda: bool(_tool(environment, "search", "--onlyvisible", "--name", file.name)))
        _tool(environment, "windowfocus", "--sync", _tool(environment, "search", "--name", file.name).split()[0])
        began, settled = time.monotonic(), 0.0
        while (passed := time.monotonic() - began) < seconds and process.poll() is None:
            _one_round(environment, chance)
            found.rounds += 1
            time.sleep(_REST_SECONDS)
            if not settled and passed > seconds * _SETTLED:
                settled = _resident(process.pid)
        if process.poll() is None:
            found.resident = _resident(process.pid)
            found.growth = found.resident - settled
        found.seconds = time.monotonic() - began
        _quit(environment, folder, process)
        found.status = process.returncode
    return found


def _quit(environment: Mapping[str, str], folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Quit by the key, and go on without what random keys left half-typed when the window asks about it."""

    def _ended() -> bool:
        _tool(environment, "key", "--delay", "50", "Escape", "ctrl+q")
        time.sleep(1.0)
        for _ in range(_QUESTIONS):  # one for each page that holds something half-typed
            if process.poll() is None:
                _tool(environment, "key", "--delay", "50", "Tab", "space")
                time.sleep(1.0)
        return process.poll() is not None

    try:
        wait_for("the end of the window", _ended, seconds=_END_SECONDS)
    except Stuck:
        process.send_signal(signal.SIGUSR1)  # every thread says where it is
        keep_picture(environment, folder / "stuck.png")
        raise


def _one_round(environment: Mapping[str, str], chance: random.Random) -> None:
    """Go somewhere, type something, press something."""
    _tool(environment, "key", "Escape", "ctrl+k")
    _tool(environment, "type", "--delay", "5", chance.choice(_PAGES))
    _tool(environment, "key", "Return")
    for keys in chance.sample(_KEYS, 3):
        _tool(environment, "key", "--delay", "20", *keys)
    _tool(environment, "key", "n")
    _tool(environment, "type", "--delay", "5", "It holds. ")
    _tool(environment, "key", "Escape")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0.0


def _tool(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments], env=dict(environment), capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip()
