"""The library of all evidence: what is on file, what it is linked from, whether it still holds, and what lacks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui.forms.choices import Segments
from ui.forms.drop_down import drop_down
from ui.models.evidence_list import KEY_ROLE, ROW_ROLE, EvidenceDelegate, EvidenceModel, Order, Which
from ui.pages.base import MARGIN, Page
from ui.places import place_of_record
from ui.session import Pasted, Session, cause_of
from ui.taking_in import take_in
from ui.widgets.evidence import DropZone
from ui.widgets.evidence_recheck import Recheck
from ui.widgets.evidence_view import EvidenceView
from ui.widgets.flow import FlowLayout
from ui.widgets.intake_line import IntakeLine
from ui.widgets.parts import Banner, card, label
from ui.widgets.split import Split
from ui.widgets.steady_list import SteadyList

if TYPE_CHECKING:
    from asl_desktop.services.evidence_uses import Lacking

_FILTERS: tuple[tuple[Which, str], ...] = (
    ("all", mark("All")), ("missing", mark("Missing")), ("stale", mark("Stale")), ("unlinked", mark("Unlinked")),
)  # fmt: skip
_ORDERS: tuple[tuple[Order, str], ...] = (
    ("newest", mark("Newest first")), ("name", mark("By name")),
    ("size", mark("Largest first")), ("valid", mark("By end of validity")),
)  # fmt: skip
_EMPTY = {
    "all": mark(
        "What shows that a claim is true belongs here: drop files or a folder below. They are copied into the "
        "assessment and sealed under their digest. A claim that needs evidence and has none counts as not shown."
    ),
    "missing": mark("Every claim on record that needs evidence has some."),
    "stale": mark("Nothing on file is past its validity, or will be within 30 days."),
    "unlinked": mark("Everything on file is linked from somewhere."),
}
_SEARCH_MS = 120


class EvidencePage(Page):
    """The list on the left, what is chosen in it on the right; files are taken in by drop, paste and choosing."""

    page_id: ClassVar[str] = "evidence"
    heading: ClassVar[str] = mark("Evidence")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.model = EvidenceModel()
        self.list = SteadyList()
        self.words = QLineEdit()
        self.which = Segments(tr("Which evidence"), [tr(text) for _, text in _FILTERS])
        self.order = drop_down(tr("Order"), [tr(text) for _, text in _ORDERS])
        self.zone = DropZone(with_existing=False)
        self.intake = IntakeLine(session)
        self.recheck = Recheck(session)
        self.view = EvidenceView(session)
        self.problem = Banner("danger")
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._current = ""
        self._search = QTimer(self)
        self._search.setSingleShot(True)
        self._search.setInterval(_SEARCH_MS)
        self._search.timeout.connect(lambda: self._choose(text=self.words.text()))
        self._line = self.add_heading("", aside=self.recheck.every)
        self._lay_out()
        self._connect()

    def refresh(self, snapshot: Snapshot) -> None:
        self.model.show(snapshot)
        tally = self.model.tally
        self._line.setText(tally.summary())
        counts = (tally.all, tally.missing, tally.stale, tally.unlinked)
        for (_, name), widget, count in zip(_FILTERS, self.which.buttons, counts, strict=True):
            widget.setText(f"{tr(name)} {count}" if count else tr(name))
            widget.setAccessibleName(f"{tr(name)}, {count}")
        self.recheck.every.setEnabled(tally.all > 0)
        self._keep_current()

    def open_item(self, item: str) -> None:
        """Show a piece of evidence by its digest, or a filter by its name."""
        self._bring(item.removeprefix("evidence:"))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def here(self) -> str:
        return self._current if self._current in self.session.inputs.evidence_by_sha else ""

    def history_of(self) -> str:
        return f"evidence:{self.here()}" if self.here() else ""

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        return self.view.details.unrecorded()

    def attach(self) -> None:
        """Ask for files to take in."""
        if not self.session.read_only:
            self.zone.choose.click()

    def paste(self) -> bool:
        """Take files or a picture from the clipboard; False when it holds neither."""
        return not self.session.read_only and self.zone.paste()

    def take(self, sources: tuple[Path | Pasted, ...]) -> None:
        """Take in files and, once a person has agreed, what folders hold."""
        self.problem.hide()
        take_in(self, self.session, sources, then=self._take, tell=self.intake.tell)

    def take_files(self, paths: tuple[Path, ...]) -> bool:
        self.take(paths)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.paste():
            return
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.view.remove()
            return
        super().keyPressEvent(event)

    def _take(self, sources: tuple[Path | Pasted, ...]) -> None:
        try:
            self.intake.take(sources)
        except UserError as error:
            self.intake.tell(cause_of(error))

    def _bring(self, item: str) -> None:
        names = [name for name, _ in _FILTERS]
        if item in names:
            self._pick_filter(names.index(item))
        elif item:
            self.model.show(self.session.snapshot)
            if self.model.row_of(item) < 0:
                self.words.clear()
                self._search.stop()
                self.which.choose(0)
                self.model.choose(which="all", text="")
            self._current = item
            self._keep_current()

    def _on_arrived(self, item: EvidenceItem) -> None:
        """Show what was taken in. Meanwhile the person may type somewhere else: only the way in gives its focus up."""
        self._bring(item.sha256)
        if self.zone.isAncestorOf(self.window().focusWidget()):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pick_filter(self, position: int) -> None:
        self.which.choose(position)
        self._choose(which=_FILTERS[position][0])

    def _choose(self, *, which: Which | None = None, text: str | None = None, order: Order | None = None) -> None:
        self.model.choose(which=which, text=text, order=order)
        self._keep_current()

    def _keep_current(self) -> None:
        """Keep the chosen row chosen while rows come and go; choose the first one when it is no longer there."""
        at = self.model.row_of(self._current) if self._current else -1
        rows = self.model.rowCount()
        self._empty.setText(
            tr("Nothing here fits these words.") if self.words.text().strip() else tr(_EMPTY[self.model.which])
        )
        self._stack.setCurrentIndex(0 if rows else 1)
        at = max(at, 0) if rows else -1
        if at != self.list.currentIndex().row():
            self.list.setCurrentIndex(self.model.index(at) if at >= 0 else QModelIndex())
            if at >= 0:
                self.list.scrollTo(self.model.index(at))
        self._show(self.model.index(at) if at >= 0 else QModelIndex())

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self._show(index)

    def _show(self, index: QModelIndex) -> None:
        self._current = str(index.data(KEY_ROLE)) if index.isValid() else ""
        self.view.show_row(index.data(ROW_ROLE) if index.isValid() else None, self.session.snapshot)

    def _on_checked(self) -> None:
        self.model.mark(self.recheck.problems, self.session.snapshot)
        self._keep_current()

    def _go(self, reference: str) -> None:
        place = place_of_record(self.session.inputs, reference)
        if place is not None:
            self.wants.emit(*place)

    def _on_activated(self, index: QModelIndex) -> None:
        found: Lacking | object = index.data(ROW_ROLE)
        target = getattr(found, "target", None)
        if target is not None:
            self._go(target.reference)
        else:
            self.view.focus_first()

    def _tell(self, text: str) -> None:
        self.problem.tell(tr("That did not work"), text)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(lambda now, _: self._on_current(now))
        self.list.activated.connect(self._on_activated)
        self.which.picked.connect(self._pick_filter)
        self.order.activated.connect(lambda at: self._choose(order=_ORDERS[at][0]))
        self.words.textChanged.connect(lambda _: self._search.start())
        self.zone.offered.connect(self.take)
        self.intake.arrived.connect(self._on_arrived)
        self.recheck.changed.connect(self._on_checked)
        self.view.go_wanted.connect(self._go)
        self.view.shown_wanted.connect(self.open_item)
        self.view.failed.connect(self._tell)
        self.view.check_wanted.connect(lambda item: self.recheck.run((item,)))

    def _lay_out(self) -> None:
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.body.setSpacing(12)
        self.body.addWidget(self._make_filters())
        self.body.addWidget(self.recheck)
        self.body.addWidget(self.problem)
        self.body.addWidget(Split("evidence", self._make_list(), self.view, share=430), 1)

    def _make_filters(self) -> QWidget:
        self.words.setPlaceholderText(tr("Find evidence"))
        self.words.setAccessibleName(tr("Find evidence by name, title, source or digest"))
        self.words.setClearButtonEnabled(True)
        self.which.choose(0)
        holder = QWidget()
        flow = FlowLayout(holder, 8)
        for widget, width in ((self.words, 220), (self.which, 400), (self.order, 160)):
            flow.add(widget, width=width)
        return holder

    def _make_list(self) -> QWidget:
        self.list.setAccessibleName(tr("Evidence"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(EvidenceDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(SteadyList.ScrollMode.ScrollPerPixel)
        if self.session.read_only:
            self.zone.hide()
        panel = QWidget()
        panel.setMinimumWidth(260)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        nothing = card(self._empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(nothing)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.intake)
        layout.addWidget(self.zone)
        return panel
