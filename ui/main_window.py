"""The window: start screen or workbench, opening and closing documents, and what the menu commands do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

import asl_desktop
from asl_desktop.errors import Cancelled, UserError
from asl_desktop.i18n import tr
from ui import dialogs_seam
from ui.actions import build_menu, theme_command
from ui.backing_up import BackupKeeper
from ui.commands import FileCommands
from ui.crash import CrashReporter
from ui.doorkeeper import Doorkeeper, Visit
from ui.dropping import files_in, take_dropped
from ui.focus import step
from ui.guidance import GUIDANCE
from ui.locking import Locker
from ui.moving import Mover, key_of
from ui.operations import Operations
from ui.pages.start import StartPage
from ui.preferences import ZOOMS, Preferences
from ui.restoring import Restorer
from ui.salvaging import Salvager
from ui.sweeping import keep_aside, take_in_again
from ui.theme import CHOICES, Choice, Look
from ui.undoing import Undoer
from ui.widgets.parts import Banner, announce, button, column

if TYPE_CHECKING:
    from ui.on_disk import Loaded
    from ui.widgets.key_map import KeyMapBox
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
        self.setAcceptDrops(True)
        self._holder = QWidget()
        self.start, self.soon = StartPage(preferences), Banner("info")
        self.doors, self.mover, self.locker = Doorkeeper(self), Mover(self), Locker(self)
        self.salvager = Salvager(self)
        self.keeper, self.restorer = BackupKeeper(self), Restorer(self)
        self.soon.buttons.addWidget(button(tr("Lock now"), self.locker.lock))
        self.files, self.undoer = FileCommands(self), Undoer(self)
        self.menu, self.actions_by_name = build_menu(self, self._calls())
        self._stack = QStackedWidget()
        self._lay_out()
        self._restore_geometry()
        self.start.open_wanted.connect(self.open_file)
        self.start.example_wanted.connect(self.open_example)
        self.start.create_wanted.connect(self.doors.create)
        self.start.packs_wanted.connect(self._offer_packs)
        self.start.earlier_wanted.connect(self.restorer.offer)
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
            self.bring(self.workbench)
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
        """Open an assessment where it was left, closing the one that is open."""
        from ui.pages.registry import PAGE_BY_ID

        page, item = self.preferences.place(path)
        place = (page, item) if page in PAGE_BY_ID else ("hub", "")
        self.doors.open(Visit(path, page=place[0], item=place[1]))

    def open_example(self, folder: Path | None = None) -> None:
        """Open the worked example from a folder (the person's data folder), building it first when it is not there."""
        self.doors.open_example(folder)

    def close_file(self) -> bool:
        """Close what is open and show the start screen; False when the person wants to stay or work is under way."""
        bench = self.workbench
        if self.mover.busy or self.salvager.busy or self.restorer.busy:
            return False
        if not (self.locker.may_leave() if bench is None else bench.may_close()):
            return False
        self.doors.leave()
        self.mover.leave()
        self.salvager.leave()
        self.restorer.leave()
        if bench is not None:
            self._remember_place(bench)
            self.keeper.close(bench.session)
            self.put_away(bench)
            self.closed.emit()
        self.start.refresh_recent()
        self.bring(self.start)
        self.setWindowTitle("ASL Desktop")
        return True

    def _remember_place(self, bench: Workbench) -> None:
        """Remember where the person stood; the item says something about the content, so not of an encrypted file."""
        document = bench.session.document
        page, item = bench.place()
        self.preferences.leave_at(document.path, page, "" if document.encrypted else item)

    def bring(self, page: QWidget) -> None:
        """Put a page in front; commands that need the workbench rest while something stands before it."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._enable_commands()

    def shows(self, page: QWidget) -> bool:
        """Tell whether a page is the one in front."""
        return self._stack.currentWidget() is page

    def put_away(self, bench: Workbench) -> None:
        """Take a workbench whose document is closed out of the window."""
        if self.workbench is bench:
            self.set_aside()
        self._stack.removeWidget(bench)
        bench.deleteLater()
        take_in_again()

    def set_aside(self) -> None:
        """Stop using the workbench, which may come back by :meth:`take_back`."""
        self.workbench = None
        self.locker.watch()
        self._enable_commands()

    def take_back(self, bench: Workbench) -> None:
        """Use a workbench and put it in front."""
        self.workbench = bench
        self.start.show_busy("")
        self.bring(bench)
        bench.stand()
        self.setWindowTitle(tr("{name} \u2013 ASL Desktop").format(name=bench.session.document.path.name))
        self.locker.watch()

    def show_document(self, loaded: Loaded, page: str, item: str) -> None:
        """Build a workbench on a document that was just opened and go to a place in it."""
        from ui.session import Session
        from ui.workbench import Workbench

        keep_aside()
        session = Session(loaded, actor=self.preferences.actor, operations=self.operations)
        bench = Workbench(session, self.menu)
        session.setParent(bench)
        bench.top.theme_wanted.connect(self._toggle_theme)
        bench.top.show_theme()
        bench.save_elsewhere_wanted.connect(self.mover.save_elsewhere)
        bench.open_again_wanted.connect(self.mover.open_again)
        bench.writing_wanted.connect(lambda: self._write_instead(bench))
        bench.palette_box.offer(self.actions_by_name)
        bench.run_wanted.connect(self._run)
        bench.page_built.connect(self._remember_splits)
        bench.go(page, item)
        self.take_back(bench)
        self.opened.emit(session)

    def _remember_splits(self, page: QWidget) -> None:
        """Divide the panes of a page as they were left, and remember how they are divided from now on."""
        from ui.widgets.split import Split

        kept = self.preferences.splits
        for split in page.findChildren(Split):
            name = split.objectName()
            split.divide(kept.get(name, split.share))
            split.divided.connect(partial(kept.__setitem__, name))

    def may_lock(self) -> bool:
        """Tell whether nothing is under way that a lock would tear apart."""
        return not self.mover.busy

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

    def focusNextPrevChild(self, forward: bool) -> bool:
        return step(self, forward=forward) or super().focusNextPrevChild(forward)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        in_front = self.shows(self.start) if self.workbench is None else self.shows(self.workbench)
        if in_front and files_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        take_dropped(self, files_in(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.keeper.tell_of_last_time()
            QTimer.singleShot(0, self._import_services)

    def _import_services(self) -> None:
        """Import what services need on a plain thread, so that the window stays alive meanwhile.

        The process waits for it at its end: a thread that the interpreter leaves behind while it is telling of its end
        takes the process down with it.
        """
        threading.Thread(target=self._import_and_tell, name="imports").start()

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
            "lock": self.locker.lock, "protection": self.mover.ask, "recovery": self.doors.show_recovery,
            "quit": self.close, "settings": self._settings, "keys": self._show_keys, "about": self._about,
            "guidance": self._guide,
            "zoom_in": lambda: self._zoom(1), "zoom_out": lambda: self._zoom(-1), "zoom_reset": lambda: self._zoom(0),
            "menu": lambda: self.menu.popup(self.mapToGlobal(self.rect().topRight())),
            "find": self._on_bench(lambda bench: bench.open_find()),
            "search": self._on_bench(lambda bench: bench.open_search()),
            "panes": self._on_bench(lambda bench: bench.next_pane(1)),
            "panes_back": self._on_bench(lambda bench: bench.next_pane(-1)),
            "toggle_margins": self._on_bench(lambda bench: bench.toggle_margins()),
        }  # fmt: skip
        for page in ("hub", "scope", "plan", "evidence", "measurements", "margins", "showings", "safeguards",
                     "preflight", "gate", "report"):  # fmt: skip
            calls[page] = self._on_bench(lambda bench, page=page: bench.go(page))  # type: ignore[misc]
        for choice, _ in CHOICES:
            calls[theme_command(choice)] = partial(self.choose_theme, choice)
        for number in range(1, 10):
            calls[f"answer_{number}"] = self._on_question(lambda bench, number=number: bench.questions.pick(number))  # type: ignore[misc]
        calls["next"] = calls["forward"] = self._on_question(lambda bench: bench.questions.step(1))
        calls["back"] = self._on_question(lambda bench: bench.questions.step(-1))
        calls["list"] = self._on_question(lambda bench: bench.questions.show_list())
        calls["attach"] = self._on_bench(lambda bench: bench.page.attach() if bench.page is not None else None)
        calls["paste"] = self._on_bench(lambda bench: bench.page.paste() if bench.page is not None else None)
        calls["to_evidence"] = self._on_question(lambda bench: bench.questions.to_evidence())
        calls["note"] = self._on_question(lambda bench: bench.questions.to_rationale())
        calls["flag"] = self._on_question(lambda bench: bench.questions.flag())
        calls["next_unanswered"] = self._on_bench(_next_unanswered)
        calls["write_report"] = self._on_bench(_write_report)
        return calls | self.files.calls() | self.undoer.calls()

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
        path = dialogs_seam.choose_open(self, tr("Open an assessment"))
        if path is not None:
            self.open_file(path)

    def _new(self) -> None:
        if self.close_file():
            self.start.start_new()

    def _enable_commands(self) -> None:
        from ui.actions import COMMANDS

        bench = self.workbench
        in_front = bench is not None and self.shows(bench)
        encrypted = bench is not None and bool(bench.session.document.encrypted)
        for command in COMMANDS:
            usable = bench is not None if command.in_front else in_front
            allowed = (usable or not command.needs_file) and (encrypted or not command.needs_key)
            self.actions_by_name[command.name].setEnabled(allowed)

    def _write_instead(self, bench: Workbench) -> None:
        """Open the file that is open for reading only once more, for writing."""
        document = bench.session.document
        page, item = bench.place()
        self.doors.open(Visit(document.path, page=page, item=item), key_of(document))

    def _toggle_theme(self) -> None:
        self.choose_theme(self.look.opposite())

    def _on_theme(self) -> None:
        if self.workbench is not None:
            self.workbench.top.show_theme()
        self.actions_by_name[theme_command(self.look.choice)].setChecked(True)

    def _zoom(self, step: int) -> None:
        """Make text larger (1) or smaller (-1), or as large as it was made to be (0)."""
        at = ZOOMS.index(self.look.zoom) + step
        self.look.enlarge(ZOOMS[max(0, min(at, len(ZOOMS) - 1))] if step else 100)
        self.preferences.zoom = self.look.zoom
        self.preferences.save()
        announce(self, tr("Text at {zoom} percent").format(zoom=self.look.zoom))

    def _run(self, wanted: str) -> None:
        """Run what was chosen in the find box: ``command:NAME`` or ``setting:NAME``."""
        kind, _, name = wanted.partition(":")
        if kind == "setting":
            self._settings(name)
        else:
            self.actions_by_name[name].trigger()

    def _settings(self, name: str = "") -> None:
        from ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self, self.preferences)
        if name:
            dialog.show_setting(name)
        if dialog.exec():
            self.preferences.actor = dialog.actor() or self.preferences.actor
            if self.workbench is not None:
                self.workbench.session.actor = self.preferences.actor
            self.preferences.lock_after = dialog.lock_after()
            dialog.backups.apply(self.preferences)
            self.locker.watch()
            self.preferences.language = dialog.language()
            self.preferences.zoom, self.preferences.still = dialog.zoom(), dialog.still()
            self.look.keep_still(dialog.still())
            if dialog.zoom() != self.look.zoom:
                self.look.enlarge(dialog.zoom())
            self.choose_theme(dialog.theme())

    @cached_property
    def keys(self) -> KeyMapBox:
        """The keyboard map, made when it is asked for: it is not worth a slower start."""
        from ui.widgets.key_map import KeyMapBox

        return KeyMapBox(self._holder)

    def _show_keys(self) -> None:
        self.keys.open_over(self.actions_by_name)

    def _guide(self) -> None:
        page = self.workbench.page_id if self.workbench is not None else ""
        dialogs_seam.show_text(self, tr("Guidance"), tr(GUIDANCE.get(page, GUIDANCE[""])))

    def _about(self) -> None:
        text = tr(
            "Version {version}. It works without a network and sends nothing anywhere.\n\nIcons: "
            "Lucide (ISC). Typeface: Inter (SIL Open Font License). Window: Qt (LGPL)."
        ).format(version=asl_desktop.__version__)
        dialogs_seam.show_text(self, "ASL Desktop", text)

    def _lay_out(self) -> None:
        above = column(self.soon, self.keeper.note, self.keeper.old, self.files.strip)
        above.setContentsMargins(12, 0, 12, 0)
        self._stack.addWidget(self.start)
        layout = column(above, spacing=0)
        layout.addWidget(self._stack, 1)
        self._holder.setLayout(layout)
        self.setCentralWidget(self._holder)

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
