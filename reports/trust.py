"""Which roots this machine trusts: one PEM file each, in a folder of the person who uses it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from asl_desktop.errors import FileMissing, IdentityRefused
from asl_desktop.files import open_ordinary, replace_file, writing

TRUST_ENVIRONMENT = "ASL_TRUST_DIR"
_MAX_FILE = 1 << 20


def trust_folder() -> Path:
    """Return the folder of this person's trusted roots; the environment variable ASL_TRUST_DIR overrides it."""
    override = os.environ.get(TRUST_ENVIRONMENT)
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_data_dir("asl-desktop", appauthor=False)) / "trust"


def list_trust() -> tuple[x509.Certificate, ...]:
    """Return the roots trusted on this machine; what is no certificate is told by :func:`unreadable_trust`."""
    return _trust_store()[0]


def unreadable_trust() -> tuple[Path, ...]:
    """Return the files of the trust store that could not be read as certificates; nothing is trusted through them."""
    return _trust_store()[1]


def add_trust(certificate: x509.Certificate) -> Path:
    """Trust a root on this machine from now on and return the file that says so; deleting that file undoes it.

    Adding the same certificate twice changes nothing.

    Raises:
        OutputNotWritable: the trust store cannot be written.
    """
    folder = trust_folder()
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return write_certificate(certificate, folder / f"{fingerprint(certificate)[:32]}.pem")


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hex, the number two people compare by phone."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether ``issuer`` has the name and the key that signed ``certificate``."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def read_certificate(path: Path) -> x509.Certificate:
    """Read one certificate, PEM or DER, for example a root handed over by a signer.

    Raises:
        FileMissing: there is no such file.
        IdentityRefused: the file is not a certificate.
    """
    path = Path(path)
    data = read_small(path)
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise IdentityRefused(path=path, detail="it is not a certificate") from error


def write_certificate(certificate: x509.Certificate, path: Path) -> Path:
    """Write a certificate as PEM.

    Raises:
        OutputNotWritable: the place cannot be written.
    """
    replace_file(path, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return path


def read_small(path: Path) -> bytes:
    """Return the bytes of a file that should be small.

    Raises:
        FileMissing: there is no such file.
        IdentityRefused: it cannot be read or is larger than 1 MiB.
    """
    try:
        with open_ordinary(path) as stream:
            data = stream.read(_MAX_FILE + 1)
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except OSError as error:
        raise IdentityRefused(path=path, detail=f"it cannot be read ({error.strerror or error})") from error
    if len(data) > _MAX_FILE:
        raise IdentityRefused(path=path, detail="it is far too large for an identity file")
    return data


def _trust_store() -> tuple[tuple[x509.Certificate, ...], tuple[Path, ...]]:
    anchors: list[x509.Certificate] = []
    unreadable: list[Path] = []
    for path in sorted(trust_folder().glob("*.pem")):
        try:
            anchors.append(read_certificate(path))
        except (FileMissing, IdentityRefused):
            unreadable.append(path)
    return tuple(anchors), tuple(unreadable)
