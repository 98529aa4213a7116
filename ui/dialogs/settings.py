"""Settings: the name that stands behind changes, how the window looks, when a file is locked, and backups."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.i18n import mark, tr
from ui.dialogs.room import room_over
from ui.forms.backup_settings import BackupSettings
from ui.language import choices
from ui.preferences import LOCK_CHOICES, ZOOMS, Preferences
from ui.theme import CHOICES, Choice, set_role
from ui.widgets.elided import ElidedBox
from ui.widgets.parts import button, column, label, row
from ui.widgets.toggles import TickBox

SETTINGS: tuple[tuple[str, str], ...] = (
    ("actor", mark("Your name")),
    ("theme", mark("Theme and contrast")),
    ("language", mark("Language")),
    ("zoom", mark("Size of text")),
    ("still", mark("Less movement")),
    ("lock", mark("Lock when nobody is working")),
    ("backups", mark("Backups")),
)
"""Id of every setting, and what people look for it by."""


_WIDTH, _HEIGHT = 600, 700


class SettingsDialog(QDialog):
    """Edits the preferences; nothing is kept unless the person saves."""

    def __init__(self, parent: QWidget | None, preferences: Preferences) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._actor = QLineEdit(preferences.actor)
        self._actor.setAccessibleName(tr("Your name"))
        self._theme = ElidedBox()
        self._theme.setAccessibleName(tr("Theme"))
        for _, text in CHOICES:
            self._theme.addItem(tr(text))
        self._theme.setCurrentIndex([key for key, _ in CHOICES].index(cast("Choice", preferences.theme)))
        self._language = ElidedBox()
        self._language.setAccessibleName(tr("Language"))
        self._languages = [code for code, _ in choices()]
        self._language.addItems([name for _, name in choices()])
        known = preferences.language in self._languages
        self._language.setCurrentIndex(self._languages.index(preferences.language) if known else 0)
        self._zoom = ElidedBox()
        self._zoom.setAccessibleName(tr("Size of text"))
        for percent in ZOOMS:
            self._zoom.addItem(f"{percent} %")
        self._zoom.setCurrentIndex(ZOOMS.index(preferences.zoom))
        self._still = TickBox(tr("Less movement: nothing slides, fades or blinks"))
        self._still.setChecked(preferences.still)
        self._lock = ElidedBox()
        self._lock.setAccessibleName(tr("Lock an encrypted file when nobody is working on it"))
        for minutes in LOCK_CHOICES:
            self._lock.addItem(tr("After {minutes} minutes").format(minutes=minutes) if minutes else tr("Never"))
        self._lock.setCurrentIndex(LOCK_CHOICES.index(preferences.lock_after))
        save = button(tr("Save settings"), self.accept, primary=True)
        save.setDefault(True)
        inside = QWidget()
        set_role(inside, role="canvas")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 24, 24, 8)
        layout.setSpacing(16)
        layout.addWidget(label(tr("Settings"), "pane-title"))
        note = tr("Stands beside every change you make and is printed in reports.")
        layout.addLayout(
            column(label(tr("Your name"), "label"), self._actor, label(note, "muted", wrap=True), spacing=4)
        )
        seen = row(
            column(label(tr("Theme"), "label"), self._theme, spacing=4),
            column(label(tr("Size of text"), "label"), self._zoom, spacing=4),
            spacing=16,
        )
        seen.setStretch(0, 2)
        seen.setStretch(1, 1)
        layout.addLayout(column(seen, self._still))
        note = tr("Put to use when the program starts again. Frameworks and reports stay in the language they have.")
        layout.addLayout(
            column(label(tr("Language"), "label"), self._language, label(note, "muted", wrap=True), spacing=4)
        )
        note = tr("It is saved and closed first, and opens again at the same place with its passphrase.")
        lock = label(tr("Lock an encrypted file when nobody is working on it"), "label")
        layout.addLayout(column(lock, self._lock, label(note, "muted", wrap=True), spacing=4))
        self.backups = BackupSettings(preferences)
        layout.addWidget(self.backups)
        self._frame(inside, row(1, button(tr("Cancel"), self.reject), save))
        self.resize(room_over(parent, _WIDTH, _HEIGHT))

    def _frame(self, inside: QWidget, buttons: QHBoxLayout) -> None:
        """Let the settings scroll where the window is low; the buttons stay in view."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inside)
        buttons.setContentsMargins(24, 8, 24, 24)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area, 1)
        outer.addLayout(buttons)

    def actor(self) -> str:
        """Return the name as typed."""
        return self._actor.text().strip()

    def theme(self) -> Choice:
        """Return the theme as chosen."""
        return CHOICES[self._theme.currentIndex()][0]

    def language(self) -> str:
        """Return the code of the language as chosen; empty for that of the system."""
        return self._languages[self._language.currentIndex()]

    def zoom(self) -> int:
        """Return the size of text as chosen, in percent."""
        return ZOOMS[self._zoom.currentIndex()]

    def still(self) -> bool:
        """Tell whether nothing may move by itself."""
        return self._still.isChecked()

    def show_setting(self, name: str) -> None:
        """Put the focus on one of :data:`SETTINGS`."""
        fields: dict[str, QWidget] = {
            "actor": self._actor, "theme": self._theme, "language": self._language,
            "zoom": self._zoom, "still": self._still, "lock": self._lock,
        }  # fmt: skip
        if name == "backups":
            self.backups.keep.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            fields[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def lock_after(self) -> int:
        """Return after how many idle minutes an encrypted file is locked; 0 for never."""
        return LOCK_CHOICES[self._lock.currentIndex()]
