"""Why a file did not open, in words, with the ways on as buttons below the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui.widgets.centred import bring_into_view
from ui.widgets.parts import Banner, button, clear

_HERE = {
    "file-marked-elsewhere": mark(
        "Close it there first, or open it here for reading only. Take it over only when it is "
        "certain that nobody works on it there."
    ),
}
"""Advice where the window has a button for what the command line names a command for."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: a verb for its button and what it does."""

    text: str
    go: Callable[[], object]


class Refusal(Banner):
    """A banner that tells an error and offers what a person can do about it."""

    def __init__(self) -> None:
        super().__init__("danger", below=True)

    def refuse(self, error: UserError, ways: Sequence[Way] = ()) -> None:
        """Tell what the error says."""
        from asl_desktop.messages import message_for

        message = message_for(error)
        advice = tr(_HERE.get(error.code, message.advice))
        self.offer(message.title, f"{message.text} {advice}", ways)

    def put_away(self) -> None:
        """Hide it and let go of the ways on, which may hold a passphrase for another try."""
        clear(self.buttons)
        self.hide()

    def offer(self, title: str, text: str, ways: Sequence[Way] = ()) -> None:
        """Tell these words; the buttons of an earlier message go."""
        clear(self.buttons)
        for way in ways:
            self.buttons.addWidget(button(way.text, way.go))
        self.tell(title, text)
        bring_into_view(self)
