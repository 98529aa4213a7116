"""11.11: the live chart redraws in a frame's time with 40 rows at twice the pixels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from ui_checks.found import Found
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ROWS, REPAINTS = 40, 100
MOST_MS = 16.0
_RUNS = 3


def run(folder: Path, *, short: bool) -> Found:
    """Draw the margins of the worked example again and again, in a process of its own that has the scale."""
    runs = [_drawn(folder, count=ROWS) for _ in range(1 if short else _RUNS)]
    best = min(runs, key=lambda run: run["p95"])
    long = _drawn(folder, count=ROWS * 25)
    return Found(
        passed=best["p95"] < MOST_MS < long["p95"] and best["rows"] == ROWS,
        bar=f"p95 of {REPAINTS} repaints of {ROWS} rows at twice the pixels under {MOST_MS:.0f} ms",
        figures={"rows": best["rows"], "p95 ms": round(best["p95"], 2), "worst ms": round(best["worst"], 2)},
        reference={"an empty widget of that size, p95 ms": round(best["empty"], 2)},
        control=f"{ROWS * 25} rows take {long['p95']:.0f} ms",
    )


def _drawn(folder: Path, *, count: int) -> dict[str, float]:
    environment = os.environ | {"QT_SCALE_FACTOR": "2"}
    command = [sys.executable, "-m", "ui_checks.chart_redraw", str(folder), str(count)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: list[str]) -> int:
    """Time the repaints of a chart with so many rows; used by :func:`run`."""
    from dataclasses import replace
    from datetime import date
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QWidget

    from asl_desktop.progress import Silent
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
    from benchmarks.measure import percentile
    from reports.charts.model import margin_chart
    from ui.theme import Look
    from ui.widgets.margin_chart import MarginList

    folder, wanted = Path(arguments[0]), int(arguments[1])
    app = QApplication([])
    Look(app, "light")
    path = folder / f"chart-{time.monotonic_ns()}.asl"
    with build_example(DEFAULT_EXAMPLE, path, progress=Silent()) as document:
        chart = margin_chart(take_snapshot(document, as_of=date(2025, 5, 22)))
    rows = [row for group in chart.groups for row in group.rows]
    rows = (rows * (wanted // len(rows) + 1))[:wanted]
    shown, empty = MarginList(), QWidget()
    shown.show_chart(replace(chart, groups=(replace(chart.groups[0], rows=tuple(rows)),)))
    times: dict[str, list[float]] = {"chart": [], "empty": []}
    for name, widget in (("chart", shown), ("empty", empty)):
        widget.resize(320, shown.sizeHint().height())
        widget.show()
        app.processEvents()
        for _ in range(REPAINTS if wanted <= ROWS else 5):
            start = time.perf_counter()
            widget.repaint()
            times[name].append((time.perf_counter() - start) * 1e3)
    drawn = {"p95": percentile(times["chart"], 0.95), "worst": max(times["chart"])}
    print(json.dumps({**drawn, "empty": percentile(times["empty"], 0.95), "rows": len(shown.drawn_rows)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
