"""Signed statements on how far the history of an assessment had come, and holding a file against one.

What is signed is the canonical JSON of document, events, head, at and program, so that anybody can check it with the
certificate and a library for signatures.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError

from asl_desktop import __version__, codec
from asl_desktop.clock import Clock, SystemClock, new_id, stamp
from asl_desktop.errors import UserError, VerifyImpossible
from asl_desktop.files import open_ordinary, put_new, staged, writing
from asl_desktop.storage.model import Checkpoint, Head
from reports.dates import day
from reports.trust import issued_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from asl_desktop.storage.document import Document
    from reports.identity import Identity

FORMAT = "asl-checkpoint-1"
SUFFIX = ".checkpoint"
_STATED = ("document", "events", "head", "at", "program")
_MAX_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class CheckpointResult:
    """What was found out about one checkpoint.

    Attributes:
        signer: common name in the certificate that signed it, empty when that cannot be read.
        valid: the statement is as it was signed.
        trusted: the signer's certificate leads to a root trusted here and is within its validity.
        problem: why it is not both, in a sentence.
    """

    signer: str
    valid: bool
    trusted: bool
    problem: str = ""
    organisation: str = ""


def sign_checkpoint(
    document_id: str,
    head: Head,
    identity: Identity,
    *,
    clock: Clock = SystemClock(),  # noqa: B008
) -> Checkpoint:
    """Return a signed statement that the history of a document had come to this head."""
    certificates = (identity.certificate, *identity.chain)
    unsigned = Checkpoint(
        id=new_id(),
        document=document_id,
        events=head.events,
        head=head.hash,
        at=stamp(clock),
        program=__version__,
        signer=identity.name,
        certificates=tuple(base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates),
    )
    key, said = identity.private_key, statement(unsigned)
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(said, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(said, ec.ECDSA(hashes.SHA256()))
    return replace(unsigned, signature=base64.b64encode(signature).decode())


def statement(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that are signed."""
    return codec.canonical({name: getattr(checkpoint, name) for name in _STATED})


def check_checkpoint(
    checkpoint: Checkpoint, *, anchors: Sequence[x509.Certificate], moment: datetime
) -> CheckpointResult:
    """Check signature and signer of a checkpoint; what it says of the history is another question."""
    try:
        chain = [
            x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in checkpoint.certificates
        ]
        signature = base64.b64decode(checkpoint.signature, validate=True)
    except (ValueError, binascii.Error):
        chain, signature = [], b""
    if not chain or not signature:
        return CheckpointResult("", valid=False, trusted=False, problem="The checkpoint carries no readable signature.")
    signer = _name(chain[0])
    if not _verifies(chain[0], signature, statement(checkpoint)):
        problem = f"The checkpoint was changed after {signer} signed it, or {signer} never signed it."
        return CheckpointResult(signer, valid=False, trusted=False, problem=problem)
    problem = _trust_problem(chain, anchors, moment)
    organisation = _first(chain[0], x509.NameOID.ORGANIZATION_NAME)
    return CheckpointResult(signer, valid=True, trusted=not problem, problem=problem, organisation=organisation)


def keep_checkpoint(
    document: Document,
    head: Head,
    identity: Identity,
    *,
    actor: str,
    clock: Clock = SystemClock(),  # noqa: B008
) -> str:
    """Sign a checkpoint of this head and keep it in the document; returns why it could not be kept, else nothing.

    Not being able to is no reason to withhold a signed report, which names the same head under its own signature. The
    caller has seen to it that the history is unbroken.
    """
    checkpoint = sign_checkpoint(document.document_id, head, identity, clock=clock)
    try:
        document.add_checkpoint(checkpoint, actor=actor).result()
    except UserError as error:
        from asl_desktop.messages import message_for

        return f"The checkpoint was not kept in the assessment. {message_for(error).text}"
    return ""


def write_checkpoint(checkpoint: Checkpoint, path: Path) -> Path:
    """Write a checkpoint to a small file of its own, never over another file.

    Raises:
        FileExists: something is there already.
        OutputNotWritable, DiskFull: nothing is left at ``path``.
    """
    data = json.dumps({"format": FORMAT, **codec.to_json(checkpoint)}, indent=1, sort_keys=True).encode() + b"\n"
    with writing(path), staged(path, mode=0o644) as part:
        part.write_bytes(data)
        put_new(part, path)
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint file; its signature is not checked here.

    Raises:
        VerifyImpossible: it is missing, cannot be read, or is no checkpoint.
    """
    try:
        with open_ordinary(path) as stream:
            data: Any = json.loads(stream.read(_MAX_FILE))
        if data.pop("format") != FORMAT:
            raise VerifyImpossible(path=path, detail="it is no checkpoint that this program knows")
        return codec.from_json(Checkpoint, data)
    except OSError as error:
        raise VerifyImpossible(path=path, detail=error.strerror or str(error)) from error
    except (ValueError, ValidationError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise VerifyImpossible(path=path, detail="it is not a checkpoint file") from error


def _verifies(certificate: x509.Certificate, signature: bytes, said: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, said, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _trust_problem(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], moment: datetime) -> str:
    """Say why a signer is not trusted here, empty when the certificates lead to a trusted root."""
    signer, path = chain[0], [chain[0]]
    while path[-1] not in anchors:
        issuers = [each for each in (*anchors, *chain) if each not in path and issued_by(path[-1], each)]
        if not issuers:
            return (
                f"The checkpoint is intact, but its signer {_name(signer)} is not trusted on this machine: add the "
                f'root "{_name(path[-1])}" to the trusted roots if you know that it is genuine.'
            )
        path.append(issuers[0])
    for certificate in path:
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            return (
                f'The certificate of "{_name(certificate)}" is valid from {day(certificate.not_valid_before_utc)} to '
                f"{day(certificate.not_valid_after_utc)} only."
            )
    if not _may_sign(signer) or not all(_may_issue(each, below) for below, each in enumerate(path[1:])):
        return f"The certificates of {_name(signer)} do not permit what they were used for."
    return ""


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.digital_signature or usage.content_commitment


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Say whether a certificate is an authority that may have ``below`` further authorities under it."""
    try:
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return limits.ca and (limits.path_length is None or below <= limits.path_length)


def _name(certificate: x509.Certificate) -> str:
    return _first(certificate, x509.NameOID.COMMON_NAME) or certificate.subject.rfc4514_string()


def _first(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    names = certificate.subject.get_attributes_for_oid(kind)
    return str(names[0].value) if names else ""
