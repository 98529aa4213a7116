"""One very large evidence file in and out, plain and encrypted: every byte the same, and memory stays flat."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.storage.document import Document, EvidenceDraft
from torture.child import ACTOR, PACK, SCOPE
from torture.keyring import make_cheap, passphrase
from torture.tally import ROOT, Scale, Tally, workplace

if TYPE_CHECKING:
    from typing import BinaryIO

MOST_MIB = 150
_MIB = 1024 * 1024
_SIZE = {"small": 192 * _MIB, "full": 4096 * _MIB + 1}


def run(scale: Scale) -> dict[str, int]:
    """Move the file through a plain and an encrypted document, each in a process of its own."""
    tally = Tally("volume")
    for what in ("files", "corrupt", "bloated"):
        tally.count(what, 0)
    for kind in ("plain", "encrypted"):
        with workplace(tally) as folder:
            command = [sys.executable, "-m", "torture.volume", str(_SIZE[scale]), str(folder / "a.asl"), kind]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
            tally.count("files")
            if done.returncode:
                tally.fail("corrupt", f"{kind}: {done.stderr.strip().splitlines()[-1:]}")
                continue
            said = json.loads(done.stdout)
            tally.say(f"{kind}: {said['bytes']} bytes in and out, {said['grown_mib']} MiB of memory more than before")
            if said["grown_mib"] >= MOST_MIB:
                tally.fail("bloated", f"{kind}: {said['grown_mib']} MiB")
    return tally.result()


class _Noise:
    """A stream of bytes that no codec makes smaller, and its digest."""

    name = "noise.bin"

    def __init__(self, size: int) -> None:
        self._left = size
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = os.urandom(min(size, self._left))
        self._left -= len(data)
        self.digest.update(data)
        return data


class _Sink:
    """Counts and digests what is written to it."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return len(data)


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _move(size: int, path: Path, *, encrypted: bool) -> None:
    make_cheap()
    secret = passphrase(0) if encrypted else None
    with Document.create(path, pack=PACK, scope=SCOPE, actor=ACTOR, secret=secret) as document:
        before = _peak_mib()
        source, sink = _Noise(size), _Sink()
        stream: BinaryIO = source  # type: ignore[assignment] # it is only read
        item = document.attach(stream, EvidenceDraft(), actor=ACTOR)
        target: BinaryIO = sink  # type: ignore[assignment] # it is only written
        document.extract(item.sha256, target)
        same = item.sha256 == source.digest.hexdigest() == sink.digest.hexdigest() and item.size == size == sink.size
        if not same or document.check():
            raise SystemExit("what came out is not what went in")
        print(json.dumps({"bytes": size, "grown_mib": _peak_mib() - before}))


if __name__ == "__main__":
    _move(int(sys.argv[1]), Path(sys.argv[2]), encrypted=sys.argv[3] == "encrypted")
