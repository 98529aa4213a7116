"""The one way to the files under ``resources/``.

Names are relative and use forward slashes (``frameworks/library/questions.yaml``). ``resources`` is an ordinary
package, so the files sit beside this program in the source tree, in the wheel and in the frozen bundle alike.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def resource_path(name: str) -> Path:
    """Return the place of a resource on disk, whether or not it exists.

    Raises:
        ValueError: for an absolute name, one with a drive or backslash, or one that climbs with ``..``.
    """
    pure = PurePosixPath(name)
    if not name or pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError(f"not a resource name: {name!r}")
    return _root().joinpath(*pure.parts)


def read_bytes(name: str) -> bytes:
    """Return the bytes of a resource.

    Raises:
        ValueError: for a name that leaves the resources.
        FileNotFoundError: when this installation has no such resource.
    """
    return resource_path(name).read_bytes()


def read_text(name: str) -> str:
    """Return the UTF-8 text of a resource; raises what :func:`read_bytes` raises."""
    return read_bytes(name).decode("utf-8")


def list_names(folder: str, suffix: str) -> tuple[str, ...]:
    """Return the sorted names of the files directly in ``folder`` that end in ``suffix``, ready for :func:`read_text`.

    A folder that does not exist has none.
    """
    place = resource_path(folder)
    if not place.is_dir():
        return ()
    found = (entry for entry in place.iterdir() if entry.is_file() and entry.name.endswith(suffix))
    return tuple(sorted(f"{PurePosixPath(folder) / entry.name}" for entry in found))


def _root() -> Path:
    package: Traversable = files("resources")
    if not isinstance(package, Path):
        raise TypeError("resources must be unpacked files: a zipped installation is not supported")
    return package
