"""The rules of a pack that no type can express."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asl_desktop.domain.pack import Pack
    from asl_desktop.interchange.yaml_source import FieldPath


def check_pack(pack: Pack) -> tuple[tuple[FieldPath, str], ...]:
    """Return everything wrong with a pack as (field path, clause without a full stop)."""
    return ()
