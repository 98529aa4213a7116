"""The kinds of record an assessment holds, what names one of each, and how a record enters a set of inputs.

Storage, history, import and the window all go by this one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from asl_desktop.domain.inputs import (
    Answer,
    EvidenceItem,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    Plan,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
)

Record: TypeAlias = (
    Scope
    | Answer
    | Measurement
    | ShowingRecord
    | RequirementRecord
    | Plan
    | EvidenceItem
    | GateDecision
    | InterimRecord
    | Specification
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its name in the file, its class, its key, and the field of Inputs that holds it."""

    name: str
    record: type[Any]
    key: Callable[[Any], str]
    field: str
    single: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("scope", Scope, lambda _: "scope", "scope", single=True),
    Kind("plan", Plan, lambda _: "plan", "plan", single=True),
    Kind("answer", Answer, lambda r: r.question, "answers"),
    Kind("measurement", Measurement, lambda r: r.id, "measurements"),
    Kind("showing", ShowingRecord, lambda r: f"{r.showing}@{r.threshold}", "showings"),
    Kind("requirement", RequirementRecord, lambda r: r.requirement, "requirements"),
    Kind("evidence", EvidenceItem, lambda r: r.sha256, "evidence"),
    Kind("decision", GateDecision, lambda r: r.gate, "decisions"),
    Kind("interim", InterimRecord, lambda r: r.measure, "interim"),
    Kind("specification", Specification, lambda r: f"{r.track}/{r.standard}", "specifications"),
)
KIND_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_KIND_BY_CLASS: Mapping[type, Kind] = {kind.record: kind for kind in KINDS}


def kind_of(record: Record) -> Kind:
    """Return the kind of a record."""
    return _KIND_BY_CLASS[type(record)]


def reference(record: Record) -> str:
    """Return the reference of a record, such as ``answer:QC-20`` or ``showing:RO-1@CBRN-3``."""
    kind = kind_of(record)
    return f"{kind.name}:{kind.key(record)}"


def with_record(inputs: Inputs, record: Record) -> Inputs:
    """Return the inputs with ``record`` added, or put in the place of the one it replaces."""
    kind = kind_of(record)
    if kind.single:
        return _replace(inputs, kind.field, record)
    key = kind.key(record)
    others = tuple(item for item in getattr(inputs, kind.field) if kind.key(item) != key)
    return _replace(inputs, kind.field, (*others, record))


def without_record(inputs: Inputs, kind_name: str, key: str) -> Inputs:
    """Return the inputs without the record of that kind and key; nothing happens when there is none."""
    kind = KIND_BY_NAME[kind_name]
    if kind.single:
        return inputs
    kept = tuple(item for item in getattr(inputs, kind.field) if kind.key(item) != key)
    return _replace(inputs, kind.field, kept)


def _replace(inputs: Inputs, field: str, value: Any) -> Inputs:
    changed: dict[str, Any] = {field: value}
    return replace(inputs, **changed)
