"""The shipped examples come out as published, and break in the right direction when the record is weakened."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from asl_desktop.domain.determine import support_of
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceLink,
    Inputs,
    Mean,
    Measurement,
    Point,
    Ratio,
    RequirementRecord,
    ShowingRecord,
)
from asl_desktop.domain.logic import tense_leaves
from asl_desktop.resources_access import read_text
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.examples import build_example, example_inputs, example_names
from asl_desktop.services.packs import load_pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl_desktop.domain.determination import Determination, Trace
    from asl_desktop.domain.pack import Pack

DAY = date(2025, 5, 22)
OPUS, SONNET = "claude-opus-4", "claude-sonnet-4"
PUBLISHED = "CEO and RSO, as published in the system card"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("anthropic-rsp-2.2")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Inputs]:
    """Both examples, applied to real files and read back."""
    folder = tmp_path_factory.mktemp("examples")
    found = {}
    for name in (OPUS, SONNET):
        with build_example(name, folder / f"{name}.asl") as document:
            found[name] = document.inputs()
    return found


@pytest.fixture
def outcome(pack: Pack) -> Callable[[Inputs], Determination]:
    return lambda inputs: snapshot_of(pack, inputs, as_of=DAY).determination


def without_rationale(inputs: Inputs, showing: str, threshold: str, subject: str) -> Inputs:
    """Take one rationale out of one showing; fails when it was not there."""
    changed = []
    for item in inputs.showings:
        if (item.showing, item.threshold) == (showing, threshold):
            kept = {key: text for key, text in item.rationales.items() if key != subject}
            assert len(kept) == len(item.rationales) - 1
            changed.append(replace(item, rationales=kept))
        else:
            changed.append(item)
    return replace(inputs, showings=tuple(changed))


def with_report(inputs: Inputs, indicator: str, report: object, **changes: object) -> Inputs:
    """Give the one measurement of an indicator another report."""
    found = [item for item in inputs.measurements if item.indicator == indicator]
    assert len(found) == 1
    changed = replace(found[0], report=report, **changes)  # type: ignore[arg-type]
    return replace(inputs, measurements=tuple(changed if item is found[0] else item for item in inputs.measurements))


def states(found: Determination) -> dict[str, str]:
    return {item.id: item.state for item in found.thresholds}


def test_examples_are_the_two_models() -> None:
    assert example_names() == (OPUS, SONNET)


def test_opus_comes_out_asl_3_as_a_precaution(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(records[OPUS])

    assert states(found) == {
        "CBRN-3": "not_ruled_out",
        "CBRN-4": "ruled_out",
        "AIRD-4": "ruled_out",
        "AIRD-5": "ruled_out",
        "CP-AUT": "not_ruled_out",
        "CP-CYB": "not_ruled_out",
    }
    assert found.label == "ASL-3"
    assert found.precautionary
    assert {track.track: (track.required, track.precautionary) for track in found.tracks} == {
        "deployment": ("ASL-3", True),
        "security": ("ASL-3", True),
    }
    assert found.track_by_id["deployment"].demanded_by == ("CBRN-3",)


def test_opus_uplift_margin_reaches_far_past_the_bound(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    margin = outcome(records[OPUS]).margin_by_indicator["acquisition-uplift"]

    assert margin.state == "not_excluded"
    assert margin.bound == 2.8
    assert margin.estimate == pytest.approx(2.52)
    assert margin.high is not None
    assert margin.high > 5


def test_sonnet_comes_out_asl_2_with_its_tensions_printed(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(records[SONNET])

    assert {key: value for key, value in states(found).items() if not key.startswith("CP")} == dict.fromkeys(
        ("CBRN-3", "CBRN-4", "AIRD-4", "AIRD-5"), "ruled_out"
    )
    assert found.label == "ASL-2"
    assert not found.precautionary
    tension = next(t for t in found.threshold_by_id["CBRN-3"].tensions if t.subject == "acquisition-uplift")
    assert tension.rationale.startswith("The estimate of 1.70x")
    assert tension.by == PUBLISHED


def test_sonnet_without_the_uplift_rationale_is_not_ruled_out(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(without_rationale(records[SONNET], "RO-2", "CBRN-3", "acquisition-uplift"))

    assert states(found)["CBRN-3"] == "not_ruled_out"
    assert found.label == "ASL-3"
    assert found.precautionary


def test_sonnet_uplift_reaches_about_3x_even_when_plus_minus_is_half_a_95_percent_interval(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    narrow = Ratio(Mean(42, 11 / 1.96), Mean(25, 13 / 1.96))

    margin = outcome(with_report(records[SONNET], "acquisition-uplift", narrow)).margin_by_indicator[
        "acquisition-uplift"
    ]

    assert margin.high == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_taking_any_one_rationale_away_keeps_its_threshold_from_being_ruled_out(
    name: str, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    accepted = [item for item in records[name].showings if item.status == "accepted"]
    tried = 0
    for item in accepted:
        for subject in item.rationales:
            weakened = without_rationale(records[name], item.showing, item.threshold, subject)
            assert states(outcome(weakened))[item.threshold] == "not_ruled_out", (item.showing, item.threshold, subject)
            tried += 1
    assert tried >= 15


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_every_tension_has_its_reason_and_no_reason_lacks_a_tension(
    name: str, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(records[name])
    tense = {(t.showing, t.threshold, t.subject) for t in found.tensions}
    given = {(item.showing, item.threshold, subject) for item in records[name].showings for subject in item.rationales}

    assert tense == given
    assert all(len(t.rationale) > 40 for t in found.tensions)


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_example_names_bodies_and_never_people(name: str, records: dict[str, Inputs]) -> None:
    inputs = records[name]

    assert {item.by for item in inputs.showings} == {PUBLISHED, ""}
    assert {item.by for item in inputs.decisions} == {PUBLISHED}
    assert {item.author for item in inputs.answers} == {"Published record"}
    assert {item.author for item in inputs.measurements} == {"Published record"}
    assert not any(item.dissent for item in inputs.showings)


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_every_evidence_file_is_cited_and_says_where_it_comes_from(name: str, records: dict[str, Inputs]) -> None:
    inputs = records[name]
    used = {
        link.evidence
        for links in (
            *(item.evidence for item in inputs.answers),
            *(item.evidence for item in inputs.measurements),
            *(item.evidence for item in inputs.showings),
            *(item.evidence for item in inputs.requirements),
        )
        for link in links
    }
    folder = example_inputs(name).parent / "evidence"

    assert used == set(inputs.evidence_by_sha)
    assert {item.name for item in inputs.evidence} == {path.name for path in folder.iterdir()}
    assert all(item.cites for item in inputs.evidence)
    for path in folder.iterdir():
        assert "worked example" in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_measurements_are_of_the_assessed_model_and_rest_on_evidence(name: str, records: dict[str, Inputs]) -> None:
    inputs = records[name]

    assert {item.model for item in inputs.measurements} == {inputs.scope.model}
    assert all(item.evidence and item.produced == DAY for item in inputs.measurements)


def test_opus_record_answers_or_explains_most_questions_on_weapons_and_research(records: dict[str, Inputs]) -> None:
    answers = records[OPUS].answers
    explained = [item for item in answers if item.state == "unknown"]

    assert len(answers) >= 40
    assert sum(item.state == "answered" for item in answers) >= 25
    assert all(item.reason for item in explained)


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_published_go_stands_beside_the_closed_rule_with_its_reason(
    name: str, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    gate = outcome(records[name]).gate_by_id["deploy"]

    assert gate.state == "closed"
    assert gate.differs
    assert gate.decision is not None
    assert gate.decision.outcome == "go"
    assert "not public" in gate.decision.reason
    assert gate.would_open


def test_opus_uplift_run_that_was_cancelled_does_not_count(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    item = next(m for m in records[OPUS].measurements if m.indicator == "acquisition-uplift")

    found = outcome(with_report(records[OPUS], "acquisition-uplift", item.report, run_status="cancelled"))

    margin = found.margin_by_indicator["acquisition-uplift"]
    assert margin.state == "not_adequate"
    assert "cancelled" in margin.reasons[0]


def test_zero_scenarios_at_zero_percent_is_not_measured(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(with_report(records[SONNET], "weapons-knowledge", Counts(0, 0)))

    assert found.margin_by_indicator["weapons-knowledge"].state == "not_measured"
    assert states(found)["CBRN-3"] == "not_ruled_out"


@pytest.mark.parametrize("successes", [0, 1])
def test_one_trial_is_an_inadequate_sample_and_changes_no_state(
    successes: int, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    before = outcome(records[OPUS])

    after = outcome(with_report(records[OPUS], "metr-dedup", Counts(successes, 1)))

    assert after.margin_by_indicator["metr-dedup"].state == "not_adequate"
    assert states(after) == states(before)


def test_no_success_in_5000_trials_is_clear(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    margin = outcome(with_report(records[OPUS], "metr-dedup", Counts(0, 5000))).margin_by_indicator["metr-dedup"]

    assert margin.state == "clear"
    assert margin.high == pytest.approx(0.0738, abs=0.0001)


def test_result_without_uncertainty_never_supports_ruling_out(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(with_report(records[SONNET], "weapons-knowledge", Point(1, 33)))

    assert found.margin_by_indicator["weapons-knowledge"].state == "not_excluded"
    assert states(found)["CBRN-3"] == "not_ruled_out"


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_record_without_weapons_evaluations_and_showings_is_not_assessed_there(
    name: str, pack: Pack, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    inputs = records[name]

    def keeps(item: Measurement) -> bool:
        return pack.indicator_by_id[item.indicator].domain != "cbrn"

    found = outcome(
        replace(
            inputs,
            measurements=tuple(item for item in inputs.measurements if keeps(item)),
            showings=tuple(item for item in inputs.showings if not item.threshold.startswith("CBRN")),
            answers=tuple(item for item in inputs.answers if not item.question.startswith("QC")),
        )
    )

    assert states(found)["CBRN-3"] == states(found)["CBRN-4"] == "not_assessed"
    assert found.label == "ASL-4"
    assert {("threshold", "CBRN-3"), ("threshold", "CBRN-4"), ("domain", "cbrn")} <= {
        (item.kind, item.id) for item in found.not_assessed
    }


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_taking_all_evidence_away_rules_nothing_out(
    name: str, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    found = outcome(replace(records[name], evidence=()))

    assert not any(item.state == "ruled_out" for item in found.thresholds if item.raises_level)
    assert found.label == "ASL-4"


def answered(inputs: Inputs, question: str, **parts: str) -> Inputs:
    """Give parts of an answer other values."""
    held = inputs.answer_by_question.get(question) or Answer(question)
    changed = replace(held, state="answered", value={**held.value, **parts})
    return replace(inputs, answers=(*(a for a in inputs.answers if a.question != question), changed))


def without_showings(inputs: Inputs, threshold: str) -> Inputs:
    return replace(inputs, showings=tuple(s for s in inputs.showings if s.threshold != threshold))


def test_research_threshold_4_crossed_alone_raises_security_only_and_makes_the_affirmative_case_due(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    crossed = without_showings(answered(records[SONNET], "QR-20", **{"AIRD-4": "crossed"}), "AIRD-4")

    found = outcome(crossed)

    assert states(found)["AIRD-4"] == "crossed"
    assert found.label == "ASL-2 deployment / ASL-3 security"
    assert not found.track_by_id["security"].precautionary
    assert any(duty.startswith("AIRD-4: Affirmative case") for duty in found.duties)


def test_research_threshold_5_not_ruled_out_asks_for_security_that_cannot_be_met(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination], pack: Pack
) -> None:
    inputs = without_showings(records[SONNET], "AIRD-5")
    proof = (EvidenceLink(inputs.evidence[0].sha256),)
    rows = tuple(RequirementRecord(row.id, "in_place", evidence=proof) for row in pack.requirements)

    found = outcome(replace(inputs, requirements=rows))

    assert states(found)["AIRD-5"] == "not_ruled_out"
    assert found.track_by_id["security"].required == "ASL-4"
    assert found.track_by_id["security"].met == "false"
    assert [item.status for item in found.gap] == ["unspecified"]
    for gate in ("deploy", "store_weights", "train_further"):
        assert found.gate_by_id[gate].state == "closed"
        assert any("never been specified" in reason for reason in found.gate_by_id[gate].reasons)


def test_tension_below_the_checkpoint_stands_on_the_thresholds_it_rules_out(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination], pack: Pack
) -> None:
    inputs = records[SONNET]
    proof = (EvidenceLink(inputs.evidence[0].sha256),)
    tense = {leaf.subject: "Why it is accepted" for leaf in tense_leaves(_support(pack, inputs))}
    below = tuple(
        ShowingRecord(showing, "CP-AUT", "accepted", "RSO", evidence=proof, rationales=tense)
        for showing in ("RO-2", "RO-3")
    )
    kept = tuple(s for s in inputs.showings if s.threshold not in {"CP-AUT", "AIRD-4", "AIRD-5"})
    calm = answered(inputs, "QR-20", **{"CP-AUT": "ruled_out", "AIRD-4": "ruled_out", "AIRD-5": "ruled_out"})

    found = outcome(replace(calm, showings=(*kept, *below)))

    assert tense
    for threshold in ("CP-AUT", "AIRD-4", "AIRD-5"):
        result = found.threshold_by_id[threshold]
        assert result.state == "ruled_out"
        assert {t.subject for t in result.tensions} == set(tense)
    assert len(found.tensions) == len(set(found.tensions))


def test_showing_accepted_for_the_checkpoint_without_its_rationale_opens_nothing(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    inputs = records[SONNET]
    proof = (EvidenceLink(inputs.evidence[0].sha256),)
    below = tuple(ShowingRecord(showing, "CP-AUT", "accepted", "RSO", evidence=proof) for showing in ("RO-2", "RO-3"))
    kept = tuple(s for s in inputs.showings if s.threshold not in {"CP-AUT", "AIRD-4", "AIRD-5"})

    found = outcome(replace(inputs, showings=(*kept, *below)))

    assert {states(found)[item] for item in ("CP-AUT", "AIRD-4", "AIRD-5")} == {"not_ruled_out"}


def test_ratio_takes_its_interval_from_both_arms(
    records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    highs = [
        outcome(with_report(records[SONNET], "acquisition-uplift", report))
        .margin_by_indicator["acquisition-uplift"]
        .high
        for report in (Ratio(Mean(42, 5, 10), Mean(25, 5, 10)), Ratio(Mean(42, 5, 10), Mean(25, 10, 10)))
    ]

    assert (highs[0] or 0) < (highs[1] or 0)


@pytest.mark.parametrize("name", [OPUS, SONNET])
def test_same_record_gives_the_same_determination_every_time(
    name: str, records: dict[str, Inputs], outcome: Callable[[Inputs], Determination]
) -> None:
    inputs = records[name]
    turned = replace(
        inputs,
        answers=inputs.answers[::-1],
        measurements=inputs.measurements[::-1],
        showings=inputs.showings[::-1],
        requirements=inputs.requirements[::-1],
        evidence=inputs.evidence[::-1],
    )

    assert outcome(inputs) == outcome(replace(inputs)) == outcome(turned)


def _support(pack: Pack, inputs: Inputs) -> Trace:
    found = support_of(pack, inputs, DAY, showing="RO-2", threshold="CP-AUT")
    assert found is not None
    return found


@pytest.mark.parametrize("name", example_names())
def test_example_follows_the_published_schema_for_any_yaml_reader(name: str) -> None:
    schema = json.loads(read_text("schemas/inputs-1.schema.json"))
    read_elsewhere = yaml.safe_load(example_inputs(name).read_text("utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(read_elsewhere)] == []
