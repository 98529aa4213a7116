"""Mutates honest files at random and gives them to what opens and imports: only sentences may come out.

There is no coverage feedback: a mutator that knows where the structure is (headers, page borders, lengths, JSON and
YAML punctuation) on a stated budget. Whatever crashes, hangs or bloats is kept with its seed.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.errors import UserError
from asl_desktop.interchange.inputs_file import read_inputs
from asl_desktop.messages import message_for
from asl_desktop.services.packs import validate_pack
from asl_desktop.storage.document import Document
from reports.identity import load_identity
from reports.verifying import verify
from torture.jail import MEMORY_BYTES, PATIENCE_SECONDS, Jail
from torture.tally import Scale, Tally, workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS: Mapping[Scale, float] = {"small": 20.0, "full": 900.0}
BATCH = 40
PASSPHRASE = "correct horse battery staple"  # of an identity made for this alone
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x0D, 0x05, 0x0A, 0x02)
_TOKENS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b":",
    b",",
    b'"',
    b"\n",
    b" ",
    b"&a ",
    b"*a",
    b"!!",
    b"null",
    b"-1",
    b"1e999",
    b"\xff",
)


def run(scale: Scale) -> dict[str, int]:
    """Fuzz every target for an equal share of the budget; says how long and how often it tried."""
    tally = Tally("fuzz")
    for what in ("fuzz_executions", "fuzz_seconds", "hangs", "crashes", "bloated", "overwrites"):
        tally.count(what, 0)
    with workplace(tally) as folder:
        seeds = make_seeds(folder)
        for number, name in enumerate(TARGETS):
            _fuzz(tally, name, seeds[name], folder / name, SECONDS[scale] / len(TARGETS), first=number * 10**9)
    return tally.result()


def make_seeds(folder: Path) -> dict[str, Path]:
    """Make one honest file per target."""
    from asl_desktop.resources_access import resource_path
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import build_example, example_inputs
    from asl_desktop.services.packs import list_packs
    from reports.building import build_report
    from reports.identity import create_identity

    folder.mkdir(parents=True, exist_ok=True)
    assessment, report, identity = folder / "seed.asl", folder / "seed.pdf", folder / "seed.p12"
    with build_example("claude-opus-4", assessment) as document:
        made = create_identity("Seed", identity, PASSPHRASE, key="ecdsa-p256")
        build_report(take_snapshot(document), report, identity=made)
    inputs = example_inputs("claude-opus-4")
    pack = resource_path(f"frameworks/{list_packs()[0].path.name}")
    return {"open": assessment, "verify": report, "identity": identity, "inputs": inputs, "pack": pack}


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return data with one to eight things wrong with it."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        rng.choice(_MUTATIONS)(changed, rng)
    return bytes(changed)


def _flip(data: bytearray, rng: random.Random) -> None:
    data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random) -> None:
    data[_place(data, rng)] = rng.choice(_INTERESTING)


def _cut(data: bytearray, rng: random.Random) -> None:
    start = _place(data, rng)
    del data[start : start + rng.choice((1, 4, 100, 8192, len(data)))]
    if not data:
        data += b"\0"


def _double(data: bytearray, rng: random.Random) -> None:
    start = _place(data, rng)
    data[start:start] = data[start : start + rng.choice((1, 16, 512, 8192))]


def _insert(data: bytearray, rng: random.Random) -> None:
    start = _place(data, rng)
    data[start:start] = rng.choice(_TOKENS) * rng.choice((1, 1, 2, 50, 5000))


def _number(data: bytearray, rng: random.Random) -> None:
    start, size = _place(data, rng), rng.choice((1, 2, 4, 8))
    data[start : start + size] = rng.choice((0, 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1)).to_bytes(size, "big")


def _swap(data: bytearray, rng: random.Random) -> None:
    size = rng.choice((1, 16, 8192))
    first, second = _place(data, rng) // size * size, _place(data, rng) // size * size
    one, other = data[first : first + size], data[second : second + size]
    if len(one) == len(other):
        data[first : first + size], data[second : second + size] = other, one


_MUTATIONS = (_flip, _set, _cut, _double, _insert, _number, _swap)


def _place(data: bytearray, rng: random.Random) -> int:
    """Return a place in the data: anywhere, near a page border, or in the first hundred bytes."""
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randrange(min(100, len(data)))
    if kind == 1:
        return min(len(data) - 1, rng.randrange(len(data)) // 8192 * 8192 + rng.randrange(16))
    return rng.randrange(len(data))


def try_batch(target: str, seed: str, folder: str, first: int, number: int) -> int:
    """Give mutants ``first`` to ``first + number - 1`` to a target, each named on the output before it is tried."""
    honest, suffix = Path(seed).read_bytes(), Path(seed).suffix
    path = Path(folder) / f"mutant{suffix}"
    for which in range(first, first + number):
        print(which, flush=True)
        data = mutate(honest, random.Random(which))
        path.write_bytes(data)
        try:
            TARGETS[target](path)
        except UserError as error:
            message_for(error)
        if path.read_bytes() != data and target != "open":
            print("OVERWRITTEN", which)
        for leftover in path.parent.iterdir():
            leftover.unlink()
    return 0


def _open(path: Path) -> None:
    before = path.read_bytes()
    try:
        with Document.open(path, read_only=True) as document:
            document.check()
            document.inputs()
            document.packs()
            document.reversible()
    finally:
        if path.read_bytes() != before:
            print("OVERWRITTEN")
    with Document.open(path) as document:
        document.inputs()


def _identity(path: Path) -> None:
    load_identity(path, PASSPHRASE)


TARGETS: Mapping[str, Callable[[Path], object]] = {
    "open": _open,
    "verify": verify,
    "identity": _identity,
    "inputs": read_inputs,
    "pack": validate_pack,
}


def _fuzz(tally: Tally, target: str, seed: Path, folder: Path, seconds: float, *, first: int) -> None:
    jail, began, which = Jail(), time.monotonic(), first
    home = folder / "home"
    home.mkdir(parents=True)
    mutants = folder / "mutants"
    mutants.mkdir()
    while time.monotonic() - began < seconds:
        outcome = jail.run((target, try_batch, (target, str(seed), str(mutants), which, BATCH)), home)
        tried = [int(line) for line in outcome.text.split("\n") if line.isdigit()] or [which]
        tally.count("fuzz_executions", len(tried))
        at = f"{target}, mutant {tried[-1]} of {seed.name}"
        if outcome.end == "hang" or outcome.seconds > PATIENCE_SECONDS * BATCH:
            tally.fail("hangs", at)
        elif outcome.end or outcome.status != 0:
            tally.fail("crashes", f"{at}: {outcome.end or outcome.text[-800:]}")
        if outcome.peak > MEMORY_BYTES:
            tally.fail("bloated", f"{at}: {outcome.peak >> 20} MiB")
        if "OVERWRITTEN" in outcome.text:
            tally.fail("overwrites", at)
        which += len(tried)
    tally.count("fuzz_seconds", round(time.monotonic() - began))
