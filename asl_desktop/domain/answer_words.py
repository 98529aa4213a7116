"""What was answered, in the question's own words: the same in the report, the history and wherever answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import UNKNOWN
from asl_desktop.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl_desktop.domain.inputs import Value
    from asl_desktop.domain.pack import Part, Question

_HOLD = mark("{holds} of {total} hold")
_UNKNOWN = mark("{count} unknown")
_UNANSWERED = mark("{count} not answered")


def parts_in_words(question: Question | None, values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Return label and text of every part of an answer, in the order in which the question asks for them.

    The label is empty where the question has a single part.
    """
    found: list[tuple[str, str]] = []
    asked = [part.id for part in question.parts if part.id in values] if question else []
    for part_id in dict.fromkeys((*asked, *values)):
        part, value = question.part(part_id) if question else None, values[part_id]
        label = part.label if part and part.label else ("" if part_id == "value" else part_id)
        found.append((label, value_in_words(part, value)))
    return tuple(found)


def statements_in_words(question: Question | None, values: Mapping[str, Value], say: Callable[[str], str] = str) -> str:
    """Return ``3 of 5 hold, 1 unknown, 1 not answered`` for a list of statements; nothing for any other question.

    Args:
        question: what was asked.
        values: the answer, by part.
        say: puts the words into the language of the window.
    """
    if question is None or not values or not question.lists_statements:
        return ""
    given = [values.get(part.id) for part in question.parts]
    holds, unknown = given.count(True), given.count(UNKNOWN)
    unanswered = sum(1 for value in given if value is None)
    parts = [say(_HOLD).format(holds=holds, total=len(given))]
    parts += [say(_UNKNOWN).format(count=unknown)] if unknown else []
    parts += [say(_UNANSWERED).format(count=unanswered)] if unanswered else []
    return ", ".join(parts)


def in_one_line(question: Question | None, values: Mapping[str, Value], say: Callable[[str], str] = str) -> str:
    """Return an answer in one line, a list of statements with how many hold in front; ``say`` as above."""
    parts = "; ".join(f"{label}: {text}" if label else text for label, text in parts_in_words(question, values))
    statements = statements_in_words(question, values, say)
    return f"{statements}. {parts}" if statements else parts


def value_in_words(part: Part | None, value: Value) -> str:
    """Return one value with the labels of its options and its unit."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value == UNKNOWN and part is not None and part.type == "yes_no":
        return "Unknown"
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
