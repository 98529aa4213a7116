"""What storage hands out and takes in besides records: plain frozen data that crosses threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

Action: TypeAlias = Literal["put", "remove"]


@dataclass(frozen=True, slots=True)
class Head:
    """How far the history of a document has come.

    Attributes:
        events: number of events in the log.
        hash: hash of the last event, in hex; it names everything before it as well.
    """

    events: int
    hash: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A durable change.

    Attributes:
        head: the history right after it.
        at: when it was recorded, ISO 8601 in UTC.
        changed: references (``answer:QC-20``) of what was written; empty when the file already said the same.
    """

    head: Head
    at: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log. ``device`` and ``n`` together name it wherever the history goes.

    Attributes:
        seq: place in this file, counted from 1; another copy may keep it elsewhere.
        device: UUID of the opening of the file in which it was written, so of one copy's part of the history.
        n: number of the event within its device, counted from 1.
        lamport: logical time, larger than that of every event the writer knew.
        actor: who did it.
        at: the writer's clock, ISO 8601 in UTC; a claim, not a proof.
        change: UUID of the act it belongs to; all events of one transaction share it.
        kind: kind of record, or ``document``, ``pack`` or ``checkpoint``.
        key: what names the record within its kind.
        action: whether the record was put in its place or removed.
        record: the whole new record as JSON data, None for a removal.
        was: digest of the record that it replaces or removes, empty when there was none.
        reverts: the change that it takes back, empty for an act of its own.
        prev: hash of the event before it, in hex.
        hash: its own hash, in hex.
    """

    seq: int
    device: str
    n: int
    lamport: int
    actor: str
    at: str
    change: str
    kind: str
    key: str
    action: Action
    record: Mapping[str, Any] | None
    was: str
    reverts: str
    prev: str
    hash: str

    @property
    def reference(self) -> str:
        """Such as ``answer:QC-20``."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Change:
    """One act of a person: the events that one transaction wrote, oldest first, never empty."""

    events: tuple[Event, ...]

    @property
    def id(self) -> str:
        """UUID of the act."""
        return self.events[0].change

    @property
    def actor(self) -> str:
        """Who did it."""
        return self.events[0].actor

    @property
    def at(self) -> str:
        """When, by the writer's clock, ISO 8601 in UTC."""
        return self.events[0].at

    @property
    def reverts(self) -> str:
        """The change that it takes back, empty for an act of its own."""
        return self.events[0].reverts

    @property
    def references(self) -> tuple[str, ...]:
        """What it touched, each once, in the order of touching."""
        return tuple(dict.fromkeys(event.reference for event in self.events))


@dataclass(frozen=True, slots=True)
class Reversible:
    """What can be taken back next.

    Attributes:
        undo: the act that undoing would take back, None when there is none.
        redo: the undoing that redoing would take back, None when there is none.
        final: the act that stands in the way of undoing further: a locked plan or the creation of the document.
        too_large: whether what stands in the way is an act of more records than can be taken back in one step.
    """

    undo: Change | None
    redo: Change | None
    final: Change | None = None
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement on how far the history of a document had come.

    Attributes:
        id: UUID.
        document: UUID of the document.
        events: number of events in the log at that time.
        head: hash of the last of them, in hex.
        at: when it was made, ISO 8601 in UTC; a claim.
        program: version that made it.
        signer: name in the certificate.
        certificates: the signer's certificate and those above it, each DER in base64.
        signature: over the canonical JSON of the fields from ``document`` to ``program``, in base64.
    """

    id: str
    document: str
    events: int
    head: str
    at: str
    program: str
    signer: str = ""
    certificates: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What a new file was made of from a damaged one.

    Attributes:
        target: the new file.
        pack: key of the pack it is assessed under.
        events: events of the history that were taken over word for word.
        records: records that the new file holds.
        again: references of records that were put in anew, because their history has a gap or is lost.
        evidence: names of the evidence files that came along.
        lost: one sentence for everything that could not be read, or not be kept for that reason.
        damaged_pages: numbers of the pages of the old file that could not be read.
    """

    target: str
    pack: str
    events: int
    records: int
    again: tuple[str, ...]
    evidence: tuple[str, ...]
    lost: tuple[str, ...]
    damaged_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """What a person says about a file while attaching it. An empty field means "nothing said".

    For bytes that the document already holds, what is said here changes the existing item and the rest of it stays.
    """

    name: str = ""
    media_type: str = ""
    title: str = ""
    cites: str = ""
    produced: date | None = None
    received: date | None = None
    valid_until: date | None = None
    strength: Literal["", "weak", "moderate", "strong"] = ""
    confidentiality: Literal["", "public", "internal", "confidential", "restricted"] = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that is not as it was recorded.

    Attributes:
        text: a sentence for a person.
        touched: references of what it concerns: ``answer:QC-20``, ``event:17``, ``pack:ID@VERSION``,
            ``evidence:SHA-256``, ``checkpoint:ID``, ``document``; ``file`` for damage that cannot be told more closely.
    """

    text: str
    touched: tuple[str, ...]
