"""Which widgets the keyboard reaches."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def focusable(pane: QWidget) -> list[QWidget]:
    """Return what Tab reaches in a part of the window, from the top and then from the left."""
    found = [
        widget
        for widget in pane.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    return sorted(found, key=lambda w: (w.mapTo(pane, w.rect().topLeft()).y(), w.mapTo(pane, w.rect().topLeft()).x()))
