"""JSON Schemas (draft 2020-12) of packs and library files as people write them, made from the domain records.

The records' own schemas come from pydantic; what the written form adds (conditions by their operator, short cites,
single-part questions, ``use``) is put over them here, from the tables that the reader itself works by. A schema says
what an editor can check while typing; references and the rules of :mod:`.pack_checks` are beyond it.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from typing import Any

from asl_desktop import codec
from asl_desktop.domain import pack as records
from asl_desktop.domain.pack import Pack
from asl_desktop.interchange.pack_fields import FIELDS
from asl_desktop.interchange.pack_form import LEAVES, PART_FIELDS

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ID = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}


def pack_schema() -> Schema:
    """Return the schema of a pack file."""
    schema = _base()
    properties = schema["properties"]
    del properties["digest"]
    properties["questions"]["items"] = _or_use("Question")
    properties["indicators"]["items"] = _or_use("Indicator")
    head = {"format": {"const": "asl-pack-1", "description": "Names this format and its version."}}
    schema["properties"] = {**head, **properties}
    schema["required"] = ["format", *schema["required"]]
    return _finished(schema, "pack-1", "A framework pack", "One framework, one version.")


def library_schema() -> Schema:
    """Return the schema of a file of the shared library."""
    schema = _base()
    for name in ("QuestionUse", "IndicatorUse"):
        del schema["$defs"][name]
    schema["properties"] = {
        "format": {"const": "asl-library-1", "description": "Names this format and its version."},
        "notices": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Sentences about the file as a whole.",
        },
        "sources": _several("Source"),
        "questions": _several("Question"),
        "indicators": _several("Indicator"),
    }
    schema["required"] = ["format"]
    return _finished(schema, "library-1", "A library file", "Questions and indicators that several packs share.")


def _several(name: str) -> Schema:
    items = {"$ref": f"#/$defs/{name}"}
    return {"type": "array", "items": items, "description": FIELDS[f"{name.lower()}s"]}


def _base() -> Schema:
    schema = copy.deepcopy(codec.adapter(Pack).json_schema())
    definitions: Schema = schema["$defs"]
    for name in [name for name in definitions if "op" in definitions[name].get("properties", {})]:
        del definitions[name]
    for name, definition in {**definitions, "Pack": schema}.items():
        _describe(name, definition)
    _point_at_conditions(schema)
    definitions["Condition"] = _condition()
    definitions["Cite"] = _cite(definitions["Cite"])
    definitions["Bound"]["required"].remove("cite")
    definitions["Option"] = _option(definitions["Option"])
    definitions["Options"] = _options()
    definitions["Part"]["properties"]["options"] = {"$ref": "#/$defs/Options", "description": FIELDS["Part.options"]}
    definitions["Question"] = _question(definitions["Question"], definitions["Part"])
    for name in ("Question", "Indicator"):
        definitions[f"{name}Use"] = _use(name, definitions[name])
    return schema


def _describe(name: str, definition: Schema) -> None:
    """Turn the ``Attributes:`` of a record's docstring into descriptions of its fields."""
    record = getattr(records, name)
    text = re.sub(r"\s+", " ", "\n".join(_docstring(record)[0])).replace("``", "`")
    definition["description"] = text.strip()
    notes = _docstring(record)[1]
    for field, schema in definition.get("properties", {}).items():
        schema.pop("title", None)
        note = notes.get(field) or FIELDS.get(f"{name}.{field}") or FIELDS.get(field)
        if note:
            schema["description"] = note[:1].upper() + note[1:]
        if field == "id":
            schema.update(_ID)
    definition.pop("title", None)


def _docstring(record: type) -> tuple[list[str], dict[str, str]]:
    before, _, after = (record.__doc__ or "").partition("Attributes:")
    known = {field.name for field in dataclasses.fields(record)}
    notes: dict[str, str] = {}
    current = ""
    for line in after.splitlines():
        name, colon, rest = line.strip().partition(": ")
        if colon and name in known:
            current, notes[name] = name, rest
        elif line.strip() and current:
            notes[current] += " " + line.strip()
    return before.splitlines(), {name: note.replace("``", "`") for name, note in notes.items()}


def _point_at_conditions(node: Any) -> None:
    """Replace every list of condition branches by one reference."""
    if isinstance(node, dict):
        branches = node.get("anyOf", [])
        if any(branch.get("$ref") == "#/$defs/AllOf" for branch in branches):
            optional = [branch for branch in branches if branch == {"type": "null"}]
            node["anyOf"] = [{"$ref": "#/$defs/Condition"}, *optional]
        for value in node.values():
            _point_at_conditions(value)
    elif isinstance(node, list):
        for value in node:
            _point_at_conditions(value)


def _condition() -> Schema:
    inner: Schema = {"$ref": "#/$defs/Condition"}
    several: Schema = {"type": "array", "items": inner, "minItems": 1}
    forms = [
        _object({"all": several}, "True when every branch is true."),
        _object({"any": several}, "True when one branch is true."),
        _object(
            {"at_least": {"type": "integer", "minimum": 1}, "of": several}, "True when that many branches are true."
        ),
        _object({"not": inner}, "Turns true and false round; unknown stays unknown."),
    ]
    for operator, leaf in LEAVES.items():
        properties: Schema = {operator: {"type": "string", "description": f"Id of the {leaf.subject}."}}
        properties.update({key: _word(words) for key, words in leaf.texts.items()})
        properties.update(
            {key: {"type": "array", "items": _word(words), "minItems": 1} for key, words in leaf.lists.items()}
        )
        forms.append(_object(properties, leaf.meaning, required=[operator, *leaf.required]))
    return {"description": "A condition: a mapping with exactly one operator.", "oneOf": forms}


def _word(words: tuple[str, ...]) -> Schema:
    return {"enum": list(words)} if words else {"type": "string", "minLength": 1}


def _object(properties: Schema, description: str, *, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _cite(long: Schema) -> Schema:
    short = {
        "type": "string",
        "pattern": r"\S",
        "description": "Source id, a blank, then the place in it; the reading is primary.",
    }
    return {"description": long["description"], "anyOf": [short, long]}


def _option(long: Schema) -> Schema:
    short = {
        "type": "object",
        "description": "One option as id: label.",
        "minProperties": 1,
        "maxProperties": 1,
        "not": {"required": ["id"]},
        "additionalProperties": {"type": "string"},
    }
    return {"description": long["description"], "anyOf": [long, short]}


def _options() -> Schema:
    listed = {"type": "array", "items": {"$ref": "#/$defs/Option"}}
    mapped = {"type": "object", "description": "All options as id: label.", "additionalProperties": {"type": "string"}}
    return {"description": "Choices, in the order in which they are offered.", "anyOf": [listed, mapped]}


def _question(question: Schema, part: Schema) -> Schema:
    short = {
        key: {
            **part["properties"][key],
            "description": FIELDS.get(f"Question.{key}") or part["properties"][key]["description"],
        }
        for key in PART_FIELDS
    }
    required = [name for name in question["required"] if name != "parts"]
    properties = {**question["properties"], **short}
    either = [{"required": ["parts"]}, {"required": ["type"]}]
    return {**question, "properties": properties, "required": required, "oneOf": either}


def _use(name: str, definition: Schema) -> Schema:
    properties = {key: value for key, value in definition["properties"].items() if key != "id"}
    use = {"use": {**_ID, "description": f"Id of the library {name.lower()}; fields given here replace the library's."}}
    return _object({**use, **properties}, f"A {name.lower()} taken from the shared library.", required=["use"])


def _or_use(name: str) -> Schema:
    return {
        "if": {"required": ["use"]},
        "then": {"$ref": f"#/$defs/{name}Use"},
        "else": {"$ref": f"#/$defs/{name}"},
    }


def _finished(schema: Schema, name: str, title: str, description: str) -> Schema:
    ordered = {
        "$schema": _DRAFT,
        "$id": f"urn:asl-desktop:schema:{name}",
        "title": title,
        "description": description,
        "type": "object",
        "properties": schema["properties"],
        "required": schema["required"],
        "additionalProperties": False,
    }
    return {**ordered, "$defs": dict(sorted(schema["$defs"].items()))}
