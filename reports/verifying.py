"""Say whether a signed report or an assessment file can be relied on, and why not.

Fails closed: whatever cannot be checked is a problem, and one problem is enough for ``ok`` to be False. The policy goes
beyond what PDF libraries ask for (bytes after the end, padding of the signature, metadata and attachments changed by
an update); its rules are in :mod:`reports.pdf_checks` and :mod:`reports.pdf_hole`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.errors import FileDamaged, FileTampered, UserError, VerifyImpossible
from asl_desktop.files import open_ordinary
from asl_desktop.services.signed_decisions import DecisionCheck
from asl_desktop.services.signed_decisions import in_words as told_of
from asl_desktop.storage.open_here import OPEN_HERE
from reports.dates import day_and_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.x509 import Certificate

    from asl_desktop.storage.keys import Secret

Kind: TypeAlias = Literal["pdf", "assessment"]

_MAX_PDF = 64 * 1024 * 1024
_SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """What was found out about one signature of a report.

    Attributes:
        signer: common name in the signer's certificate.
        role: name of the signed field: Assessor, Reviewer, Board or ArchiveTimestamp.
        intact: what this signature covers is byte for byte what was signed.
        valid: the signature itself was made with the key of the certificate.
        trusted: the certificate leads to a root trusted here and is within its validity.
        covers_whole_document: nothing follows what this signature covers. Only the newest one can.
        signed_at: time of signing, ISO 8601 UTC; empty when none is stated.
        time_source: "signer's clock" (a claim) or "timestamp".
        modification_level: what happened to the file after this signature: none, lta_updates, form_filling (further
            signatures), annotations or other; the last two are never accepted.
        problems: sentences; trust is not among them.
        trust_problem: why the signer is not trusted here; empty when it is.
        certificate_sha256: fingerprint of the signer's certificate, in hex.
        issuer: who issued it, by common name.
    """

    signer: str
    role: str
    intact: bool = False
    valid: bool = False
    trusted: bool = False
    covers_whole_document: bool = False
    signed_at: str = ""
    time_source: str = "signer's clock"
    modification_level: str = ""
    problems: tuple[str, ...] = ()
    trust_problem: str = ""
    certificate_sha256: str = ""
    issuer: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The bottom line and everything it rests on.

    Attributes:
        ok: there is no problem at all. For a report this includes that every signer is trusted here.
        problems: every reason for a no, in sentences, those of the signatures included.
        facts: sentences worth knowing that do not make the answer a no.
        touched: references of what the problems of an assessment concern, such as ``answer:QC-20`` or ``event:17``;
            ``file`` for damage that cannot be told more closely.
        events: number of events in the history of an assessment, 0 where it could not be read.
        head: hash of the last of them, in hex.
        decisions: what was found out about the signature of each gate decision, by gate.
    """

    ok: bool
    kind: Kind
    signatures: tuple[SignatureResult, ...] = ()
    problems: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    events: int = 0
    head: str = ""
    decisions: Mapping[str, DecisionCheck] = field(default_factory=dict)

    @property
    def intact(self) -> bool:
        """Nothing is wrong, except perhaps that a signer is not trusted on this machine."""
        trust = {signature.trust_problem for signature in self.signatures}
        return not [problem for problem in self.problems if problem not in trust]


def verify(
    path: Path,
    *,
    trust: Iterable[Path | Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
    secret: Secret | None = None,
) -> Verification:
    """Verify a report or an assessment file, whichever it is; ``secret`` opens an encrypted assessment.

    Raises:
        VerifyImpossible: the file is missing, cannot be read, or is neither.
    """
    if kind_of(Path(path)) == "pdf":
        return verify_pdf(path, trust=trust, clock=clock)
    return verify_assessment(path, secret=secret, trust=trust, clock=clock)


def verify_pdf(path: Path, *, trust: Iterable[Path | Certificate] = (), clock: Clock = SystemClock()) -> Verification:  # noqa: B008
    """Verify every signature of a report and that nothing was changed around them.

    Args:
        path: the report.
        trust: roots to trust besides those of this machine: certificates, or files that hold one.
        clock: tells at which moment certificates have to be valid.

    Raises:
        VerifyImpossible: the file is missing, cannot be read or is not a PDF, or a file in ``trust`` is no
            certificate.
    """
    path = Path(path)
    if kind_of(path) != "pdf":
        raise VerifyImpossible(path=path, detail="it is not a PDF")
    data = _bytes_of(path)
    from reports.pdf_checks import examine

    anchors, facts = anchors_for(trust)
    return examine(data, anchors=anchors, moment=clock.now(), facts=facts)


def verify_assessment(
    path: Path,
    *,
    secret: Secret | None = None,
    trust: Iterable[Path | Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
) -> Verification:
    """Verify an assessment file: its event chain, that its tables follow from it, and the digests of its evidence.

    In a file that is in order the signatures of its decisions are checked, too. One that does not fit its decision is a
    problem; an untrusted signer and inputs that changed since are facts.

    Raises:
        VerifyImpossible: the file is missing, cannot be read, is no assessment, comes from a newer program, or is
            encrypted and ``secret`` does not open it.
    """
    path = Path(path)
    if not path.is_file():
        raise VerifyImpossible(path=path, detail="there is no such file")
    from asl_desktop.messages import message_for
    from asl_desktop.services.seen import look
    from asl_desktop.storage.document import Document

    decisions: Mapping[str, DecisionCheck] = {}
    try:
        with Document.open(path, read_only=True, secret=secret) as document:
            faults, head = document.examine(), document.head()
            setback = look(document) if not faults else None
            if not faults and document.inputs().decisions:
                from reports.decisions import decisions_of

                decisions = decisions_of(document, trust=trust, clock=clock)
    except (FileDamaged, FileTampered) as error:
        return Verification(ok=False, kind="assessment", problems=(message_for(error).text,), touched=("file",))
    except VerifyImpossible:
        raise
    except (UserError, OSError) as error:
        raise VerifyImpossible(path=path, detail=_cause(error)) from error
    broken = {gate: found for gate, found in decisions.items() if found.standing == "broken"}
    return Verification(
        ok=not faults and not broken,
        kind="assessment",
        problems=(*(fault.text for fault in faults), *_told(broken)),
        facts=(
            f"{head.events} recorded events were replayed.",
            *((f"Warning: {setback.in_words()}",) if setback is not None else ()),
            *_told({gate: found for gate, found in decisions.items() if gate not in broken}),
        ),
        touched=tuple(
            dict.fromkeys(
                (*(name for fault in faults for name in fault.touched), *(f"decision:{gate}" for gate in broken))
            )
        ),
        events=head.events,
        head=head.hash,
        decisions=decisions,
    )


def _told(decisions: Mapping[str, DecisionCheck]) -> tuple[str, ...]:
    return tuple(f"Decision at {gate}: {' '.join(told_of(found))}" for gate, found in sorted(decisions.items()))


def to_json(verification: Verification) -> dict[str, Any]:
    """Return the stable shape of ``asl verify --json``; keys beyond the documented ones may grow."""
    told: dict[str, Any] = {
        "ok": verification.ok,
        "kind": verification.kind,
        "signatures": [_signature_json(signature) for signature in verification.signatures],
        "problems": list(verification.problems),
        "facts": list(verification.facts),
    }
    if verification.kind == "assessment":
        told |= {"touched": list(verification.touched), "events": verification.events, "head": verification.head}
    if verification.decisions:
        told["decisions"] = {gate: _decision_json(found) for gate, found in verification.decisions.items()}
    return told


def in_words(verification: Verification) -> tuple[str, ...]:
    """Return the result as sentences for a person, the bottom line first."""
    lines = [_bottom_line(verification)]
    lines += [_signature_words(signature) for signature in verification.signatures]
    lines += [f"Problem: {problem}" for problem in verification.problems]
    lines += list(verification.facts)
    return tuple(lines)


def _signature_json(signature: SignatureResult) -> Mapping[str, object]:
    return {
        "signer": signature.signer,
        "role": signature.role,
        "intact": signature.intact,
        "valid": signature.valid,
        "trusted": signature.trusted,
        "covers_whole_document": signature.covers_whole_document,
        "signed_at": signature.signed_at,
        "time_source": signature.time_source,
        "modification_level": signature.modification_level,
        "certificate_sha256": signature.certificate_sha256,
        "issuer": signature.issuer,
        "reason": signature.reason,
    }


def _decision_json(found: DecisionCheck) -> Mapping[str, object]:
    return {
        "standing": found.standing,
        "signer": found.signer,
        "trusted": found.trusted,
        "signed_at": found.at,
        "certificate_sha256": found.key,
        "problem": found.problem,
        "remarks": list(found.remarks),
    }


def _bottom_line(verification: Verification) -> str:
    if verification.kind == "assessment":
        return "Verified: the assessment is complete and unchanged." if verification.ok else "NOT verified."
    if verification.ok:
        return "Verified: intact, trusted, and the newest signature covers the whole document."
    if verification.intact:
        return "NOT verified: the report is intact, but not every signer is trusted on this machine."
    return "NOT verified: do not rely on this file."


def _signature_words(signature: SignatureResult) -> str:
    parts = [
        "intact" if signature.intact and signature.valid else "NOT intact",
        "trusted" if signature.trusted else "not trusted here",
        "covers the whole document" if signature.covers_whole_document else "covers an earlier state of the document",
    ]
    if signature.signed_at:
        moment = datetime.fromisoformat(signature.signed_at)
        parts.append(f"signed {day_and_time(moment)} ({signature.time_source})")
    return f"{signature.role}, {signature.signer}: {', '.join(parts)}."


def anchors_for(trust: Iterable[Path | Certificate]) -> tuple[tuple[Certificate, ...], tuple[str, ...]]:
    """Return all roots to trust, and a sentence for every file of the local store that is none."""
    from reports.trust import list_trust, read_certificate, unreadable_trust

    anchors: list[Certificate] = list(list_trust())
    for item in trust:
        if not isinstance(item, str | Path):
            anchors.append(item)
            continue
        try:
            anchors.append(read_certificate(Path(item)))
        except UserError as error:
            raise VerifyImpossible(path=item, detail=_cause(error)) from error
    facts = tuple(f"{path} in the trust store is not a certificate and was left out." for path in unreadable_trust())
    return tuple(anchors), facts


def kind_of(path: Path) -> Kind:
    """Say from its first bytes what a file claims to be.

    Raises:
        VerifyImpossible: the file is missing, cannot be read, or is neither a PDF nor an assessment.
    """
    if OPEN_HERE.has(path):  # opening and closing it here would drop the locks that SQLite holds on it
        return "assessment"
    try:
        with open_ordinary(path) as stream:
            start = stream.read(16)
    except FileNotFoundError as error:
        raise VerifyImpossible(path=path, detail="there is no such file") from error
    except OSError as error:
        raise VerifyImpossible(path=path, detail=error.strerror or str(error)) from error
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start == _SQLITE_MAGIC or path.suffix.lower() == ".asl" or _may_be_encrypted(path):
        return "assessment"
    raise VerifyImpossible(path=path, detail="it is neither a PDF nor an assessment file")


def _may_be_encrypted(path: Path) -> bool:
    from asl_desktop.services.assessments import is_encrypted

    try:
        return is_encrypted(path)
    except UserError:
        return False


def _bytes_of(path: Path) -> bytes:
    try:
        with open_ordinary(path) as stream:
            data = stream.read(_MAX_PDF + 1)
    except OSError as error:
        raise VerifyImpossible(path=path, detail=error.strerror or str(error)) from error
    if len(data) > _MAX_PDF:
        raise VerifyImpossible(path=path, detail=f"it is larger than {_MAX_PDF // 2**20} MiB")
    return data


def _cause(error: UserError | OSError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    from asl_desktop.messages import message_for

    if error.values.get("detail"):
        return str(error.values["detail"])
    return message_for(error).text.rstrip(".")
