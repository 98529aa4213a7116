"""Passphrases for the harnesses, which test what happens to files, not how dear a key is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from asl_desktop.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHEAP = keys.Cost(memory_kib=64, passes=1, lanes=1)


def passphrase(number: int) -> keys.Passphrase:
    """Return one passphrase of a series."""
    return keys.Passphrase(f"passphrase number {number}")


def in_turn(number: int) -> keys.Passphrase | None:
    """Return what a file is under after so many changes: one passphrase after the other, now and then none."""
    return None if number % 4 == 3 else passphrase(number)


def key_to(path: Path, secret: keys.Passphrase | None) -> keys.RecoveryKey | None:
    """Return the key of a file that this process does not have open."""
    if secret is None:
        return None
    with path.open("rb") as file:
        return keys.key_of(secret, file.read(keys.SALT_BYTES))


def make_cheap() -> None:
    """Derive keys in no time, for the rest of this process."""
    keys.COST = _CHEAP


@contextmanager
def cheap() -> Iterator[None]:
    """Derive keys in no time, for a while."""
    dear, keys.COST = keys.COST, _CHEAP
    try:
        yield
    finally:
        keys.COST = dear
