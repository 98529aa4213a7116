"""What has to be known of DER before a library is trusted with the rest."""

from __future__ import annotations

_INTEGER, _OCTETS, _SEQUENCE, _CONSTRUCTED = 0x02, 0x04, 0x30, 0x20
_INDEFINITE = 0x80


def length_claimed(data: bytes) -> int | None:
    """Return the length in bytes that the outermost sequence claims, None when the data does not start like one."""
    if len(data) < 2 or data[0] != 0x30:
        return None
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    if not 1 <= count <= 4 or len(data) < 2 + count:
        return None
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def largest_rounds(data: bytes) -> int:
    """Return the largest number of rounds that a key derivation in DER data asks for, 0 when there is none.

    Rounds follow the salt: a whole number right after a string of bytes. Everything is looked at that may hold such a
    pair, strings of bytes with DER in them included; what is encrypted cannot be.
    """
    most, waiting = 0, [memoryview(data)]
    while waiting:
        part, before = waiting.pop(), 0
        while len(part) >= 2:
            tag, content, part = _first_element(part)
            if tag == _INTEGER and before == _OCTETS:
                most = max(most, int.from_bytes(content, "big"))
            elif tag & _CONSTRUCTED or (tag == _OCTETS and content[:1] == bytes([_SEQUENCE])):
                waiting.append(content)
            before = tag
    return most


def _first_element(data: memoryview) -> tuple[int, memoryview, memoryview]:
    """Return tag and content of the first element, and what follows it; one that claims too much ends with the data."""
    count = data[1] & 0x7F if data[1] > _INDEFINITE else 0
    start = 2 + count
    length = int.from_bytes(data[2:start], "big") if count else data[1]
    end = len(data) if data[1] == _INDEFINITE else min(len(data), start + length)
    return data[0], data[start:end], data[end:]
