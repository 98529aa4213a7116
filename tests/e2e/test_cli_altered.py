"""A file that was changed past its history: no command shows, judges, signs or adds to what nobody recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from asl_desktop.cli.app import run
from asl_desktop.errors import FileTampered
from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.examples import build_example
from asl_desktop.storage.document import Document
from tests.storage_world import file_digest, tamper

if TYPE_CHECKING:
    from pathlib import Path

EDITED = "UPDATE answer SET record = replace(record, '0.83', '0.03') WHERE key = 'QC-05'"


@pytest.fixture(scope="module")
def altered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("altered") / "a.asl"
    build_example("claude-opus-4", path).close()
    tamper(path, EDITED)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("determine", "{}"),
        ("determine", "{}", "--json"),
        ("preflight", "{}"),
        ("report", "{}", "--out", "{}.pdf"),
        ("export", "{}", "--inputs", "--out", "{}.yaml"),
        ("undo", "{}"),
        ("redo", "{}"),
        ("attach", "{}", __file__),
    ],
    ids=lambda words: words[0],
)
def test_command_on_an_altered_file_refuses_and_leaves_everything_as_it_is(
    altered: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = file_digest(altered)
    assert run([word.format(altered) for word in words]) == 1
    told = capsys.readouterr()
    assert "answer:QC-05 says something else in its table than in the history" in told.err
    assert told.out == ""
    assert file_digest(altered) == before
    assert [item.name for item in altered.parent.iterdir()] == ["a.asl"]


@pytest.mark.parametrize("command", ["verify", "check"])
def test_command_that_looks_for_changes_still_opens_an_altered_file(
    altered: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, str(altered)]) == 1
    assert "QC-05" in capsys.readouterr().out


def test_history_of_an_altered_file_shows_what_was_recorded(altered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", str(altered), "--of", "QC-05"]) == 0
    assert "0.83" in capsys.readouterr().out


def test_salvage_of_an_altered_file_gives_one_that_says_what_was_recorded(altered: Path, tmp_path: Path) -> None:
    assert run(["salvage", str(altered), "--out", str(tmp_path / "new.asl")]) == 0
    with open_assessment(tmp_path / "new.asl", read_only=True) as document:
        assert "0.83" in str(document.inputs().answer_by_question["QC-05"].value)


def test_opening_an_altered_file_gives_its_lock_back_and_opens_it_for_those_who_look(altered: Path) -> None:
    with pytest.raises(FileTampered, match="QC-05"):
        open_assessment(altered)
    with open_assessment(altered, as_recorded=False) as document:
        assert len(document.check()) == 1


@pytest.mark.parametrize("command", ["determine", "preflight", "undo"])
def test_command_on_a_file_whose_past_was_changed_refuses(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.asl"
    with build_example("claude-opus-4", path) as document:
        document.put(replace(document.inputs().answer_by_question["QC-05"], rationale="anew"), actor="A").result()
    tamper(path, "UPDATE event SET actor = 'Eve' WHERE seq = (SELECT min(seq) FROM event WHERE key = 'QC-05')")
    before = file_digest(path)
    assert run([command, str(path)]) == 1
    assert "by Eve) says something else in its columns" in capsys.readouterr().err
    assert file_digest(path) == before


def test_opening_with_many_differences_counts_them(altered: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.asl"
    path.write_bytes(altered.read_bytes())
    tamper(path, "DELETE FROM answer WHERE key IN ('QC-01', 'QC-03')")
    with Document.open(path, read_only=True) as document, pytest.raises(FileTampered, match=r"\(2 more\)"):
        document.require_recorded()
