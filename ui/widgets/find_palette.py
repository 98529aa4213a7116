"""The find box (Ctrl+K): type a few letters, arrow down, Enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.models.palette import Finder, Hit, commands, everything
from ui.widgets.overlay import Overlay, Row

_RECENT = 30


class FindPalette(Overlay):
    """Finds by name; ``chosen(page, item)`` follows, and ``run_wanted`` for a command or setting.

    What was chosen lately comes first. That is remembered while the assessment is open and never written anywhere.
    """

    chosen = Signal(str, str)
    run_wanted = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, tr("Find a page, question, evidence, command or setting"))
        self._actions: Mapping[str, QAction] = {}
        self._finder = Finder((), ())
        self._snapshot: Snapshot | None = None
        self._fixed: tuple[Hit, ...] = ()
        self._recent: list[tuple[str, str]] = []

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Find commands too, those that can be used at the moment."""
        self._actions = actions

    def open_over(self, snapshot: Snapshot) -> None:
        """Show the box near the top of its parent, ready for typing."""
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._fixed = everything(snapshot)
            self._finder = Finder(self._fixed, ())
        usable = frozenset(name for name, action in self._actions.items() if action.isEnabled())
        self._finder = self._finder.with_commands(commands(usable))
        self.appear()

    def rows(self, text: str) -> Sequence[Row]:
        found = self._finder.search(text, recent=self._recent)
        return [Row(hit.kind, hit.text, key=hit.key, payload=hit) for hit in found]

    def said(self, text: str, found: Sequence[Row]) -> str:
        return "" if found else tr("Nothing found. Try an id such as QC-03, fewer letters, or Ctrl+F for all texts.")

    def take(self, payload: object) -> None:
        assert isinstance(payload, Hit)
        place = (payload.page, payload.item)
        self._recent = [place, *(kept for kept in self._recent if kept != place)][:_RECENT]
        if payload.page:
            self.chosen.emit(*place)
        else:
            self.run_wanted.emit(payload.item)
