"""Signing a gate decision on the storage lane: what is signed is what the file says once everything typed is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.errors import UserError
from ui.session import cause_of

if TYPE_CHECKING:
    from datetime import date

    from asl_desktop.clock import Clock
    from asl_desktop.domain.inputs import GateDecision
    from asl_desktop.storage.document import Document
    from ui.session import Session
    from ui.widgets.signing_form import Signer


@dataclass(frozen=True, slots=True)
class SigningJob:
    """A decision that somebody signs and records, judged as of the day that the window shows."""

    decision: GateDecision
    signer: Signer
    as_of: date
    actor: str
    clock: Clock

    def run(self, document: Document) -> GateDecision:
        """Sign and record it, and return it as it is on disk.

        Raises:
            FileMissing, IdentityRefused: the identity cannot be used; nothing is recorded.
            FileTampered: the history is broken; nothing is signed.
            ItemUnknown, ValueRefused: the decision does not fit; nothing is recorded.
        """
        from asl_desktop.services.assessments import take_snapshot
        from asl_desktop.services.recording import record
        from reports.decisions import sign_decision
        from reports.identity import load_identity

        identity = load_identity(self.signer.identity_file, self.signer.passphrase)
        document.require_unbroken()
        snapshot = take_snapshot(document, as_of=self.as_of, clock=self.clock)
        signed = sign_decision(snapshot, self.decision, identity, clock=self.clock)
        record(document, signed, actor=self.actor, clock=self.clock).result()
        return signed


def refusal(session: Session, decision: GateDecision) -> str:
    """Return why a decision would be refused as things stand, or nothing."""
    from asl_desktop.services.recording import check_decision, check_record

    try:
        check_record(session.pack, session.inputs, decision)
        check_decision(session.pack, session.inputs, decision, as_of=session.snapshot.as_of)
    except UserError as error:
        return cause_of(error)
    return ""
