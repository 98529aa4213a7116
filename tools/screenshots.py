"""Draw every page of the window in both themes and two sizes, and every page of the report, for people to look at.

``python tools/screenshots.py FOLDER``; needs ``pdftoppm`` for the report. Runs without a display.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.theme import Choice

THEMES: tuple[Choice, ...] = ("light", "dark")
SIZES = ((1366, 768), (911, 512))
PATIENCE_MS = 60_000


def main(arguments: list[str]) -> int:
    """Write the pictures; return the exit status."""
    if len(arguments) != 1:
        print("Usage: python tools/screenshots.py FOLDER", file=sys.stderr)
        return 2
    target = Path(arguments[0])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = home
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _window(target)
        _report(target, Path(home))
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")
    return 0


def _window(target: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from ui.crash import CrashReporter
    from ui.main_window import MainWindow
    from ui.operations import Operations
    from ui.preferences import Preferences
    from ui.theme import Look

    app = QApplication(sys.argv[:1])
    app.setCursorFlashTime(0)
    operations = Operations()
    window = MainWindow(Look(app, "light"), Preferences(actor="A. Person"), operations, CrashReporter())
    window.show()
    _draw(app, window, target, "start", lambda: None)
    _open_example(window)
    _draw_pages(app, window, target)
    window.close()
    operations.close()


def _open_example(window: MainWindow) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    window.opened.connect(lambda _: loop.exit(0))
    QTimer.singleShot(PATIENCE_MS, lambda: loop.exit(1))
    window.open_example()
    if loop.exec() != 0:
        raise SystemExit("The worked example did not open within a minute.")


def _draw_pages(app: QApplication, window: MainWindow, target: Path) -> None:
    from ui.pages.registry import PAGES

    bench = window.workbench
    if bench is None:
        raise SystemExit("The window shows no open assessment.")
    for number, spec in enumerate(PAGES, start=1):
        _draw(app, window, target, f"{number}-{spec.page_id}", partial(bench.go, spec.page_id))


def _draw(app: QApplication, window: MainWindow, target: Path, name: str, go: Callable[[], object]) -> None:
    for theme in THEMES:
        window.choose_theme(theme)
        for width, height in SIZES:
            window.resize(width, height)
            go()
            for _ in range(5):
                app.processEvents()
            window.grab().save(str(target / f"{name}-{theme}-{width}.png"))


def _report(target: Path, folder: Path) -> None:
    from asl_desktop.progress import Silent
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example

    with build_example(DEFAULT_EXAMPLE, folder / "example.asl", progress=Silent()) as document:
        report = _write(document, folder / "report.pdf")
    subprocess.run(["pdftoppm", "-r", "80", "-png", report, target / "report"], check=True)


def _write(document: Document, path: Path) -> Path:
    from asl_desktop.progress import Silent
    from asl_desktop.services.assessments import take_snapshot
    from reports.document import board_report
    from reports.rendering import write_pdf

    report = board_report(take_snapshot(document), generated_at=datetime.now(UTC))
    return write_pdf(report, path, attachment=b"{}", progress=Silent()).path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
