"""Is the file still what was recorded? Chain, replay, packs and evidence, each problem as a sentence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from asl_desktop.codec import canonical, digest
from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.errors import FileDamaged
from asl_desktop.storage import tables
from asl_desktop.storage.history import NOTHING, chain_hash
from asl_desktop.storage.projection import columns_of, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.progress import Progress
    from asl_desktop.storage.reader import Reader

_REPEATED = ("id", "device", "n", "lamport", "actor", "at", "kind", "key")


@dataclass(slots=True)
class _Replay:
    """What the log says the tables must hold, and what is wrong with the log itself."""

    records: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    about: dict[tuple[str, str], Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    seq: int = 0
    prev: str = NOTHING
    lamport: int = 0


def check(reader: Reader, *, progress: Progress) -> tuple[str, ...]:
    """Return one sentence for everything that is not as it was recorded."""
    problems = list(_sound(reader))
    progress.check()
    replay = _replay(reader, progress)
    problems += replay.problems
    problems += _tables(reader, replay)
    problems += _packs(reader, replay)
    problems += _evidence(reader, progress)
    return tuple(problems)


def _sound(reader: Reader) -> Iterator[str]:
    rows = reader.raw(lambda raw: raw.execute("PRAGMA quick_check(20)").fetchall())
    for (line,) in rows:
        if line != "ok":
            yield f"The file is damaged: {line}."


def _replay(reader: Reader, progress: Progress) -> _Replay:
    replay = _Replay()
    total = reader.head().events
    for row in reader.event_rows():
        _follow(replay, row)
        if row.seq % 500 == 0:
            progress.check()
            progress.report(row.seq, total, "Following the history")
    return replay


def _follow(replay: _Replay, row: Any) -> None:
    name = f"Event {row.seq} ({row.kind}:{row.key}, by {row.actor})"
    if row.seq != replay.seq + 1:
        replay.problems.append(f"Events {replay.seq + 1} to {row.seq - 1} are missing from the history.")
    elif row.prev != replay.prev:
        replay.problems.append(
            f"{name} does not follow the event before it: the history was cut or put in another order."
        )
    if chain_hash(row.prev, row.body) != row.hash:
        replay.problems.append(f"{name} was changed after it was recorded.")
    replay.seq, replay.prev = row.seq, row.hash
    try:
        body = json.loads(row.body)
        repeated = tuple(body[column] for column in _REPEATED)
        action, record = body["action"], body["record"]
    except (ValueError, KeyError, TypeError):
        replay.problems.append(f"{name} cannot be read.")
        return
    if repeated != tuple(getattr(row, column) for column in _REPEATED):
        replay.problems.append(f"{name} says something else in its columns than in what was hashed.")
    if body["n"] != replay.counted.get(body["device"], 0) + 1 or body["lamport"] <= replay.lamport:
        replay.problems.append(f"{name} is not counted on from the event before it.")
    replay.counted[body["device"]] = body["n"]
    replay.lamport = body["lamport"]
    _apply(replay, row.seq, body["kind"], key=body["key"], action=action, record=record)


def _apply(replay: _Replay, seq: int, kind: str, *, key: str, action: str, record: Any) -> None:
    if kind in ("document", "pack"):
        replay.about[kind, key] = record
    elif kind not in KIND_BY_NAME or action not in ("put", "remove") or (action == "put") != (record is not None):
        replay.problems.append(f"Event {seq} is of a kind that this version of the program does not know.")
    elif action == "put":
        replay.records[kind, key] = (seq, record)
    else:
        replay.records.pop((kind, key), None)


def _tables(reader: Reader, replay: _Replay) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for kind, table in tables.record_tables.items():
        with reader.begin() as connection:
            rows = connection.execute(select(table)).all()
        for row in rows:
            seen.add((kind, row.key))
            yield from _row(kind, row, replay)
    for kind, key in sorted(replay.records.keys() - seen):
        yield f"{kind}:{key} is in the history but missing from its table."


def _row(kind: str, row: Any, replay: _Replay) -> Iterator[str]:
    recorded = replay.records.get((kind, row.key))
    if recorded is None:
        yield f"{kind}:{row.key} is in its table but not in the history: it was put there past the program."
        return
    seq, record = recorded
    if row.event != seq or row.record.encode() != canonical(record):
        yield f"{kind}:{row.key} says something else in its table than in the history (event {seq})."
        return
    try:
        expected = columns_of(kind, record_of(kind, row.record))
    except ValueError:
        yield f"{kind}:{row.key} cannot be read."
        return
    wrong = sorted(column for column, value in expected.items() if getattr(row, column) != value)
    if wrong:
        yield f"{kind}:{row.key} has a changed column in its table: {', '.join(wrong)}."


def _packs(reader: Reader, replay: _Replay) -> Iterator[str]:
    p, d = tables.pack, tables.document
    with reader.begin() as connection:
        documents = connection.execute(select(d)).all()
        packs = connection.execute(select(p)).all()
    said = {key: value for (kind, key), value in replay.about.items() if kind == "document"}
    shown = {
        row.id: {"id": row.id, "created": row.created, "created_by": row.created_by, "pack": row.pack}
        for row in documents
    }
    if said != shown:
        yield "The document's own description is not what the history says."
    said = {key: value for (kind, key), value in replay.about.items() if kind == "pack"}
    shown = {row.key: {"id": row.id, "version": row.version, "digest": row.digest} for row in packs}
    for key in sorted(
        said.keys() ^ shown.keys() | {key for key in said.keys() & shown.keys() if said[key] != shown[key]}
    ):
        yield f"Pack {key} is not the one that the history says."
    for row in packs:
        if _pack_digest(row.body) != row.digest:
            yield f"Pack {row.key} was changed after it was recorded."


def _pack_digest(body: bytes) -> str:
    """Return the digest of a pack's content, nothing when it cannot be read or claims to have another digest."""
    try:
        data = json.loads(body)
        found = digest({name: value for name, value in data.items() if name != "digest"})
    except (ValueError, AttributeError):
        return ""
    return found if data.get("digest") in ("", found) else ""


def _evidence(reader: Reader, progress: Progress) -> Iterator[str]:
    e = tables.record_tables["evidence"]
    with reader.begin() as connection:
        items = connection.execute(select(e.c.key, e.c.name, e.c.size).order_by(e.c.key)).all()
    total, done = sum(item.size for item in items), 0
    for item in items:
        name = f'Evidence "{item.name}" ({item.key[:12]})'
        held = reader.content(item.key)
        if held is None:
            yield f"{name} is described but its bytes are missing."
            continue
        running = hashlib.sha256()
        try:
            for data in reader.chunks(held[0]):
                running.update(data)
                done += len(data)
                progress.check()
                progress.report(done, total, "Reading the evidence")
        except (ValueError, FileDamaged) as error:
            yield f"{name} is damaged: a chunk {error}."
            continue
        if running.hexdigest() != item.key:
            yield f"{name} was changed: its bytes no longer match its digest."
