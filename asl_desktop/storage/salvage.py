"""A new file from what is left of a damaged one.

The history is taken over word for word as far as it goes back to its beginning without a gap. What else proves itself,
and records whose history is lost, are put in as one new act, by name. Evidence comes along when its bytes have the
digest that the history says; a record that cites evidence which is lost loses the citation, so that nothing rests on
it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy.exc
from sqlalchemy import insert, update
from sqlcipher3 import dbapi2

import asl_desktop
from asl_desktop.clock import new_id
from asl_desktop.codec import canonical, from_json, to_json
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.errors import (
    DiskFull,
    FileDamaged,
    FileExists,
    FileLocked,
    FileNotAssessment,
    FileTampered,
    OutputNotWritable,
    PassphraseNeeded,
    PassphraseWrong,
)
from asl_desktop.files import put_new
from asl_desktop.storage import schema, tables
from asl_desktop.storage.connection import connect, engine_over
from asl_desktop.storage.content import unpack_chunk
from asl_desktop.storage.copying import drop_part, part_beside
from asl_desktop.storage.document import Document
from asl_desktop.storage.findings import Findings, Link, Place, event_row, find, read_chunk, read_event
from asl_desktop.storage.keys import SALT_BYTES, key_of
from asl_desktop.storage.last_words import LastWords, Told, last_words
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.model import Salvaged
from asl_desktop.storage.outside import OPEN_HERE, Outside, look_at, settled
from asl_desktop.storage.pages import Cell, Pages
from asl_desktop.storage.projection import cited_evidence, columns_of, item_of, pack_body, record_of
from asl_desktop.storage.troubles import free_bytes, trouble_of
from asl_desktop.storage.unit_of_work import Act, Log, Tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from asl_desktop.domain.inputs import EvidenceItem
    from asl_desktop.domain.records import Record
    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import RecoveryKey, Secret

_TRIES = 64
_BATCH = 16


@dataclass(slots=True)
class _Salvage:
    """One salvage under way."""

    path: Path
    pages: Pages
    found: Findings
    installed: Callable[[str, str], Pack | None]
    anchored: list[Link] = field(default_factory=list)
    kept: dict[Place, Told] = field(default_factory=dict)
    told: dict[Place, Told] = field(default_factory=dict)
    words: LastWords = field(default_factory=LastWords)
    seqs: dict[Place, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)


def salvage_file(
    path: Path,
    target: Path,
    *,
    secret: Secret | None,
    installed: Callable[[str, str], Pack | None],
    actor: str,
    at: str,
    progress: Progress,
) -> Salvaged:
    """Write what is left of a damaged file to a new one; see :func:`asl_desktop.services.salvaging.salvage`.

    Args:
        path: the damaged file; read only, past the database engine and whatever its schema says.
        target: the new file, under the same key as the old one.
        secret: passphrase or recovery key of an encrypted file.
        installed: gives an installed pack by id and version, for a pack whose text is lost.
        actor: who is named for what is put in anew.
        at: the moment that is named for it.
        progress: told how far it is.
    """
    path, target = settled(path), target.expanduser().absolute()
    key = _key_of(path, secret)
    if os.path.lexists(target):
        raise FileExists(path=str(target))
    if not target.parent.is_dir():
        raise OutputNotWritable(path=str(target), detail="the folder does not exist")
    size = path.stat().st_size
    if free_bytes(target) < size:
        raise DiskFull(path=str(target), needed=size, free=free_bytes(target))
    lock = DocumentLock(target)
    part = part_beside(target)
    try:
        salvaged = _salvage(path, part, key=key, installed=installed, act=Act(actor, at, ""), progress=progress)
        with Document.open(part, read_only=True, secret=key) as document:
            problems = document.check(progress=progress)
        if problems:
            raise FileDamaged(path=str(path), detail=f"what is left makes no sound file: {problems[0]}")
        put_new(part, target)
    except (sqlalchemy.exc.DBAPIError, dbapi2.Error) as error:
        raise trouble_of(error, target, needed=size) from error
    finally:
        drop_part(part)
        lock.release()
    return replace(salvaged, target=str(target))


def _key_of(path: Path, secret: Secret | None) -> RecoveryKey | None:
    """Return the key of the file, as far as its first page still tells; refuses what is no file at all."""
    try:
        outside = look_at(path)
    except (FileDamaged, FileTampered):
        outside = Outside()
    except FileNotAssessment:
        if not path.is_file() or not path.stat().st_size:
            raise
        outside = Outside()
    if OPEN_HERE.has(path):
        raise FileLocked(path=str(path), holder="this program", host="this computer")
    if outside.encrypted and secret is None:
        raise PassphraseNeeded(path=str(path))
    if secret is None:
        return None
    with path.open("rb") as file:
        return key_of(secret, file.read(SALT_BYTES))


def _salvage(
    path: Path,
    target: Path,
    *,
    key: RecoveryKey | None,
    installed: Callable[[str, str], Pack | None],
    act: Act,
    progress: Progress,
) -> Salvaged:
    with Pages(path, key) as pages:
        work = _Salvage(path, pages, find(pages, progress), installed)
        if key is not None and len(pages.damaged) == pages.count:
            raise PassphraseWrong(path=str(path))
        _read_history(work)
        raw = connect(target, key, mode="rwc")
        try:
            engine = engine_over(raw, write=True)
            with engine.begin() as connection:
                schema.create_schema(raw)
                log = Log(_write_history(work, connection), device=new_id(), now=lambda: act.at)
                pack = _introduce(work, connection, log, log.act(act.actor))
            held = _write_evidence(work, engine, progress)
            with engine.begin() as connection:
                _write_records(work, connection, log, log.act(act.actor), held=held)
        finally:
            raw.close()
        return Salvaged(
            target=str(target),
            pack=f"{pack.id}@{pack.version}",
            events=len(work.anchored),
            records=len(work.seqs),
            again=tuple(work.again),
            evidence=tuple(work.evidence),
            lost=tuple(work.lost),
            damaged_pages=tuple(sorted(pages.damaged)),
        )


def _read_history(work: _Salvage) -> None:
    work.anchored = work.found.anchored()
    anchored = {link.hash for link in work.anchored}
    for link in work.found.links.values():
        event = read_event(work.pages, link)
        if event.kind not in {*KIND_BY_NAME, "document", "pack"}:
            continue
        order = (event.lamport, event.device, event.n)
        for held in (work.told, work.kept) if link.hash in anchored else (work.told,):
            place = (event.kind, event.key)
            if place not in held or held[place].order < order:
                held[place] = Told(event.seq, order, event.record)
    work.words = last_words(work.told, work.found)
    if work.words.missing:
        events = "1 event" if work.words.missing == 1 else f"{work.words.missing} events"
        work.lost.append(f"{events} of the history, or more at its end, cannot be read.")
    work.lost += work.words.remarks


def _write_history(work: _Salvage, connection: Connection) -> Tail:
    """Write the whole part of the history with the very bytes it had."""
    tail = Tail()
    for seq, link in enumerate(work.anchored, start=1):
        row = event_row(work.pages, link) | {"seq": seq}
        place = (row["kind"], row["key"])
        connection.execute(insert(tables.event), row)
        tail = Tail(seq=seq, hash=link.hash, lamport=max(tail.lamport, link.lamport))
        if place[0] == "checkpoint":
            said = canonical(json.loads(row["body"])["record"]).decode()
            connection.execute(insert(tables.checkpoint), {"key": place[1], "event": seq, "record": said})
        elif work.kept.get(place, _NOBODY).order == (link.lamport, link.device, link.n):
            work.seqs[place] = seq
    return tail


_NOBODY = Told(0, (0, "", 0), None)


def _introduce(work: _Salvage, connection: Connection, log: Log, act: Act) -> Pack:
    """Write which document it is and under which pack; a new document where that is lost."""
    packs = [told.record for (kind, _), told in sorted(work.told.items()) if kind == "pack"]
    document = next((told.record for (kind, _), told in work.told.items() if kind == "document"), None)
    said = document or {name: work.found.document.get(name, "") for name in ("id", "created", "created_by", "pack")}
    first = said["pack"] or (f"{packs[0]['id']}@{packs[0]['version']}" if packs else "")
    bodies = {f"{data['id']}@{data['version']}": data for data in work.found.packs.values()}
    for wanted in dict.fromkeys([first, *(f"{pack['id']}@{pack['version']}" for pack in packs)]):
        pack_id, _, version = wanted.partition("@")
        if wanted not in bodies and (spare := work.installed(pack_id, version)) is not None:
            bodies[wanted] = to_json(spare)
    if not first:
        first = next(iter(bodies), "")
    if first not in bodies:
        detail = "the framework it was made under is lost and not installed" if first else _nothing(work)
        raise FileDamaged(path=str(work.path), detail=detail)
    _write_document(work, connection, log, act, said={**said, "pack": first})
    for key, data in bodies.items():
        body = pack_body(data)
        about = {"id": data["id"], "version": data["version"], "digest": hashlib.sha256(body).hexdigest()}
        known = work.kept.get(("pack", key))
        if known is None:
            log.append(connection, kind="pack", key=key, record=about, act=act)
        elif known.record != about:
            raise FileDamaged(path=str(work.path), detail=f"framework {key} is lost; the one installed is another")
        connection.execute(insert(tables.pack), {"key": key, "body": body, **about})
    try:
        return from_json(Pack, bodies[first])
    except ValueError as error:
        raise FileDamaged(path=str(work.path), detail=f"framework {first} cannot be read") from error


def _nothing(work: _Salvage) -> str:
    if work.pages.encrypted:
        return "nothing in it can be read"
    return "nothing in it can be read in clear; if it was encrypted, its passphrase or recovery key may help"


def _write_document(work: _Salvage, connection: Connection, log: Log, act: Act, *, said: dict[str, str]) -> None:
    program = asl_desktop.__version__
    if not any(kind == "document" for kind, _ in work.kept):
        said = {
            "id": said["id"] or new_id(),
            "created": said["created"] or act.at,
            "created_by": said["created_by"] or program,
            "pack": said["pack"],
        }
        log.append(connection, kind="document", key=said["id"], record=said, act=act)
    connection.execute(insert(tables.document), {"one": 1, "program": program, **said})


def _write_evidence(work: _Salvage, engine: Engine, progress: Progress) -> frozenset[str]:
    """Copy the bytes of every evidence that is still wanted and whole; returns their digests."""
    held: set[str] = set()
    for sha256, item in _wanted_evidence(work):
        progress.check()
        progress.report(len(held), len(held) + 1, item.name)
        name = f'Evidence "{item.name}" ({sha256[:12]})'
        if any(_copied(work, engine, content, item) for content in _candidates(work, sha256)):
            held.add(sha256)
            work.evidence.append(item.name)
        else:
            work.lost.append(f"{name} is lost: its bytes are missing or no longer match its digest.")
    return frozenset(held)


def _wanted_evidence(work: _Salvage) -> Iterator[tuple[str, EvidenceItem]]:
    for (kind, key), data in sorted(work.words.records.items()):
        if kind == "evidence" and data is not None:
            yield key, _record(kind, data)  # type: ignore[misc] # its kind is evidence


def _candidates(work: _Salvage, sha256: str) -> list[str]:
    """Return the contents whose bytes may be those: the ones that say so, and those that say nothing any more."""
    said = work.found.contents.get(sha256, set())
    described = set().union(*work.found.contents.values()) if work.found.contents else set()
    return [*sorted(said), *sorted({content for content, _ in work.found.chunks} - described)]


def _copied(work: _Salvage, engine: Engine, content: str, item: EvidenceItem) -> bool:
    """Copy the chunks of a content if some choice of them has the digest; chunks are there twice only by accident."""
    numbers = sorted(seq for name, seq in work.found.chunks if name == content)
    if numbers != list(range(len(numbers))):
        return False
    choices = itertools.product(*(work.found.chunks[content, seq] for seq in numbers))
    for choice in itertools.islice(choices, _TRIES):
        if _digest_of(work, choice) == (item.sha256, item.size):
            _insert(work, engine, content, item, choice=choice)
            return True
    return False


def _digest_of(work: _Salvage, cells: Sequence[Cell]) -> tuple[str, int]:
    running, size = hashlib.sha256(), 0
    for cell in cells:
        chunk = read_chunk(work.pages, cell)
        if chunk is None:
            return "", -1
        try:
            data = unpack_chunk(*chunk)
        except ValueError:
            return "", -1
        running.update(data)
        size += len(data)
    return running.hexdigest(), size


def _insert(work: _Salvage, engine: Engine, content: str, item: EvidenceItem, *, choice: Sequence[Cell]) -> None:
    row = {"id": content, "sha256": "", "size": 0, "state": "staging"}
    with engine.begin() as connection:
        connection.execute(insert(tables.content), row)
    for start in range(0, len(choice), _BATCH):
        with engine.begin() as connection:
            for seq, cell in enumerate(choice[start : start + _BATCH], start=start):
                codec, raw_len, data = read_chunk(work.pages, cell) or ("raw", 0, b"")
                values = {"content": content, "seq": seq, "codec": codec, "raw_len": raw_len, "data": data}
                connection.execute(insert(tables.chunk), values)
    c = tables.content
    with engine.begin() as connection:
        said = {"sha256": item.sha256, "size": item.size, "state": "ok"}
        connection.execute(update(c).where(c.c.id == content).values(**said))


def _record(kind: str, data: Any) -> Record | None:
    try:
        return record_of(kind, canonical(data).decode())
    except ValueError:
        return None


def _write_records(work: _Salvage, connection: Connection, log: Log, act: Act, *, held: frozenset[str]) -> None:
    wanted = work.words.records
    work.seqs = {place: seq for place, seq in work.seqs.items() if place[0] in KIND_BY_NAME}
    for (kind, key), seq in list(work.seqs.items()):
        data = work.kept[kind, key].record
        record = None if data is None else _record(kind, data)
        if record is None:
            del work.seqs[kind, key]
            continue
        row = {"key": key, "event": seq, "record": canonical(data).decode(), **columns_of(kind, record)}
        connection.execute(insert(tables.record_tables[kind]), row)
    places = sorted(wanted, key=lambda place: (place[0] != "evidence", place))
    for place in places:
        _settle(work, connection, log, act, place=place, data=wanted[place], held=held)
    for kind, key in places:
        if kind == "evidence" and key not in held and (kind, key) in work.seqs:
            log.remove(connection, kind, key, act=act)
            del work.seqs[kind, key]
    for kind, key in work.words.doubtful:
        log.remove(connection, kind, key, act=act)
        work.seqs.pop((kind, key), None)
    if ("scope", "scope") not in work.seqs:
        raise FileDamaged(path=str(work.path), detail="nothing is left of what it assesses")


def _settle(
    work: _Salvage, connection: Connection, log: Log, act: Act, *, place: Place, data: Any, held: frozenset[str]
) -> None:
    """Put one record in its wanted state, unless it is already."""
    kind, key = place
    if data is None:
        if place in work.seqs:
            log.remove(connection, kind, key, act=act)
            del work.seqs[place]
        return
    record = _record(kind, data)
    if record is None or (kind == "evidence" and key not in held):
        if record is None:
            work.lost.append(f"{kind}:{key} cannot be read.")
        return
    gone = [sha256 for sha256 in cited_evidence(record) if _is_gone(work, sha256, held)]
    if gone:
        fewer: dict[str, Any] = {
            "evidence": tuple(link for link in getattr(record, "evidence", ()) if link.evidence not in gone)
        }
        record = replace(record, **fewer)
        cited = ", ".join(sha256[:12] for sha256 in gone)
        work.lost.append(f"{kind}:{key} no longer cites the evidence that is lost ({cited}).")
    elif place in work.seqs and work.kept[place].record == data:
        return  # as written by an earlier version of this program, too
    if log.put(connection, [item_of(record)], act=act).changed:
        work.again.append(f"{kind}:{key}")
    work.seqs.setdefault(place, 0)


def _is_gone(work: _Salvage, sha256: str, held: frozenset[str]) -> bool:
    """Say whether evidence was there and is lost; what nothing ever described may stay cited as it was."""
    return sha256 not in held and (bool(work.words.missing) or work.words.records.get(("evidence", sha256)) is not None)
