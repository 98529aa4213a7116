"""Copies of an assessment, made while it is open and looked through before anybody relies on them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.errors import FileDamaged, SaveFailed, UserError
from asl_desktop.i18n import tr
from asl_desktop.messages import message_for
from asl_desktop.progress import Silent
from asl_desktop.services.assessments import open_assessment
from asl_desktop.storage.keys import RecoveryKey
from asl_desktop.storage.medium import require_holdable
from asl_desktop.storage.model import Head

if TYPE_CHECKING:
    from asl_desktop.progress import Progress
    from asl_desktop.storage.document import Document


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that lies at its place and was looked through.

    Attributes:
        head: how far its history goes.
        problems: what is not in order in it, and in what it was copied from just the same; usually nothing.
    """

    path: Path
    size: int
    head: Head
    problems: tuple[str, ...] = ()


def copy_assessment(document: Document, target: Path, *, progress: Progress | None = None) -> Copied:
    """Write a complete copy, open it and check history, tables and evidence; an encrypted one keeps its key.

    The document may be changed meanwhile. What the copy lacks of it was recorded after the copy was taken.

    Raises:
        FileExists: something is there already; it is left as it is.
        FileTooLarge: the medium holds no file of this size; nothing was begun.
        OutputNotWritable, DiskFull, FileLocked, SaveFailed, Cancelled: nothing is left of the copy.
    """
    watch = progress or Silent()
    target = target.expanduser().absolute()
    require_holdable(target, document.path.stat().st_size)
    document.save_copy(target, progress=watch)
    try:
        return _looked_through(document, target, watch)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def open_copy(document: Document, copy: Path) -> Document:
    """Open a copy of a document for reading with the key of the document.

    Raises:
        As :func:`asl_desktop.services.assessments.open_assessment` does.
    """
    secret = RecoveryKey.from_text(document.recovery_key()) if document.encrypted else None
    return open_assessment(copy, read_only=True, secret=secret, as_recorded=False)


def free_name(wanted: Path) -> Path:
    """Return a path that nothing has yet: as wanted, else with a number behind the name."""
    candidate, number = wanted, 2
    while candidate.exists() or candidate.is_symlink():
        candidate, number = wanted.with_stem(f"{wanted.stem} {number}"), number + 1
    return candidate


def _looked_through(document: Document, target: Path, watch: Progress) -> Copied:
    watch.report(0, 0, tr("Checking the copy"))
    try:
        with open_copy(document, target) as copy:
            head, problems = copy.head(), copy.check(progress=watch)
    except UserError as error:
        raise SaveFailed(
            path=str(target), detail=tr("the copy does not open: {text}").format(text=message_for(error).text)
        ) from error
    if problems and not _has_them_too(document, problems, watch):
        raise SaveFailed(
            path=str(target), detail=tr("the copy did not come out sound: {problems}").format(problems=problems[0])
        )
    return Copied(target, target.stat().st_size, head, problems)


def _has_them_too(document: Document, problems: tuple[str, ...], watch: Progress) -> bool:
    """Say whether the problems of a copy are those of its source: then the copy is as good as the source."""
    with contextlib.suppress(FileDamaged):
        return set(problems) <= set(document.check(progress=watch))
    return False
