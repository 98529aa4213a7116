"""Safeguards: the required standards requirement by requirement, what is missing, and the lab's own specification."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QListView, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from asl_desktop.clock import today
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Specification, SpecifiedRequirement
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, ntr, tr
from ui.forms.fields import TextBox
from ui.models.requirement_list import ROW_ROLE, SafeguardDelegate, SafeguardListModel, SafeguardRow
from ui.pages.base import MARGIN, Page
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import Banner, button, card, chip, clear, label, row
from ui.widgets.safeguard_card import SafeguardCard, demand_of
from ui.widgets.split import Split


class SafeguardsPage(Page):
    """Master and detail: the requirements on the left, one of them on the right."""

    page_id: ClassVar[str] = "safeguards"
    heading: ClassVar[str] = mark("Safeguards")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.card: SafeguardCard | None = None
        self.specification: SpecificationCard | None = None
        self._current = ""
        self._drafts: dict[str, tuple[str, str]] = {}
        self._model = SafeguardListModel()
        self._summary = self._lay_out()
        self._model.show(session.snapshot)

    def refresh(self, snapshot: Snapshot) -> None:
        self._model.show(snapshot)
        self._show_summary(snapshot)
        if not self._current:
            self._open_first(snapshot)
        if self.card is not None:
            self.card.refresh(snapshot)

    def open_item(self, item: str) -> None:
        """Open a requirement by its id, or a standard as ``track/standard``."""
        at = self._model.row_of(item)
        if at >= 0:
            self._list.setCurrentIndex(self._model.index(at))
            self._show(self._model.rows[at])

    def history_of(self) -> str:
        return self.card.history_of() if self.card is not None else ""

    def take_files(self, paths: tuple[Path, ...]) -> bool:
        if self.card is None:
            return False
        self.card.evidence.attach(paths)
        return True

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        if self.card is not None and self.card.problem():
            return f"{self.card.demand.id}: {self.card.problem()}"
        self._keep_draft()
        typed = next((key for key, draft in self._drafts.items() if any(draft)), "")
        return tr("{typed}: the specification typed there is not recorded yet.").format(typed=typed) if typed else ""

    def _keep_draft(self) -> None:
        """Remember a specification that is being typed, so that looking elsewhere does not lose it."""
        if self.specification is not None:
            self._drafts[self._current] = self.specification.draft()

    def _open_first(self, snapshot: Snapshot) -> None:
        gap = snapshot.determination.gap
        first = gap[0].requirement if gap else next((r.id for r in self._model.rows if not r.heading), "")
        self.open_item(first)

    def _show_summary(self, snapshot: Snapshot) -> None:
        clear(self._summary)
        for result in snapshot.determination.tracks:
            title = snapshot.pack.track_by_id[result.track].title
            missing = sum(1 for item in snapshot.determination.gap if item.track == result.track)
            tail = tr(", precautionary") if result.precautionary else ""
            words = tr("{title} needs {required}{tail}").format(title=title, required=result.required, tail=tail)
            self._summary.addWidget(chip(words, "accent"))
            state = (
                ntr("{count} safeguard missing", "{count} safeguards missing", missing).format(count=missing)
                if missing
                else tr("all safeguards shown")
            )
            self._summary.addWidget(chip(state, "danger" if missing else "ok"))

    def _show(self, line: SafeguardRow) -> None:
        if line.heading or line.id == self._current:
            return
        self.commit()
        self._keep_draft()
        self._current = line.id
        clear(self._detail)
        self.card = self.specification = None
        demand = demand_of(self.session, line.id)
        if demand is not None:
            self.card = SafeguardCard(self.session, demand)
            self._detail.addWidget(self.card)
        else:
            self.specification = SpecificationCard(self.session, line, self._on_specified)
            self.specification.show_draft(self._drafts.get(line.id, ("", "")))
            self._detail.addWidget(self.specification)
        self._detail.addStretch(1)
        self._area.verticalScrollBar().setValue(0)

    def _on_specified(self) -> None:
        self.specification = None
        self._drafts.pop(self._current, None)
        self._current = ""
        self.refresh(self.session.snapshot)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self._show(index.data(ROW_ROLE))

    def _lay_out(self) -> FlowLayout:
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        self.body.setSpacing(12)
        self.add_heading(
            tr("A safeguard counts when it is in place with evidence, confirmed not to apply, or excepted.")
        )
        holder = QWidget()
        summary = FlowLayout(holder, 8)
        self.body.addWidget(holder)
        self._list = QListView()
        self._list.setAccessibleName(tr("Safeguards"))
        self._list.setModel(self._model)
        self._list.setItemDelegate(SafeguardDelegate(self._list))
        self._list.setMouseTracking(True)
        self._list.setMinimumWidth(220)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.selectionModel().currentChanged.connect(lambda now, _: self._on_current(now))
        split = Split("safeguards", self._list, self._make_detail(), share=330)
        split.setContentsMargins(0, 0, 0, MARGIN)
        self.body.addWidget(split, 1)
        return summary

    def _make_detail(self) -> QScrollArea:
        inner = QWidget()
        set_role(inner, role="canvas")
        self._detail = QVBoxLayout(inner)
        self._detail.setContentsMargins(0, 0, 4, 0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setWidget(inner)
        return self._area


class SpecificationCard(QWidget):
    """For a standard that was never specified: say so, and take the lab's own specification."""

    def __init__(self, session: Session, line: SafeguardRow, on_specified: Callable[[], None]) -> None:
        super().__init__()
        self._session = session
        self._line = line
        self._on_specified = on_specified
        self.text = TextBox(tr("What the standard is for"), 72)
        self.rows = QPlainTextEdit()
        self.rows.setAccessibleName(tr("Requirements, one per line"))
        self.rows.setTabChangesFocus(True)
        self.rows.setFixedHeight(160)
        self.rows.setPlaceholderText(
            tr("One requirement per line, such as\nX4-1: Weights leave the vault only by two people")
        )
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        banner = Banner("warn")
        banner.tell(
            tr("{standard} {track} has never been specified").format(standard=line.standard, track=line.track),
            tr(
                "It can be required but not met until the lab records its own specification, with author and date. "
                "Each of its rows then needs a state and evidence like any other safeguard."
            ),
        )
        save = button(tr("Record this specification"), self._on_save, primary=True)
        save.setEnabled(not session.read_only)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            card(
                row(chip(line.standard), chip(line.track), 1),
                label(line.title, "question", wrap=True),
                banner,
                label(tr("What the standard is for"), "label"),
                self.text,
                label(tr("Requirements, one per line: an id, a colon, what is required"), "label"),
                self.rows,
                self._problem,
                row(save, 1),
            )
        )

    def draft(self) -> tuple[str, str]:
        """Return what is typed: purpose and rows."""
        return self.text.toPlainText().strip(), self.rows.toPlainText().strip()

    def show_draft(self, draft: tuple[str, str]) -> None:
        """Show what was typed before."""
        self.text.setPlainText(draft[0])
        self.rows.setPlainText(draft[1])

    def _on_save(self) -> None:
        found: list[SpecifiedRequirement] = []
        taken = set(self._session.pack.requirement_by_id)
        for text in self.rows.toPlainText().splitlines():
            if not text.strip():
                continue
            name, colon, title = (part.strip() for part in text.partition(":"))
            if not colon or not name or not title or name in taken:
                self._tell(
                    tr("This line needs a new id, a colon and what is required: {strip}").format(strip=text.strip())
                )
                return
            taken.add(name)
            found.append(SpecifiedRequirement(name, title))
        if not found:
            self._tell(tr("Write at least one requirement; a specification without any cannot be met."))
            return
        record = Specification(
            self._line.track,
            self._line.standard,
            self._session.actor,
            today(self._session.clock),
            tuple(found),
            self.text.toPlainText(),
        )
        try:
            self._session.put(record)
        except UserError as error:
            self._tell(cause_of(error))
            return
        self._on_specified()

    def _tell(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()
