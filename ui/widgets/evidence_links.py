"""What a piece of evidence is linked from: one row a link, and a line to add another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceLink
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui.forms.drop_down import drop_down
from ui.plain import visible
from ui.session import Session, cause_of
from ui.theme import fix
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import announce, button, clear, column, label, link, row, tool_button

if TYPE_CHECKING:
    from asl_desktop.services.evidence_uses import Holder, Target, Use

_STANCE_WIDTH = 136
_SUPPORTS, _COUNTERS = mark("Supports"), mark("Speaks against")


class LinkRow(QWidget):
    """One link: what it comes from, for or against, and the place in the evidence."""

    changed = Signal(object)
    removed = Signal()
    go_wanted = Signal()

    def __init__(self, text: str, use: Use, *, read_only: bool) -> None:
        super().__init__()
        self.link = use.link
        name, _, title = text.partition(": ")
        self.go = link(name, self.go_wanted.emit)
        self.go.setAccessibleName(tr("Go to {text}").format(text=text))
        self.stance = drop_down(tr("For or against, {name}").format(name=name), (tr(_SUPPORTS), tr(_COUNTERS)))
        self.stance.setCurrentIndex(int(use.link.stance == "counters"))
        fix(self.stance, width=_STANCE_WIDTH)
        self.stance.activated.connect(lambda _: self._on_changed())
        self.anchor = QLineEdit(use.link.anchor)
        self.anchor.setPlaceholderText(tr("Page, section or line"))
        self.anchor.setAccessibleName(tr("Place in the evidence, {name}").format(name=name))
        self.anchor.editingFinished.connect(self._on_changed)
        self.remove = tool_button("x", tr("Remove the link from {name}").format(name=name), self.removed.emit)
        for widget in (self.stance, self.anchor, self.remove):
            widget.setEnabled(not read_only)
        words = ElidedLabel(title, "muted", Qt.TextElideMode.ElideRight)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        first = row(self.go, spacing=8)
        first.addWidget(words, 1)
        first.addWidget(self.remove)
        second = row(self.stance, spacing=8)
        second.addWidget(self.anchor, 1)
        layout = column(first, second, spacing=4)
        layout.setContentsMargins(0, 4, 0, 8)
        self.setLayout(layout)

    def _on_changed(self) -> None:
        stance: Literal["supports", "counters"] = "counters" if self.stance.currentIndex() else "supports"
        now = dataclasses.replace(self.link, stance=stance, anchor=self.anchor.text().strip())
        if now != self.link:
            self.changed.emit(now)


class EvidenceLinks(QWidget):
    """Edits the links to one piece of evidence through the session. ``wants(reference)`` asks to go to a record."""

    wants = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._sha256 = ""
        self._uses: tuple[Use, ...] = ()
        self._basis: tuple[object, ...] = ()
        self._targets: Mapping[str, Target] = {}
        self._by_text: Mapping[str, Target] = {}
        self.rows: list[LinkRow] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._none = label(
            tr("Nothing is linked to it yet. Evidence counts only where it is linked."), "muted", wrap=True
        )
        self.target = QLineEdit()
        self._names = QStringListModel()
        self.stance = drop_down(tr("For or against"), (tr(_SUPPORTS), tr(_COUNTERS)))
        self.anchor = QLineEdit()
        self.add = button(tr("Link"), self._on_add)
        self.problem = label("", "error", wrap=True)
        self._lay_out()

    def show_uses(self, sha256: str, uses: tuple[Use, ...], snapshot: Snapshot) -> None:
        """Show the links to a piece of evidence; rows stay as they are when they say the same."""
        self._learn(snapshot)
        if sha256 != self._sha256:
            self._clear_form()
        elif uses == self._uses:
            return
        self._sha256, self._uses = sha256, uses
        clear(self._column)
        self.rows = []
        for use in uses:
            self._add_row(use)
        self._none.setVisible(not uses)

    def focus_form(self) -> None:
        """Put the cursor where a new link is typed."""
        self.target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _learn(self, snapshot: Snapshot) -> None:
        """Learn what can be linked; the list is made anew only when records came or went."""
        from asl_desktop.services.evidence_uses import targets_of

        inputs = snapshot.inputs
        basis = (snapshot.pack, inputs.measurements, inputs.interim, inputs.specifications)
        if len(basis) == len(self._basis) and all(new is old for new, old in zip(basis, self._basis, strict=True)):
            return
        self._basis = basis
        targets = targets_of(snapshot.pack, inputs)
        self._targets = {target.reference: target for target in targets}
        by_text: dict[str, Target] = {}
        for target in targets:
            text = visible(target.text)
            by_text[text if text not in by_text else f"{text} ({target.reference.rpartition(':')[2][:8]})"] = target
        self._by_text = by_text
        self._names.setStringList(list(by_text))

    def _add_row(self, use: Use) -> None:
        target = self._targets.get(use.reference)
        line = LinkRow(visible(target.text if target else use.reference), use, read_only=self._session.read_only)
        line.changed.connect(lambda now: self._replace(use, now))
        line.removed.connect(lambda: self._remove(use))
        line.go_wanted.connect(lambda: self.wants.emit(use.reference))
        self.rows.append(line)
        self._column.addWidget(line)

    def _replace(self, use: Use, now: EvidenceLink) -> None:
        from asl_desktop.services.evidence_uses import with_link

        self._put(lambda: with_link(self._session.inputs, use.reference, now, old=use.link))

    def _remove(self, use: Use) -> None:
        from asl_desktop.services.evidence_uses import without_link

        if self._put(lambda: without_link(self._session.inputs, use.reference, use.link)):
            announce(self, tr("Link removed"))
            self.focus_form()

    def _on_add(self) -> None:
        from asl_desktop.services.evidence_uses import with_link

        target = self._found()
        if target is None:
            self._say(tr("Choose from the list what is to be linked: a question, result, showing or safeguard."))
            self.focus_form()
            return
        stance: Literal["supports", "counters"] = "counters" if self.stance.currentIndex() == 1 else "supports"
        new = EvidenceLink(self._sha256, stance, self.anchor.text().strip())
        if self._put(lambda: with_link(self._session.inputs, target.reference, new)):
            announce(self, tr("Linked from {kind} {name}").format(kind=target.kind, name=target.name))
            self._clear_form()
            self.focus_form()

    def _found(self) -> Target | None:
        """Return what the typed text names: a line of the list, or an id that only one of them has."""
        typed = self.target.text().strip()
        exact = self._by_text.get(typed)
        if exact is not None or not typed:
            return exact
        named = [item for item in self._by_text.values() if item.name.casefold() == typed.casefold()]
        return named[0] if len(named) == 1 else None

    def _put(self, make: Callable[[], Holder]) -> bool:
        try:
            self._session.put(make())
        except UserError as error:
            self._say(cause_of(error))
            return False
        self._say("")
        return True

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        if text:
            announce(self, text, urgent=True)

    def _clear_form(self) -> None:
        self.target.clear()
        self.anchor.clear()
        self.stance.setCurrentIndex(0)
        self._say("")

    def _lay_out(self) -> None:
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(10)
        self.target.setCompleter(completer)
        self.target.setPlaceholderText(tr("Question, result, showing or safeguard"))
        self.target.setAccessibleName(tr("What to link it from"))
        self.target.returnPressed.connect(self._on_add)
        self.anchor.setPlaceholderText(tr("Page, section or line"))
        self.anchor.setAccessibleName(tr("Place in the evidence"))
        self.anchor.returnPressed.connect(self._on_add)
        self.anchor.setMinimumWidth(120)
        fix(self.stance, width=_STANCE_WIDTH)
        second = row(self.stance, spacing=8)
        second.addWidget(self.anchor, 1)
        second.addWidget(self.add)
        self._form = QWidget()
        self._form.setLayout(column(label(tr("Link it from"), "label"), self.target, second, self.problem, spacing=6))
        if self._session.read_only:
            self._form.hide()
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(12)
        layout.addWidget(self._form)
        layout.addWidget(self._none)
        layout.addLayout(self._column)
        layout.addStretch(1)
