"""Measure everything, print a table, write the rows as JSON. Nothing fails on a figure: the machine may be busy."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import determination, encryption, ingest, opening, report, saving, scale, searching, startup, verifying

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Row

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the chosen parts; return 1 when one of them could not run at all."""
    options = _options()
    _cache_bytecode(options.out.parent)
    parts: dict[str, Callable[[Path], list[Row]]] = {
        "determination": lambda folder: determination.rows(folder, runs=200),
        "saving": lambda folder: saving.rows(folder, runs=options.saves),
        "ingest": lambda folder: ingest.rows(folder, runs=options.runs, size_mib=options.evidence_mib),
        "encryption": lambda folder: encryption.rows(
            folder, runs=options.runs, saves=options.saves, size_mib=options.evidence_mib
        ),
        "opening": lambda folder: opening.rows(folder, runs=options.runs),
        "verifying": lambda folder: verifying.rows(folder, runs=options.checks),
        "searching": lambda _: searching.rows(runs=options.searches),
        "scale": lambda folder: scale.rows(folder, runs=options.acts),
        "startup": lambda folder: startup.rows(folder, runs=options.starts),
        "report": lambda folder: report.rows(folder, runs=options.runs),
    }
    rows: list[Row] = []
    broken: list[str] = []
    for name in options.only or parts:
        began = time.monotonic()
        # Inside the build folder: the system's temporary folder may be memory, which syncs for nothing.
        with tempfile.TemporaryDirectory(dir=options.out.parent, prefix=f"bench-{name}-") as folder:
            try:
                rows.extend(parts[name](Path(folder)))
            except Exception as error:  # noqa: BLE001 one part that cannot run must not hide the others
                broken.append(f"{name} could not be measured: {type(error).__name__}: {error}")
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    options.out.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    print(_table(rows))
    print(f"\nWritten to {options.out}")
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


def _cache_bytecode(folder: Path) -> None:
    """Start every measured process as an installed program starts: from bytecode, whatever this shell forbids."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str((folder / "bytecode").resolve())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json", help="where the rows go")
    parser.add_argument("--runs", type=int, default=5, help="runs of evidence and report")
    parser.add_argument("--starts", type=int, default=9, help="starts of the window")
    parser.add_argument("--checks", type=int, default=3, help="checks of a long history")
    parser.add_argument("--saves", type=int, default=400, help="answers to save")
    parser.add_argument("--searches", type=int, default=200, help="full-text searches")
    parser.add_argument("--acts", type=int, default=60, help="acts in the window of a very large assessment")
    parser.add_argument("--evidence-mib", type=int, default=512, help="size of the evidence file")
    choices = ["determination", "saving", "ingest", "encryption", "opening", "verifying"]
    choices += ["searching", "scale", "startup", "report"]
    parser.add_argument("--only", nargs="+", choices=choices, help="measure only these parts")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


def _table(rows: list[Row]) -> str:
    head = ("what", "value", "reference", "ratio", "goal", "met", "spread")
    lines = [head]
    for row in rows:
        met = {True: "yes", False: "NO", None: ""}[row.met]
        value, other = f"{row.value:.4g} {row.unit}", f"{row.reference_value:.4g} {row.unit}"
        lines.append((row.name, value, other, f"{row.ratio:.2f}", row.goal, met, f"{row.spread:.0%}"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    table = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    names = [f"  {row.name}: against {row.reference}" for row in rows]
    return "\n".join([*table, "", *names])


if __name__ == "__main__":
    sys.exit(main())
