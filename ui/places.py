"""Where in the window something named by a reference is shown and changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from asl_desktop.domain.determination import NotAssessed
from asl_desktop.domain.inputs import Inputs
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.wording import day
from ui.wording import listed

if TYPE_CHECKING:
    from asl_desktop.storage.model import Event

_PAGE_OF: Mapping[str, str] = {
    "requirement": "safeguards",
    "specification": "safeguards",
    "showing": "showings",
    "threshold": "showings",
    "answer": "questions",
    "question": "questions",
    "indicator": "measurements",
    "evidence": "evidence",
    "scope": "scope",
    "plan": "plan",
    "decision": "gate",
    "interim": "gate",
}


def place_of(reference: str) -> tuple[str, str] | None:
    """Return page and item for a reference such as ``showing:RO-1@CBRN-3``; None when no page shows it."""
    kind, _, item = reference.partition(":")
    page = _PAGE_OF.get(kind)
    return (page, item) if page else None


def place_of_record(inputs: Inputs, reference: str) -> tuple[str, str] | None:
    """Return page and item where the record that a reference names is shown; None when no page shows it."""
    kind, _, key = reference.partition(":")
    if kind == "measurement":
        held = inputs.measurement_by_id.get(key)
        return ("measurements", held.indicator) if held is not None else None
    return place_of(reference)


def place_of_event(inputs: Inputs, event: Event) -> tuple[str, str] | None:
    """Return page and item where the record of an event is shown now; None when no page shows it any more."""
    if event.kind == "measurement":
        held = inputs.measurement_by_id.get(event.key)
        indicator = held.indicator if held else str((event.record or {}).get("indicator", ""))
        return ("measurements", indicator) if indicator else None
    if event.kind in {"scope", "plan"}:
        return event.kind, ""
    return place_of(event.reference)


def place_of_open(pack: Pack, item: NotAssessed) -> tuple[str, str] | None:
    """Return page and item where something that was not assessed can be assessed."""
    if item.kind == "domain":
        first = next((question.id for question in pack.questions if question.domain == item.id), "")
        return ("questions", first) if first else None
    return place_of(f"{item.kind}:{item.id}")


def role_titles(pack: Pack, roles: Iterable[str]) -> str:
    """Return the titles of roles as one list in words; an id without a title stands for itself."""
    titles = {role.id: role.title for role in pack.roles}
    return listed(titles.get(role, role) for role in roles)


def source_words(pack: Pack, source_id: str, place: str) -> str:
    """Return a source with its version and place, as people cite it."""
    source = pack.source_by_id.get(source_id)
    document = f"{source.document} {source.version}".strip() if source else source_id
    return f"{document}, {place}" if place else document


def day_of_stamp(stamp: str) -> str:
    """Return the day of a time stamp in words; nothing when there is none."""
    return day(datetime.fromisoformat(stamp).date()) if stamp else ""
