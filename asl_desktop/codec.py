"""Between frozen domain data and JSON: the one place where records are validated, written and digested.

Pydantic reads the same dataclasses that the domain uses, so there is no second model to keep in step. Canonical bytes
are RFC 8785 (JSON Canonicalization Scheme) and are what gets hashed, stored and attached.
"""

from __future__ import annotations

import dataclasses
import hashlib
from functools import cache
from typing import Any, TypeVar, cast

import rfc8785
from pydantic import ConfigDict, TypeAdapter

from asl_desktop.domain import conditions, determination, inputs, pack

T = TypeVar("T")

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@cache
def _forbid_unknown_keys() -> None:
    """Make every domain dataclass refuse keys it does not know, nested ones included."""
    for module in (conditions, determination, inputs, pack):
        for item in vars(module).values():
            if isinstance(item, type) and dataclasses.is_dataclass(item):
                item.__pydantic_config__ = _STRICT  # type: ignore[attr-defined]


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    _forbid_unknown_keys()
    return TypeAdapter(kind)


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Return the validator for a domain dataclass; building one costs milliseconds, so it is kept."""
    return cast("TypeAdapter[T]", _adapter(cast("Any", kind)))


def to_json(record: object) -> Any:
    """Return a record as JSON-able data (mappings, lists, strings, numbers, booleans, None)."""
    return adapter(type(record)).dump_python(record, mode="json")


def from_json(kind: type[T], data: object) -> T:
    """Build a record from JSON data.

    Raises:
        pydantic.ValidationError: when a field is missing, unknown or of the wrong kind.
    """
    return adapter(kind).validate_python(data)


def canonical(data: object) -> bytes:
    """Return the RFC 8785 canonical bytes of JSON data; refuses NaN, infinities and integers beyond 2^53."""
    return rfc8785.dumps(data)  # type: ignore[arg-type]


def digest(data: object) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(data)).hexdigest()
