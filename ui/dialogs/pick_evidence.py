"""Choose one piece of evidence that is on file; quick with thousands of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListView, QWidget

from asl_desktop.i18n import tr
from ui.models.evidence_list import KEY_ROLE, EvidenceDelegate, EvidenceModel
from ui.session import Session
from ui.widgets.parts import button, column, label, row

_STEPS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class PickEvidence(QDialog):
    """A line to narrow the list and the list; ``chosen`` is the digest after it was accepted."""

    def __init__(self, parent: QWidget | None, session: Session, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.chosen = ""
        self._model = EvidenceModel()
        self._model.show(session.snapshot)
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("Find by name, title or digest"))
        self.words.setAccessibleName(tr("Find evidence"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._on_words)
        self.words.returnPressed.connect(self._on_take)
        self.words.installEventFilter(self)
        self.list = QListView()
        self.list.setAccessibleName(tr("Evidence"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(EvidenceDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.activated.connect(self._on_activated)
        self._empty = label(tr("Nothing on file fits."), "muted")
        self.take = button(tr("Choose"), self._on_take, primary=True)
        layout = column(label(title, "pane-title"), self.words, self._empty)
        layout.addWidget(self.list, 1)
        layout.addLayout(row(1, button(tr("Cancel"), self.reject), self.take))
        layout.setContentsMargins(24, 24, 24, 16)
        self.setLayout(layout)
        room = parent.window().size() if parent is not None else self.sizeHint()
        self.resize(min(560, max(360, room.width() - 48)), min(560, max(360, room.height() - 48)))
        self._on_words("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the words are typed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            QApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)

    def _on_words(self, text: str) -> None:
        self._model.choose(text=text)
        found = self._model.rowCount() > 0
        self.list.setCurrentIndex(self._model.index(0) if found else QModelIndex())
        self._empty.setVisible(not found)
        self.take.setEnabled(found)

    def _on_take(self) -> None:
        self._on_activated(self.list.currentIndex())

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen = str(index.data(KEY_ROLE))
            self.accept()
