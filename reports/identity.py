"""Who signs: identities in PKCS#12 files, and the roots that this machine trusts.

An identity made here is a small authority of two levels: a root that signs exactly one certificate, the signer's. The
root's private key is forgotten at once, so nobody can issue a second signer under the same root; the price is that a
new or renewed identity has a new root, which has to be handed to those who verify.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.errors import FileExists, IdentityRefused, ValueRefused
from asl_desktop.files import put_new, staged, writing
from reports.der import largest_rounds, length_claimed
from reports.pkcs12_mac import harden_mac
from reports.trust import (
    add_trust,
    fingerprint,
    issued_by,
    list_trust,
    read_certificate,
    read_small,
    trust_folder,
    unreadable_trust,
    write_certificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Identity",
    "add_trust",
    "create_identity",
    "export_root",
    "fingerprint",
    "list_trust",
    "load_identity",
    "read_certificate",
    "trust_folder",
    "unreadable_trust",
]

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KeyKind: TypeAlias = Literal["rsa-3072", "ecdsa-p256"]

_KDF_ROUNDS = 600_000
_MOST_ROUNDS = 3_000_000  # a file that asks for two thousand million would keep us for an hour
DEMONSTRATION = "Demonstration"
"""Organisation of identities that stand for nobody; verification says so."""
_SIGNER_DAYS = 5 * 365
_ROOT_DAYS = 10 * 365
_CLOCK_TOLERANCE = timedelta(days=1)  # clocks of air-gapped machines differ; a signer is not "not yet valid" next door
_MAX_NAME = 64  # upper bound of X.520 for the fields used here


@dataclass(frozen=True, slots=True)
class Identity:
    """An opened signing identity. The private key is in memory only and never part of its printed form.

    Attributes:
        name: the signer's common name.
        organisation: as stated in the certificate, may be empty.
        role: the signer's title in the certificate, may be empty; not the role in which a report is signed.
        chain: the certificates above the signer's, its issuer first; empty when self-signed or when the file had none.
        path: the file it was read from.
    """

    name: str
    organisation: str
    role: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    path: Path
    private_key: PrivateKey = field(repr=False, compare=False)

    @property
    def self_signed(self) -> bool:
        """The signer vouches for itself; whoever trusts it trusts this one certificate."""
        return _is_root(self.certificate)

    @property
    def root(self) -> x509.Certificate | None:
        """The certificate to be trusted by verifiers; None when the file does not hold it."""
        top = (self.certificate, *self.chain)[-1]
        return top if _is_root(top) else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, in hex."""
        return fingerprint(self.certificate)

    @property
    def valid_from(self) -> datetime:
        """First moment at which the certificate is valid, UTC."""
        return self.certificate.not_valid_before_utc

    @property
    def valid_until(self) -> datetime:
        """Last moment at which the certificate is valid, UTC."""
        return self.certificate.not_valid_after_utc

    @property
    def notice(self) -> str:
        """One sentence a person must know about this identity; empty when there is nothing to say."""
        if self.self_signed:
            return "The identity is self-signed: verifiers must trust this very certificate."
        if self.root is None:
            return "The identity does not hold its root certificate: verifiers need it from the issuer."
        return ""


def create_identity(
    name: str,
    path: Path,
    passphrase: str,
    *,
    organisation: str = "",
    role: str = "",
    key: KeyKind = "rsa-3072",
    trusted: bool = True,
    clock: Clock = SystemClock(),  # noqa: B008
) -> Identity:
    """Make a new identity, write it to ``path`` (readable by its owner only) and trust its root on this machine.

    Not ``trusted``, its root stays out of the trust store.

    The root goes into the local trust store because the person who makes an identity here already vouches for it;
    without that, verifying one's own report on one's own machine would say "not trusted". It means nothing for anyone
    else: other people decide for themselves whether to add the root that :func:`export_root` writes.

    RSA-3072 is the default because it keeps the signed report at PDF 1.7, on which its archival form rests; P-256 lifts
    it to PDF 2.0 and is faster and smaller. The signer is valid for five years, the root for ten.

    Raises:
        ValueRefused: name or passphrase is empty, or a field is longer than 64 characters.
        FileExists: ``path`` exists; it is never overwritten.
        OutputNotWritable: the folder or the trust store cannot be written; nothing is left behind.
    """
    path = Path(path)
    _check_field("name", name, required=True)
    _check_field("organisation", organisation)
    _check_field("role", role)
    if not passphrase.strip():
        raise ValueRefused(field="passphrase", problem="it must not be empty")
    if path.exists():
        raise FileExists(path=path)
    moment = clock.now().astimezone(UTC).replace(microsecond=0)
    root_key, root = _make_root(name.strip(), organisation.strip(), key=key, moment=moment)
    private_key = _make_key(key)
    certificate = _make_signer(
        _subject(name.strip(), organisation.strip(), role.strip()), private_key, root, root_key=root_key, moment=moment
    )
    identity = Identity(name.strip(), organisation.strip(), role.strip(), certificate, (root,), path, private_key)
    data = _pkcs12(identity, passphrase)
    _decrypt(path, data, passphrase)  # a file that its own passphrase does not open must never be written
    _write_identity(identity, data, trusted=trusted)
    return identity


def load_identity(path: Path, passphrase: str) -> Identity:
    """Open an identity made here or elsewhere; with or without the certificates above the signer's.

    Raises:
        FileMissing: there is no such file.
        IdentityRefused: wrong passphrase, damaged, not PKCS#12, no key in it, or a kind of key that is not supported.
            ``detail`` says which.
    """
    path = Path(path)
    data = read_small(path)
    _refuse_foreign(path, data)
    content = _decrypt(path, data, passphrase)
    if content.key is None:
        raise IdentityRefused(path=path, detail="it holds no private key")
    if content.cert is None:
        raise IdentityRefused(path=path, detail="it holds no certificate for its key")
    certificate = content.cert.certificate
    private_key = _supported(path, content.key)
    if private_key.public_key() != certificate.public_key():
        raise IdentityRefused(path=path, detail="its key and its certificate do not belong together")
    chain = _chain_of(certificate, [item.certificate for item in content.additional_certs])
    names = certificate.subject
    name = _first(names, NameOID.COMMON_NAME) or _first(names, NameOID.ORGANIZATION_NAME) or names.rfc4514_string()
    return Identity(
        name,
        _first(names, NameOID.ORGANIZATION_NAME),
        _first(names, NameOID.TITLE),
        certificate,
        chain,
        path,
        private_key,
    )


def export_root(identity: Identity, path: Path) -> Path:
    """Write the certificate that verifiers have to trust, as PEM; it holds no secret.

    Hand it over on another way than the report, and let the receiver compare its fingerprint.

    Raises:
        IdentityRefused: the identity does not hold its root.
        OutputNotWritable: the place cannot be written.
    """
    root = identity.root
    if root is None:
        raise IdentityRefused(path=identity.path, detail="it does not hold its root certificate; ask its issuer for it")
    return write_certificate(root, Path(path))


def _check_field(name: str, value: str, *, required: bool = False) -> None:
    if required and not value.strip():
        raise ValueRefused(field=name, problem="it must not be empty")
    if len(value.strip()) > _MAX_NAME:
        raise ValueRefused(field=name, problem=f"it is longer than {_MAX_NAME} characters")
    if re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", value) or not _encodable(value):
        raise ValueRefused(field=name, problem="it holds control characters")


def _encodable(value: str) -> bool:
    return not any(unicodedata.category(char) == "Cs" for char in value)


def _make_key(kind: KeyKind) -> PrivateKey:
    if kind == "rsa-3072":
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    if kind == "ecdsa-p256":
        return ec.generate_private_key(ec.SECP256R1())
    raise ValueRefused(field="key", problem=f'"{kind}" is not one of rsa-3072, ecdsa-p256')


def _subject(name: str, organisation: str, role: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if role:
        parts.append(x509.NameAttribute(NameOID.TITLE, role))
    return x509.Name(parts)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _make_root(name: str, organisation: str, *, key: KeyKind, moment: datetime) -> tuple[PrivateKey, x509.Certificate]:
    private_key = _make_key(key)
    suffix = " (local root)"
    subject = _subject(name[: _MAX_NAME - len(suffix)] + suffix, organisation)
    public_key = private_key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _CLOCK_TOLERANCE)
        .not_valid_after(moment + timedelta(days=_ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(private_key, hashes.SHA256())
    )
    return private_key, certificate


def _make_signer(
    subject: x509.Name, key: PrivateKey, root: x509.Certificate, *, root_key: PrivateKey, moment: datetime
) -> x509.Certificate:
    public_key = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _CLOCK_TOLERANCE)
        .not_valid_after(moment + timedelta(days=_SIGNER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _pkcs12(identity: Identity, passphrase: str) -> bytes:
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_KDF_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_normal(passphrase).encode())
    )
    data = pkcs12.serialize_key_and_certificates(
        identity.name.encode(), identity.private_key, identity.certificate, identity.chain, encryption
    )
    return harden_mac(data, _normal(passphrase))


def _write_identity(identity: Identity, data: bytes, *, trusted: bool) -> None:
    """Put file and trust anchor in place together: neither is left when the other cannot be written."""
    path, root = identity.path, identity.chain[-1]
    anchor = trust_folder() / f"{fingerprint(root)[:32]}.pem"
    with writing(path), staged(path) as temporary:
        temporary.write_bytes(data)
        if trusted:
            add_trust(root)
        try:
            put_new(temporary, path)
        except BaseException:
            if trusted:
                anchor.unlink(missing_ok=True)
            raise


def _refuse_foreign(path: Path, data: bytes) -> None:
    """Tell a file of another kind, or one that was cut short, from a wrong passphrase before asking the library."""
    length = length_claimed(data)
    if length is None:
        raise IdentityRefused(path=path, detail="it is not a PKCS#12 identity file")
    if len(data) < length:
        raise IdentityRefused(path=path, detail=f"it is damaged: {len(data)} of {length} bytes are there")
    if (rounds := largest_rounds(data)) > _MOST_ROUNDS:
        raise IdentityRefused(path=path, detail=f"opening it would take {rounds} rounds, far more than is any use")


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase)


def _decrypt(path: Path, data: bytes, passphrase: str) -> pkcs12.PKCS12KeyAndCertificates:
    """Open the container; files made elsewhere may have taken the passphrase as typed, ours take its NFC form."""
    wrong_or_damaged = "the passphrase is wrong or the file is damaged"
    detail = wrong_or_damaged
    for attempt in dict.fromkeys((_normal(passphrase), passphrase)):
        try:
            with warnings.catch_warnings():  # of a looser reading that the library falls back to
                warnings.simplefilter("ignore", UserWarning)
                return pkcs12.load_pkcs12(data, attempt.encode() or None)
        except ValueError as error:
            damaged = "deserialize" in str(error)
            detail = "it is damaged, or not a PKCS#12 identity file" if damaged else wrong_or_damaged
        except (UnsupportedAlgorithm, TypeError):
            detail = "it is protected in a way that is not supported"
    raise IdentityRefused(path=path, detail=detail)


def _supported(path: Path, key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < 2048:
            raise IdentityRefused(path=path, detail=f"its RSA key has {key.key_size} bits, at least 2048 are needed")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    raise IdentityRefused(path=path, detail="its kind of key is not supported; use RSA, ECDSA P-256 or P-384")


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer and issued_by(certificate, certificate)


def _chain_of(certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the issuers above a certificate in order; certificates that do not belong to its chain are left out."""
    pool = list(others)
    chain: list[x509.Certificate] = []
    current = certificate
    while not _is_root(current):
        issuer = next((item for item in pool if item not in chain and issued_by(current, item)), None)
        if issuer is None:
            break
        chain.append(issuer)
        current = issuer
    return tuple(chain)


def _first(name: x509.Name, kind: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(kind)
    return str(found[0].value) if found else ""
