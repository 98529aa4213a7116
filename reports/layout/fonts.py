"""The fonts of the PDF: which font shows which character, widths, and what no font can show.

Only embedded TrueType fonts are ever used. The primary font is Inter; a character it lacks is looked up in the font
that is made for its script, then in DejaVu Sans; one that none has becomes U+FFFD and is named in the report's notices.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts

from asl_desktop.resources_access import resource_path
from reports.layout import scripts

if TYPE_CHECKING:
    from pathlib import Path

Face: TypeAlias = str
"""``regular``, ``strong``, ``italic``, ``fallback``, or a script of :data:`reports.layout.scripts.FONTS`."""
FONT_NAME: dict[Face, str] = {
    "regular": "InterTabular-Regular",
    "strong": "InterTabular-SemiBold",
    "italic": "InterTabular-Italic",
    "fallback": "DejaVuSans",
    **scripts.FONTS,
}
REPLACEMENT = "\ufffd"
WRITING = threading.Lock()
"""Held while a PDF is built: the library keeps its font registry and font states per process."""


def _to_unicode_cmap(font_name: str, subset: list[int]) -> str:
    """Write a ToUnicode map that is right beyond U+FFFF and leaves unused codes out.

    WORKAROUND: the library's own writes five hex digits for such characters, maps unused codes to U+0000 and puts more
    than 100 entries into one block; all three break text extraction or PDF/A.
    """
    pairs = [
        f"<{code:02X}> <{scripts.MEANT.get(value, chr(value)).encode('utf-16-be').hex().upper()}>"
        for code, value in enumerate(subset)
        if value not in {0, 0xFEFF, 0xFFFE} and not 0xD800 <= value <= 0xDFFF
    ]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{font_name.replace('+', '-')} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def font_path(face: Face) -> Path:
    """Return where the font is."""
    return resource_path(f"fonts/{'scripts' if face in scripts.FONTS else 'pdf'}/{FONT_NAME[face]}.ttf")


@cache
def font(face: Face) -> Any:
    """Load and register a font once and return it."""
    rl_config.trustedSchemes = []
    rl_config.trustedHosts = []
    rl_config.useA85 = 0
    ttfonts.makeToUnicodeCMap = _to_unicode_cmap
    loaded = ttfonts.TTFont(FONT_NAME[face], str(font_path(face)), shapable=False)
    pdfmetrics.registerFont(loaded)
    return loaded


def encoded(face: Face, text: str, document: Any) -> list[tuple[int, bytes]]:
    """Return a text as (subset of the font in this document, codes in it) and so make the characters part of it."""
    loaded = font(face)
    state = loaded.state.get(document)
    if state is not None:
        known = state.assignments
        try:
            return [(0, bytes([known[ord(char)] for char in text.replace("\u00a0", " ")]))]
        except (KeyError, ValueError):  # a new character, or one of a later subset
            pass
    return list(loaded.splitString(text, document))


@cache
def _coverage(face: Face) -> frozenset[int]:
    """Return the codes that a font can show, but not those of its script that another font is better at."""
    own = face if face in scripts.FONTS else ""
    codes = (code for code in font(face).face.charToGlyph if code < scripts.PRIVATE)
    return frozenset(code for code in codes if not own or scripts.script_of(chr(code)) == own) | {0x20, 0xA0}


def _face_of(char: str, wanted: Face) -> Face:
    """Return the font that shows a character, empty when none does."""
    code = ord(char)
    script = scripts.script_of(char)
    for face in (wanted, script, "fallback"):
        if face and code in _coverage(face):
            return face
    return ""


@cache
def _width(face: Face, char: str) -> float:
    return float(font(face).stringWidth(char, 1.0))


@cache
def text_width(face: Face, text: str) -> float:
    """Return the width of a text at size 1; every character must be one that ``face`` has."""
    if face in scripts.SHAPED:
        rtl = face in scripts.FROM_THE_RIGHT
        return sum(letter.advance for letter in scripts.letters(font(face), text, rtl=rtl))
    return sum(_width(face, char) for char in text)


@lru_cache(maxsize=8192)
def segments(face: Face, text: str) -> tuple[tuple[Face, str], ...]:
    """Cut a clean text into stretches that one font can show."""
    if text.isascii() and text.isprintable():
        return ((face, text),) if text else ()
    found: list[tuple[Face, str]] = []
    for char in text:
        own = _face_of(char, face)
        if found and found[-1][0] in scripts.SHAPED and char in scripts.JOINERS:
            own = found[-1][0]
        elif char in scripts.JOINERS:  # letters that never join need none
            continue
        own = own or "fallback"
        if found and found[-1][0] == own:
            found[-1] = (own, found[-1][1] + char)
        else:
            found.append((own, char))
    return tuple(found)


_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_INVISIBLE = {0xFEFF, 0x00AD, 0x200B, 0x2060, *range(0xFE00, 0xFE10)}


@dataclass
class Cleaner:
    """Makes texts printable and remembers, for the notices, what could not be printed as typed.

    Attributes:
        spelled: controls are written out, for a picture without notices, instead of left out.
    """

    spelled: bool = False
    removed: set[int] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def __call__(self, text: str) -> str:
        """Return ``text`` with controls removed and characters without a glyph replaced by U+FFFD."""
        if text.isascii() and text.isprintable():
            return text
        covered = _coverage("regular")
        if all(ord(char) in covered for char in text):
            return text
        return "".join(self._char(char) for char in text.replace("\r\n", "\n").replace("\r", "\n"))

    def _char(self, char: str) -> str:
        code = ord(char)
        if char == "\n" or code in _coverage("regular"):
            return char
        if char in "\t\u2028\u2029\x0b\x0c":
            return " " if char == "\t" else "\n"
        if code in _INVISIBLE:
            return ""
        if code < 0x20 or 0x7F <= code < 0xA0 or code in _BIDI:
            self.removed.add(code)
            return char.encode("unicode_escape").decode("ascii") if self.spelled else ""
        if char in scripts.JOINERS or _face_of(char, "regular"):
            return char
        self.missing.add(char)
        return REPLACEMENT

    def notices(self) -> tuple[str, ...]:
        """Return one sentence for each way in which the page differs from what was typed."""
        found = []
        if self.missing:
            names = ", ".join(f"U+{ord(char):04X}" for char in sorted(self.missing))
            found.append(
                f"Characters that the report's fonts do not have are printed as {REPLACEMENT}: {names}. "
                "The attached assessment data holds them unchanged."
            )
        if self.removed:
            names = ", ".join(f"U+{code:04X}" for code in sorted(self.removed))
            found.append(f"Control characters that a page cannot show were left out: {names}.")
        return tuple(found)
