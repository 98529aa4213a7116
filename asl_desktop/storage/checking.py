"""Is the file still what was recorded? Chain, replay, packs and evidence, each problem as a sentence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import select

from asl_desktop.codec import digest, parse
from asl_desktop.errors import FileDamaged
from asl_desktop.storage import tables
from asl_desktop.storage.history import NOTHING, chain_hash, event_of
from asl_desktop.storage.projection import columns_of, record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl_desktop.progress import Progress
    from asl_desktop.storage.model import Event
    from asl_desktop.storage.reader import Reader

_REPEATED = ("device", "n", "lamport", "actor", "at", "change", "kind", "key")
_BESIDE = frozenset({"document", "pack"})
MAX_PROBLEMS = 1000
_CHECKED_TABLES = {**tables.record_tables, "checkpoint": tables.checkpoint}

Order: TypeAlias = tuple[int, str, int]
"""Where an event stands among all there are, in whatever copy: logical time, device, number within it."""


@dataclass(slots=True)
class _Replay:
    """What the log says the tables must hold, and what is wrong with the log itself.

    The last event of a record, by :data:`Order`, is the one that counts: so it makes no difference in which order
    copies came back together. Of a record its digest is kept, empty for one that was removed.

    Attributes:
        times: logical times by hash, of those events only that a device or a checkpoint says it goes on from.
    """

    times: dict[str, int]
    records: dict[tuple[str, str], tuple[Order, int, str]] = field(default_factory=dict)
    about: dict[tuple[str, str], Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    devices: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    seq: int = 0
    hash: str = NOTHING
    lamport: int = 0


def check(reader: Reader, *, progress: Progress) -> tuple[str, ...]:
    """Return one sentence for everything that is not as it was recorded."""
    problems = list(_sound(reader))
    progress.check()
    replay = _replay(reader, progress)
    problems += replay.problems
    problems += _tables(reader, replay)
    problems += _packs(reader, replay)
    problems += _checkpoints(reader, replay)
    problems += _evidence(reader, progress)
    return (
        (*problems[:MAX_PROBLEMS], f"And {len(problems) - MAX_PROBLEMS} more.")
        if len(problems) > MAX_PROBLEMS
        else tuple(problems)
    )


def _sound(reader: Reader) -> Iterator[str]:
    for line in reader.damage():
        if line != "ok":
            yield f"The file is damaged: {line}."


def _replay(reader: Reader, progress: Progress) -> _Replay:
    replay = _Replay(dict.fromkeys(reader.grown_from(), 0))
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
    elif not _goes_on(replay, row):
        replay.problems.append(
            f"{name} does not follow the event before it: the history was cut or put in another order."
        )
    if not _is_hash_of(row):
        replay.problems.append(f"{name} was changed after it was recorded.")
    try:
        event = event_of(row.seq, row.body, row.prev, row.hash)
        said = "" if event.record is None else digest(event.record)
    except (ValueError, TypeError):
        replay.problems.append(f"{name} cannot be read.")
        _count(replay, row, device=row.device, n=row.n, lamport=row.lamport)
        return
    if any(getattr(event, column) != getattr(row, column) for column in _REPEATED):
        replay.problems.append(f"{name} says something else in its columns than in what was hashed.")
    n, _, lamport = replay.devices.get(event.device, (0, "", 0))
    if event.n != n + 1 or event.lamport <= (lamport if n else _lamport_of(replay, row.prev)):
        replay.problems.append(f"{name} is not counted on from the event before it.")
    _count(replay, row, device=event.device, n=event.n, lamport=event.lamport)
    _apply(replay, event, said)


def _count(replay: _Replay, row: Any, *, device: str, n: int, lamport: int) -> None:
    replay.devices[device] = (n, row.hash, lamport)
    replay.seq, replay.hash, replay.lamport = row.seq, row.hash, lamport
    if row.hash in replay.times:
        replay.times[row.hash] = lamport


def _is_hash_of(row: Any) -> bool:
    try:
        return bool(chain_hash(row.prev, row.body) == row.hash)
    except (TypeError, ValueError):  # what should be a hash is no hexadecimal number
        return False


def _goes_on(replay: _Replay, row: Any) -> bool:
    """Say whether an event names as the one before it what it must: its device's last, or what the device grew from."""
    known = replay.devices.get(row.device)
    if known is not None:
        return bool(row.prev == known[1])
    return row.prev == replay.hash or (replay.seq > 0 and replay.times.get(row.prev, 0) > 0)


def _lamport_of(replay: _Replay, prev: str) -> int:
    return replay.lamport if prev == replay.hash else replay.times.get(prev, 0)


def _apply(replay: _Replay, event: Event, said: str) -> None:
    place = (event.kind, event.key)
    if event.kind in _BESIDE:
        replay.about[place] = event.record
    elif (
        event.kind not in _CHECKED_TABLES
        or event.action not in ("put", "remove")
        or (event.action == "put") != (event.record is not None)
    ):
        replay.problems.append(f"Event {event.seq} is of a kind that this version of the program does not know.")
    else:
        order = (event.lamport, event.device, event.n)
        if place not in replay.records or replay.records[place][0] < order:
            replay.records[place] = (order, event.seq, said)


def _tables(reader: Reader, replay: _Replay) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for kind, table in _CHECKED_TABLES.items():
        with reader.begin() as connection:
            rows = connection.execute(select(table)).all()
        for row in rows:
            seen.add((kind, row.key))
            yield from _row(kind, row, replay)
    there = {place for place, (_, _, said) in replay.records.items() if said}
    for kind, key in sorted(there - seen):
        yield f"{kind}:{key} is in the history but missing from its table."


def _row(kind: str, row: Any, replay: _Replay) -> Iterator[str]:
    _, seq, said = replay.records.get((kind, row.key), ((), 0, ""))
    if not said:
        yield f"{kind}:{row.key} is in its table but not in the history: it was put there past the program."
        return
    if row.event != seq or hashlib.sha256(row.record.encode()).hexdigest() != said:
        yield f"{kind}:{row.key} says something else in its table than in the history (event {seq})."
        return
    if kind not in tables.record_tables:
        return
    try:
        expected = columns_of(kind, record_of(kind, row.record))
    except ValueError:
        yield f"{kind}:{row.key} cannot be read."
        return
    wrong = sorted(column for column, value in expected.items() if getattr(row, column) != value)
    if wrong:
        yield f"{kind}:{row.key} has a changed column in its table: {', '.join(wrong)}."


def _checkpoints(reader: Reader, replay: _Replay) -> Iterator[str]:
    for checkpoint in reader.checkpoints():
        if not replay.times.get(checkpoint.head):
            yield (
                f"The history is not the one that {checkpoint.signer or 'somebody'} signed on {checkpoint.at[:10]}: "
                f"event {checkpoint.events} of it is missing."
            )


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
        data = parse(body)
        found = digest({name: value for name, value in data.items() if name != "digest"})
    except (ValueError, TypeError, AttributeError):
        return ""
    return found if data.get("digest") in ("", found) else ""


def _evidence(reader: Reader, progress: Progress) -> Iterator[str]:
    e, c = tables.record_tables["evidence"], tables.content
    with reader.begin() as connection:
        items = connection.execute(select(e.c.key, e.c.name, e.c.size).order_by(e.c.key)).all()
        held = connection.execute(select(c.c.id, c.c.sha256, c.c.size, c.c.state).where(c.c.state != "staging")).all()
    total, done = sum(row.size for row in held), 0
    names = {item.key: f'Evidence "{item.name}" ({item.key[:12]})' for item in items}
    sizes = {row.sha256: row.size for row in held if row.state == "ok"}
    for item in items:
        if item.key not in sizes:
            yield f"{names[item.key]} is described but its bytes are missing."
        elif sizes[item.key] != item.size:
            yield f"{names[item.key]} is kept with another length than it had."
    for row in sorted(held, key=lambda row: str(row.sha256)):
        name = names.get(row.sha256, f"Removed evidence ({row.sha256[:12]})")
        if row.state == "ok" and row.sha256 not in names:
            yield f"Bytes with digest {row.sha256[:12]} are kept as evidence that nothing describes."
        problem = _bytes(reader, row.id, row.sha256, step=partial(_step, progress, done, total))
        if problem:
            yield f"{name} {problem}."
        done += row.size


def _step(progress: Progress, before: int, total: int, done: int) -> None:
    progress.check()
    progress.report(before + done, total, "Reading the evidence")


def _bytes(reader: Reader, content: str, sha256: str, *, step: Callable[[int], None]) -> str:
    running, done = hashlib.sha256(), 0
    try:
        for data in reader.chunks(content):
            running.update(data)
            done += len(data)
            step(done)
    except (ValueError, FileDamaged) as error:
        return f"is damaged: a chunk {error}"
    return "" if running.hexdigest() == sha256 else "was changed: its bytes no longer match its digest"
