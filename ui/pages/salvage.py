"""Salvage of a damaged file into a new one, with a list of what could and could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from asl_desktop.errors import PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.pages.aside import AsidePage
from ui.theme import fix, set_role
from ui.widgets.centred import fill_centred
from ui.widgets.flow import wrapped
from ui.widgets.parts import Banner, button, card, label
from ui.widgets.secret_fields import SecretEntry

if TYPE_CHECKING:
    from asl_desktop.services.salvaging import Salvaged
    from asl_desktop.storage.keys import Secret
    from ui.operations import Handle

_WIDTH = 640
_LIST_HEIGHT = 160
_WHAT = mark(
    "What can still be read is written to a new file, and a list says what could not. The damaged file is only ever "
    "read; keep it until you have looked at the new one."
)
_KEY_HELPS = mark("The recovery key helps even where the beginning of the file is lost.")
_WORKING = mark("Reading what is left of the damaged file.")


class SalvagePage(AsidePage):
    """Emits ``wanted(target, secret)``, ``open_wanted(target)`` for the new file, and ``left``."""

    wanted = Signal(object, object)
    open_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("file-check", tr("Salvage a damaged file"))
        self._path = Path()
        self._made = Path()
        self._encrypted = False
        self._running: Handle[Salvaged] | None = None
        self.entry = SecretEntry()
        self._helps = label(tr(_KEY_HELPS), "muted", wrap=True)
        self.outcome = Banner("info", below=True)
        self.losses = QPlainTextEdit()
        self._losses_label = label("", "label", wrap=True)
        self.go_button = button(tr("Salvage into a new file\u2026"), self._submit, primary=True)
        self.open_button = button(tr("Open the new file"), lambda: self.open_wanted.emit(self._made), primary=True)
        self.leave_button = button(tr("Back to the start"), self._on_leave)
        self.entry.submitted.connect(self._submit)
        self.entry.edited.connect(lambda: self.tell(""))
        fill_centred(self, self.head, self._box(), width=_WIDTH)

    def ask(self, path: Path, *, encrypted: bool) -> None:
        """Offer to salvage this file."""
        self.forget()
        self._path, self._encrypted = path, encrypted
        self.name.setText(str(path))
        for widget in (self.entry, self._helps):
            widget.setVisible(encrypted)
        (self.entry if encrypted else self.go_button).setFocus()

    def run(self, handle: Handle[Salvaged]) -> None:
        """Show how far the work is; the button beside it stops it."""
        self._running = handle
        self.busy.start(tr(_WORKING), handle)  # type: ignore[arg-type]
        self.leave_button.setText(tr("Stop"))

    def refuse(self, error: UserError) -> None:
        """Say why there is no new file and be ready for another try."""
        self.rest()
        self.banner.refuse(error)
        if isinstance(error, PassphraseRefused | PassphraseWrong):
            self.entry.refuse()

    def show_outcome(self, made: Salvaged) -> None:
        """Say what the new file holds and what was lost."""
        self.rest()
        self.entry.forget()
        self._made = Path(made.target)
        for widget in (self.entry, self._helps, self.go_button):
            widget.hide()
        self.outcome.tell(tr("Written to {name}").format(name=self._made.name), _gained(made))
        lines = _losses(made)
        self._losses_label.setText(
            tr("What could not be read or had to be put in anew") if lines else tr("Nothing was lost.")
        )
        self._losses_label.show()
        self.losses.setPlainText("\n".join(lines))
        self.losses.setVisible(bool(lines))
        self.open_button.show()
        self.open_button.setFocus()

    def rest(self) -> None:
        """Be ready, nothing under way."""
        self._running = None
        self.busy.stop()
        self.entry.setEnabled(True)
        self.go_button.setEnabled(True)
        self.leave_button.setText(tr("Back to the start"))

    def forget(self) -> None:
        """Go back to the beginning."""
        self.entry.forget()
        self.losses.setPlainText("")
        for widget in (self.banner, self.outcome, self.losses, self._losses_label, self.open_button):
            widget.hide()
        self.go_button.show()
        self.tell("")
        self.rest()

    def _submit(self) -> None:
        if not self.go_button.isEnabled():
            return
        self.banner.put_away()
        if self._encrypted and self.entry.empty():
            self.tell(tr("Type the passphrase or the recovery key."))
            self.entry.setFocus()
            return
        try:
            secret: Secret | None = self.entry.secret() if self._encrypted else None
        except PassphraseRefused as error:
            self.refuse(error)
            return
        suggested = self._path.with_name(f"{self._path.stem} salvaged.asl")
        target = dialogs_seam.choose_save(self, tr("Where the new file goes"), suggested)
        if target is None:
            return
        self.entry.setEnabled(False)
        self.go_button.setEnabled(False)
        self.wanted.emit(target if target.suffix else target.with_suffix(".asl"), secret)

    def _on_leave(self) -> None:
        if self._running is not None:
            self._running.cancel()
        else:
            self.left.emit()

    def _box(self) -> QWidget:
        self.losses.setReadOnly(True)
        self.losses.setAccessibleName(tr("What could not be read or had to be put in anew"))
        self.losses.setFrameShape(QFrame.Shape.NoFrame)
        fix(self.losses, height=_LIST_HEIGHT)
        self.losses.setTabChangesFocus(True)
        set_role(self.losses, role="reading")
        return card(
            label(tr(_WHAT), wrap=True), self.entry, self._helps, self.problem, self.busy, self.banner, self.outcome,
            self._losses_label, self.losses, wrapped(self.go_button, self.open_button, self.leave_button),
            spacing=16,
        )  # fmt: skip


def _gained(made: Salvaged) -> str:
    changes, records, files = (
        ntr("{count} change of the history", "{count} changes of the history", made.events).format(count=made.events),
        ntr("{count} record", "{count} records", made.records).format(count=made.records),
        ntr("{count} evidence file", "{count} evidence files", len(made.evidence)).format(count=len(made.evidence)),
    )
    return tr("It holds {changes}, {records} and {files}. The file was checked before it got its name.").format(
        changes=changes, records=records, files=files
    )


def _losses(made: Salvaged) -> list[str]:
    lines = [tr("Lost: {sentence}").format(sentence=sentence) for sentence in made.lost]
    lines += [
        tr("Put in anew, without its history: {reference}").format(reference=reference) for reference in made.again
    ]
    if made.damaged_pages:
        lines.append(tr("Pages that could not be read: {map}").format(map=", ".join(map(str, made.damaged_pages))))
    return lines
