"""A look at one piece of evidence without leaving the page on which it is cited."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.i18n import tr
from ui.plain import visible
from ui.preview.pane import PreviewPane
from ui.session import Session
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import button, column, label, row
from ui.wording import short_digest


class PreviewDialog(QDialog):
    """Stays until it is closed; Escape closes it. The page below keeps what is typed in it."""

    def __init__(
        self, parent: QWidget, session: Session, item: EvidenceItem, *, open_elsewhere: Callable[[], object]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("{visible} \u2013 preview").format(visible=visible(item.name)))
        self.pane = PreviewPane(session)
        meta = label(
            tr("{visible} · {size} · sha256 {short_digest}").format(
                visible=visible(item.name), size=wording.size(item.size), short_digest=short_digest(item.sha256)
            ),
            "muted",
        )
        close = button(tr("Close"), self.close, primary=True)
        layout = column(ElidedLabel(item.title or item.name, "question"), meta, spacing=4)
        layout.addWidget(self.pane, 1)
        layout.addLayout(row(button(tr("Open elsewhere"), open_elsewhere), 1, close))
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        self.setLayout(layout)
        room = parent.window().size()
        self.resize(min(820, room.width() - 48), min(900, room.height() - 48))
        self.pane.show_item(item)
