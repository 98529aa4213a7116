"""Keys of encrypted files: from a passphrase or from a recovery sheet, never written anywhere by themselves.

The cost of the derivation is part of the file format: a file does not say it, so it never changes within a format.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from asl_desktop.errors import PassphraseRefused

KEY_BYTES = 32
SALT_BYTES = 16
SHORTEST = 8
"""Characters that a new passphrase has at least; an existing file opens with whatever it was given."""

_LINES = 6
_LINE_CHARACTERS = 16
_GROUP = 4
_CHECK_BYTES = 2
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_TAG = b"asl-desktop/recovery/1\x00"
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """What one derivation takes: memory in KiB, passes over it, lanes side by side."""

    memory_kib: int
    passes: int
    lanes: int


COST = Cost(memory_kib=256 * 1024, passes=3, lanes=4)


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """What a person remembers. Taken in Unicode's form NFC, so that every keyboard gives the same key."""

    text: str

    def __repr__(self) -> str:
        return "Passphrase(hidden)"


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryKey:
    """The raw key of one file with the salt of that file; opens it without the passphrase.

    Attributes:
        key: 32 bytes.
        salt: 16 bytes, the first ones of the file.
    """

    key: bytes
    salt: bytes

    @classmethod
    def from_text(cls, text: str) -> RecoveryKey:
        """Read what :meth:`to_text` wrote; spaces, hyphens, line breaks and lower case do not matter.

        Raises:
            PassphraseRefused: it has too few or too many characters, or a line has a typing mistake; says which.
        """
        typed = "".join(text.split()).replace("-", "").upper().translate(_LOOKALIKES)
        length = _LINES * _LINE_CHARACTERS
        if len(typed) != length:
            raise PassphraseRefused(problem=f"a recovery key has {length} letters and digits, not {len(typed)}")
        lines = [typed[start : start + _LINE_CHARACTERS] for start in range(0, len(typed), _LINE_CHARACTERS)]
        data = b"".join(_line_bytes(number, line) for number, line in enumerate(lines, start=1))
        return cls(data[:KEY_BYTES], data[KEY_BYTES:])

    def to_text(self) -> str:
        """Return the key for paper: six lines of four groups of four characters, each line with a check of its own."""
        data, share = self.key + self.salt, (KEY_BYTES + SALT_BYTES) // _LINES
        return "\n".join(
            _line_text(number, data[(number - 1) * share : number * share]) for number in range(1, _LINES + 1)
        )

    def literal(self) -> str:
        """Return the key as SQLCipher reads it."""
        return f"x'{self.key.hex()}{self.salt.hex()}'"

    def __repr__(self) -> str:
        return "RecoveryKey(hidden)"


Secret: TypeAlias = Passphrase | RecoveryKey


def key_of(secret: Secret, salt: bytes) -> RecoveryKey:
    """Return the key that a secret gives for a file with this salt; takes about half a second and 256 MiB.

    Raises:
        PassphraseRefused: the passphrase is empty or no text, or the memory is not there.
    """
    keep_out_of_dumps()
    if isinstance(secret, RecoveryKey):
        return secret
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=COST.passes, lanes=COST.lanes, memory_cost=COST.memory_kib)
    try:
        return RecoveryKey(kdf.derive(_bytes_of(secret)), salt)
    except MemoryError:
        problem = f"making the key from it takes {COST.memory_kib // 1024} MiB of free memory"
        raise PassphraseRefused(problem=problem) from None


def new_key(secret: Secret) -> RecoveryKey:
    """Return the key for a new file, under a fresh salt.

    Raises:
        PassphraseRefused: the passphrase is too short, or a recovery key was given: it belongs to another file.
    """
    if isinstance(secret, RecoveryKey):
        raise PassphraseRefused(problem="a recovery key belongs to one file; a new one needs a passphrase")
    if len(unicodedata.normalize("NFC", secret.text).strip()) < SHORTEST:
        raise PassphraseRefused(problem=f"it needs at least {SHORTEST} characters")
    return key_of(secret, os.urandom(SALT_BYTES))


def keep_out_of_dumps() -> None:
    """See to it that a crash of this process writes no memory to the disk, from now until it ends."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":  # a system that pipes dumps to a collector does not ask for the limit
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _bytes_of(passphrase: Passphrase) -> bytes:
    if not passphrase.text:
        raise PassphraseRefused(problem="it is empty")
    try:
        return unicodedata.normalize("NFC", passphrase.text).encode("utf-8")
    except UnicodeEncodeError:  # its text would quote the passphrase
        raise PassphraseRefused(problem="it has characters that are no text") from None


def _check(number: int, share: bytes) -> bytes:
    return hashlib.sha256(_TAG + bytes([number]) + share).digest()[:_CHECK_BYTES]


def _line_text(number: int, share: bytes) -> str:
    value = int.from_bytes(share + _check(number, share), "big")
    line = "".join(_ALPHABET[value >> (5 * place) & 31] for place in reversed(range(_LINE_CHARACTERS)))
    return "-".join(line[start : start + _GROUP] for start in range(0, _LINE_CHARACTERS, _GROUP))


def _line_bytes(number: int, line: str) -> bytes:
    value = 0
    for character in line:
        digit = _ALPHABET.find(character)
        if digit < 0:
            raise PassphraseRefused(problem=f"line {number} of the recovery key has a character that none has")
        value = value << 5 | digit
    data = value.to_bytes(_LINE_CHARACTERS * 5 // 8, "big")
    share, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if check != _check(number, share):
        raise PassphraseRefused(problem=f"line {number} of the recovery key has a typing mistake")
    return share
