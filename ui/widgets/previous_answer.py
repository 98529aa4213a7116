"""What an earlier assessment says on a question, beside the present answer, and what stands taken over from one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout

from asl_desktop.domain.inputs import Answer
from asl_desktop.domain.wording import size
from asl_desktop.i18n import tr
from asl_desktop.services.record_words import moment
from ui.comparing import Comparer, answer_in_words
from ui.theme import set_role
from ui.widgets.parts import button, chip, label, row


class PreviousAnswer(QFrame):
    """Hidden where there is nothing to say. ``anew_wanted`` asks for an empty form, ``confirmed`` makes it count."""

    anew_wanted = Signal()
    confirmed = Signal()

    def __init__(self, comparer: Comparer | None, question_id: str) -> None:
        super().__init__()
        set_role(self, role="note")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._comparer = comparer
        self._question = question_id
        self._title = label("", "label", wrap=True)
        self._said = label("", "strong", wrap=True, selectable=True)
        self._why = label("", wrap=True, selectable=True)
        self._details = label("", "muted", wrap=True)
        self._pending = chip(tr("Not confirmed"), "warn")
        self.take = button(tr("Take over"), self._on_take)
        self.anew = button(tr("Answer anew"), self.anew_wanted.emit)
        self.confirm = button(tr("Confirm"), self.confirmed.emit, primary=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(row(self._title, self._pending))
        for item in (self._said, self._why, self._details):
            layout.addWidget(item)
        layout.addSpacing(4)
        layout.addLayout(row(self.confirm, self.take, self.anew, 1))

    def show_for(self, held: Answer | None, *, read_only: bool) -> None:
        """Show what belongs beside the present answer."""
        if held is not None and held.carried_from:
            self._show_pending(held, read_only=read_only)
        else:
            self._show_earlier(held, read_only=read_only)

    def _show_pending(self, held: Answer, *, read_only: bool) -> None:
        self._tell(
            tr("Taken over from {carried_from}").format(carried_from=held.carried_from),
            why=tr("It counts as not answered, and rules nothing out, until a person confirms that it still holds."),
        )
        self._pending.show()
        self.take.hide()
        self.confirm.setVisible(not read_only)
        self.anew.setVisible(not read_only)

    def _show_earlier(self, held: Answer | None, *, read_only: bool) -> None:
        earlier = self._comparer.earlier(self._question) if self._comparer is not None else None
        self.setVisible(earlier is not None)
        if earlier is None or self._comparer is None:
            return
        then = earlier.answer
        files = ", ".join(f"{item.title or item.name} ({size(item.size)})" for item in earlier.evidence)
        details = (
            tr("The question was worded differently then.") if earlier.reworded else "",
            tr("Evidence: {files}").format(files=files) if files else tr("No evidence was linked."),
            tr("{confidence} confidence").format(confidence=then.confidence.capitalize()) if then.confidence else "",
            f"{then.author}, {moment(then.at)}" if then.author and then.at else then.author,
            earlier.hindrance,
        )
        told = " \u00b7 ".join(part for part in details if part)
        self._tell(
            tr("In {name}").format(name=self._comparer.name),
            answer_in_words(earlier.question, then),
            then.rationale,
            told,
        )
        same = held is not None and (held.state, held.value) == (then.state, then.value)
        self.take.setVisible(not read_only and not earlier.hindrance and not same)
        for item in (self._pending, self.confirm, self.anew):
            item.hide()
        self.anew.setVisible(not read_only and not same and (held is None or held.state == "unanswered"))

    def _tell(self, title: str, said: str = "", why: str = "", details: str = "") -> None:
        for item, text in ((self._title, title), (self._said, said), (self._why, why), (self._details, details)):
            item.setText(text)
            item.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(" ".join(part for part in (said, why, details) if part))
        self.show()

    def _on_take(self) -> None:
        if self._comparer is not None:
            self._comparer.take_answer(self._question)
