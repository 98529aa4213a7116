"""Where painted things go when the window is read from the right."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem


def visual(option: QStyleOptionViewItem, rect: QRect) -> QRect:
    """Return where a part of a row is painted, given its place in a row that is read from the left."""
    return QStyle.visualRect(option.direction, option.rect, rect)


def corner(option: QStyleOptionViewItem, x: int, y: int, size: int) -> QPoint:
    """Return the top left corner of a square picture in a row, given its place in a row that is read from the left."""
    return visual(option, QRect(x, y, size, size)).topLeft()
