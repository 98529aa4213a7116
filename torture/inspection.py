"""Looking at a document after something terrible: what is lost, what is broken, what lies around."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from asl_desktop.errors import UserError
from asl_desktop.files import staged
from asl_desktop.storage import schema
from asl_desktop.storage.connection import connect
from asl_desktop.storage.document import Document
from torture import child
from torture.keyring import in_turn, key_to
from torture.told import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from asl_desktop.storage.keys import Passphrase
    from torture.tally import Tally
    from torture.told import Told

JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


def has_hot_journal(path: Path) -> bool:
    """Tell whether a journal waits to be played back."""
    try:
        with path.with_name(path.name + "-journal").open("rb") as file:
            return file.read(len(JOURNAL_MAGIC)) == JOURNAL_MAGIC
    except FileNotFoundError:
        return False


def look_at_document(path: Path, told: Told, tally: Tally, *, secret: Passphrase | None = None) -> None:
    """Open a document for writing, as a person does the day after, and compare it with what was acknowledged."""
    with findings(path, tally):
        with Document.open(path, secret=secret) as document:
            broken = document.check()
            missing = told.missing_from(document)
        for problem in missing:
            tally.fail("lost", f"{path}: {problem}")
        for problem in (*broken, *engine_problems(path, secret)):
            tally.fail("corrupt", f"{path}: {problem}")


@contextmanager
def findings(path: Path, tally: Tally) -> Iterator[None]:
    """Count whatever comes out of looking at a file."""
    try:
        yield
    except UserError as error:
        tally.fail("corrupt", f"{path} does not open: {error}")
    except Exception as error:  # noqa: BLE001 a state that nobody thought of is a finding, not the end
        tally.fail("unclear", f"{path}: {type(error).__name__}: {error}")


def changes_in_force(path: Path, told: Told, tally: Tally) -> int:
    """Find out how often the passphrase of a file was changed: as often as acknowledged, or once more."""
    refusals = []
    for number in (told.passphrase, told.passphrase + 1):
        try:
            Document.open(path, read_only=True, secret=in_turn(number)).close()
        except UserError as error:
            refusals.append(str(error))
        else:
            return number
    tally.fail("lost", f"{path} opens neither with passphrase {told.passphrase} nor with the next: {refusals}")
    return told.passphrase


def engine_problems(path: Path, secret: Passphrase | None) -> list[str]:
    """Return what the database engine itself finds in a file, quick check and page digests."""
    with closing(connect(path, key_to(path, secret), mode="ro")) as raw:
        rows = [*raw.execute("PRAGMA quick_check"), *raw.execute("PRAGMA cipher_integrity_check")]
    return [str(row[0]) for row in rows if row[0] != "ok"]


def look_at_copies(folder: Path, told: Told, tally: Tally, *, secret: Passphrase | None = None) -> None:
    """Look at every copy and new document: each is there whole, and each that was acknowledged is there."""
    there = {path.name: path for path in folder.glob("*.asl") if path.name != "a.asl"}
    for name in told.copies.keys() - there.keys():
        tally.fail("lost", f"{folder / name} was acknowledged and is not there")
    for name, path in there.items():
        with findings(path, tally):
            with Document.open(path, read_only=True, secret=secret) as copy:
                events, broken = copy.head().events, copy.check()
            if events < told.copies.get(name, 0):
                tally.fail("lost", f"{path} has {events} events instead of {told.copies[name]}")
            for problem in broken:
                tally.fail("corrupt", f"{path}: {problem}")


def look_at_files(folder: Path, told: Told, tally: Tally) -> None:
    """Look at every exported file: whole, and as acknowledged."""
    for name in told.files:
        if not (folder / name).exists():
            tally.fail("lost", f"{folder / name} was acknowledged and is not there")
    for path in folder.iterdir():
        if path.suffix not in _IS_WHOLE or path.name.startswith("."):
            continue
        data = path.read_bytes()
        expected = told.files.get(path.name)
        if expected is not None and hashlib.sha256(data).hexdigest() != expected:
            tally.fail("corrupt", f"{path} is not what was acknowledged")
        if not _IS_WHOLE[path.suffix](data):
            tally.fail("corrupt", f"{path} is not whole")


def _is_whole_yaml(data: bytes) -> bool:
    import yaml

    return "pack" in yaml.safe_load(data)


_IS_WHOLE: dict[str, Callable[[bytes], bool]] = {
    ".yaml": _is_whole_yaml,
    ".pdf": lambda data: data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"),
}


def look_at_migration(path: Path, tally: Tally, *, secret: Passphrase | None = None) -> None:
    """Look at a file that was killed while being brought up to date: old or new, never between; then bring it there."""
    _look_at_version(path, tally, secret)
    child.migrate(path, secret)
    _look_at_version(path, tally, secret)
    for backup in path.parent.glob("*.bak"):
        with findings(backup, tally), Document.open(backup, read_only=True, secret=secret) as document:
            for problem in document.check():
                tally.fail("corrupt", f"{backup}: {problem}")


def _look_at_version(path: Path, tally: Tally, secret: Passphrase | None) -> None:
    with closing(connect(path, key_to(path, secret))) as raw:
        version = raw.execute("PRAGMA user_version").fetchone()[0]
        notes = raw.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'note'").fetchone()[0]
        kept = raw.execute("SELECT count(*) FROM answer").fetchone()[0]
        declined = raw.execute("SELECT count(*) FROM answer WHERE state = 'declined'").fetchone()[0]
    old, new = (schema.FORMAT, 0, QUESTIONS, 0), (schema.FORMAT + 1, 1, QUESTIONS, QUESTIONS)
    found = (version, notes, kept, declined)
    if found not in {old, new}:
        tally.fail("corrupt", f"{path} is neither old nor new: {found}")
    for problem in engine_problems(path, secret):
        tally.fail("corrupt", f"{path}: {problem}")
    if found == new and not list(path.parent.glob("*.bak")):
        tally.fail("lost", f"{path} was brought up to date without a backup")


def try_again(path: Path, folder: Path, *, secret: Passphrase | None = None) -> None:
    """Do what a person does next, for everything in a folder that was killed half-way: the same thing once more.

    Exports of the last day may be somebody's at work, so they are made older first.
    """
    for left in sorted(folder.glob(".*")):
        if left.name.endswith(".part"):
            target = folder / left.name.removeprefix(".").removesuffix(".part")
            if target.exists():
                Document.open(target, secret=secret).close()
            else:
                with Document.open(path, secret=secret) as document:
                    document.save_copy(target)
        elif left.name.endswith(".partial"):
            os.utime(left, (0, 0))
            with staged(folder / left.name.removeprefix(".").rsplit(".", 2)[0]):
                pass


def leftovers(folder: Path, *, known: tuple[str, ...]) -> list[str]:
    """Return the names in a folder that nobody would expect after everything was closed."""
    return sorted(path.name for path in folder.iterdir() if not any(path.match(pattern) for pattern in known))
