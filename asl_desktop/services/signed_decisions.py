"""What a signature on a gate decision says, whether it speaks of the inputs as they stand, and how people read that.

Keys and certificates are looked at by :mod:`reports.decisions`; here is what needs none.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop import __version__, codec
from asl_desktop.clock import stamp
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import DecisionSignature, same_name
from asl_desktop.domain.wording import GATE_WORDS
from asl_desktop.i18n import mark, tr
from asl_desktop.services.record_words import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from asl_desktop.clock import Clock
    from asl_desktop.domain.determination import Determination, Snapshot
    from asl_desktop.domain.inputs import GateDecision

    Signing: TypeAlias = Callable[[Snapshot, GateDecision], GateDecision]
    """Signs a decision on what a snapshot shows."""

STATEMENT_FORMAT = "asl-decision-1"
Standing: TypeAlias = Literal["unsigned", "holds", "earlier", "broken"]
"""``earlier``: as it was signed, but the inputs have changed since. ``broken``: it does not fit the decision."""
STANDING_WORDS: dict[Standing, str] = {
    "unsigned": mark("Recorded without a signature"),
    "holds": mark("The signature holds"),
    "earlier": mark("The signature holds, for an earlier state of the inputs"),
    "broken": mark("The signature does NOT hold"),
}
_PROOF = ("signer", "certificates", "signature")


@dataclass(frozen=True, slots=True)
class DecisionCheck:
    """What was found out about the signature of one decision.

    Attributes:
        signer: common name in the certificate, empty when that cannot be read.
        organisation: as stated there.
        key: SHA-256 of the certificate, in hex.
        at: when it was signed, by the signer's clock.
        trusted: the certificate leads to a root trusted here and is within its validity.
        problem: why it is broken, else why the signer is not trusted; a sentence.
        remarks: sentences worth knowing that do not make it broken.
    """

    standing: Standing
    signer: str = ""
    organisation: str = ""
    key: str = ""
    at: str = ""
    trusted: bool = False
    problem: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """Who signed, with which key and when, in words; empty when nobody did or nobody can say.

        A signature that does not hold says only in whose name it is.
        """
        if not self.signer:
            return ""
        broken = tr("It is in the name of {name}, key {key}, {moment}")
        text = broken if self.standing == "broken" else tr("Signed by {name} with key {key}, {moment}")
        name = f"{self.signer}, {self.organisation}" if self.organisation else self.signer
        return text.format(name=name, key=key_id(self.key), moment=moment(self.at))


def key_id(fingerprint: str) -> str:
    """Return the beginning of a certificate's SHA-256 as people compare it: ``3f9a 1c02 b7d4 e811``."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, 16, 4))


def basis_digest(snapshot: Snapshot, as_of: date) -> str:
    """Return the snapshot digest of everything that a decision rests on: the inputs without any decision."""
    return snapshot.digester(snapshot.pack, dataclasses.replace(snapshot.inputs, decisions=()), as_of)


def statement(decision: GateDecision) -> bytes:
    """Return the bytes that are signed: canonical JSON of the decision and of what its signer had before them."""
    data: dict[str, Any] = codec.to_json(decision)
    held: dict[str, Any] = data.pop("signature")
    said = {name: value for name, value in held.items() if name not in _PROOF}
    return codec.canonical({"format": STATEMENT_FORMAT, "decision": data, **said})


def to_be_signed(snapshot: Snapshot, decision: GateDecision, *, clock: Clock) -> GateDecision:
    """Return a decision with what its signer has before them at this moment, without any signature yet."""
    result = snapshot.determination
    before = DecisionSignature(
        document=snapshot.document_id,
        state=result.gate_by_id[decision.gate].state,
        label=result.label,
        as_of=snapshot.as_of,
        basis=basis_digest(snapshot, snapshot.as_of),
        events=snapshot.events,
        head=snapshot.head,
        at=stamp(clock),
        program=__version__,
    )
    return dataclasses.replace(decision, signature=before)


def made_on(snapshot: Snapshot, signature: DecisionSignature) -> bool:
    """Say whether a signature was made on exactly these inputs, decisions aside."""
    return basis_digest(snapshot, signature.as_of) == signature.basis


def misstated(snapshot: Snapshot, decision: GateDecision, signature: DecisionSignature) -> str:
    """Return where a statement made on these very inputs says what does not follow from them; nothing if nowhere."""
    result = _judged(snapshot, signature.as_of)
    gate = result.gate_by_id.get(decision.gate)
    computed = gate.state if gate is not None else ""
    if (signature.state, signature.label) == (computed, result.label):
        return ""
    return tr(
        'It says that the gate was computed "{stated}" at {stated_label}, by version {program}; from the same inputs '
        'this program computes "{computed}" at {label}.'
    ).format(
        stated=_gate_words(signature.state),
        stated_label=signature.label,
        program=signature.program,
        computed=_gate_words(computed),
        label=result.label,
    )


def remarks_on(snapshot: Snapshot, decision: GateDecision, signature: DecisionSignature, *, signer: str) -> list[str]:
    """Return what people should know of a signature that fits its decision."""
    found = []
    gate = snapshot.determination.gate_by_id.get(decision.gate)
    if gate is not None and gate.state != signature.state:
        found.append(
            tr('When it was signed the gate was computed "{then}"; it is computed "{now}" now.').format(
                then=_gate_words(signature.state), now=_gate_words(gate.state)
            )
        )
    if not same_name(signer, decision.by):
        found.append(
            tr("It was signed by {signer}, while the decision names {by}.").format(signer=signer, by=decision.by)
        )
    return found


def in_words(check: DecisionCheck) -> tuple[str, ...]:
    """Return everything found out about one decision's signature as sentences, the bottom line first."""
    lines = [f"{tr(STANDING_WORDS[check.standing])}."]
    if check.who:
        lines.append(f"{check.who}.")
    if check.trusted:
        lines.append(tr("The signer is trusted on this machine."))
    return (*lines, *((check.problem,) if check.problem else ()), *check.remarks)


def _judged(snapshot: Snapshot, as_of: date) -> Determination:
    return snapshot.determination if as_of == snapshot.as_of else determine(snapshot.pack, snapshot.inputs, as_of)


def _gate_words(state: str) -> str:
    return tr(GATE_WORDS.get(state, state.replace("_", " ")))
