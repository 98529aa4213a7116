"""Between frozen domain data and JSON: the one place where records are validated, written and digested.

Pydantic reads the same dataclasses that the domain uses, so there is no second model to keep in step. Canonical bytes
are RFC 8785 (JSON Canonicalization Scheme) and are what gets hashed, stored and attached.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import rfc8785
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_core import from_json as _parse

from asl_desktop.domain import conditions, determination, inputs, pack

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_MANY_DIGITS = re.compile(rb"[0-9]{16}|[eE]\+?[0-9]{3}")
_NOT_EXACT = 2**53
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
    return adapter(kind).validate_python(_with_conditions(data) if kind.__module__ == pack.__name__ else data)


_CONDITIONS: Mapping[str, type] = {
    str(tag.default): item
    for item in vars(conditions).values()
    if isinstance(item, type) and dataclasses.is_dataclass(item)
    for tag in dataclasses.fields(item)
    if tag.name == "op"
}
_MAX_NESTING = 100


def _with_conditions(data: object, depth: int = 0) -> object:
    """Build the condition trees inside pack data from the leaves up.

    Left to itself pydantic tries every kind of node at every level: time that grows threefold with each level, which
    a hostile file would use.
    """
    if depth > _MAX_NESTING:
        fault = PydanticCustomError("too_deep", "is nested too deep")
        raise ValidationError.from_exception_data("Pack", [{"type": fault, "input": None}])
    if isinstance(data, dict):
        inner = {key: _with_conditions(value, depth + 1) for key, value in data.items()}
        operator = data.get("op")
        kind = _CONDITIONS.get(operator) if isinstance(operator, str) else None
        return inner if kind is None else _adapter(kind).validate_python(inner)
    if isinstance(data, list | tuple):
        return [_with_conditions(value, depth + 1) for value in data]
    return data


def parse(text: str | bytes) -> Any:
    """Read JSON that somebody else may have written, whatever it holds.

    Raises:
        ValueError: when it is no JSON, is nested deeper than any record, or holds NaN, half a character or a number
            of thousands of digits.
    """
    data = _parse(text, allow_inf_nan=False, cache_strings="keys")
    many = _MANY_DIGITS.search(text if isinstance(text, bytes) else text.encode())
    return data if many is None else _with_exact_numbers(data)


def _with_exact_numbers(data: Any) -> Any:
    """Make whole numbers floats where a JSON number holds no more: canonical JSON writes 1e20 with all its digits."""
    if isinstance(data, dict):
        return {key: _with_exact_numbers(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_exact_numbers(value) for value in data]
    try:
        exact = float(data) if type(data) is int and abs(data) >= _NOT_EXACT else data
    except OverflowError as error:
        raise ValueError("it holds a number beyond all numbers") from error
    if isinstance(exact, float) and not math.isfinite(exact):
        raise ValueError("it holds a number beyond all numbers")
    return exact


def canonical(data: object) -> bytes:
    """Return the RFC 8785 canonical bytes of JSON data; refuses NaN, infinities and integers beyond 2^53."""
    return rfc8785.dumps(data)  # type: ignore[arg-type]


def digest(data: object) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(data)).hexdigest()
