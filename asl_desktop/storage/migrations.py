"""Numbered steps from one format to the next, in one transaction, after a backup.

Step ``n`` turns a file of format ``n`` into one of format ``n + 1``. Events are never migrated: readers understand
every event version there ever was. Nor are chunks: their table is frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlcipher3 import dbapi2

from asl_desktop.errors import FileNotUpgraded
from asl_desktop.files import put
from asl_desktop.storage import schema
from asl_desktop.storage.connection import RawConnection, connect, pragma
from asl_desktop.storage.copying import copy_connection, drop_part, part_beside
from asl_desktop.storage.troubles import unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import RecoveryKey

Step: TypeAlias = Callable[[Any], None]

STEPS: Mapping[int, Step] = {}


def version_of(path: Path, *, key: RecoveryKey | None = None) -> int:
    """Return the format version of a file without changing it.

    Raises:
        FileDamaged: when it cannot be read; a journal to be played back first counts as that.
        PassphraseWrong: when the key does not open it.
    """
    try:
        raw = connect(path, key, mode="ro")
        try:
            return int(pragma(raw, "user_version"))
        finally:
            raw.close()
    except (dbapi2.Error, MemoryError) as error:
        raise unreadable(error, path, key) from error


def bring_up_to_date(
    path: Path,
    *,
    key: RecoveryKey | None = None,
    steps: Mapping[int, Step] = STEPS,
    target: int = schema.FORMAT,
    differences: Callable[[RawConnection], tuple[str, ...]] = schema.differences,
) -> Path | None:
    """Migrate a file to format ``target`` and return where its backup is; None when there was nothing to do.

    The caller holds the lock. The file is either migrated as a whole or as it was; the backup stays.

    Raises:
        FileDamaged: when the file cannot be read.
        PassphraseWrong: when the key does not open it.
        FileNotUpgraded: when a step is missing or fails; the file is as it was.
    """
    try:
        raw = connect(path, key)
    except (dbapi2.Error, MemoryError) as error:
        raise unreadable(error, path, key) from error
    try:
        version = int(pragma(raw, "user_version"))
        _require_steps(path, version, target, steps=steps)
        backup = _back_up(raw, path, version, key=key) if version < target else None
        if backup is not None:
            _upgrade(raw, version, target, steps=steps, differences=differences)
    except _StepError as error:
        raise FileNotUpgraded(path=str(path), version=version, backup=str(backup), detail=str(error)) from error
    except (dbapi2.Error, MemoryError) as error:
        raise unreadable(error, path, None) from error
    finally:
        raw.close()
    return backup


class _StepError(Exception):
    """A step failed, or left the file in a state that must not be kept."""


def _require_steps(path: Path, version: int, target: int, *, steps: Mapping[int, Step]) -> None:
    for number in range(version, target):
        if number not in steps:
            detail = f"this program has no step from format {number} to {number + 1}"
            raise FileNotUpgraded(path=str(path), version=version, detail=detail)


def _back_up(raw: RawConnection, path: Path, version: int, *, key: RecoveryKey | None) -> Path:
    backup = path.with_name(f"{path.name}.format-{version}.bak")
    part = part_beside(backup)
    try:
        copy_connection(raw, part, key=key)
        put(part, backup)
    except BaseException:
        drop_part(part)
        raise
    return backup


def _upgrade(
    raw: RawConnection,
    version: int,
    target: int,
    *,
    steps: Mapping[int, Step],
    differences: Callable[[RawConnection], tuple[str, ...]],
) -> None:
    raw.execute("PRAGMA foreign_keys=OFF")  # ignored inside a transaction, so before it
    raw.execute("BEGIN EXCLUSIVE")
    try:
        for number in range(version, target):
            _take(raw, number, steps[number])
        _require_sound(raw, differences)
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


def _take(raw: RawConnection, number: int, step: Step) -> None:
    try:
        step(raw)
    except dbapi2.Error as error:
        raise _StepError(f"step {number}: {error}") from error
    raw.execute(f"PRAGMA user_version={number + 1}")


def _require_sound(raw: RawConnection, differences: Callable[[RawConnection], tuple[str, ...]]) -> None:
    dangling = raw.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        raise _StepError(f"{len(dangling)} rows would point nowhere")
    different = differences(raw)
    if different:
        raise _StepError("the result is not what a new file looks like: " + "; ".join(different))
