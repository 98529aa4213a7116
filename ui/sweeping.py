"""When Python looks for garbage in circles: never through a whole framework while somebody types.

One such look takes time in proportion to everything alive: 60 ms for the program alone, several hundred with a large
assessment, on whichever thread happens to start it, with the interpreter held. What an open document is made of lives
as long as the document does; looking at it again and again finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Look for no garbage while much is read that stays."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def keep_aside() -> None:
    """Look no more at what is alive now, until :func:`take_in_again`."""
    gc.freeze()


def take_in_again() -> None:
    """Look at everything again, since a document was put away."""
    gc.unfreeze()
