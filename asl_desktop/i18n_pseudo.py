"""Made-up languages that show, before any translator starts, which texts are not wrapped and which have no room.

Placeholders stay. ``en_XA`` puts accents on the letters and a third more of them between brackets; ``he_XB`` writes
every letter as a Hebrew one, so that the whole window has to be right when it is read from the right.
"""

from __future__ import annotations

import gettext
import re
import string
from functools import lru_cache

LONGER = 0.35
"""How much longer than English: what a translation into a wordier language needs."""
_PLACEHOLDER = re.compile(r"(\{[^{}]*\}|\{\{|\}\}|&(?=\w)|</?[a-z]+>|&[a-z]+;)")
_ACCENTED = str.maketrans(
    "AaBCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz",
    "ÅåƁÇçĐđÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŔŕŠšŢţÛûŴŵÝýŽž",
)
_HEBREW = str.maketrans(
    {letter: "אבגדהוזחטיכלמנסעפצקרשתאבגדה"[at % 26] for at, letter in enumerate(string.ascii_lowercase)}
    | {letter: "אבגדהוזחטיכלמנסעפצקרשתאבגדה"[at % 26] for at, letter in enumerate(string.ascii_uppercase)}
)


class Pseudo(gettext.NullTranslations):
    """Makes its translations up."""

    def __init__(self, *, mirrored: bool = False) -> None:
        super().__init__()
        self._mirrored = mirrored

    def gettext(self, message: str) -> str:
        """Return what :func:`pseudo` makes of a message."""
        return pseudo(message, mirrored=self._mirrored)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Choose between two forms as English does."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@lru_cache(maxsize=8192)
def pseudo(message: str, *, mirrored: bool = False) -> str:
    """Return what a made-up language makes of ``message``; nothing comes of a text without letters."""
    pieces = _PLACEHOLDER.split(message)
    if not any(character.isalpha() for piece in pieces[::2] for character in piece):
        return message
    table = _HEBREW if mirrored else _ACCENTED
    said = "".join(piece if at % 2 else piece.translate(table) for at, piece in enumerate(pieces))
    return said if mirrored else f"[{said}{_filling(round(len(message) * LONGER) - 2)}]"


def _filling(count: int) -> str:
    """Return so many signs, in words that a line can be broken between."""
    return ("".join(" ·" if at % 6 == 0 else "·" for at in range(count)))[: max(count, 0)]
