"""Turns what pydantic finds wrong into field paths and plain words.

For a value that may be one of several records (a condition by ``op``, a report by ``kind``) pydantic lists the faults
of every branch; here only the branch that the value's own tag names is kept.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from asl_desktop.interchange.yaml_source import MAX_PROBLEMS, FieldPath

if TYPE_CHECKING:
    from pydantic import ValidationError

_TAGS = ("op", "kind")

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "dataclass_type": "must be a mapping of fields",
    "dataclass_exact_type": "must be a mapping of fields",
    "model_type": "must be a mapping of fields",
    "date_type": "must be a date such as 2025-05-22",
    "date_parsing": "must be a date such as 2025-05-22",
    "date_from_datetime_parsing": "must be a date such as 2025-05-22",
    "date_from_datetime_inexact": "must be a date without a time, such as 2025-05-22",
}
_KIND_WORDS: Mapping[Any, str] = {str: "text", float: "a number", int: "a whole number", bool: "true or false"}


@dataclasses.dataclass(frozen=True, slots=True)
class _Trail:
    """One pydantic error: where it is in the data, and which branch was tried at each union on the way there."""

    error: ErrorDetails
    path: FieldPath
    choices: tuple[tuple[FieldPath, str, Any], ...]
    siblings: tuple[str, ...]


def explain(failure: ValidationError, kind: Any, data: object) -> tuple[tuple[FieldPath, str], ...]:
    """Return what is wrong as (path in ``data``, clause without a full stop), without repeats.

    Args:
        failure: what ``codec.from_json(kind, data)`` raised.
        kind: the dataclass or model that the data was read as.
        data: the data that was refused.
    """
    errors = failure.errors(include_url=False)[: 20 * MAX_PROBLEMS]
    trails = [_trail(error, kind, data) for error in errors]
    return tuple(dict.fromkeys(_settle(trails, 0, data)))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean X)`` for the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f" (did you mean {close[0]})" if close else ""


def _trail(error: ErrorDetails, kind: Any, data: object) -> _Trail:
    path: FieldPath = ()
    choices: list[tuple[FieldPath, str, Any]] = []
    siblings: tuple[str, ...] = ()
    for position, step in enumerate(error["loc"]):
        kind = _without_none(kind)
        members = _members(kind)
        if members:
            choices.append((path, str(step), kind))
            kind = next((member for member in members if _label(member) == step), None)
            continue
        if step == "[key]" or _is_label(step, kind, data, last=position == len(error["loc"]) - 1):
            continue
        fields = _fields(kind)
        siblings = tuple(fields)
        kind = fields.get(str(step)) if fields else _inside(kind)
        path = (*path, step)
        data = _at(data, (step,))
    return _Trail(error, path, tuple(choices), siblings)


def _is_label(step: int | str, kind: Any, data: object, *, last: bool) -> bool:
    """Tell whether a step names a validator rather than a place in the data."""
    if isinstance(step, int) or _fields(kind) or last:
        return False
    return not (isinstance(data, Mapping) and step in data)


def _settle(trails: Sequence[_Trail], depth: int, data: object) -> list[tuple[FieldPath, str]]:
    """Describe errors, choosing one branch of each union at ``depth`` and going deeper inside it."""
    found: list[tuple[FieldPath, str]] = []
    unions: dict[FieldPath, list[_Trail]] = {}
    for trail in trails:
        if len(trail.choices) <= depth:
            found.append((trail.path, _describe(trail)))
        else:
            unions.setdefault(trail.choices[depth][0], []).append(trail)
    for path, inside in unions.items():
        found.extend(_settle_union(path, inside, depth, data))
    return found


def _settle_union(path: FieldPath, trails: Sequence[_Trail], depth: int, data: object) -> list[tuple[FieldPath, str]]:
    union = trails[0].choices[depth][2]
    value = _at(data, path)
    tags = _tagged(union)
    if not tags:
        return [(path, "must be " + _either([_kind_words(member) for member in _members(union)]))]
    if not isinstance(value, Mapping):
        return [(path, "must be a mapping of fields")]
    tag = next((name for name in _TAGS if name in value), None)
    if tag is None:
        return [((*path, _tag_of(union)), "is missing; it must be " + _either(sorted(tags)))]
    label = tags.get(str(value[tag]))
    if label is None:
        hint = suggestion(str(value[tag]), tags)
        return [((*path, tag), f"must be {_either(sorted(tags))}, not {value[tag]!r}{hint}")]
    return _settle([trail for trail in trails if trail.choices[depth][1] == label], depth + 1, data)


def _describe(trail: _Trail) -> str:
    error, kind = trail.error, trail.error["type"]
    context = error.get("ctx", {})
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        return "is not a known field" + suggestion(str(trail.path[-1]), trail.siblings)
    if kind in {"literal_error", "enum"}:
        expected = str(context.get("expected", "")).replace("'", "")
        given = error["input"]
        if not isinstance(given, str):
            return f"must be {expected}"
        return f"must be {expected}, not {given!r:.60}" + suggestion(given, expected.replace(" or ", ", ").split(", "))
    if kind == "value_error":
        return str(context.get("error", error["msg"])).rstrip(".")
    plain = _WORDS.get(kind)
    return plain if plain is not None else error["msg"][:1].lower() + error["msg"][1:]


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        rest = [member for member in get_args(kind) if member is not type(None)]
        return rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007 - built at run time
    return kind


def _members(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else ()


def _label(member: Any) -> str:
    return str(getattr(member, "__name__", member)) if not get_origin(member) else str(member)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return {}


def _fields(kind: Any) -> dict[str, Any]:
    return _hints(kind) if isinstance(kind, type) else {}


def _inside(kind: Any) -> Any:
    arguments = get_args(kind)
    if not arguments:
        return None
    return arguments[1] if len(arguments) == 2 and arguments[1] is not Ellipsis else arguments[0]


def _tagged(union: Any) -> dict[str, str]:
    """Return tag value -> branch label for a union of records that carry a literal tag."""
    tags: dict[str, str] = {}
    for member in _members(union):
        for name in _TAGS:
            hint = _fields(member).get(name)
            if get_origin(hint) is Literal:
                tags.update({str(value): _label(member) for value in get_args(hint)})
    return tags


def _tag_of(union: Any) -> str:
    return next(name for member in _members(union) for name in _TAGS if name in _fields(member))


def _kind_words(member: Any) -> str:
    if get_origin(member) is Literal:
        return _either([repr(value) for value in get_args(member)])
    if get_origin(member) in (tuple, list):
        return "a list"
    return _KIND_WORDS.get(member, "a mapping of fields")


def _either(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} or {unique[-1]}"


def _at(data: object, path: FieldPath) -> object:
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
