"""Evidence where one stands: the linked files as rows, and a place to drop, paste or choose more."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import EvidenceItem, EvidenceLink
from asl_desktop.domain.records import Record
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from ui import dialogs_seam
from ui.evidence_acts import EvidenceActs
from ui.models.evidence_list import icon_of
from ui.plain import tip
from ui.session import AttachState, Pasted, Session, cause_of
from ui.taking_in import take_in
from ui.theme import fix, set_role
from ui.widgets.elided import ElidedLabel
from ui.widgets.flow import FlowLayout
from ui.widgets.history_button import ask_for_history, ask_for_page
from ui.widgets.parts import IconLabel, announce, button, chip, clear, label, link, row, tool_button
from ui.wording import short_digest


class DropZone(QFrame):
    """Takes files and folders by drop, by paste (also a screenshot) and by choosing.

    Emits ``offered(sources)``, paths or :class:`ui.session.Pasted`; a screenshot never becomes a file outside.
    """

    offered = Signal(object)
    existing_wanted = Signal()

    def __init__(self, *, with_existing: bool = True) -> None:
        super().__init__()
        set_role(self, role="drop", active="false")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choose = link(tr("Choose files"), self._on_choose)
        self.folder = link(tr("a folder"), self._on_folder)
        self.folder.setAccessibleName(tr("Choose a folder"))
        self.existing = link(tr("one from this file"), self.existing_wanted.emit)
        words = ElidedLabel(tr("Drop or paste files here, or"), "muted", Qt.TextElideMode.ElideRight)
        links = (self.choose, self.folder, self.existing) if with_existing else (self.choose, self.folder)
        layout = FlowLayout(self, centred=True)
        layout.setContentsMargins(8, 10, 8, 10)
        for widget in (IconLabel("upload"), words, *links[:-1], label(tr("or"), "muted"), links[-1]):
            layout.addWidget(widget)

    def take(self, data: QMimeData) -> bool:
        """Offer the files or the picture of a drop or of the clipboard; False when it holds neither."""
        sources: list[Path | Pasted] = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if not sources and data.hasImage():
            sources = [_pasted(QImage(data.imageData()))]
        if sources:
            self.offered.emit(tuple(sources))
        return bool(sources)

    def paste(self) -> bool:
        """Take what the clipboard holds."""
        return self.take(QGuiApplication.clipboard().mimeData())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            set_role(self, active="true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_role(self, active="false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        set_role(self, active="false")
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (event.matches(QKeySequence.StandardKey.Paste) and self.paste()):
            super().keyPressEvent(event)

    def _on_choose(self) -> None:
        paths = dialogs_seam.choose_files(self, tr("Choose evidence"))
        if paths:
            self.offered.emit(paths)

    def _on_folder(self) -> None:
        folder = dialogs_seam.choose_folder(self, tr("Choose a folder of evidence"))
        if folder is not None:
            self.offered.emit((folder,))


def _pasted(picture: QImage) -> Pasted:
    return Pasted(
        tr("Screenshot {astimezone:%Y-%m-%d %H.%M.%S}.png").format(astimezone=datetime.now().astimezone()),
        functools.partial(_png, picture),
    )


def _png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, tr("PNG"))  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class EvidenceRow(QWidget):
    """One linked piece of evidence."""

    def __init__(self, item: EvidenceItem, link_: EvidenceLink, *, on_look: Callable[[], None],
                 menu: Callable[[], QMenu]) -> None:  # fmt: skip
        super().__init__()
        fix(self, height=40)
        parts = [
            wording.size(item.size),
            link_.anchor,
            f"sha256 {short_digest(item.sha256)}",
        ]
        name = ElidedLabel(item.title or item.name, "strong")
        name.setToolTip(tip(f"{item.name}\nsha256 {item.sha256}"))
        meta = ElidedLabel(" · ".join(part for part in parts if part), "muted", Qt.TextElideMode.ElideRight)
        meta.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        look = tool_button("eye", tr("Look at {name}").format(name=item.name), on_look)
        more = tool_button("ellipsis", tr("More for {name}").format(name=item.name))
        more.clicked.connect(lambda: menu().popup(more.mapToGlobal(QPoint(0, more.height()))))
        layout = row(IconLabel(icon_of(item.name), "accent", 18), name, spacing=10)
        layout.addWidget(meta, 1)
        if link_.stance == "counters":
            layout.addWidget(chip(tr("Speaks against"), "warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        for widget in (IconLabel("check", "ok"), label(tr("Sealed"), "muted"), look, more):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.setContentsMargins(4, 0, 0, 0)
        self.setLayout(layout)


class RunningRow(QWidget):
    """One file on its way in, with progress and a way to stop."""

    def __init__(self, state: AttachState) -> None:
        super().__init__()
        fix(self, height=40)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Adding {name}").format(name=state.path.name))
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        stop = button(tr("Cancel"), lambda: state.handle.cancel() if state.handle else None, role="toggle")
        layout = row(
            IconLabel("loader"), ElidedLabel(state.path.name, "strong"), label(tr("Sealing"), "muted"), spacing=10
        )
        layout.addWidget(self.bar, 1)
        layout.addWidget(stop)
        layout.setContentsMargins(4, 0, 0, 0)
        self.setLayout(layout)

    def advance(self, done: int, total: int) -> None:
        """Show how far the copy is."""
        if total > 0:
            self.bar.setRange(0, 1000)
            self.bar.setValue(done * 1000 // total)


class EvidenceSection(QWidget):
    """Heading, rows and drop zone for the evidence of one record.

    ``links_changed(links)`` says that the person changed or removed a link. New files go through the session;
    ``link_to`` returns the record that cites the new item.
    """

    links_changed = Signal(object)

    def __init__(self, session: Session, link_to: Callable[[EvidenceItem], Record | None]) -> None:
        super().__init__()
        self._session = session
        self._link_to = link_to
        self._links: tuple[EvidenceLink, ...] = ()
        self._acts = EvidenceActs(self, session, self._tell)
        self._awaited: set[Path] = set()
        self._running: dict[Path, RunningRow] = {}
        self._title = label(tr("Evidence"), "label")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._error = label("", "error", wrap=True)
        self._error.hide()
        self.zone = DropZone()
        self.zone.offered.connect(self.attach)
        self.zone.existing_wanted.connect(self._choose_existing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addLayout(self._rows)
        layout.addWidget(self._error)
        layout.addWidget(self.zone)
        session.attach_changed.connect(self._on_attach_changed)

    def show_links(self, links: tuple[EvidenceLink, ...]) -> None:
        """Show these links; nothing happens when they are shown already."""
        if links == self._links and (self._rows.count() or not links):
            return
        self._links = links
        self._title.setText(tr("Evidence  {count}").format(count=len(links)) if links else tr("Evidence"))
        clear(self._rows)
        self._running.clear()
        for link_ in links:
            item = self._session.inputs.evidence_by_sha.get(link_.evidence)
            if item is not None:
                self._rows.addWidget(self._row(item, link_))

    def attach(self, sources: tuple[Path | Pasted, ...]) -> None:
        """Copy files, also those of folders once that is confirmed, into the assessment and link them here."""
        self._error.hide()
        take_in(self, self._session, sources, then=self._attach, tell=self._tell)

    def _attach(self, sources: tuple[Path | Pasted, ...]) -> None:
        self._awaited.update(source if isinstance(source, Path) else Path(source.name) for source in sources)
        try:
            self._session.attach(sources, self._link_to)
        except UserError as error:
            self._tell(cause_of(error))

    def set_read_only(self, value: bool) -> None:
        """Take no more files."""
        self.zone.setVisible(not value)

    def _row(self, item: EvidenceItem, link_: EvidenceLink) -> EvidenceRow:
        return EvidenceRow(item, link_, on_look=lambda: self._acts.look(item), menu=lambda: self._menu(item, link_))

    def _menu(self, item: EvidenceItem, link_: EvidenceLink) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        against = link_.stance == "counters"
        menu.addAction(tr("Name the place in it"), lambda: self._set_anchor(link_))
        menu.addAction(
            tr("Mark as supporting") if against else tr("Mark as speaking against"),
            lambda: self._replace(link_, dataclasses.replace(link_, stance="supports" if against else "counters")),
        )
        menu.addAction(tr("Open elsewhere"), lambda: self._acts.open_elsewhere(item))
        menu.addAction(tr("Save a copy"), lambda: self._acts.save_copy(item))
        menu.addAction(tr("Copy its digest"), lambda: self._acts.copy_digest(item))
        menu.addAction(tr("Show in the evidence library"), lambda: ask_for_page(self, "evidence", item.sha256))
        menu.addAction(tr("History"), lambda: ask_for_history(self, f"evidence:{item.sha256}"))
        menu.addSeparator()
        menu.addAction(tr("Remove from here"), lambda: self._replace(link_, None))
        return menu

    def _set_anchor(self, link_: EvidenceLink) -> None:
        asked = tr("Page, section or line, such as p. 14\u201316")
        text = dialogs_seam.ask_text(self, tr("Place in the evidence"), asked, text=link_.anchor)
        if text is not None:
            self._replace(link_, dataclasses.replace(link_, anchor=text.strip()))

    def _replace(self, old: EvidenceLink, new: EvidenceLink | None) -> None:
        kept = tuple(new if item == old else item for item in self._links)
        self.links_changed.emit(tuple(item for item in kept if item is not None))

    def _choose_existing(self) -> None:
        sha256 = dialogs_seam.pick_evidence(self, self._session, tr("Link evidence that is on file"))
        if sha256 and all(link_.evidence != sha256 for link_ in self._links):
            self.links_changed.emit((*self._links, EvidenceLink(sha256)))

    def _on_attach_changed(self, state: AttachState) -> None:
        if state.path not in self._awaited:
            return
        running = self._running.get(state.path)
        if state.kind == "running":
            if running is None:
                running = self._running[state.path] = RunningRow(state)
                self._rows.addWidget(running)
            running.advance(state.done, state.total)
            return
        self._awaited.discard(state.path)
        self._running.pop(state.path, None)
        if running is not None:
            running.hide()
            running.deleteLater()
        if state.kind == "attached" and state.again and state.item is not None:
            self._note(
                tr("{name} was on file already, as {title}.").format(
                    name=state.path.name, title=state.item.title or state.item.name
                )
            )
        elif state.kind == "attached":
            announce(self, tr("{name} sealed").format(name=state.path.name))
        elif state.kind == "failed" and state.error is not None:
            self._tell(cause_of(state.error))

    def _tell(self, text: str) -> None:
        set_role(self._error, role="error")
        self._error.setText(text)
        self._error.show()
        announce(self, text, urgent=True)

    def _note(self, text: str) -> None:
        set_role(self._error, role="muted")
        self._error.setText(text)
        self._error.show()
        announce(self, text)
