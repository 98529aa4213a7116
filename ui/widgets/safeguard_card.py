"""One safeguard: what it demands, what evidence must show, and its state as people record it."""

from __future__ import annotations

import contextlib
import dataclasses

from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem, EvidenceLink, RequirementRecord, RequirementStatus
from asl_desktop.domain.wording import REQUIREMENT_WORDS, day
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from ui.forms.fields import TextBox, read_day
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.evidence import EvidenceSection
from ui.widgets.flow import CellsLayout, FlowLayout, cell
from ui.widgets.history_button import history_button
from ui.widgets.marked_text import with_reading
from ui.widgets.parts import button, chip, column, label, row

_STATUS: tuple[RequirementStatus, ...] = (
    "not_assessed",
    "planned",
    "partly",
    "in_place",
    "not_applicable",
    "excepted",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Demand:
    """What a safeguard asks for, be it the framework's or the lab's own."""

    id: str
    title: str
    text: str
    evidence_to_show: str
    standard: str
    track: str
    source: str


def demand_of(session: Session, row_id: str) -> Demand | None:
    """Return what the safeguard of that id asks for; None when there is none."""
    pack = session.pack
    found = pack.requirement_by_id.get(row_id)
    if found is not None:
        source = pack.source_by_id.get(found.cite.source)
        document = f"{source.document} {source.version}".strip() if source else found.cite.source
        place = f"{document}, {found.cite.place}" if found.cite.place else document
        track = pack.track_by_id[found.track].title
        return Demand(row_id, found.title, found.text, found.evidence_to_show, found.standard, track, place)
    for own in session.inputs.specifications:
        for item in own.requirements:
            if item.id == row_id:
                by = tr("specified by {author}, {date}").format(author=own.author, date=day(own.dated))
                track = pack.track_by_id[own.track].title
                return Demand(row_id, item.title, own.text, item.evidence_to_show, own.standard, track, by)
    return None


class SafeguardCard(QFrame):
    """Editor of one requirement's state."""

    def __init__(self, session: Session, demand: Demand) -> None:
        super().__init__()
        set_role(self, role="card")
        self.session = session
        self.demand = demand
        self.status: dict[RequirementStatus, QPushButton] = {}
        self.owner = QLineEdit()
        self.due = QLineEdit()
        self.reason = QLineEdit()
        self.confirmed_by = QLineEdit()
        self.approved_by = QLineEdit()
        self.ends = QLineEdit()
        self.note = TextBox(tr("Note"), 72)
        self.evidence = EvidenceSection(session, self._with_evidence)
        self._standing = label("", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._extra: dict[str, QWidget] = {}
        self._wanted: RequirementStatus | None = None
        self._refusal = ""
        self._loading = False
        self._lay_out()
        self._connect()
        self.refresh(session.snapshot)

    def record(self) -> RequirementRecord:
        """Return the record as the session holds it; not assessed when nobody touched it."""
        held = self.session.inputs.requirement_by_id.get(self.demand.id)
        return held or RequirementRecord(self.demand.id)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the record; a field that is being typed in keeps its text."""
        held = self.record()
        self._loading = True
        status = self._wanted or held.status
        self.status[status].setChecked(True)
        texts = (
            (self.owner, held.owner),
            (self.reason, held.reason),
            (self.confirmed_by, held.confirmed_by),
            (self.approved_by, held.approved_by),
            (self.due, day(held.due) if held.due else ""),
            (self.ends, day(held.ends) if held.ends else ""),
        )
        for field, text in texts:
            unread = field in (self.due, self.ends) and _unread(field)
            if not field.hasFocus() and not unread and field.text() != text:
                field.setText(text)
        if not self.note.hasFocus():
            self.note.show_text(held.note)
        self.evidence.show_links(held.evidence)
        self._extra["exception"].setVisible(status == "excepted")
        self._extra["reason"].setVisible(status in {"excepted", "not_applicable"})
        self._extra["confirmation"].setVisible(status == "not_applicable")
        self._standing.setText(_standing(snapshot, self.demand.id))
        self._loading = False

    def history_of(self) -> str:
        """Return what the history of this card is asked by."""
        return f"requirement:{self.demand.id}"

    def problem(self) -> str:
        """Return what keeps typed text from being recorded, or nothing."""
        for field, name in ((self.due, tr("Due")), (self.ends, tr("The exception ends"))):
            if _unread(field):
                return tr("{name}: write the day as 14 Mar 2026 or 2026-03-14.").format(name=name)
        return self._refusal

    def _on_status(self, status: RequirementStatus) -> None:
        self._wanted = status
        self._refusal = ""
        self._put(self._draft(), typing=False)
        self.refresh(self.session.snapshot)

    def _on_edited(self) -> None:
        if self._loading:
            return
        self._refusal = ""
        self._put(self._draft(), typing=True)

    def _draft(self) -> RequirementRecord:
        held = self.record()
        return dataclasses.replace(
            held,
            status=self._wanted or held.status,
            owner=self.owner.text(),
            due=held.due if _unread(self.due) else read_day(self.due.text()),
            note=self.note.toPlainText(),
            reason=self.reason.text(),
            confirmed_by=self.confirmed_by.text(),
            approved_by=self.approved_by.text(),
            ends=held.ends if _unread(self.ends) else read_day(self.ends.text()),
        )

    def _on_links_changed(self, links: tuple[EvidenceLink, ...]) -> None:
        self._put(dataclasses.replace(self.record(), evidence=links), typing=False)

    def _with_evidence(self, item: EvidenceItem) -> RequirementRecord | None:
        held = self.record()
        if any(link_.evidence == item.sha256 for link_ in held.evidence):
            return None
        return dataclasses.replace(held, evidence=(*held.evidence, EvidenceLink(item.sha256)))

    def _put(self, record: RequirementRecord, *, typing: bool) -> None:
        """Record it; where its status still lacks something, say so and record all the rest meanwhile."""
        key = f"requirement:{self.demand.id}"
        wanted, self._wanted = self._wanted, None
        try:
            self.session.put(record, coalesce=key if typing else "")
        except UserError as error:
            self._wanted = wanted
            self._refusal = tr("Not recorded yet. {cause_of}").format(cause_of=cause_of(error))
            kept = dataclasses.replace(record, status=self.record().status)
            if kept not in (record, self.record()):
                with contextlib.suppress(UserError):
                    self.session.put(kept, coalesce=key)
        self._show_problem()

    def _show_problem(self) -> None:
        problem = self.problem()
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _connect(self) -> None:
        lines = (self.owner, self.due, self.reason, self.confirmed_by, self.approved_by, self.ends)
        for field in lines:
            field.textEdited.connect(lambda _: self._on_edited())
            field.editingFinished.connect(self.session.write_now)
            field.setEnabled(not self.session.read_only)
        self.note.textChanged.connect(self._on_edited)
        self.note.setEnabled(not self.session.read_only)
        self.evidence.links_changed.connect(self._on_links_changed)
        self.evidence.set_read_only(self.session.read_only)

    def _lay_out(self) -> None:
        demand = self.demand
        note = QFrame()
        set_role(note, role="note")
        inner = column(
            label(tr("Evidence must show"), "label"), label(demand.evidence_to_show, "muted", wrap=True), spacing=4
        )
        inner.setContentsMargins(12, 8, 12, 8)
        note.setLayout(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        chips = row(chip(demand.id), chip(f"{demand.standard} {demand.track.lower()}"), 1)
        chips.addWidget(history_button(self.history_of))
        layout.addLayout(chips)
        layout.addWidget(label(demand.title, "question", wrap=True))
        layout.addWidget(label(demand.text, wrap=True))
        if demand.evidence_to_show:
            layout.addWidget(note)
        layout.addWidget(self._segments())
        layout.addWidget(self._standing)
        layout.addWidget(self._problem)
        self._problem.hide()
        layout.addWidget(self._pair("reason", (tr("Reason"), self.reason)))
        layout.addWidget(self._pair("confirmation", (tr("Confirmed by a reviewer"), self.confirmed_by)))
        layout.addWidget(self._pair("exception", (tr("Approved by"), self.approved_by), (tr("Ends on"), self.ends)))
        layout.addWidget(self._pair("owner", (tr("Owner"), self.owner), (tr("Due"), self.due)))
        layout.addLayout(column(label(tr("Note"), "label"), with_reading(self.note), spacing=4))
        layout.addWidget(self.evidence)
        layout.addWidget(label(tr("Source: {source}").format(source=demand.source), "muted", wrap=True))

    def _pair(self, name: str, *fields: tuple[str, QLineEdit]) -> QWidget:
        holder = QWidget()
        cells = CellsLayout(holder, most=len(fields))
        for text, field in fields:
            field.setAccessibleName(f"{text}, {self.demand.id}")
            if field in (self.due, self.ends):
                field.setPlaceholderText(tr("14 Mar 2026"))
            cells.addWidget(cell(label(text, "label"), field))
        self._extra[name] = holder
        return holder

    def _segments(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, 8)
        group = QButtonGroup(self)
        for status in _STATUS:
            text = tr(REQUIREMENT_WORDS[status]).capitalize()
            choice = button(text, role="toggle")
            choice.setCheckable(True)
            choice.setAccessibleName(f"{self.demand.id} {text.lower()}")
            choice.clicked.connect(lambda _=False, s=status: self._on_status(s))
            choice.setEnabled(not self.session.read_only)
            group.addButton(choice)
            flow.addWidget(choice)
            self.status[status] = choice
        return holder


def _unread(field: QLineEdit) -> bool:
    """Tell whether something is typed that is no day."""
    return bool(field.text().strip()) and read_day(field.text()) is None


def _standing(snapshot: Snapshot, row_id: str) -> str:
    missing = next((item for item in snapshot.determination.gap if item.requirement == row_id), None)
    if missing is not None:
        return tr("Counts as missing: {lower}{reason}").format(
            lower=missing.reason[:1].lower(), reason=missing.reason[1:]
        )
    requirement = snapshot.pack.requirement_by_id.get(row_id)
    if requirement is not None:
        track = snapshot.pack.track_by_id[requirement.track]
        required = snapshot.determination.track_by_id[requirement.track].required
        if track.rank(requirement.standard) > track.rank(required):
            return tr("Its standard, {standard}, is not required now.").format(standard=requirement.standard)
    return tr("Covered.")
