"""Every installed pack holds what its text names, or says why not; one mechanism and the same tests for all of them."""

from __future__ import annotations

import pytest

from asl_desktop.interchange.pack_checks import check_pack
from asl_desktop.interchange.pack_file import check_library, read_library
from asl_desktop.interchange.pack_trees import spots, trees
from asl_desktop.resources_access import list_names, resource_path
from asl_desktop.services.packs import load_pack
from tests.coverage_world import FOLDER, RULES, coverage_of, text_at, witness

PACKS = tuple(name.rsplit("/", 1)[-1].removesuffix(".yaml") for name in list_names("frameworks", ".yaml"))
ALL = pytest.mark.parametrize("pack_id", PACKS)
THRESHOLDS = tuple((pack_id, item.id) for pack_id in PACKS for item in load_pack(pack_id).thresholds)


def test_every_installed_pack_has_a_list_and_every_list_a_pack() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(PACKS)
    assert len(PACKS) >= 3


@ALL
def test_everything_named_by_the_text_is_in_the_pack_with_its_figures(pack_id: str) -> None:
    pack = load_pack(pack_id)
    listed = coverage_of(pack_id)

    assert listed.pack == pack_id
    read = {item: text_at(pack, item.at) for item in listed.named}
    assert {item.name: item.at for item, text in read.items() if text is None} == {}
    unsaid = {item.name: word for item, text in read.items() for word in item.says if word.lower() not in (text or "")}
    assert unsaid == {}
    assert len(read) >= 40


@ALL
def test_everything_left_out_has_a_reason(pack_id: str) -> None:
    left_out = coverage_of(pack_id).left_out

    assert left_out
    assert {name for name, reason in left_out.items() if len(reason) < 20} == set()


@ALL
def test_pack_states_no_rule_that_its_list_does_not_name(pack_id: str) -> None:
    pack = load_pack(pack_id)
    named = {item.at for item in coverage_of(pack_id).named}
    held = {f"{key}/{item.id}": item.cite.source for key in RULES for item in getattr(pack, key)}

    assert {place for place, source in held.items() if source != "OWN" and place not in named} == set()


@ALL
def test_pack_breaks_no_rule_and_every_cite_leads_to_a_source_and_a_place(pack_id: str) -> None:
    pack = load_pack(pack_id)

    assert check_pack(pack) == ()
    cites = [(item.id, item.cite) for key in (*RULES, "questions", "indicators") for item in getattr(pack, key)]
    cites += [(standard.id, standard.cite) for track in pack.tracks for standard in track.standards]
    assert {name for name, cite in cites if cite.source not in pack.source_by_id or not cite.place} == set()
    dated = {source.id for source in pack.sources if source.force != "own construct" and not source.retrieved}
    assert dated == set()


@ALL
def test_every_question_bears_on_something(pack_id: str) -> None:
    pack = load_pack(pack_id)
    speaks_to = coverage_of(pack_id).speaks_to
    read = {
        spot.leaf.question
        for tree in trees(pack)
        for spot in spots(tree.condition, tree.path)
        if spot.leaf.op == "answer_in"
    }
    read |= {item.question for item in pack.triggers}

    idle = {item.id for item in pack.questions if not item.bears_on and item.id not in read}
    assert idle == set(speaks_to)
    assert {place for place in speaks_to.values() if text_at(pack, place) is None} == set()


@ALL
def test_every_question_has_guidance_and_says_which_evidence_carries_it(pack_id: str) -> None:
    bare = {item.id for item in load_pack(pack_id).questions if not item.guidance or not item.expected_evidence}

    assert bare == set()


@pytest.mark.parametrize(("pack_id", "threshold"), THRESHOLDS)
def test_threshold_can_be_ruled_out_by_some_inputs(pack_id: str, threshold: str) -> None:
    found = witness(load_pack(pack_id), threshold, "ruled_out")

    if threshold in coverage_of(pack_id).never_ruled_out:
        assert found is None
        return
    assert found is not None
    assert "accept " in found.words()  # numbers alone never rule anything out: named people do


@pytest.mark.parametrize(("pack_id", "threshold"), THRESHOLDS)
def test_threshold_can_be_crossed_by_some_inputs(pack_id: str, threshold: str) -> None:
    found = witness(load_pack(pack_id), threshold, "crossed")

    assert found is not None
    assert found.words() != "nothing"


def test_one_id_asks_the_same_in_every_pack() -> None:
    asked: dict[str, set[tuple[object, ...]]] = {}
    measured: dict[str, set[tuple[object, ...]]] = {}
    for pack_id in PACKS:
        pack = load_pack(pack_id)
        for question in pack.questions:
            asked.setdefault(question.id, set()).add((question.text, question.parts))
        for item in pack.indicators:
            measured.setdefault(item.id, set()).add((item.title, item.unit, item.direction, item.scale, item.floor))

    assert {name for name, forms in (asked | measured).items() if len(forms) > 1} == set()


@pytest.mark.parametrize("pack_id", [name for name in PACKS if name != "anthropic-rsp-2.2"])
def test_pack_shares_evidence_with_the_others(pack_id: str) -> None:
    others = [load_pack(name) for name in PACKS if name != pack_id]
    pack = load_pack(pack_id)

    questions = {item.id for item in pack.questions} & {item.id for other in others for item in other.questions}
    indicators = {item.id for item in pack.indicators} & {item.id for other in others for item in other.indicators}
    assert len(questions) >= 25
    assert len(indicators) >= 6


def test_bounds_of_one_publisher_are_no_pass_marks_of_another() -> None:
    publishers = {"SC-O": "Anthropic", "SC-M": "Anthropic", "SC-R": "OpenAI", "FR37": "Google DeepMind"}
    found = {
        (pack.publisher, publishers[bound.cite.source[:4]])
        for pack in map(load_pack, PACKS)
        for item in pack.indicators
        for bound in item.bounds
    }

    assert all(own == other for own, other in found)
    assert len(found) == 3


def test_library_is_whole_and_every_question_of_it_is_asked_by_a_pack() -> None:
    library = read_library(resource_path(name) for name in list_names("frameworks/library", ".yaml"))

    check_library(library)
    used = {item.id for pack_id in PACKS for item in load_pack(pack_id).questions}
    assert set(library.questions) <= used
