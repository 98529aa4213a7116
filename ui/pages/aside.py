"""What the pages that stand in place of the workbench share: head, Escape, what is wrong, and how far work is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.widgets.busy_line import BusyLine
from ui.widgets.centred import bring_into_view
from ui.widgets.parts import IconLabel, announce, column, label, row
from ui.widgets.refusal import Refusal


class AsidePage(QWidget):
    """Base of a page that asks about one file. ``left`` says that the person is done with it.

    A subclass sets ``leave_button``, which Escape presses, and puts ``head``, ``problem``, ``busy`` and ``banner`` in
    place.
    """

    left = Signal()
    leave_button: QPushButton

    def __init__(self, icon_name: str, title: str = "") -> None:
        super().__init__()
        self.title = label(title, "page-title", wrap=True)
        self.name = label("", "muted", wrap=True)
        self.problem = label("", "error", wrap=True)
        self.banner = Refusal()
        self.busy = BusyLine()
        self.head = QWidget()
        layout = row(spacing=16)
        layout.addWidget(IconLabel(icon_name, "accent", 32), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column(self.title, self.name, spacing=4), 1)
        self.head.setLayout(layout)

    def tell(self, problem: str) -> None:
        """Say what is wrong with what was typed, and bring it into view; nothing takes it away."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            announce(self, problem, urgent=True)
            bring_into_view(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave_button.click()
            return
        super().keyPressEvent(event)
