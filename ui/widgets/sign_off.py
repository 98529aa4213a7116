"""What stands between a person and their signature: the pre-flight check, and why they go on despite it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from asl_desktop.i18n import tr
from ui.forms.fields import TextBox
from ui.preflighting import desk_of
from ui.session import Session
from ui.theme import set_role
from ui.widgets.parts import IconLabel, column, label, link, row


class SignOffGuard(QFrame):
    """Says what the check finds and takes the reason for signing although errors stand.

    ``wants`` asks for the page of the check; ``edited`` says that the reason was typed in.
    """

    wants = Signal(str, str)
    edited = Signal()

    def __init__(self, session: Session, what: str) -> None:
        """Guard one act; ``what`` names it in the fields' accessible names, such as ``the decision at Deploy``."""
        super().__init__()
        self.session = session
        self.desk = desk_of(session)
        self.despite = TextBox(tr("Why you go on although errors stand, for {what}").format(what=what), 56)
        self.open_button = link(tr("Open the pre-flight check"), lambda: self.wants.emit("preflight", ""))
        self.open_button.setAccessibleName(tr("Open the pre-flight check, before {what}").format(what=what))
        self._mark = IconLabel("circle-check", "ok", 18)
        self._words = label("", wrap=True)
        self._override = QWidget()
        reason = tr("Why you go on although errors stand (kept and printed)")
        self._override.setLayout(column(label(reason, "label"), self.despite, spacing=4))
        set_role(self, role="sunken")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        head = row(self._mark, spacing=8)
        head.addWidget(self._words, 1)
        head.addWidget(self.open_button)
        layout.addLayout(head)
        layout.addWidget(self._override)
        self.despite.textChanged.connect(self.edited)
        self.despite.setEnabled(not session.read_only)
        self.desk.seen_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what the check finds now."""
        found, unseen = self.desk.check(), self.desk.unseen()
        name, tone = ("circle-check", "ok")
        if not found.clear:
            name, tone = "octagon-alert", "danger"
        elif unseen:
            name, tone = "triangle-alert", "warn"
        self._mark.show_icon(name, tone)
        text = tr("Pre-flight check: {words}.").format(words=found.words())
        self._words.setText(f"{text} {tr('{count} not looked at yet.').format(count=unseen)}" if unseen else text)
        self._override.setVisible(not found.clear or bool(self.reason()))

    def reason(self) -> str:
        """Return why the person goes on although errors stand; nothing where none do."""
        return self.despite.toPlainText().strip()

    def problem(self) -> str:
        """Return why the act must wait, or nothing."""
        return self.desk.problem(self.reason())
