"""The interim measures of the framework: which are in force, by whom and until when."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import InterimRecord
from asl_desktop.domain.pack import InterimMeasure
from asl_desktop.domain.wording import day
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from ui import dialogs_seam
from ui.forms.fields import read_day
from ui.places import role_titles
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.flow import CellsLayout, cell
from ui.widgets.parts import Tone, announce, button, chip, clear, label, line, link, row


class InterimCard(QFrame):
    """Every interim measure of the pack, one under another."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        set_role(self, role="card")
        self.rows = {measure.id: InterimRow(session, measure) for measure in session.pack.interim_measures}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(tr("Interim measures"), "pane-title"))
        text = tr("They never open a gate by themselves; they are named beside it, and people decide.")
        layout.addWidget(label(text, "muted", wrap=True))
        for item in self.rows.values():
            layout.addWidget(line())
            layout.addWidget(item)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show every measure as it stands now."""
        for item in self.rows.values():
            item.refresh(snapshot)

    def unrecorded(self) -> str:
        """Return one sentence about a measure that is typed and not recorded, or nothing."""
        open_rows = [item.measure.title for item in self.rows.values() if item.dirty()]
        return (
            tr("{open_rows}: what is typed there is not recorded yet.").format(open_rows=open_rows[0])
            if open_rows
            else ""
        )


class InterimRow(QWidget):
    """One measure; its editor opens when asked for."""

    def __init__(self, session: Session, measure: InterimMeasure) -> None:
        super().__init__()
        self.session = session
        self.measure = measure
        self.by = QLineEdit()
        self.ends = QLineEdit()
        self.note = QLineEdit()
        self.record_button = button(tr("Put on record"), self.record, primary=True)
        self.remove_button = button(tr("Remove"), self._on_remove)
        self.change = link(tr("Put in force"), self._on_change)
        self.problem_line = label("", "error", wrap=True)
        self._chip_place = row(spacing=0)
        self._standing = label("", wrap=True)
        self._editor = QWidget()
        self._lay_out()

    def refresh(self, snapshot: Snapshot) -> None:
        """Show the record; what is being typed stays."""
        held = self.held()
        clear(self._chip_place)
        tone, words = _state(held, snapshot)
        self._chip_place.addWidget(chip(words, tone))
        self._standing.setText(_standing(held))
        self._standing.setVisible(bool(self._standing.text()))
        text = tr("Change") if held else tr("Put in force")
        self.change.setText(text)
        self.change.setAccessibleName(f"{text}: {self.measure.title}")
        self.change.setVisible(not self.session.read_only and self._editor.isHidden())
        self.remove_button.setVisible(held is not None)

    def held(self) -> InterimRecord | None:
        """Return the record as the session holds it."""
        return next((item for item in self.session.inputs.interim if item.measure == self.measure.id), None)

    def dirty(self) -> bool:
        """Tell whether something is typed that is not what is recorded."""
        if self._editor.isHidden():
            return False
        return (self.by.text(), self.ends.text(), self.note.text()) != _texts(self.held())

    def record(self) -> None:
        """Put what is typed on record; what does not fit is said beside it and stays typed."""
        typed = self.ends.text().strip()
        ends = read_day(typed)
        if typed and ends is None:
            self._tell(tr("Ends on: write the day as 14 Mar 2026 or 2026-03-14."))
            return
        try:
            self.session.put(InterimRecord(self.measure.id, self.by.text().strip(), ends, self.note.text().strip()))
        except UserError as error:
            self._tell(cause_of(error))
            return
        self._close()

    def _on_remove(self) -> None:
        text = tr("It is then not in force; the history keeps that it was.")
        if not dialogs_seam.ask(self, tr("Remove this interim measure"), text, yes=tr("Remove"), danger=True):
            return
        try:
            self.session.remove("interim", self.measure.id)
        except UserError as error:
            self._tell(cause_of(error))
            return
        self._close()

    def _on_change(self) -> None:
        for field, text in zip((self.by, self.ends, self.note), _texts(self.held()), strict=True):
            field.setText(text)
        self._editor.show()
        self.change.hide()
        self.by.setFocus()

    def _close(self) -> None:
        self._editor.hide()
        self.problem_line.hide()
        self.refresh(self.session.snapshot)

    def _tell(self, text: str) -> None:
        self.problem_line.setText(text)
        self.problem_line.show()
        announce(self, text, urgent=True)

    def _lay_out(self) -> None:
        head = row(chip(self.measure.id), spacing=8)
        head.addWidget(label(self.measure.title, "strong", wrap=True), 1)
        head.addLayout(self._chip_place)
        by = role_titles(self.session.pack, self.measure.decided_by)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        text = tr("{text} Decided by: {by}.").format(text=self.measure.text, by=by) if by else self.measure.text
        layout.addWidget(label(text, "muted", wrap=True))
        layout.addWidget(self._standing)
        layout.addLayout(row(self.change, 1))
        layout.addWidget(self._editor)
        self._fill_editor()
        self._editor.hide()

    def _fill_editor(self) -> None:
        cells = CellsLayout(most=3)
        fields = ((tr("Ordered by"), self.by), (tr("Ends on"), self.ends), (tr("Note"), self.note))
        for text, field in fields:
            field.setAccessibleName(f"{text}, {self.measure.title}")
            cells.addWidget(cell(label(text, "label"), field))
        self.ends.setPlaceholderText(tr("14 Mar 2026"))
        self.record_button.setAccessibleName(tr("Put on record: {title}").format(title=self.measure.title))
        self.remove_button.setAccessibleName(tr("Remove: {title}").format(title=self.measure.title))
        cancel = button(tr("Cancel"), self._close)
        cancel.setAccessibleName(tr("Cancel: {title}").format(title=self.measure.title))
        layout = QVBoxLayout(self._editor)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(cells)
        layout.addWidget(self.problem_line)
        self.problem_line.hide()
        layout.addLayout(row(self.record_button, self.remove_button, cancel, 1))


def _texts(held: InterimRecord | None) -> tuple[str, str, str]:
    if held is None:
        return "", "", ""
    return held.by, day(held.ends) if held.ends else "", held.note


def _state(held: InterimRecord | None, snapshot: Snapshot) -> tuple[Tone, str]:
    if held is None:
        return "", tr("Not in force")
    if held.ends is None:
        return "warn", tr("No end date, does not count")
    if held.ends < snapshot.as_of:
        return "warn", tr("Ended {date}").format(date=day(held.ends))
    return "accent", tr("In force until {date}").format(date=day(held.ends))


def _standing(held: InterimRecord | None) -> str:
    if held is None:
        return ""
    return tr("Ordered by {by}. {note}").format(by=held.by, note=held.note).strip()
