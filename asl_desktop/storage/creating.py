"""A new document: laid out beside its place under a temporary name, and put there whole."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import sqlalchemy.exc
from sqlalchemy import Connection, insert, select
from sqlcipher3 import dbapi2

import asl_desktop
from asl_desktop.clock import new_id
from asl_desktop.codec import to_json
from asl_desktop.domain.pack import overlong
from asl_desktop.errors import FileExists, OutputNotWritable, PackConflict, ValueRefused
from asl_desktop.files import put_new
from asl_desktop.storage import schema, tables
from asl_desktop.storage.bounds import MAX_PACK
from asl_desktop.storage.connection import connect, engine_over
from asl_desktop.storage.copying import drop_part, part_beside
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.model import Commit
from asl_desktop.storage.projection import item_of, pack_body
from asl_desktop.storage.troubles import trouble_of
from asl_desktop.storage.unit_of_work import Act, Log, Tail

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.inputs import Scope
    from asl_desktop.domain.pack import Pack
    from asl_desktop.storage.keys import RecoveryKey


def create_file(path: Path, *, pack: Pack, scope: Scope, actor: str, at: str, key: RecoveryKey | None = None) -> None:
    """Write a new document file that says what is assessed under which pack; encrypted from its first byte with a key.

    Raises:
        FileExists, OutputNotWritable, FileLocked, DiskFull: nothing is left behind.
    """
    if os.path.lexists(path):
        raise FileExists(path=str(path))
    if not path.parent.is_dir():
        raise OutputNotWritable(path=str(path), detail="the folder does not exist")
    lock = DocumentLock(path)
    part = part_beside(path)
    try:
        _lay_out(part, pack=pack, scope=scope, actor=actor, at=at, key=key)
        put_new(part, path)
    except (sqlalchemy.exc.DBAPIError, dbapi2.Error) as error:
        raise trouble_of(error, path) from error
    finally:
        drop_part(part)
        lock.release()


def _lay_out(part: Path, *, pack: Pack, scope: Scope, actor: str, at: str, key: RecoveryKey | None) -> None:
    raw = connect(part, key, mode="rwc")
    try:
        log = Log(Tail(), device=new_id(), now=lambda: at)
        with engine_over(raw, write=True).begin() as connection:
            schema.create_schema(raw)
            act = log.act(actor)
            _introduce(connection, log, pack, act=act)
            add_pack(connection, log, pack, act=act)
            log.put(connection, [item_of(scope)], act=act)
    finally:
        raw.close()


def _introduce(connection: Connection, log: Log, pack: Pack, *, act: Act) -> None:
    program = asl_desktop.__version__
    said = {"id": new_id(), "created": act.at, "created_by": program, "pack": pack_key(pack)}
    log.append(connection, kind="document", key=said["id"], record=said, act=act)
    connection.execute(insert(tables.document), {"one": 1, "program": program, **said})


def pack_key(pack: Pack) -> str:
    """Return what names a pack in a document."""
    return f"{pack.id}@{pack.version}"


def add_pack(connection: Connection, log: Log, pack: Pack, *, act: Act) -> Commit:
    """Keep a pack, in the open transaction.

    Raises:
        PackConflict: the same id and version is there with other content.
        ValueRefused: it is larger than can be read again.
    """
    name, most = overlong(pack)
    if name:
        raise ValueRefused(field=f"pack.{name}", problem=f"it holds more than {most} items")
    body = pack_body(to_json(pack))
    if len(body) > MAX_PACK:
        raise ValueRefused(field="pack", problem=f"it is longer than {MAX_PACK // 2**20} MiB")
    digest = hashlib.sha256(body).hexdigest()
    key = pack_key(pack)
    p = tables.pack
    kept = connection.execute(select(p.c.digest).where(p.c.key == key)).scalar()
    for other in (kept, pack.digest or None):
        if other is not None and other != digest:
            raise PackConflict(pack=pack.id, version=pack.version, digest=digest, other_digest=other)
    if kept is not None:
        return Commit(head=log.written, at="", changed=())
    said = {"id": pack.id, "version": pack.version, "digest": digest}
    log.append(connection, kind="pack", key=key, record=said, act=act)
    connection.execute(insert(p), {"key": key, "body": body, **said})
    return Commit(head=log.written, at=act.at, changed=(f"pack:{key}",))
