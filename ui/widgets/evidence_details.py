"""What people say about a piece of evidence, and the versions of it, as a form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.forms.day_field import DayField
from ui.forms.drop_down import drop_down
from ui.plain import visible
from ui.session import Session, cause_of
from ui.theme import fix
from ui.widgets.elided import ElidedLabel
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import Banner, button, column, label, link, row
from ui.wording import moment, sentence, short_digest

_TEXTS: Mapping[str, tuple[str, str]] = {
    "name": (mark("Name of the file"), mark("Under which it is saved and listed")),
    "title": (mark("Title"), mark("What people call it; the file name when empty")),
    "cites": (mark("Cites"), mark("Where it comes from, such as a report and its section")),
}
_DAYS: Mapping[str, str] = {
    "produced": mark("Produced"),
    "received": mark("Received"),
    "valid_until": mark("Valid until"),
}
_CHOICES: Mapping[str, tuple[str, Sequence[str]]] = {
    "strength": (mark("Strength"), ("", mark("weak"), mark("moderate"), mark("strong"))),
    "confidentiality": (
        mark("Confidentiality"),
        ("", mark("public"), mark("internal"), mark("confidential"), mark("restricted")),
    ),
}
_NONE = mark("Not a newer version of anything")


class EvidenceDetails(QWidget):
    """Edits one item through the session. ``shown_wanted(digest)`` asks to show another version."""

    shown_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._sha256 = ""
        self.texts = {name: self._line(name, tr(title), tr(hint)) for name, (title, hint) in _TEXTS.items()}
        self.days = {name: self._day(name, tr(title)) for name, title in _DAYS.items()}
        self.choices = {
            name: self._choice(name, tr(title), [tr(word) for word in words])
            for name, (title, words) in _CHOICES.items()
        }
        self.older = ElidedLabel(tr(_NONE))
        self.choose = button(tr("Choose\u2026"), self._choose_older, role="toggle")
        self._forget = link(tr("It is not"), lambda: self._put(typing=False, replaces=""))
        self._go_older = link(tr("Show the older one"), lambda: self._show_version(self._item().replaces))
        self.newer = Banner("info")
        self._newer = ""
        self.newer.buttons.addWidget(link(tr("Show the newer one"), lambda: self._show_version(self._newer)))
        self.problem = label("", "error", wrap=True)
        self._facts = label("", "muted", wrap=True, selectable=True)
        self._lay_out()
        self._connect()

    def show_item(self, item: EvidenceItem, snapshot: Snapshot) -> None:
        """Show an item; a field that is being typed in keeps its text, as long as it is the same item."""
        other = item.sha256 != self._sha256
        self._sha256 = item.sha256
        for name, field in self.texts.items():
            if other or not field.hasFocus():
                self._set_text(field, getattr(item, name))
        for name, day in self.days.items():
            if other:
                day.clearFocus()
            day.show_day(getattr(item, name))
        for name, box in self.choices.items():
            box.setCurrentIndex(_CHOICES[name][1].index(getattr(item, name)))
        self._show_versions(item, snapshot)
        said = (
            f"sha256 {item.sha256}",
            tr("{size:,} bytes").format(size=item.size).replace(",", "\u202f"),
            item.media_type,
        )
        self._facts.setText(
            "\n".join(
                (
                    *said,
                    tr("Added by {author}, {time}").format(
                        author=item.author or tr("nobody named"), time=moment(item.at)
                    ),
                )
            )
        )
        if other:
            self._say("")

    def unrecorded(self) -> str:
        """Return one sentence about a day that cannot be recorded as it is typed, or nothing."""
        return next((day.problem() for day in self.days.values() if day.problem()), "")

    def _item(self) -> EvidenceItem:
        return self._session.inputs.evidence_by_sha[self._sha256]

    def _put(self, *, typing: bool, **changes: Any) -> None:
        if self._sha256 not in self._session.inputs.evidence_by_sha:
            return
        try:
            item = dataclasses.replace(self._item(), **changes)
            if item != self._item():
                self._session.put(item, coalesce=f"evidence:{self._sha256}" if typing else "")
            self._say("")
        except UserError as error:
            self._say(cause_of(error))

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _show_versions(self, item: EvidenceItem, snapshot: Snapshot) -> None:
        from asl_desktop.services.evidence_uses import newer_version

        held = snapshot.inputs.evidence_by_sha
        older = held.get(item.replaces)
        off_file = (
            tr("A file that is not on record, sha256 {short_digest}").format(short_digest=short_digest(item.replaces))
            if item.replaces
            else tr(_NONE)
        )
        self.older.setText(older.title or older.name if older is not None else off_file)
        self._go_older.setVisible(older is not None)
        self._forget.setVisible(bool(item.replaces) and not self._session.read_only)
        newer = newer_version(snapshot.inputs, item.sha256)
        self._newer = newer.sha256 if newer is not None else ""
        if newer is not None:
            self.newer.retitle(
                visible(tr("A newer version is on file: {title}").format(title=newer.title or newer.name))
            )
        self.newer.setVisible(newer is not None)

    def _show_version(self, sha256: str) -> None:
        if sha256:
            self.shown_wanted.emit(sha256)

    def _choose_older(self) -> None:
        sha256 = dialogs_seam.pick_evidence(
            self, self._session, tr("Of what is it a newer version: {name}").format(name=self._item().name)
        )
        if sha256:
            self._put(typing=False, replaces=sha256)

    def _line(self, name: str, title: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(title)
        field.setPlaceholderText(hint)
        field.textEdited.connect(lambda text: self._put(typing=True, **{name: text}))
        field.editingFinished.connect(self._session.write_now)
        return field

    def _day(self, name: str, title: str) -> DayField:
        field = DayField(title)

        def _chosen(value: date | None) -> None:
            self._put(typing=True, **{name: value})

        field.day_chosen.connect(_chosen)
        field.editingFinished.connect(self._session.write_now)
        return field

    def _choice(self, name: str, title: str, words: Sequence[str]) -> QComboBox:
        box = drop_down(title, [sentence(word) if word else tr("Not said") for word in words])
        box.activated.connect(lambda position: self._put(typing=False, **{name: words[position]}))
        return box

    def _set_text(self, field: QLineEdit, text: str) -> None:
        if field.text() != text:
            field.setText(text)

    def _connect(self) -> None:
        read_only = self._session.read_only
        for line in (*self.texts.values(), *self.days.values()):
            line.setReadOnly(read_only)
        for box in (*self.choices.values(), self.choose):
            box.setEnabled(not read_only)

    def _lay_out(self) -> None:
        self.choose.setAccessibleName(tr("Choose the older version"))
        self._forget.setAccessibleName(tr("It is not a newer version of that"))
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(12)
        layout.addWidget(self.newer)
        for name in ("title", "cites"):
            layout.addLayout(_labelled(self.texts[name]))
        holder = QWidget()
        flow = FlowLayout(holder, 12)
        for field in (*self.days.values(), *self.choices.values()):
            flow.addWidget(_boxed(field, 128 if isinstance(field, DayField) else 150))
        layout.addWidget(holder)
        version = row(self.older, self._go_older, self._forget, 1, self.choose, spacing=12)
        layout.addLayout(column(label(tr("Newer version of"), "label"), version, spacing=4))
        layout.addLayout(_labelled(self.texts["name"]))
        layout.addWidget(self.problem)
        layout.addWidget(self._facts)
        layout.addStretch(1)


def _labelled(field: QWidget) -> QVBoxLayout:
    title = label(field.accessibleName(), "label")
    title.setBuddy(field)
    return column(title, field, spacing=4)


def _boxed(field: QWidget, width: int) -> QWidget:
    box = QWidget()
    fix(field, width=width)
    box.setLayout(_labelled(field))
    return box
