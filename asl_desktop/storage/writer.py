"""The one thread that writes, and its queue: answers go before slices of evidence, evidence before tidying up."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
BATCH_BYTES = 16 * 1024 * 1024
QUIET_SECONDS = 1.0


class Lane(IntEnum):
    """What goes first."""

    ANSWER = 0
    EVIDENCE = 1
    TIDY = 2
    STOP = 3


class Ledger(Protocol):
    """Learns how each transaction ended, on the writer thread, before anybody else does."""

    def began(self, connection: Connection) -> None:
        """A transaction is open and nothing is written in it yet."""

    def committed(self) -> None:
        """What was written is durable."""

    def rolled_back(self) -> None:
        """Nothing of it was written."""


@dataclass(order=True, slots=True)
class _Job:
    lane: Lane
    number: int
    work: Callable[[Any], Any] = field(compare=False)
    future: Future[Any] = field(compare=False)
    size: int = field(compare=False, default=0)
    aside: bool = field(compare=False, default=False)


class Writer:
    """Runs each piece of work in a transaction of its own; a future is done only once the commit is durable.

    Slices of evidence that wait in line share a transaction of up to :data:`BATCH_BYTES` while nobody has asked for
    anything more urgent within the last second.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        *,
        translate: Callable[[BaseException], BaseException],
        stands: Callable[[], BaseException | None],
        name: str,
    ) -> None:
        """Start the thread.

        ``translate`` makes the error that a future gets from the one that came out of a transaction. ``stands`` is
        asked after every commit; an error that it returns goes to the future in the place of the result.
        """
        self._engine = engine
        self._ledger = ledger
        self._translate = translate
        self._stands = stands
        self._queue: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._count = itertools.count()
        self._last_urgent = 0.0
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T], *, lane: Lane = Lane.ANSWER, size: int = 0) -> Future[T]:
        """Queue work; ``size`` is the number of bytes of a slice of evidence, 0 for anything else.

        Raises:
            RuntimeError: when the document is already closed.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise RuntimeError("the document is closed")
            if lane is Lane.ANSWER:
                self._last_urgent = time.monotonic()
            self._queue.put(_Job(lane, next(self._count), work, future, size))
        return future

    def submit_aside(self, work: Callable[[Callable[[], None]], T]) -> Future[T]:
        """Queue long work on the bare connection, outside of any transaction.

        It gets a function to call every few milliseconds, outside of a transaction, which lets what is urgent go first.
        A connection is never used from two threads, not even by turns: the driver can lock up between its own lock and
        the interpreter's.

        Raises:
            RuntimeError: when the document is already closed.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise RuntimeError("the document is closed")
            self._queue.put(_Job(Lane.EVIDENCE, next(self._count), work, future, aside=True))
        return future

    def close(self) -> None:
        """Finish what is queued, except tidying up, and end the thread. Safe to call twice."""
        with self._closing:
            first, self._closed = not self._closed, True
            if first:
                self._queue.put(_Job(Lane.STOP, next(self._count), lambda _: None, Future()))
        self._thread.join()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            if job.lane is Lane.STOP:
                return
            if job.lane is Lane.TIDY and self._closed:
                job.future.cancel()
                continue
            if job.future.set_running_or_notify_cancel():
                self._run_aside(job) if job.aside else self._transact([job])

    def _run_aside(self, job: _Job) -> None:
        try:
            result = job.work(self._let_urgent_go_first)
        except BaseException as error:  # noqa: BLE001 - the border of a thread; the waiting future gets it
            job.future.set_exception(error)
        else:
            job.future.set_result(result)

    def _let_urgent_go_first(self) -> None:
        while True:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job.lane is not Lane.ANSWER:
                self._queue.put(job)
                return
            if job.future.set_running_or_notify_cancel():
                self._transact([job])

    def _transact(self, jobs: list[_Job]) -> None:
        results: list[Any] = []
        try:
            with self._engine.begin() as connection:
                self._ledger.began(connection)
                results.append(jobs[0].work(connection))
                while (more := self._joinable(jobs)) is not None:
                    jobs.append(more)
                    results.append(more.work(connection))
        except BaseException as error:  # noqa: BLE001 - the border of a thread; every waiting future gets it
            self._ledger.rolled_back()
            self._fail(jobs, self._translate(error))
            return
        self._ledger.committed()
        if (problem := self._stands()) is not None:
            self._fail(jobs, problem)
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)

    def _fail(self, jobs: list[_Job], problem: BaseException) -> None:
        for job in jobs:
            job.future.set_exception(problem)

    def _joinable(self, jobs: list[_Job]) -> _Job | None:
        if not jobs[0].size or sum(job.size for job in jobs) >= BATCH_BYTES:
            return None
        if time.monotonic() - self._last_urgent < QUIET_SECONDS:
            return None
        try:
            job = self._queue.get_nowait()
        except queue.Empty:
            return None
        if not job.size:
            self._queue.put(job)
            return None
        return job if job.future.set_running_or_notify_cancel() else None
