"""One transaction of the log: events and their projection, together or not at all.

Used on the writer thread only. What was appended counts from :meth:`Log.committed` on, and is forgotten by
:meth:`Log.rolled_back`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from asl_desktop.clock import new_id
from asl_desktop.codec import canonical, to_json
from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.errors import ValueRefused
from asl_desktop.storage import content, tables
from asl_desktop.storage.history import NOTHING, body_bytes, chain_hash
from asl_desktop.storage.model import Change, Checkpoint, Commit, Head
from asl_desktop.storage.projection import Item, cited_evidence, columns_of, item_of, record_of
from asl_desktop.storage.reverting import record_before
from asl_desktop.storage.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person: who, when, its UUID, and which act it takes back."""

    actor: str
    at: str
    change: str
    reverts: str = ""


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the log ends, and how far this device has counted."""

    seq: int = 0
    hash: str = NOTHING
    lamport: int = 0
    n: int = 0

    @property
    def head(self) -> Head:
        """What the outside sees of it."""
        return Head(events=self.seq, hash=self.hash)


_APPEND = insert(tables.event)
_FIND = {kind: select(t.c.record).where(t.c.key == bindparam("k")) for kind, t in tables.record_tables.items()}
_ADD = {kind: insert(t) for kind, t in tables.record_tables.items()}
_CHANGE = {kind: update(t).where(t.c.key == bindparam("k")) for kind, t in tables.record_tables.items()}
_DROP = {kind: delete(t).where(t.c.key == bindparam("k")) for kind, t in tables.record_tables.items()}
_CONTENT = select(tables.content.c.size).where(
    tables.content.c.sha256 == bindparam("k"), tables.content.c.state == "ok"
)


def read_tail(connection: Connection) -> Tail:
    """Return the end of the log as a device sees it that has not written yet."""
    e = tables.event
    row = connection.execute(select(e.c.seq, e.c.hash, e.c.lamport).order_by(e.c.seq.desc()).limit(1)).first()
    return Tail() if row is None else Tail(seq=row.seq, hash=row.hash, lamport=row.lamport)


class Log:
    """Appends events and keeps their projection in step."""

    def __init__(self, tail: Tail, *, device: str, now: Callable[[], str]) -> None:
        self._device = device
        self.now = now
        self._uncertain = False
        self._room = Room()
        self._durable = tail
        self._open = tail

    @property
    def head(self) -> Head:
        """The durable end of the log; safe to read from any thread."""
        return self._durable.head

    @property
    def written(self) -> Head:
        """The end of the log as the open transaction sees it."""
        return self._open.head

    def began(self, connection: Connection) -> None:
        """Look at the end of the log anew after a failure: a commit may fail on its way back and still be there."""
        if self._uncertain:
            e = tables.event
            n = connection.execute(select(func.max(e.c.n)).where(e.c.device == self._device)).scalar() or 0
            self._open = self._durable = replace(read_tail(connection), n=n)
            self._uncertain = False

    def committed(self) -> None:
        """Count what was appended since the last commit as durable."""
        self._durable = self._open

    def rolled_back(self) -> None:
        """Forget what was appended since the last commit."""
        self._open = self._durable
        self._uncertain = True
        self._room.forget()

    def append(
        self,
        connection: Connection,
        *,
        kind: str,
        key: str,
        record: object,
        act: Act,
        was: str = "",
    ) -> int:
        """Add one event, in the open transaction, and return its place; ``record`` is None for a removal."""
        tail = replace(self._open, seq=self._open.seq + 1, lamport=self._open.lamport + 1, n=self._open.n + 1)
        body = body_bytes(
            device=self._device,
            n=tail.n,
            lamport=tail.lamport,
            actor=act.actor,
            at=act.at,
            change=act.change,
            kind=kind,
            key=key,
            record=record,
            was=was,
            reverts=act.reverts,
        )
        own = chain_hash(tail.hash, body)
        row = {"seq": tail.seq, "device": self._device, "n": tail.n, "lamport": tail.lamport, "change": act.change}
        row |= {"actor": act.actor, "at": act.at, "kind": kind, "key": key, "body": body, "prev": tail.hash}
        connection.execute(_APPEND, row | {"hash": own})
        self._open = replace(tail, hash=own)
        return tail.seq

    def act(self, actor: str, *, reverts: str = "") -> Act:
        """Begin one act of a person."""
        return Act(actor=actor, at=self.now(), change=new_id(), reverts=reverts)

    def put(self, connection: Connection, items: Sequence[Item], *, act: Act) -> Commit:
        """Put records in their place; one that says what the file already says writes nothing.

        Raises:
            ValueRefused: when an evidence item describes bytes that the document does not hold.
        """
        changed = tuple(item.reference for item in items if self._put_one(connection, item, act))
        return Commit(head=self.written, at=act.at, changed=changed)

    def _put_one(self, connection: Connection, item: Item, act: Act) -> bool:
        current = connection.execute(_FIND[item.kind], {"k": item.key}).scalar()
        if current == item.text:
            return False
        if item.kind == "evidence":
            if current is None:
                content.revive(connection, item.key)
            _require_content(connection, item)
        self._room.change(connection, item.kind, item.key, old=current or "", new=item.text)
        was = "" if current is None else digest_of(current)
        seq = self.append(connection, kind=item.kind, key=item.key, record=item.data, act=act, was=was)
        values = {"event": seq, "record": item.text, **columns_of(item.kind, item.record)}
        if current is None:
            connection.execute(_ADD[item.kind], {"key": item.key, **values})
        else:
            connection.execute(_CHANGE[item.kind], {"k": item.key, **values})
        return True

    def remove(self, connection: Connection, kind: str, key: str, *, act: Act) -> Commit:
        """Remove a record; nothing happens when there is none. The bytes of removed evidence wait for an undo.

        Raises:
            ValueRefused: for evidence that records still link to.
        """
        current = connection.execute(_FIND[kind], {"k": key}).scalar()
        if current is None:
            return Commit(head=self.written, at=act.at, changed=())
        if kind == "evidence":
            _require_unlinked(connection, key)
            content.retire(connection, key)
        self._room.change(connection, kind, key, old=current, new="")
        self.append(connection, kind=kind, key=key, record=None, act=act, was=digest_of(current))
        connection.execute(_DROP[kind], {"k": key})
        return Commit(head=self.written, at=act.at, changed=(f"{kind}:{key}",))

    def add_checkpoint(self, connection: Connection, checkpoint: Checkpoint, *, act: Act) -> Commit:
        """Keep a signed statement on the history."""
        said = to_json(checkpoint)
        seq = self.append(connection, kind="checkpoint", key=checkpoint.id, record=said, act=act)
        row = {"key": checkpoint.id, "event": seq, "record": canonical(said).decode()}
        connection.execute(insert(tables.checkpoint), row)
        return Commit(head=self.written, at=act.at, changed=(f"checkpoint:{checkpoint.id}",))

    def take_back(self, connection: Connection, change: Change, *, act: Act) -> Commit:
        """Put back what was there before ``change``, the last thing first.

        Raises:
            ValueRefused: for evidence that records still link to, or whose bytes were given up.
        """
        touched = {(event.kind, event.key): event for event in reversed(change.events)}
        changed: list[str] = []
        for (kind, key), first in touched.items():
            before = record_before(connection, first)
            if before is None:
                changed += self.remove(connection, kind, key, act=act).changed
            else:
                item = item_of(record_of(kind, canonical(before).decode()))
                changed += self.put(connection, [item], act=act).changed
        return Commit(head=self.written, at=act.at, changed=tuple(changed))


def digest_of(text: str) -> str:
    """Return the digest of a record from its canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def linking_to(connection: Connection, sha256: str) -> tuple[str, ...]:
    """Return the references of the records that link to a piece of evidence."""
    found: list[str] = []
    for kind, table in tables.record_tables.items():
        if "evidence" not in KIND_BY_NAME[kind].record.__dataclass_fields__:
            continue
        for key, text in connection.execute(select(table.c.key, table.c.record)):
            if sha256 in cited_evidence(record_of(kind, text)):
                found.append(f"{kind}:{key}")
    return tuple(sorted(found))


def _require_unlinked(connection: Connection, sha256: str) -> None:
    links = linking_to(connection, sha256)
    if links:
        raise ValueRefused(field=f"evidence:{sha256}", problem=f"it is still linked from {', '.join(links)}")


def _require_content(connection: Connection, item: Item) -> None:
    size = connection.execute(_CONTENT, {"k": item.key}).scalar()
    if size is None:
        raise ValueRefused(field=item.reference, problem="the document does not hold these bytes; attach the file")
    if size != json.loads(item.text)["size"]:
        raise ValueRefused(field=item.reference, problem=f"the bytes kept under this digest are {size} bytes long")
