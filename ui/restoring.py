"""Shows the earlier versions of a file and brings one back as a new file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from asl_desktop.errors import Cancelled, PassphraseNeeded, UserError
from asl_desktop.i18n import tr
from ui.doorkeeper import Visit
from ui.wording import moment

if TYPE_CHECKING:
    from asl_desktop.services.backup_notes import Backup
    from asl_desktop.services.backup_preview import Preview
    from asl_desktop.services.copies import Copied
    from asl_desktop.storage.keys import Secret
    from ui.main_window import MainWindow
    from ui.operations import Handle
    from ui.pages.earlier import EarlierPage

_KEY_KEPT_MS = 10 * 60 * 1000


class Restorer(QObject):
    """Works for one window, on the window's thread.

    What opens an encrypted version is kept while its page is in front, for ten minutes at most.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._path = Path()
        self._secret: Secret | None = None
        self._page: EarlierPage | None = None
        self.busy = False
        self._forgetting = QTimer(self)
        self._forgetting.setSingleShot(True)
        self._forgetting.setInterval(_KEY_KEPT_MS)
        self._forgetting.timeout.connect(self._forget_secret)

    @property
    def page(self) -> EarlierPage:
        """The page with the versions of a file."""
        if self._page is None:
            from ui.pages.earlier import EarlierPage

            self._page = EarlierPage()
            self._page.look_wanted.connect(self._on_look)
            self._page.restore_wanted.connect(self._on_restore)
            self._page.delete_wanted.connect(self._on_delete)
            self._page.left.connect(self._window.close_file)
        return self._page

    def offer(self, path: Path) -> None:
        """Put the versions of a file in front; the file may be missing or damaged."""
        self._window.when_ready(lambda: self._show(path))

    def leave(self) -> None:
        """Empty the page and forget what was typed into it."""
        self._forget_secret()
        if self._page is not None:
            self._page.forget()

    def _show(self, path: Path) -> None:
        self._window.doors.leave()
        self._path = path
        self._window.start.show_busy("")
        self._window.bring(self.page)
        self.page.show_versions(path, self._window.keeper.shelf().of_file(path))

    def _on_look(self, backup: Backup, secret: Secret | None) -> None:
        path, given = self._path, secret or self._secret
        if backup.encrypted and given is None:
            self.page.ask_for_secret()
            return

        def _work(_: Handle[Preview]) -> Preview:
            from asl_desktop.services.backup_preview import look_into

            return look_into(backup, path, secret=given)

        handle = self._window.operations.run(
            _work, owner=self, done=partial(self._on_seen, backup), failed=partial(self._on_not_seen, backup)
        )
        self._follow(handle)

    def _on_seen(self, backup: Backup, preview: Preview) -> None:
        if self.page.backup != backup:
            return
        if preview.key is not None:
            self._secret = preview.key
            self._forgetting.start()
        self.page.show_preview(preview)

    def _on_not_seen(self, backup: Backup, error: BaseException) -> None:
        if self.page.backup != backup:
            return
        if isinstance(error, UserError):
            self._forget_secret()
            if isinstance(error, PassphraseNeeded):
                self.page.ask_for_secret()
            else:
                self.page.refuse(error)
            return
        self.page.rest()
        if not isinstance(error, Cancelled):
            raise error

    def _on_restore(self, backup: Backup, target: Path) -> None:
        shelf, secret = self._window.keeper.shelf(), self._secret

        def _work(handle: Handle[Copied]) -> Copied:
            return shelf.restore(backup, target, secret=secret if backup.encrypted else None, progress=handle)

        self.busy = True
        handle = self._window.operations.run(
            _work, owner=self, done=partial(self._on_restored, backup), failed=self._on_not_restored
        )
        self._follow(handle, tr("Writing {name}").format(name=target.name))

    def _on_restored(self, backup: Backup, copied: Copied) -> None:
        self.busy = False
        title = tr("This is the version of {time}, as a new file").format(time=moment(backup.at))
        text = tr("Its history, tables and evidence were checked. {name} is as it was.").format(name=self._path.name)
        if copied.problems:
            title = tr("This version is not in order, and was not when it was kept")
            text = " ".join(copied.problems)
        secret = self._secret if backup.encrypted else None
        self._window.doors.open(Visit(copied.path, note=(title, text)), secret)

    def _on_not_restored(self, error: BaseException) -> None:
        self.busy = False
        if isinstance(error, UserError):
            self.page.refuse(error)
            return
        self.page.rest()
        if not isinstance(error, Cancelled):
            raise error

    def _on_delete(self, backups: tuple[Backup, ...]) -> None:
        try:
            self._window.keeper.shelf().delete(backups)
        except UserError as error:
            self.page.refuse(error)
            return
        self._show(self._path)

    def _follow(self, handle: Handle[Any], words: str = "") -> None:
        if words:
            self.page.run(handle, words)
        else:
            self.page.run(handle)

    def _forget_secret(self) -> None:
        self._secret = None
        self._forgetting.stop()
