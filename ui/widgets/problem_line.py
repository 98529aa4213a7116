"""The sentence below a field that says why what was typed cannot be taken."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSizePolicy

from ui.plain import PlainLabel
from ui.theme import set_role
from ui.widgets.parts import announce

REST_MS = 800
"""Quiet after which a problem is said aloud: a number is half-typed at each of its digits."""


class ProblemLine(PlainLabel):
    """Hidden while nothing is wrong. A screen reader hears each problem once, when typing rests."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, role="error")
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._said = ""
        self._heard = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self.hide()

    def say(self, problem: str) -> None:
        """Show a problem, or nothing when there is none."""
        if problem == self._said:
            return
        self._said = problem
        self.setText(problem)
        self.setVisible(bool(problem))
        if problem:
            self._rest.start()
        else:
            self._rest.stop()
            self._heard = ""

    def _on_rest(self) -> None:
        if self.isVisible() and self._said != self._heard:
            self._heard = self._said
            announce(self, self._heard, urgent=True)
