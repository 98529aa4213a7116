"""A copy is whole, looked through, and told off beforehand where the medium cannot hold it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import Cancelled, FileExists, FileTooLarge, SaveFailed
from asl_desktop.messages import message_for
from asl_desktop.progress import Silent
from asl_desktop.services.copies import copy_assessment, free_name
from asl_desktop.storage import medium
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.storage_world import filled, make, tamper

SECRET = Passphrase("correct horse battery")


@pytest.mark.parametrize("secret", [None, SECRET], ids=["plain", "encrypted"])
def test_copy_is_checked_as_a_whole_and_says_how_far_it_goes(tmp_path: Path, secret: Passphrase | None) -> None:
    with make(tmp_path / "a.asl", secret=secret) as document:
        copied = copy_assessment(document, tmp_path / "b.asl")
        assert copied.head == document.head()
        assert copied.problems == ()
        assert copied.size == (tmp_path / "b.asl").stat().st_size
    with Document.open(tmp_path / "b.asl", secret=secret) as copy:
        assert copy.encrypted is (secret is not None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.asl", "b.asl"]


def test_copy_of_what_is_not_in_order_is_faithful_and_says_so(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    tamper(tmp_path / "a.asl", "UPDATE answer SET record = replace(record, 'second', 'other')")
    with Document.open(tmp_path / "a.asl") as document:
        copied = copy_assessment(document, tmp_path / "b.asl")
        assert copied.problems == document.check()
    assert copied.problems


def test_copy_that_came_out_different_is_thrown_away(tmp_path: Path) -> None:
    class Spoil(Silent):
        """Changes a digit in the copy as soon as it lies there, as a bad medium would."""

        def report(self, done: int, total: int, text: str = "") -> None:
            if text == "Checking the copy":
                data = (tmp_path / "b.asl").read_bytes()
                assert data.count(b"second thoughts")
                (tmp_path / "b.asl").write_bytes(data.replace(b"second thoughts", b"other thoughts!"))

    filled(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl") as document, pytest.raises(SaveFailed):
        copy_assessment(document, tmp_path / "b.asl", progress=Spoil())
    assert [path.name for path in tmp_path.iterdir()] == ["a.asl"]


def test_copy_cancelled_while_it_is_checked_leaves_nothing(tmp_path: Path) -> None:
    class Stop(Silent):
        stopped = False

        def report(self, done: int, total: int, text: str = "") -> None:
            self.stopped = self.stopped or text == "Checking the copy"

        def check(self) -> None:
            if self.stopped:
                raise Cancelled

    with make(tmp_path / "a.asl") as document:
        document.put(Answer("QC-1"), actor="Ann").result()
        with pytest.raises(Cancelled):
            copy_assessment(document, tmp_path / "b.asl", progress=Stop())
    assert [path.name for path in tmp_path.iterdir()] == ["a.asl"]


def test_copy_over_a_file_is_refused_and_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "b.asl").write_text("mine")
    with make(tmp_path / "a.asl") as document, pytest.raises(FileExists):
        copy_assessment(document, tmp_path / "b.asl")
    assert (tmp_path / "b.asl").read_text() == "mine"


def test_copy_too_large_for_the_medium_is_refused_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(medium, "file_system", lambda _: "vfat")
    medium.require_holdable(tmp_path / "b.asl", medium.FAT_LARGEST)
    with pytest.raises(FileTooLarge) as caught:
        medium.require_holdable(tmp_path / "b.asl", medium.FAT_LARGEST + 1)
    message = message_for(caught.value)
    assert "4.0 GiB" in message.text
    assert "FAT" in message.text
    monkeypatch.setattr(medium, "FAT_LARGEST", 1000)  # a real file of 4 GiB would take a minute
    with make(tmp_path / "a.asl") as document, pytest.raises(FileTooLarge):
        copy_assessment(document, tmp_path / "b.asl")
    assert [path.name for path in tmp_path.iterdir()] == ["a.asl"]


@pytest.mark.skipif(sys.platform != "linux", reason="each system tells it in its own way")
def test_file_system_is_the_one_that_the_system_names(tmp_path: Path) -> None:
    mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    for folder in (tmp_path, Path("/dev/shm"), Path("/proc")):
        inside = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
        longest = max(len(mount[1]) for mount in inside)
        assert medium.file_system(folder) in {mount[2] for mount in inside if len(mount[1]) == longest}
    assert medium.file_system(tmp_path / "none") == ""


def test_free_name_counts_on(tmp_path: Path) -> None:
    assert free_name(tmp_path / "a.asl") == tmp_path / "a.asl"
    (tmp_path / "a.asl").touch()
    (tmp_path / "a 2.asl").symlink_to(tmp_path / "nowhere")
    assert free_name(tmp_path / "a.asl") == tmp_path / "a 3.asl"
