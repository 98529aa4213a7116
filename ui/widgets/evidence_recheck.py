"""Compares evidence with its digests, beside everything else, and keeps what was found in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.clock import stamp
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import Cancelled
from asl_desktop.i18n import ntr, tr
from ui.plain import visible
from ui.session import Session, cause_of
from ui.widgets.parts import Banner, button
from ui.widgets.task_strip import TaskStrip
from ui.wording import moment

if TYPE_CHECKING:
    from asl_desktop.services.evidence import Rechecked

_NAMED = 5


class Recheck(QWidget):
    """Progress and result of a check; ``changed()`` follows a result. ``every`` is the button that checks all."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.problems: Mapping[str, str] = {}
        self.every = button(tr("Check every digest"), self._on_every, icon_name="shield-check")
        self.strip = TaskStrip()
        self.right, self.wrong, self.unfinished = Banner("ok"), Banner("danger"), Banner("warn")
        for banner in (self.right, self.wrong, self.unfinished):
            banner.buttons.addWidget(button(tr("Close"), banner.hide))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.strip, self.wrong, self.unfinished, self.right):
            layout.addWidget(widget)
        self._show_room()

    def run(self, items: Sequence[EvidenceItem]) -> None:
        """Check these; one check at a time."""
        from asl_desktop.services.evidence import recheck_evidence

        if self.strip.busy or not items:
            return
        for banner in (self.right, self.wrong, self.unfinished):
            banner.hide()
        handle = self._session.run_beside(
            lambda document, progress: recheck_evidence(document, items, progress=progress),
            done=lambda found: self._on_done(found, items),
            failed=self._on_failed,
        )
        self.every.setEnabled(False)
        handle.finished.connect(lambda: self.every.setEnabled(True))
        self.strip.follow(
            handle, ntr("Reading {count} file", "Reading {count} files", len(items)).format(count=len(items))
        )
        self._show_room()

    def _on_every(self) -> None:
        self.run(sorted(self._session.inputs.evidence, key=lambda item: item.name))

    def _on_done(self, found: Sequence[Rechecked], items: Sequence[EvidenceItem]) -> None:
        names = {item.sha256: item.title or item.name for item in items}
        bad = [item for item in found if item.problem]
        checked = {item.sha256 for item in found}
        kept = {sha256: text for sha256, text in self.problems.items() if sha256 not in checked}
        self.problems = kept | {item.sha256: item.problem for item in bad}
        when = tr("Checked {time}.").format(time=moment(stamp(self._session.clock)))
        if bad:
            said = [f"{names[item.sha256]}: {item.problem}." for item in bad[:_NAMED]]
            said += [tr("And {count} more.").format(count=len(bad) - _NAMED)] if len(bad) > _NAMED else []
            title = ntr(
                "{count} of {count_n} file changed since it was sealed",
                "{count} of {count_n} files changed since it was sealed",
                len(found),
            ).format(count=len(bad), count_n=len(found))
            advice = tr("Do not rely on it. A backup or another copy of the assessment may hold it unharmed.")
            self.wrong.tell(title, visible(" ".join((*said, advice, when))))
        else:
            count = len(found)
            title = tr("All {count} files have the digest they were sealed under").format(count=count)
            single = (
                tr("{names} has the digest it was sealed under").format(names=names[found[0].sha256])
                if count == 1
                else ""
            )
            self.right.tell(visible(single or title), when)
        self._show_room()
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            self.unfinished.tell(
                tr("The check was stopped"), tr("Nothing is said about the files: it did not come to its end.")
            )
        else:
            self.wrong.tell(tr("The check could not be carried out"), cause_of(error))
        self._show_room()

    def _show_room(self) -> None:
        """Take no room while there is nothing to say."""
        banners = (self.right, self.wrong, self.unfinished)
        self.setVisible(self.strip.busy or any(not banner.isHidden() for banner in banners))
