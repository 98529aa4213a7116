"""Showings: for each threshold the arguments that people accept or reject, and the state that follows."""

from __future__ import annotations

import functools
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot, Trace
from asl_desktop.domain.pack import Showing, Threshold
from asl_desktop.i18n import mark, tr
from ui.pages.base import Page
from ui.session import Session
from ui.theme import set_role
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import Banner, IconLabel, button, card, chip, clear, label, link, row
from ui.widgets.showing_card import ShowingCard
from ui.wording import listed, sentence, threshold_name, verdict


class ShowingsPage(Page):
    """One threshold at a time, with every showing that is asked for it."""

    page_id: ClassVar[str] = "showings"
    heading: ClassVar[str] = mark("Showings")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.threshold: Threshold | None = None
        self.cards: list[ShowingCard] = []
        self._tabs: dict[str, QPushButton] = {}
        self.add_heading(
            tr("People rule a threshold out by accepting arguments. Numbers inform; tension needs a rationale.")
        )
        self.body.addWidget(self._make_tabs())
        self._head = QVBoxLayout()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(16)
        self.body.addLayout(self._head)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)

    def refresh(self, snapshot: Snapshot) -> None:
        if self.threshold is None:
            self._show(next(iter(_argued(snapshot)), None))
        for threshold in _argued(snapshot):
            words = verdict(snapshot.determination.threshold_by_id[threshold.id]).words
            self._tabs[threshold.id].setText(f"{threshold.id}: {words}")
            self._tabs[threshold.id].setAccessibleName(f"{threshold.id}, {threshold.title}, {words}")
        self._show_head(snapshot)
        for item in self.cards:
            item.refresh(snapshot)

    def open_item(self, item: str) -> None:
        """Open a threshold by id, or a showing as ``RO-1@CBRN-3`` or ``RO-1``."""
        showing, _, threshold_id = item.rpartition("@")
        found = self.session.pack.threshold_by_id.get(threshold_id)
        if found is None and item in self.session.pack.showing_by_id:
            showing, found = item, self.threshold
        if found is not None and found.id in self._tabs:
            self._show(found)
        target = next((card_ for card_ in self.cards if card_.showing.id == showing), None)
        if target is not None:
            target.argument.setFocus()
            self.scroll_area.ensureWidgetVisible(target)

    def commit(self) -> None:
        self.session.write_now()

    def _show(self, threshold: Threshold | None) -> None:
        if threshold is None or (self.threshold and threshold.id == self.threshold.id):
            return
        self.commit()
        self.threshold = threshold
        self._tabs[threshold.id].setChecked(True)
        clear(self._cards)
        self.cards = [ShowingCard(self.session, item, threshold.id) for item in _asked(self.session, threshold.id)]
        for item in self.cards:
            self._cards.addWidget(item)
        self._show_head(self.session.snapshot)

    def _show_head(self, snapshot: Snapshot) -> None:
        clear(self._head)
        if self.threshold is None:
            self._head.addWidget(label(tr("This framework rules thresholds out by numbers alone."), "muted"))
            return
        self._head.addWidget(self._criterion(self.threshold, snapshot))

    def _criterion(self, threshold: Threshold, snapshot: Snapshot) -> QFrame:
        result = snapshot.determination.threshold_by_id[threshold.id]
        words, tone, icon = verdict(result)
        name = label(threshold_name(threshold), "question", wrap=True)
        head = row(IconLabel(icon, tone, 20))
        head.addWidget(name, 1)
        head.addWidget(chip(sentence(words), tone), 0, Qt.AlignmentFlag.AlignVCenter)
        needs = listed(f"{standard} {track}" for track, standard in threshold.requires.items())
        lines: list[QWidget] = [label(threshold.criterion, wrap=True)]
        if threshold.baseline:
            lines.append(
                label(tr("Measured against: {baseline}").format(baseline=threshold.baseline), "muted", wrap=True)
            )
        if needs:
            lines.append(
                label(tr("Unless it is ruled out it demands {needs}.").format(needs=needs), "muted", wrap=True)
            )
        reasons = Banner(tone)
        reasons.tell(tr("{id} is {words}").format(id=threshold.id, words=words), " ".join(result.reasons))
        rule = link(tr("Show the rule that decided"), lambda: self._toggle_rule(holder))
        holder = label(
            _rule(threshold, result.crossed, result.ruled_out, snapshot), "muted", wrap=True, selectable=True
        )
        holder.hide()
        return card(head, *lines, reasons, rule, holder)

    def _toggle_rule(self, holder: QWidget) -> None:
        holder.setVisible(not holder.isVisible())

    def _make_tabs(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, 8)
        group = QButtonGroup(self)
        for threshold in _argued(self.session.snapshot):
            tab = button(threshold.id, functools.partial(self._show, threshold), role="toggle")
            tab.setCheckable(True)
            group.addButton(tab)
            flow.addWidget(tab)
            self._tabs[threshold.id] = tab
        set_role(holder, role="canvas")
        return holder


def _asked(session: Session, threshold_id: str) -> tuple[Showing, ...]:
    return tuple(item for item in session.pack.showings if threshold_id in item.supported_when)


def _argued(snapshot: Snapshot) -> tuple[Threshold, ...]:
    """The thresholds for which at least one showing is asked."""
    asked = {threshold for showing in snapshot.pack.showings for threshold in showing.supported_when}
    return tuple(item for item in snapshot.pack.thresholds if item.id in asked)


def _rule(threshold: Threshold, crossed: Trace, ruled_out: Trace, snapshot: Snapshot) -> str:
    source = snapshot.pack.source_by_id.get(threshold.cite.source)
    document = f"{source.document} {source.version}".strip() if source else threshold.cite.source
    parts = [
        tr("Crossed when ({value}):").format(value=crossed.value),
        *_tree(crossed, 1),
        tr("Ruled out when ({value}):").format(value=ruled_out.value),
        *_tree(ruled_out, 1),
        tr("Source: {document} {place} ({certainty}).").format(
            document=document, place=threshold.cite.place, certainty=threshold.cite.certainty
        ),
    ]
    return "\n".join(parts)


def _tree(trace: Trace, depth: int) -> list[str]:
    pad = "    " * depth
    words = {
        "all": tr("all of these"),
        "any": tr("any of these"),
        "at_least": tr("enough of these"),
        "not": tr("not this"),
    }
    text = words.get(trace.node, trace.reason)
    lines = [f"{pad}{text} \u2014 {trace.value}"]
    for child in trace.children:
        lines += _tree(child, depth + 1)
    return lines
