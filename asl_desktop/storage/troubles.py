"""From what the driver says to what a person can act on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import sqlalchemy.exc
from sqlcipher3 import dbapi2

from asl_desktop.errors import AslError, DiskFull, FileDamaged, PassphraseWrong, SaveFailed, ValueRefused

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.errors import UserError
    from asl_desktop.storage.keys import RecoveryKey

_NOT_A_DATABASE = "not a database"
_DAMAGE = ("malformed", _NOT_A_DATABASE, "Could not decode to UTF-8", "interrupted")
_NO_MEMORY = "reading it takes more memory than any assessment needs"
_NO_END = "reading it takes more work than any assessment needs"


def unreadable(error: dbapi2.Error | MemoryError, path: Path, key: RecoveryKey | None) -> UserError:
    """Return what to say of a file that the driver could not connect to.

    The first page of an encrypted file proves the key: while it does not open, key and damage cannot be told apart.
    """
    if key is not None and _NOT_A_DATABASE in str(error):
        return PassphraseWrong(path=str(path))
    return FileDamaged(path=str(path), detail=_detail(error))


def _detail(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    return _NO_END if str(error) == "interrupted" else str(error)


def free_bytes(path: Path) -> int:
    """Return how many bytes the medium that holds ``path`` still takes, 0 when it does not say."""
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 0


def trouble_of(error: BaseException, path: Path, *, needed: int = 0) -> BaseException:
    """Return the error to raise for one that came out of a transaction; bugs come back unchanged."""
    if isinstance(error, AslError):
        return error
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None else error
    text = str(cause)
    if not isinstance(cause, dbapi2.Error | MemoryError):
        return error
    if "is full" in text:
        trouble: AslError = DiskFull(path=str(path), needed=needed, free=free_bytes(path))
    elif isinstance(cause, dbapi2.IntegrityError) and "CHECK" in text:
        trouble = ValueRefused(field=text.rpartition(": ")[2], problem="the file format does not allow this value")
    elif isinstance(cause, MemoryError) or any(sign in text for sign in _DAMAGE):
        trouble = FileDamaged(path=str(path), detail=_detail(cause))
    elif isinstance(cause, dbapi2.OperationalError):
        trouble = SaveFailed(path=str(path), detail=text)
    else:
        return error
    trouble.__cause__ = error
    return trouble
