"""Backups in the window: made when a file is closed or stays open, looked into, and brought back as a new file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.services.backups import Limits, Shelf
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.gui_world import activate, on_disk, settle, unnamed, words_of
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.dialogs.settings import SettingsDialog
from ui.main_window import MainWindow
from ui.operations import Operations
from ui.pages.earlier import EarlierPage
from ui.preferences import Preferences

PATIENCE_MS = 30_000
"""Making a key takes a second, on a busy machine some more."""
SECRET = "correct horse battery"


def backups(path: Path) -> list[int]:
    """Return how many events each backup has, newest first."""
    return [backup.events for backup in Shelf().of_file(path)]


def answer(document: Document, text: str) -> None:
    document.put(Answer("Q-TEXT", rationale=text), actor="Ann").result()


@pytest.fixture
def versions(assessment: Path) -> Path:
    """Return an assessment with two backups and a change that is in neither."""
    with Document.open(assessment) as document:
        for text in ("first", "second"):
            answer(document, text)
            Shelf().keep(document)
        answer(document, "third")
    return assessment


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, versions: Path) -> EarlierPage:
    """Return the page with the versions, the newest looked into."""
    window.preferences.remember(versions)
    window.start.refresh_recent()
    press(window, f"Earlier versions of {versions.name}")
    wait(qtbot, lambda: bool(window.restorer.page.details.toPlainText()))
    return window.restorer.page


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def press(window: MainWindow, name: str) -> None:
    settle()
    found = [item for item in window.findChildren(QPushButton) if item.accessibleName() == name and item.isVisible()]
    assert len(found) == 1, name
    found[0].click()


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_closing_a_changed_file_makes_a_backup_and_an_unchanged_one_none(
    qtbot: QtBot, open_window: MainWindow, assessment: Path
) -> None:
    assert open_window.workbench is not None
    open_window.workbench.session.put(Answer("Q-TEXT", value={"value": "typed"}))
    assert open_window.close_file()
    open_window.operations.drain()
    (made,) = backups(assessment)
    with qtbot.waitSignal(open_window.opened, timeout=PATIENCE_MS):
        open_window.open_file(assessment)
    assert open_window.close_file()
    open_window.operations.drain()
    assert backups(assessment) == [made]
    assert [item.name for item in assessment.parent.glob("*.asl*")] == ["small.asl"]


def test_quitting_makes_the_backup_before_the_process_ends(open_window: MainWindow, assessment: Path) -> None:
    open_window.close()
    open_window.operations.close()  # what the application does last
    assert len(backups(assessment)) == 1


def test_file_that_stays_open_gets_a_backup_while_it_changes(open_window: MainWindow, assessment: Path) -> None:
    assert open_window.workbench is not None
    assert open_window.keeper._timer.isActive()
    session = open_window.workbench.session
    for text, count in (("one", 1), ("two", 2)):
        session.put(Answer("Q-TEXT", value={"value": text}))
        assert session.flush()
        for _ in range(2):  # the second time nothing has changed
            open_window.keeper._timer.timeout.emit()
            open_window.operations.drain()
        assert len(backups(assessment)) == count


def test_backups_that_are_turned_off_are_not_made(open_window: MainWindow, assessment: Path) -> None:
    open_window.preferences.backups = False
    open_window.keeper.keep_open()
    open_window.close_file()
    open_window.operations.drain()
    assert backups(assessment) == []


def test_file_opened_for_reading_only_gets_no_backup(qtbot: QtBot, window: MainWindow, assessment: Path) -> None:
    from ui.doorkeeper import Visit

    with qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        window.doors.open(Visit(assessment, read_only=True))
    window.close_file()
    window.operations.drain()
    assert backups(assessment) == []


def test_full_disk_skips_the_backup_with_a_calm_note_and_closes(
    open_window: MainWindow, assessment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nearly full, which a test cannot make of the disk that everybody shares.
    monkeypatch.setattr("asl_desktop.services.backups.RESERVE", 2**60)
    for _ in range(2):
        open_window.keeper.keep_open()
        open_window.operations.drain()
    note = open_window.keeper.note
    assert note.isVisible()
    assert "No backup of small.asl was made" in note.words()
    assert "The assessment itself is saved" in note.words()
    assert open_window.close_file()
    open_window.operations.drain()
    assert open_window.start.isVisible()
    assert backups(assessment) == []


def test_backup_that_failed_at_quitting_is_told_at_the_next_start(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asl_desktop.services.backups.RESERVE", 2**60)
    open_window.close()
    open_window.operations.drain()
    assert open_window.preferences.path is not None
    kept = Preferences.load(open_window.preferences.path)
    assert "small.asl" in kept.backup_trouble
    open_window.show()
    open_window.keeper.tell_of_last_time()
    assert open_window.keeper.note.isVisible()
    assert Preferences.load(open_window.preferences.path).backup_trouble == ""


def test_protecting_a_file_offers_to_delete_its_plain_backups(qtbot: QtBot, window: MainWindow, versions: Path) -> None:
    from ui.pages.protection import Protection

    with qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        window.open_file(versions)
    with qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        window.mover.page.wanted.emit(Protection(old=None, new=Passphrase(SECRET)))
    wait(qtbot, window.keeper.old.isVisible)
    assert "2 backups of small.asl on this machine can be opened as before" in window.keeper.old.words()
    press(window, "Delete them")
    assert backups(versions) == []
    assert not window.keeper.old.isVisible()
    window.close_file()
    window.operations.drain()
    (made,) = Shelf().of_file(versions)
    assert made.encrypted


def test_limits_of_the_settings_are_those_of_the_backups(window: MainWindow) -> None:
    window.preferences.backups_most, window.preferences.backups_gib = 3, 1
    assert window.keeper.shelf()._limits == Limits(3, 1024**3)


def test_versions_are_listed_with_what_was_done_since_each(qtbot: QtBot, page: EarlierPage) -> None:
    assert page.list.count() == 2
    assert "5 recorded changes" in page.list.item(0).text()
    assert "last by Ann" in page.list.item(0).text()
    assert page.summary.text().startswith("The present file has 1 recorded change more, the last by Ann on ")
    assert "This version holds 1 answer." in page.holds.text()
    assert "Rationale: second \u2192 third" in page.details.toPlainText()
    page.list.setCurrentRow(1)
    wait(qtbot, lambda: "first \u2192 third" in page.details.toPlainText())
    assert "2 recorded changes more" in page.summary.text()
    assert list(unnamed(page)) == []


def test_versions_are_reached_by_keyboard_alone(qtbot: QtBot, window: MainWindow, page: EarlierPage) -> None:
    activate(qtbot, window)
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    wait(qtbot, lambda: "first \u2192 third" in page.details.toPlainText())
    for expected in (page.details, page.restore_button, page.delete_button, page.leave_button):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert window.focusWidget() is expected
    QTest.keyClick(page.leave_button, Qt.Key.Key_Space)
    assert window.shows(window.start)


def test_version_comes_back_as_a_new_file_and_the_present_one_is_untouched(
    qtbot: QtBot, window: MainWindow, page: EarlierPage, versions: Path, tmp_path: Path
) -> None:
    before, kept = sha(versions), {item.path: sha(item.path) for item in Shelf().all()}
    page.list.setCurrentRow(1)
    wait(qtbot, lambda: "first" in page.details.toPlainText())
    target = tmp_path / "back.asl"
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        page.restore_button.click()
    assert window.workbench is not None
    assert window.workbench.session.document.path == target
    assert "small.asl is as it was" in window.workbench.notice.words()
    assert not window.workbench.setback.isVisible()  # the person knows that it is an older version
    assert window.workbench.session.inputs.answers[0].rationale == "first"
    assert sha(versions) == before
    assert {item.path: sha(item.path) for item in Shelf().all() if item.path in kept} == kept
    assert on_disk(versions).answers[0].rationale == "third"


def test_version_is_never_restored_over_a_file(
    qtbot: QtBot, window: MainWindow, page: EarlierPage, versions: Path
) -> None:
    before = sha(versions)
    with dialogs_seam.queued_answers(versions):
        page.restore_button.click()
    wait(qtbot, page.banner.isVisible)
    assert "already exists" in page.banner.words()
    assert sha(versions) == before


@pytest.mark.parametrize("spoil", ["missing", "damaged"])
def test_version_of_a_file_that_cannot_be_opened_says_why_and_comes_back(
    qtbot: QtBot, window: MainWindow, versions: Path, spoil: str
) -> None:
    if spoil == "missing":
        versions.unlink()
    else:
        versions.write_bytes(versions.read_bytes()[:20_000])
    window.open_file(versions)
    wait(qtbot, window.start.banner.isVisible)
    press(window, "Earlier versions\u2026")
    page = window.restorer.page
    wait(qtbot, lambda: "cannot be compared" in page.summary.text())
    assert versions.name in page.details.toPlainText()
    target = versions.with_name("back.asl")
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        page.restore_button.click()
    assert on_disk(target).answers[0].rationale == "second"


def test_encrypted_version_asks_for_its_passphrase_and_opens_with_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "sealed.asl"
    secret = Passphrase(SECRET)
    with Document.create(path, pack=small_pack(), scope=Scope("H"), actor="A", clock=clock, secret=secret) as document:
        answer(document, "first")
        Shelf().keep(document)
        answer(document, "second")
    window.restorer.offer(path)
    page = window.restorer.page
    wait(qtbot, page.entry.isVisible)
    assert not page.restore_button.isEnabled()
    assert "Ann" not in page.list.item(0).text()
    page.entry.passphrase.field.setText("wrong horse battery")
    page.look_button.click()
    wait(qtbot, page.banner.isVisible)
    page.entry.passphrase.field.setText(SECRET)
    QTest.keyClick(page.entry.passphrase.field, Qt.Key.Key_Return)
    wait(qtbot, lambda: "first \u2192 second" in page.details.toPlainText())
    target = tmp_path / "back.asl"
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(window.opened, timeout=PATIENCE_MS):
        page.restore_button.click()
    assert window.workbench is not None
    assert window.workbench.session.document.encrypted
    assert window.restorer._secret is None
    assert page.entry.empty()


def test_versions_are_deleted_after_a_question_and_the_file_stays(
    qtbot: QtBot, window: MainWindow, page: EarlierPage, versions: Path
) -> None:
    before = sha(versions)
    with dialogs_seam.queued_answers(False):
        page.delete_button.click()
    assert len(backups(versions)) == 2
    with dialogs_seam.queued_answers(True):
        page.delete_button.click()
    assert backups(versions) == []
    assert "no backups" in page.summary.text()
    assert not page.restore_button.isEnabled()
    assert sha(versions) == before
    page.leave_button.click()
    settle()
    assert window.start.isVisible()
    assert not [b for b in window.start.findChildren(QPushButton) if b.accessibleName().startswith("Earlier")]


def test_recent_file_with_an_interrupted_save_says_how_to_copy_it(window: MainWindow, assessment: Path) -> None:
    window.preferences.remember(assessment)
    assessment.with_name("small.asl-journal").write_bytes(b"half")
    window.start.refresh_recent()
    settle()
    assert "to copy small.asl, copy small.asl-journal with it, or open it here once" in words_of(window.start)


def test_settings_turn_backups_off_and_delete_them(qtbot: QtBot, window: MainWindow, versions: Path) -> None:
    dialog = SettingsDialog(window, window.preferences)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "2 backups" in words_of(dialog)
    dialog.backups.keep.setChecked(False)
    dialog.backups.most.setCurrentText("5")
    assert not dialog.backups.most.isEnabled()
    dialog.backups.apply(window.preferences)
    assert (window.preferences.backups, window.preferences.backups_most) == (False, 5)
    with dialogs_seam.queued_answers(True):
        dialog.backups.delete_button.click()
    assert backups(versions) == []
    assert "none at present" in words_of(dialog)
    assert dialog.backups.most.accessibleName()


def test_copy_is_written_beside_other_work_and_checked(qtbot: QtBot, open_window: MainWindow, tmp_path: Path) -> None:
    target = tmp_path / "copy.asl"
    bench = open_window.workbench
    assert bench is not None
    bench.session.put(Answer("Q-TEXT", value={"value": "typed"}), coalesce="x")
    with dialogs_seam.queued_answers(target, True) as asked:
        shifted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(open_window, Qt.Key.Key_S, shifted)
        wait(qtbot, lambda: not asked)
    assert on_disk(target).answers[0].value == {"value": "typed"}
    assert not open_window.files.strip.busy


def test_copy_that_is_cancelled_or_outlived_by_its_file_leaves_nothing(
    qtbot: QtBot, open_window: MainWindow, tmp_path: Path
) -> None:
    bench = open_window.workbench
    assert bench is not None
    for stop in (open_window.files.strip.cancel.click, open_window.close_file):
        with dialogs_seam.queued_answers(tmp_path / "copy.asl"):
            held = hold_the_work_lane(open_window.operations)
            open_window.files.save_copy()
            stop()
            held()
        open_window.operations.drain()
        assert not open_window.files.strip.busy
        assert not (tmp_path / "copy.asl").exists()


def hold_the_work_lane(operations: Operations) -> Callable[[], None]:
    """Keep everything on the work lane waiting until the returned function is called."""
    import threading

    gate = threading.Event()
    for _ in range(2):
        operations.run(lambda _: gate.wait(5), owner=operations)
    return gate.set
