from __future__ import annotations

import logging
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from asl_desktop.errors import Cancelled, FileMissing
from ui.crash import CrashReporter
from ui.operations import Handle, Operations


def test_run_delivers_on_the_window_thread(operations: Operations, qtbot: QtBot) -> None:
    owner = QObject()
    seen: list[tuple[int, int]] = []
    work_thread: list[int] = []

    def _work(_: Handle[int]) -> int:
        work_thread.append(threading.get_ident())
        return 7

    operations.run(_work, owner=owner, done=lambda value: seen.append((value, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(7, threading.get_ident())]
    assert work_thread[0] != threading.get_ident()


def test_storage_lane_keeps_the_order(operations: Operations, qtbot: QtBot) -> None:
    owner, seen = QObject(), list[int]()
    for n in range(20):
        operations.run(lambda _, n=n: n, owner=owner, done=seen.append, lane="storage")  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(seen) == 20)
    assert seen == list(range(20))


def test_result_for_a_requester_that_is_gone_is_dropped(operations: Operations) -> None:
    owner = QObject()
    seen: list[int] = []
    operations.run(lambda _: 1, owner=owner, done=seen.append)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    operations.drain()
    assert seen == []


def test_error_arrives_at_failed(operations: Operations, qtbot: QtBot) -> None:
    owner = QObject()
    errors: list[BaseException] = []

    def _work(_: Handle[None]) -> None:
        raise FileMissing(path="x")

    operations.run(_work, owner=owner, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], FileMissing)


def test_cancel_stops_the_work_at_its_next_check(operations: Operations, qtbot: QtBot) -> None:
    owner = QObject()
    started, go_on = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def _work(progress: Handle[None]) -> None:
        started.set()
        go_on.wait(5)
        progress.check()
        pytest.fail("went on after being cancelled")

    handle = operations.run(_work, owner=owner, failed=errors.append)
    assert started.wait(5)
    handle.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], Cancelled)


def test_progress_is_throttled_but_the_last_step_always_arrives(operations: Operations, qtbot: QtBot) -> None:
    owner = QObject()
    steps: list[tuple[int, int]] = []
    gate = threading.Event()

    def _work(progress: Handle[None]) -> None:
        gate.wait(5)
        for n in range(1, 10_001):
            progress.report(n * 2**20, 10_000 * 2**20)

    handle = operations.run(_work, owner=owner)
    handle.progressed.connect(lambda done, total, _: steps.append((done, total)))
    with qtbot.waitSignal(handle.finished):
        gate.set()
    assert steps[-1] == (10_000 * 2**20, 10_000 * 2**20)
    assert len(steps) < 100


def test_work_that_ended_lets_go_of_what_it_was_made_of(operations: Operations, qtbot: QtBot) -> None:
    class Result:
        """Something that can be watched."""

    owner, known = QObject(), list[weakref.ref[object]]()

    def _start() -> None:
        held = Result()
        handle = operations.run(lambda _: held, owner=owner, done=lambda result: result is held)
        handle.finished.connect(lambda: handle.over)
        known.extend((weakref.ref(held), weakref.ref(handle)))

    _start()
    qtbot.waitUntil(lambda: all(each() is None for each in known))


def test_inline_operations_need_no_threads(qtbot: QtBot) -> None:
    operations = Operations.inline()
    before = threading.active_count()
    owner, seen = QObject(), list[int]()
    operations.run(lambda _: 3, owner=owner, done=seen.append, lane="storage")
    operations.drain()
    assert seen == [3]
    assert threading.active_count() == before
    operations.close()


def test_crash_is_told_calmly_and_its_values_stay_out_of_the_log(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def _fail(answer: str) -> None:
        raise RuntimeError(answer)

    crash = CrashReporter()
    crash.install()
    try:
        with qtbot.waitSignal(crash.happened) as caught, caplog.at_level(logging.ERROR):
            try:
                _fail("".join(("sec", "ret")))
            except RuntimeError as error:
                crash._on_error(type(error), error, error.__traceback__)
    finally:
        crash.remove()
    assert "RuntimeError" in caught.args[1]
    assert "secret" not in caught.args[1] + caplog.text
    assert "test_operations.py" in caplog.text


def test_crash_on_another_thread_reaches_the_window_thread(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    crash = CrashReporter()
    heard: list[int] = []
    crash.happened.connect(lambda *_: heard.append(threading.get_ident()))
    crash.install()

    def _fail() -> None:
        raise ZeroDivisionError

    try:
        thread = threading.Thread(target=_fail)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(heard))
    finally:
        crash.remove()
    assert len(heard) == 1


def test_crash_that_is_the_worlds_fault_says_what_to_do(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    crash = CrashReporter()
    crash.install()
    try:
        with qtbot.waitSignal(crash.happened) as caught:
            crash._on_error(FileMissing, FileMissing(path="gone.asl"), None)
    finally:
        crash.remove()
    assert "gone.asl" in caught.args[1]
