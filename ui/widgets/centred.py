"""The layout of what the window shows instead of a workbench: one column in the middle, scrollable."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import px, set_role

_ROOM = 140


def fill_centred(page: QWidget, *items: QWidget | QLayout, width: int) -> QScrollArea:
    """Put items below each other into the middle of a page, at most ``width`` wide; returns the scroll area."""
    center = QWidget()
    center.setMaximumWidth(px(width))
    center.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    layout = QVBoxLayout(center)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.setSpacing(16)
    layout.addStretch(1)
    for item in items:
        if isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    layout.addStretch(2)
    canvas = QWidget()
    set_role(canvas, role="canvas")
    across = QHBoxLayout(canvas)
    across.setContentsMargins(0, 0, 0, 0)
    across.addStretch(1)
    across.addWidget(center, 100)
    across.addStretch(1)
    area = _FollowingArea(center, width)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(canvas)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(area)
    return area


def bring_into_view(widget: QWidget) -> None:
    """Scroll to a widget on a centred page once everything has its place."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if isinstance(parent, QScrollArea):
        area = parent
        QTimer.singleShot(0, area, lambda: area.ensureWidgetVisible(widget, 24, 24))


class _FollowingArea(QScrollArea):
    """Keeps what has the focus in view, with room for the words below it."""

    def __init__(self, center: QWidget, width: int) -> None:
        super().__init__()
        self._center, self._width = center, width
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._center.setMaximumWidth(px(self._width))
        super().changeEvent(event)

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 24, _ROOM)
