"""The page in front of an encrypted file: when it is opened, and after it was locked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from asl_desktop.errors import PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import mark, tr
from ui.plain import tip
from ui.widgets.busy_line import BusyLine
from ui.widgets.centred import bring_into_view, fill_centred
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import IconLabel, announce, button, card, column, label, row
from ui.widgets.refusal import Refusal, Way
from ui.widgets.secret_fields import SecretEntry

_WIDTH = 560
_SLOW = mark("Making the key. It is slow by design, so that guessing is slow.")


class UnlockPage(QWidget):
    """Emits ``wanted(secret)`` with what was typed and ``left`` when the person wants to go elsewhere."""

    wanted = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.entry = SecretEntry()
        self.problem = label("", "error", wrap=True)
        self.banner = Refusal()
        self.busy = BusyLine()
        self.open_button = button(tr("Open"), self._submit, primary=True)
        self.leave_button = button(tr("Back to the start"), self.left.emit)
        self._title = label("", "page-title", wrap=True)
        self._place = ElidedLabel("", "muted")
        self._words = label("", wrap=True)
        self.entry.submitted.connect(self._submit)
        self.entry.edited.connect(self._on_edited)
        box = card(self._words, self.entry, self.problem, self.busy, self.banner,
                   row(self.open_button, self.leave_button, 1), spacing=16)  # fmt: skip
        fill_centred(self, self._head(), box, width=_WIDTH)

    def ask(self, path: Path) -> None:
        """Ask for what opens this file."""
        self._show(
            path, path.name, tr("This assessment is protected. It opens with its passphrase or its recovery key.")
        )
        self.open_button.setText(tr("Open"))
        self.leave_button.setText(tr("Back to the start"))

    def show_locked(self, path: Path, words: str) -> None:
        """Stand in the place of a file that was open a moment ago."""
        self._show(path, tr("{name} is locked").format(name=path.name), words)
        self.open_button.setText(tr("Unlock"))
        self.leave_button.setText(tr("Close the file"))
        announce(self, tr("{name} is locked. {words}").format(name=path.name, words=words), urgent=True)

    def say(self, words: str) -> None:
        """Change the words below the title."""
        self._words.setText(words)

    def refuse(self, error: UserError, ways: Sequence[Way] = ()) -> None:
        """Say why it did not open and be ready for another try."""
        self.rest()
        if isinstance(error, PassphraseRefused):
            self._tell(f"{str(error.values['problem'])[:1].upper()}{str(error.values['problem'])[1:]}.")
        else:
            self.banner.refuse(error, ways)
        if isinstance(error, PassphraseRefused | PassphraseWrong):
            self.entry.refuse()

    def rest(self) -> None:
        """Be ready for typing, nothing under way."""
        self.busy.stop()
        for widget in (self.entry, self.open_button, self.leave_button):
            widget.setEnabled(True)
        self.entry.setFocus()

    def forget(self) -> None:
        """Empty the fields; called when the file is open or the page is left."""
        self.entry.forget()
        self.banner.put_away()
        self._tell("")
        self.rest()

    def _show(self, path: Path, title: str, words: str) -> None:
        self.forget()
        self._title.setText(title)
        self._place.setText(str(path.parent))
        self._place.setToolTip(tip(str(path)))
        self._words.setText(words)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.entry.setFocus()

    def _submit(self) -> None:
        if not self.open_button.isEnabled():
            return
        self.banner.put_away()
        if self.entry.empty():
            self._tell(tr("Type the passphrase or the recovery key."))
            self.entry.setFocus()
            return
        try:
            secret = self.entry.secret()
        except PassphraseRefused as error:
            self.refuse(error)
            return
        self._tell("")
        for widget in (self.entry, self.open_button, self.leave_button):
            widget.setEnabled(False)
        self.busy.start(tr(_SLOW))
        self.wanted.emit(secret)

    def _on_edited(self) -> None:
        self._tell("")
        self.entry.passphrase.mark(invalid=False)

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            announce(self, problem, urgent=True)
            bring_into_view(self.problem)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(IconLabel("lock", "accent", 32), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(column(self._title, row(self._place, 1), spacing=4), 1)
        return head
