"""From the form in which people write a pack to the plain form of the domain records.

The written form has short cuts (conditions by their operator, ``cite: "RSP22 3.2"``, questions with a single part,
items taken from the shared library). This module takes them apart and remembers where every field was written, so that
whatever is found wrong later still names the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    AtLeast,
    BoundName,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    Leaf,
    Not,
    ShowingAccepted,
    StandardMet,
    StateName,
    ThresholdStateIn,
)
from asl_desktop.errors import Problem
from asl_desktop.interchange.explaining import suggestion
from asl_desktop.interchange.yaml_source import FieldPath, Located

PART_FIELDS = ("type", "options", "unit", "minimum", "maximum", "uncertainty")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BRANCHES = {"all": AllOf, "any": AnyOf}


@dataclass(frozen=True, slots=True)
class LeafForm:
    """How a leaf is written: its operator names its subject; the other fields stand beside it.

    Attributes:
        kind: the domain record.
        subject: the record's field that the operator's own value goes into.
        texts: further single values, with the words allowed (none means any id).
        lists: further lists of words, likewise.
        required: which of the further fields must be given.
        meaning: one sentence for the schema.
    """

    kind: type[Leaf]
    subject: str
    meaning: str
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


LEAVES: Mapping[str, LeafForm] = {
    "indicator_below": LeafForm(
        IndicatorBelow,
        "indicator",
        "An adequate measurement lies short of the bound, even at the riskier end of its interval.",
        texts={"bound": get_args(BoundName)},
    ),
    "indicator_above": LeafForm(
        IndicatorAbove,
        "indicator",
        "An adequate measurement lies past the bound, even at the safer end of its interval.",
        texts={"bound": get_args(BoundName)},
    ),
    "answer_in": LeafForm(
        AnswerIn,
        "question",
        "The answer to (one part of) the question is one of these options; yes_no questions use yes and no.",
        texts={"part": ()},
        lists={"options": ()},
        required=("options",),
    ),
    "showing_accepted": LeafForm(
        ShowingAccepted,
        "showing",
        "Named people accepted this showing for the threshold at hand, or for the one named.",
        texts={"threshold": ()},
    ),
    "standard_met": LeafForm(
        StandardMet,
        "standard",
        "Every requirement of the standard on this track, and of those below it, is covered.",
        texts={"track": ()},
        required=("track",),
    ),
    "threshold_state_in": LeafForm(
        ThresholdStateIn,
        "threshold",
        "The state determined for the threshold is one of these.",
        lists={"states": get_args(StateName)},
        required=("states",),
    ),
}
OPERATORS = ("all", "any", "at_least", "not", *LEAVES)


@dataclass(slots=True)
class Form:
    """One written file being taken apart.

    Attributes:
        moved: a path of the plain form -> the file and path where it was written; paths not here are unchanged.
        problems: what was found wrong so far.
        unusable: items of which nothing more can be said.
    """

    located: Located
    moved: dict[FieldPath, tuple[Form, FieldPath]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unusable: set[FieldPath] = field(default_factory=set)

    def find(self, path: FieldPath) -> tuple[Located, FieldPath]:
        """Return the file and the path in it where a field of the plain form was written."""
        for length in range(len(path), 0, -1):
            moved = self.moved.get(path[:length])
            if moved is not None:
                form, start = moved
                return (
                    form.find((*start, *path[length:])) if form is not self else (self.located, start + path[length:])
                )
        return self.located, path

    def problem(self, path: FieldPath, problem: str) -> Problem:
        """Return a problem at a field of the plain form, placed where the field was written."""
        located, written = self.find(path)
        return located.problem(written, problem)

    def refuse(self, path: FieldPath, problem: str) -> None:
        """Note a problem at a written path."""
        self.problems.append(self.located.problem(path, problem))


def plain_items(form: Form, key: str, change: Callable[[Form, dict[str, Any], FieldPath], dict[str, Any]]) -> Any:
    """Return the list under ``key`` with every mapping in it changed; anything else is left for the validator."""
    items = form.located.data.get(key, [])
    if not isinstance(items, list):
        return items
    return [
        change(form, dict(item), (key, position)) if isinstance(item, dict) else item
        for position, item in enumerate(items)
    ]


def plain_item(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand what every kind of item may have: the short ``cite``, and dates that must be written as dates."""
    if isinstance(item.get("cite"), str):
        item["cite"] = _short_cite(form, item["cite"], (*path, "cite"))
    for key in ("in_force", "retrieved", "specified_on"):
        value = item.get(key)
        if value is not None and not (isinstance(value, str) and _DATE.fullmatch(value)):
            form.refuse((*path, key), "must be a date such as 2025-05-22")
            item[key] = None
    return item


def plain_track(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand a track and its standards."""
    return _with_list(form, plain_item(form, item, path), path, "standards")


def plain_indicator(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand an indicator and its bounds."""
    return _with_list(form, plain_item(form, item, path), path, "bounds")


def plain_question(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand a question: a single part written in the question itself, options, and when it is visible."""
    plain_item(form, item, path)
    _condition_field(form, item, path, "visible_when")
    short = [key for key in PART_FIELDS if key in item]
    if short and "parts" in item:
        form.refuse((*path, short[0]), "cannot stand beside parts; write it in the part")
        for key in short:
            del item[key]
    elif short:
        item["parts"] = [{key: item.pop(key) for key in short}]
        form.moved[(*path, "parts", 0)] = (form, path)
    if isinstance(item.get("parts"), list):
        written = [path if short else (*path, "parts", position) for position in range(len(item["parts"]))]
        item["parts"] = [
            _plain_part(form, dict(part), written[position], (*path, "parts", position))
            if isinstance(part, dict)
            else part
            for position, part in enumerate(item["parts"])
        ]
    return item


def plain_threshold(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand a threshold and its two trees."""
    for key in ("crossed_when", "ruled_out_when"):
        _condition_field(form, item, path, key)
    return plain_item(form, item, path)


def plain_gate(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand a gate and its tree."""
    _condition_field(form, item, path, "opens_when")
    return plain_item(form, item, path)


def plain_showing(form: Form, item: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Expand a showing and its tree per threshold."""
    trees = item.get("supported_when")
    if isinstance(trees, dict):
        item["supported_when"] = dict(trees)
        for key in trees:
            _condition_field(form, item["supported_when"], (*path, "supported_when"), key)
    return plain_item(form, item, path)


def read_condition(form: Form, value: object, path: FieldPath) -> Condition | None:
    """Return the condition written at ``path``, or None after noting what is wrong with it."""
    if not isinstance(value, dict):
        form.refuse(path, "must be a condition such as {all: [...]}")
        return None
    found = [key for key in value if key in OPERATORS]
    if len(found) != 1:
        unknown = next((key for key in value if key not in OPERATORS), "")
        hint = suggestion(unknown, OPERATORS) or f" (one of {', '.join(OPERATORS)})"
        form.refuse(path, "must have exactly one operator" + hint)
        return None
    operator = found[0]
    if operator in LEAVES:
        return _leaf(form, value, path, operator)
    if not _only(form, value, path, {operator, "of"} if operator == "at_least" else {operator}):
        return None
    if operator == "not":
        inner = read_condition(form, value["not"], (*path, "not"))
        return None if inner is None else Not(inner)
    if operator == "at_least":
        return _at_least(form, value, path)
    branches = _branches(form, value[operator], (*path, operator))
    return None if branches is None else _BRANCHES[operator](branches)


def _at_least(form: Form, value: dict[str, Any], path: FieldPath) -> Condition | None:
    branches = _branches(form, value.get("of"), (*path, "of"))
    count = value["at_least"]
    if branches is None:
        return None
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(branches):
        form.refuse((*path, "at_least"), f"must be a whole number from 1 to {len(branches)}, the number of branches")
        return None
    return AtLeast(count, branches)


def _branches(form: Form, value: object, path: FieldPath) -> tuple[Condition, ...] | None:
    if not isinstance(value, list) or not value:
        form.refuse(path, "must be a list of at least one condition")
        return None
    read = [read_condition(form, branch, (*path, position)) for position, branch in enumerate(value)]
    kept = tuple(branch for branch in read if branch is not None)
    return kept if len(kept) == len(read) else None


def _leaf(form: Form, value: dict[str, Any], path: FieldPath, operator: str) -> Condition | None:
    shape = LEAVES[operator]
    before = len(form.problems)
    _only(form, value, path, {operator, *shape.texts, *shape.lists})
    arguments: dict[str, Any] = {shape.subject: _word(form, value[operator], (*path, operator), ())}
    for key in shape.required:
        if key not in value:
            form.refuse((*path, key), "is missing")
    for key, words in shape.texts.items():
        if key in value:
            arguments[key] = _word(form, value[key], (*path, key), words)
    for key, words in shape.lists.items():
        if key in value:
            arguments[key] = _words(form, value[key], (*path, key), words)
    return shape.kind(**arguments) if len(form.problems) == before else None


def _words(form: Form, value: object, path: FieldPath, allowed: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        form.refuse(path, "must be a list of at least one word")
        return ()
    return tuple(_word(form, word, (*path, position), allowed) for position, word in enumerate(value))


def _word(form: Form, value: object, path: FieldPath, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or not value:
        form.refuse(path, "must be text; put it in quotes")
        return ""
    if allowed and value not in allowed:
        form.refuse(path, f"must be one of {', '.join(allowed)}, not {value!r}{suggestion(value, allowed)}")
    return value


def _only(form: Form, value: dict[str, Any], path: FieldPath, known: set[str]) -> bool:
    unknown = [key for key in value if key not in known]
    for key in unknown:
        form.refuse((*path, key), "is not a known field of this condition" + suggestion(key, known))
    return not unknown


def _condition_field(form: Form, item: dict[str, Any], path: FieldPath, key: str) -> None:
    if item.get(key) is not None:
        item[key] = read_condition(form, item[key], (*path, key))


def _short_cite(form: Form, text: str, path: FieldPath) -> dict[str, str]:
    source, _, place = text.strip().partition(" ")
    if not source:
        form.refuse(path, "must name a source")
    return {"source": source, "place": place.strip(), "certainty": "primary"}


def _with_list(form: Form, item: dict[str, Any], path: FieldPath, key: str) -> dict[str, Any]:
    if isinstance(item.get(key), list):
        item[key] = [
            plain_item(form, dict(entry), (*path, key, position)) if isinstance(entry, dict) else entry
            for position, entry in enumerate(item[key])
        ]
    return item


def _plain_part(form: Form, part: dict[str, Any], written: FieldPath, path: FieldPath) -> dict[str, Any]:
    options = part.get("options")
    if isinstance(options, dict):
        part["options"] = [{"id": key, "label": label} for key, label in options.items()]
        for position, key in enumerate(options):
            form.moved[(*path, "options", position)] = (form, (*written, "options", key))
    elif isinstance(options, list):
        part["options"] = [_plain_option(option) for option in options]
    return part


def _plain_option(option: object) -> object:
    if isinstance(option, dict) and len(option) == 1 and "id" not in option:
        ((key, label),) = option.items()
        return {"id": key, "label": label}
    return option
