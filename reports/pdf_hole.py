"""Check byte by byte where a signature sits in its file.

A PDF signature covers everything but a hole that holds the signature itself. Wrapping attacks live on the freedom of
saying where the hole is, so nothing is left free here: one hole, exactly around the hexadecimal text of this very
signature, inside the object that the file's own table names, padded with zeros only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.der import length_claimed

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEX = re.compile(rb"[0-9A-Fa-f]*")


def hole_problem(data: bytes, *, byte_range: Sequence[object], contents: bytes, offset: object, number: int) -> str:
    """Return what is wrong with the place of a signature as the end of a sentence, or nothing when all is well.

    Args:
        data: the whole file.
        byte_range: the four numbers as they stand in the file.
        contents: the signature as the PDF library decoded it.
        offset: where the file's cross-reference table says the signature object starts; anything but a whole number
            (an object hidden in a compressed stream) is a problem.
        number: the object's number.
    """
    if len(byte_range) != 4 or not all(isinstance(item, int) and not isinstance(item, bool) for item in byte_range):
        return "its byte range is not four whole numbers"
    first, before, resume, after = (int(str(item)) for item in byte_range)
    end = resume + after
    if first != 0 or not 0 < before < resume < end <= len(data):
        return "its byte range does not run from the start of the file around one hole"
    if not isinstance(offset, int):
        return "it hides inside a compressed object"
    return _place_problem(data, before, offset=offset, number=number) or _text_problem(data[before:resume], contents)


def end_of(byte_range: Sequence[object]) -> int:
    """Return the offset just past the last byte that a well-formed byte range covers."""
    return int(str(byte_range[2])) + int(str(byte_range[3]))


def _place_problem(data: bytes, before: int, *, offset: int, number: int) -> str:
    """The hole must be the Contents entry of the object that starts at ``offset``."""
    head = data[offset:before]
    if not 0 <= offset < before or not re.match(rb"\s*%d\s+\d+\s+obj\b" % number, head):
        return "its hole is not inside the signature it belongs to"
    if b"endobj" in head or not re.search(rb"/Contents\s*\Z", head):
        return "its hole is not inside the signature it belongs to"
    return ""


def _text_problem(hole: bytes, contents: bytes) -> str:
    """The hole must be exactly the hexadecimal text of the signature, and only zeros after its end."""
    if hole[:1] != b"<" or hole[-1:] != b">":
        return "its hole holds more than the signature"
    text = hole[1:-1]
    if not _HEX.fullmatch(text) or len(text) % 2 or bytes.fromhex(text.decode("ascii")) != contents:
        return "its hole does not hold the signature that the file shows"
    length = length_claimed(contents)
    if length is None or length > len(contents):
        return "the signature is cut short"
    if contents[length:].strip(b"\0"):
        return "something is hidden behind the signature in its hole"
    return ""
