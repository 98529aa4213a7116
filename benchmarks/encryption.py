"""What encryption costs: opening, saving, taking evidence in and out, against the same on a plain file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.progress import Silent
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase, RecoveryKey, key_of
from benchmarks.ingest import REFERENCE as HASH_AND_COPY
from benchmarks.ingest import hash_and_copy, write_random
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.saving import RATIONALE
from benchmarks.synthetic import QUESTIONS, synthetic_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

SECRET = Passphrase("a passphrase for the benchmark")
PLAIN = "the same with a plain file"


def rows(folder: Path, *, runs: int, saves: int, size_mib: int) -> list[Row]:
    """Do the same to an encrypted and to a plain file, in turn."""
    return [
        *_opening(folder, runs=runs),
        *_saving(folder, runs=saves),
        *_evidence(folder, runs=runs, size_mib=size_mib),
    ]


def _make(path: Path, secret: Secret | None) -> Document:
    scope = Scope(model="Synthetic")
    return Document.create(path, pack=synthetic_pack(), scope=scope, actor="Benchmark", secret=secret)


def _opening(folder: Path, *, runs: int) -> list[Row]:
    answers = [Answer(f"Q-{number}", value={"value": True}, rationale=RATIONALE) for number in range(QUESTIONS)]
    plain, encrypted = folder / "plain.asl", folder / "encrypted.asl"
    with _make(plain, None) as document:
        document.put(*answers, actor="Benchmark").result()
    with _make(encrypted, SECRET) as document:
        document.put(*answers, actor="Benchmark").result()
        key = RecoveryKey.from_text(document.recovery_key())

    def opening(path: Path, secret: Secret | None) -> Callable[[], float]:
        return lambda: timed(lambda: Document.open(path, secret=secret).close())

    passphrase, raw = opening(encrypted, SECRET), opening(encrypted, key)
    derivation = lambda: timed(lambda: key_of(SECRET, key.salt))  # noqa: E731 - beside its like
    name = "open an encrypted file with 1,000 answers"
    return [
        row(
            f"{name} by passphrase",
            alternate(passphrase, derivation, runs=runs),
            unit="ms",
            reference="making the key alone (Argon2id, 256 MiB)",
            times_reference=1.5,
        ),
        row(
            f"{name} by recovery key",
            alternate(raw, opening(plain, None), runs=4 * runs),
            unit="ms",
            reference=PLAIN,
            times_reference=2.0,
        ),
    ]


def _saving(folder: Path, *, runs: int) -> list[Row]:
    count = 0

    def saving(document: Document) -> Callable[[], float]:
        def save() -> float:
            nonlocal count
            count += 1
            answer = Answer(f"Q-{count % QUESTIONS}", value={"value": count % 2 == 0}, rationale=f"{RATIONALE}{count}")
            return timed(lambda: document.put(answer, actor="Benchmark").result())

        return save

    with _make(folder / "save.asl", SECRET) as encrypted, _make(folder / "save-plain.asl", None) as plain:
        times = alternate(saving(encrypted), saving(plain), runs=runs, warm_up=10)
    return [
        row(f"save one answer, encrypted, {name}", times, unit="ms", reference=PLAIN, times_reference=1.5, share=share)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def _evidence(folder: Path, *, runs: int, size_mib: int) -> list[Row]:
    source, copy = folder / "evidence.bin", folder / "copy.bin"
    write_random(source, size_mib)
    count = 0

    def attaching(secret: Secret | None) -> Callable[[], float]:
        def attach() -> float:
            nonlocal count
            count += 1
            path = folder / f"attach-{count}.asl"
            with _make(path, secret) as document:
                seconds = timed(lambda: document.attach(source, EvidenceDraft(), actor="Benchmark", progress=Silent()))
            path.unlink()
            return seconds

        return attach

    def reference() -> float:
        return hash_and_copy(source, copy)

    into = alternate(attaching(SECRET), attaching(None), runs=runs)
    against_tools = alternate(attaching(SECRET), reference, runs=runs)
    out_of = _extracting(folder, source, runs=runs)
    changing = _changing(folder, source, runs=runs, reference=reference)
    name = f"{size_mib} MiB of evidence, encrypted"
    return [
        row(f"attach {name}", into, unit="s", reference=PLAIN),
        row(f"attach {name}, whole", against_tools, unit="s", reference=HASH_AND_COPY, times_reference=4.0),
        row(f"give back {name}", out_of, unit="s", reference=PLAIN),
        row(f"change the passphrase over {name}", changing, unit="s", reference=HASH_AND_COPY),
    ]


def _extracting(folder: Path, source: Path, *, runs: int) -> tuple[list[float], list[float]]:
    def extracting(document: Document, sha256: str) -> Callable[[], float]:
        def extract() -> float:
            with open(os.devnull, "wb") as target:  # noqa: PTH123 - no path of ours
                return timed(lambda: document.extract(sha256, target))

        return extract

    with _make(folder / "out.asl", SECRET) as encrypted, _make(folder / "out-plain.asl", None) as plain:
        for document in (encrypted, plain):
            sha256 = document.attach(source, EvidenceDraft(), actor="Benchmark").sha256
        times = alternate(extracting(encrypted, sha256), extracting(plain, sha256), runs=runs)
    (folder / "out-plain.asl").unlink()
    return times


def _changing(
    folder: Path, source: Path, *, runs: int, reference: Callable[[], float]
) -> tuple[list[float], list[float]]:
    path = folder / "out.asl"
    times = alternate(lambda: timed(lambda: change_passphrase(path, old=SECRET, new=SECRET)), reference, runs=runs)
    path.unlink()
    source.unlink()
    return times
