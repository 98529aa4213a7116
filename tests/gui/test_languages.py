"""The window in another language: nothing stays English, nothing is cut, and from the right nothing overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from asl_desktop import i18n
from asl_desktop.domain.sensitivity import what_would_change
from tests.gui_world import settle
from tests.language_world import Listener, faults, texts_of
from ui.crash import CrashReporter
from ui.dialogs.settings import SettingsDialog
from ui.language import choices, speak
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.pages.registry import PAGES
from ui.preferences import Preferences
from ui.theme import Look
from ui.workbench import Workbench


@pytest.fixture
def open_in(
    qtbot: QtBot,
    qapp: QApplication,
    look: Look,
    operations: Operations,
    assessment: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], MainWindow]]:
    """Return what opens the small assessment in a window that speaks a language; one window after the other."""
    opened: list[MainWindow] = []

    def _close() -> None:
        for window in opened:
            window.close()
            operations.drain()
            window.deleteLater()
        settle()
        opened.clear()

    def _open(code: str) -> MainWindow:
        _close()
        monkeypatch.setenv(i18n.ASKED, code)
        speak(qapp, "")
        look.choose("light")
        window = MainWindow(look, Preferences(actor="A. Person"), operations, CrashReporter())
        window.resize(1366, 768)
        opened.append(window)
        with qtbot.waitSignal(window.ready, timeout=20_000):
            window.show()
        with qtbot.waitSignal(window.opened, timeout=10_000):
            window.open_file(assessment)
        return window

    yield _open
    _close()
    monkeypatch.delenv(i18n.ASKED, raising=False)
    speak(qapp, i18n.ENGLISH)
    look.choose("light")


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def pages_of(window: MainWindow) -> Iterator[str]:
    """Go through every page, each laid out when it is named."""
    bench = bench_of(window)
    for spec in PAGES:
        bench.go(spec.page_id)
        settle()
        yield spec.page_id


def listener_for(window: MainWindow) -> Listener:
    """Return one that knows the texts of framework, file and determination, which stay in their language."""
    session = bench_of(window).session
    snapshot, place = session.snapshot, session.document.path
    pack = snapshot.pack
    moves = what_would_change(pack, snapshot.inputs, snapshot.as_of)
    findings = [f"{indicator.title}: not measured" for indicator in pack.indicators]
    ways = [f"For {threshold.id}" for threshold in pack.thresholds]
    return Listener(
        pack, snapshot.inputs, snapshot.determination, moves, findings, ways, place.parts, place.stem, "A. Person"
    )


def faults_of(window: MainWindow) -> set[tuple[str, str, str]]:
    return {(page, fault, where) for page in pages_of(window) for fault, where in faults(window)}


def test_every_page_in_another_language_says_nothing_in_english(open_in: Callable[[str], MainWindow]) -> None:
    window = open_in(i18n.PSEUDO_LONG)
    hears = listener_for(window)
    leaks: dict[str, str] = {}
    for page in pages_of(window):
        for where, text in texts_of(window):
            found = hears.english_in(text)
            if found:
                leaks.setdefault(text, f"{page} {where} {found}")
    assert not leaks, "\n".join(f"{where}: {text!r}" for text, where in leaks.items())


def test_listener_hears_a_text_that_was_left_in_english(open_in: Callable[[str], MainWindow]) -> None:
    window = open_in(i18n.PSEUDO_LONG)
    hears = listener_for(window)
    window.setWindowTitle("Left as it was")
    assert any(hears.english_in(text) for where, text in texts_of(window) if where.endswith("windowTitle"))


def test_faults_are_seen_where_there_are_some(open_in: Callable[[str], MainWindow]) -> None:
    window = open_in(i18n.ENGLISH)
    bench_of(window).go("scope")
    settle()
    before = set(faults(window))
    heading = next(item for item in window.findChildren(QLabel) if item.text() == "Scope" and item.isVisible())
    heading.resize(40, heading.height())
    heading.move(-20, heading.y())
    assert {fault for fault, _ in set(faults(window)) - before} >= {"outside its parent"}


def test_longer_words_are_not_cut_where_english_ones_are_not(open_in: Callable[[str], MainWindow]) -> None:
    english = faults_of(open_in(i18n.ENGLISH))
    longer = faults_of(open_in(i18n.PSEUDO_LONG))
    assert not sorted(longer - english)


def test_window_from_the_right_is_laid_out_as_well_as_from_the_left(open_in: Callable[[str], MainWindow]) -> None:
    english = faults_of(open_in(i18n.ENGLISH))
    window = open_in(i18n.PSEUDO_MIRRORED)
    assert window.layoutDirection() == Qt.LayoutDirection.RightToLeft
    nav = bench_of(window).nav
    assert nav.mapTo(window, nav.rect().center()).x() > window.width() // 2
    assert not sorted(faults_of(window) - english)


def test_settings_offer_the_languages_and_keep_the_choice(qtbot: QtBot, look: Look) -> None:
    dialog = SettingsDialog(None, Preferences(language="xx"))
    qtbot.addWidget(dialog)
    box = next(item for item in dialog.findChildren(QComboBox) if item.accessibleName() == "Language")
    assert [box.itemText(at) for at in range(box.count())] == [name for _, name in choices()]
    assert dialog.language() == ""
    box.setCurrentIndex(1)
    assert dialog.language() == i18n.ENGLISH


def test_made_up_languages_are_offered_only_when_a_developer_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not {code for code, _ in choices()} & set(i18n.MADE_UP)
    monkeypatch.setenv(i18n.ASKED, i18n.PSEUDO_LONG)
    assert {code for code, _ in choices()} >= set(i18n.MADE_UP)
