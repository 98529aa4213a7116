"""A strip above the page while something long runs that a person may stop."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from asl_desktop.i18n import tr
from ui.operations import Handle
from ui.theme import set_role
from ui.widgets.parts import announce, button, label, row

_PATIENCE_MS = 300
_STEPS = 1000


class TaskStrip(QFrame):
    """Shows one piece of work at a time, if it takes longer than a blink."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, role="banner", tone="info")
        self._handle: Handle[Any] | None = None
        self.words = label("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = button(tr("Cancel"), self._on_cancel)
        layout = row(self.words, spacing=12)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel)
        layout.setContentsMargins(12, 8, 12, 8)
        self.setLayout(layout)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._appear)
        self.hide()

    @property
    def busy(self) -> bool:
        """Tell whether something runs."""
        return self._handle is not None

    def follow(self, handle: Handle[Any], words: str) -> None:
        """Show how far this work is until it ends."""
        self._handle = handle
        self.words.setText(words)
        self.bar.setAccessibleName(words)
        self.cancel.setAccessibleName(tr("Cancel: {words}").format(words=words))
        self.cancel.setEnabled(True)
        self.bar.setRange(0, 0)
        handle.progressed.connect(self._advance)
        handle.finished.connect(self._on_finished)
        self._patience.start()

    def _appear(self) -> None:
        self.show()
        announce(self, self.words.text())

    def _advance(self, done: int, total: int, text: str) -> None:
        if total > 0:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(_STEPS * min(done / total, 1.0)))
        else:
            self.bar.setRange(0, 0)
        if text:
            self.words.setText(text)

    def _on_cancel(self) -> None:
        if self._handle is not None:
            self.cancel.setEnabled(False)
            self._handle.cancel()

    def _on_finished(self) -> None:
        self._patience.stop()
        self._handle = None
        self.hide()
