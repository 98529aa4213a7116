"""Text that strangers wrote, shown as it is: no markup for Qt, and nothing that reorders what stands around it."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from asl_desktop.i18n import right_to_left

# Controls, marks that turn the direction of text, half characters and invisible tags; joiners that scripts need stay.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_UNBROKEN = re.compile("[!-~]{80,}")  # longer than a digest; other scripts break by their own rules
_BREAK = "\u200b"
_APART = "\u2068"
_ISOLATED = re.compile(f"{_APART}([^{_HIDDEN.pattern[1:-1]}]*)\u2069|[^{_APART}]+|{_APART}")


def visible(text: str) -> str:
    """Return text with the characters that nobody sees written out.

    In a language from the right, numbers are set apart by a pair of signs that keeps their order; these stay.
    """
    if _APART in text and right_to_left():
        return _ISOLATED.sub(lambda found: found[0] if found[1] is not None else _written_out(found[0]), text)
    return _written_out(text)


def _written_out(text: str) -> str:
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def masked(text: str) -> str:
    """Return text of the same length with a sign in place of every character that nobody sees."""
    return _HIDDEN.sub("\ufffd", text)


def tip(text: str) -> str:
    """Return text for a tool tip, which Qt would take for HTML whenever it looks like it."""
    shown = visible(text)
    if "<" not in shown:
        return shown
    return f"<qt>{html.escape(shown).replace(chr(10), '<br>')}</qt>"


class PlainLabel(QLabel):
    """A label that shows any text literally; where it wraps, a word longer than any line breaks too."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = visible(text)
        self._show()

    def setWordWrap(self, on: bool) -> None:
        super().setWordWrap(on)
        self._show()

    def setTextInteractionFlags(self, flags: Qt.TextInteractionFlag) -> None:
        super().setTextInteractionFlags(flags)
        self._show()

    def _show(self) -> None:
        """Let long words break, but not in a text that may be copied: it would take the breaks along."""
        copied = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        breaks = self.wordWrap() and not copied
        super().setText(_UNBROKEN.sub(lambda word: _BREAK.join(word[0]), self._text) if breaks else self._text)
