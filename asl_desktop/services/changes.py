"""What a service changed, so that every view can refresh just what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.domain.records import Record, reference

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Changes:
    """The records that are new, different or gone.

    Attributes:
        references: such as ``answer:QC-20`` or ``evidence:<sha256>``; see :func:`asl_desktop.domain.records.reference`.
    """

    references: frozenset[str] = frozenset()

    @classmethod
    def of(cls, records: Iterable[Record]) -> Changes:
        """Return the changes that putting these records makes."""
        return cls(frozenset(reference(record) for record in records))

    @property
    def kinds(self) -> frozenset[str]:
        """Names of the kinds of record touched, such as ``answer``."""
        return frozenset(item.partition(":")[0] for item in self.references)

    def ids(self, kind: str) -> frozenset[str]:
        """Return the keys of the records of one kind that changed."""
        return frozenset(key for name, _, key in (item.partition(":") for item in self.references) if name == kind)

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.references | other.references)

    def __bool__(self) -> bool:
        return bool(self.references)
