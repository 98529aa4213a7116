"""The one thing that has to be known of DER before a library is trusted with the rest."""

from __future__ import annotations


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
