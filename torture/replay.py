"""What a medium may hold after the power was cut: crash states from the steps of a traced process.

The model, as of a journalling file system on a medium with a volatile cache:

- What was written and then synced is there. Of what was not, each sector of 512 bytes is there or not, each for itself,
  and of several writes to one sector any may be the one that is there.
- Changes of names (create, unlink, rename, link) and truncations go to the medium in order: a prefix of them is there,
  which is at least as long as the last sync that covers them.
- A file may be longer than what is there of it, never longer than what was written; what is missing reads as zeros.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

    from torture.trace import Step

SECTOR = 512


@dataclass(slots=True)
class _Change:
    """A write or truncation of one file; ``order`` is the place among the names and truncations, of truncations."""

    at: int
    offset: int
    data: bytes | None = None
    order: int = -1


@dataclass(slots=True)
class _Inode:
    base: bytes = b""
    changes: list[_Change] = field(default_factory=list)
    synced: int = 0
    """Number of steps of which everything in this file is on the medium."""


@dataclass(frozen=True, slots=True)
class CrashState:
    """What is left.

    Attributes:
        files: bytes by name.
        said: what was acknowledged before the cut, as lines.
        survived: how many of the pending names and truncations made it, and of how many.
    """

    files: Mapping[str, bytes]
    said: tuple[str, ...]
    survived: tuple[int, int]

    def lay_out(self, folder: Path) -> None:
        """Write the files into a folder."""
        folder.mkdir(parents=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)


def crash(before: Mapping[str, bytes], steps: Sequence[Step], *, cut: int, rng: random.Random) -> CrashState:
    """Cut the power right after step ``cut`` (0: before the first) and choose what survives."""
    machine = _Machine(before)
    for number, step in enumerate(steps[:cut], 1):
        machine.take(number, step)
    return machine.crash(rng)


class _Machine:
    def __init__(self, before: Mapping[str, bytes]) -> None:
        self.inodes = {name: _Inode(base=data) for name, data in before.items()}
        self.original = dict(self.inodes)
        self.names: list[tuple[int, Step, _Inode | None]] = []
        """Names and truncations in order, each with its step number and the inode it is about."""
        self.covered = 0
        """How many of them are on the medium for certain."""
        self.said: list[str] = []

    def take(self, number: int, step: Step) -> None:
        if step.kind == "said":
            self.said += step.data.decode().splitlines()
        elif step.kind == "sync_folder":
            self._cover(step.began)
        elif step.kind == "sync":
            self._sync(step)
        elif step.kind == "write":
            self.inodes[step.name].changes.append(_Change(number, step.offset, step.data))
        else:
            self._rename(number, step)

    def _rename(self, number: int, step: Step) -> None:
        if step.kind == "create":
            self.inodes[step.name] = _Inode()
        inode = self.inodes[step.name]
        if step.kind == "truncate":
            inode.changes.append(_Change(number, step.offset, order=len(self.names)))
        elif step.kind == "unlink":
            del self.inodes[step.name]
        elif step.kind in {"rename", "link"}:
            self.inodes[step.target] = inode
            if step.kind == "rename":
                del self.inodes[step.name]
        self.names.append((number, step, inode))

    def _sync(self, step: Step) -> None:
        inode = self.inodes.get(step.name)
        if inode is None:
            return
        inode.synced = max(inode.synced, step.began)
        orders = [change.order for change in inode.changes if change.data is None and change.at <= step.began]
        if orders:  # its size is on the medium, and so is whatever the file system noted down before
            self.covered = max(self.covered, orders[-1] + 1)

    def _cover(self, began: int) -> None:
        while self.covered < len(self.names) and self.names[self.covered][0] <= began:
            self.covered += 1

    def crash(self, rng: random.Random) -> CrashState:
        prefix = rng.randint(self.covered, len(self.names))
        names = dict(self.original)
        for _, step, inode in self.names[:prefix]:
            assert inode is not None
            if step.kind in {"create", "link"}:
                names[step.target or step.name] = inode
            elif step.kind == "rename":
                names[step.target] = names.pop(step.name)
            elif step.kind == "unlink":
                names.pop(step.name)
        files = {name: _contents(inode, prefix, rng) for name, inode in names.items()}
        pending = (prefix - self.covered, len(self.names) - self.covered)
        return CrashState(files, tuple(self.said), pending)


def _contents(inode: _Inode, prefix: int, rng: random.Random) -> bytes:
    """Put together what is left of one file."""
    data = bytearray(inode.base)
    share = rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    for change in inode.changes:
        if change.data is None:
            if change.order < prefix:
                del data[change.offset :]
                data.extend(bytes(change.offset - len(data)))
        elif change.at <= inode.synced:
            _put(data, change.offset, change.data)
        else:
            for offset, piece in _sectors(change.offset, change.data):
                if rng.random() < share:
                    _put(data, offset, piece)
    return bytes(data)


def _put(data: bytearray, offset: int, piece: bytes) -> None:
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(piece)] = piece


def _sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    """Split a write where sectors of the medium end."""
    first = SECTOR - offset % SECTOR
    cuts = [0, *range(first, len(data), SECTOR), len(data)]
    return [(offset + start, data[start:end]) for start, end in itertools.pairwise(cuts) if end > start]
