"""Locks an encrypted file: now, or when nobody has worked at the window for a while.

A locked document is closed: its key is gone from memory, and nothing of it is left on the screen or, where the system
allows, on the clipboard. Only changes that the disk refuses to take keep it open behind the unlock page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog

from asl_desktop.errors import PassphraseWrong, UserError
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.doorkeeper import Visit
from ui.idle import IdleWatch
from ui.wording import clock_time

if TYPE_CHECKING:
    from asl_desktop.storage.keys import Secret
    from ui.main_window import MainWindow
    from ui.operations import Handle
    from ui.session import SaveState
    from ui.workbench import Workbench

_SAVED = mark("Everything is saved. It opens again at the same place.")
_NOT_RECORDED = mark("Typed before the file was locked, and not recorded")


class Locker(QObject):
    """Works for one window, on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._covered: Workbench | None = None
        self.idle = IdleWatch(self, holds=self._held)
        self.idle.due.connect(self.lock)
        self.idle.near.connect(self._on_near)
        self.idle.stayed.connect(window.soon.hide)

    @property
    def covering(self) -> bool:
        """Tell whether a locked document had to stay open because the disk refused its last changes."""
        return self._covered is not None

    def watch(self) -> None:
        """Start or stop looking for idleness, as the open document and the settings want it."""
        bench = self._window.workbench
        encrypted = bench is not None and bench.session.document.encrypted
        self.idle.start(self._window.preferences.lock_after if encrypted else 0)

    def lock(self) -> None:
        """Save everything, close the document and put the unlock page in its place."""
        bench = self._window.workbench
        if bench is None or not bench.session.document.encrypted or not self._window.may_lock():
            return
        if _dismiss_dialogs():
            QTimer.singleShot(0, self, self.lock)
            return
        if bench.session.attaching and not _stop_sealing(bench):
            return
        self.idle.stop()
        visit = _visit_of(bench)
        self._put_away(bench)
        _clear_clipboard()
        self._window.doors.leave()
        self._window.mover.leave()
        words = tr("Locked at {time}. {standing}").format(time=clock_time(datetime.now(UTC)), standing=self._standing())
        self._window.doors.ask(visit, locked=words)
        if self._covered is not None:
            self._window.doors.unlocker = self._uncover
        self._window.setWindowTitle(tr("{name}, locked \u2013 ASL Desktop").format(name=visit.path.name))

    def may_leave(self) -> bool:
        """Ask before unsaved changes of a locked document are lost; True when nothing is in the way any more."""
        bench = self._covered
        if bench is None:
            return True
        if not dialogs_seam.ask(
            self._window,
            tr("The last changes are not on disk"),
            tr("{message} Leaving now loses them.").format(message=bench.session.save_state.message),
            yes=tr("Leave and lose them"),
            no=tr("Go back"),
            danger=True,
        ):
            return False
        self._drop_covered(lose_unsaved=True)
        return True

    def _put_away(self, bench: Workbench) -> None:
        if bench.session.close():
            self._window.put_away(bench)
            return
        self._covered = bench
        self._window.set_aside()
        bench.session.save_state_changed.connect(self._on_covered_state)

    def _standing(self) -> str:
        if self._covered is None:
            return tr(_SAVED)
        session = self._covered.session
        return ntr(
            "{count} change is not on disk: {message} What was typed is kept in memory and "
            "written again every few seconds; do not leave before this line says that everything "
            "is saved.",
            "{count} changes are not on disk: {message} What was typed is kept in memory and "
            "written again every few seconds; do not leave before this line says that everything "
            "is saved.",
            len(session.unsaved()),
        ).format(count=len(session.unsaved()), message=session.save_state.message)

    def _uncover(self, secret: Secret) -> None:
        """Look whether the secret opens the document that could not be closed, and bring it back."""
        bench = self._covered
        if bench is None:
            self._window.doors.unlock.rest()
            return
        document = bench.session.document

        def _fits(_: Handle[bool]) -> bool:
            from asl_desktop.storage.keys import RecoveryKey, key_of

            held = RecoveryKey.from_text(document.recovery_key())
            return key_of(secret, held.salt) == held

        def _done(fits: bool) -> None:
            if fits:
                self._bring_back()
            else:
                self._window.doors.unlock.refuse(PassphraseWrong(path=str(document.path)))

        self._window.operations.run(_fits, owner=self, done=_done, failed=self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            self._window.doors.unlock.rest()
            raise error
        self._window.doors.unlock.refuse(error)

    def _bring_back(self) -> None:
        bench, self._covered = self._covered, None
        if bench is not None:
            bench.session.save_state_changed.disconnect(self._on_covered_state)
            self._window.doors.leave()
            self._window.take_back(bench)
            self.watch()

    def _on_covered_state(self, state: SaveState) -> None:
        if state.kind == "saved":
            QTimer.singleShot(0, self, self._close_covered)
        elif state.kind == "failed":
            self._window.doors.unlock.say(self._standing())

    def _close_covered(self) -> None:
        if self._covered is not None and not self._covered.session.unsaved():
            self._drop_covered(lose_unsaved=False)
            self._window.doors.unlock.say(tr(_SAVED))
            self._window.doors.unlocker = self._window.doors.unlock_visit

    def _drop_covered(self, *, lose_unsaved: bool) -> None:
        bench, self._covered = self._covered, None
        if bench is not None:
            bench.session.save_state_changed.disconnect(self._on_covered_state)
            bench.session.close(lose_unsaved=lose_unsaved)
            self._window.put_away(bench)

    def _held(self) -> bool:
        bench = self._window.workbench
        return (bench is not None and bench.session.occupied) or not self._window.may_lock()

    def _on_near(self, seconds: int) -> None:
        title = ntr(
            "This file will be locked in {count} second", "This file will be locked in {count} seconds", seconds
        ).format(count=seconds)
        if self._window.soon.isVisible():
            self._window.soon.retitle(title)
        else:
            text = tr(
                "Nobody has worked here for a while. Everything is saved first; any key or movement keeps it open."
            )
            self._window.soon.tell(title, text)


def _visit_of(bench: Workbench) -> Visit:
    """Return how to come back to where the person stands, with what was typed and could not be recorded."""
    document = bench.session.document
    page, item = bench.place()
    typed = bench.unrecorded_text()
    note = (tr(_NOT_RECORDED), typed) if typed else ("", "")
    return Visit(document.path, read_only=document.read_only, page=page, item=item, note=note)


def _stop_sealing(bench: Workbench) -> bool:
    return dialogs_seam.ask(
        bench,
        tr("A file is still being sealed"),
        tr("Locking now stops that; the file is then not part of the assessment."),
        yes=tr("Stop and lock"),
        no=tr("Go on sealing"),
        danger=True,
    )


def _dismiss_dialogs() -> bool:
    """Close what stands in front of the window, as if the person had pressed Escape; True when there was something."""
    popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
    if popup is not None:
        popup.close()
    if isinstance(modal, QDialog):
        modal.reject()
    return popup is not None or modal is not None


def _clear_clipboard() -> None:
    """Empty the clipboard, and the selection where there is one, when what is on them comes from this program."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard():
        clipboard.clear()
    if clipboard.supportsSelection() and clipboard.ownsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
