"""The pages of a damaged file, read past the database engine: what cannot be read is left out, nothing is written.

The layout is that of SQLite's file format (sections 1.3 to 1.6 of its description) and, for encrypted files, that of
SQLCipher 4: AES-256-CBC under the raw key, and behind each page 16 bytes of start value and an HMAC-SHA-512 over page
and number.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.storage.bounds import MAX_ROW
from asl_desktop.storage.connection import PAGE_SIZE
from asl_desktop.storage.keys import SALT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    from asl_desktop.storage.keys import RecoveryKey

_TABLE_LEAF = 0x0D
_INDEX_LEAF, _INDEX_INNER = 0x0A, 0x02
_FILE_HEADER = 100
_LEAF_HEADER = 8
_INNER_HEADER = 12
_CHILD = 4
_IV, _HMAC = 16, 64
_HMAC_SALT_MASK, _HMAC_ROUNDS = 0x3A, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of some table: its number, where its content starts, and how long that is in all."""

    rowid: int
    page: int
    start: int
    size: int


class Pages:
    """Reads the pages of a file one by one.

    Attributes:
        damaged: numbers of the pages that could not be read, or whose seal is broken.
        encrypted: whether they are read with a key.
    """

    def __init__(self, path: Path, key: RecoveryKey | None) -> None:
        self._file: BinaryIO = path.open("rb")
        self._key = key
        self.encrypted = key is not None
        self._seal = b""
        if key is not None:
            salt = bytes(byte ^ _HMAC_SALT_MASK for byte in key.salt)
            self._seal = hashlib.pbkdf2_hmac("sha512", key.key, salt, _HMAC_ROUNDS, len(key.key))
        self.usable = PAGE_SIZE if key is None else PAGE_SIZE - _IV - _HMAC
        self.count = -(-path.stat().st_size // PAGE_SIZE)
        self.damaged: set[int] = set()

    def page(self, number: int) -> bytes:
        """Return the content of a page, counted from 1; empty when it cannot be read."""
        try:
            self._file.seek((number - 1) * PAGE_SIZE)
            data = self._file.read(PAGE_SIZE)
        except OSError:
            data = b""
        if len(data) < PAGE_SIZE:
            data = b""
        elif self._key is not None:
            data = self._unsealed(self._key, number, data)
        if not data:
            self.damaged.add(number)
        return data

    def _unsealed(self, key: RecoveryKey, number: int, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        first = SALT_BYTES if number == 1 else 0
        sealed, tag = data[first : PAGE_SIZE - _HMAC], data[PAGE_SIZE - _HMAC :]
        if not hmac.compare_digest(hmac.digest(self._seal, sealed + number.to_bytes(4, "little"), "sha512"), tag):
            return b""
        body, start = sealed[:-_IV], sealed[-_IV:]
        opener = Cipher(algorithms.AES(key.key), modes.CBC(start)).decryptor()
        return bytes(first) + opener.update(body) + opener.finalize()

    def cells_on(self, number: int, page: bytes) -> Iterator[Cell]:
        """Yield the rows on a page, if it is a leaf of a table."""
        at = _FILE_HEADER if number == 1 else 0
        if page and page[at] == _TABLE_LEAF:  # the first byte of a page of overflow is 0
            for pointer in self._pointers(page, at, _LEAF_HEADER):
                size, where = varint(page, pointer)
                rowid, where = varint(page, where)
                if 0 < size < min(self.count * PAGE_SIZE, MAX_ROW):
                    yield Cell(rowid, number, where, size)

    def entries_on(self, page: bytes) -> Iterator[bytes]:
        """Yield the entries on a page of an index, all but those that go on elsewhere."""
        if not page or page[0] not in (_INDEX_LEAF, _INDEX_INNER):
            return
        inner = page[0] == _INDEX_INNER
        for pointer in self._pointers(page, 0, _INNER_HEADER if inner else _LEAF_HEADER):
            size, where = varint(page, pointer + (_CHILD if inner else 0))
            if 0 < size <= (self.usable - 12) * 64 // 255 - 23:
                yield page[where : where + size]

    def _pointers(self, page: bytes, at: int, header: int) -> Iterator[int]:
        count = int.from_bytes(page[at + 3 : at + 5], "big")
        first = at + header
        for pointer in range(first, min(first + 2 * count, self.usable - 1), 2):
            where = int.from_bytes(page[pointer : pointer + 2], "big")
            if first < where < self.usable:
                yield where

    def content(self, cell: Cell, at_most: int | None = None) -> bytes:
        """Return the content of a row, or no more than the part on its leaf; empty when a page of it is missing."""
        page, local = self.page(cell.page), self._on_leaf(cell.size)
        data = page[cell.start : cell.start + local]
        if local == cell.size or (at_most is not None and local >= at_most):
            return data
        parts, left = [data], cell.size - local
        following = int.from_bytes(page[cell.start + local : cell.start + local + 4], "big")
        while left > 0:
            page = self.page(following) if 0 < following <= self.count else b""
            if not page:
                return b""
            parts.append(page[4 : min(self.usable, 4 + left)])
            left -= len(parts[-1])
            following = int.from_bytes(page[:4], "big")
        return b"".join(parts)

    def _on_leaf(self, size: int) -> int:
        most = self.usable - 35
        if size <= most:
            return size
        least = (self.usable - 12) * 32 // 255 - 23
        wanted = least + (size - least) % (self.usable - 4)
        return wanted if wanted <= most else least

    def __enter__(self) -> Pages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of SQLite's variable length and where it ends; 0 past the end of the data."""
    value = 0
    for place, byte in enumerate(data[at : at + 9], start=1):
        if place == 9:
            return value << 8 | byte, at + place
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place
    return 0, len(data)


def columns(content: bytes) -> list[object] | None:
    """Return the values of a row, as far as ``content`` reaches; None when that is not how a row looks.

    A value that is only partly there is left out with everything behind it.
    """
    length, at = varint(content, 0)
    if not 0 < length <= len(content):
        return None
    kinds: list[int] = []
    while at < length:
        kind, at = varint(content, at)
        kinds.append(kind)
    values: list[object] = []
    for kind in kinds:
        size = _SIZES[kind] if kind < 10 else (kind - 12) // 2
        if size < 0 or at + size > len(content):
            return values
        try:
            values.append(_value(kind, content[at : at + size]))
        except UnicodeDecodeError:
            return None
        at += size
    return values


_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _value(kind: int, data: bytes) -> object:
    if kind == 0:
        return None
    if kind == 7:
        return struct.unpack(">d", data)[0]
    if kind in (8, 9):
        return kind - 8
    if kind < 10:
        return int.from_bytes(data, "big", signed=True)
    return data if kind % 2 == 0 else data.decode("utf-8")
