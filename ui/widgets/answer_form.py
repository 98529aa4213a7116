"""Everything a person says about one question except the evidence: value, state, confidence, rationale."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from asl_desktop.domain.answer_words import statements_in_words
from asl_desktop.domain.inputs import Answer, AnswerState, Confidence
from asl_desktop.domain.pack import Question
from asl_desktop.i18n import mark, tr
from ui.forms.factories import editors_of
from ui.forms.fields import TextBox
from ui.plain import tip
from ui.theme import set_role
from ui.widgets.elided import ElidedBox
from ui.widgets.flow import wrapped
from ui.widgets.marked_text import Reading
from ui.widgets.parts import column, label, row
from ui.widgets.problem_line import ProblemLine
from ui.widgets.toggles import HeardButton

_STATES: tuple[tuple[AnswerState, str, str], ...] = (
    ("unknown", mark("Unknown"), mark("Nobody knows the answer at present")),
    ("declined", mark("Declined"), mark("The answer is known and not given; needs a reason")),
    (
        "not_applicable",
        mark("Not applicable"),
        mark("The question does not apply; needs a reason and a reviewer who confirms it"),
    ),
)
_CONFIDENCE: tuple[tuple[Confidence, str], ...] = (
    ("", mark("Confidence not stated")),
    ("low", mark("Low confidence")),
    ("moderate", mark("Moderate confidence")),
    ("high", mark("High confidence")),
)
_NEED_REASON = {"declined", "not_applicable"}
_WHY = {
    "unknown": mark("Why nobody knows it, as far as is known"),
    "declined": mark("Why it is declined"),
    "not_applicable": mark("Why it does not apply"),
}


class CalmCombo(ElidedBox):
    """A combo box that scrolling past does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class AnswerForm(QWidget):
    """Edits an answer. ``edited(typing)`` follows every change; True means that more keystrokes may follow.

    What cannot be recorded yet (a half-typed range, a state without its reason) stays in the form: :meth:`draft` then
    keeps the recorded value and state, and :meth:`problem` says what is missing.
    """

    edited = Signal(bool)
    left = Signal()

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
        self._recorded = Answer(question.id, state="unanswered")
        self.editors = editors_of(question)
        self.tally = label("", "strong", wrap=True)
        self.tally.setVisible(question.lists_statements)
        self._states = {state: self._state_button(state, tr(text), tr(why)) for state, text, why in _STATES}
        self._confidence = CalmCombo()
        self._confidence.setAccessibleName(tr("Confidence in the answer"))
        self._confidence.view().setAccessibleName(tr("Confidence in the answer"))
        for _, text in _CONFIDENCE:
            self._confidence.addItem(tr(text))
        self._confidence.activated.connect(lambda _: self.edited.emit(False))
        self._reason = QLineEdit()
        self._reason.setAccessibleName(tr("Reason"))
        self._confirmed = QLineEdit()
        self._confirmed.setAccessibleName(tr("Confirmed by"))
        self._confirmed.setPlaceholderText(tr("Reviewer who confirms it"))
        self._confirmed.setToolTip(tr("Reviewer who confirms that the question does not apply"))
        for field in (self._reason, self._confirmed):
            field.textEdited.connect(lambda _: self._on_changed(typing=True))
        self.problem_line = ProblemLine()
        self.rationale = TextBox(tr("Rationale"), 96)
        self.rationale.setPlaceholderText(tr("Why. **bold**, *italics*, lines that begin with - for a list"))
        self.rationale.textChanged.connect(lambda: self.edited.emit(True))
        self.read = Reading(self.rationale)
        self._lay_out()
        self._watch()
        self._sync()

    def show_answer(self, answer: Answer | None) -> None:
        """Show a recorded answer; what is typed but not recorded is replaced."""
        self._recorded = answer or Answer(self.question.id, state="unanswered")
        held = self._recorded
        for editor in self.editors:
            editor.set_value(held.value.get(editor.part.id) if held.state == "answered" else None)
        for state, button in self._states.items():
            button.setChecked(held.state == state)
        self._reason.setText(held.reason)
        self._reason.setCursorPosition(0)
        self._confirmed.setText(held.confirmed_by)
        self._confidence.setCurrentIndex([key for key, _ in _CONFIDENCE].index(held.confidence))
        self.rationale.show_text(held.rationale)
        self._sync()

    def keep_recorded(self, answer: Answer | None) -> None:
        """Take note of what is recorded now without touching what is typed."""
        self._recorded = answer or Answer(self.question.id, state="unanswered")

    def draft(self) -> Answer:
        """Return the answer as it can be recorded now."""
        confidence = _CONFIDENCE[self._confidence.currentIndex()][0]
        base = dataclasses.replace(self._recorded, confidence=confidence, rationale=self.rationale.toPlainText())
        if self.problem():
            return base
        state = self._state()
        if state != "answered":
            reason = self._reason.text().strip()
            confirmed = self._confirmed.text().strip() if state == "not_applicable" else ""
            return dataclasses.replace(base, state=state, value={}, reason=reason, confirmed_by=confirmed)
        values = {editor.part.id: value for editor in self.editors if (value := editor.value()) is not None}
        given: AnswerState = "answered" if values else "unanswered"
        return dataclasses.replace(base, state=given, value=values, reason="", confirmed_by="")

    def problem(self) -> str:
        """Return why what stands in the form cannot be recorded as it is, or nothing."""
        state = self._state()
        if state in _NEED_REASON and not self._reason.text().strip():
            word = tr("was declined") if state == "declined" else tr("does not apply")
            return tr("Say why it {word}; until then {standing}.").format(word=word, standing=self._standing())
        if state == "answered":
            found = next((editor.problem() for editor in self.editors if editor.problem()), "")
            return tr("{found} Until then {standing}.").format(found=found, standing=self._standing()) if found else ""
        return ""

    def pick(self, number: int) -> None:
        """Choose an option of the first part that has options, counted from 1.

        In a list of statements it answers the one that has the focus, else the first open one, and goes on to the next.
        """
        if not self.question.lists_statements:
            next((True for editor in self.editors if editor.pick(number)), False)
            return
        opened = next((at for at, editor in enumerate(self.editors) if editor.value() is None), 0)
        here = next((at for at, editor in enumerate(self.editors) if _has_focus(editor)), opened)
        if self.editors[here].pick(number) and here + 1 < len(self.editors):
            self.editors[here + 1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_first(self) -> None:
        """Put the cursor where an answer starts: on the state when one is chosen instead of a value."""
        chosen = self._states.get(self._state())
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.editors:
            self.editors[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_read_only(self, value: bool) -> None:
        """Refuse changes from now on."""
        for editor in self.editors:
            editor.set_read_only(value)
        for button in self._states.values():
            button.setEnabled(not value)
        self._confidence.setEnabled(not value)
        for field in (self._reason, self._confirmed, self.rationale):
            field.setReadOnly(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _state(self) -> AnswerState:
        return next((state for state, button in self._states.items() if button.isChecked()), "answered")

    def _standing(self) -> str:
        if self._recorded.state == "unanswered":
            return tr("the question counts as not answered")
        return tr("the answer recorded before stands")

    def _state_button(self, state: AnswerState, text: str, why: str) -> QPushButton:
        button = HeardButton(text)
        button.setAccessibleName(text)
        button.setAccessibleDescription(why)
        button.setToolTip(tip(why))
        button.setCheckable(True)
        button.setAutoDefault(False)
        set_role(button, role="toggle")
        button.clicked.connect(lambda checked: self._on_state(state, checked))
        return button

    def _on_state(self, state: AnswerState, checked: bool) -> None:
        for other, button in self._states.items():
            button.setChecked(checked and other == state)
        held = self._recorded if self._recorded.state == state else Answer(self.question.id)
        self._reason.setText(held.reason)  # a reason given for another state is no reason for this one
        self._confirmed.setText(held.confirmed_by)
        if checked:
            for editor in self.editors:
                editor.set_value(None)
        self._on_changed(typing=False)
        if checked and state in _NEED_REASON:
            self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_value(self, *, typing: bool) -> None:
        for button in self._states.values():
            button.setChecked(False)
        self._on_changed(typing=typing)

    def _on_changed(self, *, typing: bool) -> None:
        self._sync()
        self.edited.emit(typing)

    def _sync(self) -> None:
        state = self._state()
        self._reason.setVisible(state != "answered")
        self._reason.setPlaceholderText(tr(_WHY.get(state, "")))
        self._confirmed.setVisible(state == "not_applicable")
        values = {editor.part.id: value for editor in self.editors if (value := editor.value()) is not None}
        none = tr("Which of these {total} hold?").format(total=len(self.editors))
        self.tally.setText(statements_in_words(self.question, values, tr) or none)
        self.problem_line.say(self.problem())

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        answers = column(self.tally, spacing=6 if self.question.lists_statements else 12)
        for editor in self.editors:
            typing = editor.part.type in {"number", "text", "range"}
            editor.changed.connect(lambda typing=typing: self._on_value(typing=typing))
            answers.addWidget(editor)
        layout.addLayout(answers)
        states = row(spacing=6)
        either = tr("Or for the whole") if self.question.lists_statements else tr("Or")
        states.addWidget(wrapped(label(either, "muted"), *self._states.values(), spacing=6), 1)
        states.addWidget(self._confidence, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(states)
        reasons = row(self._reason, self._confirmed)
        reasons.setStretch(0, 2)
        reasons.setStretch(1, 1)
        layout.addLayout(reasons)
        layout.addWidget(self.problem_line)
        rationale = tr("Rationale (required)") if self.question.rationale_required else tr("Rationale")
        prose = QVBoxLayout()
        prose.setSpacing(4)
        prose.addWidget(label(rationale, "label"))
        prose.addWidget(self.rationale)
        prose.addWidget(self.read)
        layout.addLayout(prose)

    def _watch(self) -> None:
        for field in (self._reason, self._confirmed, self.rationale):
            field.installEventFilter(self)
        for editor in self.editors:
            for child in editor.findChildren(QWidget):
                child.installEventFilter(self)


def _has_focus(editor: QWidget) -> bool:
    return any(child.hasFocus() for child in editor.findChildren(QWidget))
