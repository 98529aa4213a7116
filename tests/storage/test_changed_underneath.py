from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import FileChanged, FileReplaced, SaveFailed
from asl_desktop.storage import tables
from asl_desktop.storage.content import CHUNK_BYTES
from asl_desktop.storage.document import Document
from tests.storage_world import file_digest, filled, make

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

EDIT = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("UPDATE answer SET state = 'declined'")
connection.commit()
"""


def save(document: Document, rationale: str = "new") -> None:
    document.put(Answer("QC-9", rationale=rationale), actor="Ann").result()


def copy_over(source: Path, target: Path) -> None:
    """Copy from a process of its own: closing the file here would drop the locks that SQLite holds on it."""
    subprocess.run(["cp", source, target], check=True)


def test_file_that_lost_its_name_is_not_written_and_can_be_saved_elsewhere(tmp_path: Path) -> None:
    filled(tmp_path / "other.asl")
    before = file_digest(tmp_path / "other.asl")
    with make(tmp_path / "a.asl") as document:
        save(document, "kept")
        (tmp_path / "other.asl").replace(tmp_path / "a.asl")
        with pytest.raises(FileReplaced, match="another file"):
            save(document, "refused")
        document.save_copy(tmp_path / "b.asl")
    assert file_digest(tmp_path / "a.asl") == before
    with Document.open(tmp_path / "b.asl") as document:
        assert document.check() == ()
        assert [answer.rationale for answer in document.inputs().answers] == ["kept"]


def test_file_that_is_gone_is_said_so_and_saves_again_once_it_is_back(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        (tmp_path / "a.asl").rename(tmp_path / "away.asl")
        with pytest.raises(FileReplaced, match="moved or deleted"):
            save(document)
        document.save_copy(tmp_path / "b.asl")
        (tmp_path / "away.asl").rename(tmp_path / "a.asl")
        save(document)
    with Document.open(tmp_path / "a.asl") as document:
        assert document.check() == ()
        assert [answer.question for answer in document.inputs().answers] == ["QC-9"]


@pytest.mark.parametrize("same_document", [True, False])
def test_contents_copied_over_an_open_file_stay_as_they_are(tmp_path: Path, same_document: bool) -> None:
    make(tmp_path / "a.asl").close()
    if same_document:
        shutil.copy(tmp_path / "a.asl", tmp_path / "older.asl")
    else:
        filled(tmp_path / "older.asl")
    before = file_digest(tmp_path / "older.asl")
    with Document.open(tmp_path / "a.asl") as document:
        save(document, "lost by the copying")
        copy_over(tmp_path / "older.asl", tmp_path / "a.asl")
        for _ in range(2):
            with pytest.raises(FileChanged):
                save(document)
    assert file_digest(tmp_path / "a.asl") == before


def test_edit_by_a_database_client_is_seen_before_the_next_save(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl") as document:
        subprocess.run([sys.executable, "-c", EDIT, tmp_path / "a.asl"], check=True)
        with pytest.raises(FileChanged):
            save(document)
        assert document.check() != ()


def test_new_time_stamp_alone_is_no_change(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        save(document, "one")
        os.utime(tmp_path / "a.asl", (0, 0))
        save(document, "two")
        assert document.inputs().answers[0].rationale == "two"


def test_save_that_the_disk_refused_half_way_is_no_change_by_somebody_else(tmp_path: Path) -> None:
    def too_much(connection: Connection) -> None:
        connection.execute(insert(tables.content), {"id": "c", "sha256": "", "size": 0, "state": "staging"})
        for seq in range(10):  # more than the cache holds, so that pages go to the disk before the commit
            row = {"content": "c", "seq": seq, "codec": "raw", "raw_len": CHUNK_BYTES, "data": bytes(CHUNK_BYTES)}
            connection.execute(insert(tables.chunk), row)

    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with make(tmp_path / "a.asl") as document:
        assert document._writer is not None
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
        try:
            with pytest.raises(SaveFailed):
                document._writer.submit(too_much).result()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        save(document)
        assert document.check() == ()
