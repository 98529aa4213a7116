"""Settings: the name that stands behind changes, the theme, when an encrypted file is locked, and backups."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from ui.forms.backup_settings import BackupSettings
from ui.preferences import LOCK_CHOICES, Preferences
from ui.theme import Choice
from ui.widgets.parts import button, column, label, row

_THEMES: tuple[tuple[Choice, str], ...] = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class SettingsDialog(QDialog):
    """Edits the preferences; nothing is kept unless the person saves."""

    def __init__(self, parent: QWidget | None, preferences: Preferences) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(560)
        self._actor = QLineEdit(preferences.actor)
        self._actor.setAccessibleName("Your name")
        self._theme = QComboBox()
        self._theme.setAccessibleName("Theme")
        for _, text in _THEMES:
            self._theme.addItem(text)
        self._theme.setCurrentIndex([key for key, _ in _THEMES].index(cast("Choice", preferences.theme)))
        self._lock = QComboBox()
        self._lock.setAccessibleName("Lock an encrypted file when nobody is working on it")
        for minutes in LOCK_CHOICES:
            self._lock.addItem(f"After {minutes} minutes" if minutes else "Never")
        self._lock.setCurrentIndex(LOCK_CHOICES.index(preferences.lock_after))
        save = button("Save settings", self.accept, primary=True)
        save.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addWidget(label("Settings", "pane-title"))
        note = "Stands beside every change you make and is printed in reports."
        layout.addLayout(column(label("Your name", "label"), self._actor, label(note, "muted"), spacing=4))
        layout.addLayout(column(label("Theme", "label"), self._theme, spacing=4))
        note = "It is saved and closed first, and opens again at the same place with its passphrase."
        lock = label("Lock an encrypted file when nobody is working on it", "label")
        layout.addLayout(column(lock, self._lock, label(note, "muted"), spacing=4))
        self.backups = BackupSettings(preferences)
        layout.addWidget(self.backups)
        layout.addLayout(row(1, button("Cancel", self.reject), save))

    def actor(self) -> str:
        """Return the name as typed."""
        return self._actor.text().strip()

    def theme(self) -> Choice:
        """Return the theme as chosen."""
        return _THEMES[self._theme.currentIndex()][0]

    def lock_after(self) -> int:
        """Return after how many idle minutes an encrypted file is locked; 0 for never."""
        return LOCK_CHOICES[self._lock.currentIndex()]
