"""Is the file still what was recorded? Pages, log, tables, packs, checkpoints and evidence; every fault a sentence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from asl_desktop.codec import canonical, parse
from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.errors import FileDamaged, SaveFailed
from asl_desktop.storage import tables
from asl_desktop.storage.bare import Bare, one_line, printable
from asl_desktop.storage.model import Fault
from asl_desktop.storage.projection import columns_of, pack_body, record_of
from asl_desktop.storage.replaying import NEVER, TABLES, Replay, first_too_large, page_of_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Column, Table

    from asl_desktop.progress import Progress
    from asl_desktop.storage.connection import RawConnection
    from asl_desktop.storage.reader import Reader

MAX_FAULTS = 1000
_FILE = ("file",)
_TOLD = (tables.document, tables.pack, *TABLES.values())
_SNAPSHOT = (*_TOLD, tables.content)
_TOLD_BY_RECORDS = frozenset({"key", "event", "record"})


@dataclass(slots=True)
class _Snapshot:
    """Everything but the log and the bytes of evidence, at one moment: rows by table and column, end of the log."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    chunked: frozenset[str] = frozenset()


def unrecorded(reader: Reader, path: Path) -> tuple[Fault, ...]:
    """Return a fault for everything that the tables show and the log does not say, or the other way round.

    Of the log only the last event of each record is read, by its index and each by itself: the time this takes grows
    with what the file says now, not with its past.
    """
    bare, replay = Bare(reader, path), Replay()

    def look(raw: RawConnection) -> _Snapshot:
        replay.look_up(raw)
        return _rows(raw, _TOLD, brief=True)

    snapshot = bare.together(look)
    if replay.faults:  # what was not looked up is not missing
        return _told(replay.faults)
    return _told((*_unread(snapshot), *_tables(snapshot, replay, each=_same), *_about(snapshot, replay)))


def examine(
    reader: Reader, path: Path, *, progress: Progress, evidence: bool = True, pages: bool = True
) -> tuple[Fault, ...]:
    """Return a fault for everything that is not as it was recorded.

    Without ``evidence`` its bytes are not read, without ``pages`` only what history and tables say is compared.
    """
    bare = Bare(reader, path)
    faults = _damaged_pages(reader, bare, progress) if pages else []
    progress.check()
    replay = Replay()
    end = _follow(replay, bare, progress)
    snapshot = bare.together(lambda raw: _snapshot(raw, replay.seq, end))
    bare.run(lambda raw: replay.follow(snapshot.events, raw))
    heads = [str(said.get("head")) for said in (_object(row["record"]) for row in snapshot.rows["checkpoint"])]
    places = bare.run(lambda raw: replay.finish(raw, heads))
    faults += replay.faults
    faults += _unread(snapshot)
    faults += _tables(snapshot, replay, each=_row)
    faults += _about(snapshot, replay)
    faults += _miswritten(snapshot)
    faults += _checkpoints(snapshot, replay, places)
    if evidence:
        faults += _evidence(snapshot, reader, progress)
    return _told(faults)


def _told(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    said = [Fault(one_line(fault.text), fault.touched) for fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        said.append(Fault(f"And {len(faults) - MAX_FAULTS} more.", _FILE))
    return tuple(said)


def _unread(snapshot: _Snapshot) -> Iterator[Fault]:
    yield from snapshot.faults
    for table, why in snapshot.unreadable.items():
        yield Fault(f"Table {table} cannot be read: {why}.", _FILE)


def _damaged_pages(reader: Reader, bare: Bare, progress: Progress) -> list[Fault]:
    return [Fault(f"The file is damaged: {line}.", _FILE) for line in (*reader.damage(progress), *_broken_seals(bare))]


def _broken_seals(bare: Bare) -> list[str]:
    """Return what SQLCipher finds wrong with any page of an encrypted file, used or not; nothing for a plain one.

    It reads past the locks, and sees a page that is being written, or given back to the medium, as broken. So a fault
    counts only when it is there while nobody can write; to look like that at once would keep a save waiting for long.
    """

    def look(raw: RawConnection) -> list[str]:
        return [str(line) for (line,) in raw.execute("PRAGMA cipher_integrity_check").fetchmany(20)]

    def look_alone(raw: RawConnection) -> list[str]:
        raw.execute("SELECT count(*) FROM document").fetchall()  # the first read takes the lock
        return look(raw)

    return bare.together(look_alone) if bare.run(look) else []


def _follow(replay: Replay, bare: Bare, progress: Progress) -> int:
    """Follow the log in pages, so that whoever saves meanwhile never waits for more than one of them.

    Returns the place of the first event that is too large to be read, :data:`NEVER` when there is none.
    """
    end = NEVER
    try:
        end = bare.run(first_too_large)
        if end != NEVER:
            replay.fault(f"Event {end} is larger than any event can be.", f"event:{end}")
        total = bare.rows("SELECT max(seq) FROM event")[0][0]
        while page := bare.run(lambda raw: page_of_events(raw, replay.seq, end)):
            if not bare.run(partial(replay.follow, page)):
                replay.fault(f"The history goes round in a circle behind event {replay.seq}.", f"event:{replay.seq}")
                return end
            progress.check()
            progress.report(replay.seq, max(total, replay.seq), "Following the history")
    except (FileDamaged, SaveFailed) as error:
        replay.fault(f"The history cannot be read behind event {replay.seq}: {error.values['detail']}.", *_FILE)
    return end


def _snapshot(raw: RawConnection, after: int, before: int) -> _Snapshot:
    found = _rows(raw, _SNAPSHOT)
    try:
        chunked = raw.execute("SELECT DISTINCT content FROM chunk")
        found.chunked = frozenset(content if isinstance(content, str) else repr(content) for (content,) in chunked)
        found.events = page_of_events(raw, after, before)
    except dbapi2.DatabaseError as error:
        if "decode" in str(error):
            raise
        found.unreadable["chunk"] = str(error)
    return found


def _rows(raw: RawConnection, chosen: Iterable[Table], *, brief: bool = False) -> _Snapshot:
    """Read tables whole; ``brief`` leaves out the columns that repeat what a record says."""
    found = _Snapshot()
    for table in chosen:
        whole = not brief or table.name not in TABLES
        columns = [column for column in table.columns if whole or column.name in _TOLD_BY_RECORDS]
        names = [column.name for column in columns]
        listed = ", ".join(f'"{name}"' for name in names)
        query = f'SELECT {listed} FROM "{table.name}" NOT INDEXED'  # noqa: S608 - our own names
        try:
            read = raw.execute(query).fetchall()
            usual = tuple(column.type.python_type for column in columns)
            typed = [tuple(map(type, row)) == usual or _is_typed(columns, row) for row in read]
            rows = [dict(zip(names, row, strict=True)) for row in read]
            found.rows[table.name] = list(compress(rows, typed))
            found.faults += [_untyped(table, row) for row in compress(rows, map(not_, typed))]
        except dbapi2.Error as error:
            if "decode" in str(error):
                raise
            found.rows[table.name] = []
            found.unreadable[table.name] = str(error)
    return found


def _is_typed(columns: Iterable[Column[Any]], row: Sequence[object]) -> bool:
    return all(
        type(value) is column.type.python_type or (column.nullable and value is None)
        for column, value in zip(columns, row, strict=True)
    )


def _untyped(table: Table, row: dict[str, Any]) -> Fault:
    name = printable(f"{table.name}:{next(iter(row.values()))}")
    return Fault(f"{name} holds a value of another type than it should.", (name,))


def _tables(
    snapshot: _Snapshot, replay: Replay, *, each: Callable[[str, dict[str, Any], Replay], str]
) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for kind in TABLES:
        for row in snapshot.rows[kind]:
            seen.add((kind, row["key"]))
            text = each(kind, row, replay)
            if text:
                name = printable(f"{kind}:{row['key']}")
                yield Fault(f"{name} {printable(text)}", (name,))
    for (kind, key), (_, _, said) in sorted(replay.records.items()):
        if said and kind in TABLES and (kind, key) not in seen and kind not in snapshot.unreadable:
            yield Fault(f"{kind}:{key} is in the history but missing from its table.", (f"{kind}:{key}",))


def _same(kind: str, row: dict[str, Any], replay: Replay) -> str:
    """Return how a row of a table of records differs from its event, empty when it does not."""
    _, seq, said = replay.records.get((kind, row["key"]), ((), 0, ""))
    if not said:
        return "is in its table but not in the history: it was put there past the program."
    if row["event"] != seq or hashlib.sha256(_bytes_of(row["record"])).hexdigest() != said:
        return f"says something else in its table than in the history (event {seq})."
    return ""


def _row(kind: str, row: dict[str, Any], replay: Replay) -> str:
    """Return what is wrong with a row of a table of records, empty when nothing is."""
    if text := _same(kind, row, replay):
        return text
    try:
        if canonical(parse(row["record"])) != row["record"].encode():
            return "is not written in the way of records."
        if kind not in KIND_BY_NAME:
            return ""
        record = record_of(kind, row["record"])
        expected = columns_of(kind, record)
    except ValueError:
        return "cannot be read."
    if KIND_BY_NAME[kind].key(record) != row["key"]:
        return "holds the record of something else."
    wrong = sorted(column for column, value in expected.items() if row[column] != value)
    return f"has a changed column in its table: {', '.join(wrong)}." if wrong else ""


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _object(text: str) -> dict[str, Any]:
    """Return a record as JSON data, empty when it is none."""
    try:
        data = parse(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _document(snapshot: _Snapshot, replay: Replay) -> Iterator[Fault]:
    rows = snapshot.rows["document"]
    said = [_object(text) for (kind, _), text in replay.about.items() if kind == "document"]
    shown = [{name: row[name] for name in ("id", "created", "created_by", "pack")} for row in rows]
    # A format that older files are brought to will need an event that says so; in format 1 nothing sets it later.
    if said != shown or any(row["program"] != row["created_by"] or row["one"] != 1 for row in rows):
        yield Fault("The document's own description is not what the history says.", ("document",))


def _about(snapshot: _Snapshot, replay: Replay) -> Iterator[Fault]:
    yield from _document(snapshot, replay)
    yield from _packs(snapshot, replay)


def _packs(snapshot: _Snapshot, replay: Replay) -> Iterator[Fault]:
    said = {key: _object(text) for (kind, key), text in replay.about.items() if kind == "pack"}
    shown = {row["key"]: {name: row[name] for name in ("id", "version", "digest")} for row in snapshot.rows["pack"]}
    for key in sorted({*said, *shown, *(row["pack"] for row in snapshot.rows["document"])}):
        if key not in said or said[key] != shown.get(key):
            name = printable(key)
            yield Fault(f"Pack {name} is not the one that the history says.", (f"pack:{name}",))
    for row in snapshot.rows["pack"]:
        if hashlib.sha256(row["body"]).hexdigest() != row["digest"]:
            name = printable(row["key"])
            yield Fault(f"Pack {name} was changed after it was recorded.", (f"pack:{name}",))


def _miswritten(snapshot: _Snapshot) -> Iterator[Fault]:
    for row in snapshot.rows["pack"]:
        if hashlib.sha256(row["body"]).hexdigest() == row["digest"] and not _is_pack(row):
            name = printable(row["key"])
            yield Fault(f"Pack {name} is not written in the way of packs.", (f"pack:{name}",))


def _is_pack(row: dict[str, Any]) -> bool:
    """Say whether the body of a pack is written as one, and claims no other name."""
    try:
        data = parse(row["body"])
        return pack_body(data) == row["body"] and (data["id"], data["version"]) == (row["id"], row["version"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _checkpoints(snapshot: _Snapshot, replay: Replay, places: dict[str, int]) -> Iterator[Fault]:
    ids = {row["id"] for row in snapshot.rows["document"]}
    for row in sorted(snapshot.rows["checkpoint"], key=lambda row: row["event"]):
        said, name = _object(row["record"]), printable(f"checkpoint:{row['key']}")
        place = places.get(str(said.get("head")), NEVER)
        who, day = str(said.get("signer") or "somebody"), str(said.get("at"))[:10]
        if place >= row["event"] or (replay.single and place != said.get("events")):
            text = (
                f"The history is not the one that {who} signed on {day}: event {said.get('events')} of it is missing."
            )
            yield Fault(printable(text), (name,))
        if said.get("document") not in ids or said.get("id") != row["key"]:
            yield Fault(printable(f"The checkpoint by {who} of {day} speaks of another document."), (name,))


def _evidence(snapshot: _Snapshot, reader: Reader, progress: Progress) -> Iterator[Fault]:
    items = sorted(snapshot.rows["evidence"], key=lambda row: str(row["key"]))
    held = [row for row in snapshot.rows["content"] if row["state"] != "staging"]
    for row in held:
        if row["state"] not in ("ok", "removed"):
            yield _evidence_fault(row["sha256"], f"Bytes with digest {row['sha256'][:12]} are in no known state.")
    names = {item["key"]: printable(f'Evidence "{item["name"]}" ({item["key"][:12]})') for item in items}
    sizes = {row["sha256"]: row["size"] for row in held if row["state"] == "ok"}
    for item in items:
        if item["key"] not in sizes:
            yield _evidence_fault(item["key"], f"{names[item['key']]} is described but its bytes are missing.")
        elif sizes[item["key"]] != item["size"]:
            yield _evidence_fault(item["key"], f"{names[item['key']]} is kept with another length than it had.")
    total, done = sum(row["size"] for row in held), 0
    for row in sorted(held, key=lambda row: str(row["sha256"])):
        sha256 = printable(row["sha256"])
        name = names.get(row["sha256"], f"Removed evidence ({sha256[:12]})")
        if row["state"] == "ok" and row["sha256"] not in names:
            text = f"Bytes with digest {sha256[:12]} are kept as evidence that nothing describes."
            yield _evidence_fault(row["sha256"], text)
        problem = _bytes(reader, row, step=partial(_step, progress, done, total))
        if problem:
            yield _evidence_fault(row["sha256"], f"{name} {problem}.")
        done += row["size"]
    for content in sorted(snapshot.chunked - {row["id"] for row in snapshot.rows["content"]}):
        yield Fault(f"Stored bytes belong to no evidence (content {printable(content)}).", _FILE)


def _evidence_fault(sha256: str, text: str) -> Fault:
    return Fault(text, (printable(f"evidence:{sha256}"),))


def _step(progress: Progress, before: int, total: int, done: int) -> None:
    progress.check()
    progress.report(before + done, total, "Reading the evidence")


def _bytes(reader: Reader, row: dict[str, Any], *, step: Callable[[int], None]) -> str:
    """Return what is wrong with the bytes of a content, empty when they are what its digest says."""
    running, done = hashlib.sha256(), 0
    try:
        for data in reader.chunks(row["id"]):
            running.update(data)
            done += len(data)
            step(done)
    except (ValueError, TypeError, FileDamaged, SaveFailed) as error:
        return f"is damaged: a chunk {printable(str(error))}"
    if running.hexdigest() != row["sha256"]:
        return "was changed: its bytes no longer match its digest"
    return "" if done == row["size"] else f"is kept with another length than its {done} bytes"
