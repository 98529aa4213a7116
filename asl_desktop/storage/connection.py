"""Connections to the file: one driver for plain and encrypted files, every setting set and read back.

The driver is SQLCipher's; without a key it reads and writes ordinary SQLite files.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import sqlalchemy.exc
from sqlalchemy import Connection as CoreConnection
from sqlalchemy import Engine, StaticPool, create_engine, event
from sqlcipher3 import dbapi2

from asl_desktop.storage.keys import keep_out_of_dumps
from asl_desktop.storage.schema import TRIGGER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import RecoveryKey

RawConnection: TypeAlias = Any
Mode: TypeAlias = Literal["ro", "rw", "rwc"]

PAGE_SIZE = 8192
BUSY_SECONDS = 30.0
CACHE_KIB = 32_000
OPERATIONS = 20_000_000
"""Of SQLite's virtual machine, for one look at the file: some ten times what a large assessment needs."""
_SETTLING = 200_000
_BUDGET_STEP = 10_000
HEAP_BYTES = 256 * 1024 * 1024
"""All memory that SQLite may take in this process, whatever a file asks for; an open document has two caches."""

_SETTINGS: tuple[tuple[str, str, object], ...] = (
    ("hard_heap_limit", str(HEAP_BYTES), HEAP_BYTES),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("mmap_size", "0", 0),
    ("temp_store", "MEMORY", 2),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
    ("cache_size", str(-CACHE_KIB), -CACHE_KIB),
    ("synchronous", "EXTRA", 3),
    ("locking_mode", "NORMAL", "normal"),
    ("journal_mode", "DELETE", "delete"),
)
_FREE_PRAGMAS = frozenset(
    {"incremental_vacuum", "quick_check", "integrity_check", "cipher_integrity_check", "foreign_key_check"}
    | {"table_info", "table_xinfo"}
)
_READ_PRAGMAS = frozenset(
    {"application_id", "user_version", "page_size", "page_count", "freelist_count", "data_version", "auto_vacuum"}
    | {"encoding", "read_uncommitted", "query_only"}
    | {name for name, _, _ in _SETTINGS}
)
_FUNCTIONS = frozenset(
    {
        "coalesce",
        "count",
        "json_array_length",
        "json_valid",
        "length",
        "likelihood",
        "max",
        "min",
        "octet_length",
        "raise",
        "replace",
        "sum",
        "typeof",
    }
)
_WITHIN = TRIGGER_NAMES | {"counting"}
"""What may be at work within a statement: our triggers, and the part of our queries that has a name."""
_ACTIONS = frozenset(
    {
        dbapi2.SQLITE_SELECT,
        dbapi2.SQLITE_READ,
        dbapi2.SQLITE_RECURSIVE,
        dbapi2.SQLITE_INSERT,
        dbapi2.SQLITE_UPDATE,
        dbapi2.SQLITE_DELETE,
        dbapi2.SQLITE_TRANSACTION,
    }
)


class SettingRefusedError(dbapi2.DatabaseError):  # type: ignore[misc] # the driver has no types
    """The file did not take a setting that the promises of this program depend on."""


def connect(path: Path, key: RecoveryKey | None = None, *, mode: Mode = "rw") -> RawConnection:
    """Open one connection with every setting in place and read back.

    Args:
        path: the file; it must exist, or with ``rwc`` must not exist.
        key: key of an encrypted file, None for a plain one.
        mode: ``ro`` reads only, ``rw`` writes an existing file, ``rwc`` lays out a new one for its owner alone.

    Raises:
        sqlcipher3.dbapi2.DatabaseError: when the file cannot be opened, is not a database or has another key.
        SettingRefusedError: when a setting reads back differently.
    """
    if key is not None:
        keep_out_of_dumps()
    if mode == "rwc":
        claim(path)
    raw = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        cached_statements=256,
    )
    try:
        with budget(raw, _SETTLING):  # reading the schema is the first thing that a hostile file can make long
            _settle(raw, key, mode=mode)
    except UnicodeDecodeError as error:  # the driver stumbles over the name that it was about to complain of
        raw.close()
        raise dbapi2.DatabaseError("malformed database schema: a name in it is no text") from error
    except BaseException:
        raw.close()
        raise
    return raw


def claim(path: Path) -> None:
    """Make an empty file that only its owner may read and write; SQLite gives its journal the same rights.

    Raises:
        sqlcipher3.dbapi2.OperationalError: there is one already, or the place takes none.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise dbapi2.OperationalError("disk is full" if full else f"unable to open file: {error.strerror}") from error


def _settle(raw: RawConnection, key: RecoveryKey | None, *, mode: Mode) -> None:
    raw.execute("PRAGMA cipher_log_level=NONE")
    if key is not None:
        raw.execute(f'PRAGMA key="{key.literal()}"')
        raw.execute(f"PRAGMA cipher_page_size={PAGE_SIZE}")
    if mode == "rwc":
        raw.execute(f"PRAGMA page_size={PAGE_SIZE}")
        raw.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for name, value, expected in _SETTINGS:
        raw.execute(f"PRAGMA {name}={value}").fetchall()
        row = raw.execute(f"PRAGMA {name}").fetchone()
        if row is not None and row[0] != expected:
            raise SettingRefusedError(f"{name} is {row[0]!r} instead of {expected!r}")
    if mode == "ro":
        raw.execute("PRAGMA query_only=ON")


def pragma(raw: RawConnection, name: str) -> Any:
    """Return the value of a setting."""
    return raw.execute(f"PRAGMA {name}").fetchone()[0]


def guard(raw: RawConnection) -> None:
    """Allow from now on only what this program does: no schema change, no attached file, no unknown trigger."""
    raw.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _base: str | None, trigger: str | None) -> int:
    if trigger is not None and trigger not in _WITHIN:
        return int(dbapi2.SQLITE_DENY)
    if action == dbapi2.SQLITE_PRAGMA:
        name = (first or "").lower()
        allowed = name in _FREE_PRAGMAS or (name in _READ_PRAGMAS and second is None)
    elif action == dbapi2.SQLITE_FUNCTION:
        allowed = (second or "").lower() in _FUNCTIONS
    else:
        allowed = action in _ACTIONS
    return int(dbapi2.SQLITE_OK if allowed else dbapi2.SQLITE_DENY)


@contextmanager
def budget(raw: RawConnection, operations: int = OPERATIONS, *, progress: Progress | None = None) -> Iterator[None]:
    """Interrupt whatever the connection does beyond so many operations: a hostile file must not hang us.

    Operations and not seconds, because a slow medium is no reason to give up.

    Raises:
        Cancelled: through ``progress``, which is asked all the time.
        KeyboardInterrupt: pressed meanwhile. The driver swallows what comes up while it asks whether to go on, and then
            only says that it was interrupted, which is no fault of the file.
    """
    left = operations // _BUDGET_STEP
    stopped: list[BaseException] = []

    def spend() -> int:
        nonlocal left
        left -= 1
        try:
            if progress is not None:
                progress.check()
        except BaseException as error:  # noqa: BLE001 - the driver would swallow it
            stopped.append(error)
        return int(left < 0 or bool(stopped))

    raw.set_progress_handler(spend, _BUDGET_STEP)
    try:
        yield
    except (dbapi2.Error, sqlalchemy.exc.DBAPIError) as error:
        if stopped:
            raise stopped[0] from None
        if left >= 0 and "interrupted" in str(error):
            raise KeyboardInterrupt from None
        raise
    finally:
        raw.set_progress_handler(None, 0)


def engine_over(raw: RawConnection, *, write: bool) -> Engine:
    """Return an engine that uses exactly this connection and begins every transaction by itself."""
    engine = create_engine("sqlite://", creator=lambda: raw, module=dbapi2, poolclass=StaticPool)
    word = "BEGIN IMMEDIATE" if write else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: CoreConnection) -> None:
        connection.exec_driver_sql(word)

    return engine
