"""Whether and how many backups are kept on this machine, and deleting them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from asl_desktop.domain import wording
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.preferences import BACKUPS_GIB, BACKUPS_MOST, Preferences
from ui.widgets.elided import ElidedBox
from ui.widgets.flow import wrapped
from ui.widgets.parts import button, column, label, row
from ui.widgets.toggles import TickBox

_WHAT = mark(
    "They lie in this program's own folder, for your account alone, and stay when the assessment is deleted. Those of "
    "an encrypted assessment are encrypted."
)


class BackupSettings(QWidget):
    """A part of the settings; deleting happens at once, everything else when the settings are saved."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.keep = TickBox(tr("Keep backups of what I work on"))
        self.keep.setChecked(preferences.backups)
        self.most = _choice(BACKUPS_MOST, preferences.backups_most, tr("Number of backups kept of each assessment"))
        self.gib = _choice(BACKUPS_GIB, preferences.backups_gib, tr("GiB that the backups of one assessment may take"))
        self.delete_button = button(tr("Delete all backups\u2026"), self._on_delete)
        self._held = label("", "muted", wrap=True)
        for field in (self.most, self.gib):
            field.setEnabled(preferences.backups)
            self.keep.toggled.connect(field.setEnabled)
        limits = wrapped(label(tr("At most")), self.most, label(tr("of each, and at most")), self.gib, label(tr("GiB")))
        held = row(self.delete_button, spacing=12)
        held.addWidget(self._held, 1)
        self.setLayout(
            column(
                label(tr("Backups on this machine"), "label"),
                self.keep,
                limits,
                label(tr(_WHAT), "muted", wrap=True),
                held,
                spacing=8,
            )
        )
        self._count()

    def apply(self, preferences: Preferences) -> None:
        """Put what is chosen into the preferences."""
        preferences.backups = self.keep.isChecked()
        preferences.backups_most, preferences.backups_gib = self.most.currentData(), self.gib.currentData()

    def _count(self) -> None:
        from asl_desktop.services.backup_notes import backups_folder, everything

        held = everything(backups_folder())
        words = ntr("{count} backup, {size}", "{count} backups, {size}", len(held)).format(
            count=len(held), size=wording.size(sum(item.size for item in held))
        )
        self._held.setText(
            tr("{words}, in {backups_folder}").format(words=words, backups_folder=backups_folder())
            if held
            else tr("There are none at present.")
        )
        self.delete_button.setEnabled(bool(held))

    def _on_delete(self) -> None:
        from asl_desktop.services.backups import Shelf

        shelf = Shelf()
        held = shelf.all()
        text = ntr(
            "{count} backup of all assessments on this machine are deleted for good.",
            "{count} backups of all assessments on this machine are deleted for good.",
            len(held),
        ).format(count=len(held))
        if not dialogs_seam.ask(self, tr("Delete all backups"), text, yes=tr("Delete them"), danger=True):
            return
        try:
            shelf.delete(held)
        except UserError as error:
            from asl_desktop.messages import message_for

            dialogs_seam.inform(self, tr("Not all backups were deleted"), message_for(error).text)
        self._count()


def _choice(choices: Sequence[int], value: int, name: str) -> QComboBox:
    field = ElidedBox()
    for number in choices:
        field.addItem(str(number), number)
    field.setCurrentIndex(field.findData(value))
    field.setAccessibleName(name)
    return field
