"""The window: start screen or workbench, opening and closing documents, and what the menu commands do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

import asl_desktop
from asl_desktop.errors import Cancelled, UserError
from ui import dialogs_seam
from ui.actions import build_menu, shortcut_lines
from ui.commands import FileCommands
from ui.crash import CrashReporter
from ui.documents import create_document, open_document, open_example_document
from ui.guidance import GUIDANCE
from ui.operations import Operations
from ui.pages.start import NewAssessment, StartPage
from ui.preferences import Preferences
from ui.theme import Choice, Look

if TYPE_CHECKING:
    from ui.workbench import Workbench

MINIMUM = (900, 500)


class MainWindow(QMainWindow):
    """One window, at most one open document.

    ``ready`` follows once services can be used; ``opened(session)`` and ``closed`` follow a document.
    """

    ready = Signal()
    opened = Signal(object)
    closed = Signal()

    def __init__(self, look: Look, preferences: Preferences, operations: Operations, crash: CrashReporter) -> None:
        super().__init__()
        self.look, self.preferences, self.operations = look, preferences, operations
        self.workbench: Workbench | None = None
        self._is_ready = False
        self._painted = False
        self._waiting: list[Callable[[], None]] = []
        self.setWindowTitle("ASL Desktop")
        self.setMinimumSize(*MINIMUM)
        self.files = FileCommands(self)
        self.menu, self.actions_by_name = build_menu(self, self._calls())
        self.start = StartPage(preferences)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self.setCentralWidget(self._stack)
        self._restore_geometry()
        self.start.open_wanted.connect(self.open_file)
        self.start.example_wanted.connect(self.open_example)
        self.start.create_wanted.connect(self.create_file)
        self.start.packs_wanted.connect(self._offer_packs)
        self.ready.connect(self._on_ready)
        crash.happened.connect(self.tell)
        look.changed.connect(self._on_theme)
        self._on_theme()
        self._enable_commands()

    def when_ready(self, call: Callable[[], None]) -> None:
        """Call once services can be used: now, or after the background import."""
        if self._is_ready:
            call()
        else:
            self._waiting.append(call)

    def tell(self, title: str, text: str) -> None:
        """Show a calm message where the person is looking."""
        if self.workbench is not None:
            self.workbench.notice.tell(title, text)
        else:
            self.start.tell(title, text)

    def tell_error(self, error: BaseException) -> None:
        """Show an error in words; a bug goes to the crash hook instead."""
        if isinstance(error, Cancelled):
            self.start.show_busy("")
        elif isinstance(error, UserError):
            from asl_desktop.messages import message_for

            message = message_for(error)
            self.tell(message.title, f"{message.text} {message.advice}")
        else:
            self.start.show_busy("")
            raise error

    def open_file(self, path: Path) -> None:
        """Open an assessment, closing the one that is open."""
        self._open(lambda: open_document(path), f"Opening {path.name}", then=lambda: self.preferences.remember(path))

    def open_example(self, folder: Path | None = None) -> None:
        """Open the worked example from a folder (the person's data folder), building it first when it is not there."""
        self._open(lambda: open_example_document(folder), "Preparing the worked example")

    def create_file(self, wanted: NewAssessment) -> None:
        """Create an assessment and open it."""
        actor = self.preferences.actor
        self._open(
            lambda: create_document(wanted, actor),
            f"Creating {wanted.path.name}",
            then=lambda: self.preferences.remember(wanted.path),
        )

    def close_file(self) -> bool:
        """Close what is open and show the start screen; False when the person wants to stay."""
        bench = self.workbench
        if bench is None:
            return True
        if not bench.may_close():
            return False
        bench.session.close(lose_unsaved=True)
        self.workbench = None
        self._stack.removeWidget(bench)
        bench.deleteLater()
        self.start.refresh_recent()
        self._stack.setCurrentWidget(self.start)
        self.setWindowTitle("ASL Desktop")
        self._enable_commands()
        self.closed.emit()
        return True

    def choose_theme(self, choice: Choice) -> None:
        """Switch the theme and remember it."""
        self.look.choose(choice)
        self.preferences.theme = choice
        self.preferences.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.close_file():
            event.ignore()
            return
        self.preferences.geometry = bytes(self.saveGeometry().data()).hex()
        self.preferences.save()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._import_services)

    def _import_services(self) -> None:
        """Import what services need on a plain thread, so that the window stays alive meanwhile."""
        threading.Thread(target=self._import_and_tell, name="imports", daemon=True).start()

    def _import_and_tell(self) -> None:
        import asl_desktop.services.assessments
        import asl_desktop.services.evidence
        import asl_desktop.services.examples
        import asl_desktop.services.packs
        import asl_desktop.services.recording  # noqa: F401 - imported to be there when it is needed

        self.ready.emit()

    def _on_ready(self) -> None:
        self._is_ready = True
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def _open(self, work: Callable[[], object], busy: str, then: Callable[[], None] | None = None) -> None:
        from ui.session import load

        if not self.close_file():
            return
        self.start.show_busy(busy)

        def _done(loaded: object) -> None:
            if then is not None:
                then()
            self._show_document(loaded)

        def _begin() -> None:
            self.operations.run(
                lambda _: load(work()),  # type: ignore[arg-type]
                owner=self,
                done=_done,
                failed=self.tell_error,
                lane="storage",
            )

        self.when_ready(_begin)

    def _show_document(self, loaded: object) -> None:
        from ui.session import Loaded, Session
        from ui.workbench import Workbench

        session = Session(cast("Loaded", loaded), actor=self.preferences.actor, operations=self.operations)
        bench = Workbench(session, self.menu)
        session.setParent(bench)
        self.workbench = bench
        self._stack.addWidget(bench)
        self._stack.setCurrentWidget(bench)
        bench.top.theme_wanted.connect(self._toggle_theme)
        bench.top.show_theme()
        bench.go("hub")
        self.start.show_busy("")
        self.setWindowTitle(f"{session.document.path.name} \u2013 ASL Desktop")
        self._enable_commands()
        self.opened.emit(session)

    def _offer_packs(self) -> None:
        def _list(_: object) -> list[tuple[str, str]]:
            from asl_desktop.services.packs import list_packs

            return [(pack.id, pack.title) for pack in list_packs()]

        self.when_ready(
            lambda: self.operations.run(  # type: ignore[arg-type]
                _list, owner=self, done=self.start.show_packs, failed=self.tell_error
            )
        )

    def _calls(self) -> dict[str, Callable[[], object]]:
        calls: dict[str, Callable[[], object]] = {
            "new": self._new, "open": self.start_open, "example": self.open_example, "close": self.close_file,
            "quit": self.close, "settings": self._settings, "keys": self._show_keys, "about": self._about,
            "guidance": self._guide, "theme_system": lambda: self.choose_theme("system"),
            "theme_light": lambda: self.choose_theme("light"), "theme_dark": lambda: self.choose_theme("dark"),
            "find": self._on_bench(lambda bench: bench.open_find()),
            "panes": self._on_bench(lambda bench: bench.next_pane()),
            "toggle_margins": self._on_bench(lambda bench: bench.toggle_margins()),
        }  # fmt: skip
        for page in ("hub", "scope", "measurements", "margins", "showings", "safeguards", "gate", "report"):
            calls[page] = self._on_bench(lambda bench, page=page: bench.go(page))  # type: ignore[misc]
        for number in range(1, 6):
            calls[f"answer_{number}"] = self._on_question(lambda bench, number=number: bench.questions.pick(number))  # type: ignore[misc]
        calls["next"] = calls["forward"] = self._on_question(lambda bench: bench.questions.step(1))
        calls["back"] = self._on_question(lambda bench: bench.questions.step(-1))
        calls["list"] = self._on_question(lambda bench: bench.questions.show_list())
        calls["attach"] = self._on_question(lambda bench: bench.questions.attach())
        calls["paste"] = self._on_question(lambda bench: bench.questions.paste())
        calls["flag"] = self._on_question(lambda bench: bench.questions.flag())
        calls["next_unanswered"] = self._on_bench(_next_unanswered)
        calls["write_report"] = self._on_bench(_write_report)
        return calls | self.files.calls()

    def _on_bench(self, call: Callable[[Workbench], object]) -> Callable[[], None]:
        def _call() -> None:
            if self.workbench is not None:
                call(self.workbench)

        return _call

    def _on_question(self, call: Callable[[Workbench], object]) -> Callable[[], None]:
        def _call(bench: Workbench) -> None:
            if bench.page_id == "questions":
                call(bench)

        return self._on_bench(_call)

    def start_open(self) -> None:
        """Ask for a file and open it."""
        path = dialogs_seam.choose_open(self, "Open an assessment")
        if path is not None:
            self.open_file(path)

    def _new(self) -> None:
        if self.close_file():
            self.start.start_new()

    def _enable_commands(self) -> None:
        from ui.actions import COMMANDS

        for command in COMMANDS:
            self.actions_by_name[command.name].setEnabled(self.workbench is not None or not command.needs_file)

    def _toggle_theme(self) -> None:
        self.choose_theme("light" if self.look.tokens.dark else "dark")

    def _on_theme(self) -> None:
        if self.workbench is not None:
            self.workbench.top.show_theme()
        self.actions_by_name[f"theme_{self.look.choice}"].setChecked(True)

    def _settings(self) -> None:
        from ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self, self.preferences)
        if dialog.exec():
            self.preferences.actor = dialog.actor() or self.preferences.actor
            if self.workbench is not None:
                self.workbench.session.actor = self.preferences.actor
            self.choose_theme(dialog.theme())

    def _show_keys(self) -> None:
        dialogs_seam.show_text(self, "Keyboard shortcuts", "\n".join(shortcut_lines()))

    def _guide(self) -> None:
        page = self.workbench.page_id if self.workbench is not None else ""
        dialogs_seam.show_text(self, "Guidance", GUIDANCE.get(page, GUIDANCE[""]))

    def _about(self) -> None:
        text = (
            f"Version {asl_desktop.__version__}. It works without a network and sends nothing anywhere.\n\n"
            "Icons: Lucide (ISC). Typeface: Inter (SIL Open Font License). Window: Qt (LGPL)."
        )
        dialogs_seam.show_text(self, "ASL Desktop", text)

    def _restore_geometry(self) -> None:
        self.resize(1366, 768)
        if self.preferences.geometry:
            self.restoreGeometry(QByteArray.fromHex(self.preferences.geometry.encode("ascii", "ignore")))


def _next_unanswered(bench: Workbench) -> None:
    if bench.page_id == "questions":
        bench.questions.next_unanswered()
    else:
        bench.go("questions")


def _write_report(bench: Workbench) -> None:
    from ui.pages.report import ReportPage

    bench.go("report")
    if isinstance(bench.page, ReportPage):
        bench.page.write()
