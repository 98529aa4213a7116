"""The one way to the files that ship with the program; works from a checkout, a wheel and a frozen bundle."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath


def resource(path: str) -> Traversable:
    """Return the shipped file or folder at ``path``, relative to ``resources/`` and with forward slashes.

    Raises:
        ValueError: for an absolute path or one that climbs out of the folder.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise ValueError(f"not a path inside resources: {path!r}")
    found: Traversable = files("resources")
    for part in pure.parts:
        found = found.joinpath(part)
    return found


def read_bytes(path: str) -> bytes:
    """Return the bytes of a shipped file."""
    return resource(path).read_bytes()


def read_text(path: str) -> str:
    """Return a shipped UTF-8 text file."""
    return resource(path).read_text(encoding="utf-8")


def names(folder: str) -> tuple[str, ...]:
    """Return the names of what a shipped folder holds, sorted."""
    return tuple(sorted(item.name for item in resource(folder).iterdir()))
