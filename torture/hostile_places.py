"""Hostile places: the file is fine, or nearly, and what its name leads to or what lies beside it is not."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import chdir, closing
from typing import TYPE_CHECKING, Any

from torture.cases import OPENS, Case, Prepare, Scene, opens, refused
from torture.forge import hot_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_NOT_OURS = "is not an assessment file"
_DAMAGED = "is truncated or corrupt"
_ALTERED = "is not as ASL Desktop makes its files"
_NO_PLACE = "cannot be written: .* is not an ordinary file"
_MAGIC = bytes.fromhex("d9d505f920a163d7")
_LOCK_PAGE = 0x40000000 // 8192 + 1


def _instead(make: Callable[[Path, Scene], object]) -> Prepare:
    """Put something else in the place of the document."""

    def prepare(scene: Scene) -> None:
        scene.path.unlink()
        make(scene.path, scene)

    return prepare


def _beside(suffix: str, make: Callable[[Path, Scene], object]) -> Prepare:
    """Put something beside the document."""

    def prepare(scene: Scene) -> None:
        make(scene.beside(suffix), scene)

    return prepare


def _socket(path: Path, _: Scene) -> None:
    # The name of a socket may have a hundred characters only.
    with closing(socket.socket(socket.AF_UNIX)) as here, chdir(path.parent):
        here.bind(path.name)


def _precious(path: Path, scene: Scene) -> None:
    path.symlink_to(scene.victims / "precious.txt")


def _hard_precious(path: Path, scene: Scene) -> None:
    os.link(scene.victims / "precious.txt", path)


def _file_of_somebody_else(scene: Scene) -> None:
    scene.path.unlink()
    scene.path.symlink_to(scene.foreign)


def _second_name(scene: Scene) -> None:
    os.link(scene.path, scene.victims / "second.asl")


def _spoil(raw: Any) -> None:
    raw.execute("UPDATE answer SET state = 'declined'")


def _crash(scene: Scene) -> None:
    """Leave the file in the middle of a save, its own journal beside it."""
    journal = hot_journal(scene.path, _spoil)
    scene.beside("-journal").write_bytes(journal)


def _foreign_journal(scene: Scene) -> None:
    scene.beside("-journal").write_bytes(hot_journal(scene.foreign, _spoil))


def _shuffled_journal(scene: Scene) -> None:
    """A journal that says of every page that it was another page."""
    journal = bytearray(hot_journal(scene.path, _spoil))
    size = 8192 + 8
    for start in range(512, len(journal) - size, size):
        number = struct.unpack(">I", journal[start : start + 4])[0]
        journal[start : start + 4] = struct.pack(">I", number % 60 + 2)
    scene.beside("-journal").write_bytes(bytes(journal))


def _journal_to(victim: bytes) -> Prepare:
    """A journal that names another file as the one to be looked at and then deleted."""

    def prepare(scene: Scene) -> None:
        name = victim or os.fsencode(scene.victims / "precious.txt")
        end = struct.pack(">I", _LOCK_PAGE) + name + struct.pack(">II", len(name), sum(name)) + _MAGIC
        scene.beside("-journal").write_bytes(hot_journal(scene.path, _spoil) + end)

    return prepare


def _write_ahead(scene: Scene) -> None:
    """A write-ahead log with pages of another program's making."""
    header = struct.pack(">IIIIII", 0x377F0682, 3007000, 8192, 0, 1, 2)
    scene.beside("-wal").write_bytes(header + bytes(8) + bytes(8216))


def _deep(path: Path, _: Scene) -> None:
    path.write_text("[" * 100_000, encoding="ascii")


def _huge(path: Path, _: Scene) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


CASES: Mapping[str, Case] = {
    "nothing there": refused(lambda scene: scene.path.unlink(), "There is no file|does not exist"),
    "folder": refused(_instead(lambda path, _: path.mkdir()), "it is a folder"),
    "pipe": refused(_instead(lambda path, _: os.mkfifo(path)), "a device or a pipe"),
    "socket": refused(_instead(_socket), "a device or a pipe"),
    "link to /dev/zero": refused(_instead(lambda path, _: path.symlink_to("/dev/zero")), "a device or a pipe"),
    "link to /dev/tty": refused(_instead(lambda path, _: path.symlink_to("/dev/tty")), "a device or a pipe"),
    "link to itself": refused(_instead(lambda path, _: path.symlink_to(path.name)), _NOT_OURS),
    "link to nothing": refused(_instead(lambda path, _: path.symlink_to("gone.asl")), "There is no file"),
    "link to a folder": refused(_instead(lambda path, scene: path.symlink_to(scene.victims)), "it is a folder"),
    "link to a precious file": refused(_instead(_precious), _NOT_OURS),
    "link to /proc/self/mem": refused(_instead(lambda path, _: path.symlink_to("/proc/self/mem")), _NOT_OURS),
    "link to somebody's assessment": opens(_file_of_somebody_else),
    "second name": Case(_second_name, OPENS, "has a second name"),
    "crash in a save": Case(_crash, OPENS, OPENS, changes=True),
    "journal of another file": Case(_foreign_journal, _DAMAGED, "does not fit it"),
    "journal in disorder": Case(_shuffled_journal, f"{_DAMAGED}|{_ALTERED}", "does not fit it"),
    "journal that points to a precious file": refused(_journal_to(b""), "points to other files"),
    "journal that points to /dev/zero": refused(_journal_to(b"/dev/zero"), "points to other files"),
    "journal of zeros": Case(
        _beside("-journal", lambda path, _: path.write_bytes(bytes(100_000))), OPENS, OPENS, changes=True
    ),
    "journal of noise": Case(
        _beside("-journal", lambda path, _: path.write_bytes(os.urandom(100_000))), OPENS, OPENS, changes=True
    ),
    "journal that is a link": refused(_beside("-journal", _precious), _ALTERED),
    "journal that is a second name": refused(_beside("-journal", _hard_precious), _ALTERED),
    "journal that is a pipe": refused(_beside("-journal", lambda path, _: os.mkfifo(path)), _ALTERED),
    "journal that is a folder": refused(_beside("-journal", lambda path, _: path.mkdir()), _ALTERED),
    "journal that links to /dev/zero": refused(
        _beside("-journal", lambda path, _: path.symlink_to("/dev/zero")), _ALTERED
    ),
    "write-ahead log beside": refused(_write_ahead, _ALTERED),
    "write-ahead log that is a link": refused(_beside("-wal", _precious), _ALTERED),
    "shared memory beside": refused(_beside("-shm", lambda path, _: path.write_bytes(bytes(32768))), _ALTERED),
    "lock that is a link": Case(_beside(".lock", _precious), OPENS, _NO_PLACE),
    "lock that is a second name": Case(_beside(".lock", _hard_precious), OPENS, _NO_PLACE),
    "lock that is a pipe": Case(_beside(".lock", lambda path, _: os.mkfifo(path)), OPENS, _NO_PLACE),
    "lock that is a folder": Case(_beside(".lock", lambda path, _: path.mkdir()), OPENS, _NO_PLACE),
    "lock that links to /dev/zero": Case(
        _beside(".lock", lambda path, _: path.symlink_to("/dev/zero")), OPENS, _NO_PLACE
    ),
    "lock's word that is a link": Case(_beside(".lock.json", _precious), OPENS, OPENS, changes=True),
    "lock's word that is a second name": Case(_beside(".lock.json", _hard_precious), OPENS, OPENS, changes=True),
    "lock's word that is a pipe": Case(
        _beside(".lock.json", lambda path, _: os.mkfifo(path)), OPENS, OPENS, changes=True
    ),
    "lock's word that is a folder": Case(
        _beside(".lock.json", lambda path, _: path.mkdir()), OPENS, "cannot be written"
    ),
    "lock's word of great depth": Case(_beside(".lock.json", _deep), OPENS, OPENS, changes=True),
    "lock's word of a terabyte": Case(_beside(".lock.json", _huge), OPENS, OPENS, changes=True),
    "unfinished file that is a link": Case(
        lambda scene: _precious(scene.path.with_name(f".{scene.path.name}.part"), scene), OPENS, OPENS, changes=True
    ),
}
