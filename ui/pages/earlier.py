"""Earlier versions of a file: the backups on this machine, what was done since each, and bringing one back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from asl_desktop.domain import wording
from asl_desktop.errors import PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.plain import tip
from ui.theme import set_role
from ui.widgets.busy_line import BusyLine
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import IconLabel, announce, button, card, column, label, row
from ui.widgets.refusal import Refusal
from ui.widgets.secret_fields import SecretEntry
from ui.wording import moment

if TYPE_CHECKING:
    from asl_desktop.services.backup_notes import Backup
    from asl_desktop.services.backup_preview import Preview
    from asl_desktop.services.differences import Difference
    from ui.operations import Handle

_LIST_WIDTH = 300
_PAUSE_MS = 120
_SHOWN = 200
_LONG = 300
_LOOKING = mark("Comparing this version with the present file.")
_PROTECTED = mark("This version is encrypted. It opens with the passphrase that the file had when it was made.")
_WHEN = mark("They are made when an assessment has changed and is closed, and every half hour meanwhile.")
_NOT_TOUCHED = mark("A version comes back as a new file. The present file is never touched.")


class EarlierPage(QWidget):
    """Emits ``look_wanted(backup, secret)``, ``restore_wanted(backup, target)``, ``delete_wanted`` and ``left``."""

    look_wanted = Signal(object, object)
    restore_wanted = Signal(object, object)
    delete_wanted = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._path = Path()
        self._backups: tuple[Backup, ...] = ()
        self._running: Handle[object] | None = None
        self._title, self._place = label("", "page-title", wrap=True), ElidedLabel("", "muted")
        self.list = QListWidget()
        self.summary = label("", "strong", wrap=True, selectable=True)
        self.holds = label("", wrap=True, selectable=True)
        self.details = QPlainTextEdit()
        self.entry = SecretEntry(tr("Passphrase of this version"))
        self.look_button = button(tr("Show what differs"), self._on_look)
        self.problem = label("", "error", wrap=True)
        self.banner = Refusal()
        self.busy = BusyLine()
        self.restore_button = button(
            tr("Restore as a new file\u2026"), self._on_restore, icon_name="file-check", primary=True
        )
        self.delete_button = button(tr("Delete these versions\u2026"), self._on_delete)
        self.leave_button = button(tr("Back to the start"), self._on_leave)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.list.currentRowChanged.connect(self._on_row)
        self.entry.submitted.connect(self._on_look)
        self.entry.edited.connect(lambda: self._tell(""))
        self._lay_out()

    @property
    def backup(self) -> Backup | None:
        """The version that is chosen."""
        number = self.list.currentRow()
        return self._backups[number] if 0 <= number < len(self._backups) else None

    def show_versions(self, path: Path, backups: Sequence[Backup]) -> None:
        """List the versions of a file, newest first, and look into the newest."""
        self.forget()
        self._path = path
        self._title.setText(tr("Earlier versions of {name}").format(name=path.name))
        self.setAccessibleName(self._title.text())
        self._place.setText(str(path.parent))
        self._place.setToolTip(tip(str(path)))
        for backup in backups:
            self.list.addItem(_line(backup, path))
        self._backups = tuple(backups)
        self.list.setEnabled(bool(backups))
        self.delete_button.setEnabled(bool(backups))
        if backups:
            self.list.setCurrentRow(0)
            self.list.setFocus()
        else:
            self.summary.setText(tr("There are no backups of this file on this machine."))
            self.holds.setText(tr(_WHEN))
            self.leave_button.setFocus()

    def show_preview(self, preview: Preview) -> None:
        """Say what was done since the chosen version."""
        from asl_desktop.messages import message_for
        from asl_desktop.services.differences import relation_in_words

        self.rest()
        self._ask_for_secret(wanted=False)
        self.holds.setText(preview.holds)
        if preview.found is None:
            assert preview.trouble is not None
            message = message_for(preview.trouble)
            self.summary.setText(tr("The present file cannot be compared. {title}.").format(title=message.title))
            self.details.setPlainText(f"{message.text}\n\n{message.advice}")
        else:
            self.summary.setText(
                relation_in_words(preview.found, older=tr("this version"), newer=tr("the present file"))
            )
            self.details.setPlainText("\n".join(_lines(preview.found.records)))
        self.details.setVisible(bool(self.details.toPlainText()))
        announce(self, self.summary.text())

    def ask_for_secret(self) -> None:
        """Ask for what opens the chosen version."""
        self.rest()
        self.summary.setText(tr(_PROTECTED))
        self._ask_for_secret(wanted=True)

    def run(self, handle: Handle[object], words: str = _LOOKING) -> None:
        """Show how far the work is; the last button stops it."""
        self._running = handle
        self.busy.start(words, handle)
        self.leave_button.setText(tr("Stop"))
        for widget in (self.restore_button, self.delete_button, self.look_button, self.entry):
            widget.setEnabled(False)

    def refuse(self, error: UserError) -> None:
        """Say why that did not work and be ready for another try."""
        self.rest()
        self.banner.refuse(error)
        if isinstance(error, PassphraseRefused | PassphraseWrong):
            self.summary.setText(tr(_PROTECTED))
            self._ask_for_secret(wanted=True)
            self.entry.refuse()

    def rest(self) -> None:
        """Be ready, nothing under way."""
        self._running = None
        self.busy.stop()
        self.leave_button.setText(tr("Back to the start"))
        for widget in (self.restore_button, self.look_button, self.entry):
            widget.setEnabled(True)
        self.delete_button.setEnabled(bool(self._backups))
        self.restore_button.setEnabled(bool(self._backups))

    def forget(self) -> None:
        """Empty the page, with what was typed into it."""
        self._pause.stop()
        self._backups = ()
        self.list.clear()
        self.entry.forget()
        self._clear()
        self.rest()

    def _clear(self) -> None:
        self.banner.hide()
        self._tell("")
        self.summary.setText("")
        self.holds.setText("")
        self.details.setPlainText("")
        self.details.hide()
        self._ask_for_secret(wanted=False)

    def _ask_for_secret(self, *, wanted: bool) -> None:
        self.entry.setVisible(wanted)
        self.look_button.setVisible(wanted)
        # What cannot be opened cannot be restored either.
        self.restore_button.setEnabled(not wanted and bool(self._backups))

    def _on_row(self) -> None:
        backup = self.backup
        if backup is None:
            return
        if self._running is not None:
            self._running.cancel()
        self._clear()
        self._pause.start()  # somebody who walks through the list stops at one

    def _look(self) -> None:
        if self.backup is not None:
            self.look_wanted.emit(self.backup, None)

    def _on_look(self) -> None:
        backup = self.backup
        if backup is None or self._running is not None:
            return
        self.banner.hide()
        if self.entry.empty():
            self._tell(tr("Type the passphrase or the recovery key."))
            self.entry.setFocus()
            return
        try:
            secret = self.entry.secret()
        except PassphraseRefused as error:
            self.refuse(error)
            return
        self.look_wanted.emit(backup, secret)

    def _on_restore(self) -> None:
        from asl_desktop.services.backups import suggested_name

        backup = self.backup
        if backup is None:
            return
        folder = self._path.parent if self._path.parent.is_dir() else Path.home()
        target = dialogs_seam.choose_save(
            self, tr("Restore as a new file"), suggested_name(backup, folder / self._path.name)
        )
        if target is not None:
            self.banner.hide()
            self.restore_wanted.emit(backup, target if target.suffix else target.with_suffix(".asl"))

    def _on_delete(self) -> None:
        count = ntr("{count} version", "{count} versions", len(self._backups)).format(count=len(self._backups))
        text = tr("{count} of {name} on this machine are deleted for good. The file itself stays as it is.").format(
            count=count, name=self._path.name
        )
        if dialogs_seam.ask(
            self, tr("Delete these versions"), text, yes=tr("Delete {count}").format(count=count), danger=True
        ):
            self.delete_wanted.emit(self._backups)

    def _on_leave(self) -> None:
        if self._running is not None:
            self._running.cancel()
        else:
            self.left.emit()

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            announce(self, problem, urgent=True)

    def _lay_out(self) -> None:
        self.list.setAccessibleName(tr("Earlier versions, newest first"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(tr("What differs"))
        self.details.setFrameShape(QFrame.Shape.NoFrame)
        self.details.setTabChangesFocus(True)
        set_role(self.details, role="reading")
        ask = column(self.entry, row(self.look_button, 1), self.problem, spacing=12)
        right = card(self.summary, self.holds, ask, self.banner, self.busy)
        inside = right.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addWidget(self.details, 1)
        inside.addStretch(0)
        head = row(IconLabel("clock", "accent", 32), spacing=16)
        head.addLayout(column(self._title, row(self._place, 1), spacing=4), 1)
        middle = row(spacing=16)
        middle.addWidget(self.list)
        middle.addWidget(right, 1)
        buttons = row(self.restore_button, self.delete_button, self.leave_button)
        buttons.addWidget(label(tr(_NOT_TOUCHED), "muted", wrap=True), 1)
        layout = column(head, spacing=16)
        layout.addLayout(middle, 1)
        layout.addLayout(buttons)
        layout.setContentsMargins(32, 24, 32, 24)
        self.setLayout(layout)


def _line(backup: Backup, path: Path) -> str:
    facts = [wording.size(backup.size)]
    if backup.events:
        facts.append(
            ntr("{count} recorded change", "{count} recorded changes", backup.events).format(count=backup.events)
        )
    who = "encrypted" if backup.encrypted else tr("last by {actor}").format(actor=backup.actor) if backup.actor else ""
    lines = [moment(backup.at) if backup.at else tr("Time not known"), ", ".join(facts), who]
    if backup.original and Path(backup.original) != path:
        lines.append(tr("made from {original}").format(original=backup.original))
    return "\n".join(line for line in lines if line)


def _lines(records: Sequence[Difference]) -> list[str]:
    """Say record by record what was done since the version."""
    from asl_desktop.services.differences import count_in_words

    if not records:
        return []
    lines = [tr("Since this version: {count_in_words}.").format(count_in_words=count_in_words(records)), ""]
    for item in records[:_SHOWN]:
        lines.append(f"{item.did.capitalize()}: {item.subject.long}")
        if item.did == "changed":
            lines += [f"    {f.name}: {_short(f.old)} \u2192 {_short(f.new)}" for f in item.fields]
    if len(records) > _SHOWN:
        lines.append(tr("And {count} more.").format(count=len(records) - _SHOWN))
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split()) or "nothing"
    return line if len(line) <= _LONG else f"{line[:_LONG]}\u2026"
