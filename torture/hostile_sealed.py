"""The same inside an encrypted file: whoever sends it knows the passphrase, so a seal vouches for nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from asl_desktop.storage.keys import Passphrase, new_key
from torture import hostile_contents, hostile_files
from torture.cases import Case, Prepare, Scene
from torture.forge import PAGE, patch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PASSPHRASE = "known to the one who sent it"
_OUTSIDE = "does not open|is not an assessment|is truncated or corrupt"
_INSIDE = (
    "trigger that deletes",
    "view that never ends",
    "virtual table",
    "table more",
    "statistics",
    "view of a million letters",
    "answer of 100 MB",
    "answers of eighty megabytes",
    "pack of great depth",
    "event of great depth",
    "event counted to the end",
    "chunk that unpacks to a gigabyte",
    "names that lead elsewhere",
)


def seal(path: Path) -> None:
    """Encrypt a file as it is, by another program's hands: nothing in it is looked at."""
    fresh = path.with_name("sealed")
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        raw.execute("PRAGMA ignore_check_constraints=ON")
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(fresh), new_key(Passphrase(PASSPHRASE)).literal()))
        raw.execute(f"PRAGMA fresh.cipher_page_size={PAGE}")
        raw.execute("PRAGMA fresh.auto_vacuum=INCREMENTAL")
        raw.execute("SELECT sqlcipher_export('fresh')")
        for mark in ("application_id", "user_version"):
            raw.execute(f"PRAGMA fresh.{mark}={raw.execute(f'PRAGMA main.{mark}').fetchone()[0]}")
        raw.execute("DETACH DATABASE fresh")
    fresh.replace(path)


def _sealed(prepare: Prepare) -> Prepare:
    def sealed(scene: Scene) -> None:
        prepare(scene)
        seal(scene.path)

    return sealed


def _flipped(page: int) -> Prepare:
    def prepare(scene: Scene) -> None:
        seal(scene.path)
        patch(scene.path, page * PAGE + 1000, b"\x5a\xa5")

    return prepare


def _noise(scene: Scene) -> None:
    seal(scene.path)
    patch(scene.path, 0, bytes(reversed(scene.path.read_bytes())))


_PLAIN: Mapping[str, Case] = {**hostile_files.CASES, **hostile_contents.CASES}
CASES: Mapping[str, Case] = {
    **{
        f"sealed, {name}": replace(_PLAIN[name], prepare=_sealed(_PLAIN[name].prepare), sealed=True) for name in _INSIDE
    },
    "sealed, first page flipped": Case(_flipped(0), _OUTSIDE, _OUTSIDE, sealed=True),
    "sealed, some page flipped": Case(
        _flipped(1), "is truncated or corrupt|does not open", "is truncated or corrupt|does not open", sealed=True
    ),
    "sealed, noise": Case(_noise, _OUTSIDE, _OUTSIDE, sealed=True),
}
