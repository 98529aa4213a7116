"""The search box (Ctrl+F): every text of the assessment, with the words that were found set off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from asl_desktop.i18n import mark, tr
from ui.places import place_of_record
from ui.session import Session
from ui.widgets.overlay import Overlay, Row

if TYPE_CHECKING:
    from asl_desktop.services.search import Found, Index

_KINDS = {
    "question": mark("Question"),
    "indicator": mark("Indicator"),
    "measurement": mark("Result"),
    "threshold": mark("Threshold"),
    "showing": mark("Showing"),
    "requirement": mark("Safeguard"),
    "specification": mark("Specification"),
    "evidence": mark("Evidence"),
    "decision": mark("Gate"),
    "interim": mark("Interim"),
    "scope": mark("Scope"),
    "plan": mark("Plan"),
}


class SearchBox(Overlay):
    """Finds by content; ``chosen(page, item)`` follows Enter or a click."""

    chosen = Signal(str, str)

    def __init__(self, host: QWidget, session: Session) -> None:
        super().__init__(host, tr("Search in questions, answers, rationales, evidence and all other texts"))
        self._session = session
        self._index: Index | None = None
        self._total = 0

    def open_over(self) -> None:
        """Show the box, ready for typing; the texts are read at the first time, beside the window."""
        self.appear()
        if self._index is None:
            self._read()
        else:
            self._index.update(self._session.pack, self._session.inputs)

    def rows(self, text: str) -> Sequence[Row]:
        if self._index is None:
            return ()
        results = self._index.search(text)
        self._total = results.total
        return [_row(found) for found in results.found]

    def said(self, text: str, found: Sequence[Row]) -> str:
        if self._index is None:
            return tr("Reading the texts.")
        if not text.strip():
            return tr("Words in any order; \u201cin quotes\u201d side by side. Case and accents do not matter.")
        if not found:
            return tr("No text holds these words.")
        if self._total > len(found):
            return tr("The first {count} of {total:,}. Add a word to narrow it down.").format(
                count=len(found), total=self._total
            )
        return ""

    def take(self, payload: object) -> None:
        place = place_of_record(self._session.inputs, str(payload))
        if place is not None:
            self.chosen.emit(*place)

    def _read(self) -> None:
        from asl_desktop.services.search import Index

        pack, inputs = self._session.pack, self._session.inputs

        def _work(_: object) -> Index:
            index = Index()
            index.update(pack, inputs)
            return index

        def _done(index: Index) -> None:
            self._index = index
            index.update(self._session.pack, self._session.inputs)
            self.show_rows(self.field.text())

        self._session.operations.run(_work, owner=self, done=_done)


def _row(found: Found) -> Row:
    where = f"{found.where}: " if found.where else ""
    shift = len(where)
    marks = tuple((start + shift, length) for start, length in found.marks)
    note = f"{where}{found.snippet}" if found.where not in {"", "Question"} else ""
    return Row(tr(_KINDS[found.kind]), found.title, note=note, marks=marks, payload=found.reference)
