from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.inputs import Answer, EvidenceLink, Scope
from asl_desktop.services.evidence import attach_data
from asl_desktop.services.recording import record
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.gui_world import settle
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.main_window import MainWindow
from ui.pages.questions import QuestionsPage

WORDS = "four plain words here"


@pytest.fixture(params=[None, WORDS], ids=["plain", "protected"])
def earlier(tmp_path: Path, clock: FixedClock, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "earlier.asl"
    secret = Passphrase(request.param) if request.param else None
    pack, scope = small_pack(), Scope("Heron-1")
    with Document.create(path, pack=pack, scope=scope, actor="B", clock=clock, secret=secret) as document:
        item = attach_data(document, b"trial log", name="trial.log", actor="B")
        links = (EvidenceLink(item.sha256),)
        said = Answer("Q-YES", value={"value": False}, rationale="Tried twice.", evidence=links, author="B")
        record(document, said, actor="B").result()
    return path


def compared(qtbot: QtBot, window: MainWindow, path: Path) -> QuestionsPage:
    assert window.workbench is not None
    window.workbench.go("questions", "Q-YES")
    page = window.workbench.questions
    with dialogs_seam.queued_answers(path, "not this one at all", WORDS):
        page._earlier.click()
        qtbot.waitUntil(lambda: page.comparer.previous is not None, timeout=30_000)
    settle()
    return page


def test_earlier_answer_stands_beside_and_is_taken_over_with_its_evidence_until_confirmed(
    qtbot: QtBot, open_window: MainWindow, earlier: Path
) -> None:
    page = compared(qtbot, open_window, earlier)
    assert page.card is not None
    beside = page.card.previous
    assert beside._said.text() == "No"
    assert beside._why.text() == "Tried twice."
    assert "trial.log" in beside._details.text()
    assert "not answered any more" in page.comparing.words.text()
    beside.take.click()
    qtbot.waitUntil(lambda: "Q-YES" in page.session.inputs.answer_by_question)
    held = page.session.inputs.answer_by_question["Q-YES"]
    assert held.carried_from.startswith("Heron-1")
    assert not answer_counts(held)
    assert [item.name for item in page.session.inputs.evidence] == ["trial.log"]
    assert beside.confirm.isVisible()
    page.card.form.rationale.setPlainText("Tried twice, looked at again.")
    assert page.session.inputs.answer_by_question["Q-YES"].carried_from
    beside.confirm.click()
    held = page.session.inputs.answer_by_question["Q-YES"]
    assert (held.carried_from, held.value, held.rationale) == ("", {"value": False}, "Tried twice, looked at again.")
    assert beside.confirm.isHidden()


def test_answering_anew_drops_what_was_taken_over(open_window: MainWindow) -> None:
    assert open_window.workbench is not None
    session = open_window.workbench.session
    session.put(Answer("Q-YES", value={"value": False}, carried_from="Heron-1"))
    open_window.workbench.go("questions", "Q-YES")
    card = open_window.workbench.questions.card
    assert card is not None
    card.form.pick(1)
    held = session.inputs.answer_by_question["Q-YES"]
    assert (held.value, held.carried_from) == ({"value": True}, "")
    session.put(dataclasses.replace(held, carried_from="Heron-1"))
    card.previous.anew.click()
    assert session.inputs.answer_by_question["Q-YES"].state == "unanswered"


def test_reviewer_who_confirms_does_not_become_the_author(open_window: MainWindow) -> None:
    assert open_window.workbench is not None
    session = open_window.workbench.session
    session.put(Answer("Q-YES", state="not_applicable", reason="No such trial"))
    open_window.workbench.go("questions", "Q-YES")
    card = open_window.workbench.questions.card
    assert card is not None
    assert not card.confirm.isVisible()
    session.actor = "R. Reviewer"
    card.refresh(session.snapshot)
    card.confirm.click()
    held = session.inputs.answer_by_question["Q-YES"]
    assert (held.confirmed_by, held.author) == ("R. Reviewer", "A. Person")
    assert answer_counts(held)
    assert not card.confirm.isVisible()
