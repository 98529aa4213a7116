"""What was answered, in the question's own words: the same in the report, the history and wherever answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl_desktop.domain import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.inputs import Value
    from asl_desktop.domain.pack import Part, Question


def parts_in_words(question: Question | None, values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Return label and text of every part of an answer; the label is empty where the question has a single part."""
    found: list[tuple[str, str]] = []
    for part_id, value in values.items():
        part = question.part(part_id) if question else None
        label = part.label if part and part.label else ("" if part_id == "value" else part_id)
        found.append((label, value_in_words(part, value)))
    return tuple(found)


def value_in_words(part: Part | None, value: Value) -> str:
    """Return one value with the labels of its options and its unit."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    labels = {option.id: option.label for option in part.options} if part else {}
    if isinstance(value, str):
        return labels.get(value, value)
    unit = part.unit if part else ""
    if isinstance(value, float | int):
        return wording.quantity(float(value), unit)
    if part and part.type == "number" and len(value) == 2 and not isinstance(value[0], str):
        pair: tuple[Any, ...] = value
        return wording.uncertain(float(pair[0]), float(pair[1]), unit)
    if part and part.type == "range" and len(value) >= 3 and not isinstance(value[0], str):
        numbers: tuple[Any, ...] = value
        low, best, high = (wording.quantity(float(n), unit) for n in numbers[:3])
        trust = f", {wording.number(float(numbers[3]))} % confident" if len(numbers) > 3 else ""
        return f"{best} ({low} to {high}{trust})"
    return ", ".join(
        labels.get(item, item) if isinstance(item, str) else wording.quantity(item, unit) for item in value
    )
