"""A line that says for a few seconds what was just done, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from asl_desktop.i18n import tr
from ui.widgets.parts import Banner, button

SHOWN_MS = 12_000


class Said(Banner):
    """Goes away by itself; a screen reader hears it."""

    def __init__(self, to_history: Callable[[], object]) -> None:
        super().__init__("info")
        self._call: Callable[[], object] | None = None
        self.back = button(tr("Redo"), self._on_back)
        self.buttons.addWidget(self.back)
        self.buttons.addWidget(button(tr("History"), to_history))
        self.buttons.addWidget(button(tr("Close"), self.hide))
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(SHOWN_MS)
        self._end.timeout.connect(self.hide)

    def say(self, text: str, verb: str = "", call: Callable[[], object] | None = None) -> None:
        """Show a sentence and a button that calls ``call``, which there may be none of."""
        self._call = call
        self.back.setText(verb)
        self.back.setAccessibleName(verb or tr("Take back"))
        self.back.setVisible(bool(verb))
        self.tell(text)
        self._end.start()

    def _on_back(self) -> None:
        self.hide()
        if self._call is not None:
            self._call()
