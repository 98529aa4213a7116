"""``asl determine --why``: the rule behind one threshold or gate, with the value of every leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.cli.output import bullet, heading, say
from asl_desktop.services.checks import require_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.determination import Snapshot, Trace

_EVALUATED_BY = (
    "How the rules become a state: asl_desktop/domain/determine.py, function _state.",
    "What each line of a rule is worth: asl_desktop/domain/logic.py, function evaluate.",
)
_MARK = {"true": "yes    ", "false": "no     ", "unknown": "unknown"}


def explanation(snapshot: Snapshot, subject: str) -> Mapping[str, Trace]:
    """Return the traces that decided a threshold or a gate, by the name of the rule in the pack.

    Raises:
        ItemUnknown: the framework has no threshold or gate of that id.
    """
    outcome = snapshot.determination
    require_known(
        "threshold or gate",
        subject,
        [*outcome.threshold_by_id, *outcome.gate_by_id],
        pack=snapshot.pack.id,
    )
    if subject in outcome.threshold_by_id:
        result = outcome.threshold_by_id[subject]
        return {"crossed_when": result.crossed, "ruled_out_when": result.ruled_out}
    trace = outcome.gate_by_id[subject].trace
    return {"opens_when": trace} if trace is not None else {}


def print_trace(snapshot: Snapshot, subject: str, traces: Mapping[str, Trace]) -> None:
    """Print the state, its reasons and every rule as an indented tree."""
    from asl_desktop.services.packs import rule_places

    outcome = snapshot.determination
    places = rule_places(snapshot.pack, subject)
    threshold = outcome.threshold_by_id.get(subject)
    result = threshold or outcome.gate_by_id[subject]
    say(f"{subject}: {result.state.replace('_', ' ')}")
    for reason in result.reasons:
        bullet(reason)
    for name, trace in traces.items():
        heading(f"{name} in the pack {snapshot.pack.id}")
        if name in places:
            say(f"  {places[name]}")
        _branch(trace, depth=0)
    if not traces:
        say("The framework states no rule for this; people decide.")
        return
    say()
    if not places:
        say(f"No file here holds this content of the pack (digest {snapshot.pack.digest}); the assessment does.")
    for line in _EVALUATED_BY:
        say(line)


def _branch(trace: Trace, *, depth: int) -> None:
    subject = f" {trace.subject}" if trace.subject else ""
    say(f"  {_MARK[trace.value]}  {'    ' * depth}{trace.node}{subject}: {trace.reason}")
    if trace.uses and not trace.children:
        say(f"           {'    ' * depth}uses {', '.join(_short(item) for item in trace.uses)}")
    for child in trace.children:
        _branch(child, depth=depth + 1)


def _short(reference: str) -> str:
    """Shorten digests and UUIDs, which are named in full in the JSON."""
    kind, _, key = reference.partition(":")
    return f"{kind}:{key[:12]}" if kind in {"evidence", "measurement"} else reference
