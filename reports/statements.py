"""Statements signed with an identity outside of any PDF: signing them, and finding out who signed and whether it holds.

A statement is canonical JSON; its signature is SHA-256 with the key of the first certificate, RSA with PKCS #1 v1.5
padding or ECDSA, so that anybody can check it with the certificate and a library for signatures.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from asl_desktop.i18n import tr
from reports.dates import day
from reports.trust import fingerprint, issued_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reports.identity import Identity


@dataclass(frozen=True, slots=True)
class Proof:
    """What a record keeps of a signature: certificates (DER, the signer's first) and signature, each in base64."""

    signer: str
    certificates: tuple[str, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What was found out about one signed statement.

    Attributes:
        signer: common name in the certificate that signed it, empty when that cannot be read.
        valid: the statement is as it was signed.
        trusted: the signer's certificate leads to a root trusted here and is within its validity.
        problem: why it is not both, in a sentence.
        organisation: as stated in the certificate.
        key: SHA-256 of the signer's certificate, in hex.
    """

    signer: str
    valid: bool
    trusted: bool
    problem: str = ""
    organisation: str = ""
    key: str = ""


def sign_statement(said: bytes, identity: Identity) -> Proof:
    """Sign the bytes of a statement."""
    key = identity.private_key
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(said, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(said, ec.ECDSA(hashes.SHA256()))
    chain = (identity.certificate, *identity.chain)
    certificates = tuple(base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain)
    return Proof(identity.name, certificates, base64.b64encode(signature).decode())


def check_statement(
    said: bytes, proof: Proof, *, what: str, anchors: Sequence[x509.Certificate], moment: datetime
) -> StatementResult:
    """Check signature and signer of a statement; what it says is another question.

    Args:
        said: the bytes that should have been signed.
        proof: what the record keeps of the signature; nothing in it is believed.
        what: how sentences name the statement, such as ``The checkpoint``.
        anchors: roots to trust.
        moment: when certificates have to be valid.
    """
    try:
        chain = [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in proof.certificates]
        signature = base64.b64decode(proof.signature, validate=True)
        signer, key = _name(chain[0]), fingerprint(chain[0])
        organisation = _first(chain[0], x509.NameOID.ORGANIZATION_NAME)
    except (ValueError, IndexError):  # of certificates that nobody here makes, some parts are read only when asked for
        signature = b""
    if not signature:
        unreadable = tr("{what} carries no readable signature.").format(what=what)
        return StatementResult("", valid=False, trusted=False, problem=unreadable)
    if not _verifies(chain[0], signature, said):
        problem = tr("{what} was changed after {signer} signed it, or {signer} never signed it.").format(
            what=what, signer=signer
        )
        return StatementResult(signer, False, False, problem, organisation, key)
    problem = _trust_problem(chain, anchors, moment, what=what)
    return StatementResult(signer, True, not problem, problem, organisation, key)


def _verifies(certificate: x509.Certificate, signature: bytes, said: bytes) -> bool:
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, said, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):  # of keys that nobody here makes
        return False
    return True


def _trust_problem(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], moment: datetime, *, what: str
) -> str:
    """Say why a signer is not trusted here, empty when the certificates lead to a trusted root."""
    signer, path = chain[0], [chain[0]]
    while path[-1] not in anchors:
        issuers = [each for each in (*anchors, *chain) if each not in path and issued_by(path[-1], each)]
        if not issuers:
            return tr(
                '{what} is intact, but its signer {signer} is not trusted on this machine: add the root "{root}" to '
                "the trusted roots if you know that it is genuine."
            ).format(what=what, signer=_name(signer), root=_name(path[-1]))
        path.append(issuers[0])
    for certificate in path:
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            return tr('The certificate of "{name}" is valid from {first} to {last} only.').format(
                name=_name(certificate),
                first=day(certificate.not_valid_before_utc),
                last=day(certificate.not_valid_after_utc),
            )
    if not _may_sign(signer) or not all(_may_issue(each, below) for below, each in enumerate(path[1:])):
        return tr("The certificates of {signer} do not permit what they were used for.").format(signer=_name(signer))
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
