from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Counts, Measurement
from tests.gui_world import on_disk, settle, show_page, type_in, words_of
from ui import dialogs_seam
from ui.pages.showings import ShowingsPage
from ui.session import Session
from ui.widgets.showing_card import ShowingCard


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> ShowingsPage:
    result = ShowingsPage(session)
    show_page(qtbot, result)
    return result


def card_of(page: ShowingsPage) -> ShowingCard:
    (card,) = page.cards
    return card


def attach(qtbot: QtBot, session: Session, card: ShowingCard, tmp_path: Path) -> None:
    path = tmp_path / "argument.txt"
    path.write_bytes(b"argument")
    card.evidence.attach((path,))
    qtbot.waitUntil(lambda: bool(card.record().evidence), timeout=5000)


def state_of(session: Session) -> str:
    return session.snapshot.determination.threshold_by_id["T1"].state


def measure(session: Session, tmp_path: Path, qtbot: QtBot, successes: int) -> None:
    """Put a measurement with evidence on record; 1 of 400 supports the showing, 399 of 400 does not."""
    from dataclasses import replace

    from asl_desktop.domain.inputs import EvidenceLink

    item = Measurement("m1", "acc", Counts(successes, 400), "Heron-2")
    session.put(item)
    path = tmp_path / "result.txt"
    path.write_bytes(b"result")
    session.attach([path], lambda e: replace(item, evidence=(EvidenceLink(e.sha256),)))
    qtbot.waitUntil(lambda: bool(session.inputs.measurements[0].evidence), timeout=5000)


def test_showing_accepted_with_name_and_evidence_on_a_supporting_record_rules_out(
    qtbot: QtBot, session: Session, page: ShowingsPage, assessment: Path, tmp_path: Path
) -> None:
    measure(session, tmp_path, qtbot, 1)
    card = card_of(page)
    assert state_of(session) != "ruled_out"
    type_in(qtbot, card.by, "Maren Holt")
    type_in(qtbot, card.role, "Officer")
    type_in(qtbot, card.argument, "Mapped by two people")
    card.status["accepted"].click()
    assert "evidence" in card._problem.text()
    assert state_of(session) != "ruled_out"
    attach(qtbot, session, card, tmp_path)
    assert state_of(session) == "ruled_out"
    assert not card._problem.isVisible()
    assert "ruled out" in page._tabs["T1"].text()
    assert session.flush()
    (held,) = on_disk(assessment).showings
    assert (held.status, held.by, held.role, held.argument) == (
        "accepted", "Maren Holt", "Officer", "Mapped by two people",
    )  # fmt: skip


def test_showing_accepted_without_a_name_takes_the_person_at_the_desk(
    qtbot: QtBot, session: Session, page: ShowingsPage
) -> None:
    card_of(page).status["accepted"].click()
    assert card_of(page).record().by == "A"
    card = card_of(page)
    type_in(qtbot, card.by, " ")
    assert "whose name is missing" in card._problem.text()
    type_in(qtbot, card.argument, "Kept all the same")
    assert (card.record().by, card.record().argument) == ("A", "Kept all the same")


def test_tension_needs_a_rationale_and_the_state_follows_it(
    qtbot: QtBot, session: Session, page: ShowingsPage, assessment: Path, tmp_path: Path
) -> None:
    measure(session, tmp_path, qtbot, 399)
    card = card_of(page)
    card.status["accepted"].click()
    attach(qtbot, session, card, tmp_path)
    settle()
    assert state_of(session) != "ruled_out"
    assert list(card.rationales) == ["acc"]
    assert "a rationale for every point in tension" in card._problem.text()
    box = card.rationales["acc"]
    type_in(qtbot, box, "The set leaked into training")
    assert card.rationales["acc"] is box
    assert box.hasFocus()
    assert state_of(session) == "ruled_out"
    settle()
    assert "with tension" in words_of(page)
    type_in(qtbot, box, "")
    assert state_of(session) != "ruled_out"
    type_in(qtbot, box, "It leaked")
    assert session.flush()
    assert on_disk(assessment).showings[0].rationales == {"acc": "It leaked"}


def test_dissent_is_kept_word_for_word_whatever_is_decided_later(
    qtbot: QtBot, session: Session, page: ShowingsPage, assessment: Path
) -> None:
    card = card_of(page)
    with dialogs_seam.queued_answers("Bo Lind", "The sample is <b>too</b> small"):
        card._on_dissent()
    card.status["accepted"].click()
    card.status["rejected"].click()
    type_in(qtbot, card.argument, "Changed")
    assert session.flush()
    (held,) = on_disk(assessment).showings
    assert [(voice.by, voice.text) for voice in held.dissent] == [("Bo Lind", "The sample is <b>too</b> small")]
    settle()
    assert "Bo Lind dissents: The sample is <b>too</b> small" in words_of(card)


@pytest.mark.parametrize("answers", [(None,), ("",), ("Bo Lind", None), ("Bo Lind", "  ")])
def test_dissent_given_up_half_way_records_nothing(
    session: Session, page: ShowingsPage, answers: tuple[str | None, ...]
) -> None:
    with dialogs_seam.queued_answers(*answers) as left:
        card_of(page)._on_dissent()
    assert not left
    assert session.inputs.showings == ()


def test_rule_that_decided_is_shown_when_asked_for(qtbot: QtBot, session: Session, page: ShowingsPage) -> None:
    assert "Ruled out when" not in words_of(page)
    from PySide6.QtWidgets import QPushButton

    show = next(b for b in page.findChildren(QPushButton) if b.text() == "Show the rule that decided")
    show.click()
    assert "Ruled out when (unknown)" in words_of(page) or "Ruled out when (false)" in words_of(page)
    assert "Source: Doc 1 (primary)" in words_of(page)


def test_open_item_finds_a_showing_by_its_reference(qtbot: QtBot, session: Session, page: ShowingsPage) -> None:
    page.open_item("S1@T1")
    assert page.threshold is not None
    assert page.threshold.id == "T1"
    assert card_of(page).argument.hasFocus()
