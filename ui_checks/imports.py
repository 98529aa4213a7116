"""11.4: nothing heavy is imported before the first paint."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from ui_checks.found import Found
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = frozenset(
    ("sqlmodel", "sqlalchemy", "pydantic", "matplotlib", "numpy", "scipy", "reportlab", "cryptography", "sqlcipher3")
)

_UNTIL_PAINTED = """
import sys
import ui.app
from ui.main_window import MainWindow
if {planted}:
    import numpy
paint = MainWindow.paintEvent
def painted(window, event):
    paint(window, event)
    sys.stderr.write("first paint\\n")
    sys.stderr.flush()
    import os
    os._exit(0)
MainWindow.paintEvent = painted
ui.app.main([])
"""


def run(folder: Path, *, short: bool) -> Found:
    """Read the interpreter's own list of imports up to the first paint; the control imports numpy before it."""
    early, count = _early(planted=False)
    seen, _ = _early(planted=True)
    return Found(
        passed=not early and "numpy" in seen and count > 0,
        bar="none of " + ", ".join(sorted(HEAVY)),
        figures={"modules before paint": count, "heavy": ", ".join(sorted(early)) or "none"},
        control="an import planted before the paint is " + ("seen" if "numpy" in seen else "NOT seen"),
    )


def _early(*, planted: bool) -> tuple[frozenset[str], int]:
    code = _UNTIL_PAINTED.format(planted=planted)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, mark, _ = done.stderr.partition("first paint")
    if not mark:
        raise RuntimeError("the window was never painted")
    names = {line.rpartition("|")[2].strip() for line in before.splitlines() if line.startswith("import time:")}
    return frozenset(HEAVY & {name.partition(".")[0] for name in names}), len(names)
