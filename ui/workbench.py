"""Everything around an open document: top bar, left bar, pages, margins, find box, banner for what is unsaved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import mark, tr
from asl_desktop.services.consequences import flips, in_one_sentence
from ui import dialogs_seam
from ui.focus import focusable
from ui.on_disk import Removal
from ui.pages.base import Page
from ui.pages.questions import QuestionsPage
from ui.pages.registry import PAGE_BY_ID
from ui.preflighting import desk_of
from ui.session import SaveState, Session
from ui.theme import fix, px
from ui.widgets.find_palette import FindPalette
from ui.widgets.nav_bar import NavBar
from ui.widgets.parts import Banner, announce, button
from ui.widgets.said import Said
from ui.widgets.search_box import SearchBox
from ui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from ui.widgets.margin_chart import MarginPane

MARGINS_BELOW = 1180
"""Narrower than this the margins become a panel that is toggled."""
RINGS_BELOW = 940
"""Narrower than this the left bar shows rings only."""
MARGINS_WIDTH = 320
_WIDE = frozenset({"evidence", "margins", "history"})
"""Pages that take the whole width."""
_KEPT = mark(
    "What you typed stays here and is written again every few seconds; do not close the window before it says Saved."
)
_UNSAVED = {
    "": (mark("Not saved"), ""),
    "disk-full": (mark("Not saved: the disk is full"), mark("Free some space, or go on in a copy on another disk.")),
    "file-changed": (
        mark("Not saved: another program changed the file"),
        mark("Open the file again to write it into what the file holds now, or go on in a copy elsewhere."),
    ),
    "file-replaced": (
        mark("Not saved: the file is not where it was"),
        mark("Put the file or its disk back and open it again, or go on in a copy elsewhere."),
    ),
}


class Workbench(QWidget):
    """One per open document. Pages are built when first opened and live as long as the document is open."""

    page_changed = Signal(str)
    page_built = Signal(object)
    run_wanted = Signal(str)
    save_elsewhere_wanted = Signal()
    open_again_wanted = Signal()
    writing_wanted = Signal()

    def __init__(self, session: Session, menu: QMenu) -> None:
        super().__init__()
        self.session = session
        self._desk = desk_of(session)
        self._determination = session.snapshot.determination
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages: dict[str, Page] = {}
        self.page_id = ""
        self.top = TopBar(menu)
        self.nav = NavBar()
        self.stack = QStackedWidget()
        self.unsaved = self._make_unsaved()
        self.reading_only = self._make_reading_only()
        self.notice = Banner("warn")
        self.notice.buttons.addWidget(button(tr("Close"), self.notice.hide))
        self.said = Said(lambda: self.go("history"))
        self.setback = self._make_setback()
        self.margins = self._make_margins()
        self._margins_wished: bool | None = None
        self._lay_out()
        self.palette_box, self.search_box = FindPalette(self), SearchBox(self, session)
        self._connect()
        self._on_snapshot(session.snapshot)
        self._on_save_state(session.save_state)

    @property
    def page(self) -> Page | None:
        """The page in front."""
        return self._pages.get(self.page_id)

    @property
    def questions(self) -> QuestionsPage:
        """The question page, built if need be."""
        return cast("QuestionsPage", self._page("questions"))

    def go(self, page_id: str, item: str = "") -> None:
        """Bring a page forward and an item on it into view."""
        if page_id not in PAGE_BY_ID:
            return
        leaving = self.page
        if leaving is not None:
            leaving.commit()
        page = self._page(page_id)
        self.page_id = page_id
        self.stack.setCurrentWidget(page)
        if item or page_id == "questions":
            page.open_item(item)
        else:
            page.setFocus()
        self._mark()
        self.page_changed.emit(page_id)

    def place(self) -> tuple[str, str]:
        """Return the page and the item where the person stands."""
        return (self.page_id, self.page.here()) if self.page is not None else ("hub", "")

    def stand(self) -> None:
        """Put the focus where the person left off."""
        if self.page is not None:
            self.go(*self.place())

    def unrecorded_text(self) -> str:
        """Return what is typed in the pages and cannot be recorded as it is, as lines to be read."""
        return "\n".join(filter(None, (page.unrecorded_text() for page in self._pages.values())))

    def open_item(self, item: str) -> None:
        """Bring an item into view on the page in front; an empty one means the page's own start."""
        if self.page is not None:
            self.page.open_item(item)

    def say(self, text: str, verb: str = "", call: Callable[[], object] | None = None) -> None:
        """Say for a moment what was done, with the way to take it back."""
        self.said.say(text, verb, call)

    def open_find(self) -> None:
        """Open the find box."""
        self.palette_box.open_over(self.session.snapshot)

    def open_search(self) -> None:
        """Open the box that searches in all texts."""
        self.search_box.open_over()

    def toggle_margins(self) -> None:
        """Show or hide the margins beside the page."""
        self._margins_wished = not self.margins.isVisible()
        self._fit()

    def next_pane(self, way: int = 1) -> None:
        """Move the focus to the next (1) or previous (-1) of left bar, page, margins and top bar."""
        panes: list[QWidget] = [self.nav, self.stack]
        if self.margins.isVisible():
            panes.append(self.margins)
        panes.append(self.top)
        panes = panes[::way]
        focused = QGuiApplication.focusObject()
        here = next((i for i, pane in enumerate(panes) if _holds(pane, focused)), -1)
        for pane in (*panes[here + 1 :], *panes[: here + 1]):
            target = next(iter(focusable(pane)), None)
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def may_close(self) -> bool:
        """Write everything; ask where something would be lost. True when the document may be closed."""
        if self.page is not None:
            self.page.commit()
        for page in self._pages.values():
            left = page.unrecorded()
            if left and not dialogs_seam.ask(
                self,
                tr("Something typed is not recorded"),
                left,
                yes=tr("Close without it"),
                no=tr("Go back"),
                danger=True,
            ):
                return False
        if self.session.attaching and not dialogs_seam.ask(
            self,
            tr("A file is still being sealed"),
            tr("Closing now stops that; the file is then not part of the assessment."),
            yes=tr("Stop and close"),
            no=tr("Go back"),
            danger=True,
        ):
            return False
        if self.session.flush():
            return True
        return dialogs_seam.ask(
            self,
            tr("The last changes are not on disk"),
            tr("{message} Closing now loses them.").format(message=self.session.save_state.message),
            yes=tr("Close and lose them"),
            no=tr("Go back"),
            danger=True,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        narrow = self.width() < px(MARGINS_BELOW)
        if event.key() == Qt.Key.Key_Escape and narrow and self.margins.isVisible():
            self.toggle_margins()
            return
        super().keyPressEvent(event)

    def _page(self, page_id: str) -> Page:
        page = self._pages.get(page_id)
        if page is None:
            page = PAGE_BY_ID[page_id].build(self.session)
            page.wants.connect(self.go)
            if isinstance(page, QuestionsPage):
                page.undo_wanted.connect(lambda: self.run_wanted.emit("command:undo"))
            self._pages[page_id] = page
            self.page_built.emit(page)
            self.stack.addWidget(page)
        return page

    def _lay_out(self) -> None:
        self.middle = QWidget()
        column = QVBoxLayout(self.middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        banners = QVBoxLayout()
        banners.setContentsMargins(12, 0, 12, 0)
        banners.addWidget(self.reading_only)
        banners.addWidget(self.unsaved)
        banners.addWidget(self.setback)
        banners.addWidget(self.notice)
        banners.addWidget(self.said)
        column.addLayout(banners)
        column.addWidget(self.stack, 1)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self.nav)
        across.addWidget(self.middle, 1)
        across.addWidget(self.margins)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top)
        layout.addLayout(across, 1)

    def _connect(self) -> None:
        self.nav.chosen.connect(self.go)
        self.palette_box.chosen.connect(self.go)
        self.palette_box.run_wanted.connect(self.run_wanted)
        self.search_box.chosen.connect(self.go)
        self.top.find_wanted.connect(self.open_find)
        self.top.report_wanted.connect(lambda: self.go("report"))
        self.top.margins_wanted.connect(self.toggle_margins)
        self.session.snapshot_changed.connect(self._on_snapshot)
        self._desk.checked.connect(lambda: self.nav.show_snapshot(self.session.snapshot, self._desk.known()))
        self.session.save_state_changed.connect(self._on_save_state)

    def _make_unsaved(self) -> Banner:
        banner = Banner("danger", below=True)
        self._again = button(tr("Open the file again"), self.open_again_wanted.emit)
        banner.buttons.addWidget(button(tr("Try again"), self.session.write_now))
        banner.buttons.addWidget(self._again)
        banner.buttons.addWidget(button(tr("Save a copy elsewhere\u2026"), self.save_elsewhere_wanted.emit))
        banner.buttons.addWidget(button(tr("Copy what is unsaved"), self._copy_unsaved))
        return banner

    def _make_setback(self) -> Banner:
        """Say that an earlier version may have been put back, until the person goes on with this one."""
        from asl_desktop.services.seen import accept

        def _accept() -> None:
            banner.hide()
            self.session.run_beside(lambda document, _: accept(document, clock=self.session.clock))

        banner = Banner("warn", below=True)
        banner.buttons.addWidget(button(tr("Show the history"), lambda: self.go("history")))
        banner.buttons.addWidget(button(tr("Go on with this version"), _accept))
        if self.session.setback is not None:
            banner.tell(tr("Something this computer saw is missing"), self.session.setback.in_words())
        return banner

    def _make_reading_only(self) -> Banner:
        banner = Banner("info")
        banner.buttons.addWidget(button(tr("Try to open for writing"), self.writing_wanted.emit))
        if self.session.read_only:
            banner.tell(
                tr("Open for reading only"), tr("Nothing here can be changed. Save a copy to work on it elsewhere.")
            )
        return banner

    def _make_margins(self) -> MarginPane:
        from ui.widgets.margin_chart import MarginPane

        pane = MarginPane(self.session)
        fix(pane, width=MARGINS_WIDTH)
        pane.chosen.connect(lambda indicator: self.go("margins", indicator))
        return pane

    def _fit(self) -> None:
        width = self.width()
        self.nav.set_narrow(width < px(RINGS_BELOW))
        self.top.set_room(width)
        for banner in (self.unsaved, self.setback):
            banner.fit()
        shown = width >= px(MARGINS_BELOW) if self._margins_wished is None else self._margins_wished
        shown = shown and self.page_id not in _WIDE
        self.margins.setVisible(shown)
        self.top.margins.setChecked(shown)

    def _mark(self) -> None:
        item = ""
        if self.page_id == "questions":
            item = f"domain:{self.questions.domain}"
        self.margins.show_domain(item.removeprefix("domain:") or None)
        self.nav.mark(self.page_id, item)
        self._fit()

    def _tell_flips(self, snapshot: Snapshot) -> None:
        """Let a screen reader hear what a change did to the outcome; the page of questions says so itself."""
        before, self._determination = self._determination, snapshot.determination
        words = in_one_sentence(flips(snapshot.pack, before, snapshot.determination))
        if words and self.page_id != "questions":
            announce(self, words)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._tell_flips(snapshot)
        self.nav.show_snapshot(snapshot, self._desk.known())
        self.top.show_snapshot(snapshot, read_only=self.session.read_only)
        if self.page_id:
            self._mark()

    def _on_save_state(self, state: SaveState) -> None:
        self.top.show_save_state(state)
        if state.kind == "failed":
            self._again.setVisible(state.code in {"file-replaced", "file-changed"})
            title, advice = _UNSAVED.get(state.code, _UNSAVED[""])
            self.unsaved.tell(tr(title), f"{state.message} {tr(_KEPT)} {tr(advice)}".rstrip())
        elif state.kind == "saved":
            self.unsaved.hide()

    def _copy_unsaved(self) -> None:
        from asl_desktop.codec import to_json

        kept = [
            {"removed": f"{change.kind}:{change.key}"} if isinstance(change, Removal) else to_json(change)
            for change in self.session.unsaved()
        ]
        QGuiApplication.clipboard().setText(json.dumps(kept, indent=1, ensure_ascii=False))


def _holds(pane: QWidget, focused: object) -> bool:
    return isinstance(focused, QWidget) and (pane is focused or pane.isAncestorOf(focused))
