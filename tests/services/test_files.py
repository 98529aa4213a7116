"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.errors import DiskFull, FileExists, OutputNotWritable
from asl_desktop.files import put_new, replace_file, staged, staging_folder, writing

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_replace_file_new_file_is_private_and_alone(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert names(tmp_path) == ["a"]


def test_replace_file_over_a_file_passes_its_permissions_on(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "a").chmod(0o640)
    replace_file(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_replace_file_that_is_interrupted_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_bytes(b"one")
    monkeypatch.setattr(os, "fsync", full)  # a full medium cannot be had without root
    with pytest.raises(DiskFull):
        replace_file(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_staged_secret_is_private_from_the_first_byte_and_gone_afterwards(tmp_path: Path) -> None:
    with staged(tmp_path / "key.p12") as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        assert names(tmp_path) == [part.name]
    assert names(tmp_path) == []


def test_staging_takes_away_what_was_abandoned_and_spares_what_may_be_in_use(tmp_path: Path) -> None:
    for name in (".a.pdf.0123.partial", ".a.pdf.0124.partial", ".b.pdf.0125.partial"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".a.pdf.folder.partial").mkdir()
    (tmp_path / ".a.pdf.folder.partial" / "page").write_bytes(b"half")
    for name in (".a.pdf.0123.partial", ".b.pdf.0125.partial", ".a.pdf.folder.partial"):
        os.utime(tmp_path / name, (0, 0))
    with staged(tmp_path / "a.pdf") as part:
        assert names(tmp_path) == sorted([".a.pdf.0124.partial", ".b.pdf.0125.partial", part.name])
    with staging_folder(tmp_path / "a.pdf") as stage:
        assert names(tmp_path) == sorted([".a.pdf.0124.partial", ".b.pdf.0125.partial", stage.name])


def test_writing_into_a_folder_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable) as caught:
        replace_file(tmp_path / "none" / "a", b"one")
    assert caught.value.values == {"path": str(tmp_path / "none" / "a"), "detail": "no such file or directory"}


def test_trouble_in_a_staging_folder_is_told_of_the_target(tmp_path: Path) -> None:
    with pytest.raises(DiskFull) as caught, staging_folder(tmp_path / "a.pdf") as stage:
        raise DiskFull(path=str(stage / "a.pdf"), needed=7)
    assert caught.value.values == {"path": str(tmp_path / "a.pdf"), "needed": 7}
    with pytest.raises(DiskFull) as caught, staging_folder(tmp_path / "a.pdf"):
        raise DiskFull(path="/elsewhere")
    assert caught.value.values == {"path": "/elsewhere"}


def test_writing_lets_other_errors_through(tmp_path: Path) -> None:
    with pytest.raises(FileExists), writing(tmp_path):
        raise FileExists(path="a")


def test_put_new_on_a_medium_without_hard_links_still_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "part").write_text("new")
    put_new(tmp_path / "part", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "new"
    (tmp_path / "part").write_text("newer")
    with pytest.raises(FileExists):
        put_new(tmp_path / "part", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "new"
