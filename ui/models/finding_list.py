"""The findings of the pre-flight check as rows under the rule that found them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.i18n import mark, tr
from ui.icons import pixmap
from ui.mirroring import corner, visual
from ui.plain import tip, visible
from ui.theme import font, px, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.services.preflight import Finding, Preflight, Rule, Severity
    from ui.widgets.parts import Tone

FINDING_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_HEIGHT = 60
ROW_HEIGHT = 34
_TARGET_WIDTH = 150
MARK: Mapping[Severity, tuple[str, Tone]] = {
    "error": ("octagon-alert", "danger"),
    "warning": ("triangle-alert", "warn"),
    "note": ("info", "accent"),
}
SEVERITY_WORD: Mapping[Severity, str] = {"error": mark("Error"), "warning": mark("Warning"), "note": mark("Note")}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line: a rule with the number of its findings, or (with ``finding``) one of them."""

    rule: Rule
    count: int
    finding: Finding | None = None


class FindingListModel(QAbstractListModel):
    """Findings of all severities or of one; headings cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[FindingRow, ...] = ()

    def show(self, found: Preflight, severity: Severity | None) -> bool:
        """Show the findings of a severity, None for all; True when the rows are others than before."""
        rows: list[FindingRow] = []
        for rule, items in found.groups:
            if severity in {None, rule.severity}:
                rows.append(FindingRow(rule, len(items)))
                rows.extend(FindingRow(rule, len(items), item) for item in items)
        if tuple(rows) == self.rows:
            return False
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()
        return True

    def row_of(self, finding: Finding | None) -> int:
        """Return the line of a finding, that of the first one when it is not there any more, -1 when there is none."""
        found = [at for at, row in enumerate(self.rows) if row.finding is not None]
        same = [at for at in found if self.rows[at].finding == finding]
        return (same or found or [-1])[0]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].finding is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == FINDING_ROLE:
            return row
        heading = f"{tr(row.rule.title)} ({row.count})"
        if role == Qt.ItemDataRole.DisplayRole:
            return heading if row.finding is None else visible(row.finding.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            word = tr(SEVERITY_WORD[row.rule.severity])
            text = tr(row.rule.title) if row.finding is None else visible(row.finding.text)
            return f"{word}. {text}" if row.finding is None else f"{word}. {tr(row.rule.title)}: {text}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return tr(row.rule.why)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(row.finding.text if row.finding is not None else tr(row.rule.why))
        return None


class FindingDelegate(QStyledItemDelegate):
    """Paints a rule with why it matters, or a finding with the id of what it is about."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row: FindingRow = index.data(FINDING_ROLE)
        return QSize(120, px(HEADING_HEIGHT if row.finding is None else ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: FindingRow = index.data(FINDING_ROLE)
        painter.save()
        if row.finding is None:
            self._paint_rule(painter, option, row)
        else:
            self._paint_finding(painter, option, row.finding)
        painter.restore()

    def _paint_rule(self, painter: QPainter, option: QStyleOptionViewItem, row: FindingRow) -> None:
        table, rect = tokens(), option.rect
        name, tone = MARK[row.rule.severity]
        painter.drawPixmap(
            corner(option, rect.x() + px(12), rect.y() + px(15), px(18)), pixmap(name, tone or "muted", px(18))
        )
        inner = visual(option, rect.adjusted(px(40), px(14), -px(12), -px(8)))
        painter.setFont(font(13, 600))
        painter.setPen(table.color("text"))
        word = tr(SEVERITY_WORD[row.rule.severity])
        _draw(painter, inner, f"{word} \u00b7 {tr(row.rule.title)} \u00b7 {row.count}", Qt.AlignmentFlag.AlignTop)
        painter.setFont(font(12))
        painter.setPen(table.color("muted"))
        _draw(painter, inner, tr(row.rule.why), Qt.AlignmentFlag.AlignBottom)

    def _paint_finding(self, painter: QPainter, option: QStyleOptionViewItem, finding: Finding) -> None:
        table, rect = tokens(), option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
            painter.fillRect(
                visual(option, QRect(rect.x(), rect.y() + 6, 3, rect.height() - 12)), table.color("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(12))
        painter.setPen(table.color("muted"))
        item = finding.target.partition(":")[2] or finding.target
        shown = item[:8] if finding.target.startswith("evidence:") else item.replace("_", " ")
        room = min(px(_TARGET_WIDTH), painter.fontMetrics().horizontalAdvance(shown) + 1)
        place = QRect(rect.right() - px(12) - room, rect.y(), room, rect.height())
        _draw(painter, visual(option, place), shown, middle | Qt.AlignmentFlag.AlignRight)
        painter.setFont(font(13))
        painter.setPen(table.color("text"))
        said = visual(option, rect.adjusted(px(40), 0, -px(24) - room, 0))
        _draw(painter, said, visible(finding.text), middle)


def _draw(painter: QPainter, rect: QRect, text: str, flags: Qt.AlignmentFlag) -> None:
    """Draw one line, cut with dots where it is too long."""
    painter.drawText(rect, flags, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width()))
