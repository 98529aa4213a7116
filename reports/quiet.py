"""Keep the signing library's log to ourselves: what it finds is reported as problems and errors, in our words."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGERS = ("pyhanko", "pyhanko_certvalidator")


@contextlib.contextmanager
def library_silenced() -> Iterator[None]:
    """Silence the library's loggers inside; it logs whole tracebacks for files that are merely not in order."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
