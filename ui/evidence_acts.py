"""What can be done with a piece of evidence from wherever it is shown: save a copy, open it elsewhere, look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import Cancelled
from asl_desktop.i18n import tr
from asl_desktop.progress import Progress
from asl_desktop.storage.document import Document
from ui import dialogs_seam
from ui.plain import visible
from ui.session import Session, cause_of
from ui.widgets.parts import announce


class EvidenceActs:
    """The acts, in the name of a widget; ``tell`` gets one sentence when one of them fails."""

    def __init__(self, owner: QWidget, session: Session, tell: Callable[[str], object]) -> None:
        self._owner = owner
        self._session = session
        self._tell = tell

    def look(self, item: EvidenceItem) -> None:
        """Show it in a window of its own."""
        from ui.dialogs.preview_dialog import PreviewDialog

        PreviewDialog(self._owner, self._session, item, open_elsewhere=lambda: self.open_elsewhere(item)).open()

    def save_copy(self, item: EvidenceItem) -> None:
        """Ask where, and write the bytes there."""
        target = dialogs_seam.choose_save(
            self._owner,
            tr("Save a copy of the evidence"),
            Path.home() / Path(item.name).name,
            filters=dialogs_seam.ANY_FILE,
        )
        if target is not None:
            self._extract(item, target, lambda: announce(self._owner, tr("Copy saved")))

    def open_elsewhere(self, item: EvidenceItem) -> None:
        """Ask, with the digest, and hand a copy to another program."""
        text = tr(
            "{visible} will be opened by another program on this machine.\n\nsha256 {sha256}\n\nOpen "
            "it only when you trust where it came from; it could contain something harmful. The "
            "copy for that program lies readable among this computer's temporary files until the "
            "assessment is closed."
        ).format(visible=visible(item.name), sha256=item.sha256)
        if not dialogs_seam.ask(
            self._owner, tr("Open the evidence outside this program"), text, yes=tr("Open"), danger=True
        ):
            return
        target = self._session.lend(item.name)
        self._extract(item, target, lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(target))))

    def copy_digest(self, item: EvidenceItem) -> None:
        """Put the whole digest on the clipboard."""
        QGuiApplication.clipboard().setText(item.sha256)
        announce(self._owner, tr("Digest copied"))

    def _extract(self, item: EvidenceItem, target: Path, then: Callable[[], object]) -> None:
        from asl_desktop.services.evidence import extract_evidence

        def _write(document: Document, progress: Progress) -> None:
            extract_evidence(document, item.sha256, target, progress=progress)

        def _failed(error: BaseException) -> None:
            if not isinstance(error, Cancelled):
                self._tell(cause_of(error))

        self._session.run_beside(_write, done=lambda _: then(), failed=_failed)
