"""The digest of a snapshot, without writing anew what has not changed since the last one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from asl_desktop import codec
from asl_desktop.domain.records import KINDS, Kind

if TYPE_CHECKING:
    from datetime import date

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.domain.pack import Pack

SNAPSHOT_FORMAT = "asl-snapshot-1"


class SnapshotDigester:
    """Digests one snapshot after another of the same assessment.

    It keeps the canonical bytes of each record with the very object they were made from, so that a keystroke costs one
    record and one pass of SHA-256. It holds what people wrote: it belongs to whoever has the document open and goes
    with it.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, bytes]] = {}

    def digest(self, pack: Pack, inputs: Inputs, as_of: date) -> str:
        """Return the SHA-256 of what :func:`asl_desktop.services.assessments.digest_subject` says, in hex."""
        used: dict[int, tuple[object, bytes]] = {}
        fields = {kind.field: self._field(kind, inputs, used) for kind in KINDS}
        self._kept = used
        subject = {
            "format": codec.canonical(SNAPSHOT_FORMAT),
            "pack_digest": codec.canonical(pack.digest),
            "as_of": codec.canonical(as_of.isoformat()),
            "plan": fields.pop("plan"),
            "inputs": _object(fields),
            "evidence_digests": codec.canonical(sorted(item.sha256 for item in inputs.evidence)),
        }
        return hashlib.sha256(_object(subject)).hexdigest()

    def _field(self, kind: Kind, inputs: Inputs, used: dict[int, tuple[object, bytes]]) -> bytes:
        held = getattr(inputs, kind.field)
        if kind.single:
            return self._record(held, used)
        return b"[" + b",".join([self._record(item, used) for item in sorted(held, key=kind.key)]) + b"]"

    def _record(self, item: object, used: dict[int, tuple[object, bytes]]) -> bytes:
        found = self._kept.get(id(item))
        if found is None or found[0] is not item:
            found = (item, codec.canonical(codec.to_json(item)))
        used[id(item)] = found
        return found[1]


def _object(members: dict[str, bytes]) -> bytes:
    """Return a canonical object of members that are canonical already; their names are plain ASCII."""
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), members[name]) for name in sorted(members)) + b"}"
