"""A themed application, a real document on a small framework, and a window around it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Scope
from asl_desktop.storage.document import Document
from tests.gui_world import activate
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.crash import CrashReporter
from ui.main_window import MainWindow
from ui.on_disk import load
from ui.operations import Operations
from ui.preferences import Preferences
from ui.session import Session
from ui.theme import Look
from ui.workbench import Workbench


@pytest.fixture
def look(qapp: QApplication) -> Look:
    """Return the look of the application, light."""
    kept = qapp.property("look")
    result = kept if isinstance(kept, Look) else Look(qapp, "light")
    result.choose("light")
    return result


@pytest.fixture
def operations(qapp: QApplication) -> Iterator[Operations]:
    """Return real lanes, ended after the test."""
    result = Operations()
    yield result
    result.close()


@pytest.fixture
def assessment(tmp_path: Path, clock: FixedClock) -> Path:
    """Return an assessment file on the small framework."""
    path = tmp_path / "small.asl"
    Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock).close()
    return path


@pytest.fixture
def make_session(
    qtbot: QtBot, look: Look, operations: Operations, assessment: Path, clock: FixedClock
) -> Iterator[Callable[[], Session]]:
    """Return a function that opens the assessment; what is still open at the end is closed."""
    made: list[Session] = []

    def _make() -> Session:
        session = Session(load(Document.open(assessment, clock=clock)), actor="A", operations=operations, clock=clock)
        made.append(session)
        return session

    yield _make
    for session in made:
        session.close(lose_unsaved=True)


@pytest.fixture
def session(make_session: Callable[[], Session]) -> Session:
    """Return a session on the small assessment."""
    return make_session()


@pytest.fixture
def window(qtbot: QtBot, look: Look, operations: Operations, tmp_path: Path) -> Iterator[MainWindow]:
    """Return the window on its start screen, services ready."""
    crash = CrashReporter()
    preferences = Preferences(path=tmp_path / "window.json", actor="A. Person")
    result = MainWindow(look, preferences, operations, crash)
    with qtbot.waitSignal(result.ready, timeout=20_000):
        result.show()
    yield result
    result.close()
    operations.drain()
    result.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_window(qtbot: QtBot, window: MainWindow, assessment: Path) -> MainWindow:
    """Return the window with the small assessment open."""
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    return window


@pytest.fixture
def bench(qtbot: QtBot, open_window: MainWindow) -> Workbench:
    """Return the workbench on the small assessment, in the active window."""
    return _in_front(qtbot, open_window)


@pytest.fixture
def example_bench(qtbot: QtBot, window: MainWindow) -> Workbench:
    """Return the workbench on the worked example, in the active window."""
    with qtbot.waitSignal(window.opened, timeout=60_000):
        window.open_example()
    return _in_front(qtbot, window)


def _in_front(qtbot: QtBot, window: MainWindow) -> Workbench:
    activate(qtbot, window)
    assert window.workbench is not None
    return window.workbench


@pytest.fixture(autouse=True)
def no_dialog_waits() -> Iterator[None]:
    """Fail a test that opens a dialog nobody expected, instead of waiting for a person."""
    with dialogs_seam.queued_answers():
        yield


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """Return the name of an X server of our own; without -noreset it would end with its first client."""
    reader, writer = os.pipe()
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1366x768x24", "-noreset", "-nolisten", "tcp"],
            pass_fds=[writer],
            stderr=log,
        )
    os.close(writer)
    with os.fdopen(reader) as stream:
        number = stream.readline().strip()
    assert number, (tmp_path / "xvfb.log").read_text()
    yield f":{number}"
    server.terminate()
    server.wait(10)
