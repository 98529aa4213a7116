"""How much of the record rests on evidence, as plain data: per domain and track, what stands behind its claims.

What counts is asked of the determination's own rule; evidence that is past its day is never drawn as coverage.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from asl_desktop.i18n import mark, tr
from asl_desktop.services.evidence_coverage import Claim, Standing, claims_of
from reports.charts.bars import Bar, BarChart, Look, Part
from reports.charts.model import citation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asl_desktop.domain.determination import Snapshot

_PARTS: Mapping[Standing, tuple[str, Look]] = MappingProxyType(
    {
        "counts": (mark("{count} with evidence that counts"), "good"),
        "stale": (mark("{count} stale"), "warn"),
        "missing": (mark("{count} citing what is not on file"), "claimed"),
        "counters": (mark("{count} with evidence against only"), "warn_back"),
        "none": (mark("{count} without evidence"), "open"),
    }
)
_TOLD = 20
"""How many uncovered claims the words of a bar name."""


def coverage_chart(snapshot: Snapshot) -> BarChart:
    """Build the chart of every domain and of the safeguards of every track, in the order of the framework."""
    claims = claims_of(snapshot)
    pack = snapshot.pack
    groups = [(f"domain:{domain.id}", domain.title) for domain in pack.domains]
    groups += [(f"track:{track.id}", tr("Safeguards: {track}").format(track=track.title)) for track in pack.tracks]
    bars = tuple(_bar(key, title, [claim for claim in claims if claim.group == key]) for key, title in groups)
    note = tr(
        "Counted are answers that bear on a threshold, results that are not set aside, showings that are decided, and "
        "safeguards that are in place or partly in place. Evidence counts when a piece that supports the claim is on "
        "file and valid on the day of the determination. Coverage says nothing about how good evidence is."
    )
    return BarChart(tr("Evidence coverage"), bars, note, citation(snapshot))


def _bar(key: str, title: str, claims: Sequence[Claim]) -> Bar:
    if not claims:
        empty = tr("Nothing on record claims anything here.")
        return Bar(key, title, "", False, (), f"{title}: {empty}", empty)
    counted = Counter(claim.standing for claim in claims)
    parts = tuple(
        Part(kind, counted[kind], tr(text).format(count=counted[kind]), look)
        for kind, (text, look) in _PARTS.items()
        if counted[kind]
    )
    open_ones = [claim for claim in claims if claim.standing != "counts"]
    verdict = tr("{count} of {total} covered").format(count=counted["counts"], total=len(claims))
    trace = [f"{claim.text}: {claim.why}" for claim in open_ones[:_TOLD]]
    if len(open_ones) > _TOLD:
        trace.append(tr("And {count} more.").format(count=len(open_ones) - _TOLD))
    words = " ".join((f"{title}: {verdict}; {', '.join(part.text for part in parts)}.", *trace))
    return Bar(key, title, verdict, bool(open_ones), parts, words)
