"""What the tests of the real window on a real X server share: patience, and a look at what is on disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import UserError
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Secret

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


def wait_for(what: str, condition: Callable[[], bool], *, every: float = 0.1) -> None:
    """Wait until something outside this process is so."""
    pause = threading.Event()
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s for {what}"
        pause.wait(every)


def answers_on_disk(path: Path, secret: Secret | None = None) -> dict[str, Answer]:
    try:
        with Document.open(path, read_only=True, secret=secret) as document:
            return dict(document.inputs().answer_by_question)
    except UserError:
        return {}
