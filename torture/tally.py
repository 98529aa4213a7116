"""What a harness counts, where it works, and how it says at once what went wrong."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Scale: TypeAlias = Literal["small", "full"]

ROOT = Path(__file__).resolve().parents[1]

MUST_BE_ZERO = (
    "lost",
    "corrupt",
    "undetected",
    "hangs",
    "overwrites",
    "leftovers",
    "bloated",
    "unclear",
    "disagreements",
    "misnamed",
    "controls_unbroken",
    "crashes",
    "executed",
)
"""Counts that fail a run. ``bloated``: memory that grew with the size of a file; ``controls_unbroken``: a control that
should have broken and did not, so that its harness proves nothing; ``unclear``: a failure that came out as anything but
a sentence for a person; ``disagreements``: between the program and the outsider's script."""


class Tally:
    """Counts of one harness; what must not happen is also printed where it happens."""

    def __init__(self, name: str, *, quiet: bool = False) -> None:
        self.name = name
        self._quiet = quiet
        self._counts: Counter[str] = Counter()

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count; a count of 0 shows as 0."""
        self._counts[what] += number

    def fail(self, what: str, sentence: str) -> None:
        """Add one to a count that must stay 0, and say why."""
        self._counts[what] += 1
        if not self._quiet:
            self.say(f"{what}: {sentence}")

    def add(self, other: Tally) -> None:
        """Add the counts of another tally."""
        self._counts.update(other.result())

    def say(self, sentence: str) -> None:
        """Tell how far it has come."""
        print(f"{self.name}: {sentence}", file=sys.stderr, flush=True)

    def __getitem__(self, what: str) -> int:
        return self._counts[what]

    @property
    def failed(self) -> bool:
        """Whether anything happened that must not."""
        return any(self._counts[what] for what in MUST_BE_ZERO)

    def result(self) -> dict[str, int]:
        """Return every count."""
        return dict(self._counts)


@contextmanager
def workplace(tally: Tally) -> Iterator[Path]:
    """Give a fresh folder inside the build folder, which stays when something failed.

    The system's temporary folder may be memory, where nothing is ever in danger.
    """
    build = ROOT / "build" / "torture"
    build.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{tally.name}-", dir=build))
    try:
        yield folder
    except BaseException:
        tally.say(f"stopped; what it worked on is in {folder}")
        raise
    if tally.failed:
        tally.say(f"what it worked on is in {folder}")
    else:
        shutil.rmtree(folder)
