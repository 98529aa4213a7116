"""One open document as the window sees it: what it says now, whether that is on disk, and the way to change it.

The window never waits for the disk. A change is checked, shown at once (optimistic snapshot) and written on the
storage lane; "saved" is announced only after the commit of the last change. A change that cannot be written stays here,
is shown as failed and is tried again every few seconds until it is on disk.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from asl_desktop.clock import Clock, SystemClock, stamp, today
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Answer, EvidenceItem, GateDecision, Inputs
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.records import Record, reference, with_record, without_record
from asl_desktop.errors import Cancelled, FileReadOnly, UserError
from asl_desktop.i18n import tr
from ui.on_disk import Change, Loaded, Removal, leave, store
from ui.operations import Handle, Lane, Operations

if TYPE_CHECKING:
    from asl_desktop.progress import Progress
    from asl_desktop.storage.document import Document

T = TypeVar("T")
QUIET_MS = 400
"""A burst of typing ends after this much quiet."""
LONGEST_MS = 2000
"""Somebody who never pauses is still written this often."""
RETRY_MS = 4000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SaveState:
    """Whether everything shown is on disk.

    Attributes:
        at: when the last commit was acknowledged, None when nothing was written since opening.
        message: for ``failed``, one sentence with the cause.
        code: for ``failed``, the code of the error; empty for a bug.
    """

    kind: Literal["saved", "saving", "failed"]
    at: datetime | None = None
    message: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Pasted:
    """Bytes that are to become evidence without ever being a file; they are made off the window's thread."""

    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class AttachState:
    """One file on its way into the assessment. ``total`` is 0 when unknown; ``error`` is set when it did not get in.

    Attributes:
        again: the same bytes were on file already; the item is the one that was there.
    """

    path: Path
    kind: Literal["running", "attached", "failed", "cancelled"]
    done: int = 0
    total: int = 0
    error: BaseException | None = None
    item: EvidenceItem | None = None
    handle: Handle[EvidenceItem] | None = None
    again: bool = False


class Session(QObject):
    """The one way from the window to an open document. All methods belong to the window's thread.

    Attributes:
        snapshot: what holds now, unsaved changes included.
        actor: the name that stands behind changes made here.
        save_state: the last announced :class:`SaveState`.
    """

    snapshot_changed = Signal(object)
    save_state_changed = Signal(object)
    attach_changed = Signal(object)
    closing = Signal()

    def __init__(
        self,
        loaded: Loaded,
        *,
        actor: str,
        operations: Operations,
        clock: Clock | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        from asl_desktop.services.snapshot_digest import SnapshotDigester

        self._digester = SnapshotDigester()
        self.document = loaded.document
        self.setback = loaded.setback
        self.actor = actor
        self.operations = operations
        self.clock: Clock = clock or SystemClock()
        self.snapshot: Snapshot = self._snapshot(loaded.pack, loaded.inputs)
        self.save_state = SaveState("saved")
        self._pending: dict[str, Change] = {}
        self._in_flight: dict[str, Change] = {}
        self._writes: list[Handle[None]] = []
        self._closed = False
        self._paused = False
        self._lent: list[Path] = []
        self._attaching: set[Handle[EvidenceItem]] = set()
        self._beside: set[Handle[object]] = set()
        self._ahead: set[Handle[object]] = set()
        self._quiet = self._timer(QUIET_MS)
        self._longest = self._timer(LONGEST_MS)
        self._retry = self._timer(RETRY_MS)

    @property
    def pack(self) -> Pack:
        """The framework pack that the document is bound to."""
        return self.snapshot.pack

    @property
    def inputs(self) -> Inputs:
        """Everything people put in, unsaved changes included."""
        return self.snapshot.inputs

    @property
    def read_only(self) -> bool:
        """Tell whether the document refuses changes."""
        return bool(self.document.read_only)

    def put(self, record: Record, *, coalesce: str = "") -> None:
        """Check a record, show what follows from it at once, and write it.

        With ``coalesce`` the write waits for 400 ms of quiet (at most 2 s), so that a burst of typing becomes one
        commit. Author and time are filled in where the record has such fields.

        Raises:
            ItemUnknown: when the record names something the pack does not have.
            ValueRefused: when a value does not fit; nothing is changed then.
            FileReadOnly: when the document is open for reading only.
        """
        from asl_desktop.services.recording import check_decision, check_record

        self._refuse_read_only()
        stamped = self._stamped(record)
        check_record(self.pack, self.inputs, stamped)
        inputs = with_record(self.inputs, stamped)
        if isinstance(stamped, GateDecision):
            check_decision(self.pack, inputs, stamped, as_of=self.snapshot.as_of)
        self._change(reference(stamped), stamped, inputs, coalesced=bool(coalesce))

    def remove(self, kind: str, key: str) -> None:
        """Take a record out, by kind name and key (see :mod:`asl_desktop.domain.records`).

        Raises:
            ValueRefused: when other records still stand on it.
            FileReadOnly: when the document is open for reading only.
        """
        from asl_desktop.services.recording import check_removal

        self._refuse_read_only()
        check_removal(self.inputs, kind, key)
        inputs = without_record(self.inputs, kind, key)
        self._change(f"{kind}:{key}", Removal(kind, key), inputs, coalesced=False)

    def attach(
        self, sources: Sequence[Path | Pasted], link_to: Callable[[EvidenceItem], Record | None] | None = None
    ) -> tuple[Handle[EvidenceItem], ...]:
        """Copy files into the document, one after another, without holding up answers.

        ``link_to`` gets each item once it is safely inside and returns the record that cites it. Progress, success and
        failure of each file arrive as ``attach_changed``.
        """
        self._refuse_read_only()
        return tuple(self._attach_one(source, link_to) for source in sources)

    def perform(
        self,
        work: Callable[[Document], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Handle[tuple[T, Inputs]]:
        """Run a service on the storage lane after everything unsaved is written, then read the document afresh.

        When one of those writes fails, the service is not run and ``failed`` gets the cause.
        """
        self._begin_write()
        earlier = [write.future for write in self._writes if write.future is not None]

        def _work(_: Handle[tuple[T, Inputs]]) -> tuple[T, Inputs]:
            for write in earlier:  # same lane, so each of them has ended by now
                write.result()
            result = work(self.document)
            return result, self.document.inputs()

        def _done(outcome: tuple[T, Inputs]) -> None:
            self._show(self._overlaid(outcome[1]))
            self._announce(SaveState("saved" if not self._unsaved() else "saving", self.clock.now()))
            if done is not None:
                done(outcome[0])

        return self.operations.run(_work, owner=self, done=_done, failed=failed, lane="storage")

    def run_beside(
        self,
        work: Callable[[Document, Progress], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        lane: Lane = "work",
    ) -> Handle[T]:
        """Run long work that only reads the document, such as a copy, while answers are saved as ever.

        It is cancelled when the document is closed. What has to be on the ``storage`` lane, where saves wait for it, is
        told to stop before the last changes are written.
        """
        document = self.document
        handle: Handle[T] = self.operations.run(
            lambda progress: work(document, progress), owner=self, done=done, failed=failed, lane=lane
        )
        for held in (self._beside, self._ahead) if lane == "storage" else (self._beside,):
            held.add(handle)  # type: ignore[arg-type]
            handle.finished.connect(functools.partial(held.discard, handle))
        return handle

    def flush(self) -> bool:
        """Wait until everything is durable. False when the disk refused; the unsaved changes are kept then."""
        with self.operations.hurried():
            while self._unsaved():
                self._begin_write()
                for write in tuple(self._writes):
                    if write.future is not None:
                        write.future.exception()
                    write.settle()
                if self._paused or self.save_state.kind == "failed":
                    return False
        return True

    def lend(self, name: str) -> Path:
        """Return a place for a copy that another program may read; it is gone when the document is closed."""
        folder = Path(tempfile.mkdtemp(prefix="asl-evidence-"))
        self._lent.append(folder)
        return folder / Path(name).name

    def unsaved(self) -> tuple[Change, ...]:
        """Return the changes that are not on disk yet, oldest first."""
        return tuple({**self._in_flight, **self._pending}.values())

    def write_now(self) -> None:
        """Start writing what waits for quiet or for its next try; returns at once."""
        self._begin_write()

    def pause(self) -> None:
        """Write nothing until :meth:`resume`; what is unsaved stays in :meth:`unsaved`."""
        self._paused = True
        for timer in (self._quiet, self._longest, self._retry):
            timer.stop()

    def resume(self) -> None:
        """Write again, beginning with what is unsaved; of a document that is closed by now say that it is not saved."""
        if self.document.closed:
            message = tr("{path} was closed to open it again, and that did not succeed.").format(
                path=self.document.path
            )
            self._announce(SaveState("failed", self.save_state.at, message, "file-replaced"))
            return
        self._paused = False
        self._begin_write()

    def close(self, *, lose_unsaved: bool = False) -> bool:
        """Write what is left and close the document. False (and still open) when the disk refused.

        ``lose_unsaved`` closes all the same; only for a person who was asked.
        """
        if self._closed:
            return True
        for handle in tuple(self._ahead):
            handle.cancel()
        if not self.flush() and not lose_unsaved:
            return False
        self._closed = True
        self.closing.emit()
        _stop((*self._attaching, *self._beside))
        for folder in self._lent:
            shutil.rmtree(folder, ignore_errors=True)
        for timer in (self._quiet, self._longest, self._retry):
            timer.stop()
        closing = self.operations.run(lambda _: leave(self.document), owner=self, lane="storage")
        if closing.future is not None:
            closing.future.result()
        closing.settle()
        return True

    @property
    def occupied(self) -> bool:
        """Tell whether something long is under way that closing the document would stop: sealing, copying, a report."""
        return bool(self._attaching or self._beside)

    @property
    def attaching(self) -> int:
        """How many files are still on their way in."""
        return len(self._attaching)

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self._begin_write)
        return timer

    def _snapshot(self, pack: Pack, inputs: Inputs) -> Snapshot:
        from asl_desktop.services.assessments import snapshot_of

        as_of = inputs.scope.as_of or today(self.clock)
        digester = self._digester
        return snapshot_of(pack, inputs, as_of=as_of, document_id=self.document.document_id, digester=digester)

    def _stamped(self, record: Record) -> Record:
        if isinstance(record, EvidenceItem):  # its author and time say who brought it in, whoever describes it later
            return record
        from asl_desktop.services.recording import only_confirms

        names = {item.name for item in dataclasses.fields(record)} & {"at", "author"}
        if isinstance(record, Answer) and only_confirms(self.inputs.answer_by_question.get(record.question), record):
            names = {"at"}
        fill = {"at": stamp(self.clock), "author": self.actor}
        return dataclasses.replace(record, **{name: fill[name] for name in names})  # type: ignore[arg-type]

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise FileReadOnly(path=self.document.path)

    def _unsaved(self) -> bool:
        return bool(self._pending or self._in_flight)

    def _change(self, key: str, change: Change, inputs: Inputs, *, coalesced: bool) -> None:
        self._pending.pop(key, None)
        self._pending[key] = change
        self._show(inputs)
        if self.save_state.kind != "failed":
            self._announce(SaveState("saving", self.save_state.at))
        if not coalesced:
            self._begin_write()
            return
        self._quiet.start()
        if not self._longest.isActive():
            self._longest.start()

    def _show(self, inputs: Inputs) -> None:
        self.snapshot = self._snapshot(self.pack, inputs)
        self.snapshot_changed.emit(self.snapshot)

    def _overlaid(self, inputs: Inputs) -> Inputs:
        for change in self.unsaved():
            if isinstance(change, Removal):
                inputs = without_record(inputs, change.kind, change.key)
            else:
                inputs = with_record(inputs, change)
        return inputs

    def _announce(self, state: SaveState) -> None:
        if state != self.save_state:
            self.save_state = state
            self.save_state_changed.emit(state)

    def _begin_write(self) -> None:
        if not self._pending or self._paused:
            return
        for timer in (self._quiet, self._longest, self._retry):
            timer.stop()
        batch, self._pending = self._pending, {}
        self._in_flight.update(batch)
        changes, document, actor = tuple(batch.values()), self.document, self.actor

        def _write(handle: Handle[None]) -> None:
            handle.give_way()
            store(document, changes, actor=actor)

        write: Handle[None] = self.operations.run(
            _write,
            owner=self,
            done=lambda _: self._on_written(batch),
            failed=lambda error: self._on_write_failed(batch, error),
            lane="storage",
        )
        if not write.over:
            self._writes.append(write)
            write.finished.connect(lambda: self._writes.remove(write))

    def _landed(self, batch: Mapping[str, Change]) -> dict[str, Change]:
        """Take a batch out of flight; return those of its changes that no later change replaces."""
        latest = {key: change for key, change in batch.items() if self._in_flight.get(key) is change}
        for key in latest:
            del self._in_flight[key]
        return latest

    def _on_written(self, batch: Mapping[str, Change]) -> None:
        self._landed(batch)
        kind: Literal["saved", "saving"] = "saving" if self._unsaved() else "saved"
        self._announce(SaveState(kind, self.clock.now()))

    def _on_write_failed(self, batch: Mapping[str, Change], error: BaseException) -> None:
        log.error(tr("writing %d changes failed: %s"), len(batch), type(error).__name__)
        self._pending = {**self._landed(batch), **self._pending}
        code = error.code if isinstance(error, UserError) else ""
        self._announce(SaveState("failed", self.save_state.at, cause_of(error), code))
        if not (self._closed or self._paused):
            self._retry.start()

    def _attach_one(
        self, source: Path | Pasted, link_to: Callable[[EvidenceItem], Record | None] | None
    ) -> Handle[EvidenceItem]:
        path = source if isinstance(source, Path) else Path(source.name)

        def _done(item: EvidenceItem) -> None:
            held = self.inputs.evidence_by_sha.get(item.sha256)
            again = held is not None
            item = held or item  # what is said of it here may be newer than what the file holds
            self._show(with_record(self.inputs, item))
            record = link_to(item) if link_to is not None else None
            if record is not None:
                self.put(record)
            self.attach_changed.emit(AttachState(path, "attached", item.size, item.size, item=item, again=again))

        def _failed(error: BaseException) -> None:
            kind: Literal["failed", "cancelled"] = "cancelled" if isinstance(error, Cancelled) else "failed"
            self.attach_changed.emit(AttachState(path, kind, error=error))

        handle = self.operations.run(
            _taking_in(self.document, source, actor=self.actor),
            owner=self,
            done=_done,
            failed=_failed,
        )
        self._attaching.add(handle)
        handle.finished.connect(lambda: self._attaching.discard(handle))
        handle.progressed.connect(
            lambda done, total, _: self.attach_changed.emit(AttachState(path, "running", done, total, handle=handle))
        )
        self.attach_changed.emit(AttachState(path, "running", handle=handle))
        return handle


def _taking_in(document: Document, source: Path | Pasted, *, actor: str) -> Callable[[Progress], EvidenceItem]:
    """Return the work that takes a file, or bytes that are none, into a document."""
    from asl_desktop.services.evidence import attach_data, attach_evidence

    if isinstance(source, Pasted):
        return lambda progress: attach_data(document, source.make(), name=source.name, actor=actor, progress=progress)
    return lambda progress: attach_evidence(document, source, actor=actor, progress=progress)


def _stop(handles: Iterable[Handle[Any]]) -> None:
    """Cancel work that is under way and wait until it has ended."""
    for handle in handles:
        handle.cancel()
        if handle.future is not None and not handle.future.cancelled():
            handle.future.exception()
        handle.settle()


def cause_of(error: BaseException) -> str:
    """Return what went wrong as one sentence for a person; a bug gets a sentence too, its details are in the log."""
    from asl_desktop.messages import message_for

    if isinstance(error, UserError):
        return message_for(error).text
    return tr("An unexpected problem ({name}); details are in the log.").format(name=type(error).__name__)
