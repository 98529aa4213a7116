"""The process in which evidence is opened: bytes come in by one pipe, raw pixels or plain text go out by another.

It has no window, no network and no way to change a file, and it does not live longer than some seconds.
"""

from __future__ import annotations

import sys
from typing import Protocol

from ui.preview import walls
from ui.preview.protocol import MAX_BYTES, Reason, Request, Shown, refused

FLAG = "--preview-worker"


def main(arguments: list[str]) -> int:
    """Show one page of what is read from standard input."""
    request = Request.read(arguments)
    sys.stdout.buffer.write(_answer(request).packed())
    sys.stdout.buffer.flush()
    return 0


class Shower(Protocol):
    """A module of this package that shows one kind of content."""

    def load(self) -> None:
        """Load everything that it needs, before the last wall stands."""

    def show(self, data: bytes, request: Request) -> Shown:
        """Show one page, or say why not."""


def _shower(content: str) -> Shower:
    """Import only what shows this content, so that a text is not kept waiting for a PDF library."""
    if content == "pages":
        from ui.preview import pages

        return pages
    if content == "pictures":
        from ui.preview import pictures

        return pictures
    if content == "archives":
        from ui.preview import archives

        return archives
    from ui.preview import texts

    return texts


def _answer(request: Request) -> Shown:
    try:
        walls.limit()
        shower = _shower(request.content)
        shower.load()
        walls.shut()
    except walls.WallsMissingError:
        return refused(Reason.NO_WALLS)
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return refused(Reason.TOO_LARGE)
    try:
        return shower.show(data, request)
    except MemoryError:
        return refused(Reason.MEMORY)
