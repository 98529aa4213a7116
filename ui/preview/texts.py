"""Text, tables and JSON, with everything that could mislead a reader made visible."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata

from asl_desktop.i18n import tr
from ui.preview.protocol import (
    CELL,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_LINE,
    MAX_ROWS,
    MAX_TEXT_BYTES,
    PAGE_CHARACTERS,
    ROW,
    Kind,
    Note,
    Reason,
    Request,
    Shown,
    refused,
)

_MARKUP = frozenset({"svg", "html", "htm", "xhtml", "xml", "md", "markdown"})
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_DEEPEST = 60
_HARMLESS = frozenset("\n\t\u200c\u200d\u200e\u200f\u00ad\ufeff")


def visible(text: str) -> tuple[str, bool]:
    """Return text in which control and direction characters are written out as [U+202E], and whether there were any."""
    doubtful = {c for c in set(text) - _HARMLESS if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    marked = text.translate({ord(c): f"[U+{ord(c):04X}]" for c in doubtful}) if doubtful else text
    return marked, bool(doubtful)


def load() -> None:
    """Have nothing more to load."""


def show(data: bytes, request: Request) -> Shown:
    """Return text, JSON or a table; refuse what is no text."""
    notes = Note(0) if request.whole and len(data) <= MAX_TEXT_BYTES else Note.CUT
    decoded = _decoded(data[:MAX_TEXT_BYTES], cut=Note.CUT in notes)
    if decoded is None:
        return refused(Reason.NO_KIND)
    text, certain = decoded
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    notes |= Note(0) if certain else Note.NOT_UTF8
    if request.suffix in {"csv", "tsv"}:
        table = _table(text, request, notes)
        if table is not None:
            return table
        notes |= Note.NOT_LAID_OUT
    elif request.suffix == "json":
        laid_out = None if Note.CUT in notes else _laid_out(text)
        notes |= Note.NOT_LAID_OUT if laid_out is None else Note(0)
        text = text if laid_out is None else laid_out
    elif request.suffix in _MARKUP or text.lstrip()[:1] == "<":
        notes |= Note.AS_TEXT
    return _page_of(text, request.page, notes)


def show_words(text: str, page: int, pages: int) -> Shown:
    """Return the words of one page of many."""
    shown = _page_of(text.replace("\r\n", "\n").replace("\r", "\n"), 0, Note(0))
    notes = shown.notes | (Note.CUT if shown.pages > 1 else Note(0))
    return Shown(Kind.TEXT, int(notes), page=page, pages=pages, body=shown.body)


def _decoded(data: bytes, *, cut: bool) -> tuple[str, bool] | None:
    """Return the text and whether its encoding is certain; None when it is no text."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), True
    if b"\0" in data:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=not cut), True
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    doubtful = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in text)
    return (text, False) if doubtful * 20 <= len(text) else None


def _page_of(text: str, page: int, notes: Note) -> Shown:
    text, marked = visible(text)
    lines = []
    for line in text.split("\n"):
        if len(line) > MAX_LINE:
            notes |= Note.NARROWED
            line = tr("{line} … {count} more characters").format(line=line[:MAX_LINE], count=len(line) - MAX_LINE)  # noqa: PLW2901
        lines.append(line)
    pages = _pages(lines)
    if page >= len(pages):
        return refused(Reason.NO_PAGE, page + 1, len(pages))
    notes |= Note.MARKED if marked else Note(0)
    body = "\n".join(pages[page]).encode("utf-8", "replace")
    return Shown(Kind.TEXT, int(notes), page=page, pages=len(pages), body=body)


def _pages(lines: list[str]) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    length = 0
    for line in lines:
        if length + len(line) > PAGE_CHARACTERS and pages[-1]:
            pages.append([])
            length = 0
        pages[-1].append(line)
        length += len(line) + 1
    return pages


def _table(text: str, request: Request, notes: Note) -> Shown | None:
    """Return the rows of a page; None when it is no table that can be laid out."""
    first = text.split("\n", 1)[0]
    comma = "\t" if request.suffix == "tsv" else max(",;\t|", key=first.count)
    csv.field_size_limit(MAX_TEXT_BYTES)
    start, rows, count, wide = request.page * (MAX_ROWS - 1), [], 0, 0
    try:
        for row in csv.reader(text.split("\n"), delimiter=comma, strict=True):
            if not row:
                continue
            wide = max(wide, len(row), *(MAX_COLUMNS + 1 for cell in row if len(cell) > MAX_CELL))
            # The names of the columns stand above every page.
            if count == 0 or start < count < start + MAX_ROWS:
                rows.append(row[:MAX_COLUMNS])
            count += 1
    except (csv.Error, ValueError):
        return None
    if count == 0 or wide == 1:
        return None
    cells = ["".join(CELL.join(_cell(cell) for cell in row) + ROW) for row in rows]
    body = "".join(cells)[: -len(ROW)]
    notes |= Note.NARROWED if wide > MAX_COLUMNS else Note(0)
    notes |= Note.MARKED if any(visible(cell)[1] for row in rows for cell in row) else Note(0)
    pages = max(1, -(-(count - 1) // (MAX_ROWS - 1)))
    return Shown(Kind.TABLE, int(notes), page=request.page, pages=pages, body=body.encode("utf-8", "replace"))


def _cell(text: str) -> str:
    shown, _ = visible(text.replace("\n", " "))
    return f"{shown[: MAX_CELL - 1]}\u2026" if len(shown) > MAX_CELL else shown


def _laid_out(text: str) -> str | None:
    """Return JSON with one value a line, every value as it was written; None when it is nested too deep.

    It is never parsed: that would hide a key that stands there twice, and write numbers in another way.
    """
    parts: list[str] = []
    depth, fresh = 0, True
    for found in _PIECE.finditer(text):
        piece = found.group()
        if piece in "]}":
            depth -= 1
            parts.append(piece if fresh else f"\n{'  ' * max(depth, 0)}{piece}")
            fresh = False
        else:
            parts.append(f"\n{'  ' * depth}{piece}" if fresh and depth else piece)
            fresh = False
            if piece in "[{":
                depth, fresh = depth + 1, True
            elif piece == ",":
                fresh = True
            elif piece == ":":
                parts.append(" ")
        if not 0 <= depth <= _DEEPEST:
            return None
    return "".join(parts) if depth == 0 else None
