"""How soon the program is ready to open a file, and how soon a file with a long past is open."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from asl_desktop.progress import Silent
from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase, RecoveryKey
from benchmarks.ingest import write_random
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.verifying import write_history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

EVENTS, SHORT = 300_000, 1_000
EVIDENCE_MIB = 3 * 1024
SECRET = Passphrase("a passphrase for the benchmark")
_READY = """
import os, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui.crash import CrashReporter
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.preferences import Preferences
from ui.theme import Look
app = QApplication(sys.argv[:1])
look = Look(app, "light")
window = MainWindow(look, Preferences(path=Path("window.json")), Operations(), CrashReporter())
window.ready.connect(lambda: os._exit(0))
window.show()
app.exec()
"""
_IMPORTS = "import os; from PySide6 import QtWidgets; import sqlmodel; os._exit(0)"


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Start processes in turn; then open a long and a short history in turn, plain and by key."""
    return [_ready(folder, runs=runs), *_long(folder, runs=4 * runs)]


def _ready(folder: Path, *, runs: int) -> Row:
    times = alternate(lambda: _process(folder, _READY), lambda: _process(folder, _IMPORTS), runs=runs)
    name, reference = "start until files can be opened", "a process that imports QtWidgets and sqlmodel"
    return row(name, times, unit="ms", reference=reference, times_reference=2.0)


def _process(folder: Path, script: str) -> float:
    environment = {**os.environ, "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", script]
    return timed(lambda: subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True))


def _long(folder: Path, *, runs: int) -> list[Row]:
    source, long, short = folder / "evidence.bin", folder / "long.asl", folder / "short.asl"
    write_random(source, EVIDENCE_MIB)
    write_history(short, SHORT)
    write_history(long, EVENTS)
    with Document.open(long) as document:
        document.attach(source, EvidenceDraft(), actor="Benchmark", progress=Silent())
    source.unlink()
    found: list[Row] = []
    key: RecoveryKey | None = None
    for words in ("", ", by its key"):
        if words:
            key = _encrypt(long)
        past = f"open a file of {EVENTS:,} events and {EVIDENCE_MIB // 1024} GiB of evidence{words}"
        times = alternate(_opening(long, key), _opening(short, None), runs=runs)
        found.append(row(past, times, unit="ms", reference=f"one of {SHORT:,} events, plain", most=50.0))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return found


def _encrypt(path: Path) -> RecoveryKey:
    change_passphrase(path, old=None, new=SECRET)
    with Document.open(path, read_only=True, secret=SECRET) as document:
        return RecoveryKey.from_text(document.recovery_key())


def _opening(path: Path, secret: Secret | None) -> Callable[[], float]:
    def opening() -> float:
        opened: list[Document] = []
        seconds = timed(lambda: opened.append(open_assessment(path, secret=secret)))
        opened[0].close()
        return seconds

    return opening
