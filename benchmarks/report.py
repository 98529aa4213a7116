"""How long a report takes from a cold start, against Typst setting the same content from a cold start."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Row, alternate, row, timed
from benchmarks.typst_markup import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "resources" / "fonts" / "pdf"
REFERENCE = "Typst setting the same texts, tables and charts in the same font, also as a cold Python process, tagged"

_TYPST = """
import sys, typst
typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]], ignore_system_fonts=True)
"""
_SET_ONLY = """
import pathlib, pickle, sys
from asl_desktop.progress import Silent
from reports.rendering import write_pdf
document = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
write_pdf(document, pathlib.Path(sys.argv[2]), attachment=b"{}", progress=Silent())
"""


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Build the worked example's board report, in turn with Typst; each run is a process of its own. Neither signs.

    Once from the finished document tree, which is what Typst is given: the goal is on that. Once more from the
    assessment file, as a person does it: opening, checking and determining included, which has no counterpart there.
    """
    assessment, tree, source = _prepare(folder)
    ours, theirs = folder / "ours.pdf", folder / "typst.pdf"
    typst: list[str | Path] = [sys.executable, "-c", _TYPST, source, theirs, FONTS]
    whole: list[str | Path] = [Path(sys.executable).parent / "asl", "report", assessment, "--out", ours]
    setting: list[str | Path] = [sys.executable, "-c", _SET_ONLY, tree, ours]
    result = []
    for name, command, goal in (("build the report", setting, 2.0), ("asl report, determination and all", whole, None)):
        times = alternate(partial(_run, command, ours), partial(_run, typst, theirs), runs=runs)
        pages = f"{_pages(ours)} pages (Typst: {_pages(theirs)})"
        result.append(row(f"{name}, cold, {pages}", times, unit="s", reference=REFERENCE, times_reference=goal))
    return result


def _run(command: Sequence[str | Path], target: Path) -> float:
    target.unlink(missing_ok=True)
    return timed(lambda: subprocess.run(command, check=True, capture_output=True))


def _prepare(folder: Path) -> tuple[Path, Path, Path]:
    from asl_desktop.progress import Silent
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
    from reports.document import board_report

    assessment, tree, source = (folder / name for name in ("report.asl", "report.pickle", "report.typ"))
    with build_example(DEFAULT_EXAMPLE, assessment, progress=Silent()) as document:
        snapshot = take_snapshot(document)
    report = board_report(snapshot, generated_at=datetime.now(UTC))
    tree.write_bytes(pickle.dumps(report))
    source.write_text(markup(report), encoding="utf-8")
    return assessment, tree, source


def _pages(path: Path) -> int:
    import pikepdf

    with pikepdf.open(path) as document:
        return len(document.pages)
