"""Tab on every page: as the page is read, everything once, and out again; from the left, from the right, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from asl_desktop.domain.inputs import Answer, EvidenceLink
from tests.gui_world import settle
from ui.focus import focusable
from ui.pages.registry import PAGES
from ui.workbench import Workbench

SMALL = ("Q-YES", "Q-ONE", "Q-MANY", "Q-SCALE", "Q-NUM", "Q-TEXT", "Q-DAY", "Q-RANGE", "Q-TWO", "Q-END")


@pytest.fixture
def from_the_right(qapp: QApplication) -> Iterator[None]:
    """Lay out from the right whatever window is made next."""
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def tab_chain(page: QWidget, *, back: bool = False) -> list[QWidget]:
    """Return what Tab reaches in a page, from its first control until it leaves it; ``back``: from its last."""
    now: QWidget | None = focusable(page)[-1 if back else 0]
    assert now is not None
    now.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    while now is not None and page.isAncestorOf(now):
        assert now not in found, f"Tab does not leave {type(now).__name__} {now.accessibleName()}"
        found.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier if back else Qt.KeyboardModifier(0))
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
        beside = second.top() < first.bottom() and first.top() < second.bottom()
        on = second.right() <= first.right() if one.isRightToLeft() else second.x() >= first.x()
        if not (on if beside else second.top() >= first.bottom()):
            found.append(f"{one.accessibleName()} -> {other.accessibleName()}")
    return found


def left_out(page: QWidget, chain: list[QWidget]) -> list[str]:
    """Name what Tab passes by; of choices that exclude each other it reaches one, the arrows the others."""
    found = []
    for widget in page.findChildren(QWidget):
        if not (widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            continue
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        together = group.buttons() if group is not None and group.exclusive() else [widget]
        if widget.focusProxy() is None and not any(each in chain for each in together):
            found.append(f"{type(widget).__name__} {widget.accessibleName()}")
    return found


def check_page(bench: Workbench, name: str) -> int:
    settle()
    page = bench.page
    assert page is not None
    chain = tab_chain(page)
    assert out_of_order(chain) == [], name
    assert left_out(page, chain) == [], name
    return len(chain)


def check_every_page(bench: Workbench) -> None:
    walked = 0
    for spec in PAGES:
        bench.go(spec.page_id)
        walked += check_page(bench, spec.page_id)
    assert walked > 100


def test_tab_on_every_page_goes_as_it_is_read_and_reaches_everything(example_bench: Workbench) -> None:
    check_every_page(example_bench)


def test_tab_from_the_right_goes_as_every_page_is_read(from_the_right: None, example_bench: Workbench) -> None:
    assert example_bench.isRightToLeft()
    check_every_page(example_bench)


def test_tab_back_takes_the_same_way_on_every_page(example_bench: Workbench) -> None:
    for spec in PAGES:
        example_bench.go(spec.page_id)
        settle()
        page = example_bench.page
        assert page is not None
        there = tab_chain(page)
        assert tab_chain(page, back=True) == there[::-1], spec.page_id


def test_tab_on_every_kind_of_question_goes_down_and_to_the_right(bench: Workbench) -> None:
    for item in SMALL:
        bench.go("questions", item)
        assert check_page(bench, item) >= 8


def test_save_and_next_comes_after_what_it_saves(bench: Workbench) -> None:
    bench.go("questions", "Q-YES")
    settle()
    page, card = bench.questions, bench.questions.card
    assert card is not None
    chain = tab_chain(page)
    last_of_card = max(place for place, widget in enumerate(chain) if card.isAncestorOf(widget))
    assert chain.index(page._next) > last_of_card


def test_row_of_evidence_that_comes_later_is_reached_where_it_stands(example_bench: Workbench) -> None:
    session = example_bench.session
    question = next(q for q in session.pack.questions if q.evidence_required and q.visible_when is None)
    held = session.inputs.answer_by_question.get(question.id, Answer(question.id))
    session.put(replace(held, evidence=()))
    example_bench.go("questions", question.id)
    before = check_page(example_bench, "without evidence")

    session.put(replace(held, evidence=(EvidenceLink(session.inputs.evidence[0].sha256),)))

    assert check_page(example_bench, "with evidence") > before


def test_order_of_tab_that_goes_back_is_seen(example_bench: Workbench) -> None:
    example_bench.go("scope")
    settle()
    assert example_bench.page is not None
    chain = tab_chain(example_bench.page)
    assert out_of_order(chain[::-1])
    assert left_out(example_bench.page, chain[1:])
