"""The margins: the chart, and every result in its own units with how it was obtained."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import ELICITATION, Counts, Interval, Mean, Measurement, Point, Ratio
from asl_desktop.domain.margins import under_plan
from asl_desktop.services.planning import plan_remarks
from asl_desktop.services.results import RULE, standings
from reports.blocks import Block, Cell, ChartBlock, Column, Heading, Paragraph, Section, Table, TextStyle, cell, plain
from reports.charts.model import STATUS_LABEL, distance_text, margin_chart
from reports.charts.wording import format_level, format_points
from reports.sections.common import DASH, Context, Usual, labelled, person, sentence, usual

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Margin, Watched
    from asl_desktop.domain.pack import Indicator


def margins(context: Context) -> Section:
    """Return the margins section."""
    chart = margin_chart(context.snapshot)
    blocks: list[Block] = [
        Paragraph(
            plain(
                "Margins, buffers and the common axis are a construct of this program; no framework in force defines "
                "one. Bounds belong to single evaluations and not to policy, unless a row says otherwise."
            )
        ),
        Paragraph(
            plain(
                f"Glyph: the estimate on the way from an indicator's floor (0) to its bound (100). Bar: the "
                f"{format_level(context.pack.level)} interval. The margin is taken from its riskier end, moved by the "
                "declared elicitation gap. Arrow: beyond the axis."
            ),
            "small",
        ),
    ]
    if chart.groups:
        blocks.append(ChartBlock(chart))
    else:
        blocks.append(Paragraph(plain("The framework pack has no indicator with a bound.")))
    return Section("Capability margins", (*blocks, *_results(context)), new_page=True)


def _results(context: Context) -> list[Block]:
    order = {indicator.id: number for number, indicator in enumerate(context.pack.indicators)}
    ordered = sorted(context.inputs.measurements, key=lambda m: (order.get(m.indicator, len(order)), m.id))
    heading = Heading("Results in their own units", 2)
    if not ordered:
        return [heading, Paragraph(plain("No measurement is on file."))]
    common = usual(ordered)
    days = Counter(m.produced for m in ordered)
    produced = max(days, key=lambda day: (days[day], str(day)))
    lead = f"Unless a row says otherwise: measured on {context.inputs.scope.model}, produced {wording.day(produced)}"
    if common.by != DASH:
        lead += f", recorded by {common.by}"
    rows = tuple(_Row(context, item, common).cells(produced=str(produced)) for item in ordered)
    columns = (
        Column("Indicator", 25),
        Column("As reported", 12),
        Column("Interval", 13, "right"),
        Column("Bound", 7, "right"),
        Column("Margin", 9.5, "right"),
        Column("Distance, state and remarks", 48),
    )
    table = Table(columns, rows, summary="Every result on file in its own unit", dense=True)
    return [heading, Paragraph(plain(f"{lead}."), "small"), table, *_several(context)]


def _several(context: Context) -> list[Block]:
    """Return, for every indicator with several results, which one speaks and why the others do not."""
    held = context.inputs.measurements_by_indicator
    rows: list[tuple[Cell, ...]] = []
    for indicator in context.pack.indicators:
        if len(held.get(indicator.id, ())) < 2:
            continue
        for at, found in enumerate(standings(context.snapshot, indicator)):
            name = cell("" if at else indicator.title)
            style: TextStyle = "strong" if found.role in {"decides", "shown"} else ""
            rows.append((name, cell(found.value, style), cell(found.origin), cell(found.why)))
    if not rows:
        return []
    columns = (Column("Indicator", 22), Column("Result", 20), Column("Measured on", 18), Column("Where it stands", 40))
    table = Table(columns, tuple(rows), summary="Results of one indicator, the one that speaks first", dense=True)
    return [Heading("Several results of one indicator", 2), Paragraph(plain(RULE), "small"), table]


class _Row:
    """One measurement with what follows from it."""

    def __init__(self, context: Context, item: Measurement, common: Usual) -> None:
        self.context, self.item, self.common = context, item, common
        self.indicator: Indicator | None = context.pack.indicator_by_id.get(item.indicator)
        margin = context.result.margin_by_indicator.get(item.indicator)
        watched = {w.indicator: w for w in context.result.watched}.get(item.indicator)
        self.margin: Margin | None = margin if margin and margin.measurement == item.id else None
        self.watched: Watched | None = watched if watched and watched.measurement == item.id else None

    def cells(self, *, produced: str) -> tuple[Cell, ...]:
        """Return the cells of the row; ``produced`` is the usual day, which is not repeated."""
        unit = self.indicator.unit if self.indicator else ""
        title = self.indicator.title if self.indicator else f"{self.item.indicator}, not in this framework"
        held = self.margin or self.watched
        interval = "none stated" if isinstance(self.item.report, Point) else DASH
        if held and held.low is not None and held.high is not None:
            interval = wording.interval(held.low, held.high).replace(" to ", " to\u00a0")
        bound = "none"
        if self.indicator and (own := under_plan(self.indicator, self.context.inputs).margin_bound):
            whose = " (policy)" if own.policy else " (plan)" if own is not self.indicator.margin_bound else ""
            bound = wording.quantity(own.value, unit) + whose
        counts = self.margin is not None and self.margin.state != "not_adequate"
        points = format_points(self.margin.points) if self.margin and counts else DASH
        remarks = labelled(*self._state(), *self._obtained(produced=produced))
        reported = cell(report_text(self.item, unit))
        return cell(title), reported, cell(interval), cell(bound), cell(points, "strong"), remarks

    def _state(self) -> list[tuple[str, str]]:
        if self.margin is None:
            reasons = self.watched.reasons if self.watched else ()
            if not self.watched and self.indicator:
                reasons = ("Another result speaks for this indicator, or this one does not count.",)
            return [("", " ".join(sentence(reason) for reason in reasons))]
        state = STATUS_LABEL[self.margin.state]
        if self.margin.state == "not_adequate":
            return [("", f"{state}. " + " ".join(sentence(reason) for reason in self.margin.reasons))]
        assert self.indicator is not None
        if self.margin.points is None:
            return [("", f"{state}.")]
        return [("", f"{state}, {distance_text(self.indicator, self.margin)}.")]

    def _obtained(self, *, produced: str) -> list[tuple[str, str]]:
        item, scope = self.item, self.context.inputs.scope
        aside = f"{item.set_aside_by}: {item.set_aside_reason}" if item.set_aside_by or item.set_aside_reason else ""
        model = item.model if item.model != scope.model else ""
        checkpoint = item.checkpoint if item.checkpoint != scope.checkpoint else ""
        gap = f"{wording.number(item.gap)} {item.gap_rationale}".strip() if item.gap or item.gap_rationale else ""
        return [
            ("Set aside", aside),
            ("Run", "" if item.run_status == "success" else item.run_status),
            ("Measured on", " ".join(part for part in (model, checkpoint) if part)),
            ("Elicitation", ", ".join(ELICITATION.get(name, name) for name in item.elicitation)),
            ("Elicitation notes", item.elicitation_notes),
            ("Elicitation gap", gap),
            ("Edits after the run", item.edits),
            ("Notes", item.notes),
            ("Plan", self._plan()),
            ("Produced", "" if str(item.produced) == produced else wording.day(item.produced)),
            ("Valid until", wording.day(item.valid_until) if item.valid_until else ""),
            ("Evidence", self.context.cited(item.evidence) if item.evidence else "none linked"),
            ("Recorded by", self.common.line(person(item.author, "", item.at))),
        ]

    def _plan(self) -> str:
        """Return where the result departs from the plan; the plan itself has its own section."""
        return " ".join(plan_remarks(self.context.inputs, self.indicator, self.item)) if self.indicator else ""


def report_text(item: Measurement, unit: str) -> str:
    """Return what was reported, in the form it was reported in."""
    report = item.report
    if isinstance(report, Ratio):
        return f"{_arm(report.treatment)}\nagainst {_arm(report.control)}"
    if isinstance(report, Counts | Mean):
        return _arm(report)
    trials = f", n\u00a0=\u00a0{report.n}" if report.n is not None else ""
    value = wording.quantity(report.estimate, unit)
    if isinstance(report, Interval):
        low, high = wording.number(report.low), wording.quantity(report.high, unit)
        return f"{value}, {format_level(report.level)} interval {low} to {high}{trials}"
    assert isinstance(report, Point)
    return f"{value}{trials}"


def _arm(arm: Counts | Mean) -> str:
    if isinstance(arm, Counts):
        return f"{arm.successes} of {arm.n}"
    trials = f"n\u00a0=\u00a0{arm.n}" if arm.n is not None else "n not stated"
    return f"{wording.number(arm.mean)}, SE\u00a0{wording.number(arm.stderr)}, {trials}"
