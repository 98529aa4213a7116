"""What is assessed and what was planned: model, context, day of judgement, and the plan with its lock."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Plan, Scope
from asl_desktop.domain.wording import day
from asl_desktop.errors import Cancelled, UserError
from ui import dialogs_seam
from ui.forms.fields import TextBox, read_day
from ui.pages.base import Page
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.parts import Banner, announce, button, card, clear, label, row
from ui.wording import moment

_LINES = (
    ("title", "Title of the assessment"),
    ("model", "Model"),
    ("checkpoint", "Checkpoint or version"),
    ("developer", "Developer"),
    ("actors", "Actors considered"),
)


class ScopePage(Page):
    """Edits the scope at once; the plan can be locked and from then on only amended with a reason."""

    page_id: ClassVar[str] = "scope"
    heading: ClassVar[str] = "Scope and plan"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.add_heading("What is assessed, where it will be used, and what was fixed before results came in.")
        self.banner = Banner("warn")
        self.fields = {name: QLineEdit() for name, _ in _LINES}
        self.context = TextBox("Where it will be used", 72)
        self.as_of = QLineEdit()
        self.note = TextBox("Plan", 120)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._plan_state = label("", wrap=True)
        self._plan_rows = QVBoxLayout()
        self._amendments = QVBoxLayout()
        self._lock = button("Lock the plan", self._on_lock, icon_name="lock")
        self._amend = button("Amend the plan", self._on_amend, icon_name="pen-line")
        self.body.addWidget(self.banner)
        self.body.addWidget(card(label("Scope", "pane-title"), self._scope_form(), self._problem))
        self.body.addWidget(card(label("Plan", "pane-title"), self._plan_state, label("What was planned", "label"),
                                 self.note, self._plan_rows, self._amendments,
                                 row(self._lock, self._amend, 1)))  # fmt: skip
        self.body.addStretch(1)
        self._connect()

    def refresh(self, snapshot: Snapshot) -> None:
        scope, plan = snapshot.inputs.scope, snapshot.inputs.plan
        for name, field in self.fields.items():
            if not field.hasFocus() and field.text() != getattr(scope, name):
                field.setText(getattr(scope, name))
                field.setCursorPosition(0)
        if not self.context.hasFocus():
            self.context.show_text(scope.deployment_context)
        if not self.as_of.hasFocus():
            self.as_of.setText(day(scope.as_of) if scope.as_of else "")
        if not self.note.hasFocus():
            self.note.show_text(plan.note)
        self._show_plan(snapshot, plan)

    def unrecorded(self) -> str:
        return self._problem.text()

    def history_of(self) -> str:
        return "plan" if self.session.inputs.plan.locked_at else "scope"

    def commit(self) -> None:
        self.session.write_now()

    def _scope_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(12)
        for name, text in _LINES:
            self.fields[name].setAccessibleName(text)
            form.addRow(_field_label(text), self.fields[name])
        form.addRow(_field_label("Where it will be used"), self.context)
        self.as_of.setAccessibleName("Judged as of")
        self.as_of.setPlaceholderText("the day of looking; or a day such as 14 Mar 2026")
        form.addRow(_field_label("Judged as of"), self.as_of)
        return form

    def _connect(self) -> None:
        editors: list[QWidget] = [*self.fields.values(), self.context, self.as_of, self.note]
        for field in (*self.fields.values(), self.as_of):
            field.textEdited.connect(lambda _: self._put_scope())
            field.editingFinished.connect(self.session.write_now)
        self.context.textChanged.connect(self._put_scope)
        self.note.textChanged.connect(self._put_plan)
        for editor in editors:
            editor.setEnabled(not self.session.read_only)

    def _put_scope(self) -> None:
        text = self.as_of.text().strip()
        moment = read_day(text) if text else None
        if text and moment is None:
            self._say_problem("Write the day as 14 Mar 2026 or 2026-03-14; until then the day recorded before stands.")
            return
        values = {name: field.text() for name, field in self.fields.items()}
        scope = dataclasses.replace(
            self.session.inputs.scope, **values, deployment_context=self.context.toPlainText(), as_of=moment
        )
        self._put(scope)

    def _put_plan(self) -> None:
        self._put(dataclasses.replace(self.session.inputs.plan, note=self.note.toPlainText()))

    def _put(self, record: Scope | Plan) -> None:
        try:
            self.session.put(record, coalesce=type(record).__name__)
        except UserError as error:
            self._say_problem(f"{cause_of(error)} Until then what was recorded before stands.")
        else:
            self._say_problem("")

    def _say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _show_plan(self, snapshot: Snapshot, plan: Plan) -> None:
        locked = bool(plan.locked_at)
        if locked:
            self._plan_state.setText(
                f"Locked by {plan.locked_by}, {moment(plan.locked_at)}. A change needs an amendment with its reason, "
                "which is printed wherever the plan matters."
            )
        else:
            self._plan_state.setText(
                "Not locked. Lock it before results come in; otherwise every report says that it was not."
            )
        set_role(self._plan_state, role="muted")
        self.note.setReadOnly(locked)
        self._lock.setVisible(not locked and not self.session.read_only)
        self._amend.setVisible(locked and not self.session.read_only)
        clear(self._plan_rows)
        titles = snapshot.pack.indicator_by_id
        for item in plan.indicators:
            wants = [f"at least {item.min_n} trials"] if item.min_n else []
            wants += [f"with {', '.join(item.required_elicitation)}"] if item.required_elicitation else []
            title = titles[item.indicator].title if item.indicator in titles else item.indicator
            self._plan_rows.addWidget(label(f"{title}: {'; '.join(wants) or 'as the framework asks'}", wrap=True))
        clear(self._amendments)
        for change in plan.amendments:
            text = f"{moment(change.at)}, {change.by}: {change.change}. Reason: {change.reason}"
            self._amendments.addWidget(label(text, wrap=True, selectable=True))

    def _on_lock(self) -> None:
        from asl_desktop.services.recording import lock_plan

        actor, clock = self.session.actor, self.session.clock
        text = f"The plan is fixed in the name of {actor}. Afterwards it can only be amended, with a reason."
        if not dialogs_seam.ask(self, "Lock the plan", text, yes="Lock the plan"):
            return
        self.session.perform(
            lambda document: lock_plan(document, by=actor, clock=clock).result(),
            done=lambda _: announce(self, "Plan locked"),
            failed=self._on_failed,
        )

    def _on_amend(self) -> None:
        from asl_desktop.services.recording import amend_plan

        note = dialogs_seam.ask_text(self, "Amend the plan", "The plan as it shall read", text=self.note.toPlainText())
        change = note is not None and dialogs_seam.ask_text(self, "Amend the plan", "What is changed")
        reason = change and dialogs_seam.ask_text(self, "Amend the plan", "Why it is changed")
        if not note or not change or not reason:
            return
        actor, clock = self.session.actor, self.session.clock
        plan = dataclasses.replace(self.session.inputs.plan, note=note)
        self.session.perform(
            lambda document: amend_plan(
                document, by=actor, reason=reason, change=change, plan=plan, clock=clock
            ).result(),
            done=lambda _: announce(self, "Plan amended"),
            failed=self._on_failed,
        )

    def _on_failed(self, error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            self.banner.tell("The plan was not changed", cause_of(error))


def _field_label(text: str) -> QLabel:
    """Return a label whose words stand level with the first line of the field beside it."""
    result = label(text, "label")
    result.setFixedHeight(32)
    return result
