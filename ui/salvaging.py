"""Brings what is left of a damaged file into a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asl_desktop.errors import Cancelled, UserError
from ui.doorkeeper import Visit

if TYPE_CHECKING:
    from asl_desktop.services.salvaging import Salvaged
    from asl_desktop.storage.keys import Secret
    from ui.main_window import MainWindow
    from ui.operations import Handle
    from ui.pages.salvage import SalvagePage


class Salvager(QObject):
    """Works for one window, on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._path = Path()
        self._page: SalvagePage | None = None
        self.busy = False

    @property
    def page(self) -> SalvagePage:
        """The page of the salvage."""
        if self._page is None:
            from ui.pages.salvage import SalvagePage

            self._page = SalvagePage()
            self._page.wanted.connect(self._on_wanted)
            self._page.open_wanted.connect(lambda target: self._window.doors.open(Visit(target)))
            self._page.left.connect(self._window.close_file)
        return self._page

    def offer(self, path: Path, *, encrypted: bool) -> None:
        """Put the page in front for a file that does not open."""
        self._path = path
        self._window.doors.leave()
        self._window.bring(self.page)
        self.page.ask(path, encrypted=encrypted)

    def leave(self) -> None:
        """Empty the page."""
        if self._page is not None:
            self._page.forget()

    def _on_wanted(self, target: Path, secret: Secret | None) -> None:
        path, actor = self._path, self._window.preferences.actor

        def _work(handle: Handle[Salvaged]) -> Salvaged:
            from asl_desktop.services.salvaging import salvage

            return salvage(path, target, actor=actor, secret=secret, progress=handle)

        self.busy = True
        self.page.run(
            self._window.operations.run(_work, owner=self, done=self._on_made, failed=self._on_failed, lane="storage")
        )

    def _on_made(self, made: Salvaged) -> None:
        self.busy = False
        self.page.show_outcome(made)

    def _on_failed(self, error: BaseException) -> None:
        self.busy = False
        if isinstance(error, UserError):
            self.page.refuse(error)
            return
        self.page.rest()
        if not isinstance(error, Cancelled):
            raise error
