"""A process per step that handles something hostile, with bounded memory, watched from outside.

The processes are forked from a server that has everything loaded, so that starting one costs next to nothing.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PATIENCE_SECONDS = 5.0
_WALL = 6.0
_HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
MEMORY_BYTES = 500 * 1024 * 1024
_ROOM_BYTES = 1024 * 1024 * 1024
_MOST_WRITTEN = 1024 * 1024 * 1024
_EXECUTING = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"})
_TALKING = frozenset({"socket.connect", "socket.bind", "socket.getaddrinfo"})

Step: TypeAlias = tuple[str, Callable[..., int], tuple[Any, ...]]
"""What it is called, what to call, with which arguments; the answer is an exit status."""


@dataclass(slots=True)
class Outcome:
    """What came of one step.

    Attributes:
        status: what it returned; None when it did not come back.
        seconds: of computing. Not of waiting: the machine may have other things to do, and whoever waits for ever is
            stopped.
        text: what it printed, on either stream.
        peak: largest resident size of the process until then, in bytes.
        executed: programs and connections that it tried to start.
        end: empty when the step came back, else how its process ended: ``hang`` or ``signal N``.
    """

    step: str
    status: int | None = None
    seconds: float = 0.0
    text: str = ""
    peak: int = 0
    executed: tuple[str, ...] = ()
    end: str = ""


class Jail:
    """Runs steps, each in a fresh process."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["torture.jail_preload"])

    def run(self, step: Step, home: Path, *, patience: float = PATIENCE_SECONDS) -> Outcome:
        """Do one step with a folder of its own for everything that is kept per person.

        It is stopped after several times its ``patience``, in seconds: the machine may have other things to do.
        """
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_serve, args=(theirs, step, str(home)), daemon=True)
        process.start()
        theirs.close()
        outcome = Outcome(step[0], end="hang")
        try:
            if ours.poll(_WALL * patience):
                with contextlib.suppress(EOFError):
                    outcome = ours.recv()
            else:
                process.kill()
            process.join()
            if outcome.end == "hang" and process.exitcode not in {0, -signal.SIGKILL}:
                outcome.end = f"signal {-(process.exitcode or 0)}"
        finally:
            ours.close()
            process.close()
        return outcome


def _serve(pipe: Connection, step: Step, home: str) -> None:
    os.environ.update(dict.fromkeys(_HOMES, home))
    executed: list[str] = []
    sys.addaudithook(lambda event, args: _watch(executed, event, args))
    _bound()
    scratch = Path(home) / f"out-{os.getpid()}"
    name, call, arguments = step
    before = time.process_time()
    status, text = _captured(call, arguments, scratch)
    scratch.unlink(missing_ok=True)
    used = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send(Outcome(name, status, time.process_time() - before, text, used.ru_maxrss * 1024, tuple(executed)))


def _watch(executed: list[str], event: str, args: tuple[Any, ...]) -> None:
    if event in _EXECUTING or (event in _TALKING and not isinstance(args[-1], str | bytes)):
        executed.append(f"{event} {args[:1]!r}"[:200])


def _bound() -> None:
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _ROOM_BYTES, used + _ROOM_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _captured(call: Callable[..., int], arguments: tuple[Any, ...], scratch: Path) -> tuple[int, str]:
    """Call with both output streams going to a file, below Python too."""
    handle = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), "utf-8", "backslashreplace", write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), "utf-8", "backslashreplace", write_through=True)
    try:
        status = call(*arguments)
    except BaseException as error:  # noqa: BLE001 - whatever comes out is the finding
        status = 70
        print(f"{type(error).__module__}.{type(error).__qualname__}: {error}"[:2000], file=sys.stderr)
        import traceback

        traceback.print_exc(limit=-6)
    with contextlib.suppress(ValueError, OSError):
        sys.stdout.flush()
    return status, scratch.read_text("utf-8", "backslashreplace")
