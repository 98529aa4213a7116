"""Shows a piece of evidence in the window: only pixels, plain text and cells that the preview process handed back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import Cancelled
from asl_desktop.i18n import tr
from ui.models.evidence_list import suffix_of
from ui.operations import Handle
from ui.plain import visible
from ui.preview.protocol import Kind, Request, Shown
from ui.preview.sentences import notes_of, refusal_of
from ui.session import Session, cause_of
from ui.theme import font, set_role
from ui.widgets.parts import IconLabel, announce, button, column, label, row, tool_button

_SETTLE_MS = 120
"""Somebody who runs through the list with the arrow keys starts no process for each row."""
_PATIENCE_MS = 300
_ZOOMS = (1.0, 1.5, 2.0, 3.0)
_LEAST_WIDTH, _MOST_WIDTH = 320, 4000
_GUTTER = 32
_EMPTY, _PICTURE, _TEXT, _TABLE, _REFUSED, _BUSY = range(6)


class Cells(QAbstractTableModel):
    """Rows of text; the first one names the columns."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, ...], ...] = ()

    def show(self, rows: tuple[tuple[str, ...], ...]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else max(0, len(self._rows) - 1)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else max(map(len, self._rows), default=0)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        cells = self._rows[index.row() + 1]
        return cells[index.column()] if index.column() < len(cells) else ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole or orientation == Qt.Orientation.Vertical:
            return None
        return self._rows[0][section] if self._rows and section < len(self._rows[0]) else ""


class PreviewPane(QWidget):
    """One piece of evidence at a time, page by page; nothing is opened while nobody can see it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._item: EvidenceItem | None = None
        self._handle: Handle[Any] | None = None
        self._page, self._pages, self._zoom = 0, 1, 0
        self._due = False
        self.shown: Shown | None = None
        self._settle = self._timer(_SETTLE_MS, self._open)
        self._patience = self._timer(_PATIENCE_MS, self._say_busy)
        self.picture, self.text, self.table, self.cells = QLabel(), QPlainTextEdit(), QTableView(), Cells()
        self.refusal = label("", wrap=True, selectable=True)
        self._advice = label(tr("Save a copy, or open it elsewhere, where you trust its source."), "muted", wrap=True)
        self.notes = label("", "muted", wrap=True)
        self._count = label("", "muted")
        self._back = tool_button("chevron-left", tr("Previous page (Ctrl+Page Up)"), lambda: self.turn(-1))
        self._on = tool_button("chevron-right", tr("Next page (Ctrl+Page Down)"), lambda: self.turn(1))
        self._smaller = button(tr("Smaller"), lambda: self._scale(-1), role="toggle")
        self._larger = button(tr("Larger"), lambda: self._scale(1), role="toggle")
        self.words = button(tr("Words of the page"), role="toggle")
        self.words.setCheckable(True)
        self.words.clicked.connect(lambda _: self._open())
        self._lay_out()

    def show_item(self, item: EvidenceItem | None) -> None:
        """Show another piece of evidence from its first page, or none."""
        if item is not None and self._item is not None and item.sha256 == self._item.sha256:
            return
        self.stop()
        self._item, self._page, self._pages, self._zoom, self.shown = item, 0, 1, 0, None
        self.words.setChecked(False)
        self._stack.setCurrentIndex(_EMPTY)
        self._tools.setVisible(False)
        self.notes.hide()
        self._due = item is not None
        if self._due and self.isVisible():
            self._settle.start()

    def turn(self, by: int) -> None:
        """Go to another page."""
        if 0 <= self._page + by < self._pages:
            self._page += by
            self._open()

    def stop(self) -> None:
        """Stop opening what is being opened; its process is killed."""
        self._settle.stop()
        self._patience.stop()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._due:
            self._settle.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._due = self._due or self._handle is not None
        self.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the page anew for another width; what is drawn larger on purpose stays."""
        super().resizeEvent(event)
        drawn = self.shown is not None and self.shown.kind is Kind.PICTURE
        if drawn and self._zoom == 0 and event.size().width() != event.oldSize().width():
            self._settle.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.turn(step)
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        """Start a process for the page at hand."""
        from ui.preview.running import preview

        item = self._item
        if item is None:
            return
        self.stop()
        self._due = False
        request = Request(
            suffix=suffix_of(item.name), page=self._page, width=self._width(), words=self.words.isChecked()
        )
        self._patience.start()
        self._handle = handle = self._session.run_beside(
            lambda document, progress: preview(
                document, item.sha256, size=item.size, request=request, progress=progress
            ),
            done=lambda shown: self._on_shown(handle, shown),
            failed=lambda error: self._on_failed(handle, error),
            lane="preview",
        )

    def _on_shown(self, handle: Handle[Any], shown: Shown) -> None:
        if handle is not self._handle or self._item is None:
            return
        self._handle = None
        self._patience.stop()
        self.shown = shown
        name = visible(self._item.name)
        if shown.kind is Kind.REFUSED:
            self._refuse(refusal_of(shown))
            return
        self._page, self._pages = shown.page, max(shown.pages, 1)
        place = (
            tr("page {page} of {pages} of {name}").format(page=self._page + 1, pages=self._pages, name=name)
            if self._pages > 1
            else name
        )
        if shown.kind is Kind.PICTURE:
            self._show_picture(shown, place)
        elif shown.kind is Kind.TEXT:
            self.text.setPlainText(shown.text)
            self.text.setAccessibleName(tr("Text, {place}").format(place=place))
            self._stack.setCurrentIndex(_TEXT)
        else:
            self.cells.show(shown.rows)
            self.table.resizeColumnsToContents()
            self.table.setAccessibleName(tr("Table, {place}").format(place=place))
            self._stack.setCurrentIndex(_TABLE)
        self._show_tools(shown)
        announce(self, tr("Preview of {place}").format(place=place))

    def _show_picture(self, shown: Shown, place: str) -> None:
        ratio = self.devicePixelRatioF()
        image = QImage(shown.body, shown.width, shown.height, shown.width * 3, QImage.Format.Format_RGB888)
        pixels = QPixmap.fromImage(image)
        pixels.setDevicePixelRatio(ratio)
        self.picture.setPixmap(pixels)
        self.picture.setAccessibleName(tr("Picture, {place}").format(place=place))
        self._area.setAccessibleName(tr("Picture, {place}").format(place=place))
        self._stack.setCurrentIndex(_PICTURE)
        self._area.verticalScrollBar().setValue(0)

    def _show_tools(self, shown: Shown) -> None:
        drawn = shown.kind is Kind.PICTURE
        several = self._pages > 1
        self._count.setText(tr("Page {page} of {pages}").format(page=self._page + 1, pages=self._pages))
        for widget in (self._count, self._back, self._on):
            widget.setVisible(several)
        self._back.setEnabled(self._page > 0)
        self._on.setEnabled(self._page + 1 < self._pages)
        is_pdf = self._item is not None and suffix_of(self._item.name) == "pdf"
        self.words.setVisible(is_pdf)
        for sizer, enabled in ((self._smaller, self._zoom > 0), (self._larger, self._zoom + 1 < len(_ZOOMS))):
            sizer.setVisible(drawn)
            sizer.setEnabled(enabled)
        self._tools.setVisible(drawn or several or is_pdf)
        said = notes_of(shown)
        self.notes.setText(said)
        self.notes.setVisible(bool(said))

    def _on_failed(self, handle: Handle[Any], error: BaseException) -> None:
        if handle is not self._handle or isinstance(error, Cancelled):
            return
        self._handle = None
        self._patience.stop()
        self._refuse(cause_of(error))

    def _refuse(self, text: str) -> None:
        self.refusal.setText(text)
        self._stack.setCurrentIndex(_REFUSED)
        self._tools.setVisible(False)
        self.notes.hide()
        announce(self, tr("No preview. {text}").format(text=text))

    def _say_busy(self) -> None:
        if self._handle is not None and self.shown is None:
            self._stack.setCurrentIndex(_BUSY)

    def _scale(self, by: int) -> None:
        self._zoom = min(max(self._zoom + by, 0), len(_ZOOMS) - 1)
        self._open()

    def _width(self) -> int:
        wide = (self._stack.width() - _GUTTER) * self.devicePixelRatioF() * _ZOOMS[self._zoom]
        return round(min(max(wide, _LEAST_WIDTH), _MOST_WIDTH))

    def _timer(self, milliseconds: int, call: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        return timer

    def _lay_out(self) -> None:
        self.text.setReadOnly(True)
        set_role(self.text, role="reading")
        self.text.setFont(font(12))
        self.text.setAccessibleName(tr("Text of the evidence"))
        self.text.setTabChangesFocus(True)
        self.table.setModel(self.cells)
        self.table.setAccessibleName(tr("Table of the evidence"))
        self.table.verticalHeader().hide()
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setMaximumSectionSize(320)
        self.table.setWordWrap(False)
        self._area = QScrollArea()
        self._area.setWidget(self.picture)
        self._area.setWidgetResizable(True)
        set_role(self._area, role="paper")
        self._area.viewport().setAutoFillBackground(False)
        self.picture.setContentsMargins(8, 8, 8, 8)
        self._area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        pages = (QWidget(), self._area, self.text, self.table, self._make_refusal(), self._make_busy())
        for page in pages:
            self._stack.addWidget(page)
        self._tools = QWidget()
        tools = row(self._back, self._count, self._on, 1, self.words, self._smaller, self._larger, spacing=6)
        self._tools.setLayout(tools)
        self._tools.setVisible(False)
        self.notes.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._tools)
        layout.addWidget(self.notes)
        layout.addWidget(self._stack, 1)

    def _make_refusal(self) -> QWidget:
        holder = QWidget()
        words = column(label(tr("No preview"), "strong"), self.refusal, self._advice, spacing=4)
        line = row(spacing=12)
        line.addWidget(IconLabel("eye-off", "muted", 20), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        body = column(line)
        body.addStretch(1)
        body.setContentsMargins(0, 12, 0, 0)
        holder.setLayout(body)
        return holder

    def _make_busy(self) -> QWidget:
        holder = QWidget()
        body = column(label(tr("Opening it in a process of its own, which is stopped after some seconds."), "muted"))
        body.addStretch(1)
        body.setContentsMargins(0, 12, 0, 0)
        holder.setLayout(body)
        return holder
