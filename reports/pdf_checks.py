"""The checks behind :func:`reports.verifying.verify_pdf`: a PDF library's verdict, and a stricter policy around it.

Imported only when something is verified: the library costs half a second to load.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from reports.dates import day
from reports.identity import DEMONSTRATION
from reports.pdf_contents import attachments, carried_by
from reports.pdf_hole import end_of, hole_problem
from reports.quiet import library_silenced
from reports.snapshot_check import snapshot_digest, snapshot_problems
from reports.trust import issued_by
from reports.verifying import SignatureResult, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.x509 import Certificate
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_HARMLESS = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}
_TIMESTAMP_FIELD = "ArchiveTimestamp"
_USAGE = {"digital_signature", "non_repudiation"}


def examine(
    data: bytes, *, anchors: Sequence[Certificate], moment: datetime, facts: Iterable[str] = ()
) -> Verification:
    """Verify the bytes of a PDF against roots, as of a moment; whatever goes wrong on the way is a no."""
    problems: list[str] = []
    noted = [*facts, f"SHA-256 of the file: {hashlib.sha256(data).hexdigest()}."]
    signatures: list[SignatureResult] = []
    try:
        with library_silenced():
            reader = PdfFileReader(io.BytesIO(data), strict=True)
            found = _signatures_of(reader)
            signatures += [
                _check_signature(reader, data, item, anchors=anchors, moment=moment, newest=item is found[-1])
                for item in found
            ]
            problems += _document_problems(reader, data, found)
            noted += _document_facts(reader, found)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes means "not verified"
        problems.append(f"The file cannot be read as a well-formed PDF, so it is not verified ({_short(error)}).")
    for signature in signatures:
        problems += [*signature.problems, *([signature.trust_problem] if signature.trust_problem else [])]
    if not signatures and not problems:
        problems.append("The file is not signed.")
    return Verification(
        ok=bool(signatures) and not problems,
        kind="pdf",
        signatures=tuple(signatures),
        problems=tuple(dict.fromkeys(problems)),
        facts=tuple(noted),
    )


def _signatures_of(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    if reader.encrypted:
        raise ValueError("it is encrypted")
    return list(reader.embedded_signatures)


def _check_signature(
    reader: PdfFileReader,
    data: bytes,
    item: EmbeddedPdfSignature,
    *,
    anchors: Sequence[Certificate],
    moment: datetime,
    newest: bool,
) -> SignatureResult:
    role = str(item.field_name)
    result = SignatureResult(signer="unknown", role=role)
    try:
        result = _describe(result, item)
        misplaced = _misplaced(reader, data, item)
        after = 0 if misplaced else len(data) - end_of(item.byte_range)
        result, problems = _verdict(result, item, anchors=anchors, moment=moment)
        if misplaced:
            problems.insert(0, f"The {role} signature is laid out in a way that hides changes: {misplaced}.")
        elif newest and after:
            problems.insert(0, f"{after} bytes stand after the newest signature ({role}): nobody signed them.")
        return replace(
            result,
            intact=result.intact and not misplaced,
            covers_whole_document=not misplaced and not after,
            problems=tuple(problems),
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile signature provokes means "not verified"
        problem = f"The {role} signature cannot be read, so it is not verified ({_short(error)})."
        return replace(result, intact=False, valid=False, trusted=False, problems=(problem,))


def _describe(result: SignatureResult, item: EmbeddedPdfSignature) -> SignatureResult:
    certificate = item.signer_cert
    signed_at = item.self_reported_timestamp
    return replace(
        result,
        signer=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        certificate_sha256=certificate.sha256.hex(),
        signed_at=_iso(signed_at) if signed_at else "",
        reason=str(item.sig_object.get("/Reason", "")),
    )


def _misplaced(reader: PdfFileReader, data: bytes, item: EmbeddedPdfSignature) -> str:
    """What is wrong with the place of the signature; the library does not look closely enough, see the tests."""
    reference = item.sig_field.raw_get("/V").reference
    return hole_problem(
        data,
        byte_range=list(item.byte_range),
        contents=item.pkcs7_content,
        offset=reader.xrefs[reference],
        number=reference.idnum,
    )


def _verdict(
    result: SignatureResult, item: EmbeddedPdfSignature, *, anchors: Sequence[Certificate], moment: datetime
) -> tuple[SignatureResult, list[str]]:
    context = ValidationContext(
        trust_roots=[_as_asn1(anchor) for anchor in _relevant(anchors, item)],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    status: Any
    if item.sig_object_type == "/DocTimeStamp":
        status = validate_pdf_timestamp(item, context)
        result = replace(result, signed_at=_iso(status.timestamp), time_source="timestamp")
    else:
        status = validate_pdf_signature(item, context, key_usage_settings=_usage_of(item.signer_cert))
        stamp = status.timestamp_validity
        if stamp is not None and stamp.valid and stamp.intact and stamp.trusted:
            result = replace(result, signed_at=_iso(stamp.timestamp), time_source="timestamp")
    level = status.modification_level
    result = replace(
        result,
        intact=bool(status.intact),
        valid=bool(status.valid),
        trusted=bool(status.trusted),
        modification_level=level.name.lower() if level else "unknown",
    )
    trust = "" if result.trusted else _trust_problem(result, item, moment)
    return replace(result, trust_problem=trust), _verdict_problems(result, item, status)


def _verdict_problems(result: SignatureResult, item: EmbeddedPdfSignature, status: Any) -> list[str]:
    role, problems = result.role, []
    if not result.intact:
        problems.append(f"What the {role} signature covers was changed after signing.")
    elif not result.valid:
        problems.append(f"The {role} signature was not made with the key of its certificate.")
    if status.modification_level not in _HARMLESS:
        problems.append(f"The document was changed after the {role} signature in a way that it does not permit.")
    elif status.docmdp_ok is False:
        problems.append(f"The document was changed after the {role} signature although that signature locks it.")
    if getattr(status, "seed_value_ok", True) is False:
        problems.append(f"The {role} signature breaks the conditions that its field sets.")
    if role == _TIMESTAMP_FIELD and item.sig_object_type != "/DocTimeStamp":
        problems.append(f"The field {role} holds something else than a timestamp.")
    stamp = getattr(status, "timestamp_validity", None)
    if stamp is not None and not (stamp.valid and stamp.intact and stamp.trusted):
        problems.append(f"The timestamp inside the {role} signature is not valid or not trusted here.")
    signed_at = item.self_reported_timestamp
    validity = item.signer_cert["tbs_certificate"]["validity"]
    if signed_at and not validity["not_before"].native <= signed_at <= validity["not_after"].native:
        problems.append(f"The stated time of the {role} signature lies outside the validity of its certificate.")
    return problems


def _trust_problem(result: SignatureResult, item: EmbeddedPdfSignature, moment: datetime) -> str:
    for certificate in (item.signer_cert, *item.other_embedded_certs):
        validity = certificate["tbs_certificate"]["validity"]
        name = _common_name(certificate.subject)
        if moment > validity["not_after"].native:
            return f'The certificate of "{name}" expired on {day(validity["not_after"].native)}.'
        if moment < validity["not_before"].native:
            return f'The certificate of "{name}" is not valid before {day(validity["not_before"].native)}.'
    if not (result.intact and result.valid):
        return (
            f"Whether {result.signer} made the {result.role} signature cannot be told any more, so it is not trusted."
        )
    return (
        f"The {result.role} signature is intact, but its signer {result.signer} is not trusted on this machine: add "
        f'the root "{result.issuer}" to the trusted roots if you know that it is genuine.'
    )


def _document_problems(reader: PdfFileReader, data: bytes, found: Sequence[EmbeddedPdfSignature]) -> list[str]:
    """What is wrong with the file as a whole, whatever each signature says for itself."""
    problems = []
    filled = sum(1 for _ in enumerate_sig_fields(reader, filled_status=True))
    if filled != len(found):
        problems.append("The file holds a signature of an unknown kind, which cannot be checked.")
    if not [item for item in found if item.sig_object_type == "/Sig"]:
        problems.append("The file is not signed by a person.")
        return problems
    signed_first = data[: end_of(found[0].byte_range)]
    first = carried_by(PdfFileReader(io.BytesIO(signed_first), strict=True))
    last = carried_by(reader)
    if first.metadata != last.metadata:
        problems.append("The metadata of the document was changed after the first signature.")
    if first.information != last.information:
        problems.append("The document information (title, author, dates) was changed after the first signature.")
    if first.attachments != last.attachments:
        problems.append("The attached data was changed after the first signature.")
    return problems + snapshot_problems(attachments(reader), dict(last.information))


def _document_facts(reader: PdfFileReader, found: Sequence[EmbeddedPdfSignature]) -> list[str]:
    facts = []
    files = attachments(reader)
    facts += [f"Attached: {name}, SHA-256 {hashlib.sha256(data).hexdigest()}." for name, data in sorted(files.items())]
    digest = snapshot_digest(files)
    if digest and not snapshot_problems(files, {}):
        facts.append(f"Snapshot digest: {digest}, the one that follows from the attached inputs.")
    if found:
        facts.append("The time of signing is the signer's own clock unless a timestamp is named: a claim, not a proof.")
        facts.append("Whether a certificate was withdrawn was not checked: the file carries no such information.")
    certificates = [item.signer_cert.sha256 for item in found]
    if len(set(certificates)) < len(certificates):
        facts.append("One person signed in more than one role.")
    if any(item.signer_cert.subject.native.get("organization_name") == DEMONSTRATION for item in found):
        facts.append("A signer is a demonstration identity, whose passphrase lies beside it: anyone may have signed.")
    empty = [str(name) for name, _, _ in enumerate_sig_fields(reader, filled_status=False)]
    waiting = [name for name in empty if name != _TIMESTAMP_FIELD]
    if waiting:
        facts.append(f"Not signed: {', '.join(waiting)}.")
    return facts


def _relevant(anchors: Sequence[Certificate], item: EmbeddedPdfSignature) -> list[Certificate]:
    """Return the anchors that issued a certificate of this signature, or are one.

    The library stumbles over a trusted root of the same name with another kind of key.
    """
    carried = [load_der_x509_certificate(each.dump()) for each in (item.signer_cert, *item.other_embedded_certs)]
    return [anchor for anchor in anchors if anchor in carried or any(issued_by(each, anchor) for each in carried)]


def _usage_of(certificate: Any) -> KeyUsageConstraints:
    """A certificate that states no use may be used for signing; one that states its uses must name signing."""
    return KeyUsageConstraints(key_usage=_USAGE if certificate.key_usage_value is not None else None)


def _as_asn1(certificate: Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _common_name(name: Any) -> str:
    values = name.native
    found = values.get("common_name") or values.get("organization_name") or name.human_friendly
    return ", ".join(found) if isinstance(found, list) else str(found)


def _iso(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _short(error: BaseException) -> str:
    """One printable line of a library's message, without class names."""
    text = " ".join(str(error).split())
    return "".join(char for char in text if char.isprintable())[:160].rstrip(".") or "no further detail"
