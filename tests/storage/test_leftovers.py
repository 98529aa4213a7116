from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import FileDamaged, FileLocked, FileTampered
from asl_desktop.storage import keys
from asl_desktop.storage.connection import PAGE_SIZE
from asl_desktop.storage.copying import part_beside
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase
from asl_desktop.storage.locking import DocumentLock
from tests.storage_world import file_digest, filled, let_it_tidy_up, make, noise

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


@pytest.mark.parametrize("secret", [None, Passphrase("heron over the quiet river")], ids=["plain", "encrypted"])
def test_opening_after_a_kill_between_saving_and_giving_pages_back_gives_them_back(
    tmp_path: Path, secret: Passphrase | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=64, passes=1, lanes=1))
    path = tmp_path / "a.asl"
    with make(path, secret=secret) as document:
        document.put(Answer("Q", rationale="kept"), actor="Ann").result()
        sha256 = document.attach(noise(200_000), EvidenceDraft(name="noise"), actor="Ann").sha256
    large = path.read_bytes()
    with Document.open(path, secret=secret) as document:
        document.remove("evidence", sha256, actor="Ann").result()
        document.clear_removed()
        let_it_tidy_up(document)
    whole = path.read_bytes()
    path.write_bytes(whole + large[len(whole) :])
    with Document.open(path, read_only=True, secret=secret) as document:
        assert document.check() == ()
    assert path.stat().st_size == len(large) > len(whole) + 100_000
    with Document.open(path, secret=secret) as document:
        assert document.inputs().answer_by_question["Q"].rationale == "kept"
    assert path.read_bytes() == whole


@pytest.mark.parametrize("behind", [1, 100, PAGE_SIZE + 1, 2001 * PAGE_SIZE])
def test_opening_with_something_behind_its_end_that_no_save_leaves_is_refused(tmp_path: Path, behind: int) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    path.write_bytes(path.read_bytes() + bytes(behind))
    before = file_digest(path)
    for read_only in (True, False):
        with pytest.raises(FileTampered, match=f"{behind} bytes stand after its end"):
            Document.open(path, read_only=read_only)
    assert file_digest(path) == before


def test_opening_with_a_header_that_claims_fewer_pages_is_refused_and_loses_none(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    data = bytearray(path.read_bytes())
    for pages in (1, 2, len(data) // PAGE_SIZE // 2, len(data) // PAGE_SIZE - 1):
        data[28:32] = pages.to_bytes(4, "big")
        path.write_bytes(data)
        for read_only in (True, False):
            with pytest.raises((FileTampered, FileDamaged)):
                Document.open(path, read_only=read_only)
        assert path.read_bytes() == data


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
