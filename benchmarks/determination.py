"""How long a determination takes after one measurement was changed: the published pack, and a much larger one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from asl_desktop import codec
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Counts, Mean, Ratio
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.synthetic import DAY, synthetic_inputs, synthetic_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from asl_desktop.domain.inputs import Inputs, Report
    from asl_desktop.domain.pack import Pack

REFERENCE = "JSON round trip of the same inputs (standard library)"


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Measure both packs; the worked example is built in ``folder``."""
    pack, inputs, as_of = _worked_example(folder)
    found = [_row("determine, RSP 2.2 with the Opus 4 example", pack, inputs, as_of, most=1.0, runs=runs)]
    name = "determine, synthetic pack of 1,000 questions and 200 thresholds"
    found.append(_row(name, synthetic_pack(), synthetic_inputs(), DAY, most=20.0, runs=max(runs // 4, 5)))
    return found


def _worked_example(folder: Path) -> tuple[Pack, Inputs, date]:
    from asl_desktop.progress import Silent
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example

    with build_example(DEFAULT_EXAMPLE, folder / "example.asl", progress=Silent()) as document:
        snapshot = take_snapshot(document)
    return snapshot.pack, snapshot.inputs, snapshot.as_of


def _row(name: str, pack: Pack, inputs: Inputs, as_of: date, *, most: float, runs: int) -> Row:
    subject = _keystrokes(pack, inputs, as_of)
    data = codec.to_json(inputs)

    def reference() -> float:
        return timed(lambda: json.loads(json.dumps(data)))

    return row(name, alternate(subject, reference, runs=runs, warm_up=3), unit="ms", reference=REFERENCE, most=most)


def _keystrokes(pack: Pack, inputs: Inputs, as_of: date) -> Callable[[], float]:
    """Return work that changes one measurement and determines anew; every call meets inputs it has never seen."""
    count = 0

    def work() -> float:
        nonlocal count
        count += 1
        place = count % len(inputs.measurements)
        old = inputs.measurements[place]
        typed = replace(old, report=_retyped(old.report, count))
        changed = replace(inputs, measurements=(*inputs.measurements[:place], typed, *inputs.measurements[place + 1 :]))
        return timed(lambda: determine(pack, changed, as_of))

    return work


def _retyped(report: Report, count: int) -> Report:
    """Return the report with a number nobody has seen, so that no interval comes out of a cache."""
    shift = count * 1e-6
    if isinstance(report, Counts):
        return replace(report, n=report.n + count)
    if isinstance(report, Mean):
        return replace(report, mean=report.mean + shift)
    if isinstance(report, Ratio):
        return replace(report, treatment=cast("Counts | Mean", _retyped(report.treatment, count)))
    return replace(report, estimate=report.estimate + shift)
