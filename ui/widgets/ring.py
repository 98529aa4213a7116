"""A progress ring as a widget of its own; the left bar paints the same one in its rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.icons import pixmap
from ui.models.nav import Entry
from ui.theme import fix, px, tokens


class Ring(QWidget):
    """Shows how much of an entry is done; the words beside it say the same."""

    def __init__(self, entry: Entry, size: int = 20) -> None:
        super().__init__()
        self._entry = entry
        fix(self, width=size, height=size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        table = tokens()
        circle = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(table.color("ok" if self._entry.complete else "line"), 3))
        painter.drawEllipse(circle)
        fraction = self._entry.fraction or 0.0
        if self._entry.complete:
            size = px(12)
            painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, pixmap("check", "ok", size))
        elif fraction > 0:
            pen = QPen(table.color("accent"), 3)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(circle, 90 * 16, -round(min(fraction, 1.0) * 360 * 16))
