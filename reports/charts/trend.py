"""The trend over checkpoints as plain data: for every indicator with a bound, its margin at each checkpoint on file.

The checkpoint that is assessed has the margins of the determination. Any other is judged by the same rule as if it were
the one assessed, on the day of its latest result. What was not measured at a checkpoint is a point of its own
without a place, and no line leads over it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import same_name
from asl_desktop.domain.margins import read_indicator
from asl_desktop.frozen import frozen
from asl_desktop.i18n import tr
from reports.charts.model import Row, citation, margin_row

if TYPE_CHECKING:
    from datetime import date

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.inputs import Inputs, Measurement
    from asl_desktop.domain.pack import Indicator, Pack


@frozen
class TrendPoint:
    """One indicator at one checkpoint; ``row`` is what the margin chart would show, without a place when unmeasured."""

    row: Row
    words: str


@frozen
class TrendColumn:
    """One checkpoint.

    Attributes:
        day: the day on which it is judged, in words.
        source: the assessment that it comes from, empty for the one at hand.
        assessed: it is the one that the assessment at hand is about; its points are the determination's own margins.
    """

    name: str
    day: str
    source: str = ""
    assessed: bool = False


@frozen
class TrendPanel:
    """One indicator: a point per column, in the order of the columns."""

    indicator: str
    label: str
    bound_label: str
    points: tuple[TrendPoint, ...]

    @property
    def joined(self) -> tuple[int, ...]:
        """Return every place whose point and the next one are both measured: a line joins these and no others."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple(at for at, (a, b) in enumerate(pairs) if a.row.position is not None and b.row.position is not None)


@frozen
class TrendChart:
    """A whole trend chart; ``note`` says how it is to be read, ``source`` framework, day and snapshot."""

    title: str
    columns: tuple[TrendColumn, ...]
    panels: tuple[TrendPanel, ...]
    note: str
    source: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """The words of each point, in the order in which they are drawn."""
        return tuple(point.words for panel in self.panels for point in panel.points)


@frozen
class Earlier:
    """Another assessment whose results are further points: its name, framework, inputs and day."""

    name: str
    pack: Pack
    inputs: Inputs
    day: date


def trend_chart(snapshot: Snapshot, earlier: tuple[Earlier, ...] = ()) -> TrendChart:
    """Build the trend of every indicator that has a bound and a result at any checkpoint, in the pack's order.

    Args:
        snapshot: the assessment at one moment.
        earlier: further assessments. Their results are held against the bounds of this framework, where the indicator
            has the same unit, scale and direction there; a result that is also in this assessment is shown once.
    """
    here = {item.id for item in snapshot.inputs.measurements}
    found = list(_columns(snapshot.inputs, snapshot.as_of, ""))
    for other in earlier:
        same = _comparable(snapshot.pack, other.pack)
        kept = tuple(m for m in other.inputs.measurements if m.id not in here and m.indicator in same)
        found += _columns(replace(other.inputs, measurements=kept), other.day, other.name)
    found.sort(key=lambda item: (item[1], item[0].source == "", item[0].name))
    columns = tuple(column for column, _, _ in found)
    panels = [
        _panel(snapshot, indicator, found)
        for indicator in snapshot.pack.indicators
        if indicator.id in snapshot.determination.margin_by_indicator
        and any(indicator.id in inputs.measurements_by_indicator for _, _, inputs in found)
    ]
    unmeasured = len(snapshot.determination.margins) - len(panels)
    note = tr(
        "Per cent of the way from an indicator's floor (0) to its bound (100). A dotted column: not measured, "
        "or not counting, at that checkpoint; no line leads over it. Each is judged on the day below its name."
    )
    if unmeasured:
        note += " " + tr("Measured at no checkpoint: {count} of {total} indicators.").format(
            count=unmeasured, total=len(snapshot.determination.margins)
        )
    return TrendChart(tr("Margins over checkpoints"), columns, tuple(panels), note, citation(snapshot))


def _columns(inputs: Inputs, as_of: date, source: str) -> list[tuple[TrendColumn, date, Inputs]]:
    """Return each checkpoint with the day on which it is judged and inputs in which it is the one assessed."""
    scope = inputs.scope
    grouped: dict[tuple[str, str], list[Measurement]] = {(scope.model, scope.checkpoint): []}
    for item in inputs.measurements:
        own = not item.model or same_name(item.model, scope.model)
        key = (scope.model, item.checkpoint or scope.checkpoint) if own else (item.model, item.checkpoint)
        grouped.setdefault(key, []).append(item)
    found = []
    for (model, checkpoint), results in grouped.items():
        assessed = (model, checkpoint) == (scope.model, scope.checkpoint)
        days = [item.produced for item in results if item.produced is not None and item.produced <= as_of]
        day = as_of if assessed or not days else max(days)
        name = (
            checkpoint
            if checkpoint and model == scope.model
            else " ".join(part for part in (model, checkpoint) if part)
        )
        judged = replace(inputs, scope=replace(scope, model=model, checkpoint=checkpoint), measurements=tuple(results))
        column = TrendColumn(name or tr("no name"), wording.day(day), source, assessed and not source)
        found.append((column, day, judged))
    return found


def _comparable(pack: Pack, other: Pack) -> frozenset[str]:
    """Return the ids of the indicators that measure the same in both frameworks."""
    pairs = ((item, other.indicator_by_id.get(item.id)) for item in pack.indicators)
    return frozenset(
        a.id for a, b in pairs if b is not None and (a.unit, a.scale, a.direction) == (b.unit, b.scale, b.direction)
    )


def _panel(snapshot: Snapshot, indicator: Indicator, found: list[tuple[TrendColumn, date, Inputs]]) -> TrendPanel:
    points = []
    for column, day, inputs in found:
        if column.assessed:
            margin = snapshot.determination.margin_by_indicator[indicator.id]
        else:
            held = replace(inputs, plan=snapshot.inputs.plan) if column.source else inputs
            margin = read_indicator(indicator, held, as_of=day, level=snapshot.pack.level).margin
        row = margin_row(snapshot.pack, indicator, margin)
        place = ", ".join(part for part in (column.name, column.day, column.source) if part)
        points.append(TrendPoint(row, f"{place}: {row.words}"))
    return TrendPanel(indicator.id, indicator.title, points[-1].row.bound_label, tuple(points))
