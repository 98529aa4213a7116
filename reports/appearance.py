"""What a signature looks like on the page: name, role, time and the digest it stands for, as a one-page PDF.

Drawn by us and not by the signing library, whose own text would put fonts into the file that break its archival form.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reports.dates import day_and_time

if TYPE_CHECKING:
    from reports.layout.fonts import Cleaner, Face
    from reports.layout.surface import Surface

_INK, _MUTED, _RULE = "#1a212e", "#5c6675", "#295c8c"
_PADDING = 6.0


@dataclass(frozen=True, slots=True)
class Seal:
    """The words of a visible signature.

    ``digest_label`` and ``digest`` name what the signer saw: the snapshot digest of the assessment where the report
    states one, the digest of the unsigned file otherwise.
    """

    name: str
    role: str
    organisation: str
    reason: str
    signed_at: datetime
    digest_label: str
    digest: str


def draw_seal(seal: Seal, width: float, height: float) -> bytes:
    """Return a PDF of one page of that size in points; long texts are set smaller, then shortened with an ellipsis."""
    from reportlab.pdfgen.canvas import Canvas

    from reports.layout.fonts import WRITING, Cleaner, font
    from reports.layout.surface import Surface

    buffer = io.BytesIO()
    with WRITING:
        name = font("regular").fontName
        canvas = Canvas(buffer, pagesize=(width, height), pageCompression=1, invariant=1, initialFontName=name)
        surface = Surface(canvas)
        surface.rect(0, 0, 2.5, height, fill=_RULE)
        _draw_lines(surface, seal, Cleaner(), width=width, height=height)
        canvas.save()
    return _tidied(buffer)


def _tidied(drawn: io.BytesIO) -> bytes:
    """Let no stream end in a line end; one chance in a hundred would break the archival form of the signed report."""
    import pikepdf

    from reports.finishing import end_clearly

    target = io.BytesIO()
    with pikepdf.open(drawn) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                end_clearly(item)
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            compress_streams=False,
        )
    return target.getvalue()


def _lines(seal: Seal) -> list[tuple[str, float, Face, str]]:
    who = f"{seal.role} · {seal.organisation}" if seal.organisation else seal.role
    lines: list[tuple[str, float, Face, str]] = [
        (seal.name, 10.5, "strong", _INK),
        (f"Signed as {who}", 8.0, "regular", _INK),
        (day_and_time(seal.signed_at), 8.0, "regular", _MUTED),
    ]
    if seal.reason:
        lines.append((seal.reason, 8.0, "regular", _MUTED))
    lines.append((f"{seal.digest_label} {_grouped(seal.digest)}", 7.0, "regular", _MUTED))
    return lines


def _draw_lines(surface: Surface, seal: Seal, clean: Cleaner, *, width: float, height: float) -> None:
    lines = _lines(seal)
    needed = sum(size * 1.35 for _, size, _, _ in lines)
    scale = min(1.0, (height - 2 * 3.0) / needed)
    top = height - (height - needed * scale) / 2
    for words, nominal, face, colour in lines:
        size = nominal * scale
        top -= size * 1.35
        left = 2.5 + _PADDING
        text = _fitted(clean(words.replace("\n", " ")), face, (width - left - _PADDING) / size)
        surface.text(left, top + size * 0.36, text, face=face, size=size, colour=colour)


def _fitted(text: str, face: Face, room: float) -> str:
    """Shorten a text to a width given in units of its size."""
    if _width(text, face) <= room:
        return text
    while text and _width(text + "…", face) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _width(text: str, face: Face) -> float:
    from reports.layout.text import in_one_line

    return in_one_line(text, face, _INK).width


def _grouped(digest: str) -> str:
    """Return the first 16 digits in groups of four, as people compare them."""
    return " ".join(digest[start : start + 4] for start in range(0, min(16, len(digest)), 4))
