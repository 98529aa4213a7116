"""A small framework that tests of any part can use; everything in it is invented."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.interchange.pack_file import NO_LIBRARY, Library, read_library, read_pack

if TYPE_CHECKING:
    from asl_desktop.domain.pack import Pack

PACKS = Path(__file__).parent / "data" / "packs"
SMALL_PACK = PACKS / "small-policy-1.yaml"
SMALL_LIBRARY = PACKS / "library" / "shared.yaml"


@cache
def small_pack() -> Pack:
    """Two tracks with three standards each, three thresholds, and one or more of every other kind of item."""
    return read_pack(SMALL_PACK)


@cache
def small_library() -> Library:
    """One shared question (``SQ-1``) and one shared indicator (``shared``) of uncertain reading."""
    return read_library([SMALL_LIBRARY])


def changed_text(old: str, new: str) -> str:
    """Return the text of the small pack with one piece replaced; the piece must occur exactly once."""
    text = SMALL_PACK.read_text("utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times in the small pack: {old}"
    return text.replace(old, new)


def changed_pack(old: str, new: str, *, library: Library = NO_LIBRARY) -> Pack:
    """Read the small pack with one piece of its text replaced."""
    return read_pack(changed_text(old, new), library=library)
