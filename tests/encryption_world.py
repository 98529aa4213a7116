"""A second way to read encrypted files: the recipe of docs/file-format.md, page by page, without SQLCipher."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from asl_desktop.storage.keys import Passphrase

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import RecoveryKey

PAGE = 8192
SECRET = Passphrase("Übergröße im Tresor")


def decrypted(path: Path, key: RecoveryKey) -> bytes:
    """Return the plain SQLite file inside an encrypted one; every page is checked."""
    data, salt = path.read_bytes(), path.read_bytes()[:16]
    mac_key = hashlib.pbkdf2_hmac("sha512", key.key, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    plain = bytearray()
    for number in range(1, len(data) // PAGE + 1):
        page = data[(number - 1) * PAGE : number * PAGE]
        first = 16 if number == 1 else 0
        ciphertext, vector, mac = page[first:8112], page[8112:8128], page[8128:]
        said = hmac.digest(mac_key, ciphertext + vector + number.to_bytes(4, "little"), "sha512")
        assert said == mac, f"page {number}"
        reader = Cipher(algorithms.AES256(key.key), modes.CBC(vector)).decryptor()
        plain += (b"SQLite format 3\0"[:first] + reader.update(ciphertext)).ljust(PAGE, b"\0")
    return bytes(plain)
