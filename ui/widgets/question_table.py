"""The table view of the questions: filters, sorting, simple answers given in place."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Value
from asl_desktop.domain.pack import Part
from asl_desktop.domain.wording import day
from asl_desktop.i18n import tr
from ui.forms.choices import choices_of
from ui.forms.fields import NumberField, read_day, read_number
from ui.icons import square
from ui.models.question_table import (
    ANSWER,
    CHANGED,
    CONFIDENCE,
    EARLIER,
    EVIDENCE,
    ID,
    PART_ROLE,
    QUESTION_ROLE,
    REVIEW,
    STATE,
    TEXT,
    QuestionFilter,
    QuestionTableModel,
)
from ui.theme import px
from ui.widgets.answer_form import CalmCombo
from ui.widgets.elided import ElidedBox
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import announce, label

ROW_HEIGHT = 36
_WIDTHS = {ID: 80, ANSWER: 170, STATE: 180, CONFIDENCE: 92, EVIDENCE: 76, REVIEW: 70, CHANGED: 96, EARLIER: 170}
_LEAVE_OUT = ((CHANGED, 1100), (CONFIDENCE, 1000), (REVIEW, 860), (EVIDENCE, 720), (EARLIER, 640))
"""Narrower than this the column steps aside; what it says is on the card."""
_NARROW, _LEAST = 560, 90
"""Narrower than the first, no column but the question's takes more than the second."""
_Index = QModelIndex | QPersistentModelIndex


class QuestionTable(QWidget):
    """``opened(question id)`` follows Enter or a double click; ``answered(question id, value)`` an answer in place."""

    opened = Signal(str)
    answered = Signal(str, object)
    domain_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._grown = (0, False)
        self.model = QuestionTableModel()
        self.proxy = QuestionFilter(self.model)
        for held in (self.proxy, self.model):
            held.setParent(self)
        self.view = _View()
        self.words = QLineEdit()
        self.domains = CalmCombo()
        self.only = CalmCombo()
        self.problem = label("", "error", wrap=True)
        self.count = label("", "muted")
        self._has_earlier = False
        self._lay_out()
        self.model.answered.connect(self.answered)
        self.view.opened.connect(self.opened)
        self.words.textChanged.connect(self._on_words)
        self.words.returnPressed.connect(self._on_entered)
        self.only.activated.connect(self._on_only)
        self.domains.activated.connect(lambda _: self.domain_chosen.emit(self.domains.currentData()))
        self.show_earlier({})

    def show_snapshot(self, snapshot: Snapshot, domain: str) -> None:
        """Show the questions of a domain, or of all when it is empty; selection and scroll position stay."""
        if not self.domains.count():
            self.domains.addItem(tr("All domains"), "")
            for item in snapshot.pack.domains:
                self.domains.addItem(item.title, item.id)
        self.domains.setCurrentIndex(max(self.domains.findData(domain), 0))
        self.model.show(snapshot, domain)
        self._tell()

    def show_earlier(self, answers: dict[str, tuple[str, bool]]) -> None:
        """Show the column of earlier answers, or hide it when there are none."""
        self._has_earlier = bool(answers)
        self.model.show_earlier(answers)
        self._fit()

    def show_only(self, at: int) -> None:
        """Choose a filter by its place in :attr:`QuestionFilter.FILTERS`."""
        self.only.setCurrentIndex(at)
        self._on_only(at)

    def select(self, question_id: str) -> None:
        """Bring the row of a question into view and choose it; the first row when it is not there."""
        at = self.model.row_of(question_id)
        index = self.proxy.mapFromSource(self.model.index(at, ANSWER)) if at >= 0 else QModelIndex()
        if not index.isValid():
            index = self.proxy.index(0, ANSWER)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def refuse(self, words: str) -> None:
        """Say why what was typed into a cell was not recorded; nothing clears it."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        if words:
            announce(self, words)

    def pick(self, number: int) -> None:
        """Answer the row at hand with the option of this number, counted from 1."""
        index = self.view.currentIndex()
        part = index.siblingAtColumn(ANSWER).data(PART_ROLE)
        choices = choices_of(part) if isinstance(part, Part) else ()
        if 1 <= number <= len(choices):
            self.proxy.setData(index.siblingAtColumn(ANSWER), choices[number - 1][0])

    def focus(self) -> None:
        """Put the cursor into the table."""
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        for column, below in _LEAVE_OUT:
            absent = column == EARLIER and not self._has_earlier
            self.view.setColumnHidden(column, absent or self.width() < px(below))
        narrow = self.width() < px(_NARROW)
        if self._grown != (px(100), narrow):
            self._grown = (px(100), narrow)
            self.view.verticalHeader().setDefaultSectionSize(px(ROW_HEIGHT))
            self.view.setIconSize(square(px(16)))
            for column, width in _WIDTHS.items():
                self.view.setColumnWidth(column, px(min(width, _LEAST) if narrow else width))

    def _tell(self) -> None:
        shown, held = self.proxy.rowCount(), self.model.rowCount()
        text = (
            tr("{held} questions").format(held=held)
            if shown == held
            else tr("{shown} of {held} questions").format(shown=shown, held=held)
        )
        self.count.setText(tr("1 question") if shown == held == 1 else text)

    def _on_words(self, words: str) -> None:
        self.proxy.show_words(words)
        self._tell()

    def _on_only(self, at: int) -> None:
        self.proxy.show_only(at)
        self._tell()

    def _on_entered(self) -> None:
        index = self.proxy.index(0, 0)
        if index.isValid():
            self.opened.emit(index.data(QUESTION_ROLE))

    def _lay_out(self) -> None:
        self.words.setPlaceholderText(tr("Filter by words"))
        self.words.setAccessibleName(tr("Filter questions by words"))
        self.words.setClearButtonEnabled(True)
        for named, name in ((self.domains, tr("Questions of domain")), (self.only, tr("Show only"))):
            named.setAccessibleName(name)
            named.view().setAccessibleName(name)
        for text, _ in QuestionFilter.FILTERS:
            self.only.addItem(tr(text))
        for box in (self.domains, self.only):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
        self.view.setModel(self.proxy)
        self.view.setItemDelegateForColumn(ANSWER, AnswerDelegate(self.view))
        self.view.sortByColumn(ID, Qt.SortOrder.AscendingOrder)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        self.problem.hide()
        filters = QWidget()
        flow = FlowLayout(filters, 8)
        for widget, width in ((self.words, 220), (self.domains, 220), (self.only, 170)):
            flow.add(widget, width=width)
        flow.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(filters)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.problem)


class _View(QTableView):
    """Enter opens the question of the row, F2 or a double click on the answer edits it where it stands."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Questions"))
        self.setAccessibleDescription(tr("Enter opens the question; F2 answers it here where the answer is simple"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(px(ROW_HEIGHT))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self.doubleClicked.connect(self._on_double_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() and not editing:
            if self.currentIndex().isValid():
                self.opened.emit(self.currentIndex().data(QUESTION_ROLE))
            return
        if event.key() == Qt.Key.Key_F2 and self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(ANSWER))
            return
        super().keyPressEvent(event)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if not index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.opened.emit(index.data(QUESTION_ROLE))


class AnswerDelegate(QStyledItemDelegate):
    """Edits a simple answer in its cell: a choice from its options, a number or a day as typed."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        part = index.data(PART_ROLE)
        assert isinstance(part, Part)
        name = tr("Answer to {data}").format(data=index.data(QUESTION_ROLE))
        if part.type == "number":
            field = NumberField(part, name)
            field.setParent(parent)
            field.setMaximumWidth(16_777_215)
            return field
        if part.type == "date":
            line = QLineEdit(parent)
            line.setAccessibleName(name)
            line.setPlaceholderText(tr("14 Mar 2026"))
            return line
        box = ElidedBox(parent)
        box.setAccessibleName(name)
        box.addItem(tr("Not answered"), None)
        for value, text in choices_of(part):
            box.addItem(text, value)
        box.activated.connect(lambda _: self._take(box))
        return box

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        value = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            texts = [editor.itemData(at) for at in range(editor.count())]
            same = (at for at, item in enumerate(texts) if type(item) is type(value) and item == value)
            editor.setCurrentIndex(next(same, 0))
        elif isinstance(editor, NumberField):
            editor.show_number(value if isinstance(value, int | float) else None)
            editor.selectAll()
        elif isinstance(editor, QLineEdit):
            found = read_day(value) if isinstance(value, str) else None
            editor.setText(day(found) if found else "")
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        held = index.data(Qt.ItemDataRole.EditRole)
        given: Value | None = None
        if isinstance(editor, QComboBox):
            given = editor.currentData()
        elif isinstance(editor, NumberField):
            typed = read_number(editor.text())
            given = typed if typed is not None else editor.text().strip() or None
        elif isinstance(editor, QLineEdit):
            found = read_day(editor.text())
            given = found.isoformat() if found else editor.text().strip() or None
        if type(given) is not type(held) or given != held:
            model.setData(index, given)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        editor.setGeometry(option.rect)

    def _take(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)
