"""11.1: the binding keeps its references to None and True; one that loses them aborts after some thousand calls."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from ui_checks.found import Found

if TYPE_CHECKING:
    from pathlib import Path

LEAST = -50
"""References of 200 calls that may seem lost; the broken binding loses one a call."""

_PROBE = """
import ctypes, os, sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(sys.argv)
class Sender(QObject):
    told = Signal(int)
sender, label = Sender(), QLabel()
sender.told.connect(lambda _: None)
label.setText("a"); sender.told.emit(1)
before = [sys.getrefcount(thing) for thing in (None, True)]
for number in range(200):
    label.setText("a"); sender.told.emit(number)
    if {lossy}:
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))
print(*(sys.getrefcount(thing) - was for thing, was in zip((None, True), before)), flush=True)
os._exit(0)
"""


def run(folder: Path, *, short: bool) -> Found:
    """Count the references around 200 calls; the control gives one away at each call."""
    none, true = _counted(lossy=False)
    lossy, _ = _counted(lossy=True)
    return Found(
        passed=min(none, true) > LEAST and (lossy < LEAST or sys.version_info >= (3, 12)),
        bar=f"more than {LEAST} references left over after 200 calls",
        figures={"None": none, "True": true},
        control=f"with a reference given away at each call: {lossy}",
    )


def _counted(*, lossy: bool) -> tuple[int, int]:
    """Return what is left over of None and True. The process leaves without tidying up, where a bad binding aborts."""
    code = _PROBE.format(lossy=lossy)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    none, true = (int(word) for word in done.stdout.split())
    return none, true
