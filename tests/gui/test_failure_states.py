"""What the window does when a file does not open, or when its disk gives way while it is open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.storage import keys
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.gui.test_session import FailingDocument
from tests.gui_world import on_disk, words_of
from tests.services_world import small_pack
from tests.storage_world import tamper
from ui import dialogs_seam
from ui.main_window import MainWindow
from ui.workbench import Workbench

WORDS = "heron over the quiet river"


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make keys with little memory: the full cost is tested with the storage, and here it would be paid each time."""
    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=64, passes=1, lanes=1))


def bench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def offered(banner: QWidget) -> dict[str, QPushButton]:
    return {item.text(): item for item in banner.findChildren(QPushButton) if item.isVisible()}


def type_rationale(window: MainWindow, text: str) -> None:
    bench = bench_of(window)
    bench.go("questions", "Q-TEXT")
    assert bench.questions.card is not None
    QTest.keyClicks(bench.questions.card.form.rationale, text)


def rationale(path: Path) -> str:
    return on_disk(path).answer_by_question["Q-TEXT"].rationale


def mark_elsewhere(path: Path) -> Path:
    """Leave the mark of a program on another computer that was killed there."""
    mark = path.with_name(path.name + ".lock.json")
    mark.write_text(json.dumps({"pid": 4711, "host": "lab-7", "user": "mara", "program": "ASL Desktop 0.1.0"}))
    return mark


@pytest.fixture
def damaged(assessment: Path) -> Path:
    """Return an assessment of which the last page is lost."""
    data = assessment.read_bytes()
    assessment.write_bytes(data[: len(data) - 8192])
    return assessment


@pytest.fixture
def full(qtbot: QtBot, open_window: MainWindow, caplog: pytest.LogCaptureFixture) -> Iterator[MainWindow]:
    """Return the window with something typed that the disk has no room for."""
    session = bench_of(open_window).session
    failing = FailingDocument(session.document, failures=1_000_000)
    session.document = failing  # type: ignore[assignment]
    type_rationale(open_window, "precious")
    qtbot.waitUntil(bench_of(open_window).unsaved.isVisible, timeout=5000)
    yield open_window
    failing.failures = 0
    assert "precious" not in caplog.text


def test_file_marked_on_another_computer_is_taken_over_only_by_a_person_who_says_so(
    qtbot: QtBot, window: MainWindow, assessment: Path
) -> None:
    mark = mark_elsewhere(assessment)
    window.open_file(assessment)
    qtbot.waitUntil(window.start.banner.isVisible, timeout=10_000)
    assert "mara" in window.start.banner.words()
    assert "lab-7" in window.start.banner.words()
    take_over = offered(window.start.banner)["Take over\u2026"]
    with dialogs_seam.queued_answers(False):
        take_over.click()
    assert mark.exists()
    with dialogs_seam.queued_answers(True), qtbot.waitSignal(window.opened, timeout=10_000):
        take_over.click()
    assert not bench_of(window).session.read_only


def test_file_changed_past_its_history_stays_out_names_what_and_offers_to_salvage_it(
    qtbot: QtBot, window: MainWindow, assessment: Path
) -> None:
    with Document.open(assessment) as document:
        document.put(Answer("Q-TEXT", rationale="harmful"), actor="A").result()
    tamper(assessment, "UPDATE answer SET record = replace(record, 'harmful', 'harmless') WHERE key = 'Q-TEXT'")
    window.open_file(assessment)
    qtbot.waitUntil(window.start.banner.isVisible, timeout=10_000)
    assert "answer:Q-TEXT says something else in its table" in window.start.banner.words()
    assert "Salvage into a new file\u2026" in offered(window.start.banner)
    assert not assessment.with_name(assessment.name + ".lock").exists()


def test_file_with_a_broken_history_is_closed_again_as_soon_as_that_is_known(
    qtbot: QtBot, window: MainWindow, assessment: Path
) -> None:
    with Document.open(assessment) as document:
        for text in ("first thoughts", "second thoughts"):
            document.put(Answer("Q-TEXT", rationale=text), actor="A").result()
    tamper(
        assessment,
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'first', 'no') AS BLOB) WHERE key = 'Q-TEXT'"
        " AND seq = (SELECT min(seq) FROM event WHERE key = 'Q-TEXT')",
    )
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_file(assessment)
    qtbot.waitUntil(window.start.banner.isVisible, timeout=10_000)
    assert "was changed after it was recorded" in window.start.banner.words()
    assert "Salvage into a new file\u2026" in offered(window.start.banner)
    assert window.workbench is None
    assert not assessment.with_name(assessment.name + ".lock").exists()


def test_full_disk_keeps_the_answer_and_goes_on_in_a_copy_elsewhere(
    qtbot: QtBot, full: MainWindow, assessment: Path, tmp_path: Path
) -> None:
    bench = bench_of(full)
    assert "the disk is full" in bench.unsaved.words()
    assert "Open the file again" not in offered(bench.unsaved)
    target = tmp_path / "elsewhere.asl"
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(full.opened, timeout=20_000):
        offered(bench.unsaved)["Save a copy elsewhere\u2026"].click()
    again = bench_of(full)
    assert again is not bench
    assert again.session.document.path == target
    assert again.place() == ("questions", "Q-TEXT")
    assert "You now work in" in again.notice.words()
    assert rationale(target) == "precious"
    assert "Q-TEXT" not in on_disk(assessment).answer_by_question
    Document.open(assessment).close()


def test_copy_elsewhere_that_fails_keeps_everything_where_it_is(qtbot: QtBot, full: MainWindow, tmp_path: Path) -> None:
    bench = bench_of(full)
    target = tmp_path / "taken.asl"
    target.write_bytes(b"something else")
    with dialogs_seam.queued_answers(target):
        offered(bench.unsaved)["Save a copy elsewhere\u2026"].click()
    qtbot.waitUntil(bench.notice.isVisible, timeout=10_000)
    assert "already exists" in bench.notice.words()
    assert full.workbench is bench
    assert bench.isEnabled()
    assert target.read_bytes() == b"something else"
    assert [getattr(item, "rationale", "") for item in bench.session.unsaved()] == ["precious"]


def test_file_taken_away_while_open_is_written_to_once_it_is_back(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    shutil.copy2(assessment, away / "small.asl")
    assessment.unlink()
    type_rationale(open_window, "typed into nothing")
    bench = bench_of(open_window)
    qtbot.waitUntil(bench.unsaved.isVisible, timeout=5000)
    assert "not where it was" in bench.unsaved.words()
    again = offered(bench.unsaved)["Open the file again"]
    again.click()
    qtbot.waitUntil(bench.notice.isVisible, timeout=10_000)
    assert "There is no file" in bench.notice.words()
    shutil.copy2(away / "small.asl", assessment)
    with qtbot.waitSignal(open_window.opened, timeout=20_000):
        again.click()
    assert rationale(assessment) == "typed into nothing"
    assert bench_of(open_window).session.save_state.kind == "saved"


def test_other_assessment_put_in_the_place_of_the_open_one_is_not_written_to(
    qtbot: QtBot, open_window: MainWindow, assessment: Path, tmp_path: Path, clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    other = tmp_path / "other.asl"
    Document.create(other, pack=small_pack(), scope=Scope("Other"), actor="B", clock=clock).close()
    before = other.read_bytes()
    other.replace(assessment)
    type_rationale(open_window, "not for the other one")
    bench = bench_of(open_window)
    qtbot.waitUntil(bench.unsaved.isVisible, timeout=5000)
    offered(bench.unsaved)["Open the file again"].click()
    qtbot.waitUntil(bench.notice.isVisible, timeout=10_000)
    assert "another assessment is in its place" in bench.notice.words()
    assert assessment.read_bytes() == before
    target = tmp_path / "rescued.asl"
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(open_window.opened, timeout=20_000):
        offered(bench.unsaved)["Save a copy elsewhere\u2026"].click()
    assert rationale(target) == "not for the other one"
    assert assessment.read_bytes() == before


def test_full_disk_under_an_encrypted_file_gives_a_copy_under_the_same_passphrase(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    path, target, secret = tmp_path / "secret.asl", tmp_path / "copy.asl", Passphrase(WORDS)
    Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="A", clock=clock, secret=secret).close()
    window.open_file(path)
    qtbot.waitUntil(lambda: window.shows(window.doors.unlock))
    window.doors.unlock.entry.passphrase.field.setText(WORDS)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.doors.unlock.open_button.click()
    session = bench_of(window).session
    session.document = FailingDocument(session.document, failures=99)  # type: ignore[assignment]
    type_rationale(window, "precious")
    qtbot.waitUntil(bench_of(window).unsaved.isVisible, timeout=5000)
    with dialogs_seam.queued_answers(target), qtbot.waitSignal(window.opened, timeout=20_000):
        offered(bench_of(window).unsaved)["Save a copy elsewhere\u2026"].click()
    assert bench_of(window).session.document.encrypted
    window.close_file()
    with Document.open(target, read_only=True, secret=secret) as document:
        assert document.inputs().answer_by_question["Q-TEXT"].rationale == "precious"


def test_damaged_file_is_salvaged_into_a_new_one_with_a_list_of_what_was_lost(
    qtbot: QtBot, window: MainWindow, damaged: Path, tmp_path: Path
) -> None:
    before = damaged.read_bytes()
    window.open_file(damaged)
    qtbot.waitUntil(window.start.banner.isVisible, timeout=10_000)
    offered(window.start.banner)["Salvage into a new file\u2026"].click()
    page = window.salvager.page
    assert window.shows(page)
    target = tmp_path / "salvaged.asl"
    with dialogs_seam.queued_answers(target):
        page.go_button.click()
    qtbot.waitUntil(page.outcome.isVisible, timeout=20_000)
    assert "salvaged.asl" in page.outcome.words()
    assert damaged.read_bytes() == before
    lost = page.findChild(QPlainTextEdit) if page.losses.isVisible() else None
    assert lost is not None or "Nothing was lost" in words_of(page)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        page.open_button.click()
    assert bench_of(window).session.inputs.scope.model == "Heron-2"


def test_salvage_that_finds_nothing_says_so_and_leaves_no_file(
    qtbot: QtBot, window: MainWindow, assessment: Path, tmp_path: Path
) -> None:
    assessment.write_bytes(assessment.read_bytes()[:8192])
    window.salvager.offer(assessment, encrypted=False)
    target = tmp_path / "salvaged.asl"
    page = window.salvager.page
    with dialogs_seam.queued_answers(target):
        page.go_button.click()
    qtbot.waitUntil(page.banner.isVisible, timeout=20_000)
    assert not target.exists()
    assert page.go_button.isEnabled()
    page.leave_button.click()
    assert window.shows(window.start)
