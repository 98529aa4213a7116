"""The published schemas: in step with the code, and of one mind with the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from asl_desktop.errors import PackInvalid
from asl_desktop.interchange.pack_file import check_library, read_library
from asl_desktop.interchange.yaml_source import parse_yaml, read_yaml
from asl_desktop.resources_access import list_names, read_text, resource_path
from tests.builders import SMALL_LIBRARY, SMALL_PACK, changed_text
from tools.write_schemas import SCHEMAS, schema_text


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(read_text(f"schemas/{name}.schema.json"))
    return loaded


def faults(name: str, data: object) -> list[str]:
    return [error.json_path for error in Draft202012Validator(schema(name)).iter_errors(data)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_file_is_in_step_with_the_code(name: str) -> None:
    assert read_text(f"schemas/{name}") == schema_text(name), "run tools/write_schemas.py"


def test_schema_folder_holds_nothing_else() -> None:
    assert {Path(name).name for name in list_names("schemas", ".json")} == set(SCHEMAS)


@pytest.mark.parametrize("name", ["pack-1", "library-1"])
def test_schema_is_valid_draft_2020_12(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


PACK_FILES = [*(resource_path(name) for name in list_names("frameworks", ".yaml")), SMALL_PACK]
LIBRARY_FILES = [*(resource_path(name) for name in list_names("frameworks/library", ".yaml")), SMALL_LIBRARY]


@pytest.mark.parametrize("path", PACK_FILES, ids=lambda path: path.name)
def test_pack_schema_accepts_good_packs(path: Path) -> None:
    assert faults("pack-1", read_yaml(path, error=PackInvalid).data) == []


@pytest.mark.parametrize("name", ["frameworks/anthropic-rsp-2.2.yaml", *list_names("frameworks/library", ".yaml")])
def test_shipped_files_follow_the_schema_for_any_yaml_reader(name: str) -> None:
    kind = "library-1" if "library" in name else "pack-1"
    assert faults(kind, yaml.safe_load(read_text(name))) == []


@pytest.mark.parametrize("path", LIBRARY_FILES, ids=lambda path: path.name)
def test_library_schema_accepts_good_libraries(path: Path) -> None:
    assert faults("library-1", read_yaml(path, error=PackInvalid).data) == []


def test_installed_library_is_sound() -> None:
    check_library(read_library(resource_path(name) for name in list_names("frameworks/library", ".yaml")))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("format: asl-pack-1", "format: asl-pack-2", "$.format"),
        ("level: 0.95", "levl: 0.95", "$"),
        ('version: "1"\npublisher', "version: 1\npublisher", "$.version"),
        ("id: RD-1\n", "id: RD 1\n", "$.thresholds[2].id"),
        ("scale: log", "scale: logarithmic", "$.indicators[0].scale"),
        ("{at_least: 1, of", "{at_last: 1, of", "$.showings[1].supported_when['BIO-2']"),
        ("{indicator_above: autonomy, bound: concern}", "{indicator_above: autonomy, bound: worry}", "$.thresholds[2]"),
        ("{showing_accepted: SH-MAP}, {showing_accepted: SH-EVAL}]}\n    conc", "]}\n    conc", "$.thresholds[0]"),
        ("- {id: Q-MAP, domain: bio,", "- {use: Q-MAP, id: Q-MAP,", "$.questions[0]"),
        ("text: Which scenarios were mapped?, type: text", "text: Which?", "$.questions[0]"),
        ("cite: POL 4.3\nreq", "cite: 4.3\nreq", "$.thresholds[2].cite"),
        ("clocks:\n", "clocks:\n  - {id: c}\n", "$.clocks[0]"),
    ],
)
def test_pack_schema_rejects_broken_packs(old: str, new: str, place: str) -> None:
    data = parse_yaml(changed_text(old, new), file="p", error=PackInvalid).data
    assert any(fault.startswith(place) for fault in faults("pack-1", data)), faults("pack-1", data)


@pytest.mark.parametrize("name", ["pack-1", "library-1"])
def test_schema_describes_every_field(name: str) -> None:
    whole = schema(name)
    silent = [
        f"{record}.{field}"
        for record, definition in {**whole["$defs"], "File": whole}.items()
        for field, described in definition.get("properties", {}).items()
        if not described.get("description")
    ]
    assert silent == []


def test_pack_format_document_explains_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs" / "pack-format.md").read_text("utf-8")
    whole = schema("pack-1")
    fields = {field for part in (*whole["$defs"].values(), whole) for field in part.get("properties", {})}
    operators = {field for form in whole["$defs"]["Condition"]["oneOf"] for field in form["properties"]}
    assert [name for name in sorted(fields | operators) if f"`{name}`" not in text] == []
