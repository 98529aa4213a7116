"""A file opens where it was left."""

from __future__ import annotations

import json
from pathlib import Path

from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.preferences import Preferences


def test_file_opens_where_it_was_left(qtbot: QtBot, window: MainWindow, assessment: Path) -> None:
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(assessment)
    assert window.workbench is not None
    assert window.workbench.page_id == "hub"
    window.workbench.go("questions", "Q-NUM")
    window.close_file()
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(assessment)
    assert window.workbench.place() == ("questions", "Q-NUM")


def test_page_that_is_not_there_any_more_opens_the_overview(qtbot: QtBot, window: MainWindow, assessment: Path) -> None:
    window.preferences.remember(assessment)
    window.preferences.leave_at(assessment, "gone", "x")
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(assessment)
    assert window.workbench is not None
    assert window.workbench.page_id == "hub"


def test_place_is_kept_for_recent_files_only_and_goes_with_them(tmp_path: Path) -> None:
    kept, other = tmp_path / "a.asl", tmp_path / "b.asl"
    preferences = Preferences(path=tmp_path / "window.json")
    preferences.leave_at(other, "plan", "")
    preferences.remember(kept)
    preferences.leave_at(kept, "plan", "acc")
    read = Preferences.load(tmp_path / "window.json")
    assert read.place(kept) == ("plan", "acc")
    assert read.place(other) == ("hub", "")
    read.forget(kept)
    assert Preferences.load(tmp_path / "window.json").place(kept) == ("hub", "")


def test_places_that_are_no_places_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text(json.dumps({"places": {"/a": ["plan"], "/b": "plan", "/c": ["plan", 1], "/d": ["plan", "x"]}}))
    assert Preferences.load(path).places == {"/d": ["plan", "x"]}
