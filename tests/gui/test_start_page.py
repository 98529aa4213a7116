from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.storage.document import Document
from ui import dialogs_seam
from ui.main_window import MainWindow


def words(window: MainWindow) -> str:
    return window.start.banner.words() if window.start.banner.isVisible() else ""


def stranger(tmp_path: Path) -> Path:
    path = tmp_path / "stranger.asl"
    connection = sqlite3.connect(path)
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()
    return path


def truncated(assessment: Path, tmp_path: Path) -> Path:
    path = tmp_path / "cut.asl"
    path.write_bytes(assessment.read_bytes()[:5000])
    return path


@pytest.mark.parametrize("kind", ["missing", "text", "stranger", "truncated", "folder"])
def test_open_of_a_bad_file_says_which_and_why_and_leaves_it(
    qtbot: QtBot, window: MainWindow, assessment: Path, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"{kind}.asl"
    if kind == "text":
        path.write_text("shopping list")
    elif kind == "stranger":
        path = stranger(tmp_path)
    elif kind == "truncated":
        path = truncated(assessment, tmp_path)
    elif kind == "folder":
        path.mkdir()
    before = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    window.open_file(path)
    qtbot.waitUntil(lambda: path.name in words(window))
    assert window.workbench is None
    assert window.start.isVisible()
    assert (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "") == before
    assert "Traceback" not in words(window)


def test_new_assessment_by_keyboard_is_made_and_remembered(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    form = window.start.form
    qtbot.waitUntil(lambda: form.pack.count() > 0)
    QTest.keyClicks(form.model, "Heron-2")
    QTest.keyClicks(form.checkpoint, "step 9")
    target = tmp_path / "heron"
    form.file.setText(str(target))
    form.unprotected.setFocus()
    QTest.keyClick(form.unprotected, Qt.Key.Key_Space)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        QTest.keyClick(form.model, Qt.Key.Key_Return)
    assert window.workbench is not None
    assert window.workbench.session.inputs.scope.checkpoint == "step 9"
    assert window.preferences.recent == [str(target.with_suffix(".asl"))]
    window.close_file()
    with Document.open(target.with_suffix(".asl"), read_only=True) as document:
        assert document.inputs().scope.model == "Heron-2"


def test_new_assessment_over_an_existing_file_is_refused_and_keeps_it(
    qtbot: QtBot, window: MainWindow, assessment: Path
) -> None:
    before = assessment.read_bytes()
    window.start.start_new()
    form = window.start.form
    qtbot.waitUntil(lambda: form.pack.count() > 0)
    form.model.setText("Heron-2")
    form.file.setText(str(assessment))
    form.unprotected.setChecked(True)
    form.create_button.click()
    qtbot.waitUntil(lambda: assessment.name in words(window))
    assert assessment.read_bytes() == before
    assert form.model.text() == "Heron-2"


def test_new_assessment_without_a_model_says_what_is_missing(qtbot: QtBot, window: MainWindow) -> None:
    window.start.start_new()
    qtbot.waitUntil(lambda: window.start.form.pack.count() > 0)
    window.start.form.create_button.click()
    assert window.start.form.problem.text() == "Name the model that is assessed."


def test_recent_file_that_is_gone_is_marked_and_can_be_taken_off(window: MainWindow, tmp_path: Path) -> None:
    window.preferences.remember(tmp_path / "gone.asl")
    window.start.refresh_recent()
    names = [b.accessibleName() for b in window.start.findChildren(QPushButton)]
    assert "Open gone.asl, missing" in names
    window.start._forget(tmp_path / "gone.asl")
    assert window.preferences.recent == []


def test_file_dropped_on_the_start_screen_is_opened(qtbot: QtBot, window: MainWindow, assessment: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(assessment))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.dropEvent(event)
    assert window.windowTitle().startswith("small.asl")


def test_file_chosen_with_ctrl_o_is_opened(qtbot: QtBot, window: MainWindow, assessment: Path) -> None:
    with dialogs_seam.queued_answers(assessment), qtbot.waitSignal(window.opened, timeout=10_000):
        QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)


def test_file_held_by_another_window_names_the_holder_and_opens_for_reading_only(
    qtbot: QtBot, window: MainWindow, assessment: Path
) -> None:
    with Document.open(assessment):
        window.open_file(assessment)
        qtbot.waitUntil(lambda: f"process {os.getpid()}" in words(window), timeout=10_000)
        buttons = window.start.banner.findChildren(QPushButton)
        offered = {item.text(): item for item in buttons if item.isVisible()}
        assert list(offered) == ["Open read-only", "Try again"]
        with qtbot.waitSignal(window.opened, timeout=10_000):
            offered["Open read-only"].click()
    bench = window.workbench
    assert bench is not None
    assert bench.session.read_only
    bench.go("questions", "Q-YES")
    assert bench.questions.card is not None
    assert bench.questions.card.form.rationale.isReadOnly()
    assert bench.top._chip.text() == "Read-only"
    assert bench.reading_only.isVisible()
    with qtbot.waitSignal(window.opened, timeout=10_000):
        bench.writing_wanted.emit()
    again = window.workbench
    assert again is not None
    assert not again.session.read_only
    assert again.place() == ("questions", "Q-YES")


def test_worked_example_opens_from_the_start_screen(qtbot: QtBot, window: MainWindow, user_dirs: Path) -> None:
    with qtbot.waitSignal(window.opened, timeout=60_000):
        window.start.example.click()
    assert window.workbench is not None
    assert window.workbench.session.snapshot.determination.label == "ASL-3"
    assert list(user_dirs.rglob("*.asl"))
