"""The log from its first event to its last: is it one unbroken history, and what must the tables hold by it?

An event can only be written in one way, so instead of reading its body the loop compares it with what the columns
demand. Only a body that differs is read, to say what is wrong with it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asl_desktop.codec import digest
from asl_desktop.storage import tables
from asl_desktop.storage.bare import printable
from asl_desktop.storage.bounds import MAX_EVENT, MAX_NAME
from asl_desktop.storage.history import MAX_COUNT, NOTHING, TAG, event_of
from asl_desktop.storage.model import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asl_desktop.storage.connection import RawConnection

Order: TypeAlias = tuple[int, str, int]
"""Where an event stands among all there are, in whatever copy: logical time, device, number within it."""

TABLES = {**tables.record_tables, "checkpoint": tables.checkpoint}
BESIDE = frozenset({"document", "pack"})
"""Kinds whose tables hold more than the record."""
NEVER = 2**62
_PAGE, _FETCHED, _PAGE_BYTES = 1000, 20, 32 * 1024 * 1024
_TEXTS = ("device", "actor", "at", "change", "kind", "key", "prev", "hash")
_MAX_KEY = 20 * MAX_NAME
_TOO_LARGE = (
    f"SELECT min(seq) FROM event WHERE octet_length(body) > {MAX_EVENT} OR "  # noqa: S608 - our own names
    + " + ".join(f'octet_length("{name}")' for name in _TEXTS)
    + f" > {_MAX_KEY}"
)
_ALL = 'SELECT seq, device, n, lamport, actor, at, "change", kind, "key", body, prev, hash FROM event'
_EVENTS = f"{_ALL} WHERE seq > ? AND seq < ? ORDER BY seq LIMIT {_PAGE}"
_LAST = 'ORDER BY "key" DESC, lamport DESC, device DESC, n DESC LIMIT 1'
_BEFORE_IT = '"key" < (SELECT "key" FROM event WHERE seq = place)'
_COUNTING = f"""
WITH RECURSIVE counting (place) AS (
    SELECT (SELECT seq FROM event WHERE kind = ?1 {_LAST})
    UNION ALL
    SELECT (SELECT seq FROM event WHERE kind = ?1 AND {_BEFORE_IT} {_LAST}) FROM counting WHERE place IS NOT NULL
)
{_ALL} JOIN counting ON seq = place
"""  # noqa: S608 - our own names
"""Of every record of a kind the event that counts, greatest key first."""
_NEXT_KIND = "SELECT min(kind) FROM event WHERE kind > ?"
_BEHIND_ALL = b""
"""SQLite holds any bytes to be greater than any text."""
_TYPES = (int, str, int, int, str, str, str, str, str, bytes, str, str)
_COLUMNS = ("device", "n", "lamport", "actor", "at", "change", "kind", "key")
_END = ',"reverts":"'
_AFTER_END = re.compile(r'[^"\\]*","was":"([0-9a-f]{64})?"\}').fullmatch
_HASH = re.compile(r"[0-9a-f]{64}").fullmatch


class _Said(NamedTuple):
    """What the body of an event says; ``digest`` is that of its record, empty for a removal."""

    device: str
    n: int
    lamport: int
    kind: str
    key: str
    record: str
    digest: str
    was: str


def first_too_large(raw: RawConnection) -> int:
    """Return the place of the first event that is larger than any can be, :data:`NEVER` when there is none."""
    return int(raw.execute(_TOO_LARGE).fetchone()[0] or NEVER)


def page_of_events(raw: RawConnection, after: int, before: int) -> list[Any]:
    """Return some of the events between two places, no more of them than fit into memory."""
    cursor = raw.execute(_EVENTS, (after, before))
    page: list[Any] = []
    size = 0
    while size < _PAGE_BYTES and (rows := cursor.fetchmany(_FETCHED)):
        page += rows
        size += sum(len(row[9]) for row in rows if isinstance(row[9], bytes))
    cursor.close()
    return page


@dataclass(slots=True)
class Replay:
    """What the log says, as far as it was followed.

    The last event of a record, by :data:`Order`, is the one that counts: so it makes no difference in which order
    copies came back together.

    Attributes:
        records: for each kind and key the event that counts, its place, and the digest of its record; the digest is
            empty for a removal.
        about: texts of the records that say what the document and its packs are.
        single: every event goes on from the one that lies before it, so nothing ever came back together.
    """

    records: dict[tuple[str, str], tuple[Order, int, str]] = field(default_factory=dict)
    about: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    single: bool = True
    seq: int = 0
    hash: str = NOTHING
    lamport: int = 0
    _devices: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    _device: str = ""
    _grown: list[tuple[Any, int]] = field(default_factory=list)
    _doubts: list[Fault] = field(default_factory=list)

    def fault(self, text: str, *touched: str) -> None:
        """Note something that is wrong."""
        self.faults.append(Fault(printable(text), touched))

    def follow(self, page: Sequence[Any], raw: RawConnection) -> bool:
        """Follow the next events; says whether that led any further."""
        before, texts, place = self.seq, list[bytes](), 0
        while place < len(page):
            place = self._run(page, place, texts)
            if place < len(page):
                self._follow(page[place], texts)
                place += 1
        if not _are_json(texts, raw):
            for row in page:
                if _in_body(row)[0] is None and _in_columns(row) is not None:
                    self.fault(f"{_name(row)} cannot be read.", f"event:{row[0]}")
        return self.seq > before

    def look_up(self, raw: RawConnection) -> None:
        """Take of every record the event that counts, each by itself, as the index of the log leads to it.

        Stops at the first that is not as it was recorded.
        """
        kind: Any = ""
        try:
            while (kind := raw.execute(_NEXT_KIND, (kind,)).fetchone()[0]) is not None:
                before: Any = _BEHIND_ALL
                for row in raw.execute(_COUNTING, (kind,)):
                    if not self._take(row, before):
                        return
                    before = row[8]
        except UnicodeError:  # a name that is no text cannot be asked for
            self.fault("The history holds a name that is no text.", "file")

    def _take(self, row: Any, before: Any) -> bool:
        """Take one event out of its place in the history; says whether it is what the index said it would be."""
        seq, body, prev, own = row[0], row[9], row[10], row[11]
        plain = tuple(map(type, row)) == _TYPES and len(body) <= MAX_EVENT and len(row[8]) <= _MAX_KEY
        said = _in_columns(row) if plain and (before == _BEHIND_ALL or row[8] < before) else None
        if said is None or not _is_hash(own, prev, body):
            self.fault(f"Event {seq} was changed after it was recorded.", f"event:{seq}")
            return False
        self._apply(row, said)
        return True

    def finish(self, raw: RawConnection, heads: Iterable[str]) -> dict[str, int]:
        """Say what can only be said in the end, and return the places of those events whose hash is in ``heads``."""
        wanted = {row[10] for row, _ in self._grown} | set(heads)
        found = _places(raw, wanted) if wanted else {}
        for row, lamport in self._grown:
            place, time = found.get(row[10], (NEVER, 0))
            if place >= row[0]:
                self._broken(row)
            elif lamport <= time:
                self._miscounted(row)
        if self.single and not self.faults:  # an event that was changed makes the one that follows it look wrong too
            self.faults += self._doubts
        return {own: place for own, (place, _) in found.items()}

    def _run(self, page: Sequence[Any], place: int, texts: list[bytes]) -> int:
        """Follow events as long as each is just what one expects, and return the place of the first that is not.

        One loop without calls into our own code, for histories of a million events. What it does not expect need not
        be wrong: :meth:`_follow` judges that.
        """
        device = self._device
        if not self.single or device not in self._devices:
            return place
        seq, prev, lamport, records = self.seq, self.hash, self.lamport, self.records
        n, before, sha256 = self._devices[device][0], bytes.fromhex(prev), hashlib.sha256
        try:
            for row in page[place:]:
                at, of, number, time, actor, when, change, kind, key, body, after, own = row
                if at != seq + 1 or of != device or number != n + 1 or after != prev or not lamport < time <= MAX_COUNT:
                    break
                hashed = sha256(TAG + before + body)
                start = (
                    f'{{"action":"put","actor":{quoted(actor)},"at":{quoted(when)},"change":{quoted(change)},'
                    f'"device":{quoted(device)},"key":{quoted(key)},"kind":{quoted(kind)},"lamport":{time},'
                    f'"n":{number},"record":{{'
                ).encode()
                if hashed.hexdigest() != own or not body.startswith(start) or kind not in TABLES:
                    break
                known = records.get((kind, key))
                end = f'{_END}","was":"{known[2] if known is not None else ""}"}}'.encode()
                if not body.endswith(end):
                    break
                text = body[len(start) - 1 : -len(end)]
                records[kind, key] = ((time, device, number), at, sha256(text).hexdigest())
                texts.append(text)
                seq, n, lamport, prev, before, place = at, number, time, own, hashed.digest(), place + 1
        except (TypeError, ValueError):  # a value of another type, or bytes that are no text
            pass
        self.seq, self.hash, self.lamport = seq, prev, lamport
        self._devices[device] = (n, prev, lamport)
        return place

    def _follow(self, row: Any, texts: list[bytes]) -> None:
        """Follow one event, whatever it is."""
        seq, device, n, lamport, _, _, _, _, _, body, prev, own = row
        if tuple(map(type, row)) != _TYPES:
            self.fault(f"{_name(row)} cannot be read.", f"event:{seq}")
            self.seq, self.single = seq, False
            return
        said, problem = _in_columns(row), ""
        if said is None:
            said, problem = _in_body(row)
        if said is not None:
            device, n, lamport = said.device, said.n, said.lamport
        known = self._devices.get(device)
        if seq != self.seq + 1:
            self._missing(seq)
        elif known is not None and prev != known[1]:
            self._broken(row)
        elif known is None and prev != self.hash:
            self._grown.append((row, lamport))
        if not _is_hash(own, prev, body):
            self.fault(f"{_name(row)} was changed after it was recorded.", f"event:{seq}")
        if problem:
            self.fault(f"{_name(row)} {problem}", f"event:{seq}")
        earlier = known[2] if known is not None else self.lamport if prev == self.hash else 0
        if said is not None and (n != (known[0] if known is not None else 0) + 1 or not earlier < lamport <= MAX_COUNT):
            self._miscounted(row)
        # Only a hash that is one can be gone on from: it is read as a number there.
        self.single = self.single and prev == self.hash and bool(_HASH(own))
        self._device, self._devices[device] = device, (n, own, lamport)
        self.seq, self.hash, self.lamport = seq, own, lamport
        if said is not None:
            self._doubt(row, said)
            self._apply(row, said)
            if said.record.startswith("{"):
                texts.append(said.record.encode())

    def _doubt(self, row: Any, said: _Said) -> None:
        before = self.records.get((said.kind, said.key))
        if said.was != (before[2] if before is not None else ""):
            text = f"{_name(row)} claims to replace something else than was there."
            self._doubts.append(Fault(printable(text), (f"event:{row[0]}",)))

    def _apply(self, row: Any, said: _Said) -> None:
        place, seq = (said.kind, said.key), row[0]
        if said.kind in BESIDE:
            self.about[place] = said.record
        elif said.kind not in TABLES:
            self.fault(f"Event {seq} is of a kind that this version of the program does not know.", f"event:{seq}")
            return
        order = (said.lamport, said.device, said.n)
        before = self.records.get(place)
        if before is None or before[0] < order:
            self.records[place] = (order, seq, said.digest)

    def _missing(self, seq: int) -> None:
        first, last = self.seq + 1, seq - 1
        if last < first:
            self.fault(f"Event {seq} stands in the wrong place.", f"event:{seq}")
            return
        self.fault(
            f"Events {first} to {last} are missing from the history.",
            f"event:{first}" if first == last else f"event:{first}-{last}",
        )

    def _broken(self, row: Any) -> None:
        text = "does not follow the event before it: the history was cut or put in another order."
        self.fault(f"{_name(row)} {text}", f"event:{row[0]}")

    def _miscounted(self, row: Any) -> None:
        self.fault(f"{_name(row)} is not counted on from the event before it.", f"event:{row[0]}")


def _name(row: Any) -> str:
    return f"Event {row[0]} ({row[7]}:{row[8]}, by {row[4]})"


def _is_hash(own: str, prev: str, body: bytes) -> bool:
    try:
        return len(prev) == len(NOTHING) and hashlib.sha256(TAG + bytes.fromhex(prev) + body).hexdigest() == own
    except ValueError:  # what should be a hash is no hexadecimal number
        return False


def _in_columns(row: Any) -> _Said | None:
    """Return what an event says, as its columns repeat it; None when the body is not what they demand."""
    _, device, n, lamport, actor, at, change, kind, key, body, _, _ = row
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    start, _, rest = text.partition(',"record":')
    record, _, end = rest.rpartition(_END)
    ended, removal = _AFTER_END(end), record == "null"
    if ended is None or not (removal or record.startswith("{")):
        return None
    demanded = (
        f'{{"action":"{"remove" if removal else "put"}","actor":{quoted(actor)},"at":{quoted(at)},'
        f'"change":{quoted(change)},"device":{quoted(device)},"key":{quoted(key)},"kind":{quoted(kind)},'
        f'"lamport":{lamport},"n":{n}'
    )
    if start != demanded:
        return None
    said = "" if removal else hashlib.sha256(record.encode()).hexdigest()
    return _Said(device, n, lamport, kind, key, record, said, ended[1] or "")


def _in_body(row: Any) -> tuple[_Said | None, str]:
    """Return what the body of an event says when its columns do not repeat it, and what is wrong with it."""
    try:
        event = event_of(row[0], row[9], row[10], row[11])
        said = "" if event.record is None else digest(event.record)
        columns = tuple(getattr(event, name) for name in _COLUMNS)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None, "cannot be read."
    found = _Said(event.device, event.n, event.lamport, event.kind, event.key, "", said, event.was)
    if columns != tuple(row[1:9]):
        return found, "says something else in its columns than in what was hashed."
    return found, "is not written in the way of events."


def _are_json(texts: Sequence[bytes], raw: RawConnection) -> bool:
    """Say whether every text is JSON; the database finds out in a fraction of the time that reading them takes."""
    try:
        text = f"[{b','.join(texts).decode()}]"
    except UnicodeDecodeError:
        return False
    query = "SELECT json_valid(?1) AND json_array_length(?1) = ?2"
    return bool(raw.execute(query, (text, len(texts))).fetchone()[0])


def _places(raw: RawConnection, wanted: set[str]) -> dict[str, tuple[int, int]]:
    """Return place and logical time of the first event with each of these hashes, in one pass over the log."""
    found: dict[str, tuple[int, int]] = {}
    for seq, own, lamport in raw.execute("SELECT seq, hash, lamport FROM event ORDER BY seq"):
        if own in wanted:
            found.setdefault(own, (seq, lamport))
    return found
