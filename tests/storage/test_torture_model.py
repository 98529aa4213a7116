"""The harnesses themselves: what they must notice, and what the model of a power cut may and may not do."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from tests.storage_world import make
from torture.replay import SECTOR, CrashState, crash
from torture.told import Acks, Told
from torture.trace import Step, _Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD, NEW = b"o" * SECTOR * 4, b"n" * SECTOR * 4


def states(before: dict[str, bytes], *steps: Step) -> Iterator[CrashState]:
    """Yield what may be left after all steps, many times over."""
    for seed in range(300):
        yield crash(before, steps, cut=len(steps), rng=random.Random(seed))


def write(name: str, data: bytes) -> Step:
    return Step("write", name, data=data)


def test_what_was_synced_is_there_and_the_rest_survives_by_sectors() -> None:
    synced = write("a", NEW[:SECTOR]), Step("sync", "a", began=1)
    found = {state.files["a"] for state in states({"a": OLD}, *synced, write("a", NEW))}
    assert all(data[:SECTOR] == NEW[:SECTOR] for data in found)
    assert {OLD[SECTOR:], NEW[SECTOR:]} < {data[SECTOR:] for data in found}
    assert all(len(set(data[place : place + SECTOR])) == 1 for data in found for place in range(0, len(OLD), SECTOR))


def test_sync_covers_only_what_was_finished_when_it_began() -> None:
    steps = (write("a", NEW[:SECTOR]), write("a", NEW), Step("sync", "a", began=1))
    assert any(state.files["a"][SECTOR:] == OLD[SECTOR:] for state in states({"a": OLD}, *steps))


def test_names_survive_as_a_prefix_in_order_and_as_far_as_synced() -> None:
    steps = (
        Step("create", "b"),
        Step("sync_folder", began=1),
        Step("unlink", "a"),
        Step("rename", "b", target="c"),
        Step("link", "c", target="d"),
    )
    found = {tuple(sorted(state.files)) for state in states({"a": OLD}, *steps)}
    assert found == {("a", "b"), ("b",), ("c",), ("c", "d")}


def test_truncation_is_there_only_with_the_names_before_it() -> None:
    steps = (Step("unlink", "journal"), Step("truncate", "a", offset=SECTOR))
    found = {(len(state.files["a"]), "journal" in state.files) for state in states({"a": OLD, "journal": b"j"}, *steps)}
    assert found == {(len(OLD), True), (len(OLD), False), (SECTOR, False)}


def coded(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_trace_reads_interleaved_calls_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(OLD)
    name, folder, acks = coded(f"{tmp_path}/a"), coded(str(tmp_path)), coded("/elsewhere/acks")
    lines = [
        f'7 openat(AT_FDCWD<{coded("/")}>, "{name}", O_RDWR|O_CREAT, 0600) = 3<{name}>',
        f'7 write(3<{name}>, "{coded("ab")}", 2) = 2',
        f'7 write(3<{name}>, "{coded("cd")}", 2) = 1',
        f"7 fsync(3<{name}> <unfinished ...>",
        f'8 pwrite64(3<{name}>, "{coded("ef")}", 2, 512) = 2',
        "7 <... fsync resumed>) = 0",
        f'7 unlink("{name}") = -1 ENOENT (No such file or directory)',
        f'9 write(4<{acks}>, "{coded("answer 1")}", 8) = 8',
        f"7 fsync(5<{folder}>) = 0",
    ]
    reader = _Reader(tmp_path, tmp_path.__class__("/elsewhere/acks"))
    assert list(reader.steps(iter(lines))) == [
        Step("write", "a", offset=0, data=b"ab"),
        Step("write", "a", offset=2, data=b"c"),
        Step("write", "a", offset=512, data=b"ef"),
        Step("sync", "a", began=2),
        Step("said", data=b"answer 1"),
        Step("sync_folder", began=5),
    ]
    with pytest.raises(RuntimeError, match="fallocate"):
        list(reader.steps(iter([f"7 fallocate(3<{name}>, 0, 0, 4096) = 0"])))


def test_acknowledgements_find_what_is_missing_and_what_nobody_gave(tmp_path: Path) -> None:
    acks = Acks(tmp_path / "acks")
    for words in (("answer", 3), ("answer", 55), ("trying", "e" * 64), ("in", "e" * 64)):
        acks.say(*words)
    acks.close()
    told = Told.read(tmp_path / "acks")
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("Q3", rationale="3"), Answer("Q7", rationale="907"), actor="Ann").result()
        assert told.missing_from(document) == [
            "answer 55 was acknowledged, Q5 says None",
            "answer 907 was never given",
            f"evidence {'e' * 64} was acknowledged to be in and is not",
        ]
