"""The rule of the log: what an event's bytes are and how its hash is made.

``hash = SHA-256(TAG || previous hash (32 bytes) || body)``. The body is kept as hashed and never written anew to
verify. The previous hash is that of the event which the same device wrote before; the first event of a device takes
that of the history it continued. So each copy of a file goes on in a chain of its own and names what it grew from.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from asl_desktop.codec import canonical
from asl_desktop.storage.model import Action, Event

TAG = b"asl-desktop/event/1\x00"
NOTHING = "0" * 64
"""The previous hash of the first event of a document."""


def body_bytes(
    *,
    device: str,
    n: int,
    lamport: int,
    actor: str,
    at: str,
    change: str,
    kind: str,
    key: str,
    record: object,
    was: str = "",
    reverts: str = "",
) -> bytes:
    """Return the canonical bytes of an event; ``record`` is None for a removal, the rest as in :class:`Event`."""
    action: Action = "remove" if record is None else "put"
    return canonical(
        {
            "action": action,
            "actor": actor,
            "at": at,
            "change": change,
            "device": device,
            "key": key,
            "kind": kind,
            "lamport": lamport,
            "n": n,
            "record": record,
            "reverts": reverts,
            "was": was,
        }
    )


def chain_hash(prev: str, body: bytes) -> str:
    """Return the hash, in hex, of an event that follows the one with hash ``prev``."""
    return hashlib.sha256(TAG + bytes.fromhex(prev) + body).hexdigest()


def event_of(seq: int, body: bytes, prev: str, own: str) -> Event:
    """Read an event back from its stored bytes.

    Raises:
        ValueError: when the bytes are not those of an event.
    """
    data: dict[str, Any] = json.loads(body)
    try:
        return Event(seq=seq, prev=prev, hash=own, **data)
    except TypeError as error:
        raise ValueError(f"event {seq} has unknown or missing fields") from error
