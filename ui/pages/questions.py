"""One question at a time, and the same questions as a table."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Answer, AnswerState, Value
from asl_desktop.domain.pack import Question
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.services.consequences import flips, in_one_sentence
from ui.comparing import comparer_of
from ui.counting import asked, count_questions, next_open
from ui.focus import focusable
from ui.pages.base import MARGIN, Page
from ui.plain import tip
from ui.session import Session, cause_of
from ui.theme import px, set_role
from ui.widgets.compared_line import ComparedLine
from ui.widgets.elided import ElidedLabel, ElidedLink
from ui.widgets.parts import IconLabel, announce, button, label, link, row
from ui.widgets.question_card import QuestionCard
from ui.widgets.question_table import QuestionTable

_CARD, _TABLE = 0, 1
_ROOMY = 560
"""Narrower than this at 100 % the line above leaves out what the card and the table say themselves."""


class QuestionsPage(Page):
    """Two views of the same answers: the card of one question fills the page, the table comes forward when asked for.

    ``undo_wanted`` asks to take the last change back.
    """

    undo_wanted = Signal()

    page_id: ClassVar[str] = "questions"
    heading: ClassVar[str] = mark("Questions")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.domain = ""
        self.card: QuestionCard | None = None
        self._kept: dict[str, QuestionCard] = {}
        self.comparer = comparer_of(session)
        self.comparing = ComparedLine(self.comparer, self.comparer.summary)
        self.comparer.changed.connect(self._on_compared)
        self.table = QuestionTable()
        self._said = ""
        self._stack = QStackedWidget()
        self._area = self._make_area()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self.table)
        self.body.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self.body.setSpacing(12)
        self.body.addLayout(self._make_header())
        self.body.addWidget(self.comparing)
        self.body.addWidget(self._stack, 1)
        self._stack.currentChanged.connect(lambda _: self._fit_width())
        self.body.addLayout(self._make_footer())
        self._on_compared()

    def open_item(self, item: str) -> None:
        """Open a question by its id, or the first open one of a domain with ``domain:ID``; empty opens the next one."""
        if item.startswith("domain:"):
            self._open_domain(item.removeprefix("domain:"))
            return
        question = self.session.pack.question_by_id.get(item or next_open(self.session.snapshot))
        if question is None:
            self._open_domain("")
            return
        self._show(question)

    def here(self) -> str:
        if self._stack.currentIndex() == _TABLE or self.card is None:
            return f"domain:{self.domain}"
        return self.card.question.id

    def history_of(self) -> str:
        return self.card.question.id if self.card is not None and self._stack.currentIndex() == _CARD else ""

    def refresh(self, snapshot: Snapshot) -> None:
        if self.card is not None:
            self.card.refresh(snapshot)
            self._tell_consequence()
        self._sync(snapshot)

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        cards = [card for card in (self.card, *self._kept.values()) if card is not None]
        for card in cards:
            if card.form.problem():
                return tr("Question {id}: {problem}").format(id=card.question.id, problem=card.form.problem())
        return ""

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) question of the domain; past the end, to the table."""
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
        """Bring the table of questions forward, or the card back."""
        to_table = self._stack.currentIndex() == _CARD
        self.commit()
        self._stack.setCurrentIndex(_TABLE if to_table else _CARD)
        self._sync(self.session.snapshot)
        if to_table:
            self.table.select(self.card.question.id if self.card is not None else "")
            self.table.focus()
        elif self.card is not None:
            self.card.form.focus_first()

    def pick(self, number: int) -> None:
        """Choose the option with this number on the card."""
        if self._stack.currentIndex() == _TABLE:
            self.table.pick(number)
        elif self.card is not None:
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

    def take_files(self, paths: tuple[Path, ...]) -> bool:
        if self.card is None or self._stack.currentIndex() != _CARD:
            return False
        self.card.evidence.attach(paths)
        return True

    def flag(self) -> None:
        """Mark the question at hand for review, or take the mark away."""
        if self.card is not None:
            self.card.toggle_flag()

    def _open_domain(self, domain: str) -> None:
        self.domain = domain
        first = next_open(self.session.snapshot, domain=domain)
        questions = asked(self.session.snapshot, domain)
        if not questions:
            self._stack.setCurrentIndex(_TABLE)
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
        self.card.refresh(self.session.snapshot)
        self._said = self.card.consequence()
        self._outcome.setText("")
        self._take_back.hide()
        self._sync(self.session.snapshot)
        self.card.form.focus_first()

    def _make_card(self, question: Question) -> QuestionCard:
        card = QuestionCard(self.session, question, self.comparer)
        card.wants.connect(self.wants.emit)
        card.undo_wanted.connect(self.undo_wanted.emit)
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
        in_table = self._stack.currentIndex() == _TABLE
        for item in (self._previous, self._keys, self._next):
            item.setVisible(not in_table)
        if in_table:
            self.table.model.editable = not self.session.read_only
            self.table.show_snapshot(snapshot, self.domain)
        title = titles.get(self.domain, tr("All questions"))
        self._domain_link.say(title)
        self._domain_link.setAccessibleName(tr("Table of questions, {text}").format(text=title))
        self._crumb.setText(here or tr("Table of questions"))
        self._place.setText(
            tr("Question {index} of {count}").format(index=ids.index(here) + 1, count=len(ids)) if here in ids else ""
        )
        self._view.setText(tr("Back to the question") if in_table else tr("Table"))
        self._view.setAccessibleName(tr("Back to the question") if in_table else tr("Show the questions as a table"))
        self._view.setEnabled(not in_table or self.card is not None)
        self._previous.setEnabled(bool(here) and here in ids and ids.index(here) > 0)
        self._previous.setToolTip("" if self._previous.isEnabled() else tr("This is the first question of the domain"))
        self._next.setEnabled(bool(here))
        counted = count_questions(snapshot, self.domain)
        self._count.setText(counted.details())
        self._count.setVisible(in_table or bool(counted.lacking or counted.marked))

    def _tell_consequence(self) -> None:
        """Say what flipped, once per flip."""
        words = self.card.consequence() if self.card is not None else ""
        if words != self._said:
            self._said = words
            self._say(words)

    def _say(self, words: str) -> None:
        """Put a sentence into the line that never scrolls away, without moving anything."""
        self._outcome.setText(words)
        self._outcome.setToolTip(tip(words))
        self._take_back.setVisible(bool(words) and not self.session.read_only)
        if words:
            announce(self, words)

    def _on_compared(self) -> None:
        self.table.show_earlier(self.comparer.column())
        if self.card is not None:
            self.card.show_previous()
        self._sync(self.session.snapshot)

    def _on_opened(self, question_id: str) -> None:
        question = self.session.pack.question_by_id.get(question_id)
        if question is not None:
            self._show(question)

    def _on_domain_chosen(self, domain: str) -> None:
        self.domain = domain
        self._sync(self.session.snapshot)

    def _on_answered(self, question_id: str, value: Value | None) -> None:
        """Record what was put into a cell of the table; what stands beside the answer stays."""
        held = self.session.inputs.answer_by_question.get(question_id) or Answer(question_id)
        part = self.session.pack.question_by_id[question_id].parts[0].id
        state: AnswerState = "unanswered" if value is None else "answered"
        given: dict[str, Value] = {} if value is None else {part: value}
        before = self.session.snapshot.determination
        try:
            self.session.put(
                dataclasses.replace(held, state=state, value=given, reason="", confirmed_by="", carried_from="")
            )
        except UserError as error:
            self.table.refuse(cause_of(error))
            return
        self.table.refuse("")
        self._say(in_one_sentence(flips(self.session.pack, before, self.session.snapshot.determination)))

    def _fit_width(self) -> None:
        """Let the table take the whole width, and the card what can be read."""
        in_card = self._stack.currentIndex() == _CARD
        side = max(MARGIN, (self.width() - px(self.widest)) // 2) if in_card else MARGIN
        self.body.setContentsMargins(side, 12, side, 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()
        roomy = self.width() >= px(_ROOMY)
        for said_elsewhere in (self._chevron, self._crumb, self._place):
            said_elsewhere.setVisible(roomy)

    def _make_header(self) -> QHBoxLayout:
        self._domain_link = ElidedLink()
        self._domain_link.clicked.connect(self.show_list)
        self._crumb = ElidedLabel("", "strong", Qt.TextElideMode.ElideRight)
        self._count = ElidedLabel("", "muted", Qt.TextElideMode.ElideRight)
        self._place = ElidedLabel("", "muted", Qt.TextElideMode.ElideRight)
        self._view = link(tr("Table"), self.show_list)
        self._earlier = link(tr("Previous answers\u2026"), lambda: self.comparer.choose(self))
        self.table.opened.connect(self._on_opened)
        self.table.answered.connect(self._on_answered)
        self.table.domain_chosen.connect(self._on_domain_chosen)
        self._chevron = IconLabel("chevron-right")
        where = (self._domain_link, self._chevron, self._crumb)
        return row(*where, 1, self._count, self._place, self._earlier, self._view, spacing=12)

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

    def _make_footer(self) -> QHBoxLayout:
        self._previous = button(tr("Previous"), lambda: self.step(-1), icon_name="chevron-left")
        self._next = button(tr("Save and next"), lambda: self.step(1), primary=True)
        self._next.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._outcome = ElidedLabel("", "strong", Qt.TextElideMode.ElideRight)
        self._outcome.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._take_back = link(tr("Undo"), self.undo_wanted.emit)
        self._take_back.hide()
        self._keys = label("Ctrl+Enter", "muted")
        found = row(self._previous, self._outcome, self._take_back, self._keys, self._next, spacing=12)
        found.setStretch(1, 1)
        return found
