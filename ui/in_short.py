"""The outcome in a handful of lines for a board member with two minutes. Words only; the rules are the domain's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from asl_desktop.domain.determination import GateResult, Snapshot, TrackResult
from asl_desktop.domain.inputs import GateDecision
from asl_desktop.domain.wording import GATE_WORDS, REQUIREMENT_WORDS
from asl_desktop.i18n import mark, ntr, tr
from ui.places import day_of_stamp
from ui.wording import ICON, STAGE, TONE, Verdict, verdict

_BETWEEN = " \u00b7 "
_STAGES = tuple(STAGE)
_WORST_FIRST = ("danger", "warn", "accent", "ok")
_WORST_STATES = ("crossed", "conflicting", "not_assessed", "not_ruled_out", "ruled_out")
_MET = {
    "true": mark("{title}: {required}, met"),
    "false": mark("{title}: {required}, not met"),
    "unknown": mark("{title}: {required}, not shown to be met"),
}
_MET_STATE = {"true": "ruled_out", "false": "crossed", "unknown": "not_ruled_out"}
"""The state of a threshold that looks like this answer to whether a standard is met."""
_DECIDED = {
    "go": mark("{gate}: go"),
    "go_with_conditions": mark("{gate}: go with conditions"),
    "hold": mark("{gate}: hold"),
}


class Fact(NamedTuple):
    """One line: what it is about, what is so, how that looks, and the page and item it leads to."""

    title: str
    words: str
    tone: str
    icon: str
    goal: tuple[str, str]


def in_short(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Return what is required, what is not ruled out, what may be done, what is missing and what people decided."""
    return (_required(snapshot), _thresholds(snapshot), *_gates(snapshot), _missing(snapshot), _decision(snapshot))


def by_stage(snapshot: Snapshot) -> list[GateResult]:
    """Return the gates in the order in which a model comes to them."""
    gates = snapshot.pack.gate_by_id
    return sorted(snapshot.determination.gates, key=lambda gate: _STAGES.index(gates[gate.id].stage))


def _required(snapshot: Snapshot) -> Fact:
    def _words(track: TrackResult) -> str:
        title = snapshot.pack.track_by_id[track.track].title
        return tr(_MET[track.met]).format(title=title, required=track.required)

    tracks = snapshot.determination.tracks
    shown = [_look(_MET_STATE[track.met]) for track in tracks]
    return _fact(tr("Required"), map(_words, tracks), shown, ("safeguards", ""))


def _thresholds(snapshot: Snapshot) -> Fact:
    results = sorted(snapshot.determination.thresholds, key=lambda result: _WORST_STATES.index(result.state))
    found = Counter(verdict(result) for result in results)
    words = (
        tr("{count} of {total} {state}").format(count=count, total=len(results), state=shown.words)
        for shown, count in found.items()
    )
    return _fact(tr("Thresholds"), words, tuple(found), ("gate", results[0].id if results else ""))


def _gates(snapshot: Snapshot) -> tuple[Fact, ...]:
    gates = by_stage(snapshot)
    if not gates:
        return ()

    def _words(gate: GateResult) -> str:
        title = snapshot.pack.gate_by_id[gate.id].title
        return tr("{title}: {words}").format(title=title, words=tr(GATE_WORDS[gate.state]))

    shown = [_look(gate.state) for gate in gates]
    return (_fact(tr("Gates"), map(_words, gates), shown, ("gate", gates[0].id)),)


def _missing(snapshot: Snapshot) -> Fact:
    gap = snapshot.determination.gap
    title, goal = tr("Safeguards"), ("safeguards", gap[0].requirement if gap else "")
    if gap:
        count = ntr("{count} required safeguard not in place", "{count} required safeguards not in place", len(gap))
        kinds = Counter(item.status for item in gap).most_common()
        words = (f"{number} {tr(REQUIREMENT_WORDS[status])}" for status, number in kinds)
        return _fact(title, [count.format(count=len(gap)), *words], [_look("not_ruled_out")], goal)
    if all(track.met == "true" for track in snapshot.determination.tracks):
        return _fact(title, [tr("None of the required ones is missing")], [_look("ruled_out")], goal)
    return _fact(title, [tr("Not known which ones are missing")], [_look("not_ruled_out")], goal)


def _decision(snapshot: Snapshot) -> Fact:
    made = [(gate.decision, gate) for gate in snapshot.determination.gates if gate.decision is not None]
    if not made:
        first = next((gate.id for gate in by_stage(snapshot)), "")
        return Fact(tr("Last decision"), tr("None on record"), "muted", "circle", ("gate", first))
    decision, gate = max(made, key=lambda pair: pair[0].at)
    words = _decided(snapshot, decision)
    if gate.differs:
        words = _BETWEEN.join((words, tr("differs from what the rule computes")))
    shown = Verdict(words, "warn", "triangle-alert") if gate.differs else Verdict(words, "accent", "users")
    return _fact(tr("Last decision"), [words], [shown], ("gate", gate.id))


def _decided(snapshot: Snapshot, decision: GateDecision) -> str:
    gate = snapshot.pack.gate_by_id[decision.gate].title
    said = (tr(_DECIDED[decision.outcome]).format(gate=gate), decision.by, day_of_stamp(decision.at))
    return ", ".join(part for part in said if part)


def _look(state: str) -> Verdict:
    return Verdict("", TONE[state], ICON[state])


def _rank(shown: Verdict) -> int:
    return _WORST_FIRST.index(shown.tone)


def _fact(title: str, words: Iterable[str], shown: Sequence[Verdict], goal: tuple[str, str]) -> Fact:
    """Return a line that looks like the worst of what it says."""
    worst = min(shown, key=_rank, default=_look("not_assessed"))
    return Fact(title, _BETWEEN.join(words), worst.tone, worst.icon, goal)
