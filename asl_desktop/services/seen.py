"""What this computer last saw of each assessment, so that an older version put in its place does not go unnoticed.

One small file per document in the person's data folder: number of events and head, and for which place. Never a name,
a path or an answer. A machine that cannot keep it only loses the warning.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asl_desktop.clock import Clock, SystemClock, stamp
from asl_desktop.domain import wording
from asl_desktop.errors import UserError
from asl_desktop.files import replace_file, writing
from asl_desktop.i18n import tr
from asl_desktop.places import data_folder
from asl_desktop.storage.model import Head

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.document import Document

_KEPT = 16

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest head seen of a document at one place.

    Attributes:
        place: SHA-256 of where the file lay.
        at: when it was seen, ISO 8601 in UTC.
    """

    place: str
    events: int
    head: str
    at: str


@dataclass(frozen=True, slots=True)
class Setback:
    """A file whose history does not contain what this computer saw of it before."""

    seen: Seen
    events: int

    def in_words(self) -> str:
        """Say it in two sentences."""
        day = wording.day(datetime.fromisoformat(self.seen.at).date())
        return tr(
            "This file is older than, or not a continuation of, what this computer saw on {day}: "
            "{events} events then, {events_2} now. An earlier version may have been put back."
        ).format(day=day, events=self.seen.events, events_2=self.events)


def look(document: Document) -> Setback | None:
    """Compare a document with what this computer saw of it last; None when nothing speaks against it.

    For the place where the file lies, what was seen there counts; for a new place, any version seen is good enough.
    """
    seen = _read(document)
    here = [item for item in seen if item.place == _place(document)] or seen
    if not here or any(document.past.contains(Head(item.events, item.head)) for item in here):
        return None
    newest = max(here, key=lambda item: item.at)
    return Setback(newest, document.head().events)


def remember(document: Document, *, clock: Clock | None = None) -> None:
    """Keep how far a document has come, unless it lacks what was seen before: then the warning stays."""
    if look(document) is None:
        accept(document, clock=clock)


def accept(document: Document, *, clock: Clock | None = None) -> None:
    """Keep how far a document has come whatever was seen before; for a person who was told and goes on with it."""
    head, place = document.head(), _place(document)
    now = Seen(place, head.events, head.hash, stamp(clock or SystemClock()))
    others = [item for item in _read(document) if item.place != place]
    if [item for item in _read(document) if item.place == place and item.head == now.head]:
        return
    path = _file(document)
    try:
        with writing(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, json.dumps({"seen": [asdict(item) for item in (now, *others)[:_KEPT]]}, indent=1).encode())
    except UserError as error:
        log.warning("what was seen of a document was not kept: %s", error.code)


def _read(document: Document) -> list[Seen]:
    try:
        data = json.loads(_file(document).read_text("utf-8"))
        return [_seen(item) for item in data["seen"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _seen(data: dict[str, Any]) -> Seen:
    found = Seen(str(data["place"]), int(data["events"]), str(data["head"]), str(data["at"]))
    datetime.fromisoformat(found.at)
    return found


def _file(document: Document) -> Path:
    name = hashlib.sha256(document.document_id.encode()).hexdigest()
    return data_folder() / "seen" / f"{name[:32]}.json"


def _place(document: Document) -> str:
    return hashlib.sha256(str(document.path).encode("utf-8", "surrogateescape")).hexdigest()
