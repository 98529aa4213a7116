"""The questions of a domain as rows: id, text, and what is on record, in words."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.pack import Question
from asl_desktop.domain.wording import ANSWER_STATE_WORDS
from ui.counting import asked, is_done, lacks
from ui.icons import pixmap
from ui.theme import font, tokens

QUESTION_ROLE = Qt.ItemDataRole.UserRole + 1
STATE_ROLE = Qt.ItemDataRole.UserRole + 2
ICON_ROLE = Qt.ItemDataRole.UserRole + 3
ROW_HEIGHT = 46


class QuestionListModel(QAbstractListModel):
    """Asked questions in pack order; replaced whole by :meth:`show`, which keeps the rows that did not change."""

    def __init__(self) -> None:
        super().__init__()
        self._questions: tuple[Question, ...] = ()
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot, domain: str) -> None:
        """Show the questions of one domain, or of all when it is empty."""
        questions = asked(snapshot, domain)
        if questions == self._questions:
            self._snapshot = snapshot
            if questions:
                self.dataChanged.emit(self.index(0), self.index(len(questions) - 1))
            return
        self.beginResetModel()
        self._questions, self._snapshot = questions, snapshot
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._questions)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or self._snapshot is None:
            return None
        question = self._questions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{question.id}  {question.text}"
        if role == QUESTION_ROLE:
            return question.id
        if role == STATE_ROLE:
            return self._state(question)[0]
        if role == ICON_ROLE:
            return self._state(question)[1]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{question.id}, {question.text}, {self._state(question)[0]}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return None
        return None

    def _state(self, question: Question) -> tuple[str, tuple[str, str]]:
        assert self._snapshot is not None
        inputs = self._snapshot.inputs
        answer = inputs.answer_by_question.get(question.id)
        if answer is None or answer.state == "unanswered":
            return "not answered", ("circle", "muted")
        if answer.state == "answered" and not is_done(question, answer):
            return "partly answered", ("circle-dot", "warn")
        if lacks(question, inputs):
            return lacks(question, inputs).rstrip("."), ("triangle-alert", "warn")
        words = ANSWER_STATE_WORDS[answer.state]
        if answer.state == "not_applicable" and not answer.confirmed_by:
            words = "not applicable, not confirmed yet"
        icon = ("circle-check", "ok") if is_done(question, answer) else ("circle-help", "warn")
        return f"{words}, marked for review" if answer.marked_for_review else words, icon


def filtered(model: QuestionListModel) -> QSortFilterProxyModel:
    """Return a filter over id and text."""
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(model)
    proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return proxy


class QuestionDelegate(QStyledItemDelegate):
    """Paints one row: state icon, id and text on one line, state in words below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        table = tokens()
        rect = option.rect
        painter.save()
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        name, role = index.data(ICON_ROLE)
        painter.drawPixmap(rect.x() + 12, rect.y() + 14, pixmap(name, role, 18))
        inner = rect.adjusted(42, 6, -12, -6)
        painter.setFont(font(13, 500))
        painter.setPen(table.color("text"))
        line = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop, line)
        painter.setFont(font(12))
        painter.setPen(table.color("muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, str(index.data(STATE_ROLE)))
        painter.restore()
