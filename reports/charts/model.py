"""The margin chart as plain data: what every painter (window, matplotlib, PDF) draws, decided once.

The horizontal axis is the common axis of margins: 0 is an indicator's floor, 100 its bound. Painters turn positions
into device units and draw the texts as they stand; none of them computes a status or a number.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain import wording
from asl_desktop.domain.margins import bound_of
from asl_desktop.frozen import frozen
from asl_desktop.i18n import mark, tr
from reports.charts.wording import DASH, format_level, format_points, points_in_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.determination import Margin, MarginState, Snapshot
    from asl_desktop.domain.pack import Bound, Indicator, Pack

AXIS_MAX = 125.0
TICKS = (0.0, 25.0, 50.0, 75.0, 100.0, 125.0)
Shape: TypeAlias = Literal["circle", "triangle", "diamond", "square", "cross", "open_cross"]
Clip: TypeAlias = Literal["", "left", "right"]

STATUS_LABEL: Mapping[MarginState, str] = MappingProxyType(
    {
        "clear": mark("Below buffer"),
        "in_buffer": mark("In buffer"),
        "not_excluded": mark("Not excluded"),
        "crossed": mark("Crossed"),
        "not_measured": mark("Not measured"),
        "not_adequate": mark("Not adequate"),
    }
)
STATUS_SHAPE: Mapping[MarginState, Shape] = MappingProxyType(
    {
        "clear": "circle",
        "in_buffer": "triangle",
        "not_excluded": "diamond",
        "crossed": "square",
        "not_measured": "cross",
        "not_adequate": "open_cross",
    }
)
_LEGEND_TEXT: Mapping[MarginState, str] = MappingProxyType(
    {
        "clear": mark("riskier end below buffer"),
        "in_buffer": mark("riskier end in buffer"),
        "not_excluded": mark("riskier end past bound"),
        "crossed": mark("estimate past bound"),
        "not_measured": mark("no measurement on file"),
        "not_adequate": mark("measurement does not count"),
    }
)
_ARM = 0.32
SHAPE_OUTLINE: Mapping[Shape, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        "circle": tuple((math.cos(math.pi * i / 18), math.sin(math.pi * i / 18)) for i in range(36)),
        "triangle": ((0.0, 1.08), (1.05, -0.82), (-1.05, -0.82)),
        "diamond": ((0.0, 1.25), (1.25, 0.0), (0.0, -1.25), (-1.25, 0.0)),
        "square": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
        "cross": tuple(
            ((x - y) * math.sqrt(0.5), (x + y) * math.sqrt(0.5))
            for x, y in (
                (_ARM / 2, _ARM / 2), (1.2, _ARM / 2), (1.2, -_ARM / 2), (_ARM / 2, -_ARM / 2),
                (_ARM / 2, -1.2), (-_ARM / 2, -1.2), (-_ARM / 2, -_ARM / 2), (-1.2, -_ARM / 2),
                (-1.2, _ARM / 2), (-_ARM / 2, _ARM / 2), (-_ARM / 2, 1.2), (_ARM / 2, 1.2),
            )
        ),
        "open_cross": tuple(
            ((x - y) * math.sqrt(0.5), (x + y) * math.sqrt(0.5))
            for x, y in (
                (0.3, 0.3), (1.3, 0.3), (1.3, -0.3), (0.3, -0.3), (0.3, -1.3), (-0.3, -1.3),
                (-0.3, -0.3), (-1.3, -0.3), (-1.3, 0.3), (-0.3, 0.3), (-0.3, 1.3), (0.3, 1.3),
            )
        ),
    }
)  # fmt: skip
"""Unit outlines round (0, 0), y upwards; multiply by half the glyph's size. ``open_cross`` is stroked, not filled."""


@frozen
class Row:
    """One indicator on the chart.

    Attributes:
        status: margin state; ``status_label`` is the word, ``shape`` the glyph that stand for it.
        margin_text: the number outside the danger zone (``+31 pts``), an em dash where a number would mislead.
        native_text: estimate, interval and bound in the indicator's own unit, or why there is none.
        words: the whole row as sentences, for screen readers and alternative text.
        position: the estimate, limited to the axis; None draws a dotted track with ``track_text`` instead.
        low: left end of the interval, limited to the axis; None when no interval is stated.
        high: right end of the interval, limited to the axis.
        conservative: riskier end moved by the declared elicitation gap, limited; a thin extension of the bar.
        buffer_from: where the safety buffer starts; it ends at 100.
        position_clip: the side on which the estimate lies beyond the axis (draw an arrow there), empty when inside.
        low_clip: the same for the left end.
        high_clip: the same for the right end.
        conservative_clip: the same for the conservative value.
        bound_label: what the bound is called, with its value.
        policy: true where the bound is the framework's own text and not one evaluation's.
        margin_points: the unrounded margin behind ``margin_text``.
    """

    indicator: str
    label: str
    status: MarginState
    status_label: str
    shape: Shape
    margin_text: str
    native_text: str
    words: str
    position: float | None
    low: float | None
    high: float | None
    conservative: float | None
    buffer_from: float
    position_clip: Clip = ""
    low_clip: Clip = ""
    high_clip: Clip = ""
    conservative_clip: Clip = ""
    bound_label: str = ""
    policy: bool = False
    track_text: str = ""
    margin_points: float | None = None

    @property
    def loud(self) -> bool:
        """Tell whether the row asks for attention: everything but a value below the buffer."""
        return self.status != "clear"


@frozen
class Group:
    """The rows of one risk domain."""

    title: str
    rows: tuple[Row, ...]


@frozen
class LegendEntry:
    """One entry of the legend; ``status`` is None for the safety buffer."""

    text: str
    status: MarginState | None = None
    shape: Shape | None = None


@frozen
class MarginChart:
    """A whole margin chart. ``axis_max`` is the right end of the axis in points (the left end is 0).

    ``source`` names framework, day and snapshot wherever the chart stands alone; a report names them itself.
    """

    title: str
    subtitle: str
    groups: tuple[Group, ...]
    axis_max: float
    legend: tuple[LegendEntry, ...]
    note: str
    source: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, from top to bottom."""
        return tuple(row for group in self.groups for row in group.rows)


@frozen
class DrawnRow:
    """What a painter put on its surface for one row, taken where it drew.

    Texts are those handed to the drawing calls; positions are device coordinates turned back into points of the axis
    (None where nothing was drawn), so that a test can hold every painter against the model.
    """

    indicator: str
    label: str
    margin_text: str
    status_label: str
    shape: Shape
    position: float | None
    low: float | None
    high: float | None


def citation(snapshot: Snapshot) -> str:
    """Return what every chart cites: framework, day and the digest of the snapshot."""
    pack = snapshot.pack
    framework = pack.title if pack.version in pack.title else f"{pack.title} {pack.version}"
    return tr("{framework}, as of {day}, snapshot {digest}").format(
        framework=framework, day=wording.day(snapshot.as_of), digest=snapshot.digest[:16]
    )


def margin_chart(snapshot: Snapshot, *, domain: str | None = None, cited: bool = True) -> MarginChart:
    """Build the chart of every margin of a snapshot, or of one domain, in the pack's order.

    Args:
        snapshot: the assessment at one moment.
        domain: id of the only domain to show; None shows all.
        cited: whether it says which snapshot it shows; one that follows every keystroke and is never kept need not.
    """
    pack, result = snapshot.pack, snapshot.determination
    groups = []
    for item in pack.domains:
        if domain is not None and item.id != domain:
            continue
        rows = tuple(
            margin_row(pack, indicator, result.margin_by_indicator[indicator.id])
            for indicator in pack.indicators
            if indicator.domain == item.id and indicator.id in result.margin_by_indicator
        )
        if rows:
            groups.append(Group(item.title, rows))
    scope = snapshot.inputs.scope
    level = format_level(pack.level)
    subtitle = tr(
        "Model \u201c{model}\u201d \u00b7 as of {date} \u00b7 glyph: estimate as % of the way to each bound; "
        "bar: {level} interval; margin is taken from the riskier end"
    ).format(model=scope.model, date=wording.day(snapshot.as_of), level=level)
    return MarginChart(
        title=_title(groups, alone=domain is not None),
        subtitle=subtitle,
        groups=tuple(groups),
        axis_max=AXIS_MAX,
        legend=_legend(tuple(row for group in groups for row in group.rows)),
        note=_note(tuple(row for group in groups for row in group.rows)),
        source=citation(snapshot) if cited else "",
    )


def _title(groups: list[Group], *, alone: bool) -> str:
    if alone and groups:
        return tr("Capability margins: {domain}").format(domain=groups[0].title)
    return tr("Capability margins")


def margin_row(pack: Pack, indicator: Indicator, margin: Margin) -> Row:
    """Build the row of one indicator from its margin."""
    bound = bound_of(indicator, margin) or indicator.margin_bound
    bound_label = _bound_label(indicator, bound, margin.bound)
    policy = bool(bound and bound.policy)
    counts = margin.state not in {"not_measured", "not_adequate"}
    position, position_clip = _limit(margin.position if counts else None)
    low, low_clip, high, high_clip = _interval(margin) if counts else (None, "", None, "")
    conservative, conservative_clip = _limit(margin.conservative_position if counts else None)
    native = _native_text(pack, indicator, margin, bound_label)
    return Row(
        indicator=indicator.id,
        label=indicator.title,
        status=margin.state,
        status_label=tr(STATUS_LABEL[margin.state]),
        shape=STATUS_SHAPE[margin.state],
        margin_text=format_points(margin.points if counts else None),
        native_text=native,
        words=_words(indicator, margin, native, policy=policy),
        position=position,
        low=low,
        high=high,
        conservative=conservative,
        buffer_from=min(max(margin.buffer_from, 0.0), 100.0),
        position_clip=position_clip,
        low_clip=low_clip,
        high_clip=high_clip,
        conservative_clip=conservative_clip,
        bound_label=bound_label,
        policy=policy,
        track_text=_track_text(margin),
        margin_points=margin.points if counts else None,
    )


def interval_text(indicator: Indicator, margin: Margin, level: float) -> str:
    """Say the interval in the indicator's unit, or that none is stated."""
    if margin.low is None or margin.high is None:
        return tr("no interval stated")
    return tr("{level} interval {interval}").format(
        level=format_level(level), interval=wording.interval(margin.low, margin.high, indicator.unit)
    )


def distance_text(indicator: Indicator, margin: Margin) -> str:
    """Say how far the conservative value is from the bound in the indicator's own unit; em dash where unknown."""
    value = margin.conservative
    if value is None or margin.points is None:
        return DASH
    if indicator.scale == "log" and value > 0 and margin.bound > 0:
        factor = max(value / margin.bound, margin.bound / value)
        words = tr("factor {factor} short of the bound") if margin.points > 0 else tr("factor {factor} past the bound")
        return words.format(factor=wording.number(wording.three_digits(factor)))
    words = tr("{distance} short of the bound") if margin.points > 0 else tr("{distance} past the bound")
    distance = wording.three_digits(abs(margin.bound - value))
    return words.format(distance=wording.quantity(distance, indicator.unit))


def _limit(value: float | None) -> tuple[float | None, Clip]:
    if value is None or math.isnan(value):
        return None, ""
    if value < 0:
        return 0.0, "left"
    if value > AXIS_MAX:
        return AXIS_MAX, "right"
    return float(value), ""


def _interval(margin: Margin) -> tuple[float | None, Clip, float | None, Clip]:
    """Return the interval from left to right; on an axis turned round the upper value is the left end."""
    if margin.low_position is None or margin.high_position is None:
        return None, "", None, ""
    low, low_clip = _limit(min(margin.low_position, margin.high_position))
    high, high_clip = _limit(max(margin.low_position, margin.high_position))
    return low, low_clip, high, high_clip


def _bound_label(indicator: Indicator, bound: Bound | None, value: float) -> str:
    text = tr("bound {quantity}").format(quantity=wording.quantity(value, indicator.unit))
    return f"{text} ({bound.label})" if bound and bound.label else text


def _native_text(pack: Pack, indicator: Indicator, margin: Margin, bound_label: str) -> str:
    if margin.state == "not_measured":
        return tr("no measurement on file; {bound_label}").format(bound_label=bound_label)
    if margin.state == "not_adequate":
        seen = "" if margin.estimate is None else f"{wording.quantity(margin.estimate, indicator.unit)}, "
        return tr("{seen}does not count: {reasons}").format(seen=seen, reasons=" ".join(margin.reasons))
    if margin.estimate is None:
        return bound_label
    estimate = wording.quantity(margin.estimate, indicator.unit)
    return f"{estimate}, {interval_text(indicator, margin, pack.level)}; {bound_label}"


def _track_text(margin: Margin) -> str:
    if margin.state == "not_measured":
        return tr("no measurement on file")
    return tr("measurement does not count") if margin.state == "not_adequate" else ""


def _words(indicator: Indicator, margin: Margin, native: str, *, policy: bool) -> str:
    parts = [f"{indicator.title}: {tr(STATUS_LABEL[margin.state]).lower()}"]
    if margin.points is not None and margin.state not in {"not_measured", "not_adequate"}:
        parts[0] += f", {tr('margin {points}').format(points=points_in_full(margin.points))}"
    parts.append(native)
    if margin.clearly_crossed:
        parts.append(tr("The whole interval is past the bound"))
    if margin.state != "not_adequate":
        parts.extend(margin.reasons)
    parts.append(
        tr("The bound is the framework's own") if policy else tr("The bound belongs to this evaluation, not to policy")
    )
    return " ".join(_sentence(part) for part in parts)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _legend(rows: tuple[Row, ...]) -> tuple[LegendEntry, ...]:
    """Explain the four measured states always, the two unmeasured ones where they occur."""
    present = {row.status for row in rows}
    entries = [
        LegendEntry(tr(text), status, STATUS_SHAPE[status])
        for status, text in _LEGEND_TEXT.items()
        if status in present or status not in {"not_measured", "not_adequate"}
    ]
    return (*entries, LegendEntry(tr("safety buffer")))


def _note(rows: tuple[Row, ...]) -> str:
    text = tr(
        "Margins are a construct of this program; no framework in force defines one. "
        "Bounds belong to single evaluations and are not policy"
    )
    named = [row.label for row in rows if row.policy]
    return tr("{text}, except: {named}.").format(text=text, named=", ".join(named)) if named else f"{text}."
