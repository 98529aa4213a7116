"""Attach files as evidence, and give them back."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import EvidenceItem, Inputs
from asl_desktop.errors import EvidenceMissing
from asl_desktop.files import put_new, staged, writing
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.checks import check_record
from asl_desktop.storage.model import EvidenceDraft
from asl_desktop.storage.open_here import OPEN_HERE

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.document import Document

_CHUNK = 1024 * 1024


def attach_evidence(
    document: Document,
    path: Path,
    *,
    draft: EvidenceDraft | None = None,
    actor: str,
    progress: Progress | None = None,
) -> EvidenceItem:
    """Take a copy of a file into the assessment and return what names it. The file itself is only read.

    Raises:
        EvidenceMissing: there is no such file, it is no ordinary file, or it cannot be read.
        ValueRefused: what is said about it holds text that cannot be kept.
        DiskFull: nothing half-written stays.
    """
    require_readable(path)
    said = draft or EvidenceDraft()
    probe = EvidenceItem(sha256="0" * 64, name=said.name or path.name, size=0, title=said.title, cites=said.cites)
    inputs = document.inputs()
    check_record(document.pack(), Inputs(scope=inputs.scope), probe)
    return document.attach(path, said, actor=actor, progress=progress or Silent())


def require_readable(path: Path) -> None:
    """Refuse anything but an ordinary file that can be opened; a folder, a pipe or a device is no evidence.

    Raises:
        EvidenceMissing: with the reason.
    """
    _refuse_open_here(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise EvidenceMissing(path=str(path), detail="it is not an ordinary file")
        with path.open("rb"):
            pass
    except OSError as cause:
        raise EvidenceMissing(path=str(path), detail=(cause.strerror or str(cause)).lower()) from cause


def file_digest(path: Path, *, progress: Progress | None = None) -> tuple[str, int]:
    """Return the SHA-256 (hex) and the size in bytes of a file.

    Raises:
        EvidenceMissing: it cannot be read to the end.
        Cancelled: the person asked to stop.
    """
    _refuse_open_here(path)
    watch = progress or Silent()
    digest = hashlib.sha256()
    done = 0
    try:
        with path.open("rb") as stream:
            total = path.stat().st_size
            while chunk := stream.read(_CHUNK):
                watch.check()
                digest.update(chunk)
                done += len(chunk)
                watch.report(done, total, f"Reading {path.name}")
    except OSError as cause:
        raise EvidenceMissing(path=str(path), detail=(cause.strerror or str(cause)).lower()) from cause
    return digest.hexdigest(), done


def _refuse_open_here(path: Path) -> None:
    """Refuse a document of this process: opening and closing it once more would drop SQLite's locks on it."""
    if OPEN_HERE.has(path):
        raise EvidenceMissing(path=str(path), detail="it is an assessment that is open here; attach a saved copy of it")


def extract_evidence(document: Document, sha256: str, target: Path, *, progress: Progress | None = None) -> None:
    """Write a piece of evidence to a file of its own, whole or not at all.

    Raises:
        FileExists: there is a file at ``target``; it is left as it is.
        OutputNotWritable, DiskFull: nothing half-written stays.
        FileDamaged: the stored bytes do not have the digest that names them.
    """
    with writing(target), staged(target) as part:
        with part.open("wb") as stream:
            document.extract(sha256, stream, progress=progress or Silent())
        put_new(part, target)
