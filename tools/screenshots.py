"""Draw every page of the window in both themes and two sizes, and every page of the report, for people to look at.

``python tools/screenshots.py FOLDER``; needs ``pdftoppm`` for the report. Runs without a display.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from asl_desktop.errors import UserError
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
    _draw_earlier(app, window, target)
    _draw_doors(app, window, target)
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


def _draw_earlier(app: QApplication, window: MainWindow, target: Path) -> None:
    """Change the example, so that it differs from the backup made when it was closed, and look at its versions."""
    from ui.documents import example_path, open_document

    path = example_path()
    window.close_file()
    window.operations.drain()
    with open_document(path) as document:
        kept = [answer for answer in document.inputs().answers if answer.rationale][:3]
        changed = (replace(answer, rationale="The red team of 3 March found another way.") for answer in kept)
        document.put(*changed, actor="A. Person").result()
    window.restorer.offer(path)
    page = window.restorer.page
    _until(app, lambda: bool(page.details.toPlainText()))
    _draw(app, window, target, "earlier", lambda: None)
    page.left.emit()


def _draw_doors(app: QApplication, window: MainWindow, target: Path) -> None:
    """Draw what stands before and around an encrypted file: creation, recovery key, lock, refusals, failures."""
    from PySide6.QtTest import QTest

    from asl_desktop.errors import DiskFull, FileMarkedElsewhere, PassphraseWrong
    from ui.session import SaveState, cause_of
    from ui.widgets.refusal import Way

    folder = Path(os.environ["XDG_DATA_HOME"])
    file, words = folder / "heron-2.asl", "four words or more"
    window.close_file()
    window.start.start_new()
    form = window.start.form
    _until(app, lambda: form.pack.count() > 0)
    form.model.setText("Heron-2")
    form.file.setText(str(file))
    _draw(app, window, target, "new-empty", form.create_button.click)
    for line in (form.passphrase.first, form.passphrase.again):
        QTest.keyClicks(line.field, words)
    _draw(app, window, target, "new-typed", lambda: None)
    form.unprotected.setChecked(True)
    _draw(app, window, target, "new-unprotected", lambda: None)
    form.unprotected.setChecked(False)
    for line in (form.passphrase.first, form.passphrase.again):
        line.field.setText(words)
    form.create_button.click()
    _until(app, lambda: window.workbench is not None)
    page = window.doors.recovery
    _draw(app, window, target, "recovery", lambda: None)
    page.stored.setChecked(True)
    _draw(app, window, target, "recovery-stored", page.copy.click)
    page.go_on.click()
    window.locker._on_near(30)  # noqa: SLF001 - half a minute is long to wait for a picture
    _draw(app, window, target, "locked-soon", lambda: None)
    window.soon.hide()
    window.mover.ask()
    _draw(app, window, target, "protection", lambda: None)
    window.mover.page.remove.setChecked(True)
    _draw(app, window, target, "protection-away", lambda: None)
    window.mover.page.leave_button.click()
    bench = window.workbench
    if bench is None:
        raise SystemExit("The window shows no open assessment.")
    bench.go("questions")
    failures = (("disk-full", DiskFull(path=str(file))), ("file-gone", _gone(file)))
    for name, error in failures:
        bench.session.save_state_changed.emit(SaveState("failed", None, cause_of(error), error.code))
        _draw(app, window, target, name, lambda: None)
    bench.unsaved.hide()
    window.locker.lock()
    _draw(app, window, target, "locked", lambda: None)
    unlock = window.doors.unlock
    unlock.refuse(PassphraseWrong(path=str(file)))
    _draw(app, window, target, "unlock-wrong", lambda: None)
    unlock.ask(file)
    unlock.entry.switch.click()
    _draw(app, window, target, "unlock-recovery", lambda: None)
    unlock.ask(file)
    unlock.busy.start("Making the key. It is slow by design, so that guessing is slow.")
    _draw(app, window, target, "unlock-busy", lambda: None)
    window.close_file()
    ways = [Way("Open read-only", lambda: None), Way("Try again", lambda: None)]
    ways.append(Way("Take over\u2026", lambda: None))
    held = FileMarkedElsewhere(path=str(file), holder="ASL Desktop 0.1.0 of mara, process 4711", host="lab-7")
    window.start.refuse(held, ways)
    _draw(app, window, target, "start-held", lambda: None)
    window.start.banner.hide()
    _draw_salvage(app, window, target, file)


def _draw_salvage(app: QApplication, window: MainWindow, target: Path, file: Path) -> None:
    from asl_desktop.storage.model import Salvaged

    page = window.salvager.page
    window.salvager.offer(file, encrypted=True)
    _draw(app, window, target, "salvage", lambda: None)
    lost = (
        "The evidence file uplift-trial.pdf misses 2 of its 9 parts.",
        "3 changes of the history could not be read.",
    )
    again = ("answer:QC-01", "measurement:uplift-3")
    made = Salvaged(
        str(file.with_stem("heron-2 salvaged")), "anthropic-rsp", 412, 96, again, ("log.json",), lost, (17, 18)
    )
    page.show_outcome(made)
    _draw(app, window, target, "salvage-done", lambda: None)
    window.close_file()


def _gone(file: Path) -> UserError:
    from asl_desktop.errors import FileReplaced

    return FileReplaced(path=str(file), detail="it was moved or deleted, or its disk was taken out")


def _until(app: QApplication, condition: Callable[[], bool]) -> None:
    """Handle events until something is so, for a minute at most."""
    from PySide6.QtCore import QElapsedTimer

    clock = QElapsedTimer()
    clock.start()
    while not condition():
        app.processEvents()
        if clock.elapsed() > PATIENCE_MS:
            raise SystemExit("The window did not get there within a minute.")


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
