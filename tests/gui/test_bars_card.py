"""Charts of stacked bars and the choice of a domain on the margins page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer
from tests.gui_world import show_page, words_of
from ui import dialogs_seam
from ui.pages.margins import MarginsPage
from ui.session import Session


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> MarginsPage:
    found = MarginsPage(session)
    show_page(qtbot, found)
    return found


def show_card(qtbot: QtBot, page: MarginsPage, at: int) -> None:
    """Show the chart behind a tab and wait until it is drawn."""
    page._on_picked(at)
    qtbot.waitUntil(lambda: not page.cards[at - 1].picture.image.isNull(), timeout=60_000)


def test_safeguards_are_read_bar_by_bar_and_copied(qtbot: QtBot, page: MarginsPage) -> None:
    show_card(qtbot, page, page.cards.index(page.safeguards) + 1)
    picture, chart = page.safeguards.picture, page.safeguards.chart
    picture.setFocus()
    qtbot.keyClick(picture, Qt.Key.Key_Down)
    assert chart is not None
    assert page.safeguards.detail.text() == chart.sentences[0]
    assert picture.accessibleDescription() == " ".join(chart.sentences)
    page.copy.click()
    assert QGuiApplication.clipboard().image().size() == picture.image.size()
    assert "clipboard" in words_of(page)


def test_safeguards_are_saved_by_the_same_button(qtbot: QtBot, page: MarginsPage, tmp_path: Path) -> None:
    show_card(qtbot, page, page.cards.index(page.safeguards) + 1)
    target = tmp_path / "gap.svg"
    with dialogs_seam.queued_answers(target):
        page.save_picture()
    qtbot.waitUntil(page._done.isVisible, timeout=60_000)
    assert "Safeguards gap" in target.read_text("utf-8")


def test_domain_chosen_shows_its_margins_alone_and_stays_chosen(page: MarginsPage, session: Session) -> None:
    domains = [d for d in session.pack.domains if any(i.domain == d.id for i in session.pack.indicators)]
    page.domain.setCurrentIndex(1)
    page._on_picked(1)
    page._on_picked(0)
    page.refresh(session.snapshot)
    assert [group.title for group in page.overview.chart.groups] == [page.domain.currentText()] == [domains[0].title]
    assert page.overview.chart.title.endswith(domains[0].title)


def test_margin_of_another_domain_asked_for_shows_all_domains(page: MarginsPage) -> None:
    last = page.overview.chart.rows[-1].indicator
    page.domain.setCurrentIndex(1)
    page.open_item(last)
    assert last in [row.indicator for row in page.overview.chart.rows]


def test_evidence_coverage_is_drawn_read_and_saved(
    qtbot: QtBot, page: MarginsPage, session: Session, tmp_path: Path
) -> None:
    session.put(Answer("Q-END", value={"value": "crossed"}))
    show_card(qtbot, page, page.cards.index(page.evidence) + 1)
    chart = page.evidence.chart
    assert chart is not None
    assert page.evidence.picture.accessibleDescription() == " ".join(chart.sentences)
    assert "0 of 1 covered" in chart.sentences[0]
    assert "Q-END" in chart.sentences[0]
    target = tmp_path / "evidence.svg"
    with dialogs_seam.queued_answers(target):
        page.save_picture()
    qtbot.waitUntil(page._done.isVisible, timeout=60_000)
    assert "Evidence coverage" in target.read_text("utf-8")
