"""The outcome as calm text: states in words, each with its reasons, most important first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.cli.output import bullet, heading, say, table
from asl_desktop.domain.wording import (
    GATE_WORDS,
    MARGIN_WORDS,
    REQUIREMENT_WORDS,
    STATE_WORDS,
    day,
    listed,
    points,
    quantity,
)

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Determination, Snapshot
    from asl_desktop.domain.inputs import GateDecision
    from asl_desktop.domain.pack import Pack

_MET = {"true": "met", "false": "not met", "unknown": "not shown to be met"}


def print_outcome(snapshot: Snapshot) -> None:
    """Print the whole determination."""
    outcome, pack, scope = snapshot.determination, snapshot.pack, snapshot.inputs.scope
    say(scope.title or f"Assessment of {scope.model}")
    model = f"{scope.model}, checkpoint {scope.checkpoint}" if scope.checkpoint else scope.model
    say(f"{model} under {pack.title}, as of {day(outcome.as_of)}")
    say()
    say(f"Determination: {in_short(outcome)}")
    _tracks(outcome, pack)
    _thresholds(outcome, pack)
    _tensions(outcome)
    _gates(outcome, pack)
    _gap(outcome)
    _margins(outcome, pack)
    _not_assessed(outcome)
    _rest(outcome, pack)
    say()
    say(f"Snapshot {snapshot.digest}")


def in_short(outcome: Determination) -> str:
    """Return the determination in a few words: ``ASL-3 (precautionary)``."""
    return f"{outcome.label} (precautionary)" if outcome.precautionary else outcome.label


def _tracks(outcome: Determination, pack: Pack) -> None:
    heading("Required standards")
    for item in outcome.tracks:
        title = pack.track_by_id[item.track].title
        precaution = ", as a precaution" if item.precautionary else ""
        say(f"  {title}: {item.required}{precaution}; {_MET[item.met]}")
        for reason in item.reasons:
            bullet(reason, indent=4)


def _thresholds(outcome: Determination, pack: Pack) -> None:
    heading("Thresholds")
    for item in outcome.thresholds:
        threshold = pack.threshold_by_id[item.id]
        words = threshold.status_words.get(item.state) or STATE_WORDS[item.state]
        tension = ", with tension" if item.tensions and item.state == "ruled_out" else ""
        say(f"  {item.id}  {threshold.title}: {words}{tension}")
        for reason in item.reasons:
            bullet(reason, indent=4)


def _tensions(outcome: Determination) -> None:
    if not outcome.tensions:
        return
    heading("Tensions: accepted although the record does not support it")
    for item in outcome.tensions:
        say(f"  {item.threshold}, {item.showing}, {item.subject}: {item.finding}")
        why = item.rationale or "No reason is on record, so the showing does not count."
        bullet(f"{item.by or 'Nobody named'}: {why}", indent=4)


def _gates(outcome: Determination, pack: Pack) -> None:
    if outcome.gates:
        heading("Gates")
    for item in outcome.gates:
        say(f"  {item.id}  {pack.gate_by_id[item.id].title}: {GATE_WORDS[item.state]}")
        for reason in item.reasons:
            bullet(reason, indent=4)
        for condition in item.conditions:
            bullet(f"Condition: {condition}", indent=4)
        for number, way in enumerate(item.would_open, start=1):
            bullet(
                f"Would open it ({number} of {len(item.would_open)}): {'; '.join(step.text for step in way)}", indent=4
            )
        if item.decided_by:
            bullet(f"Decided by: {listed(item.decided_by)}", indent=4)
        if item.owed_missing:
            bullet(f"Still owed to them: {listed(item.owed_missing)}", indent=4)
        if item.decision is not None:
            bullet(_decision(item.decision, differs=item.differs), indent=4)


def _decision(decision: GateDecision, *, differs: bool) -> str:
    aside = "; this differs from the computed state" if differs else ""
    reason = f"; reason: {decision.reason}" if decision.reason else ""
    signed = "; signed, see: asl verify" if decision.signature is not None else "; not signed"
    return f"On record: {decision.outcome.replace('_', ' ')}, by {decision.by}{aside}{reason}{signed}"


def _gap(outcome: Determination) -> None:
    heading(f"Safeguards missing: {len(outcome.gap)}")
    table(
        [(item.requirement, f"{item.standard} {item.track}", _status(item.status), item.title) for item in outcome.gap]
    )


def _status(status: str) -> str:
    return REQUIREMENT_WORDS.get(status, status.replace("_", " "))


def _margins(outcome: Determination, pack: Pack) -> None:
    if outcome.margins:
        heading("Margins in points of the common axis, 0 at the bound")
    rows = []
    for item in outcome.margins:
        unit = pack.indicator_by_id[item.indicator].unit
        estimate = quantity(item.estimate, unit) if item.estimate is not None else "\u2014"
        rows.append(
            (
                item.indicator,
                MARGIN_WORDS[item.state],
                points(item.points),
                estimate,
                f"{item.bound_name.replace('_', ' ')} {quantity(item.bound, unit)}",
                item.reasons[0] if item.reasons else "",
            )
        )
    if rows:
        table(rows, header=("INDICATOR", "STATE", "MARGIN", "RESULT", "BOUND", "REASON"))
    if outcome.watched:
        heading("Watched, without a bound")
    for watched in outcome.watched:
        unit = pack.indicator_by_id[watched.indicator].unit
        estimate = quantity(watched.estimate, unit) if watched.estimate is not None else "not measured"
        say(f"  {watched.indicator}: {estimate}")


def _not_assessed(outcome: Determination) -> None:
    heading(f"Not assessed: {len(outcome.not_assessed)}")
    for item in outcome.not_assessed:
        bullet(f"{item.kind} {item.id}: {item.text}")


def _rest(outcome: Determination, pack: Pack) -> None:
    fired = [item for item in outcome.triggers if item.value != "false"]
    for title, lines in (
        ("Reassessment triggers fired or unknown", [f"{item.id}: {item.reason}" for item in fired]),
        ("Further duties", list(outcome.duties)),
        ("Notes", [*outcome.notes, *pack.notices]),
    ):
        if lines:
            heading(title)
        for line in lines:
            bullet(line)
