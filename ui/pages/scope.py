"""What is assessed: model, developer, where it will be used and against whom, and the day of judgement."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Scope
from asl_desktop.domain.wording import day
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui.forms.fields import TextBox, read_day
from ui.pages.base import Page
from ui.session import Session, cause_of
from ui.widgets.parts import card, label

_LINES = (
    ("title", mark("Title of the assessment")),
    ("model", mark("Model")),
    ("checkpoint", mark("Checkpoint or version")),
    ("developer", mark("Developer")),
    ("actors", mark("Actors considered")),
)


class ScopePage(Page):
    """Edits the scope; what fits is recorded as it is typed."""

    page_id: ClassVar[str] = "scope"
    heading: ClassVar[str] = mark("Scope")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.add_heading(tr("What is assessed, whose it is, where it will be used, and which actors are considered."))
        self.fields = {name: QLineEdit() for name, _ in _LINES}
        self.context = TextBox(tr("Where it will be used"), 72)
        self.as_of = QLineEdit()
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.body.addWidget(card(label(tr("Scope"), "pane-title"), self._scope_form(), self._problem))
        self.body.addStretch(1)
        self._connect()

    def refresh(self, snapshot: Snapshot) -> None:
        scope = snapshot.inputs.scope
        for name, field in self.fields.items():
            if not field.hasFocus() and field.text() != getattr(scope, name):
                field.setText(getattr(scope, name))
                field.setCursorPosition(0)
        if not self.context.hasFocus():
            self.context.show_text(scope.deployment_context)
        if not self.as_of.hasFocus():
            self.as_of.setText(day(scope.as_of) if scope.as_of else "")

    def open_item(self, item: str) -> None:
        """Put the cursor into a field of the scope, by its name in the record."""
        editors: dict[str, QWidget] = {**self.fields, "deployment_context": self.context, "as_of": self.as_of}
        target = editors.get(item, self.fields["model"])
        target.setFocus()
        self.scroll_area.ensureWidgetVisible(target, 0, 48)

    def unrecorded(self) -> str:
        return self._problem.text()

    def history_of(self) -> str:
        return "scope"

    def commit(self) -> None:
        self.session.write_now()

    def _scope_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(12)
        for name, text in _LINES:
            self.fields[name].setAccessibleName(tr(text))
            form.addRow(_field_label(tr(text)), self.fields[name])
        form.addRow(_field_label(tr("Where it will be used")), self.context)
        self.as_of.setAccessibleName(tr("Judged as of"))
        self.as_of.setPlaceholderText(tr("the day of looking; or a day such as 14 Mar 2026"))
        form.addRow(_field_label(tr("Judged as of")), self.as_of)
        return form

    def _connect(self) -> None:
        editors: list[QWidget] = [*self.fields.values(), self.context, self.as_of]
        for field in (*self.fields.values(), self.as_of):
            field.textEdited.connect(lambda _: self._put_scope())
            field.editingFinished.connect(self.session.write_now)
        self.context.textChanged.connect(self._put_scope)
        for editor in editors:
            editor.setEnabled(not self.session.read_only)

    def _put_scope(self) -> None:
        text = self.as_of.text().strip()
        moment = read_day(text) if text else None
        if text and moment is None:
            self._say_problem(
                tr("Write the day as 14 Mar 2026 or 2026-03-14; until then the day recorded before stands.")
            )
            return
        values = {name: field.text() for name, field in self.fields.items()}
        scope = dataclasses.replace(
            self.session.inputs.scope, **values, deployment_context=self.context.toPlainText(), as_of=moment
        )
        self._put(scope)

    def _put(self, record: Scope) -> None:
        try:
            self.session.put(record, coalesce=tr("Scope"))
        except UserError as error:
            self._say_problem(
                tr("{cause_of} Until then what was recorded before stands.").format(cause_of=cause_of(error))
            )
        else:
            self._say_problem("")

    def _say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))


def _field_label(text: str) -> QLabel:
    """Return a label whose words stand level with the first line of the field beside it."""
    result = label(text, "label")
    result.setFixedHeight(32)
    return result
