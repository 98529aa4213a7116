"""What a file looks like from outside: nothing in it is run, nothing is trusted, nothing is changed."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.errors import FileDamaged, FileMissing, FileNotAssessment, FileTampered
from asl_desktop.files import open_ordinary
from asl_desktop.storage import schema
from asl_desktop.storage.connection import PAGE_SIZE
from asl_desktop.storage.keys import SALT_BYTES
from asl_desktop.storage.open_here import OPEN_HERE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OPEN_HERE", "Outside", "look_at"]

_MAGIC = b"SQLite format 3\x00"
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""A journal starts with it; one that also ends with it belongs to a transaction over several files."""
_HEADER = 100
_UNLIKELY = 450.0
"""Chi-square over 256 values: an encrypted page stays below it but for one in 10^12, text and tables are far above."""
_LOOKS = 3
"""Each is microseconds long; to come thrice between two writes of another program takes bad luck beyond reckoning."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What can be told of a file without opening it.

    Attributes:
        salt: what an encrypted file starts with; empty for a plain one.
    """

    salt: bytes = b""

    @property
    def encrypted(self) -> bool:
        """Whether the file looks like an encrypted assessment; only its key can tell for sure."""
        return bool(self.salt)


def settled(path: Path) -> Path:
    """Return the whole path of a file, links followed.

    Raises:
        FileNotAssessment: links that lead round in a circle, a name that no file can have, an unknown home.
    """
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise FileNotAssessment(path=str(path), detail="the name does not lead to any file") from error


def look_at(path: Path) -> Outside:
    """Tell a plain assessment from one that may be encrypted, and refuse what can be neither.

    Raises:
        FileMissing, FileNotAssessment, FileDamaged, FileTampered: each names what it saw.
    """
    try:
        info = path.stat()
    except FileNotFoundError as error:
        raise FileMissing(path=str(path)) from error
    except OSError as error:
        raise FileNotAssessment(path=str(path), detail=error.strerror or str(error)) from error
    if stat.S_ISDIR(info.st_mode):
        raise FileNotAssessment(path=str(path), detail="it is a folder")
    if not stat.S_ISREG(info.st_mode):
        raise FileNotAssessment(path=str(path), detail="it is a device or a pipe, not a file")
    if info.st_size == 0:
        raise FileNotAssessment(path=str(path), detail="it is empty")
    _look_beside(path)
    return OPEN_HERE.look(path) or _look_inside(path)


def _look_beside(path: Path) -> None:
    """Refuse a file beside which something lies that SQLite would take for a part of it and we never make.

    A planted log or journal is played into the file, wherever it comes from.
    """
    for suffix in ("-wal", "-shm"):
        if os.path.lexists(path.with_name(path.name + suffix)):
            raise FileTampered(path=str(path), detail=f"{path.name}{suffix} of another program lies beside it")
    journal = path.with_name(path.name + "-journal")
    try:
        info = journal.lstat()
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise FileTampered(path=str(path), detail=f"{journal.name} beside it is not an ordinary file of its own")
        with open_ordinary(journal) as file:
            file.seek(max(0, info.st_size - len(_JOURNAL_MAGIC)))
            if info.st_size > _HEADER and file.read(len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC:
                raise FileTampered(path=str(path), detail=f"{journal.name} beside it points to other files")
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileNotAssessment(path=str(path), detail=f"{journal.name} beside it cannot be read") from error


def is_hot(journal: Path) -> bool:
    """Say whether SQLite may play this journal back."""
    with open_ordinary(journal) as file:
        return file.read(len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC


def _look_inside(path: Path) -> Outside:
    try:
        page, size = _first_page_and_size(path)
    except OSError as error:
        raise FileNotAssessment(path=str(path), detail=error.strerror or str(error)) from error
    if not page.startswith(_MAGIC[: len(page)]) or len(page) < len(_MAGIC):
        return _look_at_ciphertext(path, page, size)
    if len(page) < _HEADER:
        raise FileDamaged(path=str(path), detail=f"only {size} bytes are left of it")
    if int.from_bytes(page[68:72], "big") != schema.APPLICATION_ID:
        raise FileNotAssessment(path=str(path), detail="it is a SQLite file of another program")
    if page[18:20] != b"\x01\x01":
        raise FileTampered(path=str(path), detail="its journal mode was changed")
    if _is_cut_off(page, size) and not _has_journal(path):
        raise FileDamaged(path=str(path), detail=f"{size} bytes are left of {_said_size(page)}")
    return Outside()


def _first_page_and_size(path: Path) -> tuple[bytes, int]:
    """Return the first page, which says how large the file is, and its size.

    Another program may be saving between the one look and the other. A file that seems cut off is looked at again.
    """
    for _ in range(_LOOKS):
        with open_ordinary(path) as file:
            page, size = file.read(PAGE_SIZE), os.fstat(file.fileno()).st_size
        if not _is_cut_off(page, size) or _has_journal(path):
            break
    return page, size


def _said_size(page: bytes) -> int:
    return int.from_bytes(page[28:32], "big") * int.from_bytes(page[16:18], "big")


def _is_cut_off(page: bytes, size: int) -> bool:
    return size < _said_size(page) if page.startswith(_MAGIC) else size % PAGE_SIZE != 0


def _look_at_ciphertext(path: Path, page: bytes, size: int) -> Outside:
    if len(page) < PAGE_SIZE or _unevenness(page) > _UNLIKELY:
        raise FileNotAssessment(path=str(path), detail="its first bytes are those of some other kind of file")
    if _is_cut_off(page, size) and not _has_journal(path):
        detail = f"it looks encrypted, but {size} bytes are no whole number of pages; it may have been cut off"
        raise FileNotAssessment(path=str(path), detail=detail)
    return Outside(salt=page[:SALT_BYTES])


def _unevenness(data: bytes) -> float:
    """Return the chi-square of the counts of byte values against equal counts."""
    expected, counts = len(data) / 256, Counter(data)
    return sum((counts[value] - expected) ** 2 for value in range(256)) / expected


def _has_journal(path: Path) -> bool:
    journal = path.with_name(path.name + "-journal")
    return journal.exists() and journal.stat().st_size > 0
