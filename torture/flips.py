"""Single flipped bits anywhere in a file: none that changes what the file says may pass, and the right thing is named.

What a file says is read by another SQLite than the program's, past every check. Bits in free space and in what SQLite
does not look at change nothing and are counted apart.
"""

from __future__ import annotations

import random
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from torture import verdicts
from torture.keyring import cheap, key_to, passphrase
from torture.sample import write_sample
from torture.tally import Scale, Tally, workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.storage.keys import RecoveryKey

TABLES = (
    *("document", "pack", "event", "content", "chunk", "checkpoint", "scope", "plan", "answer", "measurement"),
    *("showing", "requirement", "evidence", "decision", "interim", "specification"),
)
WINDOW = 48
PLAIN, ENCRYPTED, AIMED = {"full": 3000, "small": 110}, {"full": 1000, "small": 40}, {"full": 300, "small": 4}
"""How many bits are flipped anywhere in a plain and in an encrypted file, and in each kind of cell."""


def run(scale: Scale) -> dict[str, int]:
    """Flip bits and look what both verifiers say."""
    tally = Tally("flips")
    for what in ("flips", "undetected", "disagreements", "misnamed", "unclear", "harmless", "harmless_reported"):
        tally.count(what, 0)
    with workplace(tally) as folder, cheap():
        _plain(folder / "plain.asl", tally, scale)
        _encrypted(folder / "encrypted.asl", tally, scale)
    return tally.result()


def _plain(path: Path, tally: Tally, scale: Scale) -> None:
    write_sample(path)
    rng = random.Random("plain")
    with _Flipping(path) as bits:
        before = contents(sqlite3, path)
        _require_sound(path)
        cells = _cells(path, before)
        for _ in range(PLAIN[scale]):
            bit = rng.randrange(bits.count)
            with bits.flipped(bit):
                _judge(path, before, tally, where=f"bit {bit}")
        for kind, place, name in _aimed(bits.data, cells, rng, AIMED[scale]):
            bit = 8 * place + rng.randrange(8)
            with bits.flipped(bit):
                _judge(path, before, tally, where=f"bit {bit} of {kind} {name}", name=name)
    tally.say(f"plain: {PLAIN[scale]} bits anywhere, {AIMED[scale]} in each of five kinds of cell")


def _encrypted(path: Path, tally: Tally, scale: Scale) -> None:
    write_sample(path, secret=passphrase(0))
    key, rng = key_to(path, passphrase(0)), random.Random("encrypted")
    assert key is not None
    if verdicts.of_program(path, secret=key):
        raise AssertionError("the sample is not in order")
    with _Flipping(path) as bits:
        before = contents(dbapi2, path, key)
        for _ in range(ENCRYPTED[scale]):
            bit = rng.randrange(bits.count)
            with bits.flipped(bit):
                tally.count("flips")
                changed = contents(dbapi2, path, key) != before
                touched = verdicts.of_program(path, secret=key)
                if touched[:1] and touched[0].startswith(verdicts.CRASH):
                    tally.fail("unclear", f"{path.name}: bit {bit}: {touched[0]}")
                if not touched:
                    tally.fail("undetected", f"{path.name}: bit {bit}, {'read' if changed else 'not read'} by SQLite")
    tally.say(f"encrypted: {ENCRYPTED[scale]} bits anywhere")


def _judge(path: Path, before: dict[str, Any], tally: Tally, *, where: str, name: str = "") -> None:
    """Look at a file with one flipped bit; ``name`` is what must be named when it is an aimed one."""
    tally.count("flips")
    program, outsider = verdicts.of_program(path), verdicts.of_outsider(path)
    for crash in (name for name in (*program, *outsider) if name.startswith(verdicts.CRASH)):
        tally.fail("unclear", f"{where}: {crash}")
    if bool(program) != bool(outsider):
        tally.fail("disagreements", f"{where}: the program says {program}, the outsider {outsider}")
    if contents(sqlite3, path) == before:
        tally.count("harmless")
        tally.count("harmless_reported", int(bool(program)))
        return
    for who, touched in (("program", program), ("outsider", outsider)):
        if not touched:
            tally.fail("undetected", f"{where}: not noticed by the {who}")
        elif name and name not in touched:
            tally.fail("misnamed", f"{where}: the {who} names {touched}")


def contents(driver: Any, path: Path, key: RecoveryKey | None = None) -> dict[str, Any]:
    """Return every value in every table as bytes on the disk have it; what cannot be read is its error.

    Of a chunk only what it unpacks to counts: deflate pads to whole bytes with bits that mean nothing.
    """
    found: dict[str, Any] = {}
    uri = f"{path.as_uri()}?mode=ro"
    with closing(driver.connect(uri, uri=True, isolation_level=None)) as raw:
        raw.text_factory = bytes
        try:
            if key is not None:
                raw.execute("PRAGMA cipher_log_level=NONE")
                raw.execute(f'PRAGMA key="{key.literal()}"')
                raw.execute("PRAGMA cipher_page_size=8192")
            for table in TABLES:
                found[table] = raw.execute(f"SELECT rowid, * FROM {table} NOT INDEXED").fetchall()
            found["chunk"] = [(*row[:-1], _unpacked(row[4], row[6])) for row in found["chunk"]]
        except (driver.Error, UnicodeDecodeError) as error:
            found["error"] = str(error)
    return found


def _unpacked(codec: Any, data: Any) -> Any:
    if codec != b"deflate" or not isinstance(data, bytes):
        return data
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        return str(error)


def _cells(path: Path, before: dict[str, Any]) -> dict[str, list[tuple[str, bytes, bytes]]]:
    """Return for each kind of cell what must be named, the value, and what follows it on the page where that tells."""
    cells: dict[str, list[tuple[str, bytes, bytes]]] = {
        kind: [(f"{kind}:{row[1].decode()}", row[3], row[4]) for row in before[kind]]
        for kind in ("answer", "measurement")
    }
    cells["event"] = [(f"event:{row[1]}", row[10], row[11]) for row in before["event"]]
    cells["pack"] = [(f"pack:{row[1].decode()}", row[5], b"") for row in before["pack"]]
    digests = {row[1].decode(): row[2].decode() for row in before["content"]}
    with closing(sqlite3.connect(path)) as raw:
        stored = raw.execute("SELECT content, data FROM chunk").fetchall()
    cells["evidence"] = [(f"evidence:{digests[content]}", data, b"") for content, data in stored]
    return cells


def _aimed(
    data: bytes, cells: dict[str, list[tuple[str, bytes, bytes]]], rng: random.Random, count: int
) -> Iterator[tuple[str, int, str]]:
    """Yield kind, place in the file, and what must be named, for bytes inside cells of known kinds."""
    for kind, known in cells.items():
        for _ in range(count):
            name, value, behind = rng.choice(known)
            yield kind, _place(data, value, behind, rng), name


def _place(data: bytes, value: bytes, behind: bytes, rng: random.Random) -> int:
    """Return where a byte of a value lies in the file; ``behind`` is what follows it there, to tell it from repeats."""
    if behind:
        start = data.find(value + behind)
        if start >= 0:
            return start + rng.randrange(len(value))
    for _ in range(1000):  # a long value lies on several pages
        start = rng.randrange(len(value) - WINDOW)
        part = value[start : start + WINDOW]
        if data.count(part) == 1:
            return data.find(part) + rng.randrange(WINDOW)
    raise AssertionError("a cell was not found in the file")


def _require_sound(path: Path) -> None:
    for touched in (verdicts.of_program(path), verdicts.of_outsider(path)):
        if touched:
            raise AssertionError(f"the sample is not in order: {touched}")


class _Flipping:
    """A file whose bits are flipped one at a time and put back."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.count = 8 * len(self.data)
        self._path = path
        self._place = 0

    def flipped(self, bit: int) -> _Flipping:
        """Flip one bit; it is put back at the end of the block."""
        self._place = bit // 8
        self._write(bytes([self.data[self._place] ^ (1 << bit % 8)]))
        return self

    def _write(self, byte: bytes) -> None:
        with self._path.open("r+b") as file:
            file.seek(self._place)
            file.write(byte)

    def __enter__(self) -> _Flipping:
        return self

    def __exit__(self, *_: object) -> None:
        self._write(self.data[self._place : self._place + 1])
