"""One page for a safe: the recovery key of an encrypted assessment as text and as a QR code."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.pdfgen.canvas import Canvas

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.files import replace_file
from reports.charts.palette import LIGHT
from reports.dates import day
from reports.layout.flow import LEFT, PAGE_HEIGHT, PAGE_WIDTH, RIGHT
from reports.layout.fonts import FONT_NAME, WRITING, Cleaner, font, text_width
from reports.layout.surface import Surface

if TYPE_CHECKING:
    from pathlib import Path

    from reports.layout.fonts import Face

_EDGE = PAGE_WIDTH - RIGHT
_TOP = PAGE_HEIGHT - 84
_LABELS = 84.0
_PAPER, _PAD = "#F4F6F8", 18.0
_KEY_SIZE, _KEY_ADVANCE, _KEY_GAP, _KEY_LEADING = 15.0, 12.6, 13.0, 26.0
_QR_SIZE, _QR_QUIET = 150.0, 4
_ABOUT = (
    "This key opens the file named above, and every copy and backup made under the same passphrase, without the "
    "passphrase. Whoever holds this page can read everything in the file. Keep it in a safe place, apart from the "
    "file, and destroy it when the file is destroyed."
)
_USE = (
    "To use it, open the file in ASL Desktop, choose \u201cUse the recovery key\u201d and type the six lines. Spaces, "
    "hyphens and capital letters do not matter; each line ends with a check that finds typing mistakes. The letters I, "
    "L, O and U do not occur. The square holds the same key for a scanner; the device that reads it then knows the key."
)
_LATER = "A new passphrase comes with a new recovery key. This page then opens only copies made before."
_BLANKS = ("Stored by", "Place", "Date")


def write_recovery_sheet(target: Path, *, file: Path, document_id: str, key: str, clock: Clock | None = None) -> None:
    """Write the sheet as a PDF that only its owner may read; a file already there is replaced.

    Args:
        target: where the PDF goes.
        file: the assessment; only its name is printed.
        document_id: the identity of the assessment, which all its copies share.
        key: lines of groups, as a document gives it.
        clock: says the day that is printed.

    Raises:
        OutputNotWritable, DiskFull: what was at ``target`` is left as it is.
    """
    printed = day((clock or SystemClock()).now())
    facts = (("File", file.name), ("Assessment", document_id), ("Printed", printed))
    with WRITING:
        data = _draw(facts, key)
    replace_file(target, data)


def _draw(facts: tuple[tuple[str, str], ...], key: str) -> bytes:
    font("regular")
    stream = BytesIO()
    canvas = Canvas(
        stream, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="en",
        initialFontName=FONT_NAME["regular"], initialFontSize=10,
    )  # fmt: skip
    canvas.setTitle("Recovery key")
    surface = Surface(canvas)
    _write(surface, _TOP, "Recovery key", face="strong", size=22)
    y = _facts(surface, _TOP - 34, facts)
    y = _paragraph(surface, y - 16, _ABOUT)
    y = _key_box(surface, y - 14, key.splitlines())
    y = _paragraph(surface, y - 26, _USE)
    y = _paragraph(surface, y - 8, _LATER)
    _blanks(surface, y - 48)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _write(surface: Surface, y: float, text: str, *, face: Face = "regular", size: float = 10, x: float = LEFT) -> None:
    surface.text(x, y, text, face=face, size=size, colour=LIGHT.text)


def _facts(surface: Surface, y: float, facts: tuple[tuple[str, str], ...]) -> float:
    clean = Cleaner()
    for name, value in facts:
        surface.text(LEFT, y, name, size=10, colour=LIGHT.muted)
        _write(surface, y, _fitting(clean(value).replace("\n", " ")), face="strong", x=LEFT + _LABELS)
        y -= 17
    return y


def _fitting(text: str, size: float = 10) -> str:
    """Shorten a name in the middle until it fits beside its label."""
    room = (_EDGE - LEFT - _LABELS) / size
    kept = text
    while text_width("fallback", kept) > room:
        half = (len(kept) - 2) // 2
        kept = f"{text[:half]}\u2026{text[-half:]}"
    return kept


def _paragraph(surface: Surface, y: float, text: str, size: float = 10) -> float:
    line = ""
    for word in [*text.split(), ""]:
        longer = f"{line} {word}".strip()
        if word and text_width("regular", longer) * size <= _EDGE - LEFT:
            line = longer
            continue
        _write(surface, y, line, size=size)
        y -= 15
        line = word
    return y


def _key_box(surface: Surface, y: float, lines: list[str]) -> float:
    """Draw the key with every character in a cell of its own, so that columns line up, and the code beside it."""
    height = _QR_SIZE + _PAD
    surface.rect(LEFT, y - height, _EDGE - LEFT, height, fill=_PAPER)
    surface.frame(LEFT, y - height, _EDGE - LEFT, height, colour=LIGHT.line)
    _code(surface, _EDGE - _PAD / 2 - _QR_SIZE, y - _PAD / 2, "-".join(lines))
    baseline = y - (height - _KEY_LEADING * (len(lines) - 1)) / 2 - _KEY_SIZE * 0.36
    for number, line in enumerate(lines, start=1):
        surface.text(LEFT + _PAD, baseline, str(number), size=9, colour=LIGHT.muted)
        x = LEFT + _PAD + 22
        for group in line.split("-"):
            for character in group:
                inset = (_KEY_ADVANCE - text_width("strong", character) * _KEY_SIZE) / 2
                _write(surface, baseline, character, face="strong", size=_KEY_SIZE, x=x + inset)
                x += _KEY_ADVANCE
            x += _KEY_GAP
        baseline -= _KEY_LEADING
    return y - height


def _code(surface: Surface, x: float, y: float, text: str) -> None:
    """Draw a QR code with its white margin; (x, y) is the upper left corner."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    cell = _QR_SIZE / (len(code.modules) + 2 * _QR_QUIET)
    surface.rect(x, y - _QR_SIZE, _QR_SIZE, _QR_SIZE, fill="#FFFFFF")
    for down, cells in enumerate(code.modules):
        for across, dark in enumerate(cells):
            if dark:
                left, top = x + (across + _QR_QUIET) * cell, y - (down + _QR_QUIET) * cell
                surface.rect(left, top - cell, cell, cell, fill="#000000")


def _blanks(surface: Surface, y: float) -> None:
    width = (_EDGE - LEFT) / len(_BLANKS)
    for place, name in enumerate(_BLANKS):
        x = LEFT + place * width
        surface.line(x, y, x + width - 16, y, colour=LIGHT.muted)
        surface.text(x, y - 12, name, size=8.5, colour=LIGHT.muted)
