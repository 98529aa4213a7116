"""What the program remembers on this machine: theme, the person's name, recent files, window size. Never answers.

One small JSON file, replaced whole. A machine without a writable home only loses these conveniences.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

ZOOMS = (100, 110, 125, 150, 175, 200)
"""Sizes of text in percent; what holds text grows with it."""
RECENT_KEPT = 10
LOCK_CHOICES = (0, 5, 15, 30, 60)
"""Minutes after which an encrypted file may be locked; 0 is never."""
BACKUPS_MOST, BACKUPS_GIB = (3, 5, 10, 20, 50), (1, 2, 5, 10, 50)
"""How many backups of one assessment may be kept, and how many GiB they may take."""

log = logging.getLogger(__name__)


@dataclass
class Preferences:
    """The remembered values; ``path`` None keeps them in memory only.

    Attributes:
        actor: the name that stands behind every change made in this window.
        zoom: size of text in percent.
        language: code of the language of the window; empty for that of the system.
        still: whether nothing may move by itself.
        recent: files opened lately, newest first.
        places: page and item where each of them was left; of an encrypted file the page only.
        geometry: window geometry as Qt writes it, in hex.
        splits: how the panes of a page are divided, by its id: the first one's part of a thousand.
        lock_after: minutes without a key or a movement until an encrypted file is locked; 0 never does.
        backups: whether backups are made of the assessments that are changed in this window.
        backups_most: how many of each are kept.
        backups_gib: how many GiB they may take for each, a tenth of the free space at most.
        backup_trouble: why no backup was made when the window was closed; told when it opens again.
    """

    path: Path | None = None
    theme: str = "system"
    zoom: int = 100
    language: str = ""
    still: bool = False
    actor: str = ""
    recent: list[str] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    geometry: str = ""
    splits: dict[str, int] = field(default_factory=dict)
    lock_after: int = 15
    backups: bool = True
    backups_most: int = 10
    backups_gib: int = 2
    backup_trouble: str = ""

    @classmethod
    def load(cls, path: Path | None = None) -> Preferences:
        """Read the file at ``path`` (the usual place by default); what cannot be read falls back to defaults."""
        place = path or state_folder() / "window.json"
        try:
            read = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            read = {}
        data: dict[str, Any] = read if isinstance(read, dict) else {}
        result = cls(path=place)
        known = {item.name: type(getattr(result, item.name)) for item in fields(cls) if item.name != "path"}
        for name, kind in known.items():
            if isinstance(data.get(name), kind):
                setattr(result, name, data[name])
        if result.lock_after not in LOCK_CHOICES:
            result.lock_after = cls.lock_after
        if result.zoom not in ZOOMS:
            result.zoom = cls.zoom
        if result.backups_most not in BACKUPS_MOST:
            result.backups_most = cls.backups_most
        if result.backups_gib not in BACKUPS_GIB:
            result.backups_gib = cls.backups_gib
        result.recent = [str(item) for item in result.recent]
        result.splits = {name: share for name, share in result.splits.items() if _is_share(share)}
        result.places = {path: place for path, place in result.places.items() if _is_place(place)}
        result.actor = result.actor or login_name()
        return result

    def save(self) -> None:
        """Replace the file; a failure is logged and otherwise ignored."""
        if self.path is None:
            return
        data: dict[str, Any] = {name: value for name, value in asdict(self).items() if name != "path"}
        draft = self.path.with_suffix(".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(data, indent=1), encoding="utf-8")
            draft.replace(self.path)
        except OSError as error:
            log.warning("preferences were not kept: %s", error)

    def remember(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        name = str(path.resolve())
        self.recent = [name, *(item for item in self.recent if item != name)][:RECENT_KEPT]
        self.save()

    def forget(self, path: Path) -> None:
        """Take a file off the recent ones."""
        self.recent = [item for item in self.recent if Path(item) != path]
        self.places.pop(str(path), None)
        self.save()

    def place(self, path: Path) -> tuple[str, str]:
        """Return page and item where a file was left; the overview when that is not known."""
        page, item = self.places.get(str(path.resolve()), ["hub", ""])
        return page, item

    def leave_at(self, path: Path, page: str, item: str) -> None:
        """Remember where a recent file was left; of any other nothing is kept."""
        name = str(path.resolve())
        kept = {key: place for key, place in self.places.items() if key in self.recent}
        self.places = kept | ({name: [page, item]} if name in self.recent else {})
        self.save()


def _is_share(share: object) -> bool:
    return isinstance(share, int) and 0 < share < 1000


def _is_place(place: object) -> bool:
    return isinstance(place, list) and len(place) == 2 and all(isinstance(text, str) for text in place)


def state_folder() -> Path:
    """Return the folder of the preferences; ``ASL_DESKTOP_STATE`` moves it."""
    moved = os.environ.get("ASL_DESKTOP_STATE")
    return Path(moved) if moved else user_config_path("asl-desktop")


def login_name() -> str:
    """Return the name of the person at the machine as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unnamed"
