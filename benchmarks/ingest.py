"""How long a large evidence file takes to get into the document, against hashing, copying and syncing it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Scope
from asl_desktop.progress import Silent
from asl_desktop.storage.document import Document, EvidenceDraft
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.synthetic import synthetic_pack

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "openssl dgst -sha256, then cp, then sync of the copy"
MIB = 1024 * 1024


def rows(folder: Path, *, runs: int, size_mib: int) -> list[Row]:
    """Attach a random file and hash and copy it, in turn; every attachment goes into a new document."""
    source = folder / "evidence.bin"
    write_random(source, size_mib)
    copy = folder / "copy.bin"
    pack = synthetic_pack()
    count = 0

    def subject() -> float:
        nonlocal count
        count += 1
        path = folder / f"ingest-{count}.asl"
        with Document.create(path, pack=pack, scope=Scope(model="Synthetic"), actor="Benchmark") as document:
            seconds = timed(lambda: document.attach(source, EvidenceDraft(), actor="Benchmark", progress=Silent()))
        path.unlink()
        return seconds

    times = alternate(subject, lambda: hash_and_copy(source, copy), runs=runs)
    source.unlink()
    name = f"attach {size_mib} MiB of evidence"
    return [row(name, times, unit="s", reference=REFERENCE, times_reference=2.0)]


def hash_and_copy(source: Path, copy: Path) -> float:
    """Do what :data:`REFERENCE` says, take the copy away, and return how many seconds it took."""

    def work() -> None:
        subprocess.run(["openssl", "dgst", "-sha256", source], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cp", source, copy], check=True)
        subprocess.run(["sync", copy], check=True)

    seconds = timed(work)
    copy.unlink()
    return seconds


def write_random(path: Path, size_mib: int) -> None:
    """Write bytes that no codec makes smaller, down to the medium."""
    with path.open("wb") as target:
        for _ in range(size_mib):
            target.write(os.urandom(MIB))
        target.flush()
        os.fsync(target.fileno())
