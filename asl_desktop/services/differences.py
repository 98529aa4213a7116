"""What differs between two copies of an assessment, in words and as data.

Told from the older to the newer: what was added, changed and removed since, and whether the history of one is the
beginning of that of the other or both went on for themselves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop import codec
from asl_desktop.domain import wording
from asl_desktop.domain.records import KINDS
from asl_desktop.i18n import mark, ntr, tr
from asl_desktop.services.history import FieldChange
from asl_desktop.services.record_words import KIND_WORDS, RecordWords, Subject, counted, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.storage.document import Document

Did: TypeAlias = Literal["added", "changed", "removed"]
Relation: TypeAlias = Literal["same", "behind", "ahead", "diverged", "unrelated"]

_ORDER: tuple[Did, ...] = ("added", "changed", "removed")
_DID: Mapping[Did, str] = {
    "added": mark("{records} added"),
    "changed": mark("{records} changed"),
    "removed": mark("{records} removed"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """How far one of the two copies has come.

    Attributes:
        alone: number of its events that the other one lacks.
        actor: who made its last change.
        at: when, by their clock, ISO 8601 in UTC.
    """

    events: int
    head: str
    alone: int
    actor: str
    at: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that is not the same in both.

    Attributes:
        reference: such as ``answer:QC-20``.
        did: what was done to it from the older to the newer copy.
        fields: what it says in the older copy (``old``) and in the newer one (``new``); empty for nothing.
    """

    reference: str
    subject: Subject
    did: Did
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs.

    Attributes:
        relation: of the older copy to the newer one: "behind" when its history is the beginning of the other's, "ahead"
            when it is the other way round, "diverged" when both have changes of their own, "unrelated" when they
            are two assessments.
        common: number of events that both have from the beginning on.
        records: in the order of kinds and keys.
    """

    relation: Relation
    common: int
    older: Side
    newer: Side
    records: tuple[Difference, ...]


def compare(older: Document, newer: Document) -> Differences:
    """Compare two open documents; both stay as they are.

    Where copies have come back together, ``common`` counts the events at the beginning that lie in the same order.
    """
    common = _common(older, newer) if older.document_id == newer.document_id else 0
    first, second = _side(older, common), _side(newer, common)
    return Differences(
        relation=_relation(first, second, related=older.document_id == newer.document_id),
        common=common,
        older=first,
        newer=second,
        records=tuple(_records(older, newer)),
    )


def relation_in_words(found: Differences, *, older: str, newer: str) -> str:
    """Say in one or two sentences how the histories stand to each other; the names begin no sentence in lower case."""
    alone, more = _changes(found.older.alone), _changes(found.newer.alone)
    last = tr("the last by {actor} on {time}").format(actor=found.newer.actor, time=moment(found.newer.at))
    if found.relation == "same":
        return tr("{large} and {newer} are the same, to the last change.").format(large=_large(older), newer=newer)
    if found.relation == "behind":
        return tr("{large} has {more} more, {last}.").format(large=_large(newer), more=more, last=last)
    if found.relation == "ahead":
        return tr("{large} has {alone} that {newer} lacks; {newer} holds nothing that {older} lacks.").format(
            large=_large(older), alone=alone, newer=newer, older=older
        )
    if found.relation == "diverged":
        return tr(
            "The two went separate ways after {changes}: {older} has {alone} that {newer} lacks, "
            "and {newer} has {more}, {last}."
        ).format(changes=_changes(found.common), older=older, alone=alone, newer=newer, more=more, last=last)
    return tr("{large} and {newer} are different assessments.").format(large=_large(older), newer=newer)


def count_in_words(records: Iterable[Difference]) -> str:
    """Say how much differs: ``2 answers added, 1 result changed and 1 evidence file removed``; empty for nothing."""
    kinds = Counter((item.did, item.reference.partition(":")[0]) for item in records)
    return wording.listed(
        tr(_DID[did]).format(records=counted(kind, kinds[did, kind]))
        for did in _ORDER
        for kind in KIND_WORDS
        if kinds[did, kind]
    )


def differences_json(found: Differences) -> dict[str, Any]:
    """Return the differences as JSON data in the stable shape of the command line; keys may be added."""
    return {
        "relation": found.relation,
        "common": found.common,
        "older": asdict(found.older),
        "newer": asdict(found.newer),
        "records": [
            {
                "reference": item.reference,
                "kind": item.subject.kind,
                "name": item.subject.name,
                "title": item.subject.title,
                "did": item.did,
                "fields": [asdict(change) for change in item.fields],
            }
            for item in found.records
        ],
    }


def _relation(older: Side, newer: Side, *, related: bool) -> Relation:
    if not related:
        return "unrelated"
    if older.alone and newer.alone:
        return "diverged"
    if older.alone:
        return "ahead"
    return "behind" if newer.alone else "same"


def _side(document: Document, common: int) -> Side:
    head = document.head()
    last = next(document.past.events())
    return Side(head.events, head.hash, head.events - common, last.actor, last.at)


def _common(first: Document, second: Document) -> int:
    """Count the events that both begin with: a hash stands for all before it, so halving finds the last common one."""
    low, high = 0, min(first.head().events, second.head().events)
    while low < high:
        middle = (low + high + 1) // 2
        if _hash_at(first, middle) == _hash_at(second, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _hash_at(document: Document, seq: int) -> str:
    return next(document.events(after=seq - 1)).hash


def _records(older: Document, newer: Document) -> Iterable[Difference]:
    before, after = older.inputs(), newer.inputs()
    old_words, new_words = RecordWords(older.pack(), before), RecordWords(newer.pack(), after)
    old, new = _held(before), _held(after)
    for kind, key in dict.fromkeys((*old, *new)):
        was, now = old.get((kind, key)), new.get((kind, key))
        if was == now:
            continue
        did: Did = "added" if was is None else "removed" if now is None else "changed"
        subject = old_words.subject(kind, key, was) if now is None else new_words.subject(kind, key, now)
        fields = _fields(old_words.fields(kind, was), new_words.fields(kind, now))
        yield Difference(f"{kind}:{key}", subject, did, fields)


def _held(inputs: Inputs) -> dict[tuple[str, str], dict[str, Any]]:
    """Return every record as the JSON data that the log keeps."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in KINDS:
        held = getattr(inputs, kind.field)
        for record in ([held] if held is not None else []) if kind.single else sorted(held, key=kind.key):
            found[kind.name, kind.key(record)] = codec.to_json(record)
    return found


def _fields(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[FieldChange, ...]:
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys((*old, *new)))
    return tuple(FieldChange(name, was, now) for name, was, now in pairs if was != now)


def _changes(count: int) -> str:
    return ntr("{count} recorded change", "{count} recorded changes", count).format(count=count)


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
