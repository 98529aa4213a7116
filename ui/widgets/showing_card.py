"""One showing for one threshold: what must be shown, what the record supports, and what people decide."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from asl_desktop.clock import stamp
from asl_desktop.domain.determination import Snapshot, Tension, Trace
from asl_desktop.domain.determine import support_of
from asl_desktop.domain.inputs import Dissent, EvidenceItem, EvidenceLink, ShowingRecord, ShowingStatus
from asl_desktop.domain.pack import Showing
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.forms.fields import TextBox
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.evidence import EvidenceSection
from ui.widgets.history_button import history_button
from ui.widgets.marked_text import with_reading
from ui.widgets.parts import IconLabel, button, chip, clear, column, label, link, row
from ui.wording import name_of

_STATUS: tuple[tuple[ShowingStatus, str], ...] = (
    ("draft", mark("Draft")),
    ("accepted", mark("Accepted")),
    ("rejected", mark("Rejected")),
)
_MARK = {"true": ("circle-check", "ok"), "false": ("octagon-alert", "danger"), "unknown": ("circle-help", "warn")}


class ShowingCard(QFrame):
    """Editor of one showing. Accepting is the act of the named people; the program only says what is in tension."""

    def __init__(self, session: Session, showing: Showing, threshold_id: str) -> None:
        super().__init__()
        set_role(self, role="card")
        self.session = session
        self.showing = showing
        self.threshold_id = threshold_id
        self.status: dict[ShowingStatus, QPushButton] = {}
        self.by = QLineEdit()
        self.role = QLineEdit()
        self.argument = TextBox(tr("Argument for {id}").format(id=showing.id), 96)
        self.rationales: dict[str, TextBox] = {}
        self.evidence = EvidenceSection(session, self._with_evidence)
        self._support = QVBoxLayout()
        self._tensions = QVBoxLayout()
        self._dissent = QVBoxLayout()
        self._problem = label("", "error", wrap=True)
        self._loading = False
        self._tense_subjects: tuple[str, ...] = ()
        self._support_shown: Trace | None = None
        self._lay_out()
        self._connect()
        self.refresh(session.snapshot)

    def record(self) -> ShowingRecord:
        """Return the showing as the session holds it; an empty draft when nobody touched it."""
        held = self.session.inputs.showing_by_key.get((self.showing.id, self.threshold_id))
        return held or ShowingRecord(self.showing.id, self.threshold_id)

    def history_of(self) -> str:
        """Return what the history of this card is asked by."""
        return f"showing:{self.showing.id}@{self.threshold_id}"

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the record and what it is in tension with; a field that is being typed in keeps its text."""
        held = self.record()
        self._loading = True
        self.status[held.status].setChecked(True)
        for field, text in ((self.by, held.by), (self.role, held.role)):
            if not field.hasFocus() and field.text() != text:
                field.setText(text)
        if not self.argument.hasFocus():
            self.argument.show_text(held.argument)
        self.evidence.show_links(held.evidence)
        self._show_support(snapshot)
        self._show_tensions(snapshot, held)
        self._show_dissent(held)
        self._show_problem(held)
        self._loading = False

    def _show_problem(self, held: ShowingRecord) -> None:
        missing = []
        if held.status == "accepted":
            missing += [] if held.by.strip() else [tr("the name of who accepted it")]
            missing += [] if held.evidence else [tr("evidence")]
            silent = [box for subject, box in self.rationales.items() if not held.rationales.get(subject, "").strip()]
            missing += [tr("a rationale for every point in tension")] if silent else []
        text = (
            tr("It does not count yet: it still needs {missing}.").format(missing=", ".join(missing)) if missing else ""
        )
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _show_support(self, snapshot: Snapshot) -> None:
        trace = support_of(
            snapshot.pack, snapshot.inputs, snapshot.as_of, showing=self.showing.id, threshold=self.threshold_id
        )
        if trace == self._support_shown and self._support.count():
            return
        self._support_shown = trace
        clear(self._support)
        if trace is None:
            self._support.addWidget(
                label(tr("The framework ties no numbers to this showing; it rests on argument."), "muted")
            )
            return
        for leaf in _leaves(trace):
            name, tone = _MARK[leaf.value]
            line = row(IconLabel(name, tone), spacing=8)
            line.addWidget(label(leaf.reason, wrap=True), 1)
            self._support.addLayout(line)

    def _show_tensions(self, snapshot: Snapshot, held: ShowingRecord) -> None:
        found = [
            tension
            for tension in snapshot.determination.tensions
            if (tension.showing, tension.threshold) == (self.showing.id, self.threshold_id)
        ]
        subjects = tuple(tension.subject for tension in found)
        if subjects != self._tense_subjects:
            self._tense_subjects = subjects
            clear(self._tensions)
            self.rationales = {}
            if found:
                self._tensions.addWidget(label(tr("In tension with the record"), "label"))
            for tension in found:
                self._tensions.addLayout(self._tension(tension))
        for subject, box in self.rationales.items():
            if not box.hasFocus():
                box.show_text(held.rationales.get(subject, ""))

    def _tension(self, tension: Tension) -> QVBoxLayout:
        name = name_of(self.session.pack, tension.subject)
        box = TextBox(tr("Why {id} is accepted despite {name}").format(id=self.showing.id, name=name), 64)
        box.setPlaceholderText(tr("Why it is accepted all the same; printed on the first page of every report"))
        box.textChanged.connect(self._on_edited)
        box.setReadOnly(self.session.read_only)
        self.rationales[tension.subject] = box
        return column(label(tension.finding, "muted", wrap=True), with_reading(box), spacing=4)

    def _show_dissent(self, held: ShowingRecord) -> None:
        clear(self._dissent)
        for voice in held.dissent:
            said = label(tr("{by} dissents: {text}").format(by=voice.by, text=voice.text), wrap=True, selectable=True)
            line = row(IconLabel("users"), spacing=8)
            line.addWidget(said, 1)
            self._dissent.addLayout(line)

    def _on_status(self, status: ShowingStatus) -> None:
        held = self.record()
        by = held.by
        if status != "draft" and not by.strip():
            by = self.session.actor
        self._put(dataclasses.replace(held, status=status, by=by), typing=False)

    def _on_edited(self) -> None:
        if self._loading:
            return
        rationales = dict(self.record().rationales)
        for subject, box in self.rationales.items():
            if box.toPlainText().strip():
                rationales[subject] = box.toPlainText()
            else:
                rationales.pop(subject, None)
        changed = dataclasses.replace(
            self.record(),
            by=self.by.text(),
            role=self.role.text(),
            argument=self.argument.toPlainText(),
            rationales=rationales,
        )
        self._put(changed, typing=True)

    def _on_links_changed(self, links: tuple[EvidenceLink, ...]) -> None:
        self._put(dataclasses.replace(self.record(), evidence=links), typing=False)

    def _with_evidence(self, item: EvidenceItem) -> ShowingRecord | None:
        held = self.record()
        if any(link_.evidence == item.sha256 for link_ in held.evidence):
            return None
        return dataclasses.replace(held, evidence=(*held.evidence, EvidenceLink(item.sha256)))

    def _on_dissent(self) -> None:
        by = dialogs_seam.ask_text(self, tr("Record dissent"), tr("Who dissents"), text=self.session.actor)
        text = by and dialogs_seam.ask_text(self, tr("Record dissent"), tr("What they say, word for word"))
        if by and text and text.strip():
            voice = Dissent(by.strip(), text.strip(), stamp(self.session.clock))
            held = self.record()
            self._put(dataclasses.replace(held, dissent=(*held.dissent, voice)), typing=False)

    def _put(self, record: ShowingRecord, *, typing: bool) -> None:
        key = f"showing:{self.showing.id}@{self.threshold_id}"
        try:
            self.session.put(record, coalesce=key if typing else "")
        except UserError as error:
            self._keep_the_rest(record, key)
            self._problem.setText(cause_of(error))
            self._problem.show()

    def _keep_the_rest(self, record: ShowingRecord, key: str) -> None:
        """Record what was typed although the decision as it stands is refused for want of a name."""
        held = self.record()
        kept = dataclasses.replace(record, status=held.status, by=held.by)
        if kept != record:
            with contextlib.suppress(UserError):
                self.session.put(kept, coalesce=key)

    def _connect(self) -> None:
        for field in (self.by, self.role):
            field.textEdited.connect(lambda _: self._on_edited())
            field.editingFinished.connect(self.session.write_now)
        self.argument.textChanged.connect(self._on_edited)
        self.evidence.links_changed.connect(self._on_links_changed)

    def _lay_out(self) -> None:
        self.by.setAccessibleName(tr("Who decided on {id}").format(id=self.showing.id))
        self.role.setAccessibleName(tr("Their role, for {id}").format(id=self.showing.id))
        head = row(chip(self.showing.id), label(self.showing.title, "pane-title"), 1)
        head.addWidget(history_button(self.history_of))
        people = QHBoxLayout()
        people.setSpacing(12)
        people.addLayout(column(label(tr("Decided by"), "label"), self.by, spacing=4), 1)
        people.addLayout(column(label(tr("In the role of"), "label"), self.role, spacing=4), 1)
        self._support.setSpacing(6)
        self._tensions.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(label(self.showing.text, "muted", wrap=True))
        layout.addWidget(label(tr("What the record supports"), "label"))
        layout.addLayout(self._support)
        layout.addWidget(self._segments())
        layout.addLayout(people)
        layout.addLayout(column(label(tr("Argument"), "label"), with_reading(self.argument), spacing=4))
        layout.addLayout(self._tensions)
        layout.addWidget(self._problem)
        layout.addWidget(self.evidence)
        layout.addLayout(self._dissent)
        dissent = link(tr("Record dissent"), self._on_dissent)
        layout.addLayout(row(dissent, 1))
        for editor in (self.by, self.role, self.argument, dissent, *self.status.values()):
            editor.setEnabled(not self.session.read_only)
        self.evidence.set_read_only(self.session.read_only)

    def _segments(self) -> QWidget:
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        group = QButtonGroup(self)
        for at, (status, text) in enumerate(_STATUS):
            choice = button(tr(text), role="segment")
            choice.setCheckable(True)
            choice.setAccessibleName(f"{self.showing.id} {tr(text).lower()}")
            set_role(choice, place=("first", "middle", "last")[at])
            choice.clicked.connect(lambda _=False, s=status: self._on_status(s))
            group.addButton(choice)
            layout.addWidget(choice)
            self.status[status] = choice
        return holder


def _leaves(trace: Trace) -> Iterator[Trace]:
    if not trace.children:
        yield trace
    for child in trace.children:
        yield from _leaves(child)
