"""Signatures on gate decisions: made with an identity, and checked against the decision and the inputs as they stand.

What is signed and what it means is :mod:`asl_desktop.services.signed_decisions`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.i18n import tr
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.signed_decisions import (
    DecisionCheck,
    Standing,
    made_on,
    misstated,
    remarks_on,
    statement,
    to_be_signed,
)
from asl_desktop.storage.model import Head
from reports.identity import DEMONSTRATION
from reports.statements import Proof, StatementResult, check_statement, sign_statement
from reports.verifying import anchors_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.inputs import DecisionSignature, GateDecision
    from asl_desktop.storage.document import Document
    from reports.identity import Identity


def sign_decision(
    snapshot: Snapshot,
    decision: GateDecision,
    identity: Identity,
    *,
    clock: Clock = SystemClock(),  # noqa: B008
) -> GateDecision:
    """Return a decision signed on the state of the inputs that ``snapshot`` shows; a signature it had is replaced."""
    before = to_be_signed(snapshot, decision, clock=clock)
    assert before.signature is not None, "to_be_signed puts one there"
    proof = sign_statement(statement(before), identity)
    signed = dataclasses.replace(
        before.signature, signer=proof.signer, certificates=proof.certificates, signature=proof.signature
    )
    return dataclasses.replace(before, signature=signed)


def decisions_of(
    document: Document,
    *,
    trust: Iterable[Path | x509.Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
) -> Mapping[str, DecisionCheck]:
    """Return what is to be said about the signature of every decision in a file, by gate.

    Here, where the history is at hand, a signature made on another history than the file's own does not hold.

    Raises:
        VerifyImpossible: a file in ``trust`` is no certificate.
    """
    snapshot = take_snapshot(document, clock=clock)
    signed = any(decision.signature for decision in snapshot.inputs.decisions)
    anchors = anchors_for(trust)[0] if signed else ()
    return decisions_in(document, snapshot, anchors=anchors, moment=clock.now())


def decisions_in(
    document: Document, snapshot: Snapshot, *, anchors: Sequence[x509.Certificate], moment: datetime
) -> Mapping[str, DecisionCheck]:
    """Return the same for a snapshot of this document and given roots."""
    found = dict(check_decisions(snapshot, anchors=anchors, moment=moment))
    for decision in snapshot.inputs.decisions:
        held, check = decision.signature, found[decision.gate]
        if held is None or check.standing == "broken":
            continue
        if not document.past.contains(Head(held.events, held.head)):
            problem = tr("It was signed on a history that this file's own does not go through.")
            found[decision.gate] = dataclasses.replace(check, standing="broken", trusted=False, problem=problem)
    return found


def check_decisions(
    snapshot: Snapshot, *, anchors: Sequence[x509.Certificate], moment: datetime
) -> Mapping[str, DecisionCheck]:
    """Return what is to be said about the signature of every recorded decision, by gate."""
    return {
        decision.gate: check_decision(snapshot, decision, anchors=anchors, moment=moment)
        for decision in snapshot.inputs.decisions
    }


def check_decision(
    snapshot: Snapshot, decision: GateDecision, *, anchors: Sequence[x509.Certificate], moment: datetime
) -> DecisionCheck:
    """Check the signature of one decision: who made it, and whether it fits decision, assessment and inputs.

    Inputs that changed since are no forgery; a decision that changed is taken for one.
    """
    held = decision.signature
    if held is None:
        return DecisionCheck("unsigned")
    try:
        said = statement(decision)
    except ValueError:  # a number beyond what canonical JSON can hold; nobody signed that
        return DecisionCheck("broken", problem=tr("The decision carries no readable signature."))
    proof = Proof(held.signer, held.certificates, held.signature)
    found = check_statement(said, proof, what=tr("The decision"), anchors=anchors, moment=moment)
    if not found.valid:
        return _told(found, held, "broken")
    if held.document != snapshot.document_id:
        return _told(found, held, "broken", problem=tr("It was signed for another assessment than this file holds."))
    if not made_on(snapshot, held):
        since = tr("The inputs have changed since; nobody has signed the decision on what they say now.")
        remarks = [since, *remarks_on(snapshot, decision, held, signer=found.signer)]
        return _told(found, held, "earlier", remarks=remarks)
    if problem := misstated(snapshot, decision, held):
        return _told(found, held, "broken", problem=problem)
    return _told(found, held, "holds", remarks=remarks_on(snapshot, decision, held, signer=found.signer))


def _told(
    found: StatementResult,
    held: DecisionSignature,
    standing: Standing,
    *,
    problem: str = "",
    remarks: Sequence[str] = (),
) -> DecisionCheck:
    demonstration = (
        (tr("The signer is a demonstration identity, whose passphrase lies beside it: anyone may have signed."),)
        if found.organisation == DEMONSTRATION
        else ()
    )
    return DecisionCheck(
        standing,
        signer=found.signer,
        organisation=found.organisation,
        key=found.key,
        at=held.at,
        trusted=found.trusted and not problem,
        problem=problem or found.problem,
        remarks=(*remarks, *demonstration),
    )
