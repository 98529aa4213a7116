"""Starts the preview process, hands it the bytes, and believes nothing of what comes back until it was checked."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from asl_desktop.i18n import mark, tr
from ui.preview.kinds import content_of
from ui.preview.protocol import MAX_BYTES, MAX_TEXT_BYTES, Reason, Request, Shown, most_answer, refused, unpacked
from ui.preview.worker import FLAG

if TYPE_CHECKING:
    from asl_desktop.progress import Progress
    from asl_desktop.storage.document import Document

WALL_SECONDS = 5.5
"""The process is killed when it has not answered after this long, whatever it does."""
_TICK = 0.05
_PIECE = 64 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_START = mark("import sys; sys.path.insert(0, sys.argv.pop(1)); from ui.preview.worker import main; main(sys.argv[1:])")


def preview(document: Document, sha256: str, *, size: int, request: Request, progress: Progress) -> Shown:
    """Show one page of a piece of evidence; takes up to six seconds and belongs off the window's thread.

    The bytes go from the document to the process through memory and a pipe, never to a disk.

    Raises:
        EvidenceMissing, FileDamaged: the bytes are not there, or not what their digest says.
        Cancelled: the person looks at something else by now; the process is gone.
    """
    from asl_desktop.errors import FileDamaged
    from asl_desktop.services.evidence import read_beginning

    small = size <= MAX_BYTES
    held = read_beginning(document, sha256, most=MAX_BYTES if small else MAX_TEXT_BYTES, progress=progress)
    if small and not held.whole:
        raise FileDamaged(
            path=str(document.path), detail=tr("evidence {sha256} is longer than it was").format(sha256=sha256)
        )
    content = content_of(held.data)
    if content == "nothing":
        return refused(Reason.EMPTY)
    if content == "packed":
        return refused(Reason.NO_KIND)
    if content != "texts" and not held.whole:
        return refused(Reason.TOO_LARGE)
    return ask(held.data, replace(request, content=content, whole=held.whole), progress=progress)


def ask(data: bytes, request: Request, *, progress: Progress, seconds: float = WALL_SECONDS) -> Shown:
    """Let a new process show bytes, and kill it when it takes too long or somebody cancels.

    Raises:
        Cancelled: somebody asked to stop.
    """
    if os.name != "posix":
        return refused(Reason.NO_WALLS)
    child = subprocess.Popen(  # noqa: S603 - our own program, with arguments that are numbers and a short word
        [*command(), *request.arguments()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # a terminal that started the window is none of its business
        env={"LC_ALL": tr("C.UTF-8")},
    )
    try:
        answer = _talk(child, data, end=time.monotonic() + seconds, progress=progress)
        status = child.wait(timeout=1) if answer is not None and len(answer) <= most_answer() else None
    except subprocess.TimeoutExpired:
        answer = status = None
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _close(pipe)
    if answer is None:
        return refused(Reason.TIMED_OUT)
    if status:
        return refused(Reason.DIED, abs(status))
    try:
        return unpacked(answer)
    except ValueError:
        return refused(Reason.GARBLED)


def command() -> list[str]:
    """Return how the preview process is started, from source and from a bundle."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    return [sys.executable, "-I", "-B", "-c", tr(_START), str(_ROOT)]


def _talk(child: subprocess.Popen[bytes], data: bytes, *, end: float, progress: Progress) -> bytes | None:
    """Send the bytes and collect the answer; None when time is up."""
    assert child.stdin is not None
    assert child.stdout is not None
    left, answer = memoryview(data), bytearray()
    for pipe in (child.stdin, child.stdout):
        os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdin, selectors.EVENT_WRITE)
        selector.register(child.stdout, selectors.EVENT_READ)
        while selector.get_map():
            progress.check()
            if time.monotonic() > end:
                return None
            for key, _ in selector.select(_TICK):
                if key.fileobj is child.stdin:
                    left = _sent(child.stdin, left)
                    if not left:
                        selector.unregister(child.stdin)
                        _close(child.stdin)
                else:
                    piece = os.read(child.stdout.fileno(), _PIECE)
                    answer += piece
                    if not piece or len(answer) > most_answer():
                        return bytes(answer)
    return bytes(answer)


def _sent(pipe: IO[bytes], left: memoryview) -> memoryview:
    """Send what the pipe takes; nothing is left to be sent to a process that has stopped listening."""
    try:
        return left[os.write(pipe.fileno(), left[:_PIECE]) :]
    except BrokenPipeError:
        return left[:0]


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return
