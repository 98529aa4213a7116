from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asl_desktop.errors import FileLocked
from asl_desktop.storage.copying import part_beside
from asl_desktop.storage.document import Document
from asl_desktop.storage.locking import DocumentLock
from tests.storage_world import filled, make

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_opening_takes_away_what_a_killed_program_left(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    (tmp_path / "a.asl-journal").write_bytes(bytes(512) + b"pages that were never needed" * 1000)
    (tmp_path / ".a.asl.part").write_bytes(b"half a file")
    (tmp_path / ".a.asl.part-journal").write_bytes(b"half a journal")
    (tmp_path / ".b.asl.part").write_bytes(b"of somebody else")
    with Document.open(tmp_path / "a.asl") as document:
        assert document.check() == ()
    assert names(tmp_path) == [".b.asl.part", "a.asl"]


def test_opening_for_reading_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    (tmp_path / "a.asl-journal").write_bytes(bytes(512))
    (tmp_path / ".a.asl.part").write_bytes(b"half a file")
    before = names(tmp_path)
    with Document.open(tmp_path / "a.asl", read_only=True):
        pass
    assert names(tmp_path) == before


def test_copying_starts_over_where_a_killed_copy_stopped(tmp_path: Path) -> None:
    (tmp_path / ".b.asl.part").write_bytes(b"half a file")
    with make(tmp_path / "a.asl") as document:
        document.save_copy(tmp_path / "b.asl")
    assert names(tmp_path) == ["a.asl", "b.asl"]


def test_copying_where_somebody_else_makes_a_file_is_refused_and_spares_it(tmp_path: Path) -> None:
    lock = DocumentLock(tmp_path / "b.asl")
    part = part_beside(tmp_path / "b.asl")
    part.write_bytes(b"coming")
    with make(tmp_path / "a.asl") as document, pytest.raises(FileLocked):
        document.save_copy(tmp_path / "b.asl")
    assert part.read_bytes() == b"coming"
    lock.release()
