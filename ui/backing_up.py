"""Keeps backups of what is worked on: every half hour while it changes, and when it is closed.

A backup is made off the window's thread and never holds up an answer, closing or quitting. Where none can be made the
window says so, once and calmly.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from asl_desktop.errors import Cancelled, UserError
from asl_desktop.i18n import ntr, tr
from ui.documents import open_document
from ui.moving import key_of
from ui.widgets.parts import Banner, button, clear

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.services.backup_notes import Backup
    from asl_desktop.services.backups import Shelf
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.session import Session

EVERY_MS = 30 * 60 * 1000

log = logging.getLogger(__name__)


class BackupKeeper(QObject):
    """Works for one window, on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._told = ""
        self.note = Banner("warn")
        self.note.buttons.addWidget(button(tr("Close"), self.note.hide))
        self.old = Banner("warn")
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.keep_open)
        window.opened.connect(lambda _: self._timer.start())

    def shelf(self) -> Shelf:
        """Return the backups of this machine with the limits of the settings."""
        from asl_desktop.services.backups import MIB, Limits, Shelf

        settings = self._window.preferences
        return Shelf(limits=Limits(settings.backups_most, settings.backups_gib * 1024 * MIB))

    def keep_open(self) -> None:
        """Make a backup of the open assessment if it has changed since the last one."""
        bench = self._window.workbench
        if bench is None or not self._wanted(bench.session):
            return
        shelf, path = self.shelf(), bench.session.document.path
        bench.session.run_beside(
            lambda document, progress: shelf.keep(document, progress=progress),
            done=self._on_kept,
            failed=partial(self._on_failed, path),
        )

    def close(self, session: Session) -> None:
        """Close a document for good and then make a backup of it, if it has changed since the last one.

        The file is free at once; its key is forgotten as soon as the backup is made.
        """
        self._timer.stop()
        path, wanted = session.document.path, self._wanted(session)
        key = key_of(session.document) if wanted else None
        session.close(lose_unsaved=True)
        if not wanted:
            return
        operations, failed = self._window.operations, partial(self._on_failed, path)

        def _keep(document: Document) -> None:
            shelf = self.shelf()
            operations.run(
                lambda _: _kept(shelf, document), owner=self, done=self._on_kept, failed=failed, outlives=True
            )

        # Opened on the lane that opens everything, so that no file is opened twice at the same moment.
        operations.run(
            lambda _: open_document(path, read_only=True, secret=key),
            owner=self,
            done=_keep,
            failed=failed,
            lane="storage",
            outlives=True,
        )

    def offer_deletion(self, path: Path) -> None:
        """After a change of the passphrase, offer to delete the backups that do not open with the new one."""
        shelf = self.shelf()
        found = shelf.opening_otherwise(path)
        self.old.hide()
        clear(self.old.buttons)
        if not found:
            return
        self.old.buttons.addWidget(button(tr("Delete them"), partial(self._delete, shelf, found)))
        self.old.buttons.addWidget(button(tr("Keep them"), self.old.hide))
        self.old.tell(
            ntr(
                "{count} backup of {name} on this machine can be opened as before",
                "{count} backups of {name} on this machine can be opened as before",
                len(found),
            ).format(count=len(found), name=path.name),
            tr(
                "With the old passphrase, or without any where there was none. "
                "A new one is made when the file is closed."
            ),
        )

    def _delete(self, shelf: Shelf, backups: tuple[Backup, ...]) -> None:
        self.old.hide()
        try:
            shelf.delete(backups)
        except UserError as error:
            self._window.tell_error(error)

    def _wanted(self, session: Session) -> bool:
        return self._window.preferences.backups and not session.read_only

    def _on_kept(self, backup: Backup | None) -> None:
        if backup is not None:
            self._told = ""
            self.note.hide()
            self._window.start.refresh_recent()

    def _on_failed(self, path: Path, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, UserError):
            raise error
        from asl_desktop.messages import message_for

        message = message_for(error)
        log.info("no backup was made: %s", error.code)
        if self._told == error.code:  # the same trouble every half hour is told once
            return
        self._told = error.code
        text = tr("No backup of {name} was made. {text}").format(name=path.name, text=message.text)
        if self._window.isVisible():
            self._tell(text)
        else:
            self._window.preferences.backup_trouble = text
            self._window.preferences.save()

    def tell_of_last_time(self) -> None:
        """Say that no backup was made when the window was closed, if that was so."""
        settings = self._window.preferences
        if settings.backup_trouble:
            self._tell(settings.backup_trouble)
            settings.backup_trouble = ""
            settings.save()

    def _tell(self, text: str) -> None:
        self.note.tell(text, tr("The assessment itself is saved, and earlier backups are as they were."))


def _kept(shelf: Shelf, document: Document) -> Backup | None:
    with document:
        return shelf.keep(document)
