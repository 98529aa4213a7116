"""Packs as files: what a good one becomes, and what is said of a broken one."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.domain.conditions import AllOf, AtLeast, IndicatorAbove, IndicatorBelow, Not, ShowingAccepted
from asl_desktop.domain.pack import Cite, Option, Pack
from asl_desktop.errors import FileMissing, PackInvalid, Problem
from asl_desktop.interchange.pack_file import (
    check_library,
    pack_digest,
    read_library,
    read_pack,
)
from asl_desktop.interchange.yaml_source import parse_yaml
from tests.builders import SMALL_LIBRARY, SMALL_PACK, changed_pack, changed_text, small_library, small_pack

TEXT = SMALL_PACK.read_text("utf-8")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PackInvalid) as caught:
        read_pack(text, library=small_library(), name="p.yaml")
    first = caught.value.problems[0]
    assert caught.value.values["problem"] == first.problem
    assert caught.value.values["file"] == first.file
    return caught.value.problems


def line_of(text: str, piece: str) -> int:
    assert text.count(piece) == 1, piece
    return text[: text.index(piece)].count("\n") + 1


def test_read_pack_small_gives_domain_records() -> None:
    pack = small_pack()
    assert pack.id == "small-policy-1"
    assert pack.threshold_by_id["BIO-1"].cite == Cite("POL", "4.1", "primary")
    assert pack.threshold_by_id["BIO-1"].ruled_out_when == AllOf(
        (ShowingAccepted("SH-MAP"), ShowingAccepted("SH-EVAL"))
    )
    assert pack.showing_by_id["SH-EVAL"].supported_when == {
        "BIO-1": AllOf((IndicatorBelow("uplift"), Not(IndicatorAbove("knowledge")))),
        "BIO-2": AtLeast(1, (IndicatorBelow("uplift"),)),
    }
    assert pack.question_by_id["Q-MAP"].parts[0].id == "value"
    assert pack.question_by_id["Q-GAIN"].parts[0].options[1] == Option("small", "Small")
    assert pack.question_by_id["Q-END"].parts[0].options[0] == Option("out", "Ruled out")
    assert pack.question_by_id["Q-END"].parts[1].optional


def test_read_pack_bound_without_cite_stands_on_its_indicator() -> None:
    uplift = small_pack().indicator_by_id["uplift"]
    assert uplift.bounds[0].cite == uplift.cite


def test_read_pack_use_takes_library_item_and_overrides_fields() -> None:
    pack = changed_pack(
        "questions:\n",
        "questions:\n  - {use: SQ-1, bears_on: [BIO-1], text: Own wording?}\n",
        library=small_library(),
    )
    question = pack.question_by_id["SQ-1"]
    assert question.text == "Own wording?"
    assert question.bears_on == ("BIO-1",)
    assert question.parts[0].options == (Option("a", "Option a"), Option("b", "Option b"))
    assert pack.source_by_id["LIB"].document == "Shared questions"


def test_read_pack_unused_library_leaves_pack_alone() -> None:
    assert read_pack(SMALL_PACK, library=small_library()) == small_pack()


@pytest.mark.parametrize("text", ["", "- a", "just words", "id: x", SMALL_LIBRARY.read_text("utf-8")])
def test_read_pack_other_file_is_only_told_its_format(text: str) -> None:
    (problem,) = problems_of(text)
    assert problem.field == "format"
    assert "must be asl-pack-1" in problem.problem


def test_read_library_given_a_pack_is_only_told_its_format() -> None:
    with pytest.raises(PackInvalid) as caught:
        read_library([SMALL_PACK])
    assert [problem.field for problem in caught.value.problems] == ["format"]


def test_read_pack_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_pack(tmp_path / "none.yaml")


def test_pack_digest_is_of_the_content_without_itself() -> None:
    pack = small_pack()
    data = codec.to_json(pack)
    del data["digest"]
    assert pack.digest == codec.digest(data) == pack_digest(pack)
    assert pack.digest == "3344652c40776821f32a49bfd430dd7dce464e40d241b878878c7057d09be4f7"


def reordered(value: object, order: random.Random) -> object:
    if isinstance(value, dict):
        keys = order.sample(sorted(value), len(value))
        return {key: reordered(value[key], order) for key in keys}
    return [reordered(item, order) for item in value] if isinstance(value, list) else value


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_pack_digest_other_key_order_is_the_same(order: random.Random) -> None:
    data = parse_yaml(TEXT, file="p", error=PackInvalid).data
    for question in data["questions"]:  # the order of options is content: they are offered in it
        for part in question.get("parts", []):
            part["options"] = [{"id": key, "label": label} for key, label in part["options"].items()]
    text = json.dumps(reordered(data, order), ensure_ascii=False)
    assert read_pack(text).digest == small_pack().digest


def test_pack_digest_any_changed_word_is_another() -> None:
    assert changed_pack("Significantly helps beginners.", "Helps beginners.").digest != small_pack().digest


def test_from_json_gives_the_pack_back() -> None:
    stored = json.loads(json.dumps(codec.to_json(small_pack())))
    assert codec.from_json(Pack, stored) == small_pack()


def test_from_json_unknown_field_of_a_pack_is_refused() -> None:
    stored = {**codec.to_json(small_pack()), "colour": "red"}
    with pytest.raises(ValidationError, match="colour"):
        codec.from_json(Pack, stored)


def test_from_json_deep_tree_is_refused_without_delay() -> None:
    tree: dict[str, object] = {"op": "standard_met", "track": "security", "standard": "L-1"}
    for _ in range(60):
        tree = {"op": "not", "of": tree}
    stored = codec.to_json(small_pack())
    stored["gates"][0]["opens_when"] = tree
    assert isinstance(codec.from_json(Pack, stored).gates[0].opens_when, Not)
    for _ in range(300):
        tree = {"op": "not", "of": tree}
    stored["gates"][0]["opens_when"] = tree
    with pytest.raises(ValidationError):
        codec.from_json(Pack, stored)


BROKEN = yaml.safe_load((Path(__file__).parents[1] / "data" / "broken_packs.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", BROKEN, ids=[f"{n}-{case['field']}" for n, case in enumerate(BROKEN)])
def test_read_pack_broken_names_file_line_and_field(case: dict[str, Any]) -> None:
    found = problems_of(changed_text(case["replace"], case["by"]))
    named = [problem for problem in found if problem.field == case["field"]]
    assert named, found
    assert (named[0].file, named[0].line) == ("p.yaml", case["line"])
    assert case["says"] in named[0].problem
    assert not named[0].problem.endswith(".")


def test_read_pack_many_faults_reports_all_in_file_order() -> None:
    text = changed_text("kind: capability\n    title: Junior", "kind: capable\n    title: Junior").replace(
        "days: 365", "days: soon"
    )
    found = problems_of(text)
    assert [problem.field for problem in found] == ["thresholds[RD-1].kind", "clocks[yearly].days"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def places(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


DATA = parse_yaml(TEXT, file="p", error=PackInvalid).data
JUNK: list[object] = [
    *(None, True, 0, -1.5, 1e308, "", "x", "POL", [], {}, [None], [[]], ["a", "a"], {"id": 3}, {"use": [1]}, {"": ""}),
    *({"all": []}, {"op": "all", "of": []}, {"op": [1]}, {"not": {"not": None}}, {"at_least": True, "of": [{}]}),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(places(DATA)[1:]), st.sampled_from(JUNK))
def test_read_pack_junk_anywhere_is_read_or_refused_never_a_crash(place: tuple[str | int, ...], junk: object) -> None:
    data = json.loads(json.dumps(DATA))
    holder = data
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = junk
    found: tuple[Problem, ...] = ()
    try:
        pack = read_pack(json.dumps(data))
    except PackInvalid as failure:
        found = failure.problems
    assert found or pack.digest == pack_digest(pack)
    assert all(problem.problem and problem.field and problem.line for problem in found)


def test_read_pack_fault_in_library_item_names_the_library_file() -> None:
    library = read_library([SMALL_LIBRARY.read_text("utf-8").replace("domain: bio, text", "domain: boi, text")])
    with pytest.raises(PackInvalid) as caught:
        changed_pack("questions:\n", "questions:\n  - {use: SQ-1, bears_on: [BIO-1]}\n", library=library)
    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == ("library text", "questions[SQ-1].domain")
    assert problem.line == line_of(SMALL_LIBRARY.read_text("utf-8"), "SQ-1")


def test_read_pack_source_unlike_the_library_is_refused() -> None:
    old = "  - {id: CARD, "
    text = changed_text(old, '  - {id: LIB, document: Another, version: "1", force: law}\n' + old)
    assert any(
        problem.field == "sources[LIB]" and "says something else" in problem.problem for problem in problems_of(text)
    )


def test_read_pack_cycle_among_thresholds_is_named() -> None:
    text = changed_text(
        "ruled_out_when: {all: [{showing_accepted: SH-MAP}, {showing_accepted: SH-EVAL}]}",
        "ruled_out_when: {threshold_state_in: BIO-2, states: [ruled_out]}",
    )
    (problem,) = problems_of(text)
    assert "BIO-1 -> BIO-2 -> BIO-1" in problem.problem


def test_read_pack_cycle_among_questions_is_named() -> None:
    text = changed_text(
        "type: yes_no, bears_on: [SH-MAP]",
        "type: yes_no, visible_when: {answer_in: Q-GAP, options: ['yes']}, bears_on: [SH-MAP]",
    )
    (problem,) = problems_of(text)
    assert "whether Q-GAP is asked" in problem.problem


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cite: POL 4.1\n", 'cite: {source: POL, place: "4.1", certainty: uncertain}\n'),
        ("force: company policy, certainty: primary", "force: company policy, certainty: uncertain"),
        ("cite: POL 5.2\ntrig", 'cite: {source: POL, place: "5.2", certainty: uncertain}\ntrig'),
    ],
    ids=["threshold", "document", "showing behind the threshold"],
)
def test_read_pack_uncertain_item_behind_rule_gate_is_refused(old: str, new: str) -> None:
    found = problems_of(changed_text(old, new))
    assert all(problem.field.startswith("gates[deploy].opens_when") for problem in found)
    assert all("uncertain" in problem.problem for problem in found)


def test_read_pack_uncertain_item_away_from_gates_is_accepted() -> None:
    pack = changed_pack("cite: POL 4.3\nreq", 'cite: {source: POL, place: "4.3", certainty: uncertain}\nreq')
    assert pack.threshold_by_id["RD-1"].cite.certainty == "uncertain"


SAFE = "{indicator_below: autonomy}"
RISK = "{indicator_above: autonomy}"
SHOWN = "{showing_accepted: SH-RD}"
MET = "{standard_met: L-1, track: security}"
OUT = "{threshold_state_in: BIO-1, states: [ruled_out]}"
CROSSED = "{threshold_state_in: BIO-1, states: [crossed, conflicting]}"
NOT_OUT = "{threshold_state_in: BIO-1, states: [not_ruled_out, crossed, conflicting, not_assessed]}"
MIXED = "{threshold_state_in: BIO-1, states: [ruled_out, not_ruled_out]}"
ANSWER = "{answer_in: Q-GAP, options: ['no']}"


def polarity_pack(field: str, tree: str) -> str:
    trees = {"ruled_out_when": "{indicator_below: autonomy, bound: rule_out}"}
    old = {"crossed_when": "crossed_when: {indicator_above: autonomy, bound: concern}"}.get(
        field, f"ruled_out_when: {trees['ruled_out_when']}"
    )
    text = changed_text(old, f"{field}: {tree}")
    showing = "  - {id: SH-RD, title: Research, text: Shown., supported_when: {RD-1: null}, cite: POL 5.3}\ntriggers:\n"
    return text.replace("triggers:\n", showing)


@pytest.mark.parametrize(
    ("field", "tree", "accepted"),
    [
        *[("ruled_out_when", leaf, True) for leaf in (SAFE, SHOWN, MET, OUT, ANSWER)],
        *[("ruled_out_when", leaf, False) for leaf in (RISK, CROSSED, NOT_OUT, MIXED)],
        *[("ruled_out_when", f"{{not: {leaf}}}", False) for leaf in (SAFE, SHOWN, MET, OUT, CROSSED, MIXED)],
        *[("ruled_out_when", f"{{not: {leaf}}}", True) for leaf in (RISK, NOT_OUT, ANSWER)],
        *[("ruled_out_when", f"{{not: {{not: {leaf}}}}}", True) for leaf in (SAFE, SHOWN, MET, OUT)],
        ("ruled_out_when", f"{{not: {{not: {RISK}}}}}", False),
        ("ruled_out_when", f"{{all: [{SAFE}, {{any: [{OUT}, {{not: {{at_least: 1, of: [{RISK}]}}}}]}}]}}", True),
        ("ruled_out_when", f"{{all: [{SAFE}, {{any: [{OUT}, {{at_least: 1, of: [{RISK}]}}]}}]}}", False),
        *[("crossed_when", leaf, True) for leaf in (RISK, CROSSED, NOT_OUT, ANSWER)],
        *[("crossed_when", leaf, False) for leaf in (SAFE, SHOWN, MET, OUT, MIXED)],
        *[("crossed_when", f"{{not: {leaf}}}", True) for leaf in (SAFE, SHOWN, MET, OUT)],
        *[("crossed_when", f"{{not: {leaf}}}", False) for leaf in (RISK, CROSSED, NOT_OUT, MIXED)],
    ],
)
def test_read_pack_polarity_keeps_rules_fail_closed(field: str, tree: str, accepted: bool) -> None:
    text = polarity_pack(field, tree)
    if accepted:
        assert "RD-1" in read_pack(text).threshold_by_id
        return
    (problem,) = problems_of(text)
    assert problem.field.startswith(f"thresholds[RD-1].{field}")


@pytest.mark.parametrize(
    ("old", "field"),
    [
        ("{standard_met: L-1, track: deployment}", "gates[deploy].opens_when.all[0].indicator_above"),
        ("{not: {indicator_above: knowledge}}", "showings[SH-EVAL].supported_when.BIO-1.all[1].indicator_above"),
    ],
)
def test_read_pack_gate_and_showing_trees_cannot_open_by_risk(old: str, field: str) -> None:
    found = problems_of(changed_text(old, "{indicator_above: autonomy}"))
    assert [problem.field for problem in found] == [field]


def test_read_pack_unspecified_uncertain_standard_may_close_a_gate() -> None:
    text = changed_text(
        'title: Level 3, aim: not yet laid down, cite: "POL 2"',
        "title: Level 3, aim: not yet laid down, cite: {source: POL, certainty: uncertain}",
    ).replace("{standard_met: L-2, track: deployment}", "{standard_met: L-3, track: deployment}")
    assert "deploy" in read_pack(text).gate_by_id


def test_check_library_reads_unused_items() -> None:
    check_library(small_library())
    text = re.sub(r"unit: \"\"", "unti: ''", SMALL_LIBRARY.read_text("utf-8"))
    with pytest.raises(PackInvalid) as caught:
        check_library(read_library([text]))
    assert {problem.field for problem in caught.value.problems} == {
        "indicators[shared].unti",
        "indicators[shared].unit",
    }


def test_read_library_same_id_twice_is_refused() -> None:
    with pytest.raises(PackInvalid) as caught:
        read_library([SMALL_LIBRARY, SMALL_LIBRARY.read_text("utf-8")])
    assert "already stands in" in caught.value.problems[0].problem
