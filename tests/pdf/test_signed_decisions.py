"""Decisions signed with real keys in real files: what holds, what does not fit, and what was signed on other inputs."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from asl_desktop import codec
from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, GateDecision, RequirementRecord, Scope
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.inputs_files import apply_inputs, export_inputs
from asl_desktop.services.record_words import RecordWords
from asl_desktop.services.recording import record
from asl_desktop.services.signed_decisions import STATEMENT_FORMAT, in_words, key_id, statement
from asl_desktop.storage.document import Document
from reports.blocks import runs_of, text_of
from reports.building import build_report
from reports.decisions import check_decision, decisions_of, sign_decision
from reports.document import board_report
from reports.identity import DEMONSTRATION, load_identity
from reports.lineage import lineage_of
from reports.verifying import in_words as verification_in_words
from reports.verifying import to_json, verify_assessment
from tests.services_world import small_pack
from tests.signing_world import MOMENT, PASSPHRASE, self_signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.domain.inputs import DecisionSignature
    from asl_desktop.services.signed_decisions import DecisionCheck
    from reports.identity import Identity

CLOCK = FixedClock(MOMENT)
HOLD = GateDecision(
    "deploy", "hold", "Dr Ada \u00d6st", "Officer", "The trial is small.", at="2025-06-02T11:00:00.000Z"
)
SIGNATURE_FIELDS = ("document", "state", "label", "as_of", "basis", "events", "head", "at", "program")


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="Ann", clock=CLOCK) as made:
        record(made, Answer("Q-TEXT", value={"value": "seen"}), actor="Ann").result()
        yield made


def signed(document: Document, identity: Identity, decision: GateDecision = HOLD) -> GateDecision:
    """Sign a decision on what the document says and record it."""
    made = sign_decision(take_snapshot(document, clock=CLOCK), decision, identity, clock=CLOCK)
    record(document, made, actor="Ann", clock=CLOCK).result()
    return made


def found_in(document: Document, *trust: Any) -> DecisionCheck:
    return decisions_of(document, trust=trust, clock=CLOCK)["deploy"]


def proof_of(decision: GateDecision) -> DecisionSignature:
    assert decision.signature is not None
    return decision.signature


@pytest.mark.parametrize("signer", ["assessor", "reviewer"])
def test_signed_decision_reads_back_and_holds(
    document: Document, signer: str, request: pytest.FixtureRequest, nothing_trusted: Path
) -> None:
    identity: Identity = request.getfixturevalue(signer)
    made = signed(document, identity)
    assert document.inputs().decisions == (made,)
    found = found_in(document, identity.chain[-1])
    assert (found.standing, found.trusted, found.problem) == ("holds", True, "")
    assert "The signer is trusted on this machine." in in_words(found)
    assert (found.signer, found.key) == (identity.name, identity.fingerprint)
    assert found.who.endswith(f"with key {key_id(identity.fingerprint)}, 2 Jun 2025, 12:00 UTC")


def test_signer_who_is_not_trusted_here_is_said_and_no_forgery(
    document: Document, assessor: Identity, nothing_trusted: Path
) -> None:
    signed(document, assessor)
    found = found_in(document)
    assert (found.standing, found.trusted) == ("holds", False)
    assert "is not trusted on this machine" in found.problem


def test_demonstration_identity_is_called_one(document: Document, identity_folder: Path, nothing_trusted: Path) -> None:
    from reports.identity import create_identity

    path = nothing_trusted.parent / "demo.p12"
    identity = create_identity(HOLD.by, path, PASSPHRASE, organisation=DEMONSTRATION, key="ecdsa-p256", clock=CLOCK)
    signed(document, identity)
    found = found_in(document)
    assert found.trusted
    assert any("demonstration identity" in remark for remark in found.remarks)


def test_statement_is_checked_by_an_outsider_from_the_record_alone(document: Document, assessor: Identity) -> None:
    data = codec.to_json(signed(document, assessor))
    held = data.pop("signature")
    said = {name: held[name] for name in SIGNATURE_FIELDS}
    key = assessor.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    text = codec.canonical({"format": "asl-decision-1", "decision": data, **said})
    key.verify(base64.b64decode(held["signature"]), text, padding.PKCS1v15(), hashes.SHA256())
    assert (held["state"], held["label"], held["document"]) == ("closed", "L2", document.document_id)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "go"},
        {"reason": "The trial is large."},
        {"by": "Somebody else"},
        {"role": ""},
        {"at": "2025-06-01T11:00:00.000Z"},
        {"conditions": "none"},
        {"despite": "we are in a hurry"},
    ],
)
def test_decision_changed_after_signing_does_not_fit(
    document: Document, assessor: Identity, trusted: Path, change: dict[str, Any]
) -> None:
    made = signed(document, assessor)
    document.put(dataclasses.replace(made, **change), actor="Mallory").result()
    found = found_in(document)
    assert (found.standing, found.trusted) == ("broken", False)
    assert "was changed after Dr Ada \u00d6st signed it" in found.problem


@pytest.mark.parametrize(
    "change",
    [
        {"state": "open"},
        {"label": "L1 / L1"},
        {"as_of": date(2025, 6, 1)},
        {"basis": "0" * 64},
        {"events": 1},
        {"head": "0" * 64},
        {"document": "another"},
        {"at": "2025-06-03T12:00:00.000Z"},
        {"program": "9"},
        {"certificates": ()},
        {"certificates": ("AA==",)},
        {"signature": ""},
        {"signature": "?"},
    ],
)
def test_statement_changed_after_signing_does_not_fit(
    document: Document, assessor: Identity, trusted: Path, change: dict[str, Any]
) -> None:
    made = signed(document, assessor)
    forged = dataclasses.replace(made, signature=dataclasses.replace(proof_of(made), **change))
    document.put(forged, actor="Mallory").result()
    assert found_in(document).standing == "broken"


def test_signature_of_one_decision_does_not_serve_another_gate(assessor: Identity, document: Document) -> None:
    made = signed(document, assessor)
    other = dataclasses.replace(made, gate="internal")
    found = check_decision(take_snapshot(document, clock=CLOCK), other, anchors=(), moment=MOMENT)
    assert found.standing == "broken"


@pytest.mark.parametrize(
    "later",
    [
        Answer("Q-TEXT", value={"value": "seen twice"}),
        RequirementRecord("R1", "planned"),
        Scope("Heron-3"),
    ],
)
def test_inputs_changed_since_are_said_and_no_forgery(
    document: Document, assessor: Identity, trusted: Path, later: Any
) -> None:
    signed(document, assessor)
    record(document, later, actor="Ann").result()
    found = found_in(document)
    assert (found.standing, found.trusted, found.problem) == ("earlier", True, "")
    assert "The inputs have changed since" in found.remarks[0]


def test_later_days_and_later_decisions_do_not_make_a_signature_one_of_earlier_inputs(
    document: Document, assessor: Identity, trusted: Path
) -> None:
    made = signed(document, assessor)
    snapshot = take_snapshot(document, as_of=date(2025, 6, 20), clock=CLOCK)
    changed = dataclasses.replace(snapshot.inputs, decisions=(made, GateDecision("other", "hold", "CEO")))
    later = dataclasses.replace(snapshot, inputs=changed)
    assert check_decision(later, made, anchors=(), moment=MOMENT).standing == "holds"


def test_state_that_does_not_follow_from_the_inputs_is_no_signature_that_holds(
    document: Document, assessor: Identity, trusted: Path
) -> None:
    """Whoever signs with a program of their own can state anything; the inputs tell."""
    snapshot = take_snapshot(document, clock=CLOCK)
    gates = tuple(dataclasses.replace(gate, state="open") for gate in snapshot.determination.gates)
    lie = dataclasses.replace(snapshot, determination=dataclasses.replace(snapshot.determination, gates=gates))
    made = sign_decision(lie, dataclasses.replace(HOLD, outcome="go"), assessor, clock=CLOCK)
    document.put(made, actor="Mallory").result()
    found = found_in(document)
    assert found.standing == "broken"
    assert 'computed "open"' in found.problem
    assert 'computes "closed"' in found.problem


def test_gate_that_is_computed_otherwise_now_and_signer_of_another_name_are_said(
    document: Document, reviewer: Identity, trusted: Path
) -> None:
    signed(document, reviewer)
    snapshot = take_snapshot(document, clock=CLOCK)
    gates = tuple(dataclasses.replace(gate, state="open") for gate in snapshot.determination.gates)
    now = dataclasses.replace(
        snapshot, as_of=date(2026, 6, 2), determination=dataclasses.replace(snapshot.determination, gates=gates)
    )
    found = check_decision(now, snapshot.inputs.decisions[0], anchors=(), moment=MOMENT)
    assert found.standing == "holds"
    assert found.remarks == (
        'When it was signed the gate was computed "closed"; it is computed "open" now.',
        "It was signed by Bo Lind, while the decision names Dr Ada \u00d6st.",
    )


def test_signature_copied_into_another_assessment_does_not_hold_there(
    document: Document, assessor: Identity, trusted: Path, tmp_path: Path
) -> None:
    made = signed(document, assessor)
    path = tmp_path / "b.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="Ann", clock=CLOCK) as other:
        other.put(Answer("Q-TEXT", value={"value": "seen"}), made, actor="Ann").result()
        found = found_in(other)
    assert found.standing == "broken"
    assert "another assessment" in found.problem


def test_signature_on_a_history_that_is_not_the_files_own_does_not_hold(
    document: Document, assessor: Identity, trusted: Path
) -> None:
    snapshot = dataclasses.replace(take_snapshot(document, clock=CLOCK), head="ab" * 32)
    document.put(sign_decision(snapshot, HOLD, assessor, clock=CLOCK), actor="Ann").result()
    found = found_in(document)
    assert found.standing == "broken"
    assert "history" in found.problem


def test_expired_and_unfit_certificates_are_valid_signatures_of_untrusted_signers(
    document: Document, assessor: Identity, tmp_path: Path
) -> None:
    made = signed(document, assessor)
    snapshot = take_snapshot(document, clock=CLOCK)
    late = check_decision(snapshot, made, anchors=assessor.chain[-1:], moment=MOMENT + timedelta(days=6 * 365))
    assert (late.standing, late.trusted) == ("holds", False)
    assert "is valid from" in late.problem
    outsider = load_identity(self_signed(tmp_path / "x.p12", "Mallory"), PASSPHRASE)
    by_outsider = sign_decision(snapshot, HOLD, outsider, clock=CLOCK)
    found = check_decision(snapshot, by_outsider, anchors=assessor.chain, moment=MOMENT)
    assert (found.standing, found.trusted) == ("holds", False)


def test_decision_without_a_signature_says_so_and_its_record_is_as_before(document: Document) -> None:
    record(document, HOLD, actor="Ann").result()
    assert "signature" not in codec.to_json(HOLD)
    assert codec.canonical(codec.to_json(HOLD)) == codec.canonical(
        {"gate": "deploy", "outcome": "hold", "by": "Dr Ada \u00d6st", "role": "Officer", "conditions": "",
         "reason": "The trial is small.", "at": HOLD.at, "despite": ""}
    )  # fmt: skip
    found = found_in(document)
    assert (found.standing, found.who) == ("unsigned", "")
    assert in_words(found) == ("Recorded without a signature.",)


def test_decision_that_differs_needs_its_reason_signed_or_not(document: Document, assessor: Identity) -> None:
    from asl_desktop.errors import ValueRefused

    silent = GateDecision("deploy", "go", "CEO")
    made = sign_decision(take_snapshot(document, clock=CLOCK), silent, assessor, clock=CLOCK)
    with pytest.raises(ValueRefused, match="reason"):
        record(document, made, actor="Ann")


def test_verify_names_the_signature_that_does_not_hold(document: Document, assessor: Identity, trusted: Path) -> None:
    made = signed(document, assessor)
    path = document.path
    whole = verify_assessment(path, clock=CLOCK)
    assert whole.ok
    assert any(
        fact.startswith("Decision at deploy: The signature holds. Signed by Dr Ada \u00d6st") for fact in whole.facts
    )
    document.put(dataclasses.replace(made, reason="Otherwise"), actor="Mallory").result()
    told = verify_assessment(path, clock=CLOCK)
    assert not told.ok
    assert told.touched == ("decision:deploy",)
    (problem,) = told.problems
    assert problem.startswith("Decision at deploy: The signature does NOT hold.")
    assert "Decision at deploy" not in " ".join(told.facts)
    assert to_json(told)["decisions"]["deploy"]["standing"] == "broken"
    assert verification_in_words(told)[0] == "NOT verified."


def test_verify_takes_changed_inputs_unknown_signers_and_unsigned_decisions_for_facts(
    document: Document, assessor: Identity, nothing_trusted: Path
) -> None:
    signed(document, assessor)
    record(document, Answer("Q-TEXT", value={"value": "more"}), actor="Ann").result()
    told = verify_assessment(document.path, clock=CLOCK)
    assert told.ok
    assert any("earlier state of the inputs" in fact and "not trusted" in fact for fact in told.facts)
    trusting = verify_assessment(document.path, trust=assessor.chain[-1:], clock=CLOCK)
    assert not any("not trusted" in fact for fact in trusting.facts)
    record(document, HOLD, actor="Ann").result()
    plain = verify_assessment(document.path, clock=CLOCK)
    assert plain.ok
    assert "Decision at deploy: Recorded without a signature." in plain.facts


def test_inputs_file_carries_no_signature_and_leaves_the_one_on_record(
    document: Document, assessor: Identity, trusted: Path, tmp_path: Path
) -> None:
    made = signed(document, assessor)
    listing = export_inputs(document, tmp_path / "out.yaml")
    assert "signature" not in listing.read_text(encoding="utf-8")
    applied = apply_inputs(document, listing, actor="Ann", clock=CLOCK)
    assert applied.changes.references == frozenset()
    assert document.inputs().decisions == (made,)
    changed = listing.read_text(encoding="utf-8").replace("The trial is small.", "The trial is tiny.")
    listing.write_text(changed, encoding="utf-8")
    apply_inputs(document, listing, actor="Ann", clock=CLOCK)
    assert found_in(document).standing == "unsigned"


def test_history_tells_in_whose_name_a_decision_was_signed(document: Document, assessor: Identity) -> None:
    said = RecordWords(document.pack(), document.inputs()).fields("decision", codec.to_json(signed(document, assessor)))
    assert said["Signed in the name of"] == assessor.name
    assert "MII" not in " ".join(said.values())


def test_statement_says_its_format(document: Document, assessor: Identity) -> None:
    said = json.loads(statement(signed(document, assessor)))
    assert said["format"] == STATEMENT_FORMAT
    assert set(said) == {"format", "decision", *SIGNATURE_FIELDS}
    assert "signature" not in said["decision"]


def printed(document: Document) -> str:
    """Return the section of the report on gates and decisions as text."""
    snapshot = take_snapshot(document, clock=CLOCK)
    report = board_report(snapshot, generated_at=MOMENT, lineage=lineage_of(document, snapshot, clock=CLOCK))
    section = next(item for item in report.sections if item.title == "Gates and decisions")
    return "".join(run.text for block in section.blocks for run in runs_of(block))


def test_report_prints_who_signed_a_decision_and_that_it_holds(
    document: Document, assessor: Identity, nothing_trusted: Path
) -> None:
    signed(document, assessor)
    text = printed(document)
    assert (
        f"The signature holds. Signed by Dr Ada \u00d6st, Frontier Lab with key {key_id(assessor.fingerprint)}, "
        "2 Jun 2025, 12:00 UTC." in text
    )
    assert "trusted" not in text


def test_report_prints_what_is_unsigned_made_on_earlier_inputs_or_does_not_fit(
    document: Document, assessor: Identity
) -> None:
    record(document, HOLD, actor="Ann").result()
    assert "Recorded without a signature." in printed(document)
    made = signed(document, assessor)
    record(document, Answer("Q-TEXT", value={"value": "more"}), actor="Ann").result()
    assert "for an earlier state of the inputs. Signed by" in printed(document)
    document.put(dataclasses.replace(made, reason="Otherwise"), actor="Mallory").result()
    text = printed(document)
    assert "The signature does NOT hold. It is in the name of Dr Ada \u00d6st" in text
    assert "was changed after Dr Ada \u00d6st signed it" in text
    assert "Signed by" not in text


def test_report_with_signed_decisions_is_the_same_whomever_a_machine_trusts(
    document: Document, assessor: Identity, trusted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(document, assessor)
    snapshot = take_snapshot(document, clock=CLOCK)
    made = []
    for name in ("here", "there"):
        lineage = lineage_of(document, snapshot, clock=CLOCK)
        build_report(snapshot, tmp_path / f"{name}.pdf", lineage=lineage, clock=CLOCK)
        made.append((tmp_path / f"{name}.pdf").read_bytes())
        monkeypatch.setenv("ASL_TRUST_DIR", str(tmp_path / "nobody"))
    assert made[0] == made[1]


def test_report_without_a_history_still_checks_the_signature(document: Document, assessor: Identity) -> None:
    made = signed(document, assessor)
    snapshot = take_snapshot(document, clock=CLOCK)
    changed = dataclasses.replace(snapshot.inputs, decisions=(dataclasses.replace(made, by="Mallory"),))
    report = board_report(dataclasses.replace(snapshot, inputs=changed), generated_at=MOMENT)
    assert "The signature does NOT hold." in text_of(report)


@pytest.mark.parametrize(
    "change", [{"events": 10**20}, {"certificates": ("\u00fc",)}, {"label": "\ud800"}], ids=["number", "letter", "half"]
)
def test_signature_that_nobody_can_have_made_is_unreadable_and_no_crash(
    document: Document, assessor: Identity, change: dict[str, Any]
) -> None:
    made = signed(document, assessor)
    odd = dataclasses.replace(made, signature=dataclasses.replace(proof_of(made), **change))
    found = check_decision(take_snapshot(document, clock=CLOCK), odd, anchors=(), moment=MOMENT)
    assert found.standing == "broken"
    assert found.problem in ("The decision carries no readable signature.",) or "was changed after" in found.problem


def test_certificate_with_parts_nobody_can_read_is_no_signature(document: Document, assessor: Identity) -> None:
    made = signed(document, assessor)
    whole = base64.b64decode(proof_of(made).certificates[0])
    for at in range(0, len(whole), 7):
        odd = base64.b64encode(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]).decode()
        changed = dataclasses.replace(made, signature=dataclasses.replace(proof_of(made), certificates=(odd,)))
        found = check_decision(take_snapshot(document, clock=CLOCK), changed, anchors=(), moment=MOMENT)
        assert not found.trusted
