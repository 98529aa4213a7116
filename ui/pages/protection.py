"""Protect a file, change its passphrase, or take the protection away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from asl_desktop.errors import PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.storage.keys import Passphrase
from ui.operations import Handle
from ui.pages.aside import AsidePage
from ui.widgets.centred import fill_centred
from ui.widgets.flow import wrapped
from ui.widgets.parts import button, card, column, label, line
from ui.widgets.secret_fields import NewPassphrase, SecretEntry

if TYPE_CHECKING:
    from asl_desktop.storage.keys import Secret

_WIDTH = 640
_OLD_COPIES = mark(
    "Copies and backups made until now keep the passphrase they have, and the disk may still hold remnants of the file "
    "as it was. Whoever has one of them and the old passphrase can read it; delete the copies you do not need."
)
_OLD_PLAIN_COPIES = mark(
    "Copies and backups made until now stay readable for everybody, and the disk may still hold remnants of the file "
    "as it was. Delete the copies you do not need; on a disk that is encrypted as a whole the remnants are covered."
)
_TAKEN_AWAY = mark(
    "From then on whoever gets hold of the file, of a copy or of a backup can read everything in it. Copies made until "
    "now keep their passphrase."
)
_REWRITES = mark("The whole file is written anew, checked and put in its place; until then the old one stays as it is.")
_WORKING = mark("Writing the file anew. The old one stays in place until the new one is checked.")


@dataclass(frozen=True, slots=True)
class Protection:
    """What a person wants: from one secret to another; None is no protection. Never printed."""

    old: Secret | None
    new: Passphrase | None

    def __repr__(self) -> str:
        return tr("Protection(hidden)")


class ProtectionPage(AsidePage):
    """Emits ``wanted(protection)``, and ``left`` when the person changed their mind."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("shield-check")
        self._encrypted = False
        self._running: Handle[object] | None = None
        self._copies = label("", wrap=True)
        self.old = SecretEntry(tr("Present passphrase"))
        self.new = NewPassphrase(tr("New passphrase"))
        self.remove = QCheckBox(tr("Take the protection away"))
        self.go_button = button(tr("Protect the file"), self._submit, primary=True)
        self.leave_button = button(tr("Cancel"), self._on_cancel)
        self._fields = QWidget()
        self._fields.setLayout(column(self.old, self.new, self.remove, spacing=16))
        self.remove.toggled.connect(lambda _: self._show_kind())
        self.old.submitted.connect(self._on_old_submitted)
        self.new.submitted.connect(self._submit)
        for part in (self.old, self.new):
            part.edited.connect(lambda: self.tell(""))
        box = card(self._copies, line(), self._fields, self.problem, self.busy, self.banner,
                   wrapped(self.go_button, self.leave_button), spacing=16)  # fmt: skip
        fill_centred(self, self.head, box, width=_WIDTH)

    def ask(self, path: Path, *, encrypted: bool) -> None:
        """Ask what is to become of this file's protection."""
        self.forget()
        self._encrypted = encrypted
        self.name.setText(path.name)
        self.old.setVisible(encrypted)
        self.remove.setVisible(encrypted)
        self._show_kind()
        (self.old if encrypted else self.new).setFocus()

    def run(self, handle: Handle[object]) -> None:
        """Show how far the work is; Cancel stops it."""
        self._running = handle
        self.busy.start(tr(_WORKING), handle)

    def refuse(self, error: UserError) -> None:
        """Say why nothing was changed and be ready for another try."""
        self.rest()
        self.banner.refuse(error)
        if isinstance(error, PassphraseRefused | PassphraseWrong) and self._encrypted:
            self.old.refuse()

    def rest(self) -> None:
        """Be ready for typing, nothing under way."""
        self._running = None
        self.busy.stop()
        self._fields.setEnabled(True)
        self.go_button.setEnabled(True)

    def forget(self) -> None:
        """Empty the fields."""
        self.old.forget()
        self.new.forget()
        self.remove.setChecked(False)
        self.banner.put_away()
        self.tell("")
        self.rest()

    def _show_kind(self) -> None:
        removing = self.remove.isChecked()
        self.new.setVisible(not removing)
        title = tr("Change the passphrase") if self._encrypted else tr("Protect the file")
        verb = tr("Take the protection away") if removing else title
        self.title.setText(verb)
        self.setAccessibleName(verb)
        copies = tr(_TAKEN_AWAY) if removing else tr(_OLD_COPIES) if self._encrypted else tr(_OLD_PLAIN_COPIES)
        self._copies.setText(f"{copies} {tr(_REWRITES)}")
        self.go_button.setText(verb)
        self.go_button.setAccessibleName(verb)
        if removing:
            self.new.forget()

    def _on_old_submitted(self) -> None:
        if self.remove.isChecked():
            self._submit()
        else:
            self.new.setFocus()

    def _submit(self) -> None:
        if not self.go_button.isEnabled():
            return
        self.banner.put_away()
        try:
            old = self._old()
        except PassphraseRefused as error:
            self.refuse(error)
            return
        if self._encrypted and old is None:
            self.tell(tr("Type the present passphrase."))
            self.old.setFocus()
            return
        problem = "" if self.remove.isChecked() else self.new.problem()
        self.tell(problem)
        if problem:
            return
        self._fields.setEnabled(False)
        self.go_button.setEnabled(False)
        self.wanted.emit(Protection(old, None if self.remove.isChecked() else Passphrase(self.new.text())))

    def _old(self) -> Secret | None:
        return self.old.secret() if self._encrypted and not self.old.empty() else None

    def _on_cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()
            return
        self.forget()
        self.left.emit()
