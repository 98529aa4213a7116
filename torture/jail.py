"""A process per hostile thing, with bounded memory, that says what it is about to do before it does it.

The processes are forked from a server that has everything loaded, so that starting one costs next to nothing.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PATIENCE_SECONDS = 5.0
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
        seconds: how long it took; the time until it was stopped when it did not come back.
        text: what it printed, on either stream.
        peak: largest resident size of the process until then, in bytes.
        executed: programs and connections that it tried to start.
        end: how the process ended when the step did not come back: ``hang`` or ``signal N``.
    """

    step: str
    status: int | None = None
    seconds: float = 0.0
    text: str = ""
    peak: int = 0
    executed: tuple[str, ...] = field(default=())
    end: str = ""


class Jail:
    """Runs steps one after the other in a fresh process; a new one goes on where one had to be stopped."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["torture.jail_preload"])

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Return one outcome per step."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(steps):
            outcomes += self._run_some(steps[len(outcomes) :])
        return outcomes

    def _run_some(self, steps: Sequence[Step]) -> list[Outcome]:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_serve, args=(theirs, list(steps), self._environment), daemon=True)
        process.start()
        theirs.close()
        outcomes: list[Outcome] = []
        try:
            for name, _, _ in steps:
                outcome = _await(ours, name)
                outcomes.append(outcome)
                if outcome.status is None:
                    break
        finally:
            if outcomes and outcomes[-1].end == "hang":
                process.kill()
            process.join(PATIENCE_SECONDS)
            if outcomes and outcomes[-1].status is None and not outcomes[-1].end:
                outcomes[-1].end = f"signal {-(process.exitcode or 0)}"
            process.close()
            ours.close()
        return outcomes


def _await(pipe: Connection, name: str) -> Outcome:
    began = time.monotonic()
    # Starting the process and loading what the first step needs are not the step's own time.
    for patience in (PATIENCE_SECONDS * 4, PATIENCE_SECONDS * 2):
        if not pipe.poll(patience):
            return Outcome(name, seconds=time.monotonic() - began, end="hang")
        try:
            said = pipe.recv()
        except EOFError:
            return Outcome(name, seconds=time.monotonic() - began)
        if isinstance(said, Outcome):
            return said
    return Outcome(name, seconds=time.monotonic() - began)


def _serve(pipe: Connection, steps: list[Step], environment: dict[str, str]) -> None:
    os.environ.update(environment)
    executed: list[str] = []
    sys.addaudithook(lambda event, args: _watch(executed, event, args))
    _bound()
    scratch = Path(environment["ASL_JAIL"]) / f"out-{os.getpid()}"
    for name, call, arguments in steps:
        pipe.send(name)
        began = time.monotonic()
        status, text = _captured(call, arguments, scratch)
        outcome = Outcome(name, status=status, seconds=time.monotonic() - began, text=text, peak=_peak())
        outcome.executed = tuple(executed)
        executed.clear()
        pipe.send(outcome)
    scratch.unlink(missing_ok=True)


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


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
