from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from asl_desktop.domain.light_marks import lines_of
from tests.gui_world import activate, settle
from ui.main_window import MainWindow
from ui.session import Session
from ui.theme import Look
from ui.widgets.marked_text import MarkedText, Reading, _layout
from ui.widgets.showing_card import ShowingCard


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


def readings(widget: QWidget) -> dict[str, Reading]:
    """Return what is shown below each box for prose, by the name of the box."""
    return {item._box.accessibleName(): item for item in widget.findChildren(Reading)}


def typed(box: QPlainTextEdit, text: str) -> None:
    box.setFocus()
    box.clear()
    QTest.keyClicks(box, text)


def test_argument_and_rationales_of_a_showing_are_shown_as_they_will_be_read(qtbot: QtBot, session: Session) -> None:
    showing = session.pack.showing_by_id["S1"]
    card = ShowingCard(session, showing, "T1")
    qtbot.addWidget(card)
    card.show()
    activate(qtbot, card)
    typed(card.argument, "**Shown** by trial")
    session.put(replace(card.record(), status="accepted", by="C. Chief", evidence=()))
    settle()
    shown = readings(card)
    assert shown["Argument for S1"].isHidden()  # somebody types there
    card.by.setFocus()
    assert shown["Argument for S1"].accessibleDescription() == "Shown by trial"
    assert shown["Argument for S1"].isVisible()
    session.put(replace(card.record(), argument="Plain words"))
    card.refresh(session.snapshot)
    assert shown["Argument for S1"].isHidden()


def test_note_of_a_safeguard_and_reason_of_a_decision_are_shown_as_they_will_be_read(
    qtbot: QtBot, open_window: MainWindow
) -> None:
    bench = open_window.workbench
    assert bench is not None
    activate(qtbot, open_window)
    bench.go("safeguards", "R1")
    settle()
    assert bench.page is not None
    typed(bench.page.card.note, "- walls")  # type: ignore[attr-defined]
    bench.page.card.owner.setFocus()  # type: ignore[attr-defined]
    (note,) = bench.page.findChildren(Reading)
    assert note.isVisible()
    assert note.accessibleDescription() == "\u2022 walls"
    bench.go("gate", "deploy")
    settle()
    form = bench.page.gates["deploy"].decision  # type: ignore[attr-defined]
    typed(form.reason, "We *wait*")
    form.by.setFocus()
    assert readings(form)["Reason for the decision at Deploy"].accessibleDescription() == "We wait"
    assert readings(form)["Reason for the decision at Deploy"].isVisible()
    form.reason.clear()  # nothing half typed may hold up closing
