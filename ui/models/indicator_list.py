"""The indicators of the pack as rows, with the state of each margin in words and as its glyph."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.pack import Indicator
from asl_desktop.i18n import ntr, tr
from reports.charts.model import STATUS_LABEL, STATUS_SHAPE
from ui.icons import pixmap
from ui.mirroring import corner, visual
from ui.theme import font, px, tokens
from ui.widgets.margin_painter import colors, draw_glyph

INDICATOR_ROLE = Qt.ItemDataRole.UserRole + 1
STATUS_ROLE = Qt.ItemDataRole.UserRole + 2
WORDS_ROLE = Qt.ItemDataRole.UserRole + 3
ROW_HEIGHT = 46


class IndicatorListModel(QAbstractListModel):
    """Every indicator in pack order; its margin state, or that it is only watched."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Indicator, ...] = ()
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Show the indicators of this snapshot."""
        if snapshot.pack.indicators == self._rows:
            self._snapshot = snapshot
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
            return
        self.beginResetModel()
        self._rows, self._snapshot = snapshot.pack.indicators, snapshot
        self.endResetModel()

    def row_of(self, indicator_id: str) -> int:
        """Return the row of an indicator, -1 when it is not in the pack."""
        return next((at for at, item in enumerate(self._rows) if item.id == indicator_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or self._snapshot is None:
            return None
        indicator = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return indicator.title
        if role == INDICATOR_ROLE:
            return indicator.id
        if role == STATUS_ROLE:
            margin = self._snapshot.determination.margin_by_indicator.get(indicator.id)
            return margin.state if margin else ""
        if role == WORDS_ROLE:
            return self._words(indicator)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{indicator.title}, {self._words(indicator)}"
        return None

    def _words(self, indicator: Indicator) -> str:
        assert self._snapshot is not None
        held = self._snapshot.inputs.measurements_by_indicator.get(indicator.id, ())
        count, pending = len(held), sum(1 for item in held if item.carried_from)
        on_file = ntr("{count} result", "{count} results", count).format(count=count) if count else tr("no result")
        if pending:
            on_file = tr("{on_file}, {pending} to confirm").format(on_file=on_file, pending=pending)
        margin = self._snapshot.determination.margin_by_indicator.get(indicator.id)
        return (
            f"{tr(STATUS_LABEL[margin.state])}, {on_file}"
            if margin
            else tr("Watched, {on_file}").format(on_file=on_file)
        )


class IndicatorDelegate(QStyledItemDelegate):
    """Paints one row: status glyph, title, and the state in words below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        table = tokens()
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
            painter.fillRect(
                visual(option, QRect(rect.x(), rect.y() + 8, 3, rect.height() - 16)), table.color("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        status = str(index.data(STATUS_ROLE))
        if status:
            x = corner(option, rect.x() + px(20), rect.y() + px(16), 1).x()
            color = QColor(colors().status[status])  # type: ignore[index]
            draw_glyph(painter, STATUS_SHAPE[status], x, rect.y() + px(16), color)  # type: ignore[index]
        else:
            painter.drawPixmap(
                corner(option, rect.x() + px(12), rect.y() + px(8), px(16)), pixmap("eye", "muted", px(16))
            )
        inner = visual(option, rect.adjusted(px(36), px(6), -px(10), -px(6)))
        painter.setFont(font(13, 500))
        painter.setPen(table.color("text"))
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(font(12))
        painter.setPen(table.color("muted"))
        words = painter.fontMetrics().elidedText(
            str(index.data(WORDS_ROLE)), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, words)
        painter.restore()
