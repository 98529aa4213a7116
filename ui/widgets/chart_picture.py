"""A chart drawn off the window's thread, shown as a picture as wide as there is room, with its numbers as words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asl_desktop.i18n import tr
from ui.plain import tip


class ChartPicture(QWidget):
    """Shows a picture; the areas on it have words that the pointer shows and arrow keys walk through.

    ``told(words)`` follows whenever another area is chosen.
    """

    told = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._image = QImage()
        self._areas: tuple[tuple[QRectF, str], ...] = ()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFixedHeight(1)
        self.setAccessibleName(name)

    @property
    def image(self) -> QImage:
        """The picture as it was drawn."""
        return self._image

    def show_picture(self, image: QImage, areas: tuple[tuple[QRectF, str], ...]) -> None:
        """Show a picture; areas are in parts of its width and height."""
        self._image, self._areas = image, areas
        self._current = min(self._current, len(areas) - 1)
        self.setAccessibleDescription(" ".join(words for _, words in areas) or tr("Nothing to show."))
        self._fit()
        self.update()

    def area(self, at: int) -> QRectF:
        """Return where an area lies in the widget."""
        part = self._areas[at][0]
        width, height = self.width(), self.height()
        return QRectF(part.x() * width, part.y() * height, part.width() * width, part.height() * height)

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = [at for at in range(len(self._areas)) if self.area(at).contains(event.pos())]
            if found:
                QToolTip.showText(event.globalPos(), tip(self._areas[found[0]][1]), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._areas:
            super().keyPressEvent(event)
            return
        self._current = min(max(self._current + step, 0), len(self._areas) - 1)
        words = self._areas[self._current][1]
        self.setAccessibleName(f"{self._name}. {words}")
        self.told.emit(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        if self.hasFocus() and 0 <= self._current < len(self._areas):
            painter.setPen(QPen(self.palette().accent().color(), 2))
            painter.drawRoundedRect(self.area(self._current).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _fit(self) -> None:
        shape = self._image.size()
        if shape.width():
            self.setFixedHeight(round(self.width() * shape.height() / shape.width()))
