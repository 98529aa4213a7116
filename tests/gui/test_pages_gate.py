from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui_world import on_disk, pass_preflight, settle, show_page, type_in, words_of
from ui import dialogs_seam
from ui.pages.gate import GatePage
from ui.session import Session
from ui.widgets.decision_form import DecisionForm
from ui.widgets.interim_card import InterimRow

GO, CONDITIONS, HOLD = range(3)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> GatePage:
    result = GatePage(session)
    show_page(qtbot, result, height=1600)
    return result


@pytest.fixture
def form(session: Session, page: GatePage) -> DecisionForm:
    result = page.gates["deploy"].decision
    pass_preflight(session, result.guard)
    return result


def decide(qtbot: QtBot, form: DecisionForm, outcome: int, by: str, reason: str = "") -> None:
    form.outcome.buttons[outcome].click()
    type_in(qtbot, form.by, by)
    if reason:
        type_in(qtbot, form.reason, reason)


def test_decision_that_differs_needs_a_reason_and_keeps_the_text(
    qtbot: QtBot, session: Session, form: DecisionForm, assessment: Path
) -> None:
    decide(qtbot, form, GO, "CEO")
    form.record_button.click()
    assert session.inputs.decisions == ()
    assert "needs a reason" in form.problem_line.text()
    assert (form.by.text(), form.outcome.chosen) == ("CEO", GO)
    type_in(qtbot, form.reason, "The safeguards report is not public")
    form.record_button.click()
    settle()
    assert session.flush()
    (held,) = on_disk(assessment).decisions
    assert (held.outcome, held.by, held.reason) == ("go", "CEO", "The safeguards report is not public")
    assert "The decision differs from what the rule computes" in words_of(form)
    assert not form.record_button.isEnabled()


def test_decision_to_hold_at_a_closed_gate_needs_no_reason(qtbot: QtBot, session: Session, form: DecisionForm) -> None:
    decide(qtbot, form, HOLD, "CEO")
    form.record_button.click()
    settle()
    assert session.inputs.decision_by_gate["deploy"].outcome == "hold"
    shown = words_of(form)
    assert "Computed by the rule\nDecided by people" in shown
    assert "Closed" in shown
    assert "CEO, 2 Jun 2025" in shown
    assert "differs" not in shown.replace("where the decision differs", "")


@pytest.mark.parametrize(
    ("outcome", "by", "words"), [(-1, "CEO", "Choose go"), (HOLD, "", "name"), (CONDITIONS, "CEO", "conditions")]
)
def test_decision_without_outcome_name_or_conditions_is_refused(
    qtbot: QtBot, session: Session, form: DecisionForm, outcome: int, by: str, words: str
) -> None:
    if outcome >= 0:
        form.outcome.buttons[outcome].click()
    type_in(qtbot, form.by, by)
    type_in(qtbot, form.reason, "because")
    form.record()
    assert words in form.problem_line.text()
    assert session.inputs.decisions == ()


def test_decision_typed_but_not_recorded_is_said_on_closing_and_survives_other_changes(
    qtbot: QtBot, session: Session, page: GatePage, form: DecisionForm
) -> None:
    from asl_desktop.domain.inputs import RequirementRecord

    assert page.unrecorded() == ""
    decide(qtbot, form, HOLD, "CE")
    session.put(RequirementRecord("R1", "planned"))
    assert form.by.text() == "CE"
    assert page.unrecorded().startswith("Deploy: ")
    assert session.inputs.decisions == ()


def test_decision_withdrawn_leaves_the_gate_undecided(
    qtbot: QtBot, session: Session, form: DecisionForm, assessment: Path
) -> None:
    decide(qtbot, form, HOLD, "CEO")
    form.record_button.click()
    with dialogs_seam.queued_answers(True):
        form.withdraw_button.click()
    assert session.flush()
    assert on_disk(assessment).decisions == ()
    assert form.by.text() == ""
    assert not form.withdraw_button.isVisible()


def test_step_that_would_open_the_gate_leads_to_its_place(qtbot: QtBot, session: Session, page: GatePage) -> None:
    (result,) = session.snapshot.determination.gates
    assert [step.ref for step in result.would_open[0]] == ["showing:S1@T1"]
    step = next(b for b in page.gates["deploy"].findChildren(QPushButton) if b.text() == "S1")
    with qtbot.waitSignal(page.wants) as caught:
        step.click()
    assert caught.args == ["showings", "S1@T1"]
    assert step.accessibleName() == result.would_open[0][0].text


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("requirement:D3-1", ("safeguards", "D3-1")),
        ("specification:security/ASL-4", ("safeguards", "security/ASL-4")),
        ("showing:RO-1@CBRN-3", ("showings", "RO-1@CBRN-3")),
        ("threshold:CBRN-3", ("showings", "CBRN-3")),
        ("answer:QR-18", ("questions", "QR-18")),
        ("indicator:vct", ("measurements", "vct")),
        ("not:something", None),
    ],
)
def test_place_of_every_kind_of_step_is_known(reference: str, place: tuple[str, str] | None) -> None:
    from ui.places import place_of

    assert place_of(reference) == place


def test_gate_says_in_words_why_it_is_closed(page: GatePage) -> None:
    shown = words_of(page.gates["deploy"])
    assert "Closed" in shown
    assert "T1 is not ruled out" in shown or "T1 is not assessed" in shown
    assert "This would open it" in shown
    assert page.gates["deploy"].accessibleName() == "Deploy: closed"


def interim_of(page: GatePage) -> InterimRow:
    return page.interim.rows["IM1"]


def test_interim_measure_needs_a_name_and_says_when_it_ends(
    qtbot: QtBot, session: Session, page: GatePage, assessment: Path
) -> None:
    row = interim_of(page)
    row.change.click()
    row.record_button.click()
    assert "name" in row.problem_line.text()
    type_in(qtbot, row.by, "CEO")
    type_in(qtbot, row.ends, "never")
    row.record_button.click()
    assert "14 Mar 2026" in row.problem_line.text()
    assert session.inputs.interim == ()
    assert page.unrecorded().startswith("Limit use: ")
    type_in(qtbot, row.ends, "30 Jun 2025")
    row.record_button.click()
    settle()
    assert session.flush()
    (held,) = on_disk(assessment).interim
    assert (held.by, held.ends) == ("CEO", date(2025, 6, 30))
    assert "In force until 30 Jun 2025" in words_of(row)
    assert page.unrecorded() == ""


@pytest.mark.parametrize(("ends", "words"), [("1 Jun 2025", "Ended 1 Jun 2025"), ("", "No end date, does not count")])
def test_interim_measure_not_in_force_is_said(qtbot: QtBot, page: GatePage, ends: str, words: str) -> None:
    row = interim_of(page)
    row.change.click()
    type_in(qtbot, row.by, "CEO")
    type_in(qtbot, row.ends, ends)
    row.record_button.click()
    settle()
    assert words in words_of(row)


def test_interim_measure_removed_is_gone_from_the_file(
    qtbot: QtBot, session: Session, page: GatePage, assessment: Path
) -> None:
    row = interim_of(page)
    row.change.click()
    type_in(qtbot, row.by, "CEO")
    row.record_button.click()
    row.change.click()
    with dialogs_seam.queued_answers(True):
        row.remove_button.click()
    assert session.flush()
    assert on_disk(assessment).interim == ()


def test_what_is_open_is_counted_and_leads_to_the_first(qtbot: QtBot, session: Session, page: GatePage) -> None:
    questions = [item for item in session.snapshot.determination.not_assessed if item.kind == "question"]
    assert f"{len(questions)} open questions. First: {questions[0].id}" in words_of(page.open)
    go = next(b for b in page.open.findChildren(QPushButton) if "open questions" in b.accessibleName())
    with qtbot.waitSignal(page.wants) as caught:
        go.click()
    assert caught.args == ["questions", questions[0].id]


@pytest.mark.parametrize("item", ["deploy", "T1", "IM1"])
def test_open_item_brings_it_into_view(qtbot: QtBot, session: Session, item: str) -> None:
    page = GatePage(session)
    show_page(qtbot, page, height=400)
    page.open_item(item)
    settle()
    target = page.gates.get(item) or page.thresholds.rows.get(item) or page.interim.rows[item]
    top = target.mapTo(page.scroll_area.viewport(), target.rect().topLeft()).y()
    assert -1 <= top < 400
