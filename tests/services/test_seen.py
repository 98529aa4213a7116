"""What this computer saw of a file, and what it says when an earlier version is put back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.places import data_folder
from asl_desktop.services.seen import accept, look, remember
from asl_desktop.storage.document import Document
from tests.services_world import small_pack

if TYPE_CHECKING:
    from asl_desktop.clock import FixedClock


@pytest.fixture
def file(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="Ann", clock=clock) as document:
        remember(document, clock=clock)
    return path


def answer(path: Path, text: str, clock: FixedClock) -> None:
    with Document.open(path, clock=clock) as document:
        assert look(document) is None
        document.put(Answer("Q-TEXT", rationale=text), actor="Ann").result()
        remember(document, clock=clock)


def test_a_file_that_goes_on_is_never_warned_about(file: Path, clock: FixedClock, tmp_path: Path) -> None:
    answer(file, "one", clock)
    answer(file, "two", clock)
    moved = tmp_path / "moved.asl"
    file.rename(moved)
    answer(moved, "three", clock)


def test_an_earlier_version_put_back_is_told_with_day_and_numbers(
    file: Path, clock: FixedClock, tmp_path: Path
) -> None:
    older = shutil.copy(file, tmp_path / "older.asl")
    answer(file, "one", clock)
    shutil.copy(older, file)
    with Document.open(file, clock=clock) as document:
        setback = look(document)
        assert setback is not None
        assert setback.in_words() == (
            "This file is older than, or not a continuation of, what this computer saw on 2 Jun 2025: 4 events then, "
            "3 now. An earlier version may have been put back."
        )
        remember(document, clock=clock)
        assert look(document) == setback  # opening it once more does not make the warning go away
        accept(document, clock=clock)
        assert look(document) is None


def test_a_rewritten_history_of_the_same_length_is_told(file: Path, clock: FixedClock, tmp_path: Path) -> None:
    other = Path(shutil.copy(file, tmp_path / "other.asl"))
    answer(file, "true", clock)
    with Document.open(other, clock=clock) as document:
        document.put(Answer("Q-TEXT", rationale="false"), actor="Ann").result()
    shutil.copy(other, file)
    with Document.open(file, clock=clock) as document:
        assert look(document) is not None


def test_two_copies_that_go_their_own_ways_are_both_known(file: Path, clock: FixedClock, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "copy.asl"))
    answer(copy, "here", clock)
    with Document.open(file, clock=clock) as document:  # the copy is newer, yet at this place nothing is missing
        assert look(document) is None
    answer(file, "there", clock)
    answer(copy, "here again", clock)
    shutil.copy(copy, file)
    with Document.open(file, clock=clock) as document:  # the other copy in its place is no continuation
        assert look(document) is not None


def test_what_is_kept_names_neither_file_nor_person_and_damage_only_loses_the_warning(
    file: Path, clock: FixedClock
) -> None:
    (kept,) = (data_folder() / "seen").iterdir()
    text = kept.read_text("utf-8")
    assert str(file.parent) not in text
    assert "Heron" not in text
    assert "Ann" not in text
    for damage in ("", "[]", '{"seen": [{"place": 1}]}', '{"seen": [{"place":"","events":1,"head":"","at":"never"}]}'):
        kept.write_text(damage, "utf-8")
        with Document.open(file, clock=clock) as document:
            assert look(document) is None


def test_a_place_that_cannot_be_written_is_logged_and_stops_nothing(
    file: Path, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    monkeypatch.setenv("ASL_DESKTOP_STATE", str(blocked))
    with Document.open(file, clock=clock) as document:
        remember(document, clock=clock)
    assert "was not kept" in caplog.text
