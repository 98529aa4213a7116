"""A result that stands taken over from an earlier assessment: what it said there, and the ways to decide on it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout

from asl_desktop.domain.inputs import Measurement
from asl_desktop.i18n import tr
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.parts import button, chip, label, row


class TakenResult(QFrame):
    """Hidden unless a result stands taken over and not confirmed.

    ``confirmed`` makes it count, ``change_wanted`` asks for its numbers, ``discarded`` asks to take it out. Whatever is
    changed meanwhile, the mark stays until somebody confirms.
    """

    confirmed = Signal()
    change_wanted = Signal()
    discarded = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        set_role(self, role="note")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._session = session
        self._asked_of = ""
        self._then: Measurement | None = None
        self._title = label("", "label", wrap=True)
        self.said = label("", "strong", wrap=True, selectable=True)
        self.details = label("", "muted", wrap=True, selectable=True)
        self.changes = label("", wrap=True, selectable=True)
        self.lacking = label("", wrap=True, selectable=True)
        self.confirm = button(tr("Confirm"), self.confirmed.emit, primary=True)
        self.change = button(tr("Change"), self.change_wanted.emit)
        self.discard = button(tr("Discard"), self.discarded.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(row(self._title, chip(tr("Not confirmed"), "warn")))
        pending = tr(
            "It counts for nothing until a person confirms that it still holds; bad news it brings still warns."
        )
        for item in (self.said, self.details, self.changes, label(pending, wrap=True), self.lacking):
            layout.addWidget(item)
        layout.addSpacing(4)
        layout.addLayout(row(self.confirm, self.change, self.discard, 1))
        self.hide()

    def show_for(self, held: Measurement | None, *, ready: bool) -> None:
        """Show what there is to decide on; ``ready`` tells whether everything typed is part of the record."""
        pending = held is not None and bool(held.carried_from)
        self.setVisible(pending)
        if held is None or not pending:
            self._asked_of, self._then = "", None
            return
        self._title.setText(tr("Taken over from {carried_from}").format(carried_from=held.carried_from))
        self.setAccessibleName(self._title.text())
        for item in (self.confirm, self.change, self.discard):
            item.setVisible(not self._session.read_only)
        self.confirm.setEnabled(ready)
        self._look_up(held)
        self._show(held)

    def _look_up(self, held: Measurement) -> None:
        """Read from the history what the result was when it was taken over, once."""
        if self._asked_of == held.id:
            return
        self._asked_of = held.id

        def _done(then: Measurement | None) -> None:
            now = next((item for item in self._session.inputs.measurements if item.id == held.id), None)
            if now is not None and now.carried_from:
                self._then = then
                self._show(now)

        def _failed(error: BaseException) -> None:
            self.changes.setText(tr("What it said then cannot be read. {cause}").format(cause=cause_of(error)))
            self.changes.show()

        from asl_desktop.services.previous_results import as_taken_over

        document = self._session.document
        self._session.operations.run(
            lambda _: as_taken_over(document, held.id), owner=self, done=_done, failed=_failed, lane="storage"
        )

    def _show(self, held: Measurement) -> None:
        from asl_desktop.services.previous_results import facts_of, still_lacking

        pack, inputs = self._session.pack, self._session.inputs
        now = facts_of(pack, inputs, held)
        then = facts_of(pack, inputs, self._then) if self._then is not None else now
        said, *details = then or (("", ""),)
        self.said.setText(tr("Then: {result}").format(result=said[1]))
        self.details.setText(in_one_line(details))
        changes = _changes(dict(then), dict(now))
        self.changes.setText(tr("Changed since: {changes}").format(changes=changes))
        self.changes.setVisible(bool(changes))
        lacking = " ".join(still_lacking(self._session.snapshot, held))
        self.lacking.setText(tr("Confirmed, it still does not count in full: {reasons}").format(reasons=lacking))
        self.lacking.setVisible(bool(lacking))
        self.setAccessibleDescription(f"{self.said.text()}. {self.details.text()}")


def in_one_line(facts: Iterable[tuple[str, str]]) -> str:
    """Return label and text of each, with dots between; what has several lines becomes one."""
    return " \u00b7 ".join(f"{name}: {', '.join(text.splitlines())}" for name, text in facts)


def _changes(then: dict[str, str], now: dict[str, str]) -> str:
    nothing = tr("nothing")
    return "; ".join(
        f"{name}: {then.get(name, nothing)} \u2192 {now.get(name, nothing)}"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    )
