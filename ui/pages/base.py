"""What every page of the shell is: a widget that shows a snapshot and asks the session to change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.plain import PlainLabel
from ui.session import Session
from ui.theme import px, set_role
from ui.widgets.parts import column, row

MARGIN = 24


class Page(QWidget):
    """Base of all pages.

    A subclass fills ``self.body`` (a vertical layout in a scroll area) in its constructor and overrides
    :meth:`refresh`, which is called with the current snapshot when the page is shown and when something changes
    meanwhile. It asks the shell to go elsewhere by emitting ``wants(page id, item id)``; the shell calls
    :meth:`open_item` there.

    Attributes:
        page_id: the id under which :mod:`ui.pages.registry` lists the page.
        heading: the page title, shown on top and announced as the page's name.
        scrolls: False for a page that lays out its own scroll areas; it scrolls as a whole only where the window is
            too small for them.
        widest: how wide the body becomes at most at 100 %, 0 for as wide as there is room.
    """

    page_id: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    scrolls: ClassVar[bool] = True
    widest: ClassVar[int] = 1040

    wants = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._stale = True
        self.setAccessibleName(tr(self.heading))
        self.body = self._make_body()
        session.snapshot_changed.connect(self._on_snapshot_changed)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show this snapshot; keep focus, cursor and scroll position where they are."""

    def open_item(self, item: str) -> None:
        """Bring the item with this id into view and focus; an empty id means the page's own start."""

    def here(self) -> str:
        """Return the item in view as :meth:`open_item` takes it, so that the person can be brought back to it."""
        return ""

    def history_of(self) -> str:
        """Return the id or reference of what is in view, for its history; nothing for the history of everything."""
        return ""

    def attach(self) -> None:
        """Ask for evidence files for what is in view; a page that takes none does nothing."""

    def paste(self) -> bool:
        """Take what the clipboard holds as evidence for what is in view; False when there is nothing to take."""
        return False

    def take_files(self, paths: tuple[Path, ...]) -> bool:
        """Take dropped files for what is in view; False when this page has no use for them. The file may be written."""
        return False

    def commit(self) -> None:
        """Hand over to the session whatever an editor still holds; called before leaving and before closing."""

    def unrecorded(self) -> str:
        """Return one sentence about something typed here that cannot be recorded yet, or nothing; asked on closing."""
        return ""

    def unrecorded_text(self) -> str:
        """Return what is typed here and cannot be recorded as it is, a line per field, or nothing."""
        if not self.unrecorded():
            return ""
        return "\n".join((self.unrecorded(), *_typed_in(self)))

    def add_heading(self, subtitle: str = "", *, aside: QWidget | None = None) -> PlainLabel:
        """Put the page title (24/600) and a muted line below it on top of the body; return the line.

        ``aside`` stands at the other end of the title.
        """
        title = PlainLabel(tr(self.heading))
        set_role(title, role="page-title")
        line = PlainLabel(subtitle)
        line.setWordWrap(True)
        set_role(line, role="muted")
        words = column(title, line, spacing=4)
        if aside is None:
            self.body.addLayout(words)
        else:
            across = row(spacing=12)
            across.addLayout(words, 1)
            across.addWidget(aside)
            self.body.addLayout(across)
        return line

    def _make_body(self) -> QVBoxLayout:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        canvas = QWidget()
        set_role(canvas, role="canvas")
        body = QVBoxLayout(canvas)
        body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        body.setSpacing(16)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(canvas)
        self.scroll_area = area
        area.verticalScrollBar().rangeChanged.connect(lambda *_: self._fit_margins())
        outer.addWidget(area)
        return body

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_margins()
        super().resizeEvent(event)

    def _fit_margins(self) -> None:
        """Keep lines short enough to read in a wide window, and let the scroll bar stand in the margin."""
        if not self.scrolls:
            return
        bar = self.scroll_area.verticalScrollBar()
        taken = bar.sizeHint().width() if bar.maximum() else 0
        side = max(MARGIN, (self.width() - px(self.widest)) // 2) if self.widest else MARGIN
        self.body.setContentsMargins(side, MARGIN, side - taken, MARGIN)

    def _on_snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.isVisible():
            self._stale = False
            self.refresh(snapshot)
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        if self._stale:
            self._stale = False
            self.refresh(self.session.snapshot)
        super().showEvent(event)


def _typed_in(page: QWidget) -> Iterator[str]:
    """Yield name and text of every field of a page that can be typed in and holds something."""
    for field in page.findChildren(QWidget):
        if isinstance(field, QLineEdit | QPlainTextEdit) and not field.isReadOnly() and not field.isHidden():
            text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
            if text.strip():
                yield f"{field.accessibleName()}: {text}"
