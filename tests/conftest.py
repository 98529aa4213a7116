"""What every test has: a standing clock, a home of its own, no window server, no network, and no noise."""

from __future__ import annotations

import ipaddress
import logging
import os
import shutil
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.clock import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

# Before anything imports Qt or matplotlib. Tests that need a real X server start one and set the platform themselves.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The font list of matplotlib takes seconds to build, so it is kept between runs, inside the build folder.
os.environ.setdefault("MPLCONFIGDIR", str(ROOT / "build" / "cache" / "matplotlib"))

_FOLDERS = {
    "HOME": "",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
}


def pytest_configure(config: pytest.Config) -> None:
    """Leave the real home, for fixtures wider than a test too, and start watching the network.

    An audit hook also sees what native code asks Python to connect.
    """
    home = tempfile.mkdtemp(prefix="asl-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ.update(_environment(Path(home)))
    sys.addaudithook(_refuse_network)


def _environment(home: Path) -> dict[str, str]:
    return {variable: str(home / folder) for variable, folder in _FOLDERS.items()}


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not _is_here(host):
        pytest.fail(f"{event} to {host}: this program is for machines without a network")


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at noon UTC on 2 June 2025."""
    return FixedClock(datetime(2025, 6, 2, 12, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def user_dirs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own and return it; nothing under the real one is read or written."""
    home = tmp_path_factory.mktemp("home")
    for variable, folder in _environment(home).items():
        monkeypatch.setenv(variable, folder)
    # A fixture for the whole session may have trusted its own identities; that must not reach other tests.
    monkeypatch.delenv("ASL_TRUST_DIR", raising=False)
    monkeypatch.delenv("ASL_DESKTOP_STATE", raising=False)
    return home


@pytest.fixture
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys be made in no time, in this process only: what takes half a second has a test of its own."""
    from asl_desktop.storage import keys

    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=64, passes=1, lanes=1))


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or worse; a test that expects one asks for ``caplog`` and looks at it."""
    if "caplog" in request.fixturenames:
        yield
        return
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    yield
    root.removeHandler(recorder)
    if recorder.lines:
        pytest.fail("unexpected log records:\n" + "\n".join(recorder.lines))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a Python thread running; threads that Qt started are Qt's own."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not _belongs_to_qt(thread)]
    for thread in left:
        thread.join(timeout=2)
    alive = [thread.name for thread in left if thread.is_alive()]
    if alive:
        pytest.fail(f"threads left running: {', '.join(alive)}")


def _belongs_to_qt(thread: threading.Thread) -> bool:
    return type(thread).__name__ == "_DummyThread"
