"""How large a dialog may be: as its text needs, and never larger than the window below it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from ui.theme import px

_EDGE = 48


def room_over(parent: QWidget | None, width: int, height: int) -> QSize:
    """Return a size that is this large at 100 %, grows with the text, and leaves a margin of the window free."""
    wanted = QSize(px(width), px(height))
    if parent is None:
        return wanted
    window = parent.window().size()
    return wanted.boundedTo(QSize(window.width() - _EDGE, window.height() - _EDGE))
