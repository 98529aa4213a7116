"""Attach files as evidence, and give them back."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import EvidenceItem, Inputs
from asl_desktop.errors import EvidenceMissing, FileDamaged
from asl_desktop.files import put_new, staged, writing
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.checks import check_record
from asl_desktop.storage.model import EvidenceDraft
from asl_desktop.storage.open_here import OPEN_HERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

    from asl_desktop.storage.document import Document

_CHUNK = 1024 * 1024
MOST_FILES = 10_000
"""More files than this are not taken from one folder at once."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder offers as evidence.

    Attributes:
        files: ordinary files, in all folders below it, sorted by path.
        size: of all of them, in bytes.
        left_out: one sentence for each group of things that are no evidence, such as links and hidden files.
    """

    files: tuple[Path, ...]
    size: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of a piece of evidence; ``whole`` when they are all there are and have the right digest."""

    data: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Rechecked:
    """Whether the bytes of a piece of evidence still have the digest that names it; ``problem`` says why not."""

    sha256: str
    problem: str = ""


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


def attach_data(
    document: Document, data: bytes, *, name: str, actor: str, progress: Progress | None = None
) -> EvidenceItem:
    """Take bytes that never were a file into the assessment, such as a picture from the clipboard.

    Raises:
        ValueRefused: the name is none.
        DiskFull: nothing half-written stays.
    """
    check_record(document.pack(), Inputs(scope=document.inputs().scope), EvidenceItem("0" * 64, name, len(data)))
    source = io.BytesIO(data)
    source.name = name  # as a file has one; said in the draft, it would rename what is there
    return document.attach(source, EvidenceDraft(), actor=actor, progress=progress or Silent())


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


def recheck_evidence(
    document: Document, items: Sequence[EvidenceItem], *, progress: Progress | None = None
) -> tuple[Rechecked, ...]:
    """Read the bytes of evidence and compare each with its digest; damage is a result, not an error.

    Raises:
        Cancelled: the person asked to stop; nothing is known of the rest then.
    """
    watch = progress or Silent()
    total, done = sum(item.size for item in items), 0
    found = []
    for item in items:
        step = _Part(watch, done, total, item.name)
        problem = ""
        try:
            with Path(os.devnull).open("wb") as nowhere:
                document.extract(item.sha256, nowhere, progress=step)
        except FileDamaged as error:
            problem = str(error.values["detail"]).removeprefix(f"evidence {item.sha256}: ")
        except EvidenceMissing:
            problem = "its bytes are not in the file"
        found.append(Rechecked(item.sha256, problem))
        done += item.size
        watch.check()
        watch.report(done, total, item.name)
    return tuple(found)


def read_beginning(document: Document, sha256: str, *, most: int, progress: Progress | None = None) -> Beginning:
    """Return the first ``most`` bytes of a piece of evidence; all of them only when their digest is right.

    Raises:
        EvidenceMissing: the document holds no such bytes.
        FileDamaged: the bytes are not what the digest says. The beginning of longer ones is not checked.
        Cancelled: the person asked to stop.
    """
    held = _UpTo(most)
    try:
        document.extract(sha256, held, progress=progress or Silent())
    except _EnoughError:
        return Beginning(held.getvalue(), whole=False)
    return Beginning(held.getvalue(), whole=True)


def contents_of(folder: Path, *, progress: Progress | None = None) -> Contents:
    """Look what files a folder and those below it hold; links are not followed, hidden files are left alone.

    Raises:
        EvidenceMissing: the folder cannot be read, or holds more files than can be taken in at once.
        Cancelled: the person asked to stop.
    """
    watch = progress or Silent()
    files: list[Path] = []
    size, hidden, others, unreadable = 0, 0, 0, 0

    def refused(_: OSError) -> None:
        nonlocal unreadable
        unreadable += 1

    if not folder.is_dir():
        raise EvidenceMissing(path=str(folder), detail="it is no folder")
    for place, below, names in os.walk(folder, onerror=refused):
        watch.check()
        hidden += sum(name.startswith(".") for name in (*below, *names))
        links = {name for name in below if Path(place, name).is_symlink()}
        others += len([name for name in links if not name.startswith(".")])
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in links)
        for name in sorted(names):
            path = Path(place, name)
            status = path.lstat()
            if name.startswith("."):
                continue
            if not stat.S_ISREG(status.st_mode):
                others += 1
                continue
            files.append(path)
            size += status.st_size
        if len(files) > MOST_FILES:
            raise EvidenceMissing(path=str(folder), detail=f"it holds more than {MOST_FILES} files")
    if unreadable and not files:
        raise EvidenceMissing(path=str(folder), detail="it cannot be read")
    groups = ((hidden, "hidden"), (others, "links or no ordinary files"), (unreadable, "folders that cannot be read"))
    return Contents(tuple(files), size, tuple(f"{count} left out: {what}" for count, what in groups if count))


class _EnoughError(Exception):
    """So many bytes were asked for and no more."""


class _UpTo(io.BytesIO):
    """Memory that stops whoever writes more than so many bytes into it."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Buffer, /) -> int:
        """Keep what fits."""
        room, piece = self._most - self.tell(), memoryview(data)
        super().write(piece[:room])
        if len(piece) > room:
            raise _EnoughError
        return len(piece)


class _Part:
    """Reports the part of one file as part of the whole."""

    def __init__(self, whole: Progress, before: int, total: int, name: str) -> None:
        self._whole, self._before, self._total, self._name = whole, before, total, name

    def report(self, done: int, total: int, text: str = "") -> None:  # noqa: ARG002 - the protocol's signature
        """Pass it on."""
        self._whole.report(self._before + done, self._total, self._name)

    def check(self) -> None:
        """Pass it on."""
        self._whole.check()
