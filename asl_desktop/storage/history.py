"""The rule of the log: what an event's bytes are and how its hash is made.

``hash = SHA-256(TAG || previous hash (32 bytes) || body)``. The body is kept as hashed and never written anew to
verify. The previous hash is that of the event which the same device wrote before; the first event of a device takes
that of the history it continued. So each copy of a file goes on in a chain of its own and names what it grew from.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from asl_desktop.codec import canonical, parse
from asl_desktop.storage.model import Action, Event

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = b"asl-desktop/event/1\x00"
NOTHING = "0" * 64
"""The previous hash of the first event of a document."""
MAX_COUNT = 2**52
"""Numbers beyond it are no counts: JSON readers differ on them, and there must be room to count on."""
_MEMBERS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("action", "actor", "at", "change", "device", "key", "kind", "reverts", "was"), (str,)),
    **dict.fromkeys(("lamport", "n"), (int,)),
    "record": (dict, type(None)),
}


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
    """Return the hash, in hex, of an event that follows the one with hash ``prev``.

    Raises:
        ValueError: when ``prev`` is not 64 hex digits.
    """
    if len(prev) != len(NOTHING):
        raise ValueError("the hash before it is none")
    return hashlib.sha256(TAG + bytes.fromhex(prev) + body).hexdigest()


def event_of(seq: int, body: bytes, prev: str, own: str) -> Event:
    """Read an event back from its stored bytes.

    Raises:
        ValueError: when the bytes are not those of an event.
    """
    data: Any = parse(body)
    if not isinstance(data, dict) or data.keys() != _MEMBERS.keys():
        raise ValueError(f"event {seq} has unknown or missing fields")
    if any(type(data[name]) not in kinds for name, kinds in _MEMBERS.items()):
        raise ValueError(f"event {seq} has a field of another kind than it should")
    if not (0 < data["n"] <= MAX_COUNT and 0 < data["lamport"] <= MAX_COUNT):
        raise ValueError(f"event {seq} is not counted")
    return Event(seq=seq, prev=prev, hash=own, **data)
