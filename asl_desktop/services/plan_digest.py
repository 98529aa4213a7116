"""The digest that a plan is locked with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from asl_desktop import codec

if TYPE_CHECKING:
    from asl_desktop.domain.inputs import Plan


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of the canonical JSON of a plan without its lock fields and amendments, in hex."""
    bare = dataclasses.replace(plan, locked_at="", locked_by="", locked_digest="", amendments=())
    data = codec.to_json(bare)
    for name in ("locked_at", "locked_by", "locked_digest", "amendments"):
        data.pop(name)
    return codec.digest(data)
