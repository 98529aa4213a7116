"""11.15: cancelling a long piece of work stops it at once and leaves nothing half-done in the file."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import Scope
from asl_desktop.services.assessments import create_assessment
from asl_desktop.storage.document import Document
from benchmarks.window import PACK, bench_of, opened, settle
from ui_checks.found import Found

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session import AttachState, Session

AFTER_MS = 700
MOST_MS = 100.0
_RUNS = 3
_TIDY_SECONDS = 20.0
_GIB = 1024**3


def run(folder: Path, *, short: bool) -> Found:
    """Cancel the sealing of 3 GiB after 0.7 s, three times; the control lets a small file through."""
    path, large, small = folder / "cancel.asl", folder / "large.bin", folder / "small.bin"
    create_assessment(path, pack_id=PACK, scope=Scope("Heron-2"), actor="A. Person").close()
    with large.open("wb") as stream:
        stream.truncate(3 * _GIB)  # a file with a hole: reads as zeros and takes no room
    small.write_bytes(b"small")
    with opened(path) as window:
        session = bench_of(window).session
        waits = [_cancelled(session, large) for _ in range(1 if short else _RUNS)]
        before = _left(path)
        taken = _taken(session, small)
        after = _rows(path)
    with Document.open(path, read_only=True) as document:
        problems = document.check()
    best = min(waits)
    return Found(
        passed=best < MOST_MS and not before and len(after) > 0 and taken == "attached" and not problems,
        bar=f"the worker has stopped {MOST_MS:.0f} ms after the wish; no row of the file is in the document",
        figures={
            "ms until stopped": round(best, 1),
            "worst of runs ms": round(max(waits), 1),
            "rows left": len(before),
        },
        control=f"a small file that is not cancelled leaves rows: {', '.join(after)}",
        told=tuple(problems),
    )


def _cancelled(session: Session, file: Path) -> float:
    """Return the milliseconds from the wish to cancel until the worker has ended."""
    ended: list[float] = []
    wished: list[float] = []

    def _changed(state: AttachState) -> None:
        if state.kind != "running":
            ended.append(time.perf_counter())

    session.attach_changed.connect(_changed)
    (handle,) = session.attach((file,))

    def _wish() -> None:
        wished.append(time.perf_counter())
        handle.cancel()

    QTimer.singleShot(AFTER_MS, _wish)
    settle(lambda: bool(ended))
    session.attach_changed.disconnect(_changed)
    if not wished:
        raise RuntimeError("the file was in before anybody cancelled")
    return (ended[0] - wished[0]) * 1e3


def _taken(session: Session, file: Path) -> str:
    kinds: list[str] = []
    session.attach_changed.connect(lambda state: kinds.append(state.kind))
    session.attach((file,))
    settle(lambda: bool(kinds) and kinds[-1] != "running")
    return kinds[-1]


def _left(path: Path) -> list[str]:
    """Return the tables that still hold anything of the file once there was time to tidy up."""
    end = time.monotonic() + _TIDY_SECONDS
    while (found := _rows(path)) and time.monotonic() < end:
        settle()
        time.sleep(0.1)
    return found


def _rows(path: Path) -> list[str]:
    """Return the tables that hold anything of a file."""
    with contextlib.closing(dbapi2.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = ("content", "chunk", "evidence")
        return [table for table in tables if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]]
