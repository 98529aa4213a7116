"""From the log of a system-call tracer to what a process did to one folder, data included."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = (
    "open,openat,creat,close,dup,dup2,dup3,write,pwrite64,writev,pwritev,pwritev2,lseek,truncate,ftruncate,fallocate,"
    "fsync,fdatasync,sync_file_range,sync,syncfs,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,"
    "symlinkat,mkdir,mkdirat,rmdir,sendfile,copy_file_range,splice,mmap"
)
_IGNORED = frozenset({"close", "lseek", "mkdir", "mkdirat", "rmdir"})
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
_FIRST_HALF = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_SECOND_HALF = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_NAMED = re.compile(r'(?:(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>, )?"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"^(?:AT_FDCWD|(\d+))<((?:\\x[0-9a-f]{2})*)>")

Kind: TypeAlias = Literal["create", "write", "truncate", "sync", "sync_folder", "unlink", "rename", "link", "said"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the folder.

    Attributes:
        kind: what; ``said`` is a line on the other channel, the acknowledgements.
        name: of the file in the folder, empty for the folder itself.
        offset: of a write; the new size for ``truncate``.
        data: what was written or said.
        target: the new name for ``rename`` and ``link``.
        began: number of steps that were finished when this one began; a sync covers no more than those.
    """

    kind: Kind
    name: str = ""
    offset: int = 0
    data: bytes = b""
    target: str = ""
    began: int = 0


class TracingImpossibleError(Exception):
    """There is no tracer here, or it is not permitted."""


def traced(arguments: list[str], *, log: Path, folder: Path, acks: Path, cwd: Path) -> tuple[Step, ...]:
    """Run a Python program under the tracer and return what it did to ``folder``, whose files were all synced before.

    Raises:
        TracingImpossibleError: when the system has no strace or does not permit it.
        RuntimeError: when the program fails, or does something that the model does not know.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise TracingImpossibleError("strace is not installed")
    command = [strace, "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(1 << 24), "-e", f"trace={CALLS}", "-o", str(log)]
    done = subprocess.run([*command, sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=cwd)
    if "ptrace" in done.stderr.lower():
        raise TracingImpossibleError("tracing is not permitted here")
    if done.returncode:
        raise RuntimeError(f"the traced program failed: {done.stderr}")
    with log.open(encoding="ascii") as lines:
        return tuple(_Reader(folder, acks).steps(lines))


class _Reader:
    def __init__(self, folder: Path, acks: Path) -> None:
        self.folder = str(folder)
        self.acks = str(acks)
        self.exists = {path.name for path in folder.iterdir() if path.is_file()}
        self.offsets: dict[str, int] = {}
        self.halves: dict[tuple[str, str], tuple[str, int]] = {}
        self.done = 0

    def steps(self, lines: Iterator[str]) -> Iterator[Step]:
        for line in lines:
            call = self._call(line.rstrip("\n"))
            if call is None:
                continue
            for step in self._step(*call):
                self.done += 1
                yield step

    def _call(self, line: str) -> tuple[str, str, int, int] | None:
        """Return name, arguments, result and the number of steps done when it began; None for what failed."""
        began = self.done
        if half := _FIRST_HALF.match(line):
            self.halves[half[1], half[2]] = (half[3], began)
            return None
        if half := _SECOND_HALF.match(line):
            first, began = self.halves.pop((half[1], half[2]))
            line = f"{half[1]} {half[2]}({first}{half[3]}"
        whole = _LINE.match(line)
        if whole is None or whole[4] == "?" or int(whole[4]) < 0:
            return None
        return whole[2], whole[3], int(whole[4]), began

    def _step(self, call: str, said: str, result: int, began: int) -> Iterator[Step]:
        if call == "mmap":
            if "PROT_WRITE" in said and "MAP_SHARED" in said and self._here(_path_of(said.split(", ")[4])):
                raise RuntimeError("a file was written through memory, which the model does not see")
            return
        if call in {"open", "openat", "creat"}:
            yield from self._opened(call, said, descriptor=str(result))
            return
        if call in {"unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat"}:
            yield from self._named(call, said)
            return
        path = _path_of(said)
        if path == self.acks and call == "write":
            yield Step("said", data=_data_of(said)[:result])
        elif path == self.folder and call in {"fsync", "fdatasync"}:
            yield Step("sync_folder", began=began)
        elif (name := self._here(path)) and call not in _IGNORED and ">(deleted)" not in said:
            yield self._changed(call, said, name=name, result=result, began=began)
        elif name and call == "lseek":
            self.offsets[said.partition("<")[0]] = result

    def _changed(self, call: str, said: str, *, name: str, result: int, began: int) -> Step:
        descriptor = said.partition("<")[0]
        if call in {"fsync", "fdatasync"}:
            return Step("sync", name, began=began)
        if call == "ftruncate":
            return Step("truncate", name, offset=int(said.rpartition(", ")[2]))
        if call == "pwrite64":
            return Step("write", name, offset=int(said.rpartition(", ")[2]), data=_data_of(said)[:result])
        if call == "write":
            offset = self.offsets.get(descriptor, 0)
            self.offsets[descriptor] = offset + result
            return Step("write", name, offset=offset, data=_data_of(said)[:result])
        raise RuntimeError(f"the model does not know {call} on {name}")

    def _opened(self, call: str, said: str, *, descriptor: str) -> Iterator[Step]:
        name = self._here(_paths(said)[0])
        if not name:
            return
        if "O_APPEND" in said:
            raise RuntimeError(f"the model does not know appending to {name}")
        self.offsets[descriptor] = 0
        if call == "creat" or ("O_CREAT" in said and name not in self.exists):
            self.exists.add(name)
            yield Step("create", name)
        elif "O_TRUNC" in said:
            yield Step("truncate", name, offset=0)

    def _named(self, call: str, said: str) -> Iterator[Step]:
        names = [self._here(path) for path in _paths(said)]
        if call.startswith("unlink"):
            if names[0] and "AT_REMOVEDIR" not in said:
                self.exists.discard(names[0])
                yield Step("unlink", names[0])
        elif all(names):
            kind: Kind = "link" if call.startswith("link") else "rename"
            self.exists.add(names[1])
            if kind == "rename":
                self.exists.discard(names[0])
            yield Step(kind, names[0], target=names[1])
        elif any(names):
            raise RuntimeError(f"the model does not know {call} into or out of the folder")

    def _here(self, path: str) -> str:
        """Return the name of a file directly in the folder, empty for any other path."""
        folder, _, name = path.rpartition("/")
        return name if folder == self.folder else ""


def _path_of(said: str) -> str:
    found = _DESCRIPTOR.match(said)
    return _bytes(found[2]).decode(errors="replace") if found else ""


def _data_of(said: str) -> bytes:
    found = _TEXT.search(said)
    if found is None or found[2]:
        raise RuntimeError("the log does not hold all data")
    return _bytes(found[1])


def _paths(said: str) -> list[str]:
    """Return the paths among the arguments, each joined to the folder that it is relative to."""
    found = ((_bytes(match[1] or "").decode(), _bytes(match[2]).decode()) for match in _NAMED.finditer(said))
    return [os.path.join(folder, name) for folder, name in found]  # noqa: PTH118 a Path would lose the bare name


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
