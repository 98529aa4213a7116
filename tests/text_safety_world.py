"""Texts that could be taken for markup, formulas or orders to the page, and records that are full of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from asl_desktop.domain.inputs import Inputs

T = TypeVar("T")
OVERRIDE = "\u202egnp\u202c"
MARKED = r"<b>x</b> $\frac{1$"
LETTERS = {
    "arabic": "\u0645\u0631\u062d\u0628\u0627",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd",
    "chinese": "\u98a8\u96aa\u8a55\u4f30",
    "japanese": "\u30ea\u30b9\u30af\u306e\u8a55\u4fa1",
    "devanagari": "\u091c\u094b\u0916\u093f\u092e",
    "emoji": "\U0001f9ea",
}
UNBROKEN = "W" * 300
HOSTILE = " ".join((OVERRIDE, MARKED, *LETTERS.values(), UNBROKEN))
_NAMES_SOMETHING = {
    "question", "id", "indicator", "evidence", "showing", "threshold", "requirement", "gate", "measure", "track",
    "standard", "sha256", "replaces", "media_type", "pack_digest", "locked_digest", "kind", "at", "locked_at",
    "carried_from",
}  # fmt: skip
"""Fields of type str that hold an id, a digest, a moment or a mark that decides what counts; all others are typed."""


def typed_fields(record: object) -> Iterator[str]:
    """Yield the fields of a record that hold whatever a person types."""
    assert is_dataclass(record)
    for field in fields(record):
        if field.type == "str" and field.name not in _NAMES_SOMETHING:
            yield field.name


def with_text(record: T, text: str) -> T:
    """Return a record, or inputs as a whole, with ``text`` in front of everything that people type.

    ``{place}`` in the text becomes the class and the name of the field.
    """
    if isinstance(record, tuple):
        return tuple(with_text(item, text) for item in record)  # type: ignore[return-value]
    if not is_dataclass(record) or isinstance(record, type):
        return record
    kind = type(record).__name__

    def _said(name: str, held: str) -> str:
        return f"{text.replace('{place}', f'{kind}.{name}')} {held}".strip()

    changed: dict[str, Any] = {name: _said(name, getattr(record, name)) for name in typed_fields(record)}
    for field in fields(record):
        held = getattr(record, field.name)
        if isinstance(held, tuple) or is_dataclass(held):
            changed[field.name] = with_text(held, text)
        elif field.name == "rationales":
            changed[field.name] = {key: _said(field.name, why) for key, why in held.items()}
        elif field.name == "value" and isinstance(held, Mapping):
            sentences = {key: value for key, value in held.items() if isinstance(value, str) and " " in value}
            changed[field.name] = {**held, **{key: _said("value", value) for key, value in sentences.items()}}
    return dataclasses.replace(record, **changed)


def typed_places(inputs: Inputs) -> set[str]:
    """Return the class and name of every field of a record that people type into."""
    found = {"ShowingRecord.rationales", "Answer.value"}
    waiting: list[object] = [inputs]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
        elif is_dataclass(one):
            found |= {f"{type(one).__name__}.{name}" for name in typed_fields(one)}
            waiting += [getattr(one, field.name) for field in fields(one)]
    return found
