"""The framework packs a person can use: those installed, and those in the person's own pack folder.

The own folder is the environment variable ``ASL_PACKS`` where set, else ``packs`` in the user's data folder. It holds
packs (``*.yaml``) and may hold a ``library`` folder of its own, which is added to the installed library.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from asl_desktop.domain.pack import Pack
from asl_desktop.errors import PackConflict, PackInvalid, PackUnknown
from asl_desktop.interchange.pack_file import Library, read_library, read_pack
from asl_desktop.interchange.yaml_source import read_yaml
from asl_desktop.resources_access import list_names, resource_path

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_PACKS_VARIABLE = "ASL_PACKS"
_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a person needs to choose a pack.

    Attributes:
        digest: SHA-256 of the resolved pack.
        installed: it came with the program; otherwise it lies in the person's own pack folder.
        path: where the file is.
    """

    id: str
    title: str
    version: str
    publisher: str
    digest: str
    installed: bool
    path: Path


@dataclass(frozen=True, slots=True)
class _Known:
    pack: Pack
    path: Path
    installed: bool


def load_pack(pack_id: str) -> Pack:
    """Return the newest version of the pack of that id; it is read once per run of the program.

    A broken pack with another id does not stand in the way; :func:`list_packs` names it.

    Raises:
        PackUnknown: no such pack; values name the known ones, the nearest first.
        PackConflict: the id and version exist with different content.
        PackInvalid: a file of this pack or of the library breaks a rule.
    """
    return _newest(own_pack_folder(), pack_id).pack


def list_packs() -> tuple[PackSummary, ...]:
    """Return all packs a person can use, by id; raises what :func:`load_pack` raises, but for PackUnknown."""
    own = own_pack_folder()
    for path in _pack_paths(own):
        _read(own, path)
    return tuple(_summary(_newest(own, pack_id)) for pack_id in sorted(_paths_by_id(own)))


def validate_pack(path: Path) -> Pack:
    """Read a pack file, using the installed library, without making it known.

    Raises:
        FileMissing: there is no such file.
        PackInvalid: with all ``problems``.
        PackConflict: its id and version are known with different content.
    """
    own = own_pack_folder()
    pack = read_pack(path, library=_library(own))
    for other in _paths_by_id(own).get(pack.id, ()):
        _refuse_conflict(pack, _read(own, other))
    return pack


def rule_places(pack: Pack, item_id: str) -> Mapping[str, str]:
    """Return where the rules of a threshold or gate are written: name of the rule -> ``FILE, line N``.

    Empty when no file here holds this very content of the pack: a line of another would mislead.
    """
    own = own_pack_folder()
    for path in _paths_by_id(own).get(pack.id, ()):
        with contextlib.suppress(PackInvalid):  # a broken file is not where the rules of a working pack are
            if _read(own, path).digest == pack.digest:
                return _rule_places(path, item_id)
    return {}


def _rule_places(path: Path, item_id: str) -> dict[str, str]:
    source = read_yaml(path, error=PackInvalid)
    return {
        str(field[2]): f"{path}, line {line}"
        for field, line in source.lines.items()
        if len(field) == 3
        and field[0] in {"thresholds", "gates"}
        and field[2] in {"crossed_when", "ruled_out_when", "opens_when"}
        and source.data[field[0]][field[1]].get("id") == item_id
    }


def own_pack_folder() -> Path:
    """Return the folder of the person's own packs, whether or not it exists."""
    named = os.environ.get(OWN_PACKS_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("asl-desktop", appauthor=False) / "packs"


def forget_packs() -> None:
    """Read all packs anew when they are next asked for."""
    for kept in (_newest, _paths_by_id, _read, _library):
        kept.cache_clear()


@cache
def _library(own: Path) -> Library:
    shared = [resource_path(name) for name in list_names("frameworks/library", _SUFFIX)]
    return read_library([*shared, *_files(own / "library")])


@cache
def _newest(own: Path, pack_id: str) -> _Known:
    by_id = _paths_by_id(own)
    if pack_id not in by_id:
        near = difflib.get_close_matches(pack_id, by_id, 1, 0.5)
        raise PackUnknown(pack=pack_id, known=", ".join(dict.fromkeys([*near, *sorted(by_id)])))
    found: list[_Known] = []
    for path in by_id[pack_id]:
        pack = _read(own, path)
        for earlier in found:
            _refuse_conflict(pack, earlier.pack)
        found.append(_Known(pack, path, not path.is_relative_to(own)))
    return max(found, key=lambda known: _order(known.pack.version))


@cache
def _paths_by_id(own: Path) -> Mapping[str, tuple[Path, ...]]:
    """Return pack id -> files, by the id each file claims; a file that is not even YAML claims its own name."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in _pack_paths(own):
        try:
            data = read_yaml(path, error=PackInvalid).data
        except PackInvalid:
            data = None
        claimed = data.get("id") if isinstance(data, dict) else None
        pack_id = claimed if isinstance(claimed, str) else path.stem
        found[pack_id] = (*found.get(pack_id, ()), path)
    return found


@cache
def _read(own: Path, path: Path) -> Pack:
    return read_pack(path, library=_library(own))


def _pack_paths(own: Path) -> list[Path]:
    return [*(resource_path(name) for name in list_names("frameworks", _SUFFIX)), *_files(own)]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []


def _refuse_conflict(pack: Pack, other: Pack) -> None:
    if (pack.id, pack.version) == (other.id, other.version) and pack.digest != other.digest:
        raise PackConflict(pack=pack.id, version=pack.version, digest=pack.digest, other_digest=other.digest)


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key by which 2.10 comes after 2.9; words sort before numbers."""
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in version.split("."))


def _summary(known: _Known) -> PackSummary:
    pack = known.pack
    return PackSummary(
        pack.id, pack.title, pack.version, pack.publisher, pack.digest, installed=known.installed, path=known.path
    )
