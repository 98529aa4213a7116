"""A thin bar with a line of words while something is under way; with progress where the work reports any."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from ui.operations import Handle
from ui.widgets.parts import announce, column, label

_STEPS = 1000


class BusyLine(QWidget):
    """Hidden while nothing runs."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.words = label("", "muted", wrap=True)
        self.setLayout(column(self.bar, self.words, spacing=4))
        self.hide()

    def start(self, words: str, handle: Handle[object] | None = None) -> None:
        """Show that something runs; with a handle also how far it is."""
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(words)
        self.words.setText(words)
        self.show()
        announce(self, words)
        if handle is not None:
            handle.progressed.connect(self._advance)

    def stop(self) -> None:
        """Hide again."""
        self.hide()
        self.bar.setRange(0, 1)

    def _advance(self, done: int, total: int, text: str) -> None:
        if total > 0:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(_STEPS * min(done / total, 1.0)))
        if text:
            self.words.setText(text)
