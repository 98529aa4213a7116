"""What a screen reader is told without being asked: outcomes that change, mistakes, the end of long work."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from tests.gui_world import settle, type_in
from ui.doorkeeper import Visit
from ui.main_window import MainWindow
from ui.session import SaveState
from ui.widgets.parts import Banner
from ui.workbench import Workbench


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return what was announced, and whether urgently, as it goes to the accessibility layer."""
    found: list[tuple[str, bool]] = []

    def _take(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            found.append((event.message(), event.politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    monkeypatch.setattr("ui.widgets.parts.QAccessible.isActive", lambda: True)
    monkeypatch.setattr("ui.widgets.parts.QAccessible.updateAccessibility", _take)
    return found


def test_saving_and_failing_to_save_are_announced(bench: Workbench, heard: list[tuple[str, bool]]) -> None:
    bench.top.show_save_state(SaveState("saving", None, ""))
    bench.top.show_save_state(SaveState("saved", bench.session.clock.now(), ""))
    bench.top.show_save_state(SaveState("failed", None, "The disk is full."))
    assert [urgent for _, urgent in heard] == [False, True]
    assert heard[0][0].startswith("Saved")
    assert heard[1][0] == "Not saved"


def test_change_of_text_size_is_announced(
    bench: Workbench, open_window: MainWindow, heard: list[tuple[str, bool]]
) -> None:
    open_window.actions_by_name["zoom_in"].trigger()
    open_window.actions_by_name["zoom_reset"].trigger()
    assert [text for text, _ in heard] == ["Text at 110 percent", "Text at 100 percent"]


def test_outcome_that_a_change_flips_is_announced_on_any_page(bench: Workbench, heard: list[tuple[str, bool]]) -> None:
    bench.go("hub")
    bench.session.put(Answer("Q-END", value={"value": "crossed"}))
    assert ("T1 is now crossed.", False) in heard
    heard.clear()
    bench.session.put(Answer("Q-END", value={"value": "crossed"}, rationale="As before"))
    assert not [text for text, _ in heard if "T1" in text]


def test_outcome_that_an_answer_flips_is_announced_once_beside_the_question(
    bench: Workbench, heard: list[tuple[str, bool]]
) -> None:
    bench.go("questions", "Q-END")
    assert bench.questions.card is not None
    bench.questions.pick(3)
    assert [text for text, _ in heard if "T1" in text] == ["T1 is now crossed."]


def test_mistake_in_a_field_is_announced_once_when_typing_rests(
    qtbot: QtBot, bench: Workbench, heard: list[tuple[str, bool]]
) -> None:
    bench.go("questions", "Q-NUM")
    card = bench.questions.card
    assert card is not None
    field = card.form.editors[0].focusProxy()
    assert field is not None
    type_in(qtbot, field, "manx")
    assert not heard
    qtbot.waitUntil(lambda: bool(heard))
    card.refresh(bench.session.snapshot)
    settle()
    (said,) = heard
    assert "\u201cmanx\u201d is not a number" in said[0]
    assert said[1]
    type_in(qtbot, field, "")


def test_file_opened_for_reading_only_is_announced_once_it_is_shown(
    qtbot: QtBot, window: MainWindow, assessment: Path, heard: list[tuple[str, bool]]
) -> None:
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.doors.open(Visit(assessment, read_only=True))
    told = [(text, urgent) for text, urgent in heard if text.startswith("Open for reading only")]
    assert [urgent for _, urgent in told] == [True]


def test_banner_that_nobody_can_see_yet_is_heard_when_it_is_shown(qtbot: QtBot, heard: list[tuple[str, bool]]) -> None:
    banner = Banner("warn")
    qtbot.addWidget(banner)
    banner.tell("The disk is full", "Free some space.")
    assert not heard
    banner.show()
    assert heard == [("The disk is full. Free some space.", True)]
