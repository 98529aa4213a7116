from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem, Inputs, Scope
from asl_desktop.services.assessments import snapshot_of
from tests.services_world import small_pack
from ui.models.evidence_list import EvidenceDelegate, EvidenceModel, Order
from ui.widgets.steady_list import SteadyList

DAY = date(2025, 6, 2)
ITEMS = tuple(
    EvidenceItem(f"{n:064x}", f"report {n}.pdf", 100 - n, title=f"Session {n}", at=f"2025-06-02T10:0{n}:00.000Z")
    for n in range(5)
)
CHANGES: tuple[Callable[[EvidenceItem], EvidenceItem], ...] = (
    lambda item: replace(item, title="Transcripts"),
    lambda item: replace(item, valid_until=date(2025, 6, 1)),
    lambda item: replace(item, replaces=ITEMS[0].sha256),
    lambda item: replace(item, strength="strong"),
)


def _snapshot(items: tuple[EvidenceItem, ...]) -> Snapshot:
    return snapshot_of(small_pack(), Inputs(Scope("Heron-2"), evidence=items), as_of=DAY)


@pytest.mark.parametrize("order", ["newest", "name", "size", "valid"])
@pytest.mark.parametrize("words", ["", "session", "transcripts"])
@pytest.mark.parametrize("change", CHANGES)
def test_model_kept_over_a_change_shows_what_a_fresh_one_does(
    qtbot: QtBot, order: Order, words: str, change: Callable[[EvidenceItem], EvidenceItem]
) -> None:
    before = _snapshot(ITEMS)
    after = replace(before, inputs=replace(before.inputs, evidence=(*ITEMS[:2], change(ITEMS[2]), *ITEMS[3:])))
    kept, fresh = EvidenceModel(), EvidenceModel()
    for model in (kept, fresh):
        model.choose(text=words, order=order)
    kept.show(before)
    kept.show(after)
    fresh.show(after)
    assert kept.rows == fresh.rows
    assert kept.tally == fresh.tally
    assert [kept.row_of(item.sha256) for item in ITEMS] == [fresh.row_of(item.sha256) for item in ITEMS]
    assert [kept.entry(item.sha256) for item in ITEMS] == [fresh.entry(item.sha256) for item in ITEMS]


def test_row_that_says_something_else_is_the_only_one_asked_for_again(qtbot: QtBot) -> None:
    before = _snapshot(ITEMS)
    model = EvidenceModel()
    model.show(before)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    described = replace(ITEMS[2], title="Transcripts")
    model.show(replace(before, inputs=replace(before.inputs, evidence=(*ITEMS[:2], described, *ITEMS[3:]))))
    assert told == [(model.row_of(ITEMS[2].sha256),) * 2]


def test_list_paints_a_changed_row_and_no_other(qtbot: QtBot) -> None:
    class Counting(EvidenceDelegate):
        painted: int = 0

        def paint(self, painter: object, option: QStyleOptionViewItem, index: object) -> None:
            Counting.painted += 1

    before = _snapshot(ITEMS)
    model, view = EvidenceModel(), SteadyList()
    qtbot.addWidget(view)
    model.show(before)
    view.setModel(model)
    view.setItemDelegate(Counting(view))
    view.resize(500, 600)
    view.show()
    qtbot.waitUntil(lambda: Counting.painted >= len(ITEMS))
    Counting.painted = 0
    described = replace(ITEMS[2], title="Transcripts")
    model.show(replace(before, inputs=replace(before.inputs, evidence=(*ITEMS[:2], described, *ITEMS[3:]))))
    qtbot.waitUntil(lambda: Counting.painted > 0)
    assert Counting.painted == 1
