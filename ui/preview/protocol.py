"""What the window asks of the preview process, and the only shape in which it believes an answer.

No Qt here: the process that opens evidence imports this too, and has to start quickly.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

MAX_BYTES = 64 * 1024 * 1024
"""More of a file than this never reaches the preview process."""
MAX_TEXT_BYTES = 1024 * 1024
"""Of a text, this much is shown, page by page."""
PAGE_CHARACTERS = 60_000
MAX_LINE = 2_000
MAX_DRAWN = 4_000_000
"""Pixels of a drawn page or picture."""
MAX_SIDE = 8_000
MAX_PIXELS = 50_000_000
"""A picture of more pixels is not opened."""
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 500, 50, 300
MAX_ENTRIES = 10_000
INFLATION = 100
"""An archive that says it grows by more than this is called a bomb."""
CELL, ROW = "\x1f", "\x1e"

_MAGIC = b"ASL1"
_HEAD = struct.Struct(">4sBIIIIIQ")
_MOST_BODY = MAX_DRAWN * 3


class Kind(enum.IntEnum):
    """What an answer holds: raw RGB, text, rows of cells, or the reason why there is nothing to see."""

    PICTURE = 1
    TEXT = 2
    TABLE = 3
    REFUSED = 4


class Note(enum.IntFlag):
    """What the person must know about what is shown."""

    CUT = 1
    AS_TEXT = 2
    NOT_UTF8 = 4
    NOT_LAID_OUT = 8
    INFLATES = 16
    MARKED = 32
    FIRST_PICTURE = 64
    ARCHIVE = 128
    NARROWED = 256


class Reason(enum.IntEnum):
    """Why there is nothing to see. The last ones are never said by the preview process itself."""

    BROKEN = 1
    ENCRYPTED = 2
    TOO_MANY_PIXELS = 3
    NO_KIND = 4
    TOO_LARGE = 5
    NO_WALLS = 6
    MEMORY = 7
    EMPTY = 8
    NO_PAGE = 9
    TOO_MANY_ENTRIES = 10
    TIMED_OUT = 11
    DIED = 12
    GARBLED = 13


@dataclass(frozen=True, slots=True)
class Request:
    """What to show of a file.

    Attributes:
        content: what the bytes are, see :mod:`ui.preview.kinds`.
        suffix: ending of its name, lower case without the dot; a hint only.
        page: counted from 0.
        width: how many pixels wide a page or picture may be.
        words: show the words of a PDF page instead of the page.
        whole: the bytes are all of the file, not only its beginning.
    """

    content: str = "texts"
    suffix: str = ""
    page: int = 0
    width: int = 1000
    words: bool = False
    whole: bool = True

    def arguments(self) -> list[str]:
        """Return it as words of a command line."""
        suffix = self.suffix if self.suffix.isascii() and self.suffix.isalnum() and len(self.suffix) <= 8 else "-"
        return [self.content, suffix, str(self.page), str(self.width), str(int(self.words)), str(int(self.whole))]

    @classmethod
    def read(cls, arguments: list[str]) -> Request:
        """Return the request that :meth:`arguments` wrote."""
        content, suffix, page, width, words, whole = arguments
        return cls(content, suffix.strip("-"), int(page), int(width), words == "1", whole == "1")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer.

    Attributes:
        kind: what ``body`` is: raw RGB of ``width`` times ``height``, UTF-8 text, cells, or nothing.
        notes: for a refusal its reason.
        width: of the picture; for a refusal the number that explains it, for an archive its files.
        height: likewise; for an archive its size unpacked, in kibibytes.
    """

    kind: Kind
    notes: int = 0
    width: int = 0
    height: int = 0
    page: int = 0
    pages: int = 1
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The body as rows of cells; never more than were agreed on."""
        lines = self.text.split(ROW)[:MAX_ROWS] if self.body else []
        return tuple(tuple(cell[:MAX_CELL] for cell in line.split(CELL)[:MAX_COLUMNS]) for line in lines)

    def packed(self) -> bytes:
        """Return it as bytes for the pipe."""
        numbers = (self.kind, self.notes, self.width, self.height, self.page, self.pages, len(self.body))
        return _HEAD.pack(_MAGIC, *numbers) + self.body


def refused(reason: Reason, first: int = 0, second: int = 0) -> Shown:
    """Return an answer that shows nothing and says why."""
    most = 2**32 - 1
    return Shown(Kind.REFUSED, int(reason), min(first, most), min(second, most))


def unpacked(data: bytes) -> Shown:
    """Read an answer that may come from a process that hostile bytes have taken over.

    Raises:
        ValueError: it is not exactly an answer within the bounds.
    """
    if len(data) < _HEAD.size:
        raise ValueError("no answer")
    magic, kind, notes, width, height, page, pages, length = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    if magic != _MAGIC or length != len(body) or length > _MOST_BODY:
        raise ValueError("not an answer")
    shown = Shown(Kind(kind), notes, width, height, page, pages, body)
    if shown.kind is Kind.PICTURE and not _fits(shown):
        raise ValueError("not a picture")
    if shown.kind is Kind.REFUSED and (body or Reason(notes) >= Reason.TIMED_OUT):
        raise ValueError("not a refusal")
    if shown.kind in {Kind.TEXT, Kind.TABLE} and length > MAX_TEXT_BYTES * 4:
        raise ValueError("too long a text")
    return shown


def most_answer() -> int:
    """Return how many bytes an answer has at most."""
    return _HEAD.size + _MOST_BODY


def _fits(shown: Shown) -> bool:
    sides = 0 < shown.width <= MAX_SIDE and 0 < shown.height <= MAX_SIDE
    return sides and shown.width * shown.height <= MAX_DRAWN and len(shown.body) == shown.width * shown.height * 3
