"""Taking a file into a document as evidence: stage, then publish bytes and item together."""

from __future__ import annotations

import errno
import hashlib
import mimetypes
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import Connection, select

from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import DiskFull, EvidenceMissing
from asl_desktop.files import open_ordinary
from asl_desktop.storage import content, tables
from asl_desktop.storage.outside import OPEN_HERE
from asl_desktop.storage.projection import item_of, record_of
from asl_desktop.storage.troubles import free_bytes
from asl_desktop.storage.writer import Lane, Writer

if TYPE_CHECKING:
    from asl_desktop.progress import Progress
    from asl_desktop.storage.model import EvidenceDraft
    from asl_desktop.storage.reader import Reader
    from asl_desktop.storage.unit_of_work import Log

_UNNAMED = "evidence"
_UNKNOWN_TYPE = "application/octet-stream"


class Desk:
    """Where evidence comes in."""

    def __init__(self, path: Path, *, log: Log, writer: Writer, reader: Reader) -> None:
        self._path = path
        self._log = log
        self._writer = writer
        self._reader = reader

    def attach(
        self, source: Path | BinaryIO, draft: EvidenceDraft, *, actor: str, at: str, progress: Progress
    ) -> EvidenceItem:
        """Take in a file; see :meth:`asl_desktop.storage.document.Document.attach`."""
        with ExitStack() as stack:
            stream = stack.enter_context(_open(source)) if isinstance(source, Path) else source
            name = draft.name or Path(str(getattr(source, "name", "") or _UNNAMED)).name
            size = content.file_size(stream)
            first = _first_item(draft, name=name, author=actor, at=at)
            item_of(first)
            if isinstance(source, Path) and self._reader.holds_size(size):
                sha256 = _digest(stream, size=size, progress=progress)
                if self._reader.content(sha256) is not None:
                    staged = content.Staged(content="", sha256=sha256, size=size)
                    return self._publish(staged, draft, first, actor=actor)
                stream.seek(0)
            content.require_room(self._path, size)
            intake = content.Intake(self._writer, self._path, progress=progress, text=name, total=size)
            if isinstance(source, Path):
                intake.most = size
            try:
                staged = intake.run(stream)
            except DiskFull as error:
                needed = size + content.RESERVE_BYTES
                raise DiskFull(path=str(self._path), needed=needed, free=free_bytes(self._path)) from error
            except OSError as error:
                raise EvidenceMissing(path=str(source), detail=(error.strerror or str(error)).lower()) from error
        try:
            return self._publish(staged, draft, first, actor=actor)
        except BaseException:
            intake.undo()
            raise

    def _publish(
        self, staged: content.Staged, draft: EvidenceDraft, first: EvidenceItem, *, actor: str
    ) -> EvidenceItem:
        e = tables.record_tables["evidence"]

        def publish(connection: Connection) -> tuple[EvidenceItem, bool]:
            fresh = content.publish(connection, staged)
            text = connection.execute(select(e.c.record).where(e.c.key == staged.sha256)).scalar()
            known = None if text is None else record_of("evidence", text)
            if isinstance(known, EvidenceItem):
                item = replace(known, **_said(draft))
            else:
                item = replace(first, sha256=staged.sha256, size=staged.size)
            self._log.put(connection, [item_of(item)], act=self._log.act(actor))
            return item, fresh

        item, fresh = self._writer.submit(publish, lane=Lane.EVIDENCE).result()
        if not fresh and staged.content:
            content.discard(self._writer, staged.content)
        return item


def _open(path: Path) -> BinaryIO:
    # Closing a file that SQLite has open in this process would drop SQLite's locks on it.
    if OPEN_HERE.has(path):
        raise EvidenceMissing(path=str(path), detail="it is an assessment that is open here; attach a saved copy of it")
    try:
        return open_ordinary(path)
    except OSError as error:
        raise EvidenceMissing(path=str(path), detail=(error.strerror or str(error)).lower()) from error


def _digest(stream: BinaryIO, *, size: int, progress: Progress) -> str:
    digest, done = hashlib.sha256(), 0
    while data := stream.read(content.CHUNK_BYTES):
        progress.check()
        digest.update(data)
        done += len(data)
        if done > size:
            raise OSError(errno.EIO, "It changed while it was being read")
        progress.report(done, size)
    return digest.hexdigest()


def _said(draft: EvidenceDraft) -> dict[str, Any]:
    """Return the fields in which the draft says something."""
    values = {field.name: getattr(draft, field.name) for field in fields(draft)}
    return {name: value for name, value in values.items() if value not in ("", None)}


def _first_item(draft: EvidenceDraft, *, name: str, author: str, at: str) -> EvidenceItem:
    guessed = mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE
    said = {"media_type": guessed, **_said(draft), "name": name}
    return EvidenceItem(sha256="0" * 64, size=0, author=author, at=at, **said)
