from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asl_desktop.cli.app import run
from asl_desktop.cli.failures import OK, REFUSED

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = 8192


def test_salvage_of_a_damaged_file_writes_a_new_one_and_lists_what_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, new = tmp_path / "a.asl", tmp_path / "b.asl"
    evidence = tmp_path / "log.bin"
    evidence.write_bytes(bytes(range(256)) * 400)
    assert run(["new", str(path), "--pack", "anthropic-rsp-2.2", "--model", "Model A", "--by", "Ann"]) == OK
    assert run(["attach", str(path), str(evidence), "--by", "Ann"]) == OK
    data = path.read_bytes()
    packed = data.index(b"deflate\x01") + 40
    path.write_bytes(data[:packed] + bytes(20) + data[packed + 20 : -2 * PAGE])
    before = path.read_bytes()
    assert run(["determine", str(path)]) == REFUSED
    assert "salvage what is left" in capsys.readouterr().err
    assert run(["salvage", str(path), "--out", str(new), "--by", "Ann", "--json"]) == OK
    said = json.loads(capsys.readouterr().out)
    assert said["target"] == str(new)
    assert said["pack"] == "anthropic-rsp-2.2@2.2"
    assert [line for line in said["lost"] if line.startswith('Evidence "log.bin"')]
    assert path.read_bytes() == before
    assert run(["check", str(new)]) == OK
    assert run(["determine", str(new)]) == OK
    assert run(["salvage", str(path), "--out", str(new)]) == REFUSED
    assert "already exists" in capsys.readouterr().err


def test_salvage_of_a_sound_file_says_that_nothing_was_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.asl"
    assert run(["new", str(path), "--pack", "anthropic-rsp-2.2", "--model", "Model A", "--by", "Ann"]) == OK
    assert run(["salvage", str(path), "--out", str(tmp_path / "b.asl"), "--by", "Ann"]) == OK
    out = capsys.readouterr().out
    assert "Nothing was lost." in out
    assert "3 events of the history as they were" in out
