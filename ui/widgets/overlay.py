"""A box that floats over the window: a line to type in, and rows that follow what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.i18n import isolate, tr
from ui.mirroring import visual
from ui.plain import masked, visible
from ui.theme import font, px, set_role, tokens
from ui.widgets.parts import announce, label

_ROW = Qt.ItemDataRole.UserRole + 1
_AROUND = 64  # field and margins
_LINE, _TWO_LINES, _HEADING = 32, 52, 28
_WIDTH, _HIGHEST = 680, 460
_KIND = 92
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a box.

    Attributes:
        kind: the muted word on the left.
        text: the line itself; all of it is shown literally.
        key: what stands on the right, such as a shortcut.
        note: a second line, with ``marks`` (start, length) set off in it.
        payload: what is handed over when the row is taken; None for a heading, which cannot be.
    """

    kind: str
    text: str
    key: str = ""
    note: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    payload: object = field(default=None)

    def spoken(self) -> str:
        """Return what a screen reader says."""
        return ", ".join(part for part in (self.kind, self.text, self.note, self.key) if part)


class Overlay(QFrame):
    """Base of the boxes. A subclass says in :meth:`rows` what is found and in :meth:`take` what to do with it."""

    def __init__(self, host: QWidget, prompt: str) -> None:
        super().__init__(host)
        self._host = host
        self._came_from: QWidget | None = None
        set_role(self, role="card")
        self.setAccessibleName(prompt)
        self.field = QLineEdit()
        self.field.setAccessibleName(prompt)
        self.field.setAccessibleDescription(tr("Up and Down choose, Enter takes what is chosen, Escape closes"))
        self.field.setPlaceholderText(prompt)
        self.field.textChanged.connect(self.show_rows)
        self.field.returnPressed.connect(lambda: self._on_taken(self.results.currentItem()))
        self.field.installEventFilter(self)
        self.results: QListWidget = QListWidget()
        self.results.setAccessibleName(tr("What was found"))
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setFrameShape(QFrame.Shape.NoFrame)
        self.results.setStyleSheet("QListWidget { border: 0; border-radius: 0; }")
        self.results.setItemDelegate(RowDelegate(self.results))
        self.results.itemClicked.connect(self._on_taken)
        self.results.currentItemChanged.connect(self._on_current)
        self.words = label("", "muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        for widget in (self.field, self.results, self.words):
            layout.addWidget(widget)
        self.hide()

    def rows(self, text: str) -> Sequence[Row]:
        """Return what is found for the text that stands in the field."""
        raise NotImplementedError

    def said(self, text: str, found: Sequence[Row]) -> str:
        """Return the sentence below the rows, or nothing."""
        return "" if found else tr("Nothing found for {strip}.").format(strip=text.strip())

    def take(self, payload: object) -> None:
        """Do what the person chose; the box is closed by then."""
        raise NotImplementedError

    def appear(self) -> None:
        """Show the box near the top of its host, empty and ready for typing."""
        focused = cast("QWidget | None", self.window().focusWidget())  # none when nothing has the focus
        self._came_from = focused if focused is not None and not self.isAncestorOf(focused) else self._came_from
        width = min(px(_WIDTH), self._host.width() - 32)
        self.setGeometry((self._host.width() - width) // 2, 8, width, self._most())
        self.field.clear()
        self.show_rows("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_box(self) -> None:
        """Hide the box; the focus goes back to where it was."""
        self.hide()
        (self._origin() or self._host).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_rows(self, text: str) -> None:
        """Show what is found for a text."""
        found = self.rows(text)
        self.results.clear()
        for row in found:
            item = QListWidgetItem(row.text)
            item.setData(_ROW, row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, row.spoken())
            if row.payload is None:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.results.addItem(item)
        self._move(1, start=-1)
        words = self.said(text, found)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_box()
                return True
            if event.key() in _MOVES:
                step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()), 8)
                self._move(step, start=self.results.currentRow())
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.results.underMouse():
            self.hide()
        return super().eventFilter(watched, event)

    def _move(self, step: int, *, start: int) -> None:
        """Go by so many rows, over headings, and stay inside."""
        last = self.results.count() - 1
        target = max(0, min(last, start + step))
        way = 1 if step > 0 else -1
        for candidate in (
            *range(target, last + 1 if way > 0 else -1, way),
            *range(target, -1 if way > 0 else last + 1, -way),
        ):
            item = cast("QListWidgetItem | None", self.results.item(candidate))
            if item is not None and item.data(_ROW).payload is not None:
                self.results.setCurrentRow(candidate)
                return

    def _most(self) -> int:
        return min(px(_HIGHEST), self._host.height() - 16)

    def _fit(self) -> None:
        """Be as tall as what was found, up to the most there is room for."""
        rows = sum(self.results.sizeHintForRow(at) for at in range(self.results.count()))
        self.results.setVisible(rows > 0)
        words = px(28) if self.words.text() else 0
        self.resize(self.width(), min(self._most(), rows + px(_AROUND) + words))

    def _origin(self) -> QWidget | None:
        """Return the widget that had the focus, if it is still there."""
        candidate = self._came_from
        found = self.window().findChildren(QWidget) if candidate is not None else []
        return candidate if candidate in found and candidate.isVisible() else None

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None and self.isVisible():
            announce(self.results, item.data(_ROW).spoken())

    def _on_taken(self, item: QListWidgetItem | None) -> None:
        row: Row | None = item.data(_ROW) if item is not None else None
        if row is not None and row.payload is not None:
            self.close_box()
            self.take(row.payload)


class RowDelegate(QStyledItemDelegate):
    """Paints a :class:`Row`; nothing in it is ever taken for markup."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row: Row = index.data(_ROW)
        height = _HEADING if row.payload is None else _TWO_LINES if row.note else _LINE
        return QSize(40, px(height))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(_ROW)
        rect: QRect = option.rect.adjusted(8, 0, -8, 0)
        painter.save()
        if row.payload is None:
            _write(painter, rect.adjusted(0, 0, 0, -4), row.text, font(11, 600), "muted", bottom=True)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens().color("accent_soft"))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 4, 4)
            painter.setBrush(tokens().color("accent"))
            whole = option.rect
            painter.drawRect(visual(option, QRect(whole.x(), whole.y() + 5, 2, whole.height() - 10)))
        first = QRect(rect.x(), rect.y(), rect.width(), px(_LINE if not row.note else 28))
        if row.kind:
            kind = QRect(first.x(), first.y(), px(_KIND), first.height())
            _write(painter, visual(option, kind), row.kind, font(12), "muted")
        taken = _key(painter, option, first, row.key) if row.key else 0
        body = first.adjusted(px(_KIND) if row.kind else 0, 0, -taken, 0)
        _write(painter, visual(option, body), row.text, font(13), "text")
        if row.note:
            note = QRect(body.x(), first.bottom() - px(2), rect.right() - body.x(), px(22))
            draw_marked(painter, visual(option, note), row.note, row.marks)
        painter.restore()


def draw_marked(painter: QPainter, rect: QRect, text: str, marks: Sequence[tuple[int, int]]) -> None:
    """Draw one line of text with places (start, length) set off by weight and ground, cut where room ends."""
    painter.setFont(font(12))
    text = masked(text)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    end = len(text) if shown == text else max(0, len(shown) - 1)
    layout = QTextLayout(shown, font(12))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    formats = [_format(*_units(shown, 0, len(shown)), marked=False)]
    formats += [
        _format(*_units(text, start, min(length, end - start)), marked=True) for start, length in marks if start < end
    ]
    layout.setFormats(formats)
    layout.beginLayout()
    layout.createLine().setLineWidth(1e6)
    layout.endLayout()
    painter.save()
    painter.setClipRect(rect)
    layout.draw(painter, QPoint(rect.x(), rect.y() + (rect.height() - round(layout.boundingRect().height())) // 2))
    painter.restore()


def _units(text: str, start: int, length: int) -> tuple[int, int]:
    """Return a place in characters as Qt counts it, in units of UTF-16."""
    before = len(text[:start].encode("utf-16-le", "surrogatepass")) // 2
    return before, len(text[start : start + length].encode("utf-16-le", "surrogatepass")) // 2


def _format(start: int, length: int, *, marked: bool) -> QTextLayout.FormatRange:
    shape = QTextCharFormat()
    shape.setForeground(tokens().color("text" if marked else "muted"))
    if marked:
        shape.setFontWeight(QFont.Weight.DemiBold)
        shape.setFontUnderline(True)
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, length, shape
    return found


def _key(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str) -> int:
    """Draw a key at the end of a row; return how much room it took."""
    painter.setFont(font(12, 500))
    text = isolate(text)
    width = painter.fontMetrics().horizontalAdvance(text) + px(4)
    place = QRect(rect.right() - width, rect.y(), width, rect.height())
    _write(painter, visual(option, place), text, font(12, 500), "muted")
    return width + px(12)


def _write(painter: QPainter, rect: QRect, text: str, face: QFont, role: str, *, bottom: bool = False) -> None:
    painter.setFont(face)
    painter.setPen(tokens().color(role))
    shown = painter.fontMetrics().elidedText(visible(text), Qt.TextElideMode.ElideRight, rect.width())
    upright = Qt.AlignmentFlag.AlignBottom if bottom else Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, int(upright | Qt.AlignmentFlag.AlignLeft), shown)
