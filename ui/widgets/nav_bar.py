"""The left bar: 212 px wide, or 56 px of rings where room is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QVBoxLayout

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.models.nav import ENTRY_ROLE, NavDelegate, NavModel
from ui.theme import fix, px, set_role

if TYPE_CHECKING:
    from asl_desktop.services.preflight import Preflight

WIDE, NARROW = 212, 56


class NavBar(QFrame):
    """Shows where the work stands and goes there; ``chosen(page, item)`` follows a click, Enter or an arrow key."""

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        set_role(self, role="nav")
        self.model = NavModel()
        self.view = QListView()
        self.view.setAccessibleName(tr("Parts of the assessment"))
        self.view.setModel(self.model)
        self._delegate = NavDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setStyleSheet("QListView { border: 0; border-radius: 0; } QListView:focus { border: 0; }")
        self.view.setMouseTracking(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._on_chosen)
        self.view.activated.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.view)
        self.model.dataChanged.connect(self._on_changed)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Show rings only, or rings with words."""
        if narrow == self._delegate.narrow and self.minimumWidth() == px(NARROW if narrow else WIDE):
            return
        self._delegate.narrow = narrow
        fix(self, width=NARROW if narrow else WIDE)
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.view.setVerticalScrollBarPolicy(off if narrow else needed)
        self.view.doItemsLayout()

    def show_snapshot(self, snapshot: Snapshot, found: Preflight | None) -> None:
        """Show how far things are; ``found`` is what the pre-flight check found, None while it is being made."""
        self.model.show(snapshot, found)

    def mark(self, page: str, item: str = "") -> None:
        """Show where the person is now."""
        row = self.model.row_of(page, item)
        self.view.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_chosen(self.view.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_changed(self, index: QModelIndex) -> None:
        """Lay the rows out anew when one of them needs another height for what it says now."""
        if self.view.sizeHintForIndex(index).height() != self.view.visualRect(index).height():
            self.view.doItemsLayout()

    def _on_chosen(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE) if index.isValid() else None
        if entry is not None and entry.page:
            self.chosen.emit(entry.page, entry.item)
