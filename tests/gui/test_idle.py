from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from ui.idle import IdleWatch


class Wall:
    """A clock on the wall that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def heard() -> list[object]:
    return []


@pytest.fixture
def watch(qapp: QApplication, wall: Wall, heard: list[object]) -> IdleWatch:
    result = IdleWatch(qapp, now=wall)
    result.near.connect(heard.append)
    result.stayed.connect(lambda: heard.append("stayed"))
    result.due.connect(lambda: heard.append("due"))
    return result


def test_idle_counts_down_the_last_half_minute_and_is_due_once(
    watch: IdleWatch, wall: Wall, heard: list[object]
) -> None:
    watch.start(5)
    for moment in (0, 269, 270, 299, 300, 301):
        wall.seconds = 1000.0 + moment
        if watch._ticks.isActive():
            watch.look()
    assert heard == [30, 1, "stayed", "due"]


def test_idle_time_asleep_counts_and_locks_without_a_warning(watch: IdleWatch, wall: Wall, heard: list[object]) -> None:
    watch.start(15)
    wall.seconds += 8 * 3600
    watch.look()
    assert heard == ["due"]


def test_idle_ends_when_somebody_does_something(watch: IdleWatch, wall: Wall, heard: list[object]) -> None:
    watch.start(5)
    wall.seconds += 280
    watch.look()
    watch.touch()
    wall.seconds += 250
    watch.look()
    assert heard == [20, "stayed"]
    watch.stop()


def test_idle_waits_while_something_is_under_way(qapp: QApplication, wall: Wall, heard: list[object]) -> None:
    busy = [True]
    watch = IdleWatch(qapp, holds=lambda: busy[0], now=wall)
    watch.due.connect(lambda: heard.append("due"))
    watch.start(5)
    wall.seconds += 600
    watch.look()
    assert heard == []
    busy[0] = False
    wall.seconds += 299
    watch.look()
    assert heard == []
    wall.seconds += 1
    watch.look()
    assert heard == ["due"]


def test_idle_of_zero_minutes_watches_nothing(watch: IdleWatch, wall: Wall, heard: list[object]) -> None:
    watch.start(5)
    watch.start(0)
    assert not watch._ticks.isActive()
