"""Backups on this machine: made when an assessment has changed, thinned out, brought back as a new file.

They lie in the program's own data folder, which only the person may read. A plain assessment has plain backups; an
encrypted one has encrypted ones that open with the passphrase it had when they were made. A backup is there whole or
not at all, and the newest one is never taken away to make room.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asl_desktop.clock import SystemClock, stamp
from asl_desktop.domain.wording import day
from asl_desktop.errors import DiskFull, UserError
from asl_desktop.files import replace_file, writing
from asl_desktop.progress import Silent
from asl_desktop.services import backup_notes, seen
from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.backup_notes import NOTE, Backup
from asl_desktop.services.copies import copy_assessment, free_name, open_copy
from asl_desktop.storage.copying import drop_part
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.outside import look_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asl_desktop.clock import Clock
    from asl_desktop.progress import Progress
    from asl_desktop.services.copies import Copied
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret

MIB = 1024 * 1024
RESERVE = 256 * MIB
"""Bytes that a backup leaves free on the disk."""
_SHARE_OF_FREE = 10
_LATEST = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept per assessment; the newest backup is kept whatever its size.

    Attributes:
        most: number of backups.
        most_bytes: bytes of all of them; never more than a tenth of what would be free without them either.
    """

    most: int = 10
    most_bytes: int = 2048 * MIB


class Shelf:
    """The backups of all assessments on this machine."""

    def __init__(self, root: Path | None = None, *, limits: Limits | None = None, clock: Clock | None = None) -> None:
        """Use the backups under ``root``, the program's own data folder by default; nothing is made yet."""
        self.root = root or backup_notes.backups_folder()
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()

    def all(self) -> tuple[Backup, ...]:
        """Return every backup, those of one assessment together, newest first."""
        return backup_notes.everything(self.root)

    def of_file(self, path: Path) -> tuple[Backup, ...]:
        """Return the backups of the assessment that is or was at ``path``, newest first."""
        return backup_notes.of_file(self.root, path)

    def of_document(self, document_id: str) -> tuple[Backup, ...]:
        """Return the backups of an assessment by its id, newest first."""
        return backup_notes.in_folder(self._folder(document_id))

    def opening_otherwise(self, path: Path) -> tuple[Backup, ...]:
        """Return those backups of an assessment that do not open with what opens the file at ``path`` now.

        After a change of the passphrase these open with the old one, and without any where there was none.

        Raises:
            FileMissing, FileNotAssessment, FileDamaged, FileTampered: the file cannot be looked at.
        """
        now = look_at(path.expanduser().resolve()).salt
        return tuple(item for item in self.of_file(path) if _salt(item.path) != now)

    def keep(self, document: Document, *, progress: Progress | None = None) -> Backup | None:
        """Make a backup of an open document; None when there is one of just this state, or when it is a backup itself.

        Answers are saved meanwhile as ever. The oldest backups beyond the limits go once the new one is safe.

        Raises:
            DiskFull: a backup would leave too little room; nothing was made or taken away.
            OutputNotWritable, SaveFailed, FileLocked, Cancelled: so do these.
        """
        head, folder = document.head(), self._folder(document.document_id)
        salt = look_at(document.path).salt
        if document.path.is_relative_to(self.root.resolve()) or any(
            item.head == head.hash and _salt(item.path) == salt for item in backup_notes.in_folder(folder)
        ):
            return None
        self._make_room_for(document.path.stat().st_size, folder)
        target = free_name(folder / f"{backup_notes.stem_for(self._clock.now())}.asl")
        document.save_copy(target, progress=progress or Silent())
        try:
            backup = self._described(document, target)
            replace_file(target.with_suffix(NOTE), backup_notes.note_text(backup))
        except BaseException:
            _remove(target)
            raise
        self.thin(document.document_id)
        return backup

    def thin(self, document_id: str) -> tuple[Backup, ...]:
        """Take away what is beyond the limits and what killed programs left half-made; return what went."""
        folder = self._folder(document_id)
        _clear_unfinished(folder)
        held = backup_notes.in_folder(folder)
        free = shutil.disk_usage(folder).free if folder.is_dir() else 0
        share = (free + sum(item.size for item in held)) // _SHARE_OF_FREE
        gone = surplus(held, replace(self._limits, most_bytes=min(self._limits.most_bytes, share)))
        self.delete(gone)
        return gone

    def restore(
        self, backup: Backup, target: Path, *, secret: Secret | None = None, progress: Progress | None = None
    ) -> Copied:
        """Put a backup at ``target`` as a new file and look through all of it; what is there is never overwritten.

        Whoever asks for it knows that it is an older version: opening it there gives no warning of that.

        Raises:
            PassphraseNeeded, PassphraseWrong: an encrypted backup needs the passphrase it was made with.
            FileMissing, FileDamaged, FileTampered: the backup itself is not in order.
            FileExists, FileTooLarge, OutputNotWritable, DiskFull, FileLocked, SaveFailed, Cancelled: nothing is left
                at ``target``.
        """
        with open_assessment(backup.path, read_only=True, secret=secret, as_recorded=False) as document:
            copied = copy_assessment(document, target, progress=progress)
            with open_copy(document, copied.path) as restored:
                seen.accept(restored, clock=self._clock)
            return copied

    def delete(self, backups: Iterable[Backup]) -> None:
        """Take backups away for good, with their notes; one that is gone already is no failure.

        Raises:
            OutputNotWritable: the system does not let go of one.
        """
        for backup in backups:
            with writing(backup.path):
                _remove(backup.path)
            with contextlib.suppress(OSError):  # not empty yet
                backup.path.parent.rmdir()

    def _folder(self, document_id: str) -> Path:
        # The id comes out of a file that a stranger may have made; only a UUID becomes a name on this disk.
        try:
            name = str(uuid.UUID(document_id))
        except ValueError:
            name = hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()
        return self.root / name

    def _make_room_for(self, size: int, folder: Path) -> None:
        with writing(folder):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            free = shutil.disk_usage(folder).free
        if free < size + RESERVE:
            raise DiskFull(path=str(folder), needed=size + RESERVE, free=free)

    def _described(self, document: Document, target: Path) -> Backup:
        """Say what a backup is by opening it: what it holds may be a moment older than the document."""
        with open_copy(document, target) as copy:
            head, scope = copy.head(), copy.inputs().scope
            last = next(copy.past.events())
            return Backup(
                path=target,
                size=target.stat().st_size,
                document=target.parent.name,
                original=str(document.path),
                at=stamp(self._clock),
                events=head.events,
                head=head.hash,
                encrypted=copy.encrypted,
                title="" if copy.encrypted else scope.title,
                model="" if copy.encrypted else scope.model,
                actor="" if copy.encrypted else last.actor,
            )


def surplus(backups: Sequence[Backup], limits: Limits) -> tuple[Backup, ...]:
    """Return which of the backups of one assessment, newest first, are to go.

    What stays, in this order as far as it fits: the newest; the newest of each copy of the file; the last five; the
    last of each day; the others.
    """
    stays: list[Backup] = []
    total = 0
    for backup in _by_worth(backups):
        if stays and (len(stays) >= limits.most or total + backup.size > limits.most_bytes):
            continue
        stays.append(backup)
        total += backup.size
    return tuple(backup for backup in backups if backup not in stays)


def suggested_name(backup: Backup, present: Path) -> Path:
    """Return a free name beside the present file for what a backup is restored to."""
    moment = f"{backup.at[11:13]}.{backup.at[14:16]}" if backup.at else ""
    words = f"{_day_of(backup)} {moment}".strip() or "restored"
    return free_name(present.with_name(f"{present.stem} ({words}){present.suffix or '.asl'}"))


def _by_worth(backups: Sequence[Backup]) -> tuple[Backup, ...]:
    newest_of_copy = {backup.original: backup for backup in reversed(backups)}
    last_of_day = {backup.at[:10]: backup for backup in reversed(backups)}
    groups = (
        backups[:1],
        sorted(newest_of_copy.values(), key=backups.index),
        backups[:_LATEST],
        sorted(last_of_day.values(), key=backups.index),
        backups,
    )
    return tuple(dict.fromkeys(backup for group in groups for backup in group))


def _day_of(backup: Backup) -> str:
    from datetime import date

    return day(date.fromisoformat(backup.at[:10])) if backup.at else ""


def _salt(path: Path) -> bytes | None:
    """Return the salt of an encrypted file, nothing of a plain one, None where it cannot be looked at."""
    try:
        return look_at(path).salt
    except UserError:
        return None


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.with_suffix(NOTE).unlink(missing_ok=True)


def _clear_unfinished(folder: Path) -> None:
    """Take away what programs left that were killed while they made a backup; what is being made is locked."""
    with contextlib.suppress(OSError):
        names = {path.name for path in folder.iterdir()}
        half = {name[1 : -len(".part")] for name in names if name.startswith(".") and name.endswith(".asl.part")}
        for name in half | {name.removesuffix(".lock") for name in names if name.endswith(".asl.lock")}:
            with contextlib.suppress(UserError):
                lock = DocumentLock(folder / name)
                drop_part(folder / f".{name}.part")
                lock.release()
        for name in names:
            if name.endswith(NOTE) and not (folder / name).with_suffix(".asl").exists():
                (folder / name).unlink(missing_ok=True)
