from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import Cancelled, DiskFull, FileExists, OutputNotWritable, SaveFailed
from asl_desktop.progress import Silent
from asl_desktop.storage import copying
from asl_desktop.storage.content import CHUNK_BYTES
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.storage_world import file_digest, filled, make, noise, writing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_save_copy_is_the_same_document_and_leaves_the_original(tmp_path: Path, read_only: bool) -> None:
    item = filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl", read_only=read_only) as document:
        document.save_copy(tmp_path / "b.asl")
        head, identity = document.head(), document.document_id
    assert file_digest(tmp_path / "a.asl") == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.asl", "b.asl"]
    with Document.open(tmp_path / "b.asl") as copy:
        assert (copy.head(), copy.document_id) == (head, identity)
        assert copy.inputs().evidence == (item,)
        assert copy.check() == ()
        copy.put(Answer("QC-9"), actor="Ann").result()
        assert copy.check() == ()


def test_save_copy_while_evidence_and_answers_come_in_is_whole(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, ThreadPoolExecutor(2) as pool:
        document.attach(noise(6 * CHUNK_BYTES), EvidenceDraft(name="old"), actor="Ann")

        def type_on() -> None:
            for number in range(60):
                document.put(
                    Answer("A", rationale=str(number)), Answer("B", rationale=str(number)), actor="Ann"
                ).result()

        typing = pool.submit(type_on)
        intake = pool.submit(document.attach, noise(6 * CHUNK_BYTES), EvidenceDraft(name="new"), actor="Ann")
        for number in range(3):
            document.save_copy(tmp_path / f"copy{number}.asl")
        typing.result()
        intake.result()
        assert document.check() == ()
    for number in range(3):
        with Document.open(tmp_path / f"copy{number}.asl") as copy:
            assert copy.check() == ()
            texts = {answer.rationale for answer in copy.inputs().answers}
            assert len(texts) <= 1


def test_save_copy_over_a_file_or_into_no_folder_is_refused(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(FileExists):
            document.save_copy(tmp_path / "a.asl")
        with pytest.raises(OutputNotWritable):
            document.save_copy(tmp_path / "none" / "b.asl")
        with pytest.raises(OutputNotWritable):
            document.save_copy(tmp_path / ("x" * 300 + ".asl"))
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_save_copy_cancelled_leaves_nothing(tmp_path: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise Cancelled

    with make(tmp_path / "a.asl") as document:
        with pytest.raises(Cancelled):
            document.save_copy(tmp_path / "b.asl", progress=Stop())
        assert document.check() == ()
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_save_copy_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "free_bytes", lambda _: 10)
    with make(tmp_path / "a.asl") as document, pytest.raises(DiskFull):
        document.save_copy(tmp_path / "b.asl")
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_save_copy_of_a_file_that_stays_busy_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PATIENCE_SECONDS", 0.05)
    with make(tmp_path / "a.asl") as document:
        raw = writing(document)
        raw.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(SaveFailed, match="busy"):
                document.save_copy(tmp_path / "b.asl")
        finally:
            raw.execute("ROLLBACK")
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_save_copy_that_does_not_come_out_sound_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asl_desktop.storage.schema.differences", lambda _: ("table answer was changed",))
    with make_unseen(tmp_path / "a.asl", monkeypatch) as document, pytest.raises(SaveFailed, match="not sound"):
        document.save_copy(tmp_path / "b.asl")
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def make_unseen(path: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    """Open a document whose schema is not looked at."""
    monkeypatch.setattr("asl_desktop.storage.opening._look_through", lambda *_, **__: None)
    return make(path)
