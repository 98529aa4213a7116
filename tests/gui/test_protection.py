"""Encrypted files in the real window: created, locked, unlocked, put under another passphrase, recovered."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Scope
from asl_desktop.errors import PassphraseNeeded, PassphraseWrong
from asl_desktop.storage import keys
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase, RecoveryKey
from tests.gui.test_session import FailingDocument
from tests.gui_world import unnamed, words_of
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.dialogs.settings import SettingsDialog
from ui.main_window import MainWindow
from ui.workbench import Workbench

WORDS = "heron over the quiet river"
OTHER = "kestrel above the old harbour"


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make keys with little memory: the full cost is tested with the storage, and here it would be paid each time."""
    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=64, passes=1, lanes=1))


@pytest.fixture
def protected(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "secret.asl"
    Document.create(
        path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock, secret=Passphrase(WORDS)
    ).close()
    return path


@pytest.fixture
def unlocked(qtbot: QtBot, window: MainWindow, protected: Path) -> MainWindow:
    window.open_file(protected)
    qtbot.waitUntil(lambda: window.shows(window.doors.unlock))
    unlock(qtbot, window)
    return window


def unlock(qtbot: QtBot, window: MainWindow, passphrase: str = WORDS) -> None:
    with qtbot.waitSignal(window.opened, timeout=10_000):
        QTest.keyClicks(window.doors.unlock.entry.passphrase.field, passphrase)
        QTest.keyClick(window.doors.unlock.entry.passphrase.field, Qt.Key.Key_Return)


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def typed_anywhere(root: QWidget) -> str:
    lines, boxes = root.findChildren(QLineEdit), root.findChildren(QPlainTextEdit)
    return "\n".join([*(line.text() for line in lines), *(box.toPlainText() for box in boxes)])


def fill_in(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    window.start.start_new()
    form = window.start.form
    qtbot.waitUntil(lambda: form.pack.count() > 0)
    QTest.keyClicks(form.model, "Heron-2")
    form.file.setText(str(path))


def test_new_assessment_is_encrypted_unless_the_person_opts_out(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "new.asl"
    fill_in(qtbot, window, path)
    form = window.start.form
    QTest.keyClicks(form.passphrase.first.field, WORDS)
    QTest.keyClicks(form.passphrase.again.field, WORDS)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        QTest.keyClick(form.passphrase.again.field, Qt.Key.Key_Return)
    assert bench_of(window).session.document.encrypted
    assert window.shows(window.doors.recovery)
    assert WORDS not in typed_anywhere(window)
    with pytest.raises(PassphraseNeeded):
        Document.open(path, read_only=True)


def test_new_assessment_kept_unprotected_says_what_that_means(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "plain.asl"
    fill_in(qtbot, window, path)
    form = window.start.form
    form.unprotected.setFocus()
    QTest.keyClick(form.unprotected, Qt.Key.Key_Space)
    assert "can read everything in it" in words_of(form)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        form.create_button.click()
    assert not bench_of(window).session.document.encrypted
    assert window.shows(bench_of(window))
    assert not window.actions_by_name["lock"].isEnabled()


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        ("", "", "Type a passphrase, or choose to keep the file unprotected."),
        ("seven77", "seven77", "The passphrase needs at least 8 characters; this one has 7."),
        (WORDS, "", "Type the passphrase a second time."),
        (WORDS, OTHER, "The two passphrases are not the same."),
    ],
)
def test_new_passphrase_that_cannot_be_taken_is_refused_beside_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, first: str, again: str, said: str
) -> None:
    fill_in(qtbot, window, tmp_path / "new.asl")
    form = window.start.form
    form.passphrase.first.field.setText(first)
    form.passphrase.again.field.setText(again)
    form.create_button.click()
    assert form.problem.isVisible()
    assert form.problem.text() == said
    assert not (tmp_path / "new.asl").exists()
    QTest.keyClick(form.passphrase.first.field, Qt.Key.Key_X)
    assert not form.problem.isVisible()


def test_passphrase_is_shown_only_while_asked_and_hidden_again_when_forgotten(window: MainWindow) -> None:
    first, again = window.start.form.passphrase.first, window.start.form.passphrase.again
    QTest.keyClicks(first.field, WORDS)
    assert first.field.displayText() != WORDS
    first.eye.click()
    assert first.field.displayText() == WORDS
    assert again.eye.isChecked()
    window.start.form.forget()
    first.field.undo()
    assert first.text() == ""
    QTest.keyClicks(first.field, WORDS)
    assert first.field.displayText() != WORDS


def test_caps_lock_is_pointed_out_while_it_is_on(qtbot: QtBot, window: MainWindow) -> None:
    window.start.start_new()
    line = window.start.form.passphrase.first
    for character, modifier, shown in (
        ("a", Qt.KeyboardModifier.NoModifier, False),
        ("A", Qt.KeyboardModifier.NoModifier, True),
        ("A", Qt.KeyboardModifier.ShiftModifier, False),
        ("a", Qt.KeyboardModifier.ShiftModifier, True),
        ("7", Qt.KeyboardModifier.NoModifier, True),
    ):
        QTest.keyClicks(line.field, character, modifier)
        assert line._caps.isVisible() is shown, (character, modifier)


def test_recovery_key_shown_after_creation_opens_the_file(
    qtbot: QtBot, unlocked: MainWindow, protected: Path, tmp_path: Path
) -> None:
    unlocked.actions_by_name["recovery"].trigger()
    page = unlocked.doors.recovery
    assert unlocked.shows(page)
    page.copy.click()
    key = QGuiApplication.clipboard().text()
    target = tmp_path / "sheet.pdf"
    with dialogs_seam.queued_answers(target):
        page.save.click()
    qtbot.waitUntil(lambda: "Print it" in page.said.text(), timeout=20_000)
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_mode & 0o077 == 0
    page.go_on.click()
    assert unlocked.shows(bench_of(unlocked))
    assert "not stored yet" in bench_of(unlocked).notice.words()
    assert key.replace("-", "   ").splitlines()[0] not in words_of(page)
    unlocked.close_file()
    with Document.open(protected, read_only=True, secret=RecoveryKey.from_text(key)) as document:
        assert document.inputs().scope.model == "Heron-2"


def test_unlock_with_a_wrong_passphrase_names_all_causes_and_lets_try_again(
    qtbot: QtBot, window: MainWindow, protected: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    window.open_file(protected)
    page = window.doors.unlock
    qtbot.waitUntil(lambda: window.shows(page))
    QTest.keyClicks(page.entry.passphrase.field, "wrong and secret too")
    page.open_button.click()
    assert not page.open_button.isEnabled()
    qtbot.waitUntil(page.banner.isVisible, timeout=10_000)
    for cause in ("not the right one", "damaged", "not an assessment", "cannot be told apart"):
        assert cause in page.banner.words()
    assert page.entry.passphrase.field.hasFocus()
    assert page.entry.passphrase.field.hasSelectedText()
    unlock(qtbot, window)
    assert bench_of(window).session.inputs.scope.model == "Heron-2"
    assert typed_anywhere(page) == "\n"
    assert "wrong and secret too" not in caplog.text
    assert WORDS not in caplog.text
    window.preferences.save()
    assert WORDS not in (window.preferences.path or Path()).read_text()


def test_unlock_with_the_recovery_key_tells_a_typing_mistake_by_its_line(
    qtbot: QtBot, window: MainWindow, protected: Path
) -> None:
    with Document.open(protected, read_only=True, secret=Passphrase(WORDS)) as document:
        key = document.recovery_key()
    window.open_file(protected)
    page = window.doors.unlock
    qtbot.waitUntil(lambda: window.shows(page))
    page.entry.switch.click()
    lines = key.splitlines()
    wrong = "ABCD-" + lines[2][5:] if not lines[2].startswith("ABCD") else "ABCE-" + lines[2][5:]
    for line in (*lines[:2], wrong, *lines[3:]):
        QTest.keyClicks(page.entry.recovery, f"{line} ")
    page.open_button.click()
    assert page.problem.text() == "Line 3 of the recovery key has a typing mistake."
    page.entry.recovery.selectAll()
    with qtbot.waitSignal(window.opened, timeout=10_000):
        QTest.keyClicks(page.entry.recovery, " ".join(key.lower().replace("-", " ").split()))
        QTest.keyClick(page.entry.recovery, Qt.Key.Key_Return)


def test_lock_now_writes_what_was_typed_and_unlock_returns_to_the_same_question(
    qtbot: QtBot, unlocked: MainWindow, protected: Path
) -> None:
    bench = bench_of(unlocked)
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, "typed a moment ago")
    QTest.keyClick(unlocked, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert unlocked.shows(unlocked.doors.unlock)
    assert unlocked.workbench is None
    assert "Everything is saved" in words_of(unlocked.doors.unlock)
    qtbot.waitUntil(lambda: "typed a moment ago" not in typed_anywhere(unlocked))
    assert not [command for command in ("save", "questions", "report", "lock") if enabled(unlocked, command)]
    with Document.open(protected, secret=Passphrase(WORDS)) as document:  # nobody holds it any more
        assert document.inputs().answer_by_question["Q-TEXT"].rationale == "typed a moment ago"
    unlock(qtbot, unlocked)
    again = bench_of(unlocked)
    assert again.place() == ("questions", "Q-TEXT")
    assert again.questions.card is not None
    assert again.questions.card.form.rationale.toPlainText() == "typed a moment ago"


def enabled(window: MainWindow, name: str) -> bool:
    action = window.actions_by_name.get(name)
    return action is not None and action.isEnabled()


def test_lock_keeps_what_could_not_be_recorded_and_shows_it_afterwards(qtbot: QtBot, unlocked: MainWindow) -> None:
    bench = bench_of(unlocked)
    bench.go("questions", "Q-NUM")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.editors[0].findChildren(QLineEdit)[0], "twelve")
    assert bench.questions.unrecorded()
    unlocked.locker.lock()
    assert "twelve" not in words_of(unlocked)
    unlock(qtbot, unlocked)
    assert "twelve" in bench_of(unlocked).notice.words()


def test_lock_takes_a_recovery_key_and_half_typed_passphrases_off_the_pages(qtbot: QtBot, unlocked: MainWindow) -> None:
    unlocked.doors.show_recovery()
    first = unlocked.doors.recovery._keys[0]
    assert first.text()
    unlocked.locker.lock()
    assert first.text() == ""
    unlock(qtbot, unlocked)
    unlocked.mover.ask()
    QTest.keyClicks(unlocked.mover.page.old.passphrase.field, WORDS)
    unlocked.locker.lock()
    assert WORDS not in typed_anywhere(unlocked)


def test_passphrase_kept_for_another_try_is_let_go_once_the_file_is_open(
    qtbot: QtBot, window: MainWindow, protected: Path
) -> None:
    with Document.open(protected, secret=Passphrase(WORDS)):
        window.open_file(protected)
        page = window.doors.unlock
        qtbot.waitUntil(lambda: window.shows(page))
        QTest.keyClicks(page.entry.passphrase.field, WORDS)
        page.open_button.click()
        qtbot.waitUntil(page.banner.isVisible, timeout=10_000)
        assert "is being changed by" in page.banner.words()
        offered = {item.text(): item for item in page.banner.findChildren(QPushButton)}
        with qtbot.waitSignal(window.opened, timeout=10_000):
            offered["Open read-only"].click()
    assert bench_of(window).session.read_only
    assert page.banner.buttons.count() == 0
    window.actions_by_name["lock"].trigger()
    assert window.shows(page)


def test_lock_closes_an_open_dialog_first(qtbot: QtBot, unlocked: MainWindow) -> None:
    dialog = SettingsDialog(unlocked, unlocked.preferences)
    dialog.open()
    unlocked.locker.lock()
    qtbot.waitUntil(lambda: unlocked.shows(unlocked.doors.unlock))
    assert not dialog.isVisible()


def test_lock_with_a_full_disk_covers_what_is_unsaved_and_closes_once_it_is_on_disk(
    qtbot: QtBot, unlocked: MainWindow, protected: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = bench_of(unlocked)
    session = bench.session
    session._retry.setInterval(50)
    failing = FailingDocument(session.document, failures=1_000_000)
    session.document = failing  # type: ignore[assignment]
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, "precious")
    unlocked.locker.lock()
    page = unlocked.doors.unlock
    assert unlocked.locker.covering
    assert unlocked.shows(page)
    assert "1 change is not on disk" in words_of(page)
    QTest.keyClicks(page.entry.passphrase.field, OTHER)
    page.open_button.click()
    qtbot.waitUntil(page.banner.isVisible, timeout=10_000)
    with dialogs_seam.queued_answers(False):
        unlocked.close()
    assert unlocked.isVisible()
    page.entry.passphrase.field.setText(WORDS)
    page.open_button.click()
    qtbot.waitUntil(lambda: unlocked.workbench is bench, timeout=10_000)
    assert bench.questions.card.form.rationale.toPlainText() == "precious"
    unlocked.locker.lock()
    assert unlocked.locker.covering
    failing.failures = 0
    qtbot.waitUntil(lambda: not unlocked.locker.covering, timeout=10_000)
    assert "Everything is saved" in words_of(page)
    with Document.open(protected, secret=Passphrase(WORDS)) as document:
        assert document.inputs().answer_by_question["Q-TEXT"].rationale == "precious"
    unlock(qtbot, unlocked)
    assert bench_of(unlocked) is not bench


def test_idle_window_warns_and_locks_and_a_movement_keeps_it_open(
    qtbot: QtBot, unlocked: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    monkeypatch.setattr(unlocked.locker.idle, "_now", lambda: moment[0])
    session = bench_of(unlocked).session
    qtbot.waitUntil(lambda: not session.occupied, timeout=10_000)  # what opening still reads counts as presence
    unlocked.locker.watch()
    moment[0] = 15 * 60 - 20
    unlocked.locker.idle.look()
    assert "locked in 20 seconds" in unlocked.soon.words()
    handle = unlocked.windowHandle()
    QTest.mouseMove(handle, handle.geometry().center() - handle.geometry().topLeft())
    qtbot.waitUntil(lambda: not unlocked.soon.isVisible())
    moment[0] += 15 * 60 - 1
    unlocked.locker.idle.look()
    assert unlocked.workbench is not None
    moment[0] += 2
    unlocked.locker.idle.look()
    assert unlocked.shows(unlocked.doors.unlock)
    assert not unlocked.soon.isVisible()


def test_idle_plain_file_and_a_setting_of_never_lock_nothing(
    qtbot: QtBot, window: MainWindow, assessment: Path, protected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    monkeypatch.setattr(window.locker.idle, "_now", lambda: moment[0])
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    assert not window.locker.idle._ticks.isActive()
    window.open_file(protected)
    qtbot.waitUntil(lambda: window.shows(window.doors.unlock))
    window.preferences.lock_after = 0
    unlock(qtbot, window)
    assert not window.locker.idle._ticks.isActive()


def test_settings_offer_when_to_lock_and_keep_the_choice(window: MainWindow) -> None:
    dialog = SettingsDialog(window, window.preferences)
    assert dialog.lock_after() == 15
    dialog._lock.setCurrentIndex(0)
    assert dialog.lock_after() == 0
    window.preferences.lock_after = dialog.lock_after()
    window.preferences.save()
    assert type(window.preferences).load(window.preferences.path).lock_after == 0
    dialog.deleteLater()


def change(window: MainWindow, old: str, new: str) -> None:
    window.actions_by_name["protection"].trigger()
    page = window.mover.page
    assert window.shows(page)
    if old:
        QTest.keyClicks(page.old.passphrase.field, old)
    for line in (page.new.first, page.new.again):
        QTest.keyClicks(line.field, new)
    page.go_button.click()


def test_passphrase_changed_reopens_at_the_same_place_with_a_new_recovery_key(
    qtbot: QtBot, unlocked: MainWindow, protected: Path
) -> None:
    bench_of(unlocked).go("questions", "Q-NUM")
    before = bench_of(unlocked).session.document.recovery_key()
    unlocked.mover.ask()
    assert "keep the passphrase they have" in words_of(unlocked.mover.page)
    with qtbot.waitSignal(unlocked.opened, timeout=20_000):
        change(unlocked, WORDS, OTHER)
    bench = bench_of(unlocked)
    assert unlocked.shows(unlocked.doors.recovery)
    assert bench.place() == ("questions", "Q-NUM")
    assert bench.session.document.recovery_key() != before
    assert not any(text in typed_anywhere(unlocked) for text in (WORDS, OTHER))
    unlocked.close_file()
    with pytest.raises(PassphraseWrong):
        Document.open(protected, read_only=True, secret=Passphrase(WORDS))
    Document.open(protected, read_only=True, secret=Passphrase(OTHER)).close()


def test_passphrase_change_with_a_wrong_old_one_changes_nothing_and_keeps_the_file_open(
    qtbot: QtBot, unlocked: MainWindow
) -> None:
    with qtbot.waitSignal(unlocked.opened, timeout=20_000):
        change(unlocked, "not the one it has", OTHER)
    page = unlocked.mover.page
    assert unlocked.shows(page)
    assert "did not open" in page.banner.words()
    QTest.keyClick(page.old.passphrase.field, Qt.Key.Key_Escape)
    assert unlocked.shows(bench_of(unlocked))
    assert bench_of(unlocked).session.document.encrypted
    assert typed_anywhere(page).strip() == ""


def test_plain_file_is_protected_and_its_protection_taken_away_again(
    qtbot: QtBot, open_window: MainWindow, assessment: Path
) -> None:
    with qtbot.waitSignal(open_window.opened, timeout=20_000):
        change(open_window, "", WORDS)
    assert bench_of(open_window).session.document.encrypted
    open_window.doors.recovery.stored.setChecked(True)
    open_window.doors.recovery.go_on.click()
    assert not bench_of(open_window).notice.isVisible()
    open_window.mover.ask()
    page = open_window.mover.page
    page.remove.setChecked(True)
    assert "can read everything in it" in words_of(page)
    QTest.keyClicks(page.old.passphrase.field, WORDS)
    with qtbot.waitSignal(open_window.opened, timeout=20_000):
        QTest.keyClick(page.old.passphrase.field, Qt.Key.Key_Return)
    assert not bench_of(open_window).session.document.encrypted
    assert "not protected any more" in bench_of(open_window).notice.words()
    open_window.close_file()
    Document.open(assessment, read_only=True).close()


def test_every_field_of_the_pages_before_a_file_has_a_name(unlocked: MainWindow) -> None:
    unlocked.mover.ask()
    pages = [
        unlocked.start,
        unlocked.doors.unlock,
        unlocked.doors.recovery,
        unlocked.mover.page,
        unlocked.salvager.page,
    ]
    for page in pages:
        assert list(unnamed(page)) == [], type(page).__name__
        assert all(item.accessibleName() for item in page.findChildren(QPushButton)), type(page).__name__
