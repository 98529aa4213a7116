from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from asl_desktop.i18n import ENGLISH, PSEUDO_MIRRORED, use_language
from ui.plain import PlainLabel, tip, visible
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import chip, label, tool_button

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

HOSTILE = "\u202egnp.exe\u202c <b>bold</b> <img src=file:///etc/passwd> \x1b[31m\x07"
SHOWN = "\\u202egnp.exe\\u202c <b>bold</b> <img src=file:///etc/passwd> \\x1b[31m\\x07"


@pytest.mark.parametrize("make", [PlainLabel, ElidedLabel, label, chip])
def test_label_with_a_hostile_text_shows_it_literally(qtbot: QtBot, make: type[PlainLabel]) -> None:
    shown = make(HOSTILE)
    qtbot.addWidget(shown)
    assert shown.textFormat() == Qt.TextFormat.PlainText
    assert shown.text() == SHOWN
    shown.setText(HOSTILE[::-1])
    assert "\u202e" not in shown.text()
    assert "<b>" not in shown.toolTip()


def test_tool_tip_of_a_hostile_text_is_no_markup(qtbot: QtBot) -> None:
    look = tool_button("eye", f"Open {HOSTILE}")
    qtbot.addWidget(look)
    assert look.toolTip().startswith("<qt>Open \\u202egnp.exe")
    assert "&lt;img src" in look.toolTip()
    assert tip("a < b &\nc") == "<qt>a &lt; b &amp;<br>c</qt>"
    assert tip("one & all\nnext") == "one & all\nnext"


HONEST = ("10\u00a0%", "Über ✓", "\u0645\u06cc\u200c\u062e", "👩\u200d🔬", "line\nnext\ttab", "soft\u00adhyphen")


@pytest.mark.parametrize("text", HONEST)
def test_visible_of_honest_text_leaves_it(text: str) -> None:
    assert visible(text) == text


def test_signs_that_set_numbers_apart_stay_only_in_a_language_from_the_right() -> None:
    assert visible("\u2068+31\u2069") == "\\u2068+31\\u2069"
    use_language(PSEUDO_MIRRORED)
    try:
        assert visible("a \u2068+31\u2069 b") == "a \u2068+31\u2069 b"
        assert visible("\u2068+31 \u202egnp") == "\\u2068+31 \\u202egnp"
        assert visible("\u2068\u202egnp\u2069") == "\\u2068\\u202egnp\\u2069"
    finally:
        use_language(ENGLISH)
