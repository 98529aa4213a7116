"""Pages of a PDF as raw RGB, within a budget of pixels, or as words. No forms, no scripts, no links."""

from __future__ import annotations

import math

import pypdfium2
from pypdfium2 import raw

from ui.preview.protocol import MAX_DRAWN, MAX_SIDE, Kind, Reason, Request, Shown, refused
from ui.preview.texts import show_words

_LEAST = 0.01
_SHARPEST = 4.0
"""Pixels per point: small pages are not blown up without end."""


def load() -> None:
    """Load what is otherwise loaded on first use."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(10, 10).render(scale=1)
    document.close()


def show(data: bytes, request: Request) -> Shown:
    """Return one page, or its words."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        locked = raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        return refused(Reason.ENCRYPTED if locked else Reason.BROKEN)
    try:
        pages = len(document)
        if not 0 <= request.page < pages:
            return refused(Reason.NO_PAGE if pages else Reason.BROKEN, request.page + 1, pages)
        page = document[request.page]
        if request.words:
            return show_words(page.get_textpage().get_text_bounded(), request.page, pages)
        return _drawn(page, request, pages)
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        return refused(Reason.BROKEN)


def _drawn(page: pypdfium2.PdfPage, request: Request, pages: int) -> Shown:
    width, height = page.get_size()
    if not (_LEAST < width < math.inf and _LEAST < height < math.inf):
        return refused(Reason.BROKEN)
    # Sides are rounded up to whole pixels, which must not lead out of the budget.
    fitting = math.sqrt(MAX_DRAWN * 0.9 / width / height)
    scale = min(request.width / width, _SHARPEST, fitting, (MAX_SIDE - 1) / max(width, height))
    bitmap = page.render(
        scale=scale, may_draw_forms=False, rev_byteorder=True, force_bitmap_format=raw.FPDFBitmap_BGR, maybe_alpha=False
    )
    lines, length = memoryview(bitmap.buffer).cast("B"), bitmap.width * 3
    starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
    body = b"".join(lines[start : start + length] for start in starts)
    return Shown(Kind.PICTURE, 0, bitmap.width, bitmap.height, request.page, pages, body)
