"""One question at a time, and the list of a domain's questions behind it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.pack import Question
from ui.counting import asked, count_questions, next_open
from ui.focus import focusable
from ui.models.question_list import QUESTION_ROLE, QuestionDelegate, QuestionListModel, filtered
from ui.pages.base import MARGIN, Page
from ui.session import Session
from ui.theme import set_role
from ui.widgets.parts import IconLabel, button, label, link, row
from ui.widgets.question_card import QuestionCard

_CARD, _LIST = 0, 1


class QuestionsPage(Page):
    """Master and detail in one place: the card fills the page, the list comes forward when asked for."""

    page_id: ClassVar[str] = "questions"
    heading: ClassVar[str] = "Questions"
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.domain = ""
        self.card: QuestionCard | None = None
        self._kept: dict[str, QuestionCard] = {}
        self._model = QuestionListModel()
        self._proxy = filtered(self._model)
        self._stack = QStackedWidget()
        self._area = self._make_area()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._make_list())
        self.body.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self.body.setSpacing(12)
        self.body.addLayout(self._make_header())
        self.body.addWidget(self._stack, 1)
        self.body.addLayout(self._make_footer())

    def open_item(self, item: str) -> None:
        """Open a question by its id, or the list of a domain with ``domain:ID``; empty opens the next unanswered."""
        if item.startswith("domain:"):
            self._open_domain(item.removeprefix("domain:"))
            return
        question = self.session.pack.question_by_id.get(item or next_open(self.session.snapshot))
        if question is None:
            self._open_domain("")
            return
        self._show(question)

    def here(self) -> str:
        if self._stack.currentIndex() == _LIST or self.card is None:
            return f"domain:{self.domain}"
        return self.card.question.id

    def history_of(self) -> str:
        return self.card.question.id if self.card is not None and self._stack.currentIndex() == _CARD else ""

    def refresh(self, snapshot: Snapshot) -> None:
        self._model.show(snapshot, self.domain)
        if self.card is not None:
            self.card.refresh(snapshot)
        self._sync(snapshot)

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        cards = [card for card in (self.card, *self._kept.values()) if card is not None]
        for card in cards:
            if card.form.problem():
                return f"Question {card.question.id}: {card.form.problem()}"
        return ""

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) question of the domain; past the end, to the list."""
        ids = [question.id for question in asked(self.session.snapshot, self.domain)]
        here = self.card.question.id if self.card else ""
        at = ids.index(here) + by if here in ids else 0
        self.commit()
        if 0 <= at < len(ids):
            self._show(self.session.pack.question_by_id[ids[at]])
        elif at >= len(ids):
            following = next_open(self.session.snapshot, here, self.domain)
            if following:
                self._show(self.session.pack.question_by_id[following])
            else:
                self.show_list()

    def next_unanswered(self) -> None:
        """Go to the next question without a definite answer, in this domain first, then anywhere."""
        here = self.card.question.id if self.card else ""
        found = next_open(self.session.snapshot, here, self.domain) or next_open(self.session.snapshot, here)
        if found:
            self._show(self.session.pack.question_by_id[found])
        else:
            self.wants.emit("hub", "")

    def show_list(self) -> None:
        """Bring the list of questions forward, or the card back."""
        to_list = self._stack.currentIndex() == _CARD
        self._stack.setCurrentIndex(_LIST if to_list else _CARD)
        if to_list:
            self._select_current()
            self._filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self._sync(self.session.snapshot)

    def pick(self, number: int) -> None:
        """Choose the option with this number on the card."""
        if self.card is not None and self._stack.currentIndex() == _CARD:
            self.card.form.pick(number)

    def to_rationale(self) -> None:
        """Put the cursor into the rationale of the question at hand."""
        if self.card is not None and self._stack.currentIndex() == _CARD:
            self.card.form.rationale.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def to_evidence(self) -> None:
        """Put the focus on the evidence of the question at hand: its first file, or the way to add one."""
        if self.card is not None and self._stack.currentIndex() == _CARD:
            first = next(iter(focusable(self.card.evidence)), None)
            if first is not None:
                first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def attach(self) -> None:
        """Ask for evidence files for the question at hand."""
        if self.card is not None:
            self.card.evidence.zone.choose.click()

    def paste(self) -> bool:
        """Take files or a picture from the clipboard as evidence; False when it holds neither."""
        return self.card is not None and self.card.evidence.zone.paste()

    def flag(self) -> None:
        """Mark the question at hand for review, or take the mark away."""
        if self.card is not None:
            self.card.toggle_flag()

    def _open_domain(self, domain: str) -> None:
        self.domain = domain
        first = next_open(self.session.snapshot, domain=domain)
        questions = asked(self.session.snapshot, domain)
        if not questions:
            self._model.show(self.session.snapshot, domain)
            self._stack.setCurrentIndex(_LIST)
            self._sync(self.session.snapshot)
            return
        self._show(self.session.pack.question_by_id[first or questions[0].id])

    def _show(self, question: Question) -> None:
        self._stack.setCurrentIndex(_CARD)
        if self.card is None or self.card.question.id != question.id:
            self._put_away()
            self.card = self._kept.pop(question.id, None) or self._make_card(question)
            self._holder_layout.addWidget(self.card)
            self.card.show()
            self._area.verticalScrollBar().setValue(0)
        if self.domain != question.domain:
            self.domain = question.domain
        self._model.show(self.session.snapshot, self.domain)
        self.card.refresh(self.session.snapshot)
        self._sync(self.session.snapshot)
        self.card.form.focus_first()

    def _make_card(self, question: Question) -> QuestionCard:
        card = QuestionCard(self.session, question)
        card.wants.connect(self.wants.emit)
        return card

    def _put_away(self) -> None:
        """Keep a card that holds something unrecordable; let any other go."""
        card = self.card
        if card is None:
            return
        self._holder_layout.removeWidget(card)
        card.hide()
        if card.form.problem():
            self._kept[card.question.id] = card
        else:
            card.deleteLater()
        self.card = None

    def _sync(self, snapshot: Snapshot) -> None:
        titles = {domain.id: domain.title for domain in snapshot.pack.domains}
        questions = asked(snapshot, self.domain)
        ids = [question.id for question in questions]
        here = self.card.question.id if self.card and self._stack.currentIndex() == _CARD else ""
        self._domain_link.setText(titles.get(self.domain, "All questions").replace("&", "&&"))
        self._domain_link.setAccessibleName(f"List of questions, {self._domain_link.text()}")
        self._crumb.setText(here or "All questions of this domain")
        self._place.setText(f"Question {ids.index(here) + 1} of {len(ids)}" if here in ids else "Back to the question")
        self._place.setAccessibleName(f"{self._place.text()}, show the list")
        self._previous.setEnabled(bool(here) and here in ids and ids.index(here) > 0)
        self._previous.setToolTip("" if self._previous.isEnabled() else "This is the first question of the domain")
        self._next.setEnabled(bool(here))
        self._count.setText(count_questions(snapshot, self.domain).details())

    def _select_current(self) -> None:
        for at in range(self._proxy.rowCount()):
            index = self._proxy.index(at, 0)
            if self.card is not None and index.data(QUESTION_ROLE) == self.card.question.id:
                self._list.setCurrentIndex(index)

    def _on_activated(self, index: QModelIndex) -> None:
        question = self.session.pack.question_by_id.get(str(index.data(QUESTION_ROLE)))
        if question is not None:
            self._show(question)

    def _on_filter_entered(self) -> None:
        index = self._list.currentIndex()
        self._on_activated(index if index.isValid() else self._proxy.index(0, 0))

    def _make_header(self) -> QHBoxLayout:
        self._domain_link = link("", self.show_list)
        self._crumb = label("", "strong")
        self._count = label("", "muted")
        self._place = link("", self.show_list)
        return row(self._domain_link, IconLabel("chevron-right"), self._crumb, 1, self._count, self._place)

    def _make_area(self) -> QScrollArea:
        holder = QWidget()
        set_role(holder, role="canvas")
        self._holder_layout = QVBoxLayout(holder)
        self._holder_layout.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(holder)
        return area

    def _make_list(self) -> QWidget:
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Filter questions")
        self._filter.setAccessibleName("Filter questions")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._proxy.setFilterFixedString)
        self._filter.returnPressed.connect(self._on_filter_entered)
        self._list = QListView()
        self._list.setAccessibleName("Questions")
        self._list.setModel(self._proxy)
        self._list.setItemDelegate(QuestionDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.activated.connect(self._on_activated)
        self._list.clicked.connect(self._on_activated)
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._filter)
        layout.addWidget(self._list, 1)
        return panel

    def _make_footer(self) -> QHBoxLayout:
        self._previous = button("Previous", lambda: self.step(-1), icon_name="chevron-left")
        self._next = button("Save and next", lambda: self.step(1), primary=True)
        self._next.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return row(self._previous, 1, label("Ctrl+Enter", "muted"), self._next, spacing=12)
