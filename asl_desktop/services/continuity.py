"""Does the history of a file go through a head known from elsewhere? What a cut-off end or a rewriting looks like.

A file alone cannot show that its end was cut off, or that all of it was written anew by somebody who knows how. One
number from outside can: printed in a report, kept in a checkpoint, or remembered by a computer that saw the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl_desktop.storage.document import Document
    from asl_desktop.storage.model import Head


@dataclass(frozen=True, slots=True)
class Continuity:
    """What comparing a history with a head found.

    Attributes:
        events: how many events the file has now.
        first: the first place that is missing, or that may differ; 0 when the head is contained.
    """

    kind: Literal["contained", "cut_off", "rewritten", "unknown"]
    events: int
    first: int = 0

    @property
    def contained(self) -> bool:
        """The history goes through the head."""
        return self.kind == "contained"


def compare(document: Document, head: Head, *, known: Iterable[Head] = ()) -> Continuity:
    """Hold the history of a document against a head from elsewhere.

    Args:
        document: the file.
        head: what is known from elsewhere; ``events`` is 0 when only its hash is known.
        known: earlier heads from elsewhere: those contained narrow down where a rewriting began.
    """
    events = document.head().events
    if document.past.contains(head):
        return Continuity("contained", events)
    if head.events == 0:
        return Continuity("unknown", events)
    good = max((each.events for each in known if each.events < head.events and document.past.contains(each)), default=0)
    if events < head.events:
        return Continuity("cut_off", events, max(good, events) + 1)
    return Continuity("rewritten", events, good + 1)


def in_words(found: Continuity, head: Head, what: str) -> str:
    """Say in a sentence what was found; ``what`` names where the head comes from, such as ``the report``."""
    if found.kind == "contained":
        later = found.events - head.events
        more = (
            tr("; {later} {value} added since").format(later=later, value="was" if later == 1 else "were")
            if head.events and later > 0
            else ""
        )
        return tr("The history goes through the head that {what} names{place}{more}.").format(
            what=what, place=_place(head), more=more
        )
    if found.kind == "cut_off":
        return tr(
            "The history ends at event {events}, while {what} names event {events_2}: from event "
            "{first} on it is missing. Its end was cut off, an earlier version of the file was "
            "put back, or this is another copy that went its own way."
        ).format(events=found.events, what=what, events_2=head.events, first=found.first)
    if found.kind == "rewritten":
        began = (
            tr("From event {first} on").format(first=found.first)
            if found.first > 1
            else tr("Somewhere up to event {events}").format(events=head.events)
        )
        return tr(
            "Event {events} of the history is not the one that {what} names. {began} the history "
            "was written anew, or this is another copy that went its own way."
        ).format(events=head.events, what=what, began=began)
    return tr(
        "No event of the history has the hash that {what} names: it was cut off before that, or written anew."
    ).format(what=what)


def _place(head: Head) -> str:
    return tr(", event {events}").format(events=head.events) if head.events else ""
