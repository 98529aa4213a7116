from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from asl_desktop.domain.light_marks import lines_of
from tests.gui_world import settle
from ui.main_window import MainWindow
from ui.theme import Look
from ui.widgets.marked_text import MarkedText, _layout


def test_emphasis_becomes_a_format_and_markup_of_strangers_stays_text(qtbot: QtBot, look: Look) -> None:
    text = MarkedText()
    qtbot.addWidget(text)
    text.show_text("**Not** <b>x</b> \u202egnp\n- one\n- two")
    assert text.accessibleDescription() == "Not <b>x</b> \u202egnp\n\u2022 one\n\u2022 two"
    layout = _layout(lines_of("**Not** <b>x</b> \u202egnp")[0])
    assert layout.text() == "Not <b>x</b> \ufffdgnp"
    assert layout.formats()[0].format.fontWeight() == QFont.Weight.DemiBold
    assert text.heightForWidth(400) > 3 * 14
    assert text.heightForWidth(60) > text.heightForWidth(400)


def test_rationale_is_shown_as_it_will_be_read_once_the_cursor_leaves(qtbot: QtBot, open_window: MainWindow) -> None:
    assert open_window.workbench is not None
    open_window.workbench.go("questions", "Q-YES")
    settle()
    card = open_window.workbench.questions.card
    assert card is not None
    form = card.form
    form.rationale.setFocus()
    QTest.keyClicks(form.rationale, "Plain words.")
    form.focus_first()
    assert form.read.isHidden()
    form.rationale.setFocus()
    QTest.keyClicks(form.rationale, " **Twice** checked.")
    assert form.read.isHidden()
    form.focus_first()
    assert form.read.isVisible()
    held = open_window.workbench.session.inputs.answer_by_question["Q-YES"]
    assert "**Twice**" in held.rationale
