from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from asl_desktop.services.preflight import check_before_signing
from ui.counting import Tally, count_questions
from ui.main_window import MainWindow
from ui.models.nav import preflight_words
from ui.preflighting import desk_of
from ui.session import Session


def test_tally_kept_over_changes_counts_as_a_fresh_one(session: Session) -> None:
    tally = Tally()
    changes: tuple[Callable[[], None], ...] = (
        lambda: session.put(Answer("Q-YES", value={"value": True})),
        lambda: session.put(Answer("Q-YES", value={"value": True}, marked_for_review=True)),
        lambda: session.put(Answer("Q-NUM", state="unknown")),
        lambda: session.remove("answer", "Q-YES"),
    )
    for change in changes:
        tally.count(session.snapshot)
        change()
        counted = tally.count(session.snapshot)
        assert counted == {each.id: count_questions(session.snapshot, each.id) for each in session.pack.domains}


def test_desk_after_a_change_knows_nothing_until_it_looked_again(qtbot: QtBot, session: Session) -> None:
    desk = desk_of(session)
    with qtbot.waitSignal(desk.checked):
        session.put(Answer("Q-YES", value={"value": True}))
        assert desk.known() is None
    assert desk.known() == check_before_signing(session.snapshot)


def test_desk_asked_to_check_never_answers_for_an_earlier_moment(session: Session) -> None:
    desk = desk_of(session)
    before = desk.check()
    session.put(Answer("Q-YES", state="unknown"))
    assert desk.check() == check_before_signing(session.snapshot)
    assert desk.check() != before


def test_nav_row_of_the_check_says_while_its_figures_are_not_made_yet(qtbot: QtBot, open_window: MainWindow) -> None:
    bench = open_window.workbench
    assert bench is not None

    def words() -> str:
        return next(entry.words for entry in bench.nav.model.entries if entry.page == "preflight")

    desk = desk_of(bench.session)
    qtbot.waitUntil(lambda: desk.known() is not None)
    old = words()
    with qtbot.waitSignal(desk.checked):
        bench.session.put(Answer("Q-YES", state="unknown"))
        assert words() == f"{old} \u2026"
    assert words() == preflight_words(check_before_signing(bench.session.snapshot))
