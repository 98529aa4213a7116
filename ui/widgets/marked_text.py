"""Prose with its few marks shown: bold, italics, lists. Made of characters and formats, never of HTML."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from asl_desktop.domain.light_marks import Line, is_marked, lines_of
from asl_desktop.i18n import tr
from ui.plain import masked
from ui.theme import font, px, tokens
from ui.widgets.parts import column

_STEP = 18
_GAP = 3


class MarkedText(QWidget):
    """Shows a text as it will be read; takes no focus and is read out as plain words."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._lines: tuple[Line, ...] = ()

    def show_text(self, text: str) -> None:
        """Show this text."""
        self._lines = lines_of(text)
        words = "\n".join(f"{line.sign} {_words(line)}".strip() for line in self._lines)
        self.setAccessibleName(tr("As it will be read"))
        self.setAccessibleDescription(words)
        self._fit()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return sum(height for _, _, height in self._laid_out(width))

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(max(self.width(), 320)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(tokens().color("text"))
        y = 0.0
        for line, layout, height in self._laid_out(self.width()):
            if line.sign:
                painter.setFont(font(13))
                baseline = y + QFontMetrics(font(13)).ascent()
                painter.drawText(line.depth * px(_STEP), round(baseline), line.sign)
            layout.draw(painter, QPointF(_indent(line), y))
            y += height

    def _fit(self) -> None:
        height = self.heightForWidth(self.width())
        if height != self.height():
            self.setFixedHeight(height)

    def _laid_out(self, width: int) -> list[tuple[Line, QTextLayout, int]]:
        found = []
        for line in self._lines:
            layout = _layout(line)
            layout.beginLayout()
            height = 0.0
            while (piece := layout.createLine()).isValid():
                piece.setLineWidth(max(width - _indent(line), 40))
                piece.setPosition(QPointF(0, height))
                height += piece.height()
            layout.endLayout()
            found.append((line, layout, round(height) + _GAP))
        return found


class Reading(MarkedText):
    """Shows below a box how what stands in it will be read, once nobody types there, and only where that differs."""

    def __init__(self, box: QPlainTextEdit) -> None:
        super().__init__()
        self._box = box
        box.installEventFilter(self)
        box.document().contentsChanged.connect(self._on_changed)
        self._look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._look()
        return super().eventFilter(watched, event)

    def _on_changed(self) -> None:
        shown_by_us = self._box.signalsBlocked()
        if shown_by_us or not self._box.hasFocus():
            self._look()

    def _look(self) -> None:
        text = self._box.toPlainText()
        marked = is_marked(text)
        if marked:
            self.show_text(text)
        self.setVisible(marked)


def with_reading(box: QPlainTextEdit) -> QVBoxLayout:
    """Return a box for prose with what stands in it, as it will be read, below."""
    return column(box, Reading(box), spacing=4)


def _layout(line: Line) -> QTextLayout:
    layout = QTextLayout(masked(_words(line)), font(13))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    at, formats = 0, []
    for span in line.spans:
        look = QTextCharFormat()
        if span.bold:
            look.setFontWeight(QFont.Weight.DemiBold)
        look.setFontItalic(span.italic)
        piece = QTextLayout.FormatRange()
        piece.start, piece.length, piece.format = at, _units(span.text), look
        formats.append(piece)
        at += piece.length
    layout.setFormats(formats)
    return layout


def _units(text: str) -> int:
    """Return the length of a text as Qt counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _words(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def _indent(line: Line) -> int:
    return (line.depth + 1) * px(_STEP) if line.sign else 0
