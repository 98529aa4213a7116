"""What a hostile case is, and the place it is made in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

OPENS = ""
"""Said by a case that opens: what is wrong with it is harmless, or shows elsewhere."""

NAME = "case.asl"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a case is made.

    Attributes:
        path: the document, a healthy one to begin with.
        victims: a folder outside of its own, which nothing may touch.
        foreign: another healthy document, in a folder of its own.
    """

    path: Path
    victims: Path
    foreign: Path

    def beside(self, suffix: str) -> Path:
        """Return what lies beside the document under its name and a suffix."""
        return self.path.with_name(self.path.name + suffix)


Prepare: TypeAlias = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile document.

    Attributes:
        prepare: turns the healthy document of a scene into it.
        reading: pattern of the sentence that opening it for reading gives, :data:`OPENS` when it opens.
        writing: the same for writing.
        checked: pattern of what ``asl check`` says about it, where that is more than the refusal to open.
        changes: opening it for writing may rightly change it (a save is rolled back, leftovers are cleared away).
        full: only at full scale.
        sealed: it is encrypted, with a passphrase that whoever opens it knows.
    """

    prepare: Prepare
    reading: str
    writing: str
    checked: str = ""
    changes: bool = False
    full: bool = False
    sealed: bool = False


def refused(prepare: Prepare, said: str, *, full: bool = False) -> Case:
    """Return a case that opens neither way, for the same reason."""
    return Case(prepare, said, said, full=full)


def opens(prepare: Prepare, *, checked: str = "", changes: bool = False, full: bool = False) -> Case:
    """Return a case that opens both ways, and what is then found out about it."""
    return Case(prepare, OPENS, OPENS, checked=checked, changes=changes, full=full)
