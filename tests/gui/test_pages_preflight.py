"""The pre-flight page and what stands before a signature or a decision, on a real file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from tests.gui_world import on_disk, settle, show_page, type_in, unnamed, words_of
from ui.models.finding_list import SEVERITY_WORD
from ui.pages.gate import GatePage
from ui.pages.preflight import PreflightPage
from ui.pages.registry import PAGE_BY_ID
from ui.pages.report import ReportPage
from ui.preflighting import desk_of, place_of_finding
from ui.session import Session

ALL, ERRORS, WARNINGS, NOTES = range(4)
GO, CONDITIONS, HOLD = range(3)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> PreflightPage:
    result = PreflightPage(session)
    show_page(qtbot, result)
    return result


def test_findings_are_grouped_with_counts_and_every_control_has_a_name(page: PreflightPage) -> None:
    found = page.desk.check()
    headings = [row for row in page.model.rows if row.finding is None]
    assert sum(row.count for row in headings) == len(found.findings)
    assert page.filter.buttons[ERRORS].text() == f"Errors ({found.counts['error']})"
    assert words_of(page).count("stand in the way") == 1
    assert list(unnamed(page)) == []


def test_filter_shows_one_severity(page: PreflightPage) -> None:
    page.filter.buttons[WARNINGS].click()
    assert {row.rule.severity for row in page.model.rows} == {"warning"}
    page.filter.buttons[NOTES].click()
    assert page.model.rows == ()
    assert not page.go_button.isEnabled()
    assert "Nothing of this kind" in words_of(page)


def test_enter_on_a_finding_goes_to_the_place_where_it_is_mended(qtbot: QtBot, page: PreflightPage) -> None:
    page.open_item("answer:Q-END")
    with qtbot.waitSignal(page.wants) as caught:
        qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert caught.args == ["questions", "Q-END"]
    assert page.here() == "answer:Q-END"


def test_arrows_step_over_headings(qtbot: QtBot, page: PreflightPage) -> None:
    page.open_item("")
    for _ in range(len(page.model.rows)):
        qtbot.keyClick(page.list, Qt.Key.Key_Down)
        assert page.model.rows[page.list.currentIndex().row()].finding is not None


def test_every_finding_leads_to_a_page_that_exists(session: Session, page: PreflightPage) -> None:
    for item in page.desk.check().findings:
        where, _ = place_of_finding(session.snapshot, item.target)
        assert where in PAGE_BY_ID
        assert where != "hub"


def test_mended_finding_leaves_the_list_and_the_place_stays(session: Session, page: PreflightPage) -> None:
    page.open_item("answer:Q-END")
    session.put(Answer("Q-YES", value={"value": True}))
    assert page.here() == "answer:Q-END"
    session.put(Answer("Q-END", value={"value": "ruled_out"}))
    assert all(row.finding is None or row.finding.target != "answer:Q-END" for row in page.model.rows)


def test_severities_are_said_in_words(page: PreflightPage) -> None:
    for at, row in enumerate(page.model.rows):
        said = str(page.model.index(at).data(Qt.ItemDataRole.AccessibleTextRole))
        assert said.startswith(f"{SEVERITY_WORD[row.rule.severity]}. ")


def test_going_on_at_a_gate_waits_for_the_check_and_keeps_why(qtbot: QtBot, session: Session, assessment: Path) -> None:
    gates = GatePage(session)
    show_page(qtbot, gates, height=1600)
    form = gates.gates["deploy"].decision
    form.outcome.buttons[GO].click()
    type_in(qtbot, form.by, "CEO")
    type_in(qtbot, form.reason, "The board wants it")
    form.record_button.click()
    assert "stand in the way" in form.problem_line.text()
    type_in(qtbot, form.guard.despite, "A limited trial")
    form.record_button.click()
    assert "not looked at yet" in form.problem_line.text()
    assert session.inputs.decisions == ()
    with qtbot.waitSignal(gates.wants) as caught:
        form.guard.open_button.click()
    assert caught.args == ["preflight", ""]
    check = PreflightPage(session)
    show_page(qtbot, check)
    form.record_button.click()
    assert session.flush()
    (held,) = on_disk(assessment).decisions
    assert (held.outcome, held.despite) == ("go", "A limited trial")
    assert not form.dirty()


def test_hold_needs_no_check(qtbot: QtBot, session: Session) -> None:
    gates = GatePage(session)
    show_page(qtbot, gates, height=1600)
    form = gates.gates["deploy"].decision
    form.outcome.buttons[HOLD].click()
    assert not form.guard.isVisible()
    type_in(qtbot, form.by, "CEO")
    form.record_button.click()
    held = session.inputs.decision_by_gate["deploy"]
    assert (held.outcome, held.by, held.despite) == ("hold", "CEO", "")


def test_signing_waits_for_the_check_and_an_unsigned_report_does_not(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    report = ReportPage(session)
    show_page(qtbot, report, height=1200)
    report.target.setText(str(tmp_path / "r.pdf"))
    report.write()
    assert "stand in the way" in report.signing.problem_line.text()
    assert not (tmp_path / "r.pdf").exists()
    report.signing.sign.setChecked(False)
    assert not report.guard.isVisible()
    report.write()
    qtbot.waitUntil(lambda: report._running is None, timeout=60_000)
    assert (tmp_path / "r.pdf").exists()


def test_desk_is_one_per_session_and_checks_once_per_snapshot(session: Session) -> None:
    desk = desk_of(session)
    assert desk_of(session) is desk
    found = desk.check()
    assert desk.check() is found
    session.put(Answer("Q-YES", value={"value": True}))
    settle()
    assert desk.check() is not found


def test_hub_says_what_matters_most_and_where_each_part_stands(qtbot: QtBot, session: Session) -> None:
    from ui.pages.hub import HubPage

    hub = HubPage(session)
    show_page(qtbot, hub, height=1400)
    qtbot.waitUntil(hub._weighty_button.isEnabled)
    assert "Next that matters most: Q-END" in words_of(hub)
    with qtbot.waitSignal(hub.wants) as caught:
        hub._weighty_button.click()
    assert caught.args == ["questions", "Q-END"]
    qtbot.waitUntil(lambda: "0 of 10 answered" in words_of(hub))
    shown = words_of(hub)
    assert "in the way of signing" in shown
    assert "0 of 1 decided, 1 closed by rule" in shown
    assert "4 lines are blank" in shown
