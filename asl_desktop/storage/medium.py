"""What a medium can hold: some file systems of sticks and cameras take no file of 4 GiB or more."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from asl_desktop.errors import FileTooLarge

if TYPE_CHECKING:
    from pathlib import Path

FAT_LARGEST = 4 * 1024**3 - 1
"""Bytes of the largest file that FAT holds."""

_FAT = frozenset({"vfat", "msdos", "fat", "fat12", "fat16", "fat32"})


def require_holdable(target: Path, size: int) -> None:
    """Refuse to start writing a file that the medium could not hold however empty it is.

    Raises:
        FileTooLarge: names the limit. Nothing is raised where the file system cannot be told.
    """
    if size > FAT_LARGEST and file_system(target.parent).lower() in _FAT:
        raise FileTooLarge(path=str(target), needed=size)


def file_system(folder: Path) -> str:
    """Return what the system calls the file system that a folder lies on; empty where it does not say."""
    if sys.platform == "linux":
        return _linux(folder)
    if sys.platform == "win32":
        return _windows(folder)
    return ""


def _linux(folder: Path) -> str:
    try:
        device = folder.stat().st_dev
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:  # noqa: PTH123 - no path of ours
            lines = mounts.read().splitlines()
    except OSError:
        return ""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in lines:
        before, _, after = line.partition(" - ")
        if before.split(" ")[2:3] == [wanted]:
            return after.split(" ", 1)[0]
    return ""


def _windows(folder: Path) -> str:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined, unused-ignore]
    root, name = ctypes.create_unicode_buffer(1024), ctypes.create_unicode_buffer(64)
    if not kernel.GetVolumePathNameW(str(folder), root, len(root)):
        return ""
    if not kernel.GetVolumeInformationW(root.value, None, 0, None, None, None, name, len(name)):
        return ""
    return name.value
