"""One question with all that belongs to it, writing every change through the session."""

from __future__ import annotations

import dataclasses
import functools

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Answer, EvidenceItem, EvidenceLink, same_name, stated
from asl_desktop.domain.pack import Question
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.services.consequences import flips, in_one_sentence
from ui.comparing import Comparer
from ui.counting import lacks
from ui.plain import tip
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.answer_form import AnswerForm
from ui.widgets.evidence import EvidenceSection
from ui.widgets.flow import FlowLayout
from ui.widgets.history_button import history_button
from ui.widgets.parts import Tinted, button, chip, column, label, link, row, tool_button
from ui.widgets.previous_answer import PreviousAnswer
from ui.wording import name_of

_NOT_ASKED = mark(
    "Other answers make this question one that is not asked. What is on file stays there and does not count."
)


class QuestionCard(QFrame):
    """The card in the middle of the question page. ``wants(page, item)`` asks to go to what the question bears on."""

    wants = Signal(str, str)
    undo_wanted = Signal()

    def __init__(self, session: Session, question: Question, comparer: Comparer | None = None) -> None:
        super().__init__()
        set_role(self, role="card")
        self.session = session
        self.question = question
        self._before = session.snapshot.determination
        self._flips: tuple[str, ...] = ()
        self._own_change = False
        self.form = AnswerForm(question)
        self.evidence = EvidenceSection(session, self._with_evidence)
        self.flag = tool_button("flag", tr("Flag for review (Ctrl+Shift+F)"), self.toggle_flag, checkable=True)
        self._not_asked = label(tr(_NOT_ASKED), "error", wrap=True)
        self.previous = PreviousAnswer(comparer, question.id)
        self.confirm = button(tr("Confirm as {actor}").format(actor=session.actor), self._on_confirmed)
        self._lacking = label("", "error", wrap=True)
        self._consequence = label("", wrap=True)
        self.undo = link(tr("Undo"), self.undo_wanted.emit)
        self._consequence_box = self._note(
            self._consequence, tr("What changed since you opened this question"), self.undo
        )
        self._consequence_box.hide()
        self._shown: Answer | None = None
        self._lay_out()
        self.form.edited.connect(self._on_edited)
        self.form.left.connect(session.write_now)
        self.evidence.links_changed.connect(self._on_links_changed)
        self.previous.anew_wanted.connect(self._on_anew)
        self.previous.confirmed.connect(self._on_carried_confirmed)
        self.form.set_read_only(session.read_only)
        self.evidence.set_read_only(session.read_only)
        self.flag.setEnabled(not session.read_only)
        self.refresh(session.snapshot)

    def answer(self) -> Answer:
        """Return the answer as the session holds it."""
        held = self.session.inputs.answer_by_question.get(self.question.id)
        return held or Answer(self.question.id, state="unanswered")

    def refresh(self, snapshot: Snapshot) -> None:
        """Show what came from elsewhere; what is being typed here stays."""
        held = snapshot.inputs.answer_by_question.get(self.question.id)
        if not self._own_change and _content(held) != _content(self._shown):
            self.form.show_answer(held)
        self.form.keep_recorded(held)
        self._shown = held
        self.evidence.show_links(held.evidence if held else ())
        self.flag.setChecked(held is not None and held.marked_for_review)
        for tint in self.flag.findChildren(Tinted):
            tint.show_icon("flag", "warn" if self.flag.isChecked() else "muted")
        self.show_previous()
        self._not_asked.setVisible(self.question.id in snapshot.determination.not_asked)
        unconfirmed = held is not None and held.state == "not_applicable" and not answer_counts(held)
        lacking = lacks(self.question, snapshot) or (_unconfirmed(held) if held and unconfirmed else "")
        self._lacking.setText(lacking)
        self._lacking.setVisible(bool(lacking))
        other = held is not None and not same_name(held.author, self.session.actor)
        self.confirm.setVisible(unconfirmed and other and not self.session.read_only)
        self._show_consequence(snapshot)

    def show_previous(self) -> None:
        """Show the earlier answer anew; another earlier assessment may stand beside the open one."""
        self.previous.show_for(self._shown, read_only=self.session.read_only)

    def consequence(self) -> str:
        """Return in one sentence what changed since the question was opened, or nothing."""
        return in_one_sentence(self._flips)

    def history_of(self) -> str:
        """Return what the history of this card is asked by."""
        return self.question.id

    def toggle_flag(self) -> None:
        """Mark the question for review, or take the mark away."""
        held = self.answer()
        self._put(dataclasses.replace(held, marked_for_review=not held.marked_for_review), typing=False)

    def _on_edited(self, typing: bool) -> None:
        held = self.answer()
        draft = self.form.draft()
        if _content(draft) != _content(held):
            carried = held.carried_from if _same_answer(draft, held) else ""
            self._put(dataclasses.replace(draft, evidence=held.evidence, carried_from=carried), typing=typing)

    def _on_carried_confirmed(self) -> None:
        self._put(dataclasses.replace(self.answer(), carried_from=""), typing=False)
        self.form.focus_first()

    def _on_anew(self) -> None:
        if self.answer().carried_from:
            self.session.put(Answer(self.question.id, state="unanswered"))
        self.form.focus_first()

    def _on_confirmed(self) -> None:
        self.session.put(dataclasses.replace(self.answer(), confirmed_by=self.session.actor))

    def _show_consequence(self, snapshot: Snapshot) -> None:
        found = flips(snapshot.pack, self._before, snapshot.determination)
        if found == self._flips:
            return
        self._flips = found
        self._consequence.setText("\n".join(found))
        self._consequence_box.setVisible(bool(found))

    def _on_links_changed(self, links: tuple[EvidenceLink, ...]) -> None:
        self._put(dataclasses.replace(self.answer(), evidence=links), typing=False)

    def _with_evidence(self, item: EvidenceItem) -> Answer | None:
        held = self.answer()
        if any(link_.evidence == item.sha256 for link_ in held.evidence):
            return None
        return dataclasses.replace(held, evidence=(*held.evidence, EvidenceLink(item.sha256)))

    def _put(self, answer: Answer, *, typing: bool) -> None:
        self._own_change = True
        try:
            self.session.put(answer, coalesce=f"answer:{self.question.id}" if typing else "")
        except UserError as error:
            self.form.problem_line.say(cause_of(error))
        finally:
            self._own_change = False

    def _lay_out(self) -> None:
        question = self.question
        title = label(question.text, "question", wrap=True)
        chips = row(chip(question.id), spacing=8)
        if question.evidence_required:
            chips.addWidget(chip(tr("Evidence required"), "warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        chips.addStretch(1)
        chips.addWidget(history_button(self.history_of))
        chips.addWidget(self.flag)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(chips)
        layout.addWidget(title)
        guidance = "\n".join(text for text in (question.guidance, _expected(question)) if text)
        if guidance:
            self.form.setAccessibleDescription(guidance)
            layout.addWidget(self._note(label(guidance, "muted", wrap=True), tr("How to judge")))
        layout.addWidget(self._not_asked)
        layout.addWidget(self.previous)
        layout.addWidget(self.form)
        layout.addLayout(row(self._lacking, self.confirm))
        layout.addWidget(self.evidence)
        layout.addWidget(self._consequence_box)
        if question.bears_on:
            layout.addWidget(self._bearings())
        layout.addStretch(1)

    def _note(self, text: QWidget, title: str, aside: QWidget | None = None) -> QFrame:
        note = QFrame()
        set_role(note, role="note")
        head = row(label(title, "label"), 1, *([aside] if aside is not None else []))
        inner = column(head, text, spacing=4)
        inner.setContentsMargins(12, 8, 12, 8)
        note.setLayout(inner)
        note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return note

    def _bearings(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder)
        flow.addWidget(label(tr("Bears on"), "muted"))
        for item in self.question.bears_on:
            button = link(item, functools.partial(self._go_to, item))
            button.setToolTip(tip(name_of(self.session.pack, item)))
            button.setAccessibleName(
                tr("Bears on {item}, {name_of}").format(item=item, name_of=name_of(self.session.pack, item))
            )
            flow.addWidget(button)
        return holder

    def _go_to(self, item: str) -> None:
        self.wants.emit(self._page_of(item), item)

    def _page_of(self, item: str) -> str:
        pack = self.session.pack
        if item in pack.requirement_by_id:
            return "safeguards"
        if item in pack.threshold_by_id or item in pack.showing_by_id:
            return "gate"
        return "margins" if item in pack.indicator_by_id else "hub"


def _expected(question: Question) -> str:
    return (
        tr("Expected evidence: {expected_evidence}").format(expected_evidence=question.expected_evidence)
        if question.expected_evidence
        else ""
    )


def _same_answer(one: Answer, other: Answer) -> bool:
    """Tell whether two answers say the same, whatever is written beside them."""
    return (one.state, one.value, one.reason) == (other.state, other.value, other.reason)


def _unconfirmed(held: Answer) -> str:
    if stated(held.confirmed_by) and same_name(held.confirmed_by, held.author):
        return tr(
            "{author} gave this answer, so somebody else must confirm it; until then it counts as not answered."
        ).format(author=held.author)
    return tr("It counts as not answered until a reviewer, not the author, confirms that it does not apply.")


def _content(answer: Answer | None) -> Answer | None:
    """Return the answer without who and when, so that a stamp alone is no difference."""
    if answer is None or answer == Answer(answer.question, state="unanswered", author=answer.author, at=answer.at):
        return None
    return dataclasses.replace(answer, author="", at="")
