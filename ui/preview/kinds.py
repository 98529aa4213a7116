"""What a file is, by its first bytes. Its name is only a hint among kinds of text."""

from __future__ import annotations

from typing import Literal, TypeAlias

Content: TypeAlias = Literal["pages", "pictures", "archives", "texts", "packed", "nothing"]
"""The module of this package that shows it, or why none does."""

_PDF_WITHIN = 1024
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"Rar!")


def content_of(data: bytes) -> Content:
    """Say what these bytes are; looks at the beginning only and interprets nothing."""
    if not data:
        return "nothing"
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return "pictures"
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "pages"
    if data.startswith(b"PK\3\4"):
        return "archives"
    return "packed" if data.startswith(_PACKED) else "texts"
