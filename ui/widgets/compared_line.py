"""What a page shows of the earlier assessment beside it: its name, what is crossing from it, what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.i18n import tr
from ui.comparing import Comparer
from ui.operations import Handle
from ui.plain import tip
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import Banner, button, link, row
from ui.widgets.task_strip import TaskStrip


class ComparedLine(QWidget):
    """Takes no room while there is nothing to say. ``summary`` tells how the present stands to the earlier."""

    def __init__(self, comparer: Comparer, summary: Callable[[], str]) -> None:
        super().__init__()
        self._comparer = comparer
        self._summary = summary
        self.notice = Banner("warn")
        self.notice.buttons.addWidget(button(tr("Close"), self._on_closed))
        self.strip = TaskStrip()
        self.words = ElidedLabel("", "muted", Qt.TextElideMode.ElideRight)
        self.leave = link(tr("Close the earlier assessment"), comparer.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.notice)
        layout.addWidget(self.strip)
        layout.addLayout(row(self.words, self.leave, 1))
        comparer.changed.connect(self.show_name)
        comparer.failed.connect(lambda words: self._tell(tr("The earlier assessment did not open"), words))
        comparer.refused.connect(lambda words: self._tell(tr("Nothing was taken over"), words))
        comparer.taking_over.connect(self._follow)
        self.show_name()

    def show_name(self) -> None:
        """Show what stands beside, and how the present stands to it."""
        name = self._comparer.name
        words = " ".join(part for part in (self._summary(), tr("Compared with {name}.").format(name=name)) if part)
        self.words.setText(words if name else "")
        self.words.setToolTip(tip(words) if name else "")
        for item in (self.words, self.leave):
            item.setVisible(bool(name))
        self.notice.hide()
        self._fit()

    def _follow(self, handle: Handle[object], words: str) -> None:
        self.notice.hide()
        self.strip.follow(handle, words)
        handle.finished.connect(self._fit)
        self.setVisible(True)

    def _tell(self, title: str, words: str) -> None:
        self.setVisible(True)
        self.notice.tell(title, words)

    def _on_closed(self) -> None:
        self.notice.hide()
        self._fit()

    def _fit(self) -> None:
        self.setVisible(bool(self._comparer.name) or self.notice.isVisibleTo(self) or self.strip.busy)
