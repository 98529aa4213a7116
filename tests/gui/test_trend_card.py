"""The trend on the page: read by keyboard, copied, saved, with an earlier file beside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Measurement, Scope
from asl_desktop.storage.document import Document
from tests.gui_world import on_disk, show_page, words_of
from tests.trend_world import PACK, result
from ui import dialogs_seam
from ui.pages.margins import MarginsPage
from ui.session import Session


def bare(checkpoint: str, successes: int) -> Measurement:
    """Return a result that cites no evidence."""
    return replace(result(checkpoint, successes), evidence=())


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> MarginsPage:
    session.put(bare("c1", 10))
    session.put(bare("c3", 20))
    result_page = MarginsPage(session)
    show_page(qtbot, result_page)
    result_page._on_picked(1)
    qtbot.waitUntil(lambda: not result_page.trend.picture.image.isNull(), timeout=60_000)
    return result_page


def test_trend_is_read_point_by_point_with_the_arrow_keys(qtbot: QtBot, page: MarginsPage) -> None:
    page.trend.picture.setFocus()
    qtbot.keyClick(page.trend.picture, Qt.Key.Key_Down)
    first = page.trend.detail.text()
    qtbot.keyClick(page.trend.picture, Qt.Key.Key_Down)
    assert page.trend.chart is not None
    assert (first, page.trend.detail.text()) == tuple(p.words for p in page.trend.chart.panels[0].points[:2])
    assert first in page.trend.picture.accessibleDescription()


def test_trend_copied_as_image_is_on_the_clipboard(page: MarginsPage) -> None:
    page.copy.click()
    assert QGuiApplication.clipboard().image().size() == page.trend.picture.image.size()
    assert "clipboard" in words_of(page)


def test_margins_copied_as_image_are_on_the_clipboard_with_their_title(qtbot: QtBot, page: MarginsPage) -> None:
    page._on_picked(0)
    QGuiApplication.clipboard().clear()
    page.copy.click()
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=60_000)
    assert QGuiApplication.clipboard().image().width() == 2400


def test_trend_is_saved_by_the_same_button(qtbot: QtBot, page: MarginsPage, tmp_path: Path) -> None:
    target = tmp_path / "trend.svg"
    with dialogs_seam.queued_answers(target):
        page.save_picture()
    qtbot.waitUntil(page._done.isVisible, timeout=60_000)
    assert "Margins over checkpoints" in target.read_text("utf-8")


def test_earlier_assessment_gives_points_and_leaves_nothing_in_the_file(
    qtbot: QtBot, page: MarginsPage, session: Session, assessment: Path, tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "spring.asl"
    with Document.create(path, pack=PACK, scope=Scope("M", "c2"), actor="A", clock=clock) as document:
        document.put(bare("c2", 15), actor="A").result()
    session.write_now()
    session.flush()
    before = on_disk(assessment)
    with dialogs_seam.queued_answers(path):
        page.trend.add.click()
    qtbot.waitUntil(lambda: page.trend.comparer.previous is not None, timeout=10_000)
    assert page.trend.chart is not None
    assert [c.name for c in page.trend.chart.columns if "spring.asl" in c.source] == ["c2"]
    assert on_disk(assessment) == before
    page.trend.leave.click()
    assert [c.name for c in page.trend.chart.columns if c.source] == []
