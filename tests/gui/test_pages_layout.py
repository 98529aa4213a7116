from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QScrollArea
from pytestqt.qtbot import QtBot

from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.examples import build_example
from tests.gui_world import settle, show_page, unnamed
from ui.on_disk import load
from ui.operations import Operations
from ui.pages.base import Page
from ui.pages.registry import PAGE_BY_ID
from ui.session import Session
from ui.theme import Look

PAGES = ("margins", "measurements", "showings", "safeguards", "gate", "report")
SMALLEST = (855, 460)
"""What a page gets in a window of 911x512: a screen of 1366x768 at 150 %."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "example.asl"
    build_example("claude-opus-4", path).close()
    return path


@pytest.fixture
def example_session(
    qtbot: QtBot, look: Look, operations: Operations, example: Path, tmp_path: Path
) -> Iterator[Session]:
    path = tmp_path / "example.asl"
    shutil.copy(example, path)
    session = Session(load(open_assessment(path)), actor="A", operations=operations)
    yield session
    session.close(lose_unsaved=True)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, qtbot: QtBot, example_session: Session) -> Page:
    result = PAGE_BY_ID[request.param].build(example_session)
    show_page(qtbot, result, width=SMALLEST[0], height=SMALLEST[1])
    settle()
    return result


def sideways(page: Page) -> list[str]:
    """Name every area that is wider than it can show."""
    found = []
    for area in page.findChildren(QAbstractScrollArea):
        if not area.isVisibleTo(page) or isinstance(area, QPlainTextEdit):
            continue
        inner = area.widget() if isinstance(area, QScrollArea) else None
        if inner is not None and inner.minimumSizeHint().width() > area.viewport().width():
            found.append(f"{type(area).__name__}: {inner.minimumSizeHint().width()} in {area.viewport().width()}")
        if area.horizontalScrollBar().isVisible():
            found.append(f"{type(area).__name__} shows a bar")
    return found


def test_page_needs_no_sideways_scrolling_in_the_smallest_window(page: Page) -> None:
    assert page.width() == SMALLEST[0], page.minimumSizeHint()
    assert sideways(page) == []


def test_every_control_of_a_page_has_a_name_for_screen_readers(page: Page) -> None:
    assert list(unnamed(page)) == []


def test_page_shows_another_theme_without_being_built_anew(page: Page, look: Look) -> None:
    page.setAutoFillBackground(True)
    light = page.grab().toImage().pixelColor(4, 4).lightness()
    look.choose("dark")
    settle()
    dark = page.grab().toImage().pixelColor(4, 4).lightness()
    look.choose("light")
    assert light > 200 > 60 > dark
    assert sideways(page) == []
