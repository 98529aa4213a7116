from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from tests.gui_world import show_page, words_of
from ui.courtesy import PATIENCE, Courtesy, courtesy
from ui.main_window import MainWindow
from ui.operations import Handle, Operations
from ui.pages.hub import HubPage
from ui.session import Session


def _asked_from_elsewhere(held: Courtesy) -> threading.Thread:
    asking = threading.Thread(target=lambda: held.wait(3600), name="asking")
    asking.start()
    return asking


def _turn() -> None:
    """Let the event loop run until it has nothing to do, and once more."""
    loop = QEventLoop()
    QTimer.singleShot(20, loop.quit)
    loop.exec()


def test_work_waits_while_the_window_is_busy_and_goes_on_once_it_waits(qtbot: QtBot, operations: Operations) -> None:
    held = courtesy()
    _turn()  # from here to the next turn the window is at this test
    asking = _asked_from_elsewhere(held)
    assert asking.is_alive()
    _turn()
    asking.join(10)
    assert not asking.is_alive()


def test_closing_operations_twice_takes_the_courtesy_from_no_others(qtbot: QtBot) -> None:
    first = Operations()
    first.close()
    first.close()
    later = Operations()
    held = courtesy()
    _turn()
    asking = _asked_from_elsewhere(held)
    waited = asking.is_alive()
    later.close()
    asking.join(10)
    assert waited
    assert not asking.is_alive()


def test_work_the_window_waits_for_is_not_held_up(qtbot: QtBot, operations: Operations) -> None:
    held = courtesy()
    _turn()
    with held.suspended():
        asking = _asked_from_elsewhere(held)
        asking.join(10)
    assert not asking.is_alive()


def test_window_never_waits_for_itself(qtbot: QtBot, operations: Operations) -> None:
    held = courtesy()
    _turn()
    held.wait(3600)


def test_cancelled_work_that_was_held_up_stops(qtbot: QtBot, operations: Operations) -> None:
    begun = threading.Event()

    def work(handle: Handle[None]) -> None:
        begun.set()
        while True:
            handle.check()

    caught: list[BaseException] = []
    handle = operations.run(work, owner=operations, failed=caught.append)
    assert begun.wait(10)
    handle.cancel()
    qtbot.waitUntil(lambda: bool(caught), timeout=10_000)
    assert type(caught[0]).__name__ == "Cancelled"
    assert PATIENCE < 0.1


def test_overview_changed_while_it_is_drawn_shows_the_last_state_whole(qtbot: QtBot, session: Session) -> None:
    hub, other = HubPage(session), HubPage(session)
    show_page(qtbot, hub, height=1400)
    for number in range(3):
        session.put(Answer("Q-NUM", value={"value": float(number)}))
    qtbot.waitUntil(lambda: not hub._due)
    show_page(qtbot, other, height=1400)
    qtbot.waitUntil(lambda: not other._due)
    qtbot.waitUntil(lambda: hub._weighty_button.isEnabled() and other._weighty_button.isEnabled())
    qtbot.waitUntil(lambda: words_of(hub) == words_of(other))
    assert "1 of 10 answered" in words_of(hub)


def test_overview_out_of_sight_searches_no_more_and_begins_again_when_it_is_seen(
    qtbot: QtBot, session: Session
) -> None:
    hub = HubPage(session)
    show_page(qtbot, hub)
    session.put(Answer("Q-NUM", value={"value": 1.0}))
    assert hub._searching is not None
    hub.hide()
    assert hub._searching is None
    hub.show()
    qtbot.waitUntil(hub._weighty_button.isEnabled)


def test_document_put_away_gives_back_what_was_kept_from_the_sweep(open_window: MainWindow) -> None:
    assert gc.get_freeze_count() > 0
    open_window.close_file()
    assert gc.get_freeze_count() == 0
