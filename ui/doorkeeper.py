"""Lets files into the window: opening, creating, unlocking, the recovery sheet, and words where a file stays out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asl_desktop.errors import (
    Cancelled,
    FileDamaged,
    FileLocked,
    FileMarkedElsewhere,
    FileMissing,
    FileNotAssessment,
    FileTampered,
    OutputNotWritable,
    PassphraseNeeded,
    PassphraseWrong,
    UserError,
)
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.documents import build_example_document, create_document, example_path, open_document
from ui.widgets.refusal import Way

if TYPE_CHECKING:
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret
    from ui.forms.new_assessment import NewAssessment
    from ui.main_window import MainWindow
    from ui.on_disk import Loaded
    from ui.pages.recovery import RecoveryPage
    from ui.pages.unlock import UnlockPage

_NOT_THE_FILE = FileMissing | FileNotAssessment | FileDamaged | FileTampered | PassphraseWrong
_NOT_STORED = (
    mark("The recovery key is not stored yet"),
    mark("If the passphrase is forgotten it is the only way in. The menu shows it again: File, Recovery key."),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A wish to have a file open.

    Attributes:
        remember: put it on top of the recent files.
        page: where to stand then.
        item: the item on that page, as pages take it.
        note: title and text to be told once it is open.
    """

    path: Path
    read_only: bool = False
    remember: bool = True
    page: str = "hub"
    item: str = ""
    note: tuple[str, str] = ("", "")


class Doorkeeper(QObject):
    """Works for one window, on the window's thread. The pages it shows are built when first needed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._visit: Visit | None = None
        self._unlock: UnlockPage | None = None
        self._recovery: RecoveryPage | None = None
        self.unlocker: Callable[[Secret], None] = self.unlock_visit

    @property
    def unlock(self) -> UnlockPage:
        """The page that asks for a passphrase."""
        if self._unlock is None:
            from ui.pages.unlock import UnlockPage

            self._unlock = UnlockPage()
            self._unlock.wanted.connect(self._on_secret)
            self._unlock.left.connect(self._window.close_file)
        return self._unlock

    @property
    def recovery(self) -> RecoveryPage:
        """The page that shows the recovery key."""
        if self._recovery is None:
            from ui.pages.recovery import RecoveryPage

            self._recovery = RecoveryPage(self._window.operations)
            self._recovery.done.connect(self._on_recovery_done)
        return self._recovery

    def open(self, visit: Visit, secret: Secret | None = None) -> None:
        """Open a file, closing the one that is open."""
        window = self._window
        if window.close_file():
            window.start.show_busy(tr("Opening {name}").format(name=visit.path.name))
            window.when_ready(lambda: self.enter(visit, secret))

    def open_example(self, folder: Path | None = None) -> None:
        """Open the worked example from a folder (the person's data folder), building it first when it is not there."""
        if not self._window.close_file():
            return
        self._window.start.show_busy(tr("Preparing the worked example"))

        def _begin() -> None:
            path = example_path(folder)
            visit = Visit(path, remember=False)
            if path.exists():
                self.enter(visit)
            else:
                self._run(visit, lambda: build_example_document(path), None)

        self._window.when_ready(_begin)

    def create(self, wanted: NewAssessment) -> None:
        """Create an assessment and open it; an encrypted one shows its recovery key first."""
        window, actor = self._window, self._window.preferences.actor
        if window.close_file():
            window.start.show_busy(tr("Creating {name}").format(name=wanted.path.name))
            visit = Visit(wanted.path)
            window.when_ready(lambda: self._run(visit, lambda: create_document(wanted, actor), None, self._on_created))

    def enter(self, visit: Visit, secret: Secret | None = None, then: Callable[[], object] | None = None) -> None:
        """Try to open a file that nothing stands in front of any more; asks for a passphrase where one is needed."""
        path, read_only = visit.path, visit.read_only
        self._run(visit, lambda: open_document(path, read_only=read_only, secret=secret), secret, then)

    def ask(self, visit: Visit, *, locked: str = "") -> None:
        """Put the unlock page in front for a file, which was locked a moment ago where words on that are given."""
        self._visit, self.unlocker = visit, self.unlock_visit
        self._window.start.show_busy("")
        self._window.bring(self.unlock)
        if locked:
            self.unlock.show_locked(visit.path, locked)
        else:
            self.unlock.ask(visit.path)

    def leave(self) -> None:
        """Give up whatever is being opened or unlocked."""
        self._visit = None
        if self._unlock is not None:
            self._unlock.forget()
        if self._recovery is not None:
            self._recovery.forget()

    def show_recovery(self) -> None:
        """Show the recovery key of the open file."""
        from ui.pages.recovery import Sheet

        bench = self._window.workbench
        if bench is not None and bench.session.document.encrypted:
            document = bench.session.document
            self._window.bring(self.recovery)
            self.recovery.show_sheet(Sheet(document.path, document.document_id, document.recovery_key()))

    def refuse(self, visit: Visit, error: BaseException, secret: Secret | None = None) -> None:
        """Say why a file does not open, where the person is looking, with the ways on."""
        start = self._window.start
        start.show_busy("")
        if isinstance(error, PassphraseNeeded):
            self.ask(visit)
        elif isinstance(error, UserError):
            ways = self._ways(visit, error, secret)
            if self._unlock is not None and self._window.shows(self._unlock):
                self._unlock.refuse(error, ways)
            else:
                start.refuse(error, ways)
                self._window.bring(start)
        elif not isinstance(error, Cancelled):
            if self._unlock is not None:
                self._unlock.rest()
            raise error

    def _run(
        self,
        visit: Visit,
        work: Callable[[], Document],
        secret: Secret | None,
        then: Callable[[], object] | None = None,
    ) -> None:
        from ui.on_disk import load

        self._visit = visit
        self._window.operations.run(
            lambda _: load(work()),
            owner=self,
            done=partial(self._let_in, visit, then),
            failed=lambda error: self.refuse(visit, error, secret),
            lane="storage",
        )

    def _let_in(self, visit: Visit, then: Callable[[], object] | None, loaded: Loaded) -> None:
        if self._visit is not visit:  # the person went elsewhere while it was being opened
            self._window.operations.run(lambda _: loaded.document.close(), owner=self, lane="storage")
            return
        window = self._window
        self.leave()
        window.start.banner.put_away()
        if visit.remember:
            window.preferences.remember(visit.path)
        window.show_document(loaded, visit.page, visit.item)
        if visit.note[0] and window.workbench is not None:
            window.workbench.notice.tell(*visit.note)
        if then is not None:
            then()
        if window.workbench is not None:
            window.operations.run(
                lambda progress: loaded.document.require_unbroken(progress=progress),
                owner=window.workbench,
                failed=partial(self._put_out, visit, loaded.document),
            )

    def _put_out(self, visit: Visit, document: Document, error: BaseException) -> None:
        """Close a file again whose history turned out to be broken while the person was already looking at it."""
        window = self._window
        if document.closed:
            return
        if not isinstance(error, UserError):
            raise error
        if window.close_file():
            self.refuse(visit, error)
        else:
            from asl_desktop.messages import message_for

            told = message_for(error)
            window.tell(told.title, told.text)

    def _on_created(self) -> None:
        self._window.start.show_choices()
        self.show_recovery()

    def _on_recovery_done(self, stored: bool) -> None:
        bench = self._window.workbench
        if bench is not None:
            self._window.bring(bench)
            bench.stand()
            if not stored:
                bench.notice.tell(tr(_NOT_STORED[0]), tr(_NOT_STORED[1]))

    def _on_secret(self, secret: Secret) -> None:
        self.unlocker(secret)

    def unlock_visit(self, secret: Secret) -> None:
        """Try to open the file that the unlock page stands in front of."""
        if self._visit is not None:
            self.enter(self._visit, secret)

    def _ways(self, visit: Visit, error: UserError, secret: Secret | None) -> list[Way]:
        """Return what can be done about a file that did not open."""
        held = isinstance(error, FileLocked | OutputNotWritable)
        if held and not visit.read_only and visit.path.exists():
            ways = [
                Way(tr("Open read-only"), partial(self.enter, replace(visit, read_only=True), secret)),
                Way(tr("Try again"), partial(self.enter, visit, secret)),
            ]
            if isinstance(error, FileMarkedElsewhere):
                ways.append(Way(tr("Take over\u2026"), partial(self._take_over, visit, error, secret)))
            return ways
        ways = []
        if isinstance(error, _NOT_THE_FILE) and self._window.keeper.shelf().of_file(visit.path):
            ways.append(Way(tr("Earlier versions\u2026"), partial(self._window.restorer.offer, visit.path)))
        if isinstance(error, FileDamaged | FileTampered | PassphraseWrong):
            salvage = partial(self._window.salvager.offer, visit.path, encrypted=secret is not None)
            ways.append(Way(tr("Salvage into a new file\u2026"), salvage))
        return ways

    def _take_over(self, visit: Visit, error: FileMarkedElsewhere, secret: Secret | None) -> None:
        """Open a file for writing that another computer marked as open, once a person says that nobody is at it."""
        text = tr(
            "{name} was opened by {holder} on {host}. Take it over only when it is certain "
            "that nobody works on it there: two programs that write one file can destroy it."
        ).format(name=visit.path.name, holder=error.values["holder"], host=error.values["host"])
        if not dialogs_seam.ask(
            self._window,
            tr("Take the file over"),
            text,
            yes=tr("Nobody works on it there"),
            no=tr("Leave it"),
            danger=True,
        ):
            return

        def _work() -> Document:
            from asl_desktop.services.assessments import take_over

            take_over(visit.path)
            return open_document(visit.path, secret=secret)

        self._run(visit, _work, secret)
