"""What happened in an assessment, in words: who changed what and when, from which old to which new, undo and redo.

Everything comes from the log, newest first, and only as far as somebody looks: a long history is never read whole.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop import codec
from asl_desktop.domain import wording
from asl_desktop.errors import ItemUnknown
from asl_desktop.i18n import tr
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.record_words import KIND_WORDS, RecordWords, Subject, counted, moment
from asl_desktop.storage.model import Event
from asl_desktop.storage.past import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl_desktop.storage.document import Document
    from asl_desktop.storage.model import Change

Mark: TypeAlias = Literal["made", "changed", "removed", "undo", "redo", "sealed"]

BURST = timedelta(minutes=5)
"""Changes by one person to one record that lie closer together are shown as one step."""
_LARGEST_STEP = 500
_SILENT = Silent()
_SHORT = 48


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record that says something else than before; empty where nothing was or is said."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What a step did to one record, from before its first event to after its last.

    Attributes:
        was: digest of the record before, empty when there was none.
        now: digest of the record after, empty when there is none.
    """

    reference: str
    subject: Subject
    fields: tuple[FieldChange, ...]
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history: an act of a person, or a burst of acts on one record.

    Attributes:
        events: newest first, never empty.
        title: what it is about.
        did: what was done, in a few words.
        mark: what kind of thing that is.
    """

    events: tuple[Event, ...]
    title: str
    did: str
    mark: Mark

    @property
    def actor(self) -> str:
        """Who did it."""
        return self.events[0].actor

    @property
    def at(self) -> str:
        """When the last of it was recorded, ISO 8601 in UTC."""
        return self.events[0].at

    @property
    def began(self) -> str:
        """When the first of it was recorded, ISO 8601 in UTC."""
        return self.events[-1].at


class History:
    """The history of one document as it is now; make a new one to see what was written since.

    ``words`` spares reading framework and records anew where they are at hand.
    """

    def __init__(self, document: Document, *, words: RecordWords | None = None) -> None:
        self._past = document.past
        self._events = document.head().events
        self.words = words or RecordWords(document.pack(), document.inputs())

    def steps(
        self, wanted: Wanted, *, before: int = 0, fold: bool = True, progress: Progress = _SILENT
    ) -> Iterator[Step]:
        """Yield what is wanted, newest first, from before a place (0: from the end).

        Bursts are folded unless ``fold`` is False; the single events stay inside each step.

        Raises:
            Cancelled: through ``progress``.
        """
        acts = _acts(self._past.events(wanted, before=before or self._events + 1, progress=progress))
        for events in _folded(acts) if fold else acts:
            yield self._step(tuple(events))

    def step_of(self, events: Sequence[Event]) -> Step:
        """Return these events, newest first, as one step."""
        return self._step(tuple(events))

    def changes(self, step: Step) -> Iterator[RecordChange]:
        """Yield what a step did to each record, in the order in which it first touched them."""
        for reference, events in _by_record(step.events).items():
            yield self._change(reference, events)

    def act_in_words(self, change: Change) -> str:
        """Return an act as menus name it: ``answer QC-20, Ann, 14 Mar 2026, 10:12 UTC``."""
        return f"{self.what(change)}, {change.actor}, {moment(change.at)}"

    def what(self, change: Change) -> str:
        """Return what an act touched, in a few words."""
        if len(change.references) != 1:
            return _counted(change.events)
        short = self._subject(change.events[0]).short
        removed = all(event.action == "remove" for event in change.events)
        return tr("removal of {record}").format(record=short) if removed else short

    def origin(self, undoing: Change) -> Change:
        """Return the act that an undoing took back: what a redo would do again."""
        return self._past.change(undoing.reverts, before=undoing.events[0].seq) or undoing

    def wanted(
        self,
        *,
        kinds: Iterable[str] = (),
        of: str = "",
        actor: str = "",
        since: date | None = None,
        until: date | None = None,
        text: str = "",
    ) -> Wanted:
        """Return the filter that people's words stand for.

        Args:
            kinds: kinds of record.
            of: an id of the framework, a reference such as ``answer:QC-20``, or the digest of evidence or its start.
            actor: the exact name of who did it.
            since: first day, UTC.
            until: last day, UTC.
            text: words in what was recorded, in a title or in a name.

        Raises:
            ItemUnknown: nothing is called ``of``.
        """
        return Wanted(
            kinds=tuple(kinds),
            records=self._records_of(of) if of else None,
            actor=actor,
            since=_start_of(since) if since else "",
            until=_start_of(until + timedelta(days=1)) if until else "",
            text=text.strip(),
            titled=frozenset(self.words.titled(text.strip())) if text.strip() else frozenset(),
        )

    def _step(self, events: tuple[Event, ...]) -> Step:
        newest = events[0]
        if newest.reverts:
            return self._taken_back(events)
        records = _by_record(events)
        if any(event.kind == "document" for event in events):
            return Step(
                events, tr("Assessment"), tr("created under {title}").format(title=self.words.pack.title), "made"
            )
        if len(records) > 1:
            return Step(
                events, tr("{count} records in one act").format(count=len(records)), _counted(events), "changed"
            )
        change = self._change(*next(iter(records.items())))
        did = _did(newest, change)
        if len(events) > 1:
            did = tr("{what} ({count} times)").format(what=did, count=len(events))
        mark: Mark = "removed" if not change.now else "changed" if change.was else "made"
        mark = "sealed" if newest.kind == "checkpoint" else mark
        return Step(events, change.subject.long, did, mark)

    def _taken_back(self, events: tuple[Event, ...]) -> Step:
        target = self._past.change(events[0].reverts, before=events[-1].seq)
        if target is None:
            return Step(events, _counted(events), tr("an act that is not in the history was taken back"), "undo")
        if not target.reverts:
            return Step(events, self._title(target), tr("undone: the change by {by}").format(by=_by(target)), "undo")
        words = tr("redone: the change by {by}").format(by=_by(self.origin(target)))
        return Step(events, self._title(target), words, "redo")

    def _title(self, change: Change) -> str:
        if len(change.references) == 1:
            return self._subject(change.events[0]).long
        return tr("{count} records in one act").format(count=len(change.references))

    def _subject(self, event: Event) -> Subject:
        record = event.record if event.record is not None else self._past.record_before(event)
        return self.words.subject(event.kind, event.key, record)

    def _change(self, reference: str, events: Sequence[Event]) -> RecordChange:
        newest, oldest = events[0], events[-1]
        before = self._past.record_before(oldest) if oldest.was else None
        subject = self.words.subject(newest.kind, newest.key, newest.record or before)
        old, new = self.words.fields(newest.kind, before), self.words.fields(newest.kind, newest.record)
        names = dict.fromkeys((*old, *new))
        fields = tuple(
            FieldChange(name, old.get(name, ""), new.get(name, ""))
            for name in names
            if old.get(name, "") != new.get(name, "")
        )
        return RecordChange(reference, subject, fields, oldest.was, digest_of(newest))

    def _records_of(self, name: str) -> tuple[tuple[str, str], ...]:
        kind, colon, key = name.partition(":")
        if colon and kind in KIND_WORDS:
            return ((kind, key),)
        pack = self.words.pack
        found = [
            ("answer", name) if name in pack.question_by_id else None,
            ("requirement", name) if self.words.subject("requirement", name, None).title else None,
            ("decision", name) if any(gate.id == name for gate in pack.gates) else None,
            ("interim", name) if any(measure.id == name for measure in pack.interim_measures) else None,
            ("specification", name) if self.words.subject("specification", name, None).title else None,
            (name, name) if name in {"scope", "plan"} else None,
        ]
        records = [record for record in found if record is not None]
        records += self._recorded_under(name)
        if records or name in pack.showing_by_id or name in pack.indicator_by_id:
            return tuple(records)
        known = [*pack.question_by_id, *pack.requirement_by_id, *pack.indicator_by_id, *pack.showing_by_id]
        close = difflib.get_close_matches(name, known, 1)
        raise ItemUnknown(kind="item", id=name, pack=pack.id, suggestion=close[0] if close else "")

    def _recorded_under(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield records whose key only the history knows: results of an indicator, showings, removed evidence."""
        pack, kind = self.words.pack, ""
        if name in pack.indicator_by_id:
            kind = "measurement"
        elif "@" in name or name in pack.showing_by_id:
            kind = "showing"
        elif re.fullmatch(r"[0-9a-f]{8,64}", name):
            kind = "evidence"
        if kind:
            events = self._past.events(Wanted(kinds=(kind,), text=name))
            yield from sorted({(kind, event.key) for event in events if _is_about(event, name)})


def event_json(event: Event) -> dict[str, Any]:
    """Return an event in the stable shape of ``asl history --json``; keys may be added."""
    return {
        "seq": event.seq,
        "device": event.device,
        "n": event.n,
        "change": event.change,
        "actor": event.actor,
        "at": event.at,
        "kind": event.kind,
        "key": event.key,
        "action": event.action,
        "was": event.was,
        "now": digest_of(event),
        "reverts": event.reverts,
        "hash": event.hash,
    }


def digest_of(event: Event) -> str:
    """Return the digest of the record that an event put, empty for a removal."""
    return codec.digest(event.record) if event.record is not None else ""


def _is_about(event: Event, name: str) -> bool:
    if event.kind == "measurement":
        return event.record is not None and event.record.get("indicator") == name
    if event.kind == "showing":
        return event.key == name or event.key.startswith(f"{name}@")
    return event.key.startswith(name)


def _acts(events: Iterable[Event]) -> Iterator[list[Event]]:
    for _, members in itertools.groupby(events, key=lambda event: event.change):
        while part := list(itertools.islice(members, _LARGEST_STEP)):
            yield part


def _folded(acts: Iterable[list[Event]]) -> Iterator[list[Event]]:
    step: list[Event] = []
    for act in acts:
        if step and _goes_on(step, act):
            step += act
            continue
        if step:
            yield step
        step = act
    if step:
        yield step


def _goes_on(step: list[Event], earlier: list[Event]) -> bool:
    """Say whether an earlier act belongs to the same burst."""
    last, event = step[-1], earlier[0]
    return (
        len(earlier) == 1
        and len(step) < _LARGEST_STEP
        and (last.actor, last.kind, last.key) == (event.actor, event.kind, event.key)
        and {last.action, event.action} == {"put"}
        and not (last.reverts or event.reverts)
        and len({one.reference for one in step}) == 1
        and abs(_time(last.at) - _time(event.at)) <= BURST
    )


def _by_record(events: Sequence[Event]) -> dict[str, list[Event]]:
    """Group events, newest first, by what they are about, in the order of first touching."""
    found: dict[str, list[Event]] = {}
    for event in reversed(events):
        found.setdefault(event.reference, []).insert(0, event)
    return found


def _did(event: Event, change: RecordChange) -> str:
    if not change.now:
        return tr("{kind} removed").format(kind=change.subject.kind)
    if not change.was:
        return {
            "document": tr("assessment created"),
            "pack": tr("framework taken in"),
            "checkpoint": tr("{events} events, signed in the name of {signer}").format(
                events=(event.record or {}).get("events"), signer=(event.record or {}).get("signer")
            ),
            "evidence": tr("evidence attached"),
        }.get(event.kind, tr("{kind} recorded").format(kind=change.subject.kind))
    if event.kind == "plan" and any(field.name == tr("Locked at") and field.new for field in change.fields):
        return tr("plan locked")
    return _changed(change.fields) or tr("recorded again with the same content")


def _changed(fields: Sequence[FieldChange]) -> str:
    """Name the fields that changed; a single short one with its old and new text."""
    if len(fields) == 1 and max(len(fields[0].old), len(fields[0].new)) <= _SHORT and "\n" not in fields[0].new:
        field = fields[0]
        nothing = tr("nothing")
        return f"{field.name}: {field.old or nothing} \u2192 {field.new or nothing}"
    return wording.listed(field.name for field in fields)


def _counted(events: Sequence[Event]) -> str:
    """Return how many records of each kind events are about: ``12 answers and 3 results``."""
    kinds = Counter(kind for kind, _ in {(event.kind, event.key) for event in events})
    ordered = [kind for kind in KIND_WORDS if kind in kinds]
    return wording.listed(counted(kind, kinds[kind]) for kind in ordered)


def _by(change: Change) -> str:
    return f"{change.actor}, {moment(change.at)}"


def _start_of(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _time(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
