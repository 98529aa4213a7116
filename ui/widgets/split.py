"""Two panes with a border that can be moved; they stand below each other where there is no room beside each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from ui.theme import px

_BESIDE = 620
"""Narrower than this at 100 % the panes stand below each other."""
_LEAST = 180
_STACKED = (170, 260)
"""Heights the panes keep at 100 %, whatever the room: the page scrolls where it is too short for them."""
_WHOLE = 1000


class Split(QSplitter):
    """``divided(share)`` follows a person who moves the border; a share is the first pane's part of a thousand."""

    divided = Signal(int)

    def __init__(self, name: str, first: QWidget, second: QWidget, *, share: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(16)
        self._panes = (first, second)
        for pane in self._panes:
            self.addWidget(pane)
        self.share = share
        self.splitterMoved.connect(self._on_moved)

    def divide(self, share: int) -> None:
        """Give the first pane this part of the width."""
        self.share = share
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._arrange()
        super().changeEvent(event)

    def _arrange(self) -> None:
        beside = self.width() >= px(_BESIDE)
        way = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if way != self.orientation():
            self.setOrientation(way)
        for pane, height in zip(self._panes, _STACKED, strict=True):
            pane.setMinimumHeight(px(_LEAST if beside else height))
        room = self.width() if beside else sum(_STACKED)
        first = room * self.share // _WHOLE if beside else _STACKED[0]
        self.setSizes([first, room - first])

    def _on_moved(self, at: int, _: int) -> None:
        if self.orientation() == Qt.Orientation.Horizontal and self.width():
            self.share = at * _WHOLE // self.width()
            self.divided.emit(self.share)
