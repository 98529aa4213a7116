"""Gates: may we go on, and if not, what is the least that would let us.

A rule gate follows its tree. A judgement gate is never opened here. Interim measures never open a gate by themselves:
they are named, and people decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    AtLeast,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    Leaf,
    Not,
    ShowingAccepted,
    StandardMet,
    ThresholdStateIn,
    leaves,
)
from asl_desktop.domain.determination import GateResult, GateState, Step, Trace
from asl_desktop.domain.inputs import stated
from asl_desktop.domain.logic import Record, brakes, evaluate, tense_leaves

if TYPE_CHECKING:
    from asl_desktop.domain.inputs import GateDecision
    from asl_desktop.domain.pack import Gate

_KEEP = 8
"""How many alternative sets of steps are carried along; the smallest ones win."""


def gate_results(record: Record) -> tuple[GateResult, ...]:
    """Return every gate of the pack: its state with reasons, what would open it, and what people decided."""
    steps = _Steps(record)
    return tuple(_gate(record, gate, steps) for gate in record.pack.gates)


def _gate(record: Record, gate: Gate, steps: _Steps) -> GateResult:
    decision = record.inputs.decision_by_gate.get(gate.id)
    if gate.kind == "judgement" or gate.opens_when is None:
        return _judgement(record, gate, decision)
    trace = evaluate(record, gate.opens_when)
    interim = _interim(record, gate)
    if trace.value == "true":
        conditions = (*_exceptions(record, gate.opens_when), *interim)
        state: GateState = "open_with_conditions" if conditions else "open"
        reasons: tuple[str, ...] = (trace.reason,)
        sets: tuple[tuple[Step, ...], ...] = ()
    else:
        state, conditions = "closed", interim
        reasons = tuple(dict.fromkeys(leaf.reason for leaf in _decisive(trace)))
        sets = steps.sets(gate.opens_when, trace)
    return GateResult(
        id=gate.id,
        state=state,
        reasons=reasons,
        would_open=sets,
        conditions=conditions,
        decided_by=gate.decided_by,
        decision=decision,
        differs=_differs(state, decision),
        trace=trace,
    )


def _judgement(record: Record, gate: Gate, decision: GateDecision | None) -> GateResult:
    missing = tuple(ref for ref in gate.owed if not _owed_present(record, ref))
    people = wording.titled(gate.decided_by, record.pack.roles) or "people the framework names"
    reasons = [f"The framework leaves this to {people}; the program never opens it."]
    if missing:
        reasons.append(f"They are still owed: {wording.titled(missing, record.pack.documents)}.")
    return GateResult(
        gate.id, "judgement", tuple(reasons), decided_by=gate.decided_by, owed_missing=missing, decision=decision
    )


def _owed_present(record: Record, reference: str) -> bool:
    """A question is owed as an answer, a showing as a decision, an indicator as a result; anything else by people."""
    pack = record.pack
    if reference in pack.question_by_id:
        answer = record.inputs.answer_by_question.get(reference)
        return answer_counts(answer, pack.question_by_id[reference]) and record.asked(reference)
    if reference in pack.indicator_by_id:
        return record.readings(reference).present
    if reference in pack.threshold_by_id:
        return record.state_of(reference).state != "not_assessed"
    return False


def _decisive(trace: Trace) -> tuple[Trace, ...]:
    """The leaves that keep a gate closed; a standard speaks as one, not row by row."""
    if trace.value == "true":
        return ()
    if trace.node in {"all", "any", "at_least"}:
        return tuple(leaf for child in trace.children for leaf in _decisive(child))
    return (trace,) if trace.node == "standard_met" or not trace.children else tense_leaves(trace)


def _differs(state: GateState, decision: GateDecision | None) -> bool:
    if decision is None or state == "judgement":
        return False
    if state == "open_with_conditions":
        return decision.outcome != "go_with_conditions"
    return (decision.outcome == "hold") == (state == "open")


def _interim(record: Record, gate: Gate) -> tuple[str, ...]:
    titles = {m.id: m.title for m in record.pack.interim_measures}
    return tuple(
        f"{item.measure} {titles.get(item.measure, '')} in force until {wording.day(item.ends)} ({item.by})"
        for item in sorted(record.inputs.interim, key=lambda i: i.measure)
        if item.measure in gate.interim and stated(item.by) and item.ends and item.ends >= record.as_of
    )


def _exceptions(record: Record, condition: Condition) -> tuple[str, ...]:
    """Exceptions that the standards of an open gate lean on."""
    found: dict[str, None] = {}
    for leaf in leaves(condition):
        if isinstance(leaf, StandardMet):
            trace = record.standard(leaf.track, leaf.standard)
            if trace.value == "true":
                for row in trace.children:
                    if text := record.coverage(row.subject).condition:
                        found[text] = None
    return tuple(found)


@dataclass
class _Steps:
    """Finds the smallest sets of steps that would make a tree true; a set is a bit mask over the steps met.

    One instance serves all gates of a determination, so that what they share is worked out once.
    """

    record: Record
    steps: list[Step] = field(default_factory=list)
    index: dict[Step, int] = field(default_factory=dict)
    known: dict[Leaf, list[int]] = field(default_factory=dict)

    def sets(self, condition: Condition, trace: Trace) -> tuple[tuple[Step, ...], ...]:
        """Return the smallest sets, smallest first; ``trace`` is what evaluating ``condition`` gave."""
        masks = self._need(condition, trace, "")
        return tuple(tuple(s for n, s in enumerate(self.steps) if mask >> n & 1) for mask in masks)

    def _need(self, condition: Condition, trace: Trace, threshold_id: str) -> list[int]:
        if trace.value == "true":
            return [0]
        if isinstance(condition, AllOf):
            return _product(self._options(condition.of, trace, threshold_id))
        if isinstance(condition, AnyOf):
            return _smallest([mask for masks in self._options(condition.of, trace, threshold_id) for mask in masks])
        if isinstance(condition, AtLeast):
            options = self._options(condition.of, trace, threshold_id)
            chosen = (_product(list(some)) for some in combinations(options, condition.k))
            return _smallest([mask for masks in chosen for mask in masks])
        if isinstance(condition, Not):
            return [self._step(f"not:{trace.reason}", f"Change what makes this so: {trace.children[0].reason}")]
        return self._leaf(condition, threshold_id)

    def _options(self, branches: tuple[Condition, ...], trace: Trace, threshold_id: str) -> list[list[int]]:
        pairs = zip(branches, trace.children, strict=True)
        return [self._need(branch, child, threshold_id) for branch, child in pairs]

    def _leaf(self, leaf: Leaf, threshold_id: str) -> list[int]:
        if isinstance(leaf, ShowingAccepted):
            return [self._showing(leaf.showing, leaf.threshold or threshold_id)]
        found = self.known.get(leaf)
        if found is None:
            found = self.known[leaf] = self._shared_leaf(leaf)
        return found

    def _shared_leaf(
        self, leaf: IndicatorBelow | IndicatorAbove | AnswerIn | StandardMet | ThresholdStateIn
    ) -> list[int]:
        if isinstance(leaf, StandardMet):
            return [self._standard(leaf)]
        if isinstance(leaf, ThresholdStateIn):
            return self._state(leaf)
        if isinstance(leaf, AnswerIn):
            wanted = wording.listed(option.replace("_", " ") for option in leaf.options)
            return [self._step(f"answer:{leaf.question}", f"{leaf.question} answered: {wanted}")]
        return [self._indicator(leaf)]

    def _indicator(self, leaf: IndicatorBelow | IndicatorAbove) -> int:
        title = self.record.pack.indicator_by_id[leaf.indicator].title
        side = "short of" if isinstance(leaf, IndicatorBelow) else "past"
        return self._step(f"indicator:{leaf.indicator}", f"{title}: an adequate measurement {side} its bound")

    def _standard(self, leaf: StandardMet) -> int:
        mask = 0
        for row in self.record.standard(leaf.track, leaf.standard).children:
            if row.value == "true":
                continue
            if row.node == "specification":
                text = f"{row.subject}: the lab's own specification, with author and date, and every row of it in place"
                mask |= self._step(f"specification:{row.subject}", text)
            else:
                title = row.reason.split(":", 1)[0]
                mask |= self._step(f"requirement:{row.subject}", f"{title}: in place, with evidence")
        return mask

    def _showing(self, showing_id: str, threshold_id: str) -> int:
        silent = [t.subject for t in self.record.tensions(showing_id, threshold_id) if not t.rationale]
        text = f"{showing_id} for {threshold_id}: accepted by named people, with evidence"
        if silent:
            text += f" and a rationale for accepting it despite {wording.listed(silent)}"
        return self._step(f"showing:{showing_id}@{threshold_id}", text)

    def _state(self, leaf: ThresholdStateIn) -> list[int]:
        threshold = self.record.pack.threshold_by_id[leaf.threshold]
        result = self.record.state_of(leaf.threshold)
        blocked = result.crossed.value == "true" or result.ruled_out.value == "true"
        if leaf.states != ("ruled_out",) or blocked or threshold.ruled_out_when is None:
            wanted = wording.listed(wording.STATE_WORDS[state] for state in leaf.states)
            now = wording.STATE_WORDS[result.state]
            return [self._step(f"threshold:{leaf.threshold}", f"{leaf.threshold} {wanted} (now {now})")]
        held = 0
        for ref, why in brakes(self.record, threshold):
            held |= self._step(ref, f"{leaf.threshold}, with this resolved: {why}")
        return [mask | held for mask in self._need(threshold.ruled_out_when, result.ruled_out, leaf.threshold)]

    def _step(self, ref: str, text: str) -> int:
        step = Step(ref, text)
        if step not in self.index:
            self.index[step] = len(self.steps)
            self.steps.append(step)
        return 1 << self.index[step]


def _product(options: list[list[int]]) -> list[int]:
    """Combine one mask of each branch; branches without a choice are merged first."""
    base = 0
    choices = []
    for masks in options:
        if len(masks) == 1:
            base |= masks[0]
        else:
            choices.append(masks)
    found = [base]
    for masks in choices:
        found = _smallest([left | right for left in found for right in masks])
    return found


def _smallest(masks: list[int]) -> list[int]:
    """Keep the smallest masks, without any that contains another."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda m: (m.bit_count(), m)):
        for other in kept:
            if mask & other == other:
                break
        else:
            kept.append(mask)
            if len(kept) == _KEEP:
                break
    return kept
