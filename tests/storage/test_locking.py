from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.cli.app import run
from asl_desktop.errors import FileLocked, FileMarkedElsewhere, FileMissing
from asl_desktop.services.assessments import take_over
from asl_desktop.storage.document import Document
from tests.storage_world import make

if TYPE_CHECKING:
    from pathlib import Path


def mark(path: Path, **changes: Any) -> Path:
    """Leave the word of a holder beside a document, without its lock, as a crash or a share without locks does."""
    info = path.with_name(path.name + ".lock.json")
    said = {"pid": 4711, "host": "laptop-7", "user": "bob", "program": "ASL Desktop 0.1.0", **changes}
    info.write_text(json.dumps(said))
    return info


def test_mark_of_another_computer_is_refused_for_writing_and_names_it(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    info = mark(tmp_path / "a.asl")
    with pytest.raises(FileMarkedElsewhere) as refused:
        Document.open(tmp_path / "a.asl")
    assert refused.value.values["host"] == "laptop-7"
    assert "bob, process 4711" in str(refused.value.values["holder"])
    assert info.exists()
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        assert document.check() == ()


def test_mark_of_another_computer_can_be_taken_over(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    mark(tmp_path / "a.asl")
    take_over(tmp_path / "a.asl")
    assert [path.name for path in tmp_path.iterdir()] == ["a.asl"]
    Document.open(tmp_path / "a.asl").close()


def test_mark_of_a_dead_process_of_this_computer_is_nobody(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    mark(tmp_path / "a.asl", host=socket.gethostname(), pid=os.getpid())
    with Document.open(tmp_path / "a.asl") as document:
        assert document.check() == ()
    assert [path.name for path in tmp_path.iterdir()] == ["a.asl"]


def test_document_that_is_open_here_is_not_taken_over(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl"):
        take_over(tmp_path / "a.asl")
        with pytest.raises(FileLocked):
            Document.open(tmp_path / "a.asl")
        mark(tmp_path / "a.asl")
        with pytest.raises(FileLocked):
            take_over(tmp_path / "a.asl")


def test_take_over_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        take_over(tmp_path / "a.asl")


def test_mark_that_somebody_else_put_there_stays_when_the_document_is_closed(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl"):
        info = mark(tmp_path / "a.asl")
    assert info.exists()
    assert (tmp_path / "a.asl.lock").exists()


def test_command_line_names_the_other_computer_and_takes_over_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.asl"
    make(path).close()
    mark(path)
    (tmp_path / "log.txt").write_text("line")
    attach = ["attach", str(path), str(tmp_path / "log.txt")]
    assert run(attach) == 1
    said = capsys.readouterr().err
    assert "laptop-7" in said
    assert f"asl take-over {path}" in said.replace("\n", " ")
    assert run(["take-over", str(path)]) == 0
    assert run(attach) == 0
