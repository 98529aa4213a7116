"""The plan page on a real file: preselected indicators, tightening, lock with digest, late lock, amendments."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Counts, Measurement, PlannedIndicator
from asl_desktop.services.recording import plan_digest
from tests.gui_world import on_disk, settle, show_page, type_in, unnamed, words_of
from ui import dialogs_seam
from ui.pages.plan import PlanPage
from ui.session import Session
from ui.widgets.parts import Banner

EARLY = Measurement("m1", "acc", Counts(1, 50), model="Heron-2", produced=date(2025, 1, 1))


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> PlanPage:
    result = PlanPage(session)
    show_page(qtbot, result, height=1200)
    return result


def lock(qtbot: QtBot, page: PlanPage) -> None:
    with dialogs_seam.queued_answers(True):
        page.lock_button.click()
    qtbot.waitUntil(lambda: bool(page.session.inputs.plan.locked_at))
    settle()


def test_untouched_plan_shows_what_thresholds_read_chosen_and_records_nothing(session: Session, page: PlanPage) -> None:
    assert page.rows["acc"].box.isChecked()
    assert session.inputs.plan.indicators == ()
    shown = words_of(page)
    assert "Bound in force: below 0.5 (Doc, 1)" in shown
    assert "Counts with at least 5 scored trials." in shown
    assert list(unnamed(page)) == []


def test_lock_fixes_what_is_shown_with_name_and_digest(
    qtbot: QtBot, session: Session, page: PlanPage, assessment: Path
) -> None:
    lock(qtbot, page)
    assert session.flush()
    plan = on_disk(assessment).plan
    assert plan.indicators == (PlannedIndicator("acc"),)
    assert (plan.locked_by, plan.locked_digest) == ("A", plan_digest(plan))
    shown = words_of(page)
    assert "Locked by A, " in shown
    assert plan.locked_digest in shown
    assert not page.rows["acc"].box.isEnabled()
    assert not page.lock_button.isVisible()
    assert not page.late.isVisible()


def test_lock_asked_and_not_confirmed_records_nothing(session: Session, page: PlanPage) -> None:
    with dialogs_seam.queued_answers(False):
        page.lock_button.click()
    assert session.inputs.plan.locked_at == ""
    assert session.inputs.plan.indicators == ()


def test_plan_can_ask_for_more_but_not_for_less_than_the_framework(
    qtbot: QtBot, session: Session, page: PlanPage
) -> None:
    each = page.rows["acc"]
    each.more.click()
    type_in(qtbot, each.least, "100")
    qtbot.keyClick(each.least, Qt.Key.Key_Return)
    each.practices["tools"].click()
    assert session.inputs.plan.indicators == (PlannedIndicator("acc", 100, ("tools",)),)
    assert "at least 100 scored trials, with tool use (tighter than the framework)" in words_of(each)
    type_in(qtbot, each.least, "2")
    qtbot.keyClick(each.least, Qt.Key.Key_Return)
    assert session.inputs.plan.indicators == (PlannedIndicator("acc", 100, ("tools",)),)
    assert "smallest value is 5" in page.unrecorded()


def test_indicator_left_out_stays_out_and_can_be_taken_back_in(session: Session, page: PlanPage) -> None:
    page.rows["acc"].box.click()
    assert not session.inputs.plan.indicators
    assert not page.rows["acc"].box.isChecked()
    assert "1 that a threshold reads is left out" in words_of(page)
    page.all_button.click()
    assert session.inputs.plan.indicators == (PlannedIndicator("acc"),)


def test_plan_locked_after_results_says_so_loudly(qtbot: QtBot, session: Session, page: PlanPage) -> None:
    session.put(EARLY)
    settle()
    assert "Results came before the plan" in page.late.words()
    lock(qtbot, page)
    assert page.late.isVisible()
    assert isinstance(page.late, Banner)
    assert "The plan was locked after results" in page.late.words()


def test_amendment_needs_a_change_and_a_reason_and_keeps_both(
    qtbot: QtBot, session: Session, page: PlanPage, assessment: Path
) -> None:
    lock(qtbot, page)
    page.amend_button.click()
    page.record_button.click()
    assert "Change something" in words_of(page)
    page.note.setPlainText("Four trials")
    page.record_button.click()
    assert "Say why" in words_of(page)
    assert "not recorded yet" in page.unrecorded()
    page.reason.setPlainText("Reviewer asked")
    page.record_button.click()
    qtbot.waitUntil(lambda: bool(session.inputs.plan.amendments))
    assert session.flush()
    plan = on_disk(assessment).plan
    (change,) = plan.amendments
    assert (plan.note, change.by, change.reason) == ("Four trials", "A", "Reviewer asked")
    assert change.change == "the text of the plan is changed"
    settle()
    assert "Reason: Reviewer asked" in words_of(page)
    assert page.unrecorded() == ""


def test_amendment_left_keeps_the_locked_plan(qtbot: QtBot, session: Session, page: PlanPage) -> None:
    lock(qtbot, page)
    page.amend_button.click()
    page.rows["acc"].box.click()
    assert "Accuracy is no longer planned" in words_of(page)
    page.cancel_button.click()
    assert page.rows["acc"].box.isChecked()
    assert session.inputs.plan.amendments == ()


def test_undo_never_unlocks_the_plan(qtbot: QtBot, session: Session, page: PlanPage) -> None:
    from asl_desktop.services.undoing import offered

    lock(qtbot, page)
    assert session.flush()
    assert offered(session.document).undo is None or "plan" not in str(offered(session.document).undo)
