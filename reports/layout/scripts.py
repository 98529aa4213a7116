"""Scripts of the world on a page: which font sets which, which way each part of a line reads, where its glyphs go.

Latin, Greek, Cyrillic and the like are set letter by letter. The scripts here join, stack or move their letters
(shaping, by HarfBuzz) or are read from right to left (Unicode Standard Annex 9, by python-bidi).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FONTS = {
    "arabic": "NotoSansArabic-Regular",
    "bengali": "NotoSansBengali-Regular",
    "cjk": "DroidSansFallbackFull",
    "devanagari": "NotoSansDevanagari-Regular",
    "emoji": "FallbackEmoji",
    "ethiopic": "NotoSansEthiopic-Regular",
    "gujarati": "NotoSansGujarati-Regular",
    "gurmukhi": "NotoSansGurmukhi-Regular",
    "hangul": "FallbackHangul",
    "hebrew": "NotoSansHebrew-Regular",
    "kannada": "NotoSansKannada-Regular",
    "khmer": "NotoSansKhmer-Regular",
    "lao": "NotoSansLao-Regular",
    "malayalam": "NotoSansMalayalam-Regular",
    "myanmar": "NotoSansMyanmar-Regular",
    "oriya": "NotoSansOriya-Regular",
    "sinhala": "NotoSansSinhala-Regular",
    "tamil": "NotoSansTamil-Regular",
    "telugu": "NotoSansTelugu-Regular",
    "thai": "NotoSansThai-Regular",
}
SHAPED = frozenset(FONTS) - {"cjk", "emoji", "ethiopic", "hangul"}
"""Fonts whose glyphs depend on their neighbours; the others are set letter by letter."""
FROM_THE_RIGHT = frozenset({"arabic", "hebrew"})
PRIVATE = 0xF0000
"""From here on, codes are those of glyphs to which no character leads; see :data:`MEANT`."""
MEANT: dict[int, str] = {}
"""What the glyph of a private code stands for, for whoever reads the text out of the file."""
_NOTHING = "\u200b"
"""What the second glyph of a letter stands for: no width, and no letter of its own."""
JOINERS = "\u200c\u200d"
"""They decide whether letters join, and are no marks of their own."""

_BLOCKS = (
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0A00, 0x0A7F, "gurmukhi"),
    (0x0A80, 0x0AFF, "gujarati"),
    (0x0B00, 0x0B7F, "oriya"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"),
    (0x0C80, 0x0CFF, "kannada"),
    (0x0D00, 0x0D7F, "malayalam"),
    (0x0D80, 0x0DFF, "sinhala"),
    (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0EFF, "lao"),
    (0x1000, 0x109F, "myanmar"),
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"),
    (0x1780, 0x17FF, "khmer"),
    (0x19E0, 0x19FF, "khmer"),
    (0x2300, 0x23FF, "emoji"),
    (0x2600, 0x27BF, "emoji"),
    (0x2B00, 0x2BFF, "emoji"),
    (0x2D80, 0x2DDF, "ethiopic"),
    (0x2E80, 0x312F, "cjk"),
    (0x3130, 0x318F, "hangul"),
    (0x3190, 0x9FFF, "cjk"),
    (0xA8E0, 0xA8FF, "devanagari"),
    (0xA9E0, 0xA9FF, "myanmar"),
    (0xAA60, 0xAA7F, "myanmar"),
    (0xAB00, 0xAB2F, "ethiopic"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "cjk"),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE30, 0xFE4F, "cjk"),
    (0xFE70, 0xFEFE, "arabic"),
    (0xFF00, 0xFFEF, "cjk"),
    (0x1F000, 0x1FAFF, "emoji"),
    (0x20000, 0x2FA1F, "cjk"),
)
_STARTS = [first for first, _, _ in _BLOCKS]
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]")
_OPENING = "\u300c\u300e\uff08\u3014\uff3b\uff5b\u3008\u300a\u3010"
_CLOSING = (  # and small kana and marks that go on
    "\u300d\u300f\uff09\u3015\uff3d\uff5d\u3009\u300b\u3011\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\u30fb"
    "\u30fc\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3"
    "\u30e3\u30e5\u30e7\u30ee\u3005"
)
_IDEOGRAPHS = "\u2e80-\u2fdf\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0002fa1f"
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_UNIT = re.compile(f"[{_OPENING}]*[{_IDEOGRAPHS}][{_CLOSING}]*|[^{_IDEOGRAPHS}]+")


class Glyph(NamedTuple):
    """One glyph of shaped text in the order of the page; measures in ems.

    Attributes:
        char: what the font's cutting and embedding knows the glyph by.
        advance: from its start to the next one's.
        dx: how far right of its start it is drawn.
        dy: how far above the baseline.
        width: its advance by the widths that the PDF has of the font.
    """

    char: str
    advance: float
    dx: float
    dy: float
    width: float


class Letter(NamedTuple):
    """What is shaped as one: the text, its glyphs from left to right, and how far the next one starts, in ems."""

    text: str
    glyphs: tuple[Glyph, ...]
    advance: float


def script_of(char: str) -> str:
    """Return the name of the font in :data:`FONTS` that is made for a character, empty when none is."""
    code = ord(char)
    place = bisect_right(_STARTS, code) - 1
    return _BLOCKS[place][2] if place >= 0 and code <= _BLOCKS[place][1] else ""


def units(text: str) -> list[str]:
    """Cut text without spaces where a line may end: around ideographs, but not before what closes or follows one."""
    return _UNIT.findall(text) if _IDEOGRAPH.search(text) else [text]


def clusters(text: str) -> list[str]:
    """Cut text into letters with the marks that belong to them; a letter is never parted from its marks."""
    found: list[str] = []
    for char in text:
        follows = char in JOINERS or unicodedata.category(char)[0] == "M"
        if found and (follows or found[-1][-1] == "\u200d"):
            found[-1] += char
        else:
            found.append(char)
    return found


def levels(text: str) -> tuple[int, ...]:
    """Return the embedding level of each character of a paragraph without controls; odd ones read from the right.

    Empty when all of it reads from left to right. Other than by the annex, digits in a paragraph that reads from left
    to right stay where they are unless text from the right goes on behind them: a date or count of a sentence must not
    jump over a name, nor its parts change places.
    """
    if not _RIGHT_TO_LEFT.search(text):
        return ()
    from bidi import algorithm  # most reports never need it

    storage = algorithm.get_empty_storage()
    base = storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = "LR"[base]
    algorithm.get_embedding_levels(text, storage)
    chars = storage["chars"]
    if base == 0:
        _keep_digits(chars)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _pair_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    kept = {id(char) for char in storage["chars"]}
    found: list[int] = []
    for char in chars:  # what the algorithm takes out, such as joiners, goes with what is before it
        found.append(char["level"] if id(char) in kept else (found[-1] if found else base))
    return tuple(found)


def _keep_digits(chars: Sequence[dict[str, Any]]) -> None:
    behind = "L"  # the next letter's direction
    for char in reversed(chars):
        if char["type"] in {"L", "R", "AL"}:
            behind = char["type"]
        elif char["type"] == "EN" and behind == "L":
            char["type"] = "L"


def _pair_brackets(chars: Sequence[dict[str, Any]], embedding: str) -> None:
    """Give both brackets of a pair one direction (rule N0 of the annex, which the library leaves out)."""
    from bidi.mirror import MIRRORED

    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for place, char in enumerate(chars):
        if char["type"] != "ON" or char["ch"] not in MIRRORED:
            continue
        if unicodedata.category(char["ch"]) == "Ps":
            opened.append((MIRRORED[char["ch"]], place))
        elif match := [depth for depth, (closing, _) in enumerate(opened) if closing == char["ch"]]:
            pairs.append((opened[match[-1]][1], place))
            del opened[match[-1] :]
    for first, last in sorted(pairs):
        inside = {_strong(char["type"]) for char in chars[first + 1 : last]} - {""}
        if not inside:
            continue
        before = next((found for char in reversed(chars[:first]) if (found := _strong(char["type"]))), embedding)
        direction = embedding if embedding in inside else before
        chars[first]["type"] = chars[last]["type"] = direction


def _strong(kind: str) -> str:
    return {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}.get(kind, "")


def visual_order(of: Sequence[int]) -> list[int]:
    """Return the places of parts of a line from left to right, given the level of each (rule L2)."""
    order = list(range(len(of)))
    for level in range(max(of, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and of[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    return order


def mirrored(char: str) -> str:
    """Return the sign that stands for a sign where text reads from right to left."""
    from bidi.mirror import MIRRORED

    return str(MIRRORED.get(char, char))


@cache
def _shaper(font: Any) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(font.face._ttf_data))  # noqa: SLF001 - read from the disk once


@cache
def _code(font: Any, glyph: int, text: str) -> int:
    """Return the code of a glyph that stands for a text; one that no character leads to becomes known to the font."""
    if len(text) == 1 and font.face.charToGlyph.get(ord(text)) == glyph:
        return ord(text)
    code = PRIVATE + len(MEANT)
    MEANT[code] = text or _NOTHING
    font.face.charToGlyph[code] = glyph
    shaper = _shaper(font)
    font.face.charWidths[code] = round(shaper.get_glyph_h_advance(glyph) * 1000 / shaper.face.upem)
    return code


@lru_cache(maxsize=4096)
def letters(font: Any, text: str, *, rtl: bool) -> tuple[Letter, ...]:
    """Shape text of one font and direction; letters come in the order in which they are read."""
    import uharfbuzz

    shaper = _shaper(font)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    uharfbuzz.shape(shaper, buffer)
    em = shaper.face.upem
    drawn = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
    clusters = {start: list(of) for start, of in groupby(drawn, lambda one: one[0].cluster)}
    starts = sorted(clusters)
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        meant = text[start:end]
        glyphs = []
        for number, (info, place) in enumerate(clusters[start]):
            code = _code(font, info.codepoint, "" if number else meant)
            width = font.face.getCharWidth(code) / 1000
            glyphs.append(Glyph(chr(code), place.x_advance / em, place.x_offset / em, place.y_offset / em, width))
        found.append(Letter(meant, tuple(glyphs), sum(glyph.advance for glyph in glyphs)))
    return tuple(found)
