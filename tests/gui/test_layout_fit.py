"""Every page in windows from the smallest up and at every size of text: nothing sideways, cut off or piled up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from asl_desktop.services.examples import build_example
from tests.gui_world import settle
from tests.layout_world import misfits
from ui.dialogs.question_dialog import LineDialog, QuestionDialog
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.text_dialog import TextDialog
from ui.main_window import MainWindow
from ui.pages.registry import PAGES
from ui.theme import Look
from ui.widgets.parts import Banner, button, column
from ui.widgets.split import Split
from ui.widgets.toggles import TickBox

FRAMES = ((900, 500, 100), (911, 512, 200), (1024, 700, 150), (1366, 768, 200), (1920, 1080, 100))
"""Width and height of the window, and size of the text in percent."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "example.asl"
    build_example("claude-opus-4", path).close()
    return path


@pytest.fixture
def enlarged(look: Look) -> Iterator[Look]:
    yield look
    look.enlarge(100)


ROUNDS = 20
"""Rounds of the event loop in which a page must have found its form."""


@pytest.mark.parametrize("frame", FRAMES, ids=str)
def test_pages_at_a_size_of_window_and_text_fit(
    qtbot: QtBot, enlarged: Look, window: MainWindow, example: Path, frame: tuple[int, int, int]
) -> None:
    width, height, text = frame
    enlarged.enlarge(text)
    window.resize(width, height)
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(example)
    bench = window.workbench
    assert bench is not None
    found: dict[str, list[str]] = {}
    for page in PAGES:
        bench.go(page.page_id)
        settle()
        for _ in range(ROUNDS):  # a page may draw itself piece by piece
            QApplication.processEvents()
            found[page.page_id] = misfits(window)
            if not found[page.page_id]:
                break
    bench.go("questions")
    bench.questions.show_list()
    settle()
    found["table"] = misfits(window)
    assert (window.width(), window.height()) == (width, height)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("frame", FRAMES, ids=str)
def test_start_and_new_assessment_at_a_size_of_window_and_text_fit(
    qtbot: QtBot, enlarged: Look, window: MainWindow, frame: tuple[int, int, int]
) -> None:
    width, height, text = frame
    enlarged.enlarge(text)
    window.resize(width, height)
    settle()
    assert misfits(window) == []
    window.start.start_new()
    qtbot.waitUntil(lambda: window.start.form.pack.count() > 0, timeout=10_000)
    qtbot.waitUntil(lambda: misfits(window) == [], timeout=3_000)


@pytest.mark.parametrize("frame", FRAMES, ids=str)
def test_dialogs_at_a_size_of_window_and_text_fit(
    qtbot: QtBot, enlarged: Look, window: MainWindow, frame: tuple[int, int, int]
) -> None:
    width, height, text = frame
    enlarged.enlarge(text)
    window.resize(width, height)
    question = "Closing now stops that; the file is then not part of the assessment."
    dialogs = (
        SettingsDialog(window, window.preferences),
        QuestionDialog(window, "A file is being sealed", question, yes="Stop and close", no="Go back", danger=True),
        LineDialog(window, "Passphrase of the earlier file", "Passphrase", text="", secret=True),
        TextDialog(window, "Guidance", question),
    )
    for dialog in dialogs:
        dialog.show()
        settle()
        assert misfits(dialog) == []
        assert dialog.width() < width
        assert dialog.height() < height
        dialog.close()


def test_banner_with_many_buttons_wraps_them(qtbot: QtBot, enlarged: Look) -> None:
    enlarged.enlarge(200)
    holder = QWidget()
    qtbot.addWidget(holder)
    banner = Banner("danger", holder, below=True)
    for text in ("Try again", "Open the file again", "Save a copy elsewhere", "Copy what is unsaved"):
        banner.buttons.addWidget(button(text))
    holder.setLayout(column(banner))
    holder.resize(760, 400)
    banner.tell("Not saved: the disk is full", "There is no room left.")
    holder.show()
    settle()
    assert misfits(holder) == []


def test_lines_of_a_page_in_a_wide_window_stay_short(qtbot: QtBot, window: MainWindow, example: Path) -> None:
    window.resize(1920, 1080)
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(example)
    bench = window.workbench
    assert bench is not None
    bench.go("scope")
    settle()
    page = bench.page
    assert page is not None
    edges = page.body.contentsMargins()
    assert page.width() - edges.left() - edges.right() <= page.widest + 10
    assert abs(edges.left() - edges.right()) <= 12


def test_misfits_of_a_label_without_room_are_named(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    text = QLabel("Words that need more room than this", holder)
    text.setGeometry(0, 0, 40, 20)
    beyond = QLabel("out", holder)
    beyond.setGeometry(190, 0, 60, 20)
    holder.resize(200, 40)
    holder.show()
    assert len([line for line in misfits(holder) if "needs" in line]) == 1
    assert len([line for line in misfits(holder) if "leaves" in line]) == 1


def test_split_without_room_puts_its_panes_below_each_other(qtbot: QtBot, look: Look) -> None:
    first, second = QWidget(), QWidget()
    split = Split("panes", first, second, share=300)
    qtbot.addWidget(split)
    split.resize(1000, 600)
    split.show()
    settle()
    assert second.x() > first.width()
    assert abs(first.width() - 295) < 20
    split.resize(500, 600)
    settle()
    assert second.y() > first.height()


def test_division_of_a_page_when_the_border_is_moved_is_remembered(
    qtbot: QtBot, window: MainWindow, example: Path
) -> None:
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_file(example)
    bench = window.workbench
    assert bench is not None
    bench.go("evidence")
    settle()
    split = bench.findChild(Split, "evidence")
    assert isinstance(split, Split)
    split.moveSplitter(split.width() // 2, 1)
    assert abs(window.preferences.splits["evidence"] - 500) < 10


def test_tick_box_with_little_room_wraps_its_words(qtbot: QtBot, look: Look) -> None:
    box = TickBox("Words that do not all stand on one line of a narrow pane")
    qtbot.addWidget(box)
    assert box.heightForWidth(120) > 2 * box.heightForWidth(1000)
    assert box.minimumSizeHint().width() < 120
