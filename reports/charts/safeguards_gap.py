"""The gap in safeguards as plain data: per standard and track, how many requirements are in which state.

What a requirement comes to is asked of the determination's own rules; a claim that does not count there is not shown
as in place here.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from asl_desktop.domain.logic import Coverage, Record
from asl_desktop.i18n import mark, tr
from reports.charts.bars import Bar, BarChart, Look, Part
from reports.charts.model import citation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.pack import Standard, Track

_PARTS: Mapping[str, tuple[str, Look]] = MappingProxyType(
    {
        "in_place": (mark("{count} in place"), "good"),
        "not_applicable": (mark("{count} confirmed not to apply"), "good_open"),
        "excepted": (mark("{count} excepted until a stated day"), "warn"),
        "partly": (mark("{count} partly in place"), "warn_back"),
        "planned": (mark("{count} planned"), "later"),
        "claimed": (mark("{count} claimed but not counting"), "claimed"),
        "not_assessed": (mark("{count} not assessed"), "open"),
    }
)


def gap_chart(snapshot: Snapshot) -> BarChart:
    """Build the chart of every standard, the required ones first, in the order of tracks and ladders."""
    record = Record(snapshot.pack, snapshot.inputs, snapshot.as_of, snapshot.determination.threshold_by_id.__getitem__)
    required, further = [], []
    for result in snapshot.determination.tracks:
        track = snapshot.pack.track_by_id[result.track]
        for rank, standard in enumerate(track.standards):
            if rank <= track.rank(result.required):
                required.append(_bar(record, track, standard, required=True))
            elif record.rows(track.id, standard.id) is not None:
                further.append(_bar(record, track, standard, required=False))
    note = tr(
        "Missing is what the determination counts to the gap: everything but in place with valid evidence, confirmed "
        "not to apply, and excepted with approver, reason and an end date that has not passed. "
        "A standard that was never specified cannot be met."
    )
    return BarChart(tr("Safeguards gap"), (*required, *further), note, citation(snapshot))


def _bar(record: Record, track: Track, standard: Standard, *, required: bool) -> Bar:
    need = tr("required") if required else tr("not required now")
    name = f"{standard.id} {track.title.lower()}, {need}"
    rows, key = record.rows(track.id, standard.id), f"{track.id}/{standard.id}"
    if rows is None:
        never = tr("never specified, cannot be met")
        return Bar(key, name, never, True, (Part("unspecified", 1, never, "never"),), f"{name}: {never}.")
    if not rows:
        empty = tr("It demands nothing.")
        return Bar(key, name, "", False, (), f"{name}: {empty}", empty)
    covers = [(row_id, title, record.coverage(row_id)) for row_id, title in rows]
    counted = Counter(kind_of(cover) for _, _, cover in covers)
    parts = tuple(
        Part(kind, counted[kind], tr(text).format(count=counted[kind]), look)
        for kind, (text, look) in _PARTS.items()
        if counted[kind]
    )
    missing = [item for item in covers if item[2].value != "true"]
    verdict = tr("{count} of {total} missing").format(count=len(missing), total=len(rows))
    trace = [f"{row_id} {title}: {cover.reason}" for row_id, title, cover in missing]
    trace += [f"{row_id} {title}: {cover.reason}" for row_id, title, cover in covers if cover.condition]
    words = " ".join((f"{name}: {verdict}; {', '.join(part.text for part in parts)}.", *trace))
    return Bar(key, name, verdict, required and bool(missing), parts, words)


def kind_of(cover: Coverage) -> str:
    """Return the part of the bar that a requirement belongs to; a claim that does not count is one of its own."""
    if cover.value != "true" and cover.status in {"in_place", "not_applicable", "excepted"}:
        return "claimed"
    return cover.status
