"""An assessment that nobody has open is one file, and a copy made with a file manager is the assessment."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import PassphraseWrong
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase
from tests.storage_world import RECORDS, file_digest, make

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = pytest.mark.parametrize("secret", [None, Passphrase("correct horse battery")], ids=["plain", "encrypted"])


def work(document: Document) -> None:
    """Do everything that writes."""
    document.put(*RECORDS, actor="Ann").result()
    item = document.attach(io.BytesIO(b"log line\n" * 700_000), EvidenceDraft(name="log.txt"), actor="Ann")
    document.remove("evidence", item.sha256, actor="Ann").result()
    document.undo(actor="Ann").result()
    document.redo(actor="Ann").result()
    document.clear_removed()
    document.put(Answer("QC-2", rationale="second thoughts"), actor="Ann")  # close waits for it


@SECRETS
def test_closed_document_is_one_file(tmp_path: Path, secret: Passphrase | None) -> None:
    path = tmp_path / "a.asl"
    with make(path, secret=secret) as document:
        work(document)
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]
    for read_only in (True, False):
        with Document.open(path, read_only=read_only, secret=secret) as document:
            document.inputs()
        assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


@SECRETS
def test_document_that_did_not_open_stays_one_file(tmp_path: Path, secret: Passphrase | None) -> None:
    path = tmp_path / "a.asl"
    make(path, secret=secret).close()
    if secret is not None:
        with pytest.raises(PassphraseWrong):
            Document.open(path, secret=Passphrase("wrong horse battery"))
    else:
        path.write_bytes(path.read_bytes()[:-8192])
        with pytest.raises(Exception, match="bytes are left"):
            Document.open(path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


@SECRETS
def test_copy_by_a_file_manager_is_the_assessment(tmp_path: Path, secret: Passphrase | None) -> None:
    path, copy = tmp_path / "a.asl", tmp_path / "elsewhere" / "b.asl"
    with make(path, secret=secret) as document:
        work(document)
    copy.parent.mkdir()
    shutil.copyfile(path, copy)
    with Document.open(path, secret=secret) as document:
        head = document.head()
    with Document.open(copy, secret=secret) as document:
        assert document.head() == head
        assert document.check() == ()
        assert document.inputs().answers[-1].rationale == "second thoughts"


def test_reading_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    make(path).close()
    before = file_digest(path)
    with Document.open(path, read_only=True) as document:
        document.check()
    assert file_digest(path) == before
