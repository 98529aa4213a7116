"""Evaluation results: the indicators of the pack, the results on file for each, and the margin that follows, live."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QScrollArea, QVBoxLayout, QWidget

from asl_desktop.clock import new_id
from asl_desktop.domain import wording
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.pack import Indicator
from asl_desktop.i18n import mark, tr
from asl_desktop.services.results import RULE, standings
from reports.charts.model import Group, MarginChart, margin_chart, margin_row
from ui.comparing import comparer_of
from ui.models.indicator_list import INDICATOR_ROLE, IndicatorDelegate, IndicatorListModel
from ui.pages.base import MARGIN, Page
from ui.session import Session
from ui.theme import set_role
from ui.widgets.compared_line import ComparedLine
from ui.widgets.earlier_results import EarlierResults
from ui.widgets.margin_chart import MarginList
from ui.widgets.measurement_card import MeasurementCard
from ui.widgets.parts import Tone, button, card, chip, clear, label, row
from ui.widgets.split import Split

_OWNER = {True: mark("the framework's own"), False: mark("of this evaluation, not of policy")}


class MeasurementsPage(Page):
    """Master and detail: indicators on the left, the results of one of them on the right."""

    page_id: ClassVar[str] = "measurements"
    heading: ClassVar[str] = mark("Measurements")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.indicator: Indicator | None = None
        self.cards: list[MeasurementCard] = []
        self.comparer = comparer_of(session)
        self.comparing = ComparedLine(self.comparer, str)
        self.earlier = EarlierResults(session, self.comparer)
        self.comparer.changed.connect(self._show_earlier)
        self.margin = MarginList()
        self.margin.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = IndicatorListModel()
        self._proxy = QSortFilterProxyModel()
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._title = label("", "question", wrap=True)
        self._chips = row(spacing=8)
        self._about = label("", "muted", wrap=True)
        self._bounds = QVBoxLayout()
        self._bounds.setSpacing(4)
        self._words = label("", wrap=True, selectable=True)
        self.several = label("", wrap=True, selectable=True)
        self.several.setAccessibleName(tr("Which of several results counts, and why"))
        self._results = QVBoxLayout()
        self._results.setSpacing(16)
        self._add = button(tr("Add a result"), self.add_result, icon_name="plus", primary=True)
        self._choose = button(tr("Previous results\u2026"), lambda: self.comparer.choose(self))
        self._lay_out()

    def refresh(self, snapshot: Snapshot) -> None:
        self._model.show(snapshot)
        if self.indicator is None:
            first = snapshot.pack.indicators[0].id if snapshot.pack.indicators else ""
            self.open_item(first)
        elif self._on_file() != [item.measurement_id for item in self.cards if item.measurement()]:
            self._show_cards()
        self._show_margin(snapshot)
        for item in self.cards:
            item.refresh()
        self._show_several(snapshot)
        self._show_earlier()

    def open_item(self, item: str) -> None:
        """Show the results of an indicator."""
        found = self.session.pack.indicator_by_id.get(item)
        if found is None:
            return
        if self.indicator is None or found.id != self.indicator.id:
            self.commit()
            self.indicator = found
            self._show_head(found)
            self._show_cards()
            self._select(found.id)
        self._show_margin(self.session.snapshot)
        self._show_several(self.session.snapshot)
        self._show_earlier()

    def here(self) -> str:
        return self.indicator.id if self.indicator is not None else ""

    def history_of(self) -> str:
        return self.here()

    def commit(self) -> None:
        self.session.write_now()

    def unrecorded(self) -> str:
        for item in self.cards:
            if item.problem():
                return f"{item.indicator.title}: {item.problem()}"
        return ""

    def add_result(self) -> None:
        """Open an empty result for the indicator at hand."""
        if self.indicator is None or self.session.read_only:
            return
        if not self.cards or self.cards[-1].measurement() is not None:
            self._add_card(new_id())
        added = self.cards[-1]
        added.show()
        added.report.start_typing()
        self._area.ensureWidgetVisible(added, 0, 0)

    def _on_file(self) -> list[str]:
        assert self.indicator is not None
        found = self.session.inputs.measurements_by_indicator.get(self.indicator.id, ())
        known = {item.measurement_id: at for at, item in enumerate(self.cards)}
        return [m.id for m in sorted(found, key=lambda m: known.get(m.id, len(known)))]

    def _show_cards(self) -> None:
        kept = [item for item in self.cards if item.measurement() is None and item.problem()]
        same = [item for item in kept if self.indicator is not None and item.indicator.id == self.indicator.id]
        clear(self._results)
        self.cards = []
        for measurement_id in self._on_file():
            self._add_card(measurement_id)
        if not self.cards or same:
            self._add_card(new_id())

    def _add_card(self, measurement_id: str) -> None:
        assert self.indicator is not None
        item = MeasurementCard(self.session, self.indicator, measurement_id)
        item.deleted.connect(self._show_cards)
        self.cards.append(item)
        self._results.addWidget(item)

    def _show_head(self, indicator: Indicator) -> None:
        self._title.setText(indicator.title)
        clear(self._chips)
        tones: list[tuple[str, Tone]] = [(indicator.id, "")]
        tones += [(target, "accent") for target in indicator.bears_on]
        for text, tone in tones:
            self._chips.addWidget(chip(text, tone))
        self._chips.addStretch(1)
        self._about.setText(_about(indicator))
        clear(self._bounds)
        for name, text in _bounds(indicator):
            self._bounds.addWidget(label(f"{name}: {text}", wrap=True, selectable=True))

    def _show_margin(self, snapshot: Snapshot) -> None:
        if self.indicator is None:
            return
        margin = snapshot.determination.margin_by_indicator.get(self.indicator.id)
        self.margin.setVisible(margin is not None)
        self._words.setVisible(margin is not None)
        if margin is not None:
            shown = margin_row(snapshot.pack, self.indicator, margin)
            whole = margin_chart(snapshot)
            chart = MarginChart("", "", (Group("", (shown,)),), whole.axis_max, (), "")
            self.margin.show_chart(chart)
            owner = tr(_OWNER[shown.policy])
            self._words.setText(
                tr("{status_label}. {reasons} The bound is {owner}.").format(
                    status_label=shown.status_label, reasons=" ".join(margin.reasons), owner=owner
                )
            )

    def _show_several(self, snapshot: Snapshot) -> None:
        """Show every result with its standing, once there is a choice between several."""
        found = standings(snapshot, self.indicator) if self.indicator is not None else ()
        self._several_card.setVisible(len(found) > 1)
        lines = [f"{at}. {item.value}, {item.origin}. {item.why}" for at, item in enumerate(found, start=1)]
        self.several.setText("\n".join(lines))

    def _show_earlier(self) -> None:
        self.earlier.show_for(self.here())

    def _select(self, indicator_id: str) -> None:
        source = self._model.index(self._model.row_of(indicator_id))
        index = self._proxy.mapFromSource(source)
        if index.isValid():
            self._list.setCurrentIndex(index)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.open_item(str(index.data(INDICATOR_ROLE)))

    def _lay_out(self) -> None:
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        self.body.setSpacing(12)
        self.add_heading(tr("Enter each result as it was reported. The margin follows from its riskier end."))
        self.body.addWidget(self.comparing)
        self.body.addWidget(Split("measurements", self._make_list(), self._make_detail(), share=330), 1)

    def _make_list(self) -> QWidget:
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(tr("Filter indicators"))
        self._filter.setAccessibleName(tr("Filter indicators"))
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._proxy.setFilterFixedString)
        self._list = QListView()
        self._list.setAccessibleName(tr("Indicators"))
        self._list.setModel(self._proxy)
        self._list.setItemDelegate(IndicatorDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.selectionModel().currentChanged.connect(lambda now, _: self._on_current(now))
        panel = QWidget()
        panel.setMinimumWidth(200)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, MARGIN)
        layout.setSpacing(8)
        layout.addWidget(self._filter)
        layout.addWidget(self._list, 1)
        return panel

    def _make_detail(self) -> QWidget:
        holder = QWidget()
        set_role(holder, role="canvas")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 4, MARGIN)
        column.setSpacing(16)
        column.addWidget(card(self._chips, self._title, self._about, self._bounds, self.margin, self._words))
        self._several_card = card(
            label(tr("Results on file"), "pane-title"), label(tr(RULE), "muted", wrap=True), self.several
        )
        column.addWidget(self._several_card)
        column.addWidget(self.earlier)
        column.addLayout(self._results)
        column.addLayout(row(self._add, self._choose, 1))
        column.addStretch(1)
        self._add.setVisible(not self.session.read_only)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setWidget(holder)
        return self._area


def _about(indicator: Indicator) -> str:
    needs = tr("At least {min_n} scored trials.").format(min_n=indicator.min_n) if indicator.min_n > 1 else ""
    risk = tr("Higher is riskier.") if indicator.direction == "higher_is_riskier" else tr("Lower is riskier.")
    watched = "" if indicator.bounds else tr("No bound; watched only.")
    parts = (indicator.description, risk, needs, watched, indicator.report_hint)
    return " ".join(part for part in parts if part)


def _bounds(indicator: Indicator) -> list[tuple[str, str]]:
    """Return what each bound is called, and its value with what it means and whose it is."""
    names = {"rule_out": tr("Rules out"), "concern": tr("Concern")}
    return [
        (
            names[bound.name],
            f"{wording.quantity(bound.value, indicator.unit)}. {bound.label.rstrip('.')} ({tr(_OWNER[bound.policy])}).",
        )
        for bound in indicator.bounds
    ]
