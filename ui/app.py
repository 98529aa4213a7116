"""Builds the application: the one place where theme, lanes, preferences and window are put together."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ui import steady_tree
from ui.crash import CrashReporter
from ui.language import speak
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.preferences import Preferences, state_folder
from ui.theme import CHOICES, Choice, Look

_PACKAGES = ("asl_desktop", "ui", "reports", "resources")
_THEMES: dict[str, Choice] = {choice: choice for choice, _ in CHOICES}
SMOKE_LIMIT_MS = 60_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; returns the exit status."""
    options = _options(sys.argv[1:] if argv is None else argv)
    refuse_strangers()
    _log_to_file()
    sys.setswitchinterval(0.001)
    app = QApplication(sys.argv[:1])
    steady_tree.install()
    app.setApplicationName("ASL Desktop")
    app.setDesktopFileName("asl-desktop")
    preferences = Preferences.load()
    theme = _THEMES.get(preferences.theme, "system")
    speak(app, preferences.language)
    look = Look(app, theme, zoom=preferences.zoom, still=preferences.still)
    crash = CrashReporter()
    crash.install()
    operations = Operations()
    window = MainWindow(look, preferences, operations, crash)
    if options.file is not None:
        window.open_file(options.file)
    elif options.example:
        window.open_example()
    window.show()
    status = _run_smoke(app, window, options.file) if options.smoke else app.exec()
    operations.close()
    crash.remove()
    return status


def refuse_strangers() -> None:
    """Leave with a sentence when another distribution's ``ui`` or ``reports`` stands in the way of ours."""
    import asl_desktop

    home = Path(asl_desktop.__file__).parent.parent
    for name in _PACKAGES:
        found = sys.modules.get(name)
        place = getattr(found, "__file__", None)
        if place is not None and Path(place).parent.parent != home:
            sys.exit(f"ASL Desktop cannot start: the package {name!r} at {place} is not part of it. Install it alone.")
        if not (home / name / "__init__.py").exists():
            sys.exit(f"ASL Desktop cannot start: its part {name!r} is missing beside {home / 'asl_desktop'}.")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="asl-desktop", description="Structured, signed AI risk assessments.")
    parser.add_argument("file", nargs="?", type=Path, help="assessment to open")
    parser.add_argument("--example", action="store_true", help="open the worked example")
    parser.add_argument("--smoke", action="store_true", help="start, open the worked example, quit with status 0")
    return parser.parse_args(argv)


def _run_smoke(app: QApplication, window: MainWindow, file: Path | None) -> int:
    """Quit with 0 once a document is open and painted, with 1 when that does not happen in a minute.

    Without a file the worked example is built in a temporary folder, so that nothing stays behind.
    """
    outcome = [1]

    def _opened(_: object) -> None:
        outcome[0] = 0
        QTimer.singleShot(0, window.close)

    window.opened.connect(_opened)
    QTimer.singleShot(SMOKE_LIMIT_MS, app.quit)
    with tempfile.TemporaryDirectory(prefix="asl-smoke-") as folder:
        if file is None:
            window.open_example(Path(folder))
        app.exec()
        window.operations.drain()  # a backup may still be made of the file in the folder
    return outcome[0]


def _log_to_file() -> None:
    """Keep warnings beside the preferences; a machine where that cannot be written gets them on standard error."""
    handler: logging.Handler = logging.StreamHandler()
    try:
        state_folder().mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(state_folder() / "asl-desktop.log", encoding="utf-8", delay=True)
    except OSError:
        pass
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
