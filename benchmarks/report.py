"""How long a report takes from a cold start, against Typst setting the same content from a cold start."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Row, alternate, row, timed
from benchmarks.typst_markup import markup

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "resources" / "fonts" / "pdf"
REFERENCE = "Typst on the same content, font and charts, also as a cold Python process"

# Typst gets finished markup; we start from the assessment file. Neither signs.
_TYPST = """
import sys, typst
typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]], ignore_system_fonts=True, pdf_tags=False)
"""


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Build the worked example's board report with both, in turn; each run is a process of its own."""
    assessment, source = _prepare(folder)
    ours, theirs = folder / "ours.pdf", folder / "typst.pdf"

    def subject() -> float:
        ours.unlink(missing_ok=True)
        command = [Path(sys.executable).parent / "asl", "report", assessment, "--out", ours]
        return timed(lambda: subprocess.run(command, check=True, capture_output=True))

    def reference() -> float:
        command = [sys.executable, "-c", _TYPST, source, theirs, FONTS]
        return timed(lambda: subprocess.run(command, check=True, capture_output=True))

    times = alternate(subject, reference, runs=runs)
    name = f"board report from a cold start, {_pages(ours)} pages (Typst: {_pages(theirs)})"
    return [row(name, times, unit="s", reference=REFERENCE, times_reference=2.0)]


def _prepare(folder: Path) -> tuple[Path, Path]:
    from asl_desktop.progress import Silent
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
    from reports.document import board_report

    assessment, source = folder / "report.asl", folder / "report.typ"
    with build_example(DEFAULT_EXAMPLE, assessment, progress=Silent()) as document:
        snapshot = take_snapshot(document)
    source.write_text(markup(board_report(snapshot, generated_at=datetime.now(UTC))), encoding="utf-8")
    return assessment, source


def _pages(path: Path) -> int:
    import pikepdf

    with pikepdf.open(path) as document:
        return len(document.pages)
