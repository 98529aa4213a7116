"""What can be found in a damaged file, row by row, and how far each row can be believed.

An event proves itself by its hash, a pack and evidence by their digests. A row of a table of records proves nothing; it
is taken where the history says less.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.storage import tables
from asl_desktop.storage.history import NOTHING, chain_hash, event_of
from asl_desktop.storage.pages import Cell, Pages, columns
from asl_desktop.storage.projection import columns_of, pack_body, record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asl_desktop.progress import Progress
    from asl_desktop.storage.model import Event

Place: TypeAlias = tuple[str, str]
"""Kind and key of a record."""

_KINDS = frozenset({*KIND_BY_NAME, "document", "pack", "checkpoint"})
_INDEXED = 4
"""Kind, key, logical time and place: what an entry of the index on events holds."""
_CODECS = ("raw", "deflate")
_ENOUGH = 400
"""Bytes of a row that hold everything but the body, the pack or the data."""


@dataclass(frozen=True, slots=True)
class Link:
    """An event that proved itself, without its body: a history may be long."""

    cell: Cell
    lamport: int
    device: str
    n: int
    prev: str
    hash: str


@dataclass(slots=True)
class Findings:
    """Everything found, each thing once.

    Attributes:
        links: events by their own hash.
        rows: records from their tables, with the place in the history that they name.
        packs: bodies of packs by their digest.
        contents: for each SHA-256, the contents that claim to have it.
        chunks: where the chunks are, by content and number; more than one only where old pages lie about.
        index: which record each event is about, by its place in the file, as the index of the log says.
        document: what the table says about the document, empty when it is lost.
    """

    links: dict[str, Link] = field(default_factory=dict)
    rows: dict[Place, tuple[int, str]] = field(default_factory=dict)
    packs: dict[str, Any] = field(default_factory=dict)
    contents: dict[str, set[str]] = field(default_factory=dict)
    chunks: dict[tuple[str, int], list[Cell]] = field(default_factory=dict)
    index: dict[int, Place] = field(default_factory=dict)
    document: dict[str, str] = field(default_factory=dict)

    def anchored(self) -> list[Link]:
        """Return the events that go back to the first one without a gap, in their order."""
        kept: list[Link] = []
        devices: dict[str, str] = {}
        known = {NOTHING}
        for link in sorted(self.links.values(), key=lambda link: (link.lamport, link.device, link.n)):
            follows = devices.get(link.device) == link.prev if link.n > 1 else link.prev in known
            if follows and (link.prev != NOTHING or not kept):
                devices[link.device] = link.hash
                known.add(link.hash)
                kept.append(link)
        return kept


def find(pages: Pages, progress: Progress) -> Findings:
    """Go through every page of a file."""
    found = Findings()
    for number in range(1, pages.count + 1):
        progress.check()
        progress.report(number, pages.count, "Reading what is left")
        page = pages.page(number)
        for cell in pages.cells_on(number, page):
            _look_at(found, pages, cell)
        for entry in pages.entries_on(page):
            _index(found, entry)
    return found


def _look_at(found: Findings, pages: Pages, cell: Cell) -> None:
    begun = pages.content(cell, _ENOUGH)
    head = columns(begun)
    if head is not None and _is_chunk(head):
        found.chunks.setdefault((str(head[1]), int(str(head[2]))), []).append(cell)
        return
    values = head if len(begun) == cell.size else columns(pages.content(cell))
    if values is not None:
        _take(found, cell, values)


def _index(found: Findings, entry: bytes) -> None:
    """Take an entry of the index that says which events a record has."""
    values = columns(entry)
    if values is None or len(values) != _INDEXED:
        return
    kind, key, _, seq = values
    if kind in _KINDS and isinstance(key, str) and isinstance(seq, int):
        found.index[seq] = (str(kind), key)


def event_row(pages: Pages, link: Link) -> dict[str, Any]:
    """Return the row of an event again by where it was found, all but its place in the old file."""
    names = [column.name for column in tables.event.columns]
    return dict(zip(names[1:], (columns(pages.content(link.cell)) or [])[1:], strict=True))


def read_event(pages: Pages, link: Link) -> Event:
    """Return an event again by where it was found."""
    return event_of(link.cell.rowid, event_row(pages, link)["body"], link.prev, link.hash)


def read_chunk(pages: Pages, cell: Cell) -> tuple[str, int, bytes] | None:
    """Return codec, plain length and stored bytes of a chunk."""
    values = columns(pages.content(cell))
    if values is None or len(values) != 6:
        return None
    codec, raw_len, data = values[3:]
    if isinstance(codec, str) and isinstance(raw_len, int) and isinstance(data, bytes):
        return codec, raw_len, data
    return None


def _take(found: Findings, cell: Cell, values: Sequence[Any]) -> None:
    if any(len(values) == width and take(found, cell, values) for width, take in _TAKERS):
        return
    if len(values) > 3 and isinstance(values[0], str) and isinstance(values[1], int) and isinstance(values[2], str):
        for kind in _kinds_of(values):
            if found.rows.get((kind, values[0]), (0, ""))[0] < values[1]:
                found.rows[kind, values[0]] = (values[1], values[2])


def _kinds_of(values: Sequence[Any]) -> Iterator[str]:
    key, event, text = values[:3]
    for kind, table in tables.record_tables.items():
        if len(table.columns) != len(values):
            continue
        try:
            record = record_of(kind, text)
            expected = {"key": KIND_BY_NAME[kind].key(record), "event": event, "record": text}
            expected |= columns_of(kind, record)
        except (ValueError, AttributeError):
            continue
        if [expected[column.name] for column in table.columns] == [key, event, text, *values[3:]]:
            yield kind


def _is_chunk(head: Sequence[object]) -> bool:
    """Tell a chunk by what stands before its data."""
    return len(head) >= 5 and head[0] is None and isinstance(head[2], int) and head[3] in _CODECS


def _event(found: Findings, cell: Cell, values: Sequence[Any]) -> bool:
    body, prev, own = values[9:]
    if not isinstance(body, bytes) or not isinstance(prev, str) or not isinstance(own, str) or len(prev) != len(own):
        return False
    try:
        if chain_hash(prev, body) != own:
            return False
        event = event_of(cell.rowid, body, prev, own)
    except (ValueError, RecursionError):
        return False
    found.links.setdefault(own, Link(cell, event.lamport, event.device, event.n, prev, own))
    return True


def _pack(found: Findings, cell: Cell, values: Sequence[Any]) -> bool:  # noqa: ARG001 - one signature for all takers
    stated, body = values[3:]
    if not isinstance(body, bytes):
        return False
    try:
        data = json.loads(body)
        whole = pack_body(data) == body and hashlib.sha256(body).hexdigest() == stated
    except (ValueError, AttributeError, RecursionError):
        return False
    if whole:
        found.packs[str(stated)] = data
    return whole


def _content(found: Findings, cell: Cell, values: Sequence[Any]) -> bool:  # noqa: ARG001
    content, sha256, _, state = values
    if not isinstance(content, str) or not isinstance(sha256, str) or state not in ("ok", "removed"):
        return False
    found.contents.setdefault(sha256, set()).add(content)
    return True


def _document(found: Findings, cell: Cell, values: Sequence[Any]) -> bool:  # noqa: ARG001
    if values[0] is not None or not all(isinstance(value, str) for value in values[1:]):
        return False
    found.document = dict(zip(("id", "created", "created_by", "program", "pack"), values[1:], strict=True))
    return True


_TAKERS: tuple[tuple[int, Callable[[Findings, Cell, Sequence[Any]], bool]], ...] = (
    (len(tables.event.columns), _event),
    (len(tables.pack.columns), _pack),
    (len(tables.content.columns), _content),
    (len(tables.document.columns), _document),
)
