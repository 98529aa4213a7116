"""Media that a harness makes, fills, takes away and puts back; only the administrator of a Linux system may."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class MountingImpossibleError(Exception):
    """This process may not mount anything."""


@contextmanager
def medium(place: Path, *, mib: int = 64) -> Iterator[Path]:
    """Mount an empty file system in memory over a folder, until the end of the block.

    Raises:
        MountingImpossibleError: with the reason.
    """
    place.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(place))
    try:
        yield place
    finally:
        take_out(place)


@contextmanager
def stick(place: Path, contents: Path) -> Iterator[Path]:
    """Show a folder at another place, like a medium that can be taken out and put in again.

    Raises:
        MountingImpossibleError: with the reason.
    """
    place.mkdir(parents=True)
    contents.mkdir(parents=True, exist_ok=True)
    put_in(place, contents)
    try:
        yield place
    finally:
        take_out(place)


def put_in(place: Path, contents: Path) -> None:
    """Put a stick in."""
    _mount("--bind", str(contents), str(place))


def take_out(place: Path) -> None:
    """Take a medium away, whoever has files open on it."""
    subprocess.run(["umount", "-l", place], check=True)


def resize(place: Path, *, mib: int) -> None:
    """Make room on a medium in memory."""
    _mount("-o", f"remount,size={mib}m", str(place))


def protect(place: Path) -> None:
    """Make a medium in memory read-only."""
    _mount("-o", "remount,ro", str(place))


def _mount(*arguments: str) -> None:
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        raise MountingImpossibleError("only the administrator of a Linux system may mount a medium")
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if done.returncode:
        raise MountingImpossibleError(done.stderr.decode().strip())
