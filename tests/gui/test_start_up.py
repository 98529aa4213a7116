from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "matplotlib",
    "numpy",
    "scipy",
    "reportlab",
    "cryptography",
    "sqlcipher3",
)

FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication
from ui.crash import CrashReporter
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.preferences import Preferences
from ui.theme import Look
import ui.app

app = QApplication([])
operations = Operations()
window = MainWindow(Look(app, "light"), Preferences(), operations, CrashReporter())
at_paint = []
window._import_services = lambda: (at_paint.append(sorted(sys.modules)), app.quit())
window.show()
app.exec()
operations.close()
print(",".join(name for name in {heavy!r} if name in at_paint[0]))
print("painted", window._painted)
"""


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "ASL_DESKTOP_STATE": str(home), "HOME": str(home)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_start_imports_nothing_heavy_before_the_first_paint(tmp_path: Path) -> None:
    done = run("-c", FIRST_PAINT.format(heavy=HEAVY), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["", "painted True"]


def test_smoke_opens_the_worked_example_and_ends_with_zero(tmp_path: Path) -> None:
    done = run("-m", "ui", "--smoke", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.asl"))


def test_start_with_a_file_opens_it_and_a_bad_one_is_told_calmly(tmp_path: Path, assessment: Path) -> None:
    code = (
        "import sys; from PySide6.QtCore import QTimer; import ui.app; from ui.main_window import MainWindow\n"
        "from ui.pages.start import StartPage\n"
        "told = []\n"
        "def opened(window):\n"
        "    told.append(window.windowTitle()); QTimer.singleShot(0, window.close)\n"
        "def refused(page, error, ways):\n"
        "    told.append(str(error)); QTimer.singleShot(0, page.window().close)\n"
        "old = MainWindow.__init__\n"
        "def begin(self, *arguments):\n"
        "    old(self, *arguments); self.opened.connect(lambda _: opened(self))\n"
        "MainWindow.__init__ = begin\n"
        "StartPage.refuse = refused\n"
        "code = ui.app.main([sys.argv[1]])\n"
        "print(told[0]); sys.exit(code)\n"
    )
    good = run("-c", code, str(assessment), home=tmp_path)
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("small.asl")
    bad = run("-c", code, str(tmp_path / "none.asl"), home=tmp_path)
    assert bad.returncode == 0, bad.stderr
    assert "none.asl" in bad.stdout


def test_strange_package_in_our_place_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import types

    from ui.app import refuse_strangers

    refuse_strangers()
    stranger = types.ModuleType("reports")
    stranger.__file__ = str(tmp_path / "reports" / "__init__.py")
    monkeypatch.setitem(sys.modules, "reports", stranger)
    with pytest.raises(SystemExit, match="reports"):
        refuse_strangers()


ENDED_TOO_EARLY = """
import time
from PySide6.QtCore import QTimer, Qt
from PySide6.QtWidgets import QApplication
from ui.crash import CrashReporter
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.preferences import Preferences
from ui.theme import Look

app = QApplication([])
operations = Operations()
window = MainWindow(Look(app, "light"), Preferences(), operations, CrashReporter())

def linger():
    print("the thread tells", flush=True)
    QTimer.singleShot(0, window, window.close)
    for _ in range(1000):
        time.sleep(0.0005)

window.ready.connect(linger, Qt.ConnectionType.DirectConnection)
window.show()
app.exec()
operations.close()
"""


def test_window_closed_while_services_are_imported_ends_with_zero(tmp_path: Path) -> None:
    done = run("-c", ENDED_TOO_EARLY, home=tmp_path)
    assert done.stdout.splitlines() == ["the thread tells"]
    assert done.returncode == 0, done.stderr
