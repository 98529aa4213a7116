"""The find box (Ctrl+K): type a few letters, arrow down, Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from ui.models.palette import Hit, everything, search
from ui.theme import set_role
from ui.widgets.parts import label

_AROUND = 80  # field, margins and the line that says that nothing was found
_HIT = Qt.ItemDataRole.UserRole + 1
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class FindPalette(QFrame):
    """Floats over the window; ``chosen(page, item)`` follows Enter or a click, Escape closes."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        set_role(self, role="card")
        self._hits: tuple[Hit, ...] = ()
        self.field = QLineEdit()
        self.field.setAccessibleName("Find a page, question, indicator, safeguard or evidence")
        self.field.setPlaceholderText("Find a page, question, indicator, safeguard or evidence")
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(lambda: self._take(self.results.currentItem()))
        self.field.installEventFilter(self)
        self.results: QListWidget = QListWidget()
        self.results.setAccessibleName("What was found")
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.results.setFrameShape(QFrame.Shape.NoFrame)
        self.results.setStyleSheet("QListWidget { border: 0; border-radius: 0; }")
        self.results.itemClicked.connect(self._take)
        self._none = label("Nothing found. Try an id such as QC-03, or fewer letters.", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        for widget in (self.field, self.results, self._none):
            layout.addWidget(widget)
        self.hide()

    def open_over(self, snapshot: Snapshot) -> None:
        """Show the box near the top of its parent, ready for typing."""
        self._hits = everything(snapshot)
        parent = self._host
        width = min(620, parent.width() - 32)
        self.setGeometry((parent.width() - width) // 2, 8, width, self._most())
        self.field.clear()
        self._on_text("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_box()
                return True
            if event.key() in _MOVES:
                self._move(event.key())
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.results.underMouse():
            self.hide()
        return super().eventFilter(watched, event)

    def close_box(self) -> None:
        """Hide the box; the focus goes back to where the parent sends it."""
        self.hide()
        self._host.setFocus()

    def _move(self, key: int) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(Qt.Key(key), 8)
        last = self.results.count() - 1
        self.results.setCurrentRow(max(0, min(last, self.results.currentRow() + step)))

    def _on_text(self, text: str) -> None:
        self.results.clear()
        for hit in search(self._hits, text):
            item = QListWidgetItem(f"{hit.kind}   {hit.text}")
            item.setData(_HIT, hit)
            self.results.addItem(item)
        self.results.setCurrentRow(0)
        self._fit()
        self._none.setVisible(self.results.count() == 0)

    def _most(self) -> int:
        return min(420, self._host.height() - 32)

    def _fit(self) -> None:
        """Be as tall as what was found, up to the most there is room for."""
        rows = self.results.sizeHintForRow(0) * self.results.count() if self.results.count() else 0
        self.results.setVisible(rows > 0)
        self.resize(self.width(), min(self._most(), rows + _AROUND))

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        hit: Hit = item.data(_HIT)
        self.hide()
        self.chosen.emit(hit.page, hit.item)
