"""Copies and backups from the command line."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.cli.app import run
from asl_desktop.domain.inputs import Answer
from asl_desktop.services.backups import Shelf
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.storage_world import make, tamper

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct horse battery"


class Cli:
    """Runs commands and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: object) -> int:
        status = run([str(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        return status


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n", "utf-8")
    return path


def backed_up(path: Path, **more: Any) -> None:
    """Make an assessment with two backups, and go on in it."""
    with make(path, **more) as document:
        for text in ("early", "later"):
            document.put(Answer("QC-7", rationale=text), actor="Ann").result()
            Shelf().keep(document)
        document.put(Answer("QC-7", rationale="now"), actor="Bob").result()


def rationale(path: Path, **more: Any) -> str:
    with Document.open(path, read_only=True, **more) as document:
        return document.inputs().answers[0].rationale


def test_copy_is_checked_and_never_overwrites(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    assert cli("copy", tmp_path / "a.asl", "--out", tmp_path / "b.asl") == 0
    assert "Checked: history, tables and evidence" in cli.out
    assert cli("check", tmp_path / "b.asl") == 0
    before = hashlib.sha256((tmp_path / "b.asl").read_bytes()).digest()
    assert cli("copy", tmp_path / "a.asl", "--out", tmp_path / "b.asl") == 1
    assert "already exists" in cli.err
    assert hashlib.sha256((tmp_path / "b.asl").read_bytes()).digest() == before


def test_copy_while_the_file_is_open_elsewhere_is_made(cli: Cli, tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("QC-7", rationale="now"), actor="Ann").result()
        assert cli("copy", tmp_path / "a.asl", "--out", tmp_path / "b.asl") == 0
    assert rationale(tmp_path / "b.asl") == "now"


def test_copy_of_an_encrypted_file_stays_encrypted(cli: Cli, tmp_path: Path, secret_file: Path) -> None:
    make(tmp_path / "a.asl", secret=Passphrase(SECRET)).close()
    assert cli("copy", tmp_path / "a.asl", "--out", tmp_path / "b.asl", "--passphrase-file", secret_file) == 0
    assert cli("check", tmp_path / "b.asl", "--passphrase-file", secret_file) == 0
    assert not (tmp_path / "b.asl").read_bytes().startswith(b"SQLite")


def test_copy_of_a_file_not_in_order_says_so(cli: Cli, tmp_path: Path) -> None:
    backed_up(tmp_path / "a.asl")
    tamper(tmp_path / "a.asl", "UPDATE answer SET record = replace(record, 'now', 'won')")
    assert cli("copy", tmp_path / "a.asl", "--out", tmp_path / "b.asl") == 1
    assert "Problem, in what it was copied from too" in cli.out
    assert "NOT in order." in cli.out


def test_backups_are_listed_with_and_without_the_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path)
    for words in ((), (path,), ("list", path)):
        assert cli("backups", *words) == 0
        assert cli.out.count("Ann") == 2
        assert str(path) in cli.out
    path.unlink()
    assert cli("backups", path, "--json") == 0
    listed = json.loads(cli.out)
    assert [item["events"] for item in listed] == [5, 4]
    assert listed[0]["original"] == str(path)
    assert cli("backups", tmp_path / "other.asl") == 0
    assert "No backups of" in cli.out


def test_backups_compare_says_what_was_done_since(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path)
    assert cli("backups", "compare", path, "--version", 2) == 0
    assert "The file has 2 recorded changes more, the last by Bob" in cli.out
    assert "Since the backup: 1 answer changed." in cli.out
    assert "Rationale: early -> now" in cli.out
    assert cli("backups", "compare", path, "--json") == 0
    assert json.loads(cli.out)["records"][0]["reference"] == "answer:QC-7"


def test_backups_restore_makes_a_new_file_beside_the_old_one(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path)
    before = hashlib.sha256(path.read_bytes()).digest()
    assert cli("backups", "restore", path) == 0
    assert hashlib.sha256(path.read_bytes()).digest() == before
    (made,) = [item for item in tmp_path.glob("*.asl") if item != path]
    assert rationale(made) == "later"
    assert cli("backups", "restore", path, "--version", 2, "--out", tmp_path / "old.asl") == 0
    assert rationale(tmp_path / "old.asl") == "early"
    assert cli("backups", "restore", path, "--version", 3) == 1
    assert "There is no backup of" in cli.err
    assert cli("backups", "restore", path, "--out", path) == 1
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_backups_of_an_encrypted_file_ask_for_its_passphrase(cli: Cli, tmp_path: Path, secret_file: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path, secret=Passphrase(SECRET))
    assert cli("backups", path) == 0
    assert "Ann" not in cli.out
    assert cli("backups", "restore", path, "--out", tmp_path / "b.asl") == 1
    assert "encrypted" in cli.err
    assert cli("backups", "restore", path, "--out", tmp_path / "b.asl", "--passphrase-file", secret_file) == 0
    assert rationale(tmp_path / "b.asl", secret=Passphrase(SECRET)) == "later"
    assert cli("backups", "compare", path, "--passphrase-file", secret_file) == 0
    assert "1 answer changed" in cli.out


def test_backups_are_deleted_only_when_meant(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path)
    assert cli("backups", "delete") == 2
    assert cli("backups", "delete", path) == 2
    assert "--yes" in cli.err
    assert cli("backups", "delete", path, "--other-passphrase", "--yes") == 0
    assert len(Shelf().of_file(path)) == 2
    assert cli("backups", "delete", path, "--yes") == 0
    assert Shelf().all() == ()
    assert rationale(path) == "now"


def test_passphrase_names_the_backups_that_open_as_before(cli: Cli, tmp_path: Path, secret_file: Path) -> None:
    path = tmp_path / "a.asl"
    backed_up(path)
    assert cli("passphrase", path, "--encrypt", "--new-passphrase-file", secret_file) == 0
    assert "that can be opened as before: 2." in cli.out
    assert cli("backups", "delete", path, "--other-passphrase", "--yes") == 0
    assert Shelf().of_file(path) == ()
