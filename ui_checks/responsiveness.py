"""11.14: the window stays alive while gigabytes are hashed and sealed, a report is built and modules are imported."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from asl_desktop.progress import Silent
from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
from benchmarks.pulse import LONGEST_MS, P99_MS, Gaps, bare_gaps
from benchmarks.window import bench_of, opened
from ui_checks.found import Figure, Found
from ui_checks.gaps import STALL_SECONDS, gaps_while, planted_stall
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.progress import Progress
    from ui.main_window import MainWindow

_GIB = 1024**3

_IMPORTING = """
import json, sys
from PySide6.QtWidgets import QApplication
from benchmarks.pulse import Pulse
from ui.crash import CrashReporter
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.preferences import Preferences
from ui.theme import Look
sys.setswitchinterval(0.001)  # as the program does
app, operations, pulse = QApplication([]), Operations(), Pulse()
window = MainWindow(Look(app, "light"), Preferences(), operations, CrashReporter())
window.ready.connect(app.quit)
begin = window._import_services
window._import_services = lambda: (pulse.start(), begin())
window.show()
app.exec()
found = pulse.stop()
operations.close()
print(json.dumps([found.count, found.p99, found.worst, found.stalls]))
"""
"""A process of its own: here everything is imported already."""


def run(folder: Path, *, short: bool) -> Found:
    """Measure each kind of work three times at most and take the quietest run, as the machine is not ours alone."""
    file, large = folder / "example.asl", folder / "large.bin"
    build_example(DEFAULT_EXAMPLE, file, progress=Silent()).close()
    with large.open("wb") as stream:
        stream.truncate(_GIB // 4 if short else 3 * _GIB)  # a hole: reads as zeros, takes no room
    found: dict[str, Gaps] = {}
    with opened(file) as window:
        bench_of(window).go("questions")
        found["hashing"] = gaps_while(lambda over: _beside(window, lambda progress: _hash(large, progress), over))
        found["sealing"] = gaps_while(lambda over: _seal(window, large, over))
        found["report"] = gaps_while(lambda over: _report(window, folder / "report.pdf", over))
        planted, bare = planted_stall(), bare_gaps()
    found["importing"] = min((_importing() for _ in range(3)), key=lambda gaps: gaps.worst)
    figures: dict[str, Figure] = {}
    for name, gaps in found.items():
        figures |= {f"{name} p99 ms": round(gaps.p99, 1), f"{name} worst ms": round(gaps.worst, 1)}
    return Found(
        passed=all(gaps.good for gaps in found.values()) and planted.stalls > 0,
        bar=f"no gap of {LONGEST_MS:.0f} ms, p99 under {P99_MS:.0f} ms",
        figures=figures,
        reference={"bare window p99 ms": round(bare.p99, 1), "bare window worst ms": round(bare.worst, 1)},
        control=f"a stall of {STALL_SECONDS * 1e3:.0f} ms is seen as {planted.worst:.0f} ms",
        told=tuple(f"{name}: {gaps.words()}" for name, gaps in found.items() if not gaps.good),
    )


def _beside(window: MainWindow, work: Callable[[Progress], object], over: Callable[[], None]) -> None:
    window.operations.run(work, owner=window, done=lambda _: over())


def _hash(path: Path, progress: Progress) -> object:
    from asl_desktop.services.evidence import file_digest

    return file_digest(path, progress=progress)


def _seal(window: MainWindow, path: Path, over: Callable[[], None]) -> None:
    """Take a file in, and out again in the next round of the event loop, so that it comes in anew in the next run."""
    session = bench_of(window).session

    def _changed(state: object) -> None:
        if getattr(state, "kind", "") == "running":
            return
        session.attach_changed.disconnect(_changed)
        QTimer.singleShot(0, window, _out_again)

    def _out_again() -> None:
        for item in session.inputs.evidence:
            if item.name == path.name:
                session.remove("evidence", item.sha256)
        over()

    session.attach_changed.connect(_changed)
    session.attach((path,))


def _report(window: MainWindow, target: Path, over: Callable[[], None]) -> None:
    snapshot = bench_of(window).session.snapshot

    def _build(progress: Progress) -> object:
        from reports.building import build_report

        target.unlink(missing_ok=True)
        return build_report(snapshot, target, progress=progress)

    _beside(window, _build, over)


def _importing() -> Gaps:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTING], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    count, p99, worst, stalls = json.loads(done.stdout.splitlines()[-1])
    return Gaps(count, p99, worst, stalls)
