"""The first page: what was determined, what the gates say, what is missing, where people went against the numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from reports.blocks import (
    Block,
    Callout,
    Cell,
    Column,
    Paragraph,
    Run,
    Runs,
    Section,
    Table,
    cell,
    plain,
)
from reports.sections.common import DASH, Context, capital, closed, counted, listed_ids, person, sentence, state_runs
from reports.sections.tensions import tensions

if TYPE_CHECKING:
    from asl_desktop.domain.determination import GateResult, ThresholdResult, TrackResult

_DECIDED = {"go": "go ahead", "go_with_conditions": "go ahead with conditions", "hold": "hold"}


_SILENT = (
    ("domain", "domain with nothing on file", "domains with nothing on file"),
    ("showing", "showing undecided", "showings undecided"),
    ("question", "question unanswered", "questions unanswered"),
)


_WHAT_TO_DO: Runs = (
    Run("What to do: ", "strong"),
    Run("fill these, or decide knowing that none counts in the model\u2019s favour. "),
    Run("\u201cGates and decisions\u201d says how."),
)


def front(context: Context) -> Section:
    """Return the first page for a reader who has two minutes."""
    scope, pack, result = context.inputs.scope, context.pack, context.result
    day = wording.day(context.snapshot.as_of)
    about = " \u00b7 ".join(part for part in ("Board report", pack.title, scope.title, day) if part)
    blocks: list[Block] = [
        Paragraph(plain(about), "eyebrow"),
        Paragraph(plain(f"{scope.model}: {result.label}"), "display"),
        Paragraph(plain(verdict(context)), "lead"),
        _thresholds(context),
        *_gates(context),
        _missing(context),
        *_due(context),
        *tensions(context),
    ]
    return Section("", tuple(blocks))


def verdict(context: Context) -> str:
    """Return the determination in two or three plain sentences."""
    parts = [_tracks_sentence(context)]
    if context.result.precautionary:
        open_ones = [
            r.id for r in context.result.thresholds if r.raises_level and r.state in {"not_ruled_out", "not_assessed"}
        ]
        verb = "has" if len(open_ones) == 1 else "have"
        parts.append(f"The determination is precautionary: {listed_ids(open_ones)} {verb} not been ruled out.")
    crossed = [r.id for r in context.result.thresholds if r.state in {"crossed", "conflicting"} and r.raises_level]
    if crossed:
        parts.append(f"{listed_ids(crossed)} {'is' if len(crossed) == 1 else 'are'} crossed.")
    unmet = [t for t in context.result.tracks if t.met != "true"]
    if unmet:
        names = listed_ids([_track_title(context, t).lower() for t in unmet])
        parts.append(f"The required safeguards are not shown to be in place for {names}.")
    else:
        parts.append("The required safeguards are shown to be in place.")
    return " ".join(parts)


def _tracks_sentence(context: Context) -> str:
    tracks = context.result.tracks
    if len({track.required for track in tracks}) == 1 and len(tracks) > 1:
        both = "both tracks" if len(tracks) == 2 else "every track"
        return f"{tracks[0].required} is required on {both}."
    named = [f"{track.required} for {_track_title(context, track).lower()}" for track in tracks]
    return f"Required: {wording.listed(named)}."


def _track_title(context: Context, track: TrackResult) -> str:
    return context.pack.track_by_id[track.track].title


def _thresholds(context: Context) -> Block:
    rows: list[tuple[Cell, ...]] = []
    for result in context.result.thresholds:
        threshold = context.pack.threshold_by_id[result.id]
        kind: Runs = () if result.raises_level else (Run(" (warns only)", "muted"),)
        rows.append((((Run(threshold.title), *kind),), (state_runs(result),), cell(_why(result))))
    columns = (Column("Threshold", 38.4), Column("State", 20), Column("Why", 41.6))
    return Table(columns, tuple(rows), summary="The state of each threshold and the first reason for it", dense=True)


def _why(result: ThresholdResult) -> str:
    if result.state == "ruled_out" and result.tensions:
        return f"Accepted by people; {counted(len(result.tensions), 'point')} in tension, below."
    return sentence(result.reasons[0]) if result.reasons else DASH


def _gates(context: Context) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for gate in context.result.gates:
        recorded = cell("No decision recorded", "muted")
        if gate.decision:
            flag = " (differs from the computed state)" if gate.differs else ""
            who = person(gate.decision.by, gate.decision.role)
            recorded = cell(f"{capital(_DECIDED[gate.decision.outcome])}{flag}, {who}")
        title = context.pack.gate_by_id[gate.id].title
        state = ((Run(capital(wording.GATE_WORDS[gate.state]), "strong"),),)
        rows.append((cell(title), state, cell(gate_summary(gate)), recorded))
    if not rows:
        return []
    columns = (Column("Gate", 16), Column("Computed", 10), Column("Why", 36), Column("Recorded decision", 38))
    return [Table(columns, tuple(rows), summary="Computed state of each gate beside the recorded decision", dense=True)]


def gate_summary(gate: GateResult) -> str:
    """Return the first reason and how many more there are."""
    if not gate.reasons:
        return DASH
    more = len(gate.reasons) - 1
    return sentence(gate.reasons[0]) + (f" And {counted(more, 'more reason')}." if more else "")


def _missing(context: Context) -> Block:
    result = context.result
    body: list[Runs] = []
    unassessed = [r.id for r in result.thresholds if r.state == "not_assessed"]
    if unassessed:
        body.append(plain(f"Not assessed at all, and so treated as crossed: {listed_ids(unassessed)}."))
    states = Counter(margin.state for margin in result.margins)
    silent = [
        text
        for text, number in (
            (f"{states['not_measured']} have no measurement on file", states["not_measured"]),
            (f"{states['not_adequate']} have only measurements that do not count", states["not_adequate"]),
        )
        if number
    ]
    if silent:
        bounded = counted(len(result.margins), "indicator")
        body.append(plain(f"Of {bounded} with a bound, {wording.listed(silent)}."))
    kinds = Counter[str](item.kind for item in result.not_assessed)
    counts = [counted(kinds[kind], one, many) for kind, one, many in _SILENT if kinds[kind]]
    if counts:
        body.append(plain(f"{capital(', '.join(counts))}: see \u201cWhat was not assessed\u201d."))
    if result.gap:
        required = counted(len(result.gap), "required safeguard")
        verb = "is" if len(result.gap) == 1 else "are"
        body.append(plain(f"{capital(required)} {verb} not shown to be in place."))
    body.extend(plain(f"{item.title}: {item.reason}") for item in result.gap if item.status == "unspecified")
    dissent = sum(len(showing.dissent) for showing in context.inputs.showings)
    if dissent:
        body.append(plain(f"{capital(counted(dissent, 'dissenting view'))} on record, printed word for word below."))
    if not body:
        return Callout("Nothing that the framework asks for is missing from the record", (), "ok", dense=True)
    body.append(_WHAT_TO_DO)
    return Callout("What is missing", tuple(body), "warn", dense=True)


def _due(context: Context) -> list[Block]:
    """Say what the thresholds that are not ruled out make due; what checkpoints do stands with their domain."""
    due: dict[str, list[str]] = {}
    for result in context.result.thresholds:
        if result.raises_level and result.treated_as_crossed:
            for duty in context.pack.threshold_by_id[result.id].duties:
                due.setdefault(duty, []).append(result.id)
    if not due:
        return []
    listed = "; ".join(f"{duty} ({listed_ids(ids)})" for duty, ids in due.items())
    return [Paragraph((Run("Falls due: ", "strong"), Run(closed(listed))), "small")]
