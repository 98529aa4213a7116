"""Runs services off the window's thread and brings results back by queued signal.

Three lanes: ``storage`` is one thread that does everything that touches an open document, in order; ``work`` is a small
pool for hashing, charts, PDF and signing; ``preview`` is one thread for looking at evidence, which must not wait until
gigabytes are hashed. A result whose requester is gone by then is dropped without a word.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from asl_desktop.errors import Cancelled
from ui.courtesy import LONG_PATIENCE, Courtesy, courtesy

T = TypeVar("T")
Lane: TypeAlias = Literal["storage", "work", "preview"]
Failed: TypeAlias = Callable[[BaseException], None]

PROGRESS_EVERY = 0.05
"""Seconds between two progress signals; more often floods the event loop."""

log = logging.getLogger(__name__)


class Executor(Protocol):
    """What a lane needs: take a function, give a future."""

    def submit(self, work: Callable[[], T], /) -> Future[T]:
        """Run the function now or later."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stop taking work."""


class InlineExecutor:
    """Runs the function at once on the calling thread; used by tests that must not wait for threads."""

    def submit(self, work: Callable[[], T], /) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - border of a lane: whatever happened belongs to the future
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing runs behind anybody's back, so there is nothing to stop."""


class Handle(QObject, Generic[T]):
    """One piece of work under way. It is also the :class:`asl_desktop.progress.Progress` that the work reports to.

    Signals arrive on the thread that started the work: ``progressed(done, total, text)``, then ``finished()`` once.
    """

    progressed = Signal(object, object, str)
    finished = Signal()
    _settled = Signal()

    def __init__(
        self, owner: QObject, done: Callable[[T], object] | None, failed: Failed | None, courtesy: Courtesy
    ) -> None:
        super().__init__()
        self._courtesy = courtesy
        self._owner = owner
        self._done = done
        self._failed = failed
        self._stop = threading.Event()
        self._last = 0.0
        self.future: Future[T] | None = None
        self.over = False
        self.outlives = False
        self._settled.connect(self._on_settled, Qt.ConnectionType.QueuedConnection)

    def report(self, done: int, total: int, text: str = "") -> None:
        """Pass progress on, at most every 50 ms (the last step always)."""
        now = time.monotonic()
        if now - self._last >= PROGRESS_EVERY or (total and done >= total):
            self._last = now
            self.progressed.emit(done, total, text)

    def check(self) -> None:
        """Raise Cancelled once :meth:`cancel` was called; step back for a moment while the window is busy."""
        if self._stop.is_set():
            raise Cancelled
        self._courtesy.wait()

    def give_way(self) -> None:
        """Let the window finish what it is at; for work that must not be stopped, before it begins."""
        self._courtesy.wait(LONG_PATIENCE)

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._stop.set()
        if self.future is not None:
            self.future.cancel()

    def bind(self, future: Future[T]) -> None:
        """Take the future of the running work; called once by :class:`Operations`."""
        self.future = future
        future.add_done_callback(lambda _: self._settled.emit())

    @Slot()
    def _on_settled(self) -> None:
        """Hand the result over and go away with all connections, in the next round of the event loop.

        A connection keeps its slot, and the slot this handle and what the work was made of, for as long as the signal
        is there. No signal comes after this one.
        """
        self.settle()
        self.deleteLater()

    def settle(self) -> None:
        """Hand the result over, once. Safe to call early by someone who waited for the future."""
        future = self.future
        if self.over or future is None or not future.done():
            return
        self.over = True
        try:
            if shiboken6.isValid(self._owner):
                self._deliver(future)
        finally:  # whoever waits for the end must not wait for ever because a callback had a bug
            self._done = self._failed = None
            self.finished.emit()

    def _deliver(self, future: Future[T]) -> None:
        error = Cancelled() if future.cancelled() else future.exception()
        if error is None:
            if self._done is not None:
                self._done(future.result())
        elif self._failed is not None:
            self._failed(error)
        elif not isinstance(error, Cancelled):
            raise error


class Operations(QObject):
    """Owns the lanes. Close it before the application ends."""

    busy_changed = Signal(int)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        storage: Executor | None = None,
        work: Executor | None = None,
        preview: Executor | None = None,
    ) -> None:
        super().__init__(parent)
        self._lanes: dict[Lane, Executor] = {
            "storage": storage or ThreadPoolExecutor(1, thread_name_prefix="storage"),
            "work": work or ThreadPoolExecutor(2, thread_name_prefix="work"),
            "preview": preview or ThreadPoolExecutor(1, thread_name_prefix="preview"),
        }
        self._running: set[Handle[object]] = set()
        self._courtesy = courtesy()
        self._courtesy.listen(self)

    @classmethod
    def inline(cls, parent: QObject | None = None) -> Operations:
        """Return operations whose work is done when :meth:`run` returns; results still arrive by queued signal."""
        return cls(parent, storage=InlineExecutor(), work=InlineExecutor(), preview=InlineExecutor())

    def run(
        self,
        work: Callable[[Handle[T]], T],
        *,
        owner: QObject,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        lane: Lane = "work",
        outlives: bool = False,
    ) -> Handle[T]:
        """Start ``work`` on a lane; it receives its handle as progress.

        ``done`` or ``failed`` is called on this thread unless ``owner`` was deleted meanwhile. Without ``failed`` an
        error reaches the crash hook. Cancelling arrives at ``failed`` as Cancelled, which is nobody's fault. Work that
        ``outlives`` the window is not cancelled when that is closed: the process waits for it.
        """
        handle: Handle[T] = Handle(owner, done, failed, self._courtesy)
        handle.outlives = outlives
        self._running.add(handle)  # type: ignore[arg-type]
        self.busy_changed.emit(len(self._running))
        handle.finished.connect(lambda: self._forget(handle))
        handle.bind(self._lanes[lane].submit(lambda: work(handle)))
        return handle

    def _forget(self, handle: Handle[T]) -> None:
        self._running.discard(handle)
        self.busy_changed.emit(len(self._running))

    def hurried(self) -> AbstractContextManager[None]:
        """Let no work step back for the window meanwhile: the window's thread waits for it."""
        return self._courtesy.suspended()

    def drain(self, lane: Lane | None = None) -> None:
        """Block until everything started so far has ended and deliver the results; for closing and for tests."""
        with self.hurried():
            while self._running:
                batch = [handle for handle in self._running if handle.future is not None]
                wait([handle.future for handle in batch if handle.future is not None])
                for handle in batch:
                    handle.settle()
            if lane is not None:
                self._lanes[lane].submit(lambda: None).result()

    def close(self) -> None:
        """Cancel what may be cancelled, wait for the rest, end the threads."""
        for handle in tuple(self._running):
            if not handle.outlives:
                handle.cancel()
        self.drain()
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
        self._courtesy.leave(self)
