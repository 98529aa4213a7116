"""Puts the open assessment into another file: under another passphrase, or elsewhere when its disk gives way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asl_desktop.errors import Cancelled, FileReplaced, UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.documents import open_document
from ui.doorkeeper import Visit

if TYPE_CHECKING:
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import RecoveryKey
    from ui.main_window import MainWindow
    from ui.on_disk import Loaded
    from ui.operations import Handle
    from ui.pages.protection import Protection, ProtectionPage
    from ui.session import Session

_PLAIN_NOW = (mark("The file is not protected any more"), mark("Whoever gets hold of it can read everything in it."))


class Mover(QObject):
    """Works for one window, on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page: ProtectionPage | None = None
        self.busy = False

    @property
    def page(self) -> ProtectionPage:
        """The page for protecting a file."""
        if self._page is None:
            from ui.pages.protection import ProtectionPage

            self._page = ProtectionPage()
            self._page.wanted.connect(self._on_wanted)
            self._page.left.connect(self._on_left)
        return self._page

    def ask(self) -> None:
        """Ask what is to become of the protection of the open file."""
        bench = self._window.workbench
        if bench is None:
            return
        document = bench.session.document
        if document.read_only:
            self._window.tell(
                tr("The file is open for reading only"),
                tr("Its protection can be changed once it is open for writing."),
            )
            return
        self._window.bring(self.page)
        self.page.ask(document.path, encrypted=document.encrypted)

    def leave(self) -> None:
        """Empty the page."""
        if self._page is not None:
            self._page.forget()

    def save_elsewhere(self) -> None:
        """Write a copy to another place, with what is not on disk yet, and go on in the copy."""
        session = self._session()
        if session is None:
            return
        place = session.document.path
        target = dialogs_seam.choose_save(
            self._window,
            tr("Save a copy elsewhere and go on in it"),
            place.with_stem(tr("{stem} copy").format(stem=place.stem)),
        )
        if target is None:
            return
        target = target if target.suffix else target.with_suffix(".asl")
        document = session.document
        self._carry(session, target, lambda: document.save_copy(target))

    def open_again(self) -> None:
        """Open the file at its old place again and write into it what is not on disk yet."""
        session = self._session()
        if session is None:
            return
        document, key = session.document, key_of(session.document)

        def _let_go() -> None:
            """Close the old document, but not before it is sure that there is one to open in its place."""
            with open_document(document.path, read_only=True, secret=key) as found:
                _require_same(found, document)
            document.close()

        self._carry(session, document.path, _let_go)

    def _carry(self, session: Session, target: Path, prepare: Callable[[], None]) -> None:
        """Go on in ``target``; the changes that are not on disk are written there first."""
        bench = self._window.workbench
        if bench is None:
            return
        bench.setEnabled(False)
        self.busy = True
        session.pause()
        document, changes, actor, key = session.document, session.unsaved(), session.actor, key_of(session.document)
        page, item = bench.place()

        def _work(_: Handle[Loaded]) -> Loaded:
            from ui.on_disk import load, store

            prepare()
            opened = open_document(target, secret=key)
            try:
                _require_same(opened, document)
                store(opened, changes, actor=actor)
                return load(opened)
            except BaseException:
                opened.close()
                raise

        def _done(loaded: Loaded) -> None:
            self.busy = False
            session.close(lose_unsaved=True)
            self._window.put_away(bench)
            self._window.preferences.remember(target)
            self._window.show_document(loaded, page, item)
            if self._window.workbench is not None:
                self._window.workbench.notice.tell(
                    tr("You now work in {target}").format(target=target), tr("Everything is saved there.")
                )

        def _failed(error: BaseException) -> None:
            self.busy = False
            session.resume()
            bench.setEnabled(True)
            bench.stand()
            self._window.tell_error(error)

        self._window.operations.run(_work, owner=self, done=_done, failed=_failed, lane="storage")

    def _on_left(self) -> None:
        bench = self._window.workbench
        if bench is not None:
            self._window.bring(bench)
            bench.stand()

    def _on_wanted(self, wanted: Protection) -> None:
        bench = self._window.workbench
        if bench is None or not bench.may_close():
            self.page.rest()
            return
        session = bench.session
        path, key = session.document.path, key_of(session.document)
        page, item = bench.place()
        visit = Visit(path, page=page, item=item)
        session.close(lose_unsaved=True)
        self._window.put_away(bench)
        self.busy = True

        def _work(handle: Handle[None]) -> None:
            from asl_desktop.services.protection import change_passphrase

            change_passphrase(path, old=wanted.old, new=wanted.new, progress=handle)

        handle = self._window.operations.run(
            _work,
            owner=self,
            done=lambda _: self._on_changed(visit, wanted),
            failed=lambda error: self._on_unchanged(visit, key, error),
            lane="storage",
        )
        self.page.run(handle)  # type: ignore[arg-type]

    def _on_changed(self, visit: Visit, wanted: Protection) -> None:
        self.busy = False
        self.page.forget()
        doors = self._window.doors
        if wanted.new is None:
            doors.enter(replace(visit, note=(tr(_PLAIN_NOW[0]), tr(_PLAIN_NOW[1]))))
        else:
            doors.enter(visit, wanted.new, then=partial(self._on_protected, visit.path))

    def _on_protected(self, path: Path) -> None:
        self._window.doors.show_recovery()
        self._window.keeper.offer_deletion(path)

    def _on_unchanged(self, visit: Visit, key: RecoveryKey | None, error: BaseException) -> None:
        """Open the file as it was, behind the page that says why it is as it was."""
        self.busy = False

        def _tell() -> None:
            self._window.bring(self.page)
            if isinstance(error, UserError):
                self.page.refuse(error)
            else:
                self.page.rest()

        self._window.doors.enter(visit, key, then=_tell)
        if not isinstance(error, UserError | Cancelled):
            raise error

    def _session(self) -> Session | None:
        bench = self._window.workbench
        return bench.session if bench is not None else None


def _require_same(found: Document, wanted: Document) -> None:
    if found.document_id != wanted.document_id:
        raise FileReplaced(path=str(found.path), detail=tr("another assessment is in its place"))


def key_of(document: Document) -> RecoveryKey | None:
    """Return what opens an encrypted document again after it was closed for a moment; None for a plain one."""
    from asl_desktop.storage.keys import RecoveryKey

    return RecoveryKey.from_text(document.recovery_key()) if document.encrypted else None
