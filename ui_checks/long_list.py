"""11.13: a table of 2,000 questions is there at once, and filters and scrolls without a jerk.

Nothing of this waits for anything, so the bars are on processor time, as in :mod:`ui_checks.chart_redraw`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from asl_desktop.domain.inputs import Inputs, Scope
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack
from benchmarks.measure import percentile
from benchmarks.window import PACK, make_file, many_questions, opened, settle
from ui_checks.found import Figure, Found
from ui_checks.gaps import STALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.widgets.question_table import QuestionTable

QUESTIONS = 2_000
MOST_BUILD_MS, MOST_STEP_MS = 100.0, 16.0
_SCROLLS = 100
_WORDS = "model evaluation"
_RUNS = 3


def run(folder: Path, *, short: bool) -> Found:
    """Build the table, filter letter by letter, scroll page by page; the quietest of three runs counts."""
    from ui.widgets.question_table import QuestionTable

    count = 200 if short else QUESTIONS
    snapshot = snapshot_of(many_questions(count), Inputs(scope=Scope("Heron-2")), as_of=date(2025, 6, 2))
    path = make_file(folder / "any.asl", load_pack(PACK))
    with opened(path):
        builds: list[Taken] = []
        steps: list[dict[str, list[Taken]]] = []
        for _ in range(_RUNS):
            table: list[QuestionTable] = []

            def _build(made: list[QuestionTable] = table) -> None:
                made.append(QuestionTable())
                made[0].resize(900, 600)
                made[0].show_snapshot(snapshot, "")
                made[0].show()

            builds.append(_taken(_build))
            steps.append({"filter": _filtered(table[0]), "scroll": _scrolled(table[0])})
            table[0].hide()
            table[0].deleteLater()
        planted = _taken(_dawdle).busy
    best = min(build.busy for build in builds)
    figures: dict[str, Figure] = {"questions": count, "build and show ms": round(best, 1)}
    slowest = {}
    for name in ("filter", "scroll"):
        times = min((run[name] for run in steps), key=_p95)
        slowest[name] = _p95(times)
        figures |= {
            f"{name} p95 ms": round(slowest[name], 1),
            f"{name} worst ms": round(max(each.busy for each in times), 1),
            f"{name} p95 by the clock on the wall, ms": round(percentile([each.waited for each in times], 0.95), 1),
        }
    return Found(
        passed=best < MOST_BUILD_MS and max(slowest.values()) < MOST_STEP_MS < planted,
        bar=f"build and show under {MOST_BUILD_MS:.0f} ms, p95 of a step under {MOST_STEP_MS:.0f} ms of a processor",
        figures=figures,
        control=f"a step of {STALL_SECONDS * 1e3:.0f} ms is seen as {planted:.0f} ms",
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """How long something took until it was painted, in milliseconds: of a processor, and by the clock on the wall."""

    busy: float
    waited: float


def _p95(times: list[Taken]) -> float:
    return percentile([each.busy for each in times], 0.95)


def _filtered(table: QuestionTable) -> list[Taken]:
    """Type words into the filter and take them out again, key by key."""
    keys: list[Callable[[], None]] = [lambda key=key: QTest.keyClicks(table.words, key) for key in _WORDS]  # type: ignore[misc]
    back: Callable[[], None] = lambda: QTest.keyClick(table.words, Qt.Key.Key_Backspace)  # noqa: E731
    there = [_taken(press) for press in keys]
    if table.proxy.rowCount() >= table.model.rowCount():
        raise RuntimeError("the filter lets every row through")
    return [*there, *(_taken(back) for _ in _WORDS)]


def _scrolled(table: QuestionTable) -> list[Taken]:
    bar = table.view.verticalScrollBar()
    step = max(1, bar.maximum() // _SCROLLS)
    return [_taken(lambda to=to: bar.setValue(to * step)) for to in range(1, _SCROLLS + 1)]  # type: ignore[misc]


def _taken(work: Callable[[], object]) -> Taken:
    began, start = time.perf_counter(), time.process_time()
    work()
    settle()
    return Taken((time.process_time() - start) * 1e3, (time.perf_counter() - began) * 1e3)


def _dawdle() -> None:
    end = time.process_time() + STALL_SECONDS
    while time.process_time() < end:
        pass
