"""The history as rows, newest first, fetched page by page on the work lane."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.errors import Cancelled
from asl_desktop.progress import Progress, Silent
from ui.icons import pixmap
from ui.mirroring import corner, visual
from ui.operations import Handle
from ui.plain import tip, visible
from ui.session import Session
from ui.theme import font, px, tokens
from ui.wording import moment, sentence

if TYPE_CHECKING:
    from asl_desktop.services.history import History, Step
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.past import Wanted

T = TypeVar("T")
STEP_ROLE = Qt.ItemDataRole.UserRole + 1
DAY_ROLE = Qt.ItemDataRole.UserRole + 2
PAGE = 50
_ROW_HEIGHT = 52
_DAY_HEIGHT = 30
_MARKS = {
    "made": ("plus", "accent"),
    "changed": ("pen-line", "muted"),
    "removed": ("x", "danger"),
    "undo": ("undo-2", "warn"),
    "redo": ("redo-2", "accent"),
    "sealed": ("shield-check", "ok"),
}


class HistoryModel(QAbstractListModel):
    """Steps that fit a filter; :meth:`show` begins anew, views fetch more as they are scrolled.

    ``fetched`` follows every page that arrived, ``failed(error)`` a page that could not be read.
    """

    fetched = Signal()
    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._steps: list[Step] = []
        self._source: Iterator[Step] | None = None
        self._watch = _Watch()
        self._handle: Handle[Any] | None = None
        self._run = 0
        self.fetching = False
        self.complete = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rows fetched so far."""
        return tuple(self._steps)

    def show(self, wanted: Callable[[History], Wanted]) -> None:
        """Fetch the newest rows that fit a filter; the old ones stay in view until these are here."""
        watch, pack, inputs = _Watch(), self._session.pack, self._session.inputs

        def _begin(document: Document) -> tuple[Iterator[Step], list[Step]]:
            from asl_desktop.services.history import History
            from asl_desktop.services.record_words import RecordWords

            history = History(document, words=RecordWords(pack, inputs))
            source = history.steps(wanted(history), progress=watch)
            return source, list(itertools.islice(source, PAGE))

        def _arrived(found: tuple[Iterator[Step], list[Step]]) -> None:
            self.beginResetModel()
            self._watch, (self._source, self._steps) = watch, found
            self.complete = len(self._steps) < PAGE
            self.endResetModel()

        self._fetch(watch, _begin, _arrived)

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not (parent.isValid() or self.complete or self.fetching or self._source is None)

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        source = self._source
        if source is None or not self.canFetchMore(parent):
            return

        def _arrived(found: list[Step]) -> None:
            self.complete = len(found) < PAGE
            if found:
                self.beginInsertRows(QModelIndex(), len(self._steps), len(self._steps) + len(found) - 1)
                self._steps += found
                self.endInsertRows()

        self._fetch(self._watch, lambda _: list(itertools.islice(source, PAGE)), _arrived)

    def _fetch(self, watch: _Watch, work: Callable[[Document], T], arrived: Callable[[T], None]) -> None:
        """Run one piece of reading; what an older filter asked for is stopped, or dropped when it comes."""
        self._run += 1
        run, self.fetching = self._run, True
        if self._handle is not None:
            self._handle.cancel()

        def _done(found: T) -> None:
            if run == self._run:
                self.fetching = False
                arrived(found)
                self.fetched.emit()

        def _failed(error: BaseException) -> None:
            if run == self._run:
                self.fetching = False
                if not isinstance(error, Cancelled):
                    self.failed.emit(error)

        def _work(document: Document, progress: Progress) -> T:
            watch.now = progress
            return work(document)

        self._handle = self._session.run_beside(_work, done=_done, failed=_failed)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._steps)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        step = self._steps[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(step.title)
        if role == STEP_ROLE:
            return step
        if role == DAY_ROLE:
            return self._new_day(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return visible(f"{moment(step.at)}, {step.actor}: {step.title}, {step.did}")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{step.title}\n{sentence(step.did)}")
        return None

    def _new_day(self, row: int) -> str:
        """Return the day when a row is the first of it, else nothing."""
        day = _day(self._steps[row])
        return "" if row and _day(self._steps[row - 1]) == day else day


class _Watch:
    """The progress of reading that goes on page by page: of whichever piece of work reads now."""

    def __init__(self) -> None:
        self.now: Progress = Silent()

    def report(self, done: int, total: int, text: str = "") -> None:
        self.now.report(done, total, text)

    def check(self) -> None:
        self.now.check()


class HistoryDelegate(QStyledItemDelegate):
    """Paints one step on two lines, under its day where that is the first one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, px(_ROW_HEIGHT + (_DAY_HEIGHT if index.data(DAY_ROLE) else 0)))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        table, rect = tokens(), QRect(option.rect)
        step: Step = index.data(STEP_ROLE)
        painter.save()
        if day := str(index.data(DAY_ROLE)):
            painter.setFont(font(11, 600))
            painter.setPen(table.color("muted"))
            painter.drawText(
                visual(option, rect.adjusted(px(14), 0, 0, px(_DAY_HEIGHT - 8) - rect.height())),
                Qt.AlignmentFlag.AlignBottom,
                day,
            )
            rect.setTop(rect.top() + px(_DAY_HEIGHT))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
            painter.fillRect(
                visual(option, QRect(rect.x(), rect.y() + 8, 3, rect.height() - 16)), table.color("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        name, role = _MARKS[step.mark]
        painter.drawPixmap(corner(option, rect.x() + px(14), rect.y() + px(9), px(16)), pixmap(name, role, px(16)))
        inner = visual(option, rect.adjusted(px(42), px(7), -px(12), -px(7)))
        _line(painter, inner, visible(step.title), moment(step.at).split(", ")[-1].removesuffix(" UTC"), top=True)
        _line(painter, inner, visible(sentence(step.did)), visible(step.actor), top=False)
        painter.restore()


def _line(painter: QPainter, rect: QRect, words: str, aside: str, *, top: bool) -> None:
    """Paint words on the left and what is aside on the right, which takes a third at most."""
    table = tokens()
    side = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignBottom
    painter.setFont(font(12))
    painter.setPen(table.color("muted"))
    aside = painter.fontMetrics().elidedText(aside, Qt.TextElideMode.ElideRight, rect.width() // 3)
    taken = painter.fontMetrics().horizontalAdvance(aside)
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignRight, aside)
    main: QFont = font(13, 500) if top else font(12)
    painter.setFont(main)
    painter.setPen(table.color("text" if top else "muted"))
    room = rect.width() - taken - 12
    painter.drawText(rect, side, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room))


def _day(step: Step) -> str:
    return moment(step.at).split(", ", maxsplit=1)[0]
