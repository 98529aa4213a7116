"""One row of the evidence library in full: a look at it, what is said of it, what it is linked from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.evidence_acts import EvidenceActs
from ui.forms.choices import Segments
from ui.models.evidence_list import EvidenceEntry, Row
from ui.plain import tip, visible
from ui.preview.pane import PreviewPane
from ui.session import Session, cause_of
from ui.theme import set_role
from ui.widgets.elided import ElidedLabel
from ui.widgets.evidence_details import EvidenceDetails
from ui.widgets.evidence_links import EvidenceLinks
from ui.widgets.flow import FlowLayout
from ui.widgets.history_button import ask_for_history
from ui.widgets.parts import announce, button, card, chip, column, label, row
from ui.wording import sentence, short_digest

if TYPE_CHECKING:
    from asl_desktop.services.evidence_uses import Lacking

_STRENGTH = {
    "weak": mark("weak evidence"), "moderate": mark("moderate evidence"), "strong": mark("strong evidence"),
}  # fmt: skip
_TABS = (mark("Preview"), mark("Details"), mark("Links"))
_PREVIEW, _DETAILS, _LINKS = range(3)


class EvidenceView(QWidget):
    """Shows an item or a claim that lacks evidence.

    ``go_wanted(reference)``, ``shown_wanted(digest)`` and ``check_wanted(item)`` ask the page; ``failed(sentence)``
    tells what went wrong.
    """

    go_wanted = Signal(str)
    shown_wanted = Signal(str)
    check_wanted = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._entry: EvidenceEntry | None = None
        self._lacking: Lacking | None = None
        self._acts = EvidenceActs(self, session, self.failed.emit)
        self.preview = PreviewPane(session)
        self.details = EvidenceDetails(session)
        self.links = EvidenceLinks(session)
        self.more = button(tr("More"), self._open_menu, icon_name="ellipsis")
        self.more.setAccessibleName(tr("More to do with this file"))
        self.tabs = Segments(tr("What to see of it"), [tr(tab) for tab in _TABS])
        self._title = ElidedLabel("", "question")
        self._meta = ElidedLabel("", "muted", Qt.TextElideMode.ElideRight)
        self._chips = QWidget()
        self._chip_flow = FlowLayout(self._chips, 6)
        self._said: tuple[object, ...] = ()
        self._claim, self._claim_problem = label("", "question", wrap=True), label("", wrap=True)
        self._lay_out()
        self._connect()

    def show_row(self, found: Row | None, snapshot: Snapshot) -> None:
        """Show a row of the list, or nothing."""
        item = found if isinstance(found, EvidenceEntry) else None
        lacking = found if not isinstance(found, EvidenceEntry) else None
        self._entry, self._lacking = item, lacking
        self._item_card.setVisible(item is not None)
        self._claim_card.setVisible(lacking is not None)
        if lacking is not None:
            self._claim.setText(lacking.target.text)
            self._claim_problem.setText(lacking.problem)
        if item is None:
            self.preview.show_item(None)
            return
        self._show_head(item)
        self.details.show_item(item.item, snapshot)
        self.links.show_uses(item.item.sha256, item.uses, snapshot)
        count = len(item.uses)
        self.tabs.buttons[_LINKS].setText(tr("Links {count}").format(count=count) if count else tr("Links"))
        self.tabs.buttons[_LINKS].setAccessibleName(tr("Links, {count}").format(count=count))
        self.preview.show_item(item.item)

    def focus_first(self) -> None:
        """Put the focus on the choice of what to see."""
        self.tabs.buttons[max(self.tabs.chosen, 0)].setFocus(Qt.FocusReason.TabFocusReason)

    def remove(self) -> None:
        """Ask, and take the item out of the assessment; refused while it is linked."""
        entry = self._entry
        if entry is None or self._session.read_only:
            return
        if entry.uses:
            self.failed.emit(self._linked_sentence(entry))
            return
        text = tr(
            "{visible} is taken out of the assessment. Edit, Undo brings it back; its bytes stay "
            "in the file until they are given up on the history page."
        ).format(visible=visible(entry.title))
        if not dialogs_seam.ask(self, tr("Remove the evidence"), text, yes=tr("Remove"), danger=True):
            return
        try:
            self._session.remove("evidence", entry.item.sha256)
            announce(self, tr("{title} removed").format(title=entry.title))
        except UserError as error:
            self.failed.emit(cause_of(error))

    def _linked_sentence(self, entry: EvidenceEntry) -> str:
        from asl_desktop.services.evidence_uses import targets_of

        known = {target.reference: target for target in targets_of(self._session.pack, self._session.inputs)}
        found = (known.get(use.reference) for use in entry.uses)
        names = list(dict.fromkeys(f"{target.kind.lower()} {target.name}" for target in found if target is not None))
        return visible(
            tr("{title} is not removed: {listed} cite it. Remove the links first.").format(
                title=entry.title, listed=wording.listed(names)
            )
        )

    def _show_head(self, entry: EvidenceEntry) -> None:
        item = entry.item
        self._title.setText(entry.title)
        self._title.setToolTip(tip(item.name))
        by = tr("added by {author}").format(author=item.author) if item.author else ""
        parts = (
            item.name,
            wording.size(item.size),
            f"sha256 {short_digest(item.sha256)}",
            by,
        )
        self._meta.setText(" · ".join(part for part in parts if part))
        said = (entry.warning(), item.strength, item.confidentiality, entry.superseded)
        if said == self._said:
            return
        self._said = said
        while (old := self._chip_flow.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        bad = bool(entry.problem) or entry.fresh == "past"
        if entry.warning():
            self._chip_flow.addWidget(chip(sentence(entry.warning()), "danger" if bad else "warn"))
        if item.strength:
            self._chip_flow.addWidget(chip(sentence(tr(_STRENGTH[item.strength]))))
        if item.confidentiality:
            self._chip_flow.addWidget(chip(sentence(tr(item.confidentiality)), "accent"))
        if entry.superseded:
            self._chip_flow.addWidget(chip(tr("A newer version is on file"), "warn"))
        self._chips.setVisible(self._chip_flow.count() > 0)
        for at in range(self._chip_flow.count()):
            placed = self._chip_flow.itemAt(at)
            made = placed.widget() if placed is not None else None
            if made is not None:
                made.show()
        self._chips.updateGeometry()

    def _item(self) -> EvidenceItem | None:
        return self._entry.item if self._entry is not None else None

    def _with_item(self, call: Callable[[EvidenceItem], object]) -> None:
        item = self._item()
        if item is not None:
            call(item)

    def _on_claim(self) -> None:
        if self._lacking is not None:
            self.go_wanted.emit(self._lacking.target.reference)

    def _on_history(self) -> None:
        item = self._item()
        if item is not None:
            ask_for_history(self, f"evidence:{item.sha256}")

    def _connect(self) -> None:
        self.tabs.picked.connect(self._stack.setCurrentIndex)
        self.links.wants.connect(self.go_wanted.emit)
        self.details.shown_wanted.connect(self.shown_wanted.emit)

    def _open_menu(self) -> None:
        acts = self._acts
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Save a copy"), lambda: self._with_item(acts.save_copy))
        menu.addAction(tr("Open elsewhere"), lambda: self._with_item(acts.open_elsewhere))
        menu.addAction(tr("Check its digest"), lambda: self._with_item(self.check_wanted.emit))
        menu.addAction(tr("Copy its digest"), lambda: self._with_item(acts.copy_digest))
        menu.addAction(tr("History"), self._on_history)
        if not self._session.read_only:
            menu.addSeparator()
            menu.addAction(tr("Remove"), self.remove)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _lay_out(self) -> None:
        self.tabs.choose(_PREVIEW)
        bar = QWidget()
        flow = FlowLayout(bar, 8)
        flow.add(self.tabs, width=300)
        flow.addWidget(self.more)
        self._stack = QStackedWidget()
        for page in (self.preview, _scrolling(self.details), _scrolling(self.links)):
            self._stack.addWidget(page)
        head = column(self._title, self._meta, spacing=2)
        self._item_card = card(head, self._chips, bar, spacing=8)
        inside = self._item_card.layout()
        if isinstance(inside, QVBoxLayout):
            inside.setContentsMargins(16, 16, 16, 16)
            inside.addWidget(self._stack, 1)
        go = button(tr("Go to it"), self._on_claim, primary=True)
        self._claim_card = card(self._claim, self._claim_problem, row(go, 1))
        self._item_card.hide()
        self._claim_card.hide()
        self.setMinimumWidth(320)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._item_card, 1)
        layout.addWidget(self._claim_card)
        layout.addStretch(0)


def _scrolling(inside: QWidget) -> QScrollArea:
    set_role(inside, role="canvas")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(inside)
    return area
