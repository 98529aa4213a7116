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
    """One entry of the log.

    Attributes:
        seq: place in this file, counted from 1.
        id: UUID of the event.
        device: UUID of the opening of the file in which it was written.
        n: number of the event within its device, counted from 1.
        lamport: logical time, larger than that of every event the writer knew.
        actor: who did it.
        at: the writer's clock, ISO 8601 in UTC; a claim, not a proof.
        kind: kind of record, or ``document`` or ``pack``.
        key: what names the record within its kind.
        action: whether the record was put in its place or removed.
        record: the whole new record as JSON data, None for a removal.
        prev: hash of the event before it, in hex.
        hash: its own hash, in hex.
    """

    seq: int
    id: str
    device: str
    n: int
    lamport: int
    actor: str
    at: str
    kind: str
    key: str
    action: Action
    record: Mapping[str, Any] | None
    prev: str
    hash: str


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
