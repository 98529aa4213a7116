"""Draw every page, box and dialog of the window in every theme and size, and the report, for people to look at.

``python tools/screenshots.py FOLDER`` draws everything, which takes minutes; ``--theme``, ``--size``, ``--part`` and
``--only`` make a run short. Needs ``pdftoppm`` for the report. Runs without a display.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QApplication, QDialog, QWidget

    from asl_desktop.errors import UserError
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.theme import Choice
    from ui.workbench import Workbench

THEMES: tuple[Choice, ...] = ("light", "dark", "contrast-light", "contrast-dark")
PATIENCE_MS = 60_000
QUIET_MS = 150


class Frame(NamedTuple):
    """A window in logical pixels, its size of text in percent and the screen's pixels per logical one."""

    width: int
    height: int
    text: int = 100
    ratio: float = 1.0


FRAMES = {
    "1366": Frame(1366, 768),
    "1920": Frame(1920, 1080),
    "911": Frame(911, 512, ratio=1.5),
    "1366-2x": Frame(1366, 768, ratio=2.0),
    "1366-text200": Frame(1366, 768, text=200),
    "911-text200": Frame(911, 512, text=200),
    "1920-text150": Frame(1920, 1080, text=150),
}


class Camera:
    """Takes the pictures a person asked for and leaves the others out; one look at a time, as switching is slow."""

    def __init__(self, app: QApplication, window: MainWindow, folder: Path, only: Sequence[str]) -> None:
        self.app, self.window = app, window
        self._folder, self._only = folder, only
        self.look = ""

    def set_up(self, theme: Choice, size: str) -> None:
        """Give the window a theme, a size and a size of text."""
        frame = FRAMES[size]
        self.look = f"{theme}-{size}"
        self.window.choose_theme(theme)
        self.window.look.enlarge(frame.text)
        self.window.resize(frame.width, frame.height)

    def shoot(self, name: str, go: Callable[[], object] = lambda: None) -> None:
        """Go to a place and draw the window if that picture is wanted."""
        go()
        if self._wants(name):
            self._draw(name, self.window)

    def shoot_dialog(self, name: str, make: Callable[[], QDialog]) -> None:
        """Draw a dialog."""
        if self._wants(name):
            dialog = make()
            dialog.show()
            self._draw(name, dialog)
            dialog.close()
            dialog.deleteLater()

    def _wants(self, name: str) -> bool:
        return not self._only or any(fnmatch(name, pattern) for pattern in self._only)

    def _settle(self) -> None:
        """Let what waits for quiet, is drawn piece by piece or worked out on other threads come to its end."""
        from ui.pages.hub import HubPage

        bench = self.window.workbench
        if bench is not None and isinstance(bench.page, HubPage):
            page = bench.page
            _until(self.app, lambda: page.is_whole)
        for _ in range(2):
            self.window.operations.drain()
            _wait(self.app, QUIET_MS)

    def _draw(self, name: str, widget: QWidget) -> None:
        self._settle()
        widget.grab().save(str(self._folder / f"{name}-{self.look}.png"))


def main(arguments: list[str]) -> int:
    """Write the pictures; return the exit status."""
    wanted = _parse(arguments)
    target: Path = wanted.folder
    target.mkdir(parents=True, exist_ok=True)
    ratios = {FRAMES[size].ratio for size in wanted.size}
    if len(ratios) > 1:
        return max(_draw_at(ratio, wanted) for ratio in sorted(ratios))
    with tempfile.TemporaryDirectory() as home:
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = home
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.environ["QT_SCALE_FACTOR"] = str(ratios.pop())
        _window(wanted)
        if "report" in wanted.part:
            _report(target, Path(home))
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draw the window in every theme and size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--size", nargs="+", choices=tuple(FRAMES), default=tuple(FRAMES))
    parser.add_argument("--part", nargs="+", choices=(*PARTS, "report"), default=(*PARTS, "report"))
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="names of pictures, with * and ?")
    return parser.parse_args(arguments)


def _draw_at(ratio: float, wanted: argparse.Namespace) -> int:
    """Draw the sizes of one pixel ratio in a process of their own; Qt takes the ratio when it starts."""
    sizes = [size for size in wanted.size if FRAMES[size].ratio == ratio]
    parts = [part for part in wanted.part if part != "report" or ratio == 1.0]
    call = [sys.executable, __file__, str(wanted.folder), "--size", *sizes, "--theme", *wanted.theme, "--part", *parts]
    if wanted.only:
        call += ["--only", *wanted.only]
    return subprocess.run(call, check=False).returncode


def _window(wanted: argparse.Namespace) -> None:
    from PySide6.QtWidgets import QApplication

    from asl_desktop.i18n import ENGLISH
    from ui.crash import CrashReporter
    from ui.language import speak
    from ui.main_window import MainWindow
    from ui.operations import Operations
    from ui.preferences import Preferences
    from ui.theme import Look

    app = QApplication(sys.argv[:1])
    app.setCursorFlashTime(0)
    speak(app, ENGLISH)
    operations = Operations()
    window = MainWindow(Look(app, "light"), Preferences(actor="A. Person"), operations, CrashReporter())
    window.show()
    camera = Camera(app, window, wanted.folder, wanted.only)
    _until(app, lambda: window._is_ready)  # noqa: SLF001 - the signal may be long past
    for size in wanted.size:
        for theme in wanted.theme:
            camera.set_up(theme, size)
            for name in wanted.part:
                if name in PARTS:
                    PARTS[name](camera)
    window.close_file()
    window.close()
    operations.close()


def _start(camera: Camera) -> None:
    camera.window.close_file()
    camera.shoot("start")


def _pages(camera: Camera) -> None:
    from ui.pages.registry import PAGES

    bench = _open_example(camera)
    for number, spec in enumerate(PAGES, start=1):
        camera.shoot(f"{number:02}-{spec.page_id}", partial(bench.go, spec.page_id))
    camera.shoot("05-questions-table", partial(_show_table, bench))


def _show_table(bench: Workbench) -> None:
    bench.go("questions")
    if bench.questions.table.isHidden():
        bench.questions.show_list()


def _boxes(camera: Camera) -> None:
    """Draw what lies over the pages: find, search, keys."""
    window, bench = camera.window, _open_example(camera)
    bench.go("hub")
    for name, box, opens in (
        ("box-find", bench.palette_box, "find"),
        ("box-search", bench.search_box, "search"),
        ("box-keys", window.keys, "keys"),
    ):
        camera.shoot(name, window.actions_by_name[opens].trigger)
        if name == "box-search":
            _until(camera.app, bench.search_box.isVisible)
            camera.shoot("box-search-found", partial(bench.search_box.field.setText, "uplift"))
        box.close_box()


def _dialogs(camera: Camera) -> None:
    """Draw the dialogs as the seam would show them."""
    from ui.dialogs.pick_evidence import PickEvidence
    from ui.dialogs.preview_dialog import PreviewDialog
    from ui.dialogs.question_dialog import LineDialog, QuestionDialog
    from ui.dialogs.settings import SettingsDialog
    from ui.dialogs.text_dialog import TextDialog
    from ui.guidance import GUIDANCE

    window, bench = camera.window, _open_example(camera)
    session = bench.session
    item = session.inputs.evidence[0]
    text = "Closing now stops that; the file is then not part of the assessment."
    question = partial(
        QuestionDialog, window, "A file is still being sealed", text, yes="Stop and close", no="Go back", danger=True
    )
    line = partial(LineDialog, window, "Passphrase of the earlier file", "Passphrase", text="", secret=True)
    camera.shoot_dialog("dialog-settings", lambda: SettingsDialog(window, window.preferences))
    camera.shoot_dialog("dialog-question", question)
    camera.shoot_dialog("dialog-line", line)
    camera.shoot_dialog("dialog-text", lambda: TextDialog(window, "Guidance", GUIDANCE[""]))
    camera.shoot_dialog("dialog-pick", lambda: PickEvidence(window, session, "Link evidence"))
    camera.shoot_dialog("dialog-preview", lambda: PreviewDialog(bench, session, item, open_elsewhere=lambda: None))


def _empty(camera: Camera) -> None:
    """Draw every page of an assessment in which nothing is recorded yet."""
    from asl_desktop.domain.inputs import Scope
    from asl_desktop.services.assessments import create_assessment
    from asl_desktop.services.packs import list_packs
    from ui.pages.registry import PAGES

    window = camera.window
    window.close_file()
    file = Path(os.environ["XDG_DATA_HOME"]) / "empty.asl"
    if not file.exists():
        create_assessment(file, pack_id=list_packs()[0].id, scope=Scope("Heron-2"), actor="A. Person").close()
    window.open_file(file)
    _until(camera.app, lambda: window.workbench is not None)
    bench = _bench(window)
    for spec in PAGES:
        camera.shoot(f"empty-{spec.page_id}", partial(bench.go, spec.page_id))
    window.close_file()


def _bench(window: MainWindow) -> Workbench:
    if window.workbench is None:
        raise SystemExit("The window shows no open assessment.")
    return window.workbench


def _open_example(camera: Camera) -> Workbench:
    """Return the workbench on the worked example, opening it unless it is open."""
    from ui.documents import example_path

    window = camera.window
    if window.workbench is None or window.workbench.session.document.path != example_path():
        window.close_file()
        window.open_example()
        _until(camera.app, lambda: window.workbench is not None)
    return _bench(window)


def _earlier(camera: Camera) -> None:
    """Change the example, so that it differs from the backup made when it was closed, and look at its versions."""
    from ui.documents import example_path, open_document

    app, window, path = camera.app, camera.window, example_path()
    _open_example(camera)
    window.close_file()
    window.operations.drain()
    with open_document(path) as document:
        kept = [answer for answer in document.inputs().answers if answer.rationale][:3]
        changed = (replace(answer, rationale="The red team of 3 March found another way.") for answer in kept)
        document.put(*changed, actor="A. Person").result()
    window.restorer.offer(path)
    page = window.restorer.page
    _until(app, lambda: bool(page.details.toPlainText()))
    camera.shoot("earlier")
    page.left.emit()


def _doors(camera: Camera) -> None:
    """Draw what stands before and around an encrypted file: creation, recovery key, lock, refusals, failures."""
    from PySide6.QtTest import QTest

    from asl_desktop.errors import DiskFull, FileMarkedElsewhere, PassphraseWrong
    from ui.session import SaveState, cause_of
    from ui.widgets.refusal import Way

    app, window = camera.app, camera.window
    folder = Path(os.environ["XDG_DATA_HOME"]) / camera.look
    folder.mkdir()
    file, words = folder / "heron-2.asl", "four words or more"
    window.close_file()
    window.start.start_new()
    form = window.start.form
    _until(app, lambda: form.pack.count() > 0)
    form.model.setText("Heron-2")
    form.file.setText(str(file))
    camera.shoot("new-empty", form.create_button.click)
    for line in (form.passphrase.first, form.passphrase.again):
        QTest.keyClicks(line.field, words)
    camera.shoot("new-typed")
    form.unprotected.setChecked(True)
    camera.shoot("new-unprotected")
    form.unprotected.setChecked(False)
    for line in (form.passphrase.first, form.passphrase.again):
        line.field.setText(words)
    form.create_button.click()
    _until(app, lambda: window.workbench is not None)
    page = window.doors.recovery
    camera.shoot("recovery")
    page.stored.setChecked(True)
    camera.shoot("recovery-stored", page.copy.click)
    page.go_on.click()
    window.locker._on_near(30)  # noqa: SLF001 - half a minute is long to wait for a picture
    camera.shoot("locked-soon")
    window.soon.hide()
    window.mover.ask()
    camera.shoot("protection")
    window.mover.page.remove.setChecked(True)
    camera.shoot("protection-away")
    window.mover.page.leave_button.click()
    bench = window.workbench
    if bench is None:
        raise SystemExit("The window shows no open assessment.")
    bench.go("questions")
    failures = (("disk-full", DiskFull(path=str(file))), ("file-gone", _gone(file)))
    for name, error in failures:
        bench.session.save_state_changed.emit(SaveState("failed", None, cause_of(error), error.code))
        camera.shoot(name)
    bench.unsaved.hide()
    window.locker.lock()
    camera.shoot("locked")
    unlock = window.doors.unlock
    unlock.refuse(PassphraseWrong(path=str(file)))
    camera.shoot("unlock-wrong")
    unlock.ask(file)
    unlock.entry.switch.click()
    camera.shoot("unlock-recovery")
    unlock.ask(file)
    unlock.busy.start("Making the key. It is slow by design, so that guessing is slow.")
    camera.shoot("unlock-busy")
    window.close_file()
    ways = [Way("Open read-only", lambda: None), Way("Try again", lambda: None)]
    ways.append(Way("Take over\u2026", lambda: None))
    held = FileMarkedElsewhere(path=str(file), holder="ASL Desktop 0.1.0 of mara, process 4711", host="lab-7")
    window.start.refuse(held, ways)
    camera.shoot("start-held")
    window.start.banner.hide()
    _salvage(camera, file)


def _salvage(camera: Camera, file: Path) -> None:
    from asl_desktop.storage.model import Salvaged

    window = camera.window
    page = window.salvager.page
    window.salvager.offer(file, encrypted=True)
    camera.shoot("salvage")
    lost = (
        "The evidence file uplift-trial.pdf misses 2 of its 9 parts.",
        "3 changes of the history could not be read.",
    )
    again = ("answer:QC-01", "measurement:uplift-3")
    made = Salvaged(
        str(file.with_stem("heron-2 salvaged")), "anthropic-rsp", 412, 96, again, ("log.json",), lost, (17, 18)
    )
    page.show_outcome(made)
    camera.shoot("salvage-done")
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


def _wait(app: QApplication, milliseconds: int) -> None:
    from PySide6.QtCore import QElapsedTimer

    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < milliseconds:
        app.processEvents()


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


PARTS: dict[str, Callable[[Camera], None]] = {
    "start": _start,
    "pages": _pages,
    "boxes": _boxes,
    "dialogs": _dialogs,
    "empty": _empty,
    "earlier": _earlier,
    "doors": _doors,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
