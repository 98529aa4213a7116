"""11.3: how long until the window is painted, against a bare window measured in turn with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks import startup
from ui_checks.found import Found

if TYPE_CHECKING:
    from pathlib import Path

TIMES_REFERENCE = 2.5


_LATE = "import time; time.sleep(1); import ui.app; ui.app.main([])"


def run(folder: Path, *, short: bool) -> Found:
    """Start both in turn; the control is the same window after a second of waiting."""
    row = startup.rows(folder, runs=3 if short else 7)[0]
    with startup.screen(folder) as shown:
        late = startup.until_painted([sys.executable, "-c", _LATE], shown, folder) * 1e3
    seen = late > TIMES_REFERENCE * row.reference_value
    return Found(
        passed=row.ratio <= TIMES_REFERENCE and seen,
        bar=f"median at most {TIMES_REFERENCE} times that of a bare window",
        figures={"first paint ms": row.value, "ratio": row.ratio, "runs": row.runs},
        reference={f"{row.reference} ms": row.reference_value},
        control=f"a second of waiting planted at the start is {'seen' if seen else 'NOT seen'}: {late:.0f} ms",
    )
