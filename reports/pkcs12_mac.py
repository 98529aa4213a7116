"""Make the integrity check of a PKCS#12 file as slow to guess at as its encryption.

The library writes the check value with 2,048 rounds whatever the encryption uses, so a thief would try passphrases
against the check and never touch the 600,000 rounds of the encryption. This puts a slow check in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import os

_ROUNDS = 300_000
_BLOCK = 64  # bytes of one SHA-256 block
_MAC_KEY = 3  # purpose byte of RFC 7292 appendix B.3


def harden_mac(data: bytes, passphrase: str) -> bytes:
    """Return the same PKCS#12 file with a check value of 300,000 rounds of SHA-256 and a fresh salt."""
    # WORKAROUND: timestamps are unknown to this library for good if it is used once before this module is imported
    # (its tables are reversed at first use), see https://github.com/wbond/asn1crypto/blob/master/asn1crypto/tsp.py
    import asn1crypto.tsp  # type: ignore[import-untyped]  # noqa: F401 - imported for what it does
    from asn1crypto import pkcs12

    container = pkcs12.Pfx.load(data)
    salt = os.urandom(16)
    key = _derive(passphrase, salt)
    content = container["auth_safe"]["content"].native
    container["mac_data"] = {
        "mac": {
            "digest_algorithm": {"algorithm": "sha256"},
            "digest": hmac.new(key, content, hashlib.sha256).digest(),
        },
        "mac_salt": salt,
        "iterations": _ROUNDS,
    }
    return bytes(container.dump(force=True))


def _derive(passphrase: str, salt: bytes) -> bytes:
    """Derive the 32-byte check key as RFC 7292 appendix B.2 says, for one block of output."""
    secret = passphrase.encode("utf-16-be") + b"\0\0"
    value = bytes([_MAC_KEY]) * _BLOCK + _filled(salt) + _filled(secret)
    for _ in range(_ROUNDS):
        value = hashlib.sha256(value).digest()
    return value


def _filled(piece: bytes) -> bytes:
    length = -(-len(piece) // _BLOCK) * _BLOCK
    return (piece * (length // len(piece) + 1))[:length]
