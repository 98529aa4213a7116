"""Layouts that follow the room there is: widgets that wrap like words, and cells in as many columns as fit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QStyle, QVBoxLayout, QWidget

from ui.theme import px


class _Placing(QLayout):
    """Keeps the items; a subclass places them below each other as the width demands."""

    def __init__(self, parent: QWidget | None, spacing: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._smallest: QSize | None = None
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def invalidate(self) -> None:
        self._heights.clear()
        self._smallest = None
        super().invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self.invalidate()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            edges = self.contentsMargins()
            inside = QRect(0, 0, width - edges.left() - edges.right(), 0)
            self._heights[width] = self._place(inside, move=False) + edges.top() + edges.bottom()
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(self.contentsRect(), move=True)

    def minimumSize(self) -> QSize:
        if self._smallest is None:
            size = QSize()
            for item in self._items:
                size = size.expandedTo(item.minimumSize())
            edges = self.contentsMargins()
            self._smallest = size + QSize(edges.left() + edges.right(), edges.top() + edges.bottom())
        return self._smallest

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def _place(self, rect: QRect, *, move: bool) -> int:
        raise NotImplementedError

    def _put(self, item: QLayoutItem, place: QRect, *, inside: QRect) -> None:
        """Put an item at its place as read from the left; from the right it is the mirrored one."""
        holder = self.parentWidget()
        item.setGeometry(QStyle.visualRect(holder.layoutDirection(), inside, place) if holder is not None else place)


class FlowLayout(_Placing):
    """As words are read, then the next line. Spacing in pixels between items and lines."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6, *, centred: bool = False) -> None:
        super().__init__(parent, spacing)
        self._centred = centred
        self._widths: dict[QWidget, int] = {}

    def add(self, widget: QWidget, *, width: int) -> None:
        """Add a widget that is as wide as this at 100 %, grows with the text and gives way where room is short."""
        self._widths[widget] = width
        self.addWidget(widget)

    def _place(self, rect: QRect, *, move: bool) -> int:
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = self._size_of(item, rect.width())
            if lines[-1] and used + size.width() > rect.width():
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self.spacing()
        y = rect.y()
        for line in lines:
            height = max((size.height() for _, size in line), default=0)
            if move:
                self._move(line, rect, y, height)
            y += height + self.spacing()
        return y - rect.y() - self.spacing()

    def _size_of(self, item: QLayoutItem, room: int) -> QSize:
        hint = item.sizeHint()
        widget = item.widget()
        asked = px(self._widths[widget]) if widget in self._widths else hint.width()
        width = max(min(asked, room), item.minimumSize().width())
        return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())

    def _move(self, line: list[tuple[QLayoutItem, QSize]], rect: QRect, y: int, height: int) -> None:
        taken = sum(size.width() + self.spacing() for _, size in line) - self.spacing()
        x = rect.x() + (max(0, rect.width() - taken) // 2 if self._centred else 0)
        for item, size in line:
            self._put(item, QRect(QPoint(x, y + (height - size.height()) // 2), size), inside=rect)
            x += size.width() + self.spacing()


class CellsLayout(_Placing):
    """Cells of equal width in up to ``most`` columns; ``least`` is the width a cell needs at 100 %."""

    def __init__(self, parent: QWidget | None = None, *, most: int, least: int = 140) -> None:
        super().__init__(parent, 12)
        self._most, self._least = most, least

    def minimumSize(self) -> QSize:
        return QSize(min(super().minimumSize().width(), px(self._least)), super().minimumSize().height())

    def _place(self, rect: QRect, *, move: bool) -> int:
        gap, shown = self.spacing(), [item for item in self._items if not item.isEmpty()]
        columns = max(1, min(self._most, (rect.width() + gap) // (px(self._least) + gap)))
        width = (rect.width() - gap * (columns - 1)) // columns
        y = rect.y()
        for first in range(0, len(shown), columns):
            line = shown[first : first + columns]
            height = max(_height(item, width) for item in line)
            for at, item in enumerate(line if move else ()):
                self._put(item, QRect(rect.x() + at * (width + gap), y, width, height), inside=rect)
            y += height + gap
        return max(0, y - rect.y() - gap)


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


def cell(name: QLabel, field: QWidget) -> QWidget:
    """Return a field with its name above it; names of unequal height leave the fields of a line on one line."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    name.setWordWrap(True)
    layout.addWidget(name, 1, Qt.AlignmentFlag.AlignBottom)
    layout.addWidget(field)
    return holder


def wrapped(*widgets: QWidget, spacing: int = 8) -> QWidget:
    """Return widgets beside each other that go on in the next line where room is short."""
    holder = QWidget()
    flow = FlowLayout(holder, spacing)
    for widget in widgets:
        flow.addWidget(widget)
    return holder
