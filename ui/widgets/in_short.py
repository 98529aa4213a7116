"""The card on top of the overview: the outcome in a handful of lines, each with a way to the page behind it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.in_short import Fact, in_short
from ui.theme import fix, px, set_role
from ui.widgets.parts import IconLabel, chip, clear, label, line, link, row

_LINE_HEIGHT = 26
_PADDING = 5
"""Above and below a line of text that is as high as the picture and the link beside it."""
_GAP = 8


class InShort(QFrame):
    """Says what the record amounts to before anything else is read. ``wants(page, item)`` asks to go there."""

    wants = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        set_role(self, role="card")
        self._title = label("", "question", wrap=True)
        self._precaution = chip(tr("Precautionary: something is not ruled out"), "warn")
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(_GAP)
        self._lines.setVerticalSpacing(0)
        self._lines.setColumnStretch(2, 1)
        self._shown: tuple[Fact, ...] = ()
        words = tr("This is computed from what is on record. People decide; nothing here says that a risk is absent.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addLayout(row(self._precaution, 1))
        layout.addWidget(line())
        layout.addLayout(self._lines)
        layout.addWidget(label(words, "muted", wrap=True))

    def refresh(self, snapshot: Snapshot) -> None:
        """Say what follows from a snapshot."""
        result = snapshot.determination
        self._title.setText(f"{snapshot.inputs.scope.model}: {result.label}")
        self._precaution.setVisible(result.precautionary)
        facts = in_short(snapshot)
        if facts != self._shown:
            self._shown = facts
            clear(self._lines)
            for at, fact in enumerate(facts):
                self._add(at, fact)

    def _add(self, at: int, fact: Fact) -> None:
        mark = IconLabel(fact.icon, fact.tone, 18)
        fix(mark, height=_LINE_HEIGHT)
        go = link(fact.title, lambda: self.wants.emit(*fact.goal))
        go.setAccessibleName(f"{fact.title}: {fact.words}")
        words = label(fact.words, wrap=True)
        words.setContentsMargins(0, px(_PADDING), 0, px(_PADDING))
        for column, widget in enumerate((mark, go, words)):
            self._lines.addWidget(widget, at, column)
            self._lines.setAlignment(widget, Qt.AlignmentFlag(0) if widget is words else Qt.AlignmentFlag.AlignTop)
