"""The margins page: every capability margin on one axis, the trace of the one under the pointer, and export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QWidget

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.margins import bound_of
from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.messages import message_for
from asl_desktop.services.planning import plan_on
from reports.charts.evidence_coverage import coverage_chart
from reports.charts.model import MarginChart, Row, margin_chart
from reports.charts.safeguards_gap import gap_chart
from ui.dialogs_seam import choose_save
from ui.forms.choices import Segments
from ui.forms.drop_down import drop_down
from ui.operations import Handle
from ui.pages.base import Page
from ui.session import Session
from ui.theme import tokens
from ui.widgets.bars_card import BarsCard
from ui.widgets.flow import FlowLayout
from ui.widgets.margin_chart import Glyph, MarginOverview
from ui.widgets.parts import Banner, button, card, clear, label, row
from ui.widgets.trend_card import TrendCard
from ui.wording import listed

_PICTURES = mark("SVG picture (*.svg);;PNG picture (*.png);;PDF picture (*.pdf)")


_CHARTS = (mark("Margins"), mark("Trend"), mark("Safeguards"), mark("Evidence"))
_FILES = ("margins.svg", "trend.svg", "safeguards.svg", "evidence.svg")


class MarginsPage(Page):
    page_id = "margins"
    heading = mark("Margins")
    widest = 0

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._subtitle = self.add_heading()
        self.overview = MarginOverview()
        self.overview.chosen.connect(self._explain)
        self._legend = FlowLayout(spacing=16)
        self._detail = label(tr("Choose a margin to see what it rests on."), "muted", wrap=True, selectable=True)
        self._note = label("", "muted", wrap=True)
        self._banner = Banner("danger")
        self._done = Banner("ok")
        self._to_measurement = button(tr("Open its measurements"), self._open_measurement)
        self._to_measurement.setEnabled(False)
        self._indicator = ""
        self.which = Segments(tr("Which chart"), [tr(text) for text in _CHARTS])
        self.trend = TrendCard(session)
        self.safeguards = BarsCard(session, tr("Safeguards gap"), gap_chart)
        self.evidence = BarsCard(session, tr("Evidence coverage"), coverage_chart)
        self.cards: tuple[TrendCard | BarsCard, ...] = (self.trend, self.safeguards, self.evidence)
        titles = {item.id: item.title for item in session.pack.domains}
        self._domains = [
            item.id for item in session.pack.domains if margin_chart(session.snapshot, domain=item.id).rows
        ]
        self.domain = drop_down(tr("Domain"), [tr("All domains"), *(titles[item] for item in self._domains)])
        self.domain.setMinimumContentsLength(18)
        self.domain.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.copy = button(tr("Copy as image"), self.copy_image, icon_name="copy")
        self._lay_out()

    def refresh(self, snapshot: Snapshot) -> None:
        chart = margin_chart(snapshot, domain=self._domain)
        self._subtitle.setText(chart.subtitle)
        self.overview.show_chart(chart)
        self._show_legend(chart)
        self._note.setText(chart.note)
        if self._indicator:
            self._explain(self._indicator)
        if self._card is not None:
            self._card.refresh(snapshot)

    @property
    def _card(self) -> TrendCard | BarsCard | None:
        """The chart in view that is drawn off the window's thread; None while the margins are."""
        return self.cards[self.which.chosen - 1] if self.which.chosen > 0 else None

    @property
    def _domain(self) -> str | None:
        """The only domain whose margins are shown; None for all."""
        at = self.domain.currentIndex()
        return self._domains[at - 1] if at > 0 else None

    def open_item(self, item: str) -> None:
        if item:
            self._on_picked(0)
            if all(shown.indicator != item for shown in self.overview.chart.rows):
                self.domain.setCurrentIndex(0)
            self._explain(item)
        self.overview.setFocus()

    def save_picture(self) -> None:
        """Ask for a file and draw the chart into it, off the window's thread."""
        card = self._card
        name = _FILES[max(self.which.chosen, 0)]
        chosen = choose_save(self, tr("Save the chart"), Path(name), filters=tr(_PICTURES))
        if not chosen:
            return
        path, chart, dark = chosen, self.overview.chart, tokens().dark
        saving = card.saving(dark=dark) if card is not None else None

        def work(_: Handle[Path]) -> Path:
            if saving is not None:
                saving(path)
                return path
            from reports.charts.figure import save_chart

            save_chart(chart, path, "dark" if dark else "light")
            return path

        self.session.operations.run(work, owner=self, done=self._on_saved, failed=self._on_failed)

    def copy_image(self) -> None:
        """Put the chart in view on the clipboard as a picture with title, day and snapshot."""
        if self._card is not None:
            self._card.copy_image()
            return
        chart, dark = self.overview.chart, tokens().dark

        def work(_: Handle[tuple[bytes, int, int]]) -> tuple[bytes, int, int]:
            from reports.charts.figure import draw_figure
            from reports.charts.trend_figure import paint_figure

            return paint_figure(draw_figure(chart, theme="dark" if dark else "light"), 2.0)

        self.session.operations.run(work, owner=self, done=self._on_painted, failed=self._on_failed)

    def _on_painted(self, painted: tuple[bytes, int, int]) -> None:
        pixels, width, height = painted
        image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        QGuiApplication.clipboard().setImage(image)
        self._on_copied()

    def _on_copied(self) -> None:
        self._done.tell(tr("The picture is on the clipboard"))

    def _lay_out(self) -> None:
        save = button(tr("Save as picture"), self.save_picture, icon_name="download")
        self.body.addWidget(self._banner)
        self.body.addWidget(self._done)
        across = QWidget()
        flow = FlowLayout(across, 8)
        flow.add(self.which, width=480)
        flow.addWidget(self.domain)
        flow.addWidget(self.copy)
        flow.addWidget(save)
        self.body.addWidget(across)
        self._margins = [
            card(self.overview, self._legend, spacing=16),
            card(label(tr("What this margin rests on"), "pane-title"), self._detail, row(self._to_measurement, 1)),
            self._note,
        ]
        for part in (*self._margins, *self.cards):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.which.picked.connect(self._on_picked)
        self.domain.currentIndexChanged.connect(lambda _: self.refresh(self.session.snapshot))
        for part in self.cards:
            part.copied.connect(self._on_copied)
        self._on_picked(0)

    def _on_picked(self, which: int) -> None:
        self.which.choose(which)
        for part in (self._subtitle, self.domain, *self._margins):
            part.setVisible(which == 0)
        for at, chart in enumerate(self.cards, 1):
            chart.setVisible(which == at)
        if self._card is not None:
            self._card.refresh(self.session.snapshot)

    def _show_legend(self, chart: MarginChart) -> None:
        clear(self._legend)
        for entry in chart.legend:
            if entry.status is not None:
                holder = QWidget()
                holder.setLayout(row(Glyph(entry.status), label(entry.text, "muted")))
                self._legend.addWidget(holder)

    def _explain(self, indicator: str) -> None:
        found = next((r for r in self.overview.chart.rows if r.indicator == indicator), None)
        if found is None:
            return
        self._indicator = indicator
        self._to_measurement.setEnabled(True)
        self._detail.setText(self._words(found))

    def _words(self, shown: Row) -> str:
        snapshot = self.session.snapshot
        indicator = snapshot.pack.indicator_by_id[shown.indicator]
        margin = snapshot.determination.margin_by_indicator[shown.indicator]
        bound = bound_of(indicator, margin)
        lines = [shown.words]
        if margin.native_distance is not None and margin.points is not None:
            unit = tr("as a factor") if indicator.scale == "log" else tr("in the indicator's own unit")
            lines.append(
                tr("Distance to the bound {unit}: {three_digits}.").format(
                    unit=unit, three_digits=wording.number(wording.three_digits(margin.native_distance))
                )
            )
        if bound and margin.planned:
            lines.append(tr("Bound: {label}").format(label=bound.label))
        elif bound:
            source = snapshot.pack.source_by_id.get(bound.cite.source)
            lines.append(
                tr("Bound: {label} Source: {document}.").format(
                    label=bound.label, document=source.document if source else bound.cite.source
                )
            )
        names = snapshot.inputs.evidence_by_sha
        cited = [ref.removeprefix("evidence:") for ref in margin.uses if ref.startswith("evidence:")]
        if cited:
            lines.append(
                tr("Evidence: {listed}.").format(listed=listed(names[sha].name for sha in cited if sha in names))
            )
        if indicator.bears_on:
            lines.append(tr("Bears on {listed}.").format(listed=listed(indicator.bears_on)))
        speaking = snapshot.inputs.measurement_by_id.get(margin.measurement)
        planned = " ".join(plan_on(snapshot.inputs, indicator, speaking))
        if planned:
            lines.append(tr("Plan: {planned}").format(planned=planned))
        return "\n".join(lines)

    def _open_measurement(self) -> None:
        self.wants.emit("measurements", self._indicator)

    def _on_saved(self, path: Path) -> None:
        self._done.tell(tr("The chart is saved"), str(path))

    def _on_failed(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        found = message_for(error)
        self._banner.tell(found.title, f"{found.text} {found.advice}")
