"""The pre-flight check: what must be mended or seen before anyone signs, and the way to each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import mark, tr
from ui.forms.choices import Segments
from ui.models.finding_list import FINDING_ROLE, SEVERITY_WORD, FindingDelegate, FindingListModel, FindingRow
from ui.pages.base import MARGIN, Page
from ui.preflighting import desk_of, place_of_finding
from ui.session import Session
from ui.theme import set_role
from ui.widgets.flow import wrapped
from ui.widgets.parts import announce, button, column, label

if TYPE_CHECKING:
    from asl_desktop.services.preflight import Finding, Preflight, Severity

_FILTERS: tuple[tuple[Severity | None, str], ...] = (
    (None, mark("All")),
    ("error", mark("Errors")),
    ("warning", mark("Warnings")),
    ("note", mark("Notes")),
)
_CLEAR = mark(
    "Nothing stands in the way. The program finds what is missing or does not fit; whether it is right, people judge."
)
_ERRORS = mark(
    "Errors stand in the way of signing and deciding. Where people must go on all the same, they say why, on record."
)


class FindingList(QListView):
    """The findings; Enter or a double click goes to where one is mended."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class PreflightPage(Page):
    """Looking at the warnings here lets a person sign; errors are mended, or overridden by name where they sign."""

    page_id: ClassVar[str] = "preflight"
    heading: ClassVar[str] = mark("Pre-flight check")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.desk = desk_of(session)
        self.model = FindingListModel()
        self.list = FindingList()
        self.filter = Segments(tr("Show findings of"), [tr(text) for _, text in _FILTERS])
        self.filter.choose(0)
        self._text = label("", "strong", wrap=True, selectable=True)
        self.go_button = button(tr("Go there"), self._on_go, primary=True)
        self.decide_button = button(tr("Decide at a gate"), lambda: self.wants.emit("gate", ""), icon_name="door-open")
        self.sign_button = button(tr("Sign the report"), lambda: self.wants.emit("report", ""), icon_name="file-check")
        self._chosen: Finding | None = None
        self._lay_out()
        self.filter.picked.connect(lambda _: self._show(self.desk.check()))
        self.list.activated.connect(lambda _: self._on_go())
        self.list.selectionModel().currentChanged.connect(self._on_current)

    def refresh(self, snapshot: Snapshot) -> None:
        found = self.desk.check()
        self._line.setText(f"{found.words().capitalize()}. {tr(_CLEAR) if found.clear else tr(_ERRORS)}")
        for (severity, text), each in zip(_FILTERS, self.filter.buttons, strict=True):
            count = len(found.findings) if severity is None else found.counts[severity]
            each.setText(f"{tr(text)} ({count})")
            each.setAccessibleName(f"{tr(text)}, {count}")
        self._show(found)

    def open_item(self, item: str) -> None:
        """Bring the first finding about a record into view, by its reference; an empty one means the first of all."""
        if self._stale:
            self._stale = False
            self.refresh(self.session.snapshot)
        about = next((row.finding for row in self.model.rows if row.finding and row.finding.target == item), None)
        self._choose(about or self._chosen)
        self.list.setFocus()

    def here(self) -> str:
        return self._chosen.target if self._chosen else ""

    def _show(self, found: Preflight) -> None:
        severity = _FILTERS[max(self.filter.chosen, 0)][0]
        chosen = self._chosen
        if self.model.show(found, severity):
            self._choose(chosen)
        if severity in {None, "warning"}:
            self.desk.mark_seen(item for item in found.findings if item.severity == "warning")
        self._detail()

    def _choose(self, finding: Finding | None) -> None:
        at = self.model.row_of(finding)
        self._chosen = self.model.rows[at].finding if at >= 0 else None
        self.list.setCurrentIndex(self.model.index(at) if at >= 0 else QModelIndex())
        if at == 1:
            self.list.scrollToTop()

    def _on_current(self, index: QModelIndex) -> None:
        row: FindingRow | None = index.data(FINDING_ROLE)
        self._chosen = row.finding if row else None
        self._detail()

    def _detail(self) -> None:
        finding = self._chosen
        self.go_button.setEnabled(finding is not None)
        if finding is None:
            self._text.setText(
                tr("Nothing of this kind was found.") if not self.model.rows else tr("Choose a finding.")
            )
            return
        self._text.setText(f"{tr(SEVERITY_WORD[finding.severity])}: {finding.text}")
        self.go_button.setAccessibleDescription(finding.text)

    def _on_go(self) -> None:
        if self._chosen is not None:
            announce(self, tr("Opening {target}").format(target=self._chosen.target))
            self.wants.emit(*place_of_finding(self.session.snapshot, self._chosen.target))

    def _lay_out(self) -> None:
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.body.setSpacing(16)
        self._line = self.add_heading()
        self.list.setModel(self.model)
        self.list.setItemDelegate(FindingDelegate(self.list))
        self.list.setAccessibleName(tr("Findings of the pre-flight check"))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.body.addWidget(self.filter)
        self.body.addWidget(self.list, 1)
        holder = QFrame()
        set_role(holder, role="card")
        buttons = wrapped(self.go_button, self.decide_button, self.sign_button)
        inner = column(self._text, buttons, spacing=8)
        inner.setContentsMargins(16, 12, 16, 12)
        holder.setLayout(inner)
        self.body.addWidget(holder)
