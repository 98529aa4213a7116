"""What an earlier assessment measured for an indicator, beside what is on file here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from asl_desktop.i18n import tr
from ui.comparing import Comparer
from ui.session import Session
from ui.theme import set_role
from ui.widgets.parts import button, clear, column, label, row
from ui.widgets.taken_result import in_one_line

if TYPE_CHECKING:
    from asl_desktop.services.previous_results import EarlierResult


class EarlierResults(QFrame):
    """Hidden while no earlier assessment stands beside."""

    def __init__(self, session: Session, comparer: Comparer) -> None:
        super().__init__()
        set_role(self, role="card")
        self._session = session
        self._comparer = comparer
        self._shown: object = None
        self._title = label("", "pane-title", wrap=True)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(12)
        layout = column(self._title, self.rows, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        self.setLayout(layout)
        self.hide()

    def show_for(self, indicator: str) -> None:
        """Show the earlier results of an indicator."""
        self.setVisible(bool(indicator and self._comparer.name))
        on_file = self._session.inputs.measurements_by_indicator.get(indicator, ())
        content = (indicator, self._comparer.previous, frozenset(item.id for item in on_file))
        if content == self._shown:
            return
        self._shown = content
        clear(self.rows)
        if not self._comparer.name:
            return
        self._title.setText(tr("In {name}").format(name=self._comparer.name))
        found = self._comparer.earlier_results(indicator)
        for item in found:
            self.rows.addWidget(self._row(item))
        if not found:
            self.rows.addWidget(label(tr("It holds no result for this indicator."), "muted", wrap=True))

    def _row(self, item: EarlierResult) -> QWidget:
        said, *details = item.facts or (("", ""),)
        text = column(label(said[1], "strong", wrap=True, selectable=True), spacing=4)
        text.addWidget(label(in_one_line(details), "muted", wrap=True, selectable=True))
        here = any(m.id == item.measurement.id for m in self._session.inputs.measurements)
        state = tr("It is on file here already.") if here else item.hindrance
        if state:
            text.addWidget(label(state, wrap=True))
        holder = QWidget()
        layout = row(spacing=16)
        layout.addLayout(text, 1)
        if not state and not self._session.read_only:
            take = button(tr("Take over"), partial(self._comparer.take_result, item.measurement))
            take.setAccessibleName(tr("Take over {result}").format(result=said[1]))
            layout.addWidget(take)
        holder.setLayout(layout)
        return holder
