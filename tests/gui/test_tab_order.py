"""Tab on every page but that of a question: as the page is read, everything once, and out again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui_world import activate, settle
from ui.focus import focusable
from ui.main_window import MainWindow
from ui.pages.registry import PAGES
from ui.workbench import Workbench


@pytest.fixture
def example(qtbot: QtBot, window: MainWindow) -> Workbench:
    with qtbot.waitSignal(window.opened, timeout=60_000):
        window.open_example()
    activate(qtbot, window)
    assert window.workbench is not None
    return window.workbench


def tab_chain(page: QWidget) -> list[QWidget]:
    """Return what Tab reaches in a page until it leaves it."""
    start = focusable(page)[0]
    start.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    now: QWidget | None = start
    while now is not None and page.isAncestorOf(now):
        assert now not in found, f"Tab does not leave {type(now).__name__} {now.accessibleName()}"
        found.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
    return found


def parts_of(one: QWidget, other: QWidget) -> tuple[QRect, QRect]:
    """Return where the parts lie in which two controls are, in the smallest part that holds both."""
    above, way = [one], [other]
    while (parent := above[-1].parentWidget()) is not None:
        above.append(parent)
    while way[-1] not in above and (parent := way[-1].parentWidget()) is not None:
        way.append(parent)
    common = above.index(way[-1])
    parts = (above[max(common - 1, 0)], way[-2] if len(way) > 1 else other)
    first, second = (QRect(part.mapToGlobal(QPoint(0, 0)), part.size()) for part in parts)
    return first, second


def out_of_order(chain: list[QWidget]) -> list[str]:
    """Name the steps that go up, or back within a row."""
    found = []
    for one, other in pairwise(chain):
        first, second = parts_of(one, other)
        if not (second.x() >= first.x() if second.y() < first.bottom() else second.y() >= first.y()):
            found.append(f"{one.accessibleName()} -> {other.accessibleName()}")
    return found


def left_out(page: QWidget, chain: list[QWidget]) -> list[str]:
    """Name what Tab passes by; of choices that exclude each other it reaches one, the arrows the others."""
    found = []
    for widget in focusable(page):
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        together = group.buttons() if group is not None and group.exclusive() else [widget]
        if not any(each in chain for each in together):
            found.append(f"{type(widget).__name__} {widget.accessibleName()}")
    return found


def check_every_page(bench: Workbench) -> None:
    walked = 0
    for spec in PAGES:
        if spec.page_id == "questions":  # its bar below comes before the card; the card has a test of its own
            continue
        bench.go(spec.page_id)
        settle()
        page = bench.page
        assert page is not None
        chain = tab_chain(page)
        walked += len(chain)
        assert out_of_order(chain) == [], spec.page_id
        assert left_out(page, chain) == [], spec.page_id
    assert walked > 100


def test_tab_on_every_page_but_questions_goes_as_it_is_read_and_reaches_everything(example: Workbench) -> None:
    check_every_page(example)
