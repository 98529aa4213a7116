"""The list of what a ZIP archive says it holds. Nothing is unpacked."""

from __future__ import annotations

import io
import zipfile

from ui.preview.protocol import CELL, INFLATION, MAX_ENTRIES, MAX_ROWS, ROW, Kind, Note, Reason, Request, Shown, refused
from ui.preview.texts import visible

_END = b"PK\5\6"
_END_WITHIN = 66_000


def load() -> None:
    """Have nothing more to load."""


def show(data: bytes, request: Request) -> Shown:
    """Return the list of what an archive says it holds. Nothing is unpacked."""
    place = data.rfind(_END, len(data) - min(len(data), _END_WITHIN))
    if place >= 0 and int.from_bytes(data[place + 10 : place + 12], "little") > MAX_ENTRIES:
        return refused(Reason.TOO_MANY_ENTRIES, MAX_ENTRIES)
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, IndexError):
        return refused(Reason.BROKEN)
    if len(entries) > MAX_ENTRIES:
        return refused(Reason.TOO_MANY_ENTRIES, MAX_ENTRIES)
    size = sum(entry.file_size for entry in entries)
    notes = Note.ARCHIVE | (Note.INFLATES if size > INFLATION * len(data) else Note(0))
    start = request.page * (MAX_ROWS - 1)
    pages = max(1, -(-len(entries) // (MAX_ROWS - 1)))
    if request.page >= pages:
        return refused(Reason.NO_PAGE, request.page + 1, pages)
    rows = [CELL.join(("Name", "Bytes unpacked", "Bytes packed"))]
    for entry in entries[start : start + MAX_ROWS - 1]:
        name, marked = visible(entry.filename.replace("\n", " "))
        notes |= Note.MARKED if marked else Note(0)
        sizes = (f"{number:,}".replace(",", " ") for number in (entry.file_size, entry.compress_size))
        rows.append(CELL.join((name, *sizes)))
    body = ROW.join(rows).encode("utf-8", "replace")
    kib = min(size // 1024, 2**32 - 1)
    return Shown(Kind.TABLE, int(notes), len(entries), kib, request.page, pages, body)
