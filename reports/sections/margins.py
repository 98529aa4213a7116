"""The margins: the chart, the same in the indicators' own units, and what is watched without a bound."""

from __future__ import annotations

from asl_desktop.domain import wording
from reports.blocks import Block, ChartBlock, Column, Heading, Paragraph, Run, Section, Table, cell, plain
from reports.charts.model import STATUS_LABEL, distance_text, margin_chart
from reports.charts.wording import format_level, format_points
from reports.sections.common import DASH, Context, sentence


def margins(context: Context) -> Section:
    """Return the margins section."""
    chart = margin_chart(context.snapshot)
    level = format_level(context.pack.level)
    blocks: list[Block] = [
        Paragraph(
            plain(
                "Margins, buffers and the common axis are a construct of this program; no framework in force "
                "defines one. The bounds belong to single evaluations and not to policy, unless a row says otherwise."
            )
        ),
        Paragraph(
            plain(
                f"Each glyph is the estimate on the way from an indicator's floor (0) to its bound (100); the bar is "
                f"the {level} interval. The margin is taken from the riskier end of the interval, moved further by the "
                "elicitation gap that the assessor declared. Values beyond the axis end in an arrow."
            )
        ),
    ]
    if chart.groups:
        blocks.append(ChartBlock(chart))
    else:
        blocks.append(Paragraph(plain("The framework pack has no indicator with a bound."), "body"))
    blocks += _native(context)
    blocks += _watched(context)
    return Section("Capability margins", tuple(blocks), new_page=True)


def _native(context: Context) -> list[Block]:
    rows = []
    for margin in context.result.margins:
        if margin.state == "not_measured":
            continue
        indicator = context.pack.indicator_by_id[margin.indicator]
        unit = indicator.unit
        estimate = DASH if margin.estimate is None else wording.quantity(margin.estimate, unit)
        interval = DASH
        if margin.low is not None and margin.high is not None:
            interval = f"{wording.number(margin.low)} to {wording.quantity(margin.high, unit)}"
        bound = indicator.bound(margin.bound_name)
        label = f"{wording.quantity(margin.bound, unit)}" + (", policy" if bound and bound.policy else "")
        counts = margin.state != "not_adequate"
        state = f"{STATUS_LABEL[margin.state]}. " + " ".join(sentence(reason) for reason in margin.reasons)
        rows.append(
            (
                cell(indicator.title),
                cell(estimate),
                cell(interval),
                cell(label),
                cell(format_points(margin.points) if counts else DASH, "strong"),
                cell(f"{distance_text(indicator, margin)}. {state}" if counts and margin.points is not None else state),
            )
        )
    if not rows:
        return [Paragraph(plain("No indicator with a bound has a measurement on file."), "body")]
    columns = (
        Column("Indicator", 23),
        Column("Estimate", 11, "right"),
        Column("Interval", 15, "right"),
        Column("Bound", 11, "right"),
        Column("Margin", 10, "right"),
        Column("Distance and state", 30),
    )
    heading = Heading("In the indicators\u2019 own units", 2)
    return [heading, Table(columns, tuple(rows), summary="Measured indicators in their own units")]


def _watched(context: Context) -> list[Block]:
    if not context.result.watched:
        return []
    rows = []
    for item in context.result.watched:
        indicator = context.pack.indicator_by_id[item.indicator]
        estimate = DASH if item.estimate is None else wording.quantity(item.estimate, indicator.unit)
        interval = DASH
        if item.low is not None and item.high is not None:
            interval = f"{wording.number(item.low)} to {wording.quantity(item.high, indicator.unit)}"
        remarks = " ".join(sentence(reason) for reason in item.reasons) or DASH
        rows.append((cell(indicator.title), cell(estimate), cell(interval), cell(remarks)))
    columns = (
        Column("Indicator", 38),
        Column("Estimate", 14, "right"),
        Column("Interval", 18, "right"),
        Column("Remarks", 30),
    )
    return [
        Heading("Watched without a bound", 2),
        Paragraph((Run("Shown, never judged: the framework states no bound for these."),), "small"),
        Table(columns, tuple(rows), summary="Indicators that have no bound"),
    ]
