"""Whatever people type is shown literally on every page and in every chart of the window."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QLabel, QTextEdit, QWidget

from asl_desktop.clock import FixedClock
from asl_desktop.services.packs import load_pack
from asl_desktop.storage.document import Document
from asl_desktop.storage.model import EvidenceDraft
from tests.gui_world import settle
from tests.language_world import texts_of
from tests.report_world import full_inputs
from tests.text_safety_world import HOSTILE, with_text
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.pages.registry import PAGES
from ui_checks.screenshots import sideways

TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
SEEN = ("text", "toolTip", "windowTitle", "title", "item", "row", "placeholderText", "painted")


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that our own painting puts on the screen, as they come."""
    found: list[str] = []
    draw = QPainter.drawText

    def _draw(painter: QPainter, *arguments: Any) -> Any:
        found.extend(each for each in arguments if isinstance(each, str))
        return draw(painter, *arguments)

    monkeypatch.setattr(QPainter, "drawText", _draw)
    return found


@pytest.fixture
def assessment(tmp_path: Path, clock: FixedClock) -> Path:
    """Return an assessment in which everything that people can type is hostile."""
    path = tmp_path / "hostile.asl"
    inputs = with_text(full_inputs(), HOSTILE)
    with Document.create(
        path, pack=load_pack("anthropic-rsp-2.2"), scope=inputs.scope, actor=HOSTILE, clock=clock
    ) as document:
        names = {}
        for item in full_inputs().evidence:
            kept = document.attach(io.BytesIO(item.name.encode()), EvidenceDraft(item.name), actor=HOSTILE)
            names[kept.sha256] = kept
        evidence = tuple(
            replace(item, size=names[item.sha256].size, media_type=names[item.sha256].media_type)
            for item in inputs.evidence
        )
        document.put(
            *evidence,
            inputs.plan,
            *inputs.answers,
            *inputs.measurements,
            *inputs.showings,
            *inputs.requirements,
            *inputs.decisions,
            *inputs.interim,
            *inputs.specifications,
            actor=HOSTILE,
        ).result()
    return path


def _texts(window: MainWindow, painted: list[str]) -> Iterator[tuple[str, str]]:
    yield from ((where, text) for where, text in texts_of(window) if where.rpartition(".")[2] in SEEN)
    yield from (("QPainter.painted", text) for text in painted)
    yield from (("QTextEdit.shown", each.toPlainText()) for each in window.findChildren(QTextEdit))


def _pages(window: MainWindow, operations: Operations) -> Iterator[str]:
    """Go through every page; each is whole when it is named, with what it reads beside the window."""
    bench = window.workbench
    assert bench is not None
    for spec in PAGES:
        bench.go(spec.page_id)
        for _ in range(3):  # what was read may ask for more
            settle()
            operations.drain()
        settle()
        window.grab()
        yield spec.page_id


def test_every_page_shows_hostile_texts_literally(
    open_window: MainWindow, operations: Operations, painted: list[str]
) -> None:
    turned: dict[tuple[str, str], str] = {}
    markup: set[tuple[str, str]] = set()
    shown: set[tuple[str, str]] = set()
    for page in _pages(open_window, operations):
        found = list(_texts(open_window, painted))
        painted.clear()
        turned |= {(page, where): text[:90] for where, text in found if TURNS.search(text)}
        markup |= {(page, text[:90]) for text in _tips(open_window) if "<b>" in text}
        shown |= {(page, where) for where, text in found if "\\u202egnp\\u202c" in text}
        for label in open_window.findChildren(QLabel):
            assert "<" not in label.text() or label.textFormat() == Qt.TextFormat.PlainText, (page, label.text()[:80])
    assert not turned, "\n".join(f"{key}: {text!r}" for key, text in turned.items())
    assert not markup, sorted(markup)
    assert {page for page, where in shown if where == "QPainter.painted"} >= {"evidence", "history"}
    kinds = {(page, where.rpartition(".")[2]) for page, where in shown}  # which list class shows it is no matter
    assert {("history", "shown"), ("evidence", "row"), ("hub", "text")} <= kinds


def _tips(window: MainWindow) -> Iterator[str]:
    """Yield the tool tips of widgets and of the rows of their lists; Qt reads a tag in them as markup."""
    for widget in window.findChildren(QWidget):
        yield widget.toolTip()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
            for row, column in product(range(model.rowCount()), range(columns)):
                yield str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "")


def test_word_without_breaks_makes_no_page_scroll_sideways(open_window: MainWindow, operations: Operations) -> None:
    open_window.resize(1366, 768)
    wide = [f"{page}: {found}" for page in _pages(open_window, operations) for found in sideways(open_window)]
    assert not wide, "\n".join(wide)
