"""YAML as we accept it, and pydantic's findings in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.domain.inputs import Measurement
from asl_desktop.domain.pack import Gate, Indicator
from asl_desktop.errors import FileMissing, InputInvalid, PackInvalid, UserError
from asl_desktop.interchange import yaml_source
from asl_desktop.interchange.explaining import explain
from asl_desktop.interchange.yaml_source import FieldPath, Located, field_name, parse_yaml, read_yaml, refuse


def parse(text: str) -> Located:
    return parse_yaml(text, file="f.yaml", error=InputInvalid)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("True", True),
        ("false", False),
        ("2025-01-02", "2025-01-02"),
        ("2025-05-22T12:00:00Z", "2025-05-22T12:00:00Z"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("4.", 4.0),
        (".inf", math.inf),
        ("~", None),
        ("", None),
        ("'~'", "~"),
        ('"12"', "12"),
        ("|\n  12\n", "12\n"),
        ("=", "="),
        ("2.2.1", "2.2.1"),
    ],
)
def test_parse_yaml_scalar_follows_the_core_schema(text: str, value: object) -> None:
    found = parse(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_parse_yaml_keys_are_text() -> None:
    assert parse("1: a\nyes: b\n<<: {c: d}").data == {"1": "a", "yes": "b", "<<": {"c": "d"}}


def test_line_of_gives_line_of_key_or_of_what_is_around() -> None:
    located = parse("a:\n  - x: 1\n    y:\n      long\n  - {x: 2}\n")
    assert located.line_of(("a", 0, "x")) == 2
    assert located.line_of(("a", 0, "y")) == 3
    assert located.line_of(("a", 1, "x")) == 5
    assert located.line_of(("a", 0, "missing", "deeper")) == 2
    assert located.line_of(("nowhere",)) == 1


def test_field_name_shows_ids() -> None:
    data = {"items": [{"id": "A", "x": [1, 2]}, {"use": "B"}, 3]}
    assert field_name(("items", 0, "x", 1), data) == "items[A].x[1]"
    assert field_name(("items", 1), data) == "items[B]"
    assert field_name(("items", 2), data) == "items[2]"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: {c: 1,\n  c: 2}", 3, "'c' already stands on line 2"),
        ("a: 1\na: 2", 2, "'a' already stands on line 1"),
        ("a: 1\nb: &x 2", 2, "anchor"),
        ("a: *x", 1, "anchor"),
        ("a: !!python/object:os.system x", 1, "tag"),
        ("a: !local x", 1, "tag"),
        ("a: !!binary aGk=", 1, "tag"),
        ("? [a]\n: b", 1, "key"),
        ("a: 1\n---\nb: 2", 2, "more than one"),
        ("a: [1,\nb: 2", 2, "not valid YAML"),
        ("a:\n\t- b", 2, "not valid YAML"),
        ("a: 1\nb: \x07", 2, "control"),
        ('a: "\\ud800"', 1, "not valid YAML"),
        ('a: 1\nb: "\\a"', 2, "control"),
        ('a: "left \\u202e right"', 1, "control"),
        ("a: 9007199254740993", 1, "whole number"),
        ("a: " + "9" * 5000, 1, "characters"),
    ],
)
def test_parse_yaml_refuses_with_line(text: str, line: int, words: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("f.yaml", line)
    assert words in problem.problem
    assert caught.value.values["line"] == line


@pytest.mark.parametrize("text", ["[" * 41 + "]" * 41, "[" * 100_000, "- " * 100_000, "{a: " * 50_000])
def test_parse_yaml_deep_text_is_refused(text: str) -> None:
    with pytest.raises(PackInvalid):
        parse_yaml(text, file="f", error=PackInvalid)


def test_parse_yaml_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "MAX_VALUES", 10)
    assert parse("[" + "1," * 9 + "]").data == [1] * 9
    with pytest.raises(InputInvalid, match="more than 10"):
        parse("[" + "1," * 10 + "]")


def test_parse_yaml_many_aliases_cost_nothing() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    with pytest.raises(InputInvalid) as caught:
        parse(f"l0: &l0 [x]\n{levels}\n")
    assert caught.value.values["line"] == 1


def test_read_yaml_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_yaml(tmp_path / "none.yaml", error=InputInvalid)


def test_read_yaml_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="cannot be read"):
        read_yaml(tmp_path, error=InputInvalid)


def test_read_yaml_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path, error=InputInvalid).data == {"a": 1}


def test_read_yaml_other_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("a: 1\nb: größe\n".encode("latin-1"))
    with pytest.raises(InputInvalid) as caught:
        read_yaml(path, error=InputInvalid)
    assert caught.value.values["line"] == 2
    assert caught.value.values["file"] == str(path)


def test_read_yaml_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: 1234\n")
    assert read_yaml(path, error=InputInvalid, max_bytes=8).data == {"a": 1234}
    with pytest.raises(InputInvalid, match="larger than 7 bytes"):
        read_yaml(path, error=InputInvalid, max_bytes=7)


def test_refuse_keeps_all_problems_and_tells_of_the_first() -> None:
    located = parse("a: 1\nb: 2")
    with pytest.raises(UserError) as caught:
        refuse(PackInvalid, [located.problem(("b",), "is odd"), located.problem(("a",), "is even")])
    assert isinstance(caught.value, PackInvalid)
    assert caught.value.values == {"file": "f.yaml", "line": 2, "field": "b", "problem": "is odd"}
    assert [problem.field for problem in caught.value.problems] == ["b", "a"]


def explained(kind: type, data: object) -> tuple[tuple[FieldPath, str], ...]:
    with pytest.raises(ValidationError) as caught:
        codec.from_json(kind, data)
    return explain(caught.value, kind, data)


MEASUREMENT = {"id": "m", "indicator": "uplift"}


def test_explain_union_shows_only_the_branch_of_the_tag() -> None:
    report = {
        "kind": "ratio",
        "treatment": {"kind": "mean", "mean": 63, "stderr": "wide"},
        "control": {"kind": "counts"},
    }
    assert explained(Measurement, {**MEASUREMENT, "report": report}) == (
        (("report", "treatment", "stderr"), "must be a number"),
        (("report", "control", "successes"), "is missing"),
        (("report", "control", "n"), "is missing"),
    )


def test_explain_unknown_tag_lists_the_known_ones() -> None:
    ((path, words),) = explained(Measurement, {**MEASUREMENT, "report": {"kind": "count", "n": 1}})
    assert path == ("report", "kind")
    assert words.endswith("not 'count' (did you mean counts)")


def test_explain_missing_tag_says_what_it_may_be() -> None:
    ((path, words),) = explained(Measurement, {**MEASUREMENT, "report": {"n": 1}})
    assert path == ("report", "kind")
    assert words == "is missing; it must be counts, interval, mean, point or ratio"


def test_explain_union_given_a_word_wants_a_mapping() -> None:
    assert explained(Measurement, {**MEASUREMENT, "report": "17/33"}) == ((("report",), "must be a mapping of fields"),)


def test_explain_condition_by_operator() -> None:
    cite = {"source": "s"}
    gate = {"id": "g", "title": "t", "stage": "deploy", "kind": "rule", "text": "", "cite": cite}
    tree = {"op": "standard_met", "track": "t", "standrad": "s"}
    with pytest.raises(ValidationError) as caught:
        codec.adapter(Gate).validate_python({**gate, "opens_when": tree})
    assert explain(caught.value, Gate, {**gate, "opens_when": tree}) == (
        (("opens_when", "standard"), "is missing"),
        (("opens_when", "standrad"), "is not a known field (did you mean standard)"),
    )


def test_explain_nested_fields_literals_and_suggestions() -> None:
    data = {
        "id": "i",
        "domain": "d",
        "title": 5,
        "unit": "",
        "direction": "higher",
        "scale": "log",
        "cite": {"source": "s"},
        "min_m": 3,
        "bounds": {"name": "rule_out"},
    }
    found = dict(explained(Indicator, data))
    assert found[("title",)] == "must be text; put it in quotes"
    assert found[("direction",)].startswith("must be higher_is_riskier or lower_is_riskier, not 'higher'")
    assert found[("min_m",)] == "is not a known field (did you mean min_n)"
    assert found[("bounds",)] == "must be a list"


@dataclass(frozen=True)
class Holder:
    value: dict[str, bool | float | str | tuple[str, ...]] = field(default_factory=dict)


def test_explain_plain_union_names_what_is_possible() -> None:
    assert explained(Holder, {"value": {"a": None}}) == (
        (("value", "a"), "must be true or false, a number, text or a list"),
    )
