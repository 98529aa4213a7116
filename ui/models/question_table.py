"""The questions as a table: what is asked, what was answered in words, and how far each answer has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal

from asl_desktop.domain.answer_words import in_one_line
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Answer
from asl_desktop.domain.pack import Part, Question
from asl_desktop.domain.wording import ANSWER_STATE_WORDS, day
from asl_desktop.i18n import mark, tr
from ui.counting import is_done, lacks, lacks_evidence
from ui.icons import pixmap
from ui.plain import tip, visible
from ui.theme import px

ID, TEXT, ANSWER, STATE, CONFIDENCE, EVIDENCE, REVIEW, CHANGED, EARLIER = range(9)
HEADINGS = (
    mark("Id"),
    mark("Question"),
    mark("Answer"),
    mark("State"),
    mark("Confidence"),
    mark("Evidence"),
    mark("Review"),
    mark("Last change"),
    mark("Earlier answer"),
)
QUESTION_ROLE = Qt.ItemDataRole.UserRole + 1
SORT_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_ROLE = Qt.ItemDataRole.UserRole + 3
PART_ROLE = Qt.ItemDataRole.UserRole + 4
SIMPLE = frozenset({"yes_no", "choice", "scale", "number", "date"})
"""Types of answers that can be given in the table; the others want the room of the card."""

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """One question as the table shows it.

    Attributes:
        group: what the filter by state goes by: ``open``, ``partly``, ``answered``, ``unknown``, ``declined``,
            ``not_applicable``, ``taken_over`` or ``not_asked``.
        lacking: it is answered and lacks the evidence or rationale that the question demands.
        words: what the filter by words looks through, without case; made once, since it is asked at every letter.
        differs: it is not answered as in the earlier assessment.
    """

    question: Question
    answer: Answer | None
    said: str
    state: str
    group: str
    icon: tuple[str, str]
    lacking: bool
    words: str
    earlier: str = ""
    differs: bool = False


def simple_part(question: Question) -> Part | None:
    """Return the part of a question that can be answered in the table, or None."""
    part = question.parts[0] if len(question.parts) == 1 else None
    return part if part is not None and part.type in SIMPLE and not part.uncertainty else None


class QuestionTableModel(QAbstractTableModel):
    """Rows in pack order. ``answered(question id, value)`` asks to record what a person put into a cell."""

    answered = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._earlier: Mapping[str, tuple[str, bool]] = {}
        self.editable = True

    def show(self, snapshot: Snapshot, domain: str) -> None:
        """Show the questions of one domain, or of all when it is empty; only rows that differ are told as changed."""
        rows = self._made(snapshot, domain)
        if [row.question for row in rows] != [row.question for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        changed = [at for at, (old, new) in enumerate(zip(self._rows, rows, strict=True)) if old != new]
        self._rows = rows
        for at in changed:
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(HEADINGS) - 1))

    def show_earlier(self, answers: Mapping[str, tuple[str, bool]]) -> None:
        """Take note of the earlier answer in words by question id, and whether the present one differs from it."""
        self._earlier = answers

    def row_at(self, at: int) -> Row:
        """Return what stands in a row; a filter asks for thousands, so past Qt."""
        return self._rows[at]

    def row_of(self, question_id: str) -> int:
        """Return the row of a question, -1 when it is not shown."""
        return next((at for at, row in enumerate(self._rows) if row.question.id == question_id), -1)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADINGS[section])
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if self.editable and index.isValid() and index.column() == ANSWER:
            row = self._rows[index.row()]
            if simple_part(row.question) is not None and row.group != "not_asked":
                return found | Qt.ItemFlag.ItemIsEditable
        return found

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == SORT_ROLE:
            return _sort_key(row, column, index.row())
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            text = visible(_CELLS[column](row))
            if role == Qt.ItemDataRole.DisplayRole:
                return text
            return tip(text) if column in {TEXT, ANSWER, EARLIER} else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(HEADINGS[column])}: {visible(_CELLS[column](row)) or tr('nothing')}"
        if role == Qt.ItemDataRole.DecorationRole and column == STATE:
            return pixmap(row.icon[0], row.icon[1], px(16))
        if role == Qt.ItemDataRole.EditRole and column == ANSWER:
            part = simple_part(row.question)
            return row.answer.value.get(part.id) if part is not None and row.answer is not None else None
        if role == PART_ROLE:
            return simple_part(row.question)
        return row.question.id if role == QUESTION_ROLE else None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        self.answered.emit(self._rows[index.row()].question.id, value)
        return True

    def _made(self, snapshot: Snapshot, domain: str) -> list[Row]:
        hidden = frozenset(snapshot.determination.not_asked)
        answers = snapshot.inputs.answer_by_question
        return [
            self._row(question, answers.get(question.id), snapshot, hidden=question.id in hidden)
            for question in snapshot.pack.questions
            if (not domain or question.domain == domain) and (question.id not in hidden or question.id in answers)
        ]

    def _row(self, question: Question, answer: Answer | None, snapshot: Snapshot, *, hidden: bool) -> Row:
        lacking = lacks(question, snapshot)
        missing = bool(lacking) and not hidden
        group, words, icon = _state(question, answer, snapshot=snapshot, hidden=hidden, lacking=lacking)
        said = "" if answer is None else in_one_line(question, answer.value, tr) or answer.reason
        earlier, differs = self._earlier.get(question.id, ("", False))
        rationale = answer.rationale if answer else ""
        searched = f"{question.id}\n{question.text}\n{said}\n{rationale}".casefold()
        return Row(question, answer, said, words, group, icon, missing, searched, earlier, differs)


def _state(
    question: Question, answer: Answer | None, *, snapshot: Snapshot, hidden: bool, lacking: str
) -> tuple[str, str, tuple[str, str]]:
    """Return the group of a row, its state in words, and icon and colour that go with it."""
    if hidden:
        return "not_asked", tr("Not asked; does not count"), ("eye-off", "muted")
    if answer is None or answer.state == "unanswered":
        return "open", tr("Not answered"), ("circle", "muted")
    if answer.carried_from:
        return "taken_over", tr("Taken over, not confirmed"), ("circle-dot", "warn")
    if answer.state == "answered" and not is_done(question, answer):
        return "partly", tr("Partly answered"), ("circle-dot", "warn")
    if lacking:
        bare = lacks_evidence(question, snapshot)
        words = tr("Evidence missing") if bare else tr("A rationale missing")
        return "answered", words, ("triangle-alert", "warn")
    if answer.state == "not_applicable" and not is_done(question, answer):
        return "not_applicable", tr("Not applicable, not confirmed"), ("circle-help", "warn")
    icon = ("circle-check", "ok") if is_done(question, answer) else ("circle-help", "warn")
    return answer.state, tr(ANSWER_STATE_WORDS[answer.state]).capitalize(), icon


def _changed(row: Row) -> str:
    try:
        return day(datetime.fromisoformat(row.answer.at).date()) if row.answer is not None and row.answer.at else ""
    except ValueError:
        return ""


_CELLS: tuple[Callable[[Row], str], ...] = (
    lambda row: row.question.id,
    lambda row: row.question.text,
    lambda row: row.said,
    lambda row: row.state,
    lambda row: row.answer.confidence.capitalize() if row.answer else "",
    lambda row: str(len(row.answer.evidence)) if row.answer and row.answer.evidence else "",
    lambda row: tr("Marked") if row.answer and row.answer.marked_for_review else "",
    _changed,
    lambda row: row.earlier,
)
_STEPS = ("", "low", "moderate", "high")


def _sort_key(row: Row, column: int, at: int) -> object:
    if column == ID:
        return at
    if column == EVIDENCE:
        return len(row.answer.evidence) if row.answer else 0
    if column == CONFIDENCE:
        return _STEPS.index(row.answer.confidence) if row.answer else 0
    if column == CHANGED:
        return row.answer.at if row.answer else ""
    return _CELLS[column](row).casefold()


class QuestionFilter(QSortFilterProxyModel):
    """Lets rows through by words in id, question, answer or rationale, and by what is left to do."""

    FILTERS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
        (mark("All questions"), lambda _: True),
        (mark("Left to answer"), lambda row: row.group in {"open", "partly", "taken_over"}),
        (mark("Unknown, declined, not applicable"), lambda row: row.group in {"unknown", "declined", "not_applicable"}),
        (mark("Evidence or rationale missing"), lambda row: row.lacking),
        (mark("Marked for review"), lambda row: row.answer is not None and row.answer.marked_for_review),
        (mark("Taken over, not confirmed"), lambda row: row.group == "taken_over"),
        (mark("Answered differently than before"), lambda row: row.differs),
        (mark("Not asked"), lambda row: row.group == "not_asked"),
    )

    def __init__(self, model: QuestionTableModel) -> None:
        super().__init__()
        self._words = ""
        self._passes = self.FILTERS[0][1]
        self._model = model
        self.setSortRole(SORT_ROLE)
        self.setSourceModel(model)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; by id from the first on is the order of the framework, in which the rows stand anyway."""
        as_they_stand = column == ID and order == Qt.SortOrder.AscendingOrder
        super().sort(-1 if as_they_stand else column, order)

    def show_words(self, words: str) -> None:
        """Let through only what holds these words."""
        self.beginFilterChange()
        self._words = words.casefold().strip()
        self.endFilterChange(self.Direction.Rows)

    def show_only(self, at: int) -> None:
        """Let through only what the filter at this place says."""
        self.beginFilterChange()
        self._passes = self.FILTERS[at][1]
        self.endFilterChange(self.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        row = self._model.row_at(source_row)
        return self._words in row.words and self._passes(row)
