"""One assessment in one file.

Every method may be called from any thread. What it returns is frozen data; rows and connections never leave this
package.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, BinaryIO, Literal

import sqlalchemy.exc
from sqlcipher3 import dbapi2

from asl_desktop.clock import Clock, SystemClock, new_id, stamp
from asl_desktop.domain.records import KIND_BY_NAME, Record
from asl_desktop.errors import EvidenceMissing, FileDamaged, FileReadOnly, FileTampered, PassphraseRefused, ValueRefused
from asl_desktop.progress import Progress, Silent
from asl_desktop.storage import attaching, checking, content, creating
from asl_desktop.storage.bounds import MAX_NAME
from asl_desktop.storage.connection import OPERATIONS, PAGE_SIZE, budget, engine_over, pragma
from asl_desktop.storage.copying import copy_connection, save_copy
from asl_desktop.storage.history import MAX_COUNT
from asl_desktop.storage.keys import new_key
from asl_desktop.storage.model import Change, Checkpoint, Commit, Event, EvidenceDraft, Fault, Head, Reversible
from asl_desktop.storage.opening import Opened, open_file
from asl_desktop.storage.past import Past
from asl_desktop.storage.projection import item_of
from asl_desktop.storage.reader import Reader
from asl_desktop.storage.reverting import changes_of, reversible
from asl_desktop.storage.standing import displaced
from asl_desktop.storage.troubles import trouble_of
from asl_desktop.storage.unit_of_work import Log, read_tail
from asl_desktop.storage.watching import Watch
from asl_desktop.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection

    from asl_desktop.domain.inputs import EvidenceItem, Inputs, Scope
    from asl_desktop.domain.pack import Pack
    from asl_desktop.storage.keys import Secret

__all__ = ["Change", "Checkpoint", "Commit", "Document", "Event", "EvidenceDraft", "Head", "Reversible"]

_DEFAULT_CLOCK = SystemClock()
_SILENT = Silent()


class Document:
    """An open assessment.

    Attributes:
        path: where it is, symbolic links followed.
        read_only: whether changes are refused.
        document_id: UUID given at creation; every copy keeps it.
    """

    def __init__(self, opened: Opened, clock: Clock) -> None:
        self.path = opened.path
        self.read_only = opened.writing is None
        self._encrypted = opened.key is not None
        self._opened = opened
        self._clock = clock
        self._reader = Reader(opened.reading, opened.path)
        self._closing = threading.Lock()
        self._closed = False
        self._followed = False
        self._kept: tuple[Head, Inputs] | None = None
        self._pack: Pack | None = None
        self._log: Log | None = None
        self._writer: Writer | None = None
        self.document_id = str(self._reader.document().id)
        self._reader.head()  # a document without a history is damaged, and nothing may be added to it
        if opened.writing is not None:
            self._start_writing(opened)

    def _start_writing(self, opened: Opened) -> None:
        engine = engine_over(opened.writing, write=True)
        try:
            most = OPERATIONS + self.path.stat().st_size // 4
            with budget(opened.writing, most), engine.begin() as connection:
                tail, untidy = read_tail(connection), content.leftovers(connection)
        except (sqlalchemy.exc.DBAPIError, dbapi2.Error, MemoryError) as error:
            raise trouble_of(error, self.path) from error
        if max(tail.seq, tail.lamport) > MAX_COUNT:
            raise FileDamaged(path=str(self.path), detail="its events are counted beyond any that can be written")
        # A device is one opening: two copies of a file can then never go on with the same chain.
        device = new_id()
        self._log = Log(tail, device=device, now=lambda: stamp(self._clock))
        identity = opened.identity
        self._writer = Writer(
            engine,
            Watch(self._log, opened, device=device),
            translate=lambda error: displaced(self.path, identity) or trouble_of(error, self.path),
            stands=lambda: displaced(self.path, identity),
            name=f"writer of {self.path.name}",
        )
        if untidy:
            content.tidy(self._writer, untidy)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        pack: Pack,
        scope: Scope,
        actor: str,
        clock: Clock = _DEFAULT_CLOCK,
        secret: Secret | None = None,
    ) -> Document:
        """Make a new document and open it for writing; the file appears whole or not at all.

        With a passphrase it is encrypted, without it is not.

        Raises:
            FileExists: something is there already; it is left as it is.
            PassphraseRefused: the passphrase is too short.
            OutputNotWritable: the folder is missing or cannot be written.
            DiskFull: the medium has no room.
            FileLocked: somebody else is making a file of that name.
        """
        path = path.expanduser().absolute()
        key = new_key(secret) if secret is not None else None
        creating.create_file(path, pack=pack, scope=scope, actor=_named(actor), at=stamp(clock), key=key)
        return cls.open(path, clock=clock, secret=key)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        clock: Clock = _DEFAULT_CLOCK,
        secret: Secret | None = None,
    ) -> Document:
        """Open an existing document; a refused file is left as it is.

        The secret is forgotten once the key is made from it; the key is forgotten when the document is closed.

        Raises:
            FileMissing, FileNotAssessment, FileDamaged, FileTampered, FileTooNew, FileLocked, FileNotUpgraded,
            OutputNotWritable, PassphraseNeeded, PassphraseWrong, PassphraseRefused: each for its own reason. A file
                that somebody else has open still opens with ``read_only``.
        """
        opened = open_file(path, read_only=read_only, secret=secret)
        try:
            return cls(opened, clock)
        except BaseException:
            opened.close()
            raise

    @property
    def encrypted(self) -> bool:
        """Whether the file on the disk is encrypted, and with it every copy and backup."""
        return self._encrypted

    def recovery_key(self) -> str:
        """Return the raw key of the file as text for paper: it opens the file, and every copy of it, for good.

        Raises:
            PassphraseRefused: the file is not encrypted.
        """
        self._require_open()
        if self._opened.key is None:
            raise PassphraseRefused(problem=f"{self.path} is not encrypted and has no recovery key")
        return self._opened.key.to_text()

    def pack(self) -> Pack:
        """Return the pack that this assessment is made under, as it was at creation; it is read once."""
        if self._pack is None:
            self._pack = self._reader.packs()[0]
        return self._pack

    def packs(self) -> tuple[Pack, ...]:
        """Return every pack kept in the document, its own first."""
        return self._reader.packs()

    def add_pack(self, pack: Pack, *, actor: str) -> Future[Commit]:
        """Keep one more pack beside the document's own; the same pack again writes nothing.

        Raises:
            PackConflict: (through the future) the same id and version is there with other content.
        """
        log, writer = self._writing()
        actor = _named(actor)
        return writer.submit(lambda connection: creating.add_pack(connection, log, pack, act=log.act(actor)))

    def inputs(self) -> Inputs:
        """Return everything people put in, as of the last durable change."""
        head = self.head()
        kept = self._kept
        if kept is None or kept[0] != head:
            kept = (head, self._reader.inputs())
            # A commit may have slipped in between: then these inputs are newer than their label and are not kept.
            self._kept = kept if self.head() == head else None
        return kept[1]

    def head(self) -> Head:
        """Return how far the history has come."""
        return self._log.head if self._log is not None else self._reader.head()

    def put(self, *records: Record, actor: str) -> Future[Commit]:
        """Put records in their place, all in one transaction; the future is done once that is durable.

        A record that says what the file already says writes nothing.

        Raises:
            FileReadOnly: the document is open for reading only.
            ValueRefused: a record would not come back as it is; nothing is written. Evidence whose bytes the document
                does not hold is refused through the future.
            DiskFull, SaveFailed: (through the future) the medium refused; what was there is unharmed.
        """
        log, writer = self._writing()
        items, actor = tuple(item_of(record) for record in records), _named(actor)
        return writer.submit(lambda connection: log.put(connection, items, act=log.act(actor)))

    def remove(self, kind: str, key: str, *, actor: str) -> Future[Commit]:
        """Remove one record; the future is done once that is durable. Removing what is not there writes nothing.

        Raises:
            FileReadOnly: the document is open for reading only.
            ValueRefused: the kind is unknown or has exactly one record (scope, plan); through the future: evidence
                that records still link to.
        """
        log, writer = self._writing()
        known = KIND_BY_NAME.get(kind)
        if known is None or known.single:
            raise ValueRefused(field=kind, problem="records of this kind cannot be removed")
        actor = _named(actor)
        return writer.submit(lambda connection: log.remove(connection, kind, key, act=log.act(actor)))

    def reversible(self) -> Reversible:
        """Say what undo and redo would take back now; holds across restarts, whoever did it."""
        return reversible(self._reader)

    def undo(self, *, actor: str) -> Future[Commit]:
        """Take back the last act that still stands; the future is done once that is durable.

        Nothing leaves the history: the earlier records are written again. Nothing to undo writes nothing.

        Raises:
            FileReadOnly: the document is open for reading only.
            ValueRefused: (through the future) evidence of that act is linked from records, or its bytes were given up.
        """
        return self._take_back("undo", actor)

    def redo(self, *, actor: str) -> Future[Commit]:
        """Take back the last undo, as long as nothing else was changed since; see :meth:`undo`."""
        return self._take_back("redo", actor)

    def _take_back(self, which: Literal["undo", "redo"], actor: str) -> Future[Commit]:
        log, writer = self._writing()
        actor = _named(actor)

        def work(connection: Connection) -> Commit:
            # On the writer's thread nothing can be committed meanwhile, so the reader sees all there is.
            change: Change | None = getattr(self.reversible(), which)
            if change is None:
                return Commit(head=log.written, at="", changed=())
            return log.take_back(connection, change, act=log.act(actor, reverts=change.id))

        return writer.submit(work)

    def clear_removed(self) -> int:
        """Give up the bytes of removed evidence, which undo could bring back until now; returns their size in bytes.

        Raises:
            FileReadOnly: the document is open for reading only.
            DiskFull, SaveFailed: the medium refused; nothing was given up.
        """
        _, writer = self._writing()
        size, given_up = writer.submit(content.give_up_retired).result()
        content.tidy(writer, given_up)
        return size

    def attach(
        self, source: Path | BinaryIO, item: EvidenceDraft, *, actor: str, progress: Progress = _SILENT
    ) -> EvidenceItem:
        """Take a file into the document and return its item once bytes and item are durable.

        Bytes that the document already holds are not kept twice: the existing item comes back, changed only where
        ``item`` says something. Cancelled or failed, nothing of it stays.

        Raises:
            FileReadOnly: the document is open for reading only.
            EvidenceMissing: the source is missing, unreadable, a folder, or an assessment that is open here.
            DiskFull: there is not enough room, found before starting or on the way.
            Cancelled: the person asked to stop.
        """
        log, writer = self._writing()
        desk = attaching.Desk(self.path, log=log, writer=writer, reader=self._reader)
        return desk.attach(source, item, actor=_named(actor), at=stamp(self._clock), progress=progress)

    def extract(self, sha256: str, target: BinaryIO, *, progress: Progress = _SILENT) -> None:
        """Write the bytes of a piece of evidence to a stream, with flat memory, and check them against the digest.

        The caller throws the output away when this raises.

        Raises:
            EvidenceMissing: the document holds no such bytes.
            FileDamaged: the bytes are not what the digest says, or a chunk unpacks to more than it says.
            DiskFull: the target has no room.
            Cancelled: the person asked to stop.
        """
        held = self._reader.content(sha256)
        if held is None:
            raise EvidenceMissing(path=str(self.path), detail=f"no evidence with digest {sha256} is kept in it")
        chunks = self._reader.chunks(held[0])
        content.write_out(chunks, target, expected=(sha256, held[1]), path=self.path, progress=progress)

    def events(self, after: int = 0) -> Iterator[Event]:
        """Yield the history behind place ``after``, oldest first."""
        return self._reader.events(after)

    def changes(self, after: int = 0) -> Iterator[Change]:
        """Yield the history behind place ``after`` act by act, oldest first."""
        return changes_of(self._reader.events(after))

    def events_of(self, kind: str, key: str) -> tuple[Event, ...]:
        """Return the history of one record, oldest first."""
        return self._reader.events_of(kind, key)

    @property
    def past(self) -> Past:
        """The history for looking at: newest first, filtered, page by page."""
        return Past(self._reader)

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return the signed statements on the history that the document keeps, oldest first."""
        return self._reader.checkpoints()

    def add_checkpoint(self, checkpoint: Checkpoint, *, actor: str) -> Future[Commit]:
        """Keep a signed statement on the history.

        Raises:
            FileReadOnly: the document is open for reading only.
            ValueRefused: it speaks of another document.
        """
        log, writer = self._writing()
        actor = _named(actor)
        if checkpoint.document != self.document_id:
            raise ValueRefused(field="checkpoint.document", problem="it speaks of another document")
        return writer.submit(lambda connection: log.add_checkpoint(connection, checkpoint, act=log.act(actor)))

    def check(self, *, progress: Progress = _SILENT) -> tuple[str, ...]:
        """Look for anything that was changed past the log; empty when all is as it was recorded.

        Goes through the chain of events, replays it against the tables, and digests all evidence. It cannot see that
        the end of the history was cut off, or that all of it was written anew: compare :meth:`head` with one printed
        in a report for that.
        """
        return tuple(fault.text for fault in self.examine(progress=progress))

    def examine(self, *, progress: Progress = _SILENT) -> tuple[Fault, ...]:
        """Look for the same as :meth:`check`, and say of each fault what it touches."""
        return checking.examine(self._reader, self.path, progress=progress)

    def require_recorded(self) -> None:
        """See to it that the tables say what the history says, so that no value is shown that nobody recorded.

        Holds every record against its last event; takes no longer for a long history than for a short one.

        Raises:
            FileTampered: with the first thing that differs, and how many more do.
        """
        self._refuse(checking.unrecorded(self._reader, self.path))

    def require_unbroken(self, *, progress: Progress = _SILENT) -> None:
        """See to it that the history is one from its first event to its last, and says what the tables say.

        For whoever is about to sign or publish what the document says. Takes a few seconds for a million events, and
        nothing when it was done before; reads neither evidence nor pages that hold nothing else.

        Raises:
            FileTampered: with the first thing that differs, and how many more do.
            Cancelled: through ``progress``.
        """
        if not self._followed:
            self._refuse(
                checking.examine(self._reader, self.path, progress=progress, evidence=False, pages=False),
            )
            self._followed = True

    def _refuse(self, faults: tuple[Fault, ...]) -> None:
        if faults:
            more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
            raise FileTampered(path=str(self.path), detail=f"{faults[0].text.removesuffix('.')}{more}")

    def save_copy(self, target: Path, *, progress: Progress = _SILENT) -> None:
        """Write a complete copy of the document, even while it is being changed; an encrypted one keeps its key.

        Raises:
            FileExists: something is there already.
            FileLocked: somebody else is making a file of that name.
            OutputNotWritable: the place cannot be written.
            DiskFull: it has no room.
            SaveFailed: the document stayed busy for too long.
            Cancelled: the person asked to stop.
        """
        self._require_open()
        writer, writing, key = self._writer, self._opened.writing, self._opened.key

        def copy_to(part: Path) -> None:
            if writer is None:
                self._reader.raw(lambda raw: copy_connection(raw, part, key=key, progress=progress))
            else:
                # The connection that writes is the one source that SQLite keeps a running copy in step with.
                writer.submit_aside(
                    lambda between: copy_connection(writing, part, key=key, progress=progress, between=between)
                ).result()

        # Asked of the open file: the path may name nothing any more, which is one reason to want a copy.
        pages = self._reader.raw(lambda raw: pragma(raw, "page_count"))
        save_copy(copy_to, target, needed=pages * PAGE_SIZE, key=key)

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` has been through."""
        return self._closed

    def close(self) -> None:
        """Finish every change that was asked for, then give the file back. Safe to call twice."""
        if self._writer is not None:
            self._writer.close()
        with self._closing:
            if not self._closed:
                self._closed = True
                self._reader.close()
                self._opened.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _writing(self) -> tuple[Log, Writer]:
        self._require_open()
        if self._log is None or self._writer is None:
            raise FileReadOnly(path=str(self.path))
        return self._log, self._writer

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("the document is closed")


def _named(actor: str) -> str:
    if not actor.strip():
        raise ValueRefused(field="actor", problem="every change needs the name of who makes it")
    if len(actor) > MAX_NAME:
        raise ValueRefused(field="actor", problem=f"the name has more than {MAX_NAME} characters")
    return actor
