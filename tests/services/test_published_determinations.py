"""Published determinations, entered as inputs, come out as published: ruled out, treated as reached, reached."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Inputs, RequirementRecord, Scope, ShowingRecord
from asl_desktop.services.packs import load_pack
from tests.coverage_world import DAY, LINK, PROOF, accepted, concluding, ruling_out

OPENAI = "openai-preparedness-2"
DEEPMIND = "google-deepmind-fsf-3.1"


def test_chatgpt_agent_is_treated_as_high_in_biology_alone() -> None:
    pack = load_pack(OPENAI)
    inputs = concluding(
        ruling_out(pack, "BIO-C", "CY-H", "CY-C", "SI-H", "SI-C"),
        "QOB-15",
        BIO_H="treated_as_crossed",
        BIO_C="ruled_out",
    )

    found = determine(pack, inputs, DAY)

    states = {item.id: item.state for item in found.thresholds}
    assert states.pop("BIO-H") == "not_ruled_out"
    assert set(states.values()) == {"ruled_out"}
    assert found.precautionary
    assert {track.track: track.required for track in found.tracks} == {
        "security": "High",
        "misuse": "High",
        "misalignment": "below-High",
    }
    assert found.gate_by_id["train_further"].state == "open"
    assert found.gate_by_id["security_in_place"].state == "closed"
    assert {found.gate_by_id[key].state for key in ("deploy", "internal_use")} == {"judgement"}


def test_astra_found_critical_in_cyber_halts_development_until_a_standard_is_specified() -> None:
    pack = load_pack(OPENAI)
    inputs = ruling_out(pack, "BIO-C", "SI-H", "SI-C")
    inputs = concluding(inputs, "QOB-15", BIO_H="crossed", BIO_C="ruled_out")
    inputs = concluding(inputs, "QOC-15", CY_H="crossed", CY_C="crossed")
    rows = tuple(RequirementRecord(item.id, status="in_place", evidence=LINK) for item in pack.requirements)

    found = determine(pack, replace(inputs, requirements=rows), DAY)

    assert (found.threshold_by_id["CY-C"].state, found.threshold_by_id["BIO-C"].state) == ("crossed", "ruled_out")
    assert not found.precautionary
    assert {track.required for track in found.tracks} == {"Critical"}
    assert found.gate_by_id["train_further"].state == "closed"
    assert any("never been specified" in reason for reason in found.gate_by_id["train_further"].reasons)
    assert any(duty.startswith("CY-C: Further development is halted") for duty in found.duties)


def test_self_improvement_high_alone_asks_for_security_controls_only() -> None:
    pack = load_pack(OPENAI)
    inputs = ruling_out(pack, "BIO-H", "BIO-C", "CY-H", "CY-C", "SI-C")

    found = determine(pack, concluding(inputs, "QOS-12", SI_H="crossed", SI_C="ruled_out"), DAY)

    assert [track.required for track in found.tracks] == ["High", "below-High", "below-High"]


def test_gemini_3_7_flash_reaches_alert_thresholds_and_no_level() -> None:
    pack = load_pack(DEEPMIND)
    inputs = ruling_out(pack, "CBRN-T", "ALERT-HM", "ALERT-RD", "SSA-T")
    levels = _argued_without_the_alert("CBRN-1", "CY-1")
    inputs = replace(inputs, showings=(*inputs.showings, *levels))
    inputs = concluding(inputs, "QDB-12", ALERT_CBRN="crossed", CBRN_T="ruled_out", CBRN_1="ruled_out")
    inputs = concluding(inputs, "QDY-12", ALERT_CY="crossed", CY_1="ruled_out")

    found = determine(pack, inputs, DAY)

    states = {item.id: item.state for item in found.thresholds}
    assert {key for key, state in states.items() if state == "crossed"} == {"ALERT-CBRN", "ALERT-CY"}
    assert {state for key, state in states.items() if key not in {"ALERT-CBRN", "ALERT-CY"}} == {"ruled_out"}
    assert [track.required for track in found.tracks] == ["adequate", "none", "none"]
    assert any(duty.startswith("ALERT-CY: Response plan") for duty in found.duties)


def _argued_without_the_alert(*levels: str) -> tuple[ShowingRecord, ...]:
    pack = load_pack(DEEPMIND)
    return tuple(accepted(pack, showing.id, level) for level in levels for showing in pack.showings)


@pytest.mark.parametrize(
    ("level", "question", "security", "misuse", "research"),
    [
        ("CBRN-T", "QDB-12", "adequate", "TCL", "none"),
        ("CBRN-1", "QDB-12", "SL2plus", "CCL", "none"),
        ("CY-1", "QDY-12", "SL2plus", "CCL", "none"),
        ("HM-1", "QDH-10", "SL2plus", "CCL", "none"),
        ("ACC-1", "QDR-10", "SL3", "none", "CCL"),
        ("AUTO-1", "QDR-10", "SL4", "none", "CCL"),
        ("SSA-T", "QDM-11", "adequate", "none", "TCL"),
    ],
)
def test_each_level_of_deepmind_alone_asks_for_what_its_row_says(
    level: str, question: str, security: str, misuse: str, research: str
) -> None:
    pack = load_pack(DEEPMIND)
    others = [item.id for item in pack.thresholds if item.raises_level and item.id != level]
    inputs = concluding(ruling_out(pack, *others), question, **{level: "crossed"})

    found = determine(pack, inputs, DAY)

    assert found.threshold_by_id[level].treated_as_crossed
    assert [track.required for track in found.tracks] == [security, misuse, research]


def test_deepmind_never_stops_training_and_leaves_every_gate_to_people() -> None:
    gates = load_pack(DEEPMIND).gates

    assert {gate.kind for gate in gates} == {"judgement"}
    assert "train_further" not in {gate.stage for gate in gates}


@pytest.mark.parametrize("pack_id", [OPENAI, DEEPMIND])
def test_blank_record_is_all_clear_of_nothing(pack_id: str) -> None:
    pack = load_pack(pack_id)

    found = determine(pack, Inputs(Scope("M"), evidence=(PROOF,)), DAY)

    assert {item.state for item in found.thresholds} == {"not_assessed"}
    assert {track.required for track in found.tracks} == {track.standards[-1].id for track in pack.tracks}
    assert not [gate.id for gate in found.gates if gate.state.startswith("open")]
