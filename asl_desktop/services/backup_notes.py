"""Which backups there are: each is a file with a small note beside it. Light to import, for the start screen.

``FOLDER/<document id>/<moment>.asl`` is a whole assessment, ``<moment>.json`` says what it is a backup of. A backup
counts as soon as its file has its name; without a readable note it is listed with what the file itself tells. The note
of an encrypted one names no title, no model and nobody.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop.clock import is_instant
from asl_desktop.places import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTE = ".json"
_STEM = re.compile(r"(\d{8}T\d{6})(\d{3})Z(?: \d+)?")


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup.

    Attributes:
        path: the file.
        size: its bytes.
        document: UUID of the assessment; every copy of it has the same.
        original: where the assessment was that it was made from; empty when the note is lost.
        at: when it was made, ISO 8601 in UTC; a claim.
        events: how many events its history has, 0 when the note is lost.
        head: hash of the last of them.
        encrypted: whether it opens with a passphrase only, that of the time when it was made.
        title, model, actor: of the assessment, and who changed it last; empty for an encrypted one.
    """

    path: Path
    size: int
    document: str
    original: str = ""
    at: str = ""
    events: int = 0
    head: str = ""
    encrypted: bool = False
    title: str = ""
    model: str = ""
    actor: str = ""


_NOTED = {item.name: item.type for item in fields(Backup) if item.name not in {"path", "size"}}


def backups_folder() -> Path:
    """Return the folder of the backups of all assessments."""
    return data_folder() / "backups"


def note_text(backup: Backup) -> bytes:
    """Return the note of a backup."""
    data = asdict(backup)
    if backup.encrypted:
        data |= {"title": "", "model": "", "actor": ""}
    return json.dumps({name: data[name] for name in _NOTED}, indent=1, sort_keys=True).encode("utf-8")


def stem_for(moment: datetime) -> str:
    """Return the name, without suffix, of a backup made at this moment."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z"


def in_folder(folder: Path) -> tuple[Backup, ...]:
    """Return the backups of one assessment, newest first."""
    found = (_read(path) for path in _files(folder) if path.suffix == ".asl" and _STEM.fullmatch(path.stem))
    return tuple(sorted((item for item in found if item is not None), key=_age, reverse=True))


def everything(root: Path) -> tuple[Backup, ...]:
    """Return all backups on this machine, those of one assessment together, newest first."""
    return tuple(item for folder in sorted(_files(root)) if folder.is_dir() for item in in_folder(folder))


def of_file(root: Path, path: Path) -> tuple[Backup, ...]:
    """Return the backups of the assessment that is or was at ``path``, newest first; the file need not be there.

    Those that were made from another copy of the same assessment are among them.
    """
    name = str(path.expanduser().resolve())
    found: list[Backup] = []
    for folder in _files(root):
        held = in_folder(folder) if folder.is_dir() else ()
        if any(item.original == name for item in held):
            found += held
    return tuple(sorted(found, key=_age, reverse=True))


def _age(backup: Backup) -> tuple[str, int, str]:
    return backup.at, backup.events, backup.path.name


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from tuple(folder.iterdir())
    except OSError:
        return


def _read(path: Path) -> Backup | None:
    try:
        size = path.stat().st_size
    except OSError:
        return None
    data = _note(path.with_suffix(NOTE))
    if not is_instant(data.get("at", "")):
        data["at"] = _moment_of(path)
    data["document"] = path.parent.name
    return Backup(path=path, size=size, **data)


def _note(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    kinds = {"str": str, "int": int, "bool": bool}
    return {name: read[name] for name, kind in _NOTED.items() if type(read.get(name)) is kinds[str(kind)]}


def _moment_of(path: Path) -> str:
    match = _STEM.fullmatch(path.stem)
    assert match is not None
    day, milliseconds = match.groups()
    try:
        moment = datetime.strptime(day, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds}Z"
