"""Three-valued (Kleene) evaluation of condition trees, with a trace that names every input used.

Unknown never turns into true: a tree is true only on what the record shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeAlias

from asl_desktop.domain import margins, wording
from asl_desktop.domain.answers import answer_leaf, confirmed, evidence_references
from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    AtLeast,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    Not,
    StandardMet,
    ThresholdStateIn,
    leaves,
)
from asl_desktop.domain.determination import Margin, Tension, ThresholdResult, Trace, Truth
from asl_desktop.domain.indicators import OPPOSITE, indicator_leaf
from asl_desktop.domain.inputs import (
    Answer,
    Inputs,
    Measurement,
    RequirementRecord,
    ShowingRecord,
    Specification,
    stated,
)
from asl_desktop.domain.margins import Readings
from asl_desktop.domain.pack import Pack, Threshold
from asl_desktop.frozen import frozen

FreeLeaf: TypeAlias = IndicatorBelow | IndicatorAbove | AnswerIn | StandardMet | ThresholdStateIn
"""Leaves whose meaning does not hang on the threshold they are asked for."""

_MOST_WAYS = 3


@frozen
class ShowingView:
    """What one showing is worth for one threshold.

    ``value`` is true only when named people accepted it on evidence and gave a rationale for every point in tension.
    """

    value: Truth
    reason: str
    uses: tuple[str, ...] = ()
    tensions: tuple[Tension, ...] = ()
    record: ShowingRecord | None = None


@frozen
class Coverage:
    """Whether one requirement is covered, and on which condition (an exception with its end date), if any."""

    value: Truth
    status: str
    reason: str
    uses: tuple[str, ...] = ()
    condition: str = ""


@dataclass
class Record:
    """The record under one pack on one day, with everything already worked out kept for the next question.

    Attributes:
        at_face: answers that do not count (see :meth:`pending`) are taken at their word; only to hold a threshold up.
    """

    pack: Pack
    inputs: Inputs
    as_of: date
    state_of: Callable[[str], ThresholdResult]
    at_face: bool = False
    _asked: dict[str, bool] = field(default_factory=dict)
    _leaves: dict[FreeLeaf, Trace] = field(default_factory=dict)
    _readings: dict[str, Readings] = field(default_factory=dict)
    _showings: dict[tuple[str, str], ShowingView] = field(default_factory=dict)
    _tensions: dict[tuple[str, str], tuple[Tension, ...]] = field(default_factory=dict)
    _coverage: dict[str, Coverage] = field(default_factory=dict)
    _rows: dict[str, Trace] = field(default_factory=dict)
    _threshold_uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _standards: dict[tuple[str, str], Trace] = field(default_factory=dict)

    def leaf(self, leaf: FreeLeaf) -> Trace:
        """Return what a leaf is worth that means the same wherever it stands."""
        found = self._leaves.get(leaf)
        if found is None:
            found = self._leaves[leaf] = _leaf(self, leaf)
        return found

    def asked(self, question_id: str) -> bool:
        """Tell whether a question is asked: yes while what it depends on is unknown, no when that is itself."""
        condition = self.pack.visibility.get(question_id)
        if condition is None:
            return True
        found = self._asked.get(question_id)
        if found is None:
            self._asked[question_id] = False
            found = self._asked[question_id] = evaluate(self, condition).value != "false"
        return found

    def pending(self, answer: Answer) -> str:
        """Return why an answer on record counts as not given, to follow its name in a sentence, or nothing."""
        if answer.carried_from:
            return f"is taken over from {answer.carried_from}, and nobody has confirmed it here"
        if not self.asked(answer.question):
            return "is not asked, so its answer does not count"
        return ""

    @cached_property
    def at_its_word(self) -> Record:
        """The record with every answer taken at its word; itself where all of them count."""
        if not [answer for answer in self.inputs.answers if answer.carried_from or not self.asked(answer.question)]:
            return self
        return Record(self.pack, self.inputs, self.as_of, self.state_of, at_face=True, _readings=self._readings)

    def readings(self, indicator_id: str) -> Readings:
        """Return every measurement of an indicator, judged."""
        found = self._readings.get(indicator_id)
        if found is None:
            indicator = self.pack.indicator_by_id[indicator_id]
            found = margins.read_indicator(indicator, self.inputs, as_of=self.as_of, level=self.pack.level)
            self._readings[indicator_id] = found
        return found

    def margin(self, indicator_id: str) -> Margin:
        """Return the margin of an indicator that has a bound."""
        return self.readings(indicator_id).margin

    def showing(self, showing_id: str, threshold_id: str) -> ShowingView:
        """Return what a showing is worth for a threshold."""
        key = (showing_id, threshold_id)
        if key not in self._showings:
            self._showings[key] = _view(self, showing_id, threshold_id)
        return self._showings[key]

    def tensions(self, showing_id: str, threshold_id: str) -> tuple[Tension, ...]:
        """Return where the record does not support a showing, whether or not anybody put it forward."""
        key = (showing_id, threshold_id)
        if key not in self._tensions:
            given = self.inputs.showing_by_key.get(key) or ShowingRecord(showing_id, threshold_id)
            self._tensions[key] = _tensions(self, given)
        return self._tensions[key]

    def coverage(self, requirement_id: str) -> Coverage:
        """Return whether a requirement is covered."""
        if requirement_id not in self._coverage:
            self._coverage[requirement_id] = _cover(self, self.inputs.requirement_by_id.get(requirement_id))
        return self._coverage[requirement_id]

    def row(self, requirement_id: str, title: str) -> Trace:
        """Return whether a requirement is covered, as one line of a standard."""
        found = self._rows.get(requirement_id)
        if found is None:
            cover = self.coverage(requirement_id)
            reason = f"{requirement_id} {title}: {cover.reason}"
            found = self._rows[requirement_id] = Trace("requirement", cover.value, reason, requirement_id, cover.uses)
        return found

    def standard(self, track_id: str, standard_id: str) -> Trace:
        """Return whether a standard, with those below it, is met."""
        key = (track_id, standard_id)
        if key not in self._standards:
            self._standards[key] = _standard_trace(self, track_id, standard_id)
        return self._standards[key]

    def threshold_uses(self, threshold_id: str) -> tuple[str, ...]:
        """Return the references behind the state of a threshold."""
        found = self._threshold_uses.get(threshold_id)
        if found is None:
            result = self.state_of(threshold_id)
            found = tuple(dict.fromkeys((*_uses(result.crossed), *_uses(result.ruled_out))))
            self._threshold_uses[threshold_id] = found
        return found

    def is_later(self, ref: str, moment: str) -> bool:
        """Tell whether an answer or measurement came on record after a moment; where a time is missing, no."""
        kind, _, key = ref.partition(":")
        item: Answer | Measurement | None = None
        if kind == "answer":
            item = self.inputs.answer_by_question.get(key)
        elif kind == "measurement":
            item = self.inputs.measurement_by_id.get(key)
        return bool(item and item.at and moment and item.at.rstrip("Z") > moment.rstrip("Z"))

    def specification(self, track_id: str, standard_id: str) -> Specification | None:
        """Return the lab's own specification of a standard, with author, date passed and requirements, or None."""
        item = self.inputs.specification_by_key.get((track_id, standard_id))
        counts = item and stated(item.author) and item.dated <= self.as_of and item.requirements
        return item if counts else None

    def rows(self, track_id: str, standard_id: str) -> tuple[tuple[str, str], ...] | None:
        """Return (id, title) of the requirements of one standard; None when nobody ever specified it."""
        listed = self.pack.specified_rows.get((track_id, standard_id))
        if listed is not None:
            return listed
        own = self.specification(track_id, standard_id)
        return tuple((row.id, row.title) for row in own.requirements) if own else None


def evaluate(record: Record, condition: Condition, threshold_id: str = "") -> Trace:
    """Evaluate a tree; ``threshold_id`` is the threshold whose rule it is, which bare showings refer to."""
    if isinstance(condition, (IndicatorBelow, AnswerIn, IndicatorAbove, StandardMet, ThresholdStateIn)):
        return record.leaf(condition)
    if isinstance(condition, AllOf):
        return _all(tuple([evaluate(record, branch, threshold_id) for branch in condition.of]))
    if isinstance(condition, AnyOf):
        return _at_least(tuple([evaluate(record, branch, threshold_id) for branch in condition.of]), 1, node="any")
    if isinstance(condition, AtLeast):
        children = tuple([evaluate(record, branch, threshold_id) for branch in condition.of])
        return _at_least(children, condition.k, node="at_least")
    if isinstance(condition, Not):
        child = evaluate(record, condition.of, threshold_id)
        return Trace("not", OPPOSITE[child.value], f"The opposite of: {child.reason}", children=(child,))
    view = record.showing(condition.showing, condition.threshold or threshold_id)
    return Trace("showing_accepted", view.value, view.reason, condition.showing, view.uses)


def tense_leaves(trace: Trace) -> tuple[Trace, ...]:
    """Return the leaves that keep a tree from being true, from left to right; at least one unless it is true."""
    if trace.value == "true":
        return ()
    if trace.node == "not":
        return _all_leaves(trace)
    return tuple(leaf for child in trace.children for leaf in tense_leaves(child)) or (trace,)


def brakes(record: Record, threshold: Threshold) -> Iterator[tuple[str, str]]:
    """Yield what keeps a threshold from being ruled out although its tree says so: the input, and why."""
    conclusion, face = threshold.conclusion, record.at_its_word
    if conclusion:
        riskier = (*conclusion.treated_as_crossed, *conclusion.crossed)
        trace = evaluate(face, AnswerIn(conclusion.question, riskier, part=conclusion.part))
        if trace.value == "true":
            why = f"The recorded conclusion is more cautious than the accepted showings. {trace.reason}"
            yield f"answer:{conclusion.question}", why
    if face is not record and threshold.crossed_when and evaluate(face, threshold.crossed_when).value == "true":
        for leaf in leaves(threshold.crossed_when):
            answer = record.inputs.answer_by_question.get(leaf.question) if isinstance(leaf, AnswerIn) else None
            if answer is not None and (why := record.pending(answer)):
                yield f"answer:{answer.question}", f"{answer.question} {why}, but at its word it is crossed."
    for leaf in leaves(threshold.crossed_when):
        if isinstance(leaf, IndicatorAbove):
            readings = record.readings(leaf.indicator)
            bound = readings.indicator.bound(leaf.bound)
            if bound and margins.points_past(readings, bound):
                why = f"A result on file for {readings.indicator.title} does not count but points past its bound."
                yield f"indicator:{leaf.indicator}", why


def _all_leaves(trace: Trace) -> tuple[Trace, ...]:
    if not trace.children:
        return (trace,)
    return tuple(leaf for child in trace.children for leaf in _all_leaves(child))


def _all(children: tuple[Trace, ...]) -> Trace:
    worst = next((c for c in children if c.value == "false"), None)
    worst = worst or next((c for c in children if c.value == "unknown"), None)
    if worst is None:
        return Trace("all", "true", _all_hold(children), children=children)
    return Trace("all", worst.value, worst.reason, children=children)


def _all_hold(children: tuple[Trace, ...]) -> str:
    if len(children) == 1:
        return children[0].reason
    if all(child.node == "showing_accepted" for child in children):
        return f"{wording.listed(child.subject for child in children)} are accepted by named people, on evidence."
    return f"All {len(children)} conditions hold."


def _at_least(children: tuple[Trace, ...], k: int, *, node: str) -> Trace:
    holding = [c for c in children if c.value == "true"]
    possible = [c for c in children if c.value != "false"]
    asked = "one condition" if k == 1 else f"{k} conditions"
    if len(holding) >= k:
        return Trace(
            node, "true", holding[0].reason if k == 1 else f"{len(holding)} conditions hold.", children=children
        )
    value: Truth = "false" if len(possible) < k else "unknown"
    if k == 1 and 0 < len(children) <= _MOST_WAYS:
        return Trace(node, value, _no_way_holds(children), children=children)
    return Trace(node, value, f"{len(holding)} of {len(children)} hold where {asked} must.", children=children)


def _no_way_holds(children: tuple[Trace, ...]) -> str:
    """Return why each of a few ways does not hold, since any of them would do."""
    if len(children) == 1:
        return children[0].reason
    return f"None of {len(children)} ways holds: {'; '.join(child.reason.removesuffix('.') for child in children)}."


def _leaf(record: Record, leaf: FreeLeaf) -> Trace:
    if isinstance(leaf, AnswerIn):
        return answer_leaf(record, leaf)
    if isinstance(leaf, IndicatorBelow):
        return indicator_leaf(record, leaf)
    if isinstance(leaf, IndicatorAbove):
        return indicator_leaf(record, leaf)
    if isinstance(leaf, StandardMet):
        return record.standard(leaf.track, leaf.standard)
    return _threshold_state(record, leaf)


def _threshold_state(record: Record, leaf: ThresholdStateIn) -> Trace:
    result = record.state_of(leaf.threshold)
    value: Truth = "true" if result.state in leaf.states else "false"
    uses = record.threshold_uses(leaf.threshold)
    reason = f"{leaf.threshold} is {wording.STATE_WORDS[result.state]}."
    return Trace("threshold_state_in", value, reason, leaf.threshold, uses)


def _uses(trace: Trace) -> tuple[str, ...]:
    return (*trace.uses, *(ref for child in trace.children for ref in _uses(child)))


def _view(record: Record, showing_id: str, threshold_id: str) -> ShowingView:
    name = f"{showing_id} for {threshold_id}"
    given = record.inputs.showing_by_key.get((showing_id, threshold_id))
    if given is None:
        return ShowingView("unknown", f"{name} has not been put forward.")
    uses = (f"showing:{showing_id}@{threshold_id}", *evidence_references(given.evidence))
    if given.status == "rejected":
        return ShowingView("false", f"{name} was rejected by {given.by or 'an unnamed person'}.", uses, record=given)
    if given.status == "draft":
        return ShowingView("unknown", f"{name} is a draft that nobody has accepted.", uses, record=given)
    if not stated(given.by):
        return ShowingView(
            "unknown", f"{name} is marked accepted but names nobody who accepted it.", uses, record=given
        )
    if not margins.evidence_counts(given.evidence, record.inputs, record.as_of):
        return ShowingView(
            "unknown", f"{name} is accepted without any valid evidence linked to it.", uses, record=given
        )
    tensions = record.tensions(showing_id, threshold_id)
    silent = [t.subject for t in tensions if not t.rationale]
    if silent:
        reason = f"{name} is accepted against the record, and no rationale is given on {wording.listed(silent)}."
        return ShowingView("unknown", reason, uses, tensions, given)
    tail = f", in tension with the record on {wording.listed(t.subject for t in tensions)}" if tensions else ""
    return ShowingView("true", f"{name} is accepted by {given.by}{tail}.", uses, tensions, given)


def _tensions(record: Record, given: ShowingRecord) -> tuple[Tension, ...]:
    tree = record.pack.showing_by_id[given.showing].supported_when.get(given.threshold)
    if tree is None:
        return ()
    grouped: dict[str, list[Trace]] = {}
    for leaf in tense_leaves(evaluate(record, tree, given.threshold)):
        grouped.setdefault(leaf.subject, []).append(leaf)
    return tuple(_tension(record, given, subject, found) for subject, found in grouped.items())


def _tension(record: Record, given: ShowingRecord, subject: str, found: list[Trace]) -> Tension:
    """Return the tension on one subject; a rationale given before what it speaks to came on record does not count."""
    findings = [found[0].reason] if len(found) == 1 else list(dict.fromkeys(leaf.reason for leaf in found))
    rationale = given.rationales.get(subject, "").strip()
    if rationale and any(record.is_later(ref, given.at) for leaf in found for ref in leaf.uses):
        findings.append("The rationale was given before this came on record; it must be accepted anew.")
        rationale = ""
    text = rationale if stated(rationale) else ""
    return Tension(given.threshold, given.showing, subject, " ".join(findings), text, given.by)


def _cover(record: Record, given: RequirementRecord | None) -> Coverage:
    if given is None or given.status == "not_assessed":
        return Coverage("unknown", "not_assessed", "Nobody has assessed it.")
    uses = (f"requirement:{given.requirement}", *evidence_references(given.evidence))
    if given.status == "in_place":
        if margins.evidence_counts(given.evidence, record.inputs, record.as_of):
            return Coverage("true", "in_place", "In place, with evidence.", uses)
        return Coverage("unknown", "in_place", "Said to be in place, but no valid evidence is linked.", uses)
    if given.status == "not_applicable":
        if confirmed(given):
            return Coverage("true", "not_applicable", f"Does not apply, confirmed by {given.confirmed_by}.", uses)
        return Coverage("unknown", "not_applicable", "Said not to apply, but no reviewer confirmed it.", uses)
    if given.status == "excepted":
        return _exception(record, given, uses)
    due = f", due {wording.day(given.due)}" if given.due else ""
    return Coverage("false", given.status, f"{wording.REQUIREMENT_WORDS[given.status].capitalize()}{due}.", uses)


def _exception(record: Record, given: RequirementRecord, uses: tuple[str, ...]) -> Coverage:
    if not (stated(given.approved_by) and stated(given.reason) and given.ends):
        why = "An exception needs an approver, a reason and an end date; one is missing."
        return Coverage("unknown", "excepted", why, uses)
    if given.ends < record.as_of:
        return Coverage("false", "excepted", f"The exception ended on {wording.day(given.ends)}.", uses)
    until = f"exception approved by {given.approved_by} until {wording.day(given.ends)}"
    return Coverage("true", "excepted", f"Under an {until}.", uses, f"{given.requirement}: {until}")


def _standard_trace(record: Record, track_id: str, standard_id: str) -> Trace:
    track = record.pack.track_by_id[track_id]
    children: list[Trace] = []
    for standard in track.standards[: track.rank(standard_id) + 1]:
        rows = record.rows(track_id, standard.id)
        if rows is None:
            why = "is not spelled out in this pack" if standard.specified_by else "has never been specified"
            reason = f"{standard.id} {track.title.lower()} {why}, so it cannot be met."
            children.append(Trace("specification", "false", reason, f"{track_id}/{standard.id}"))
            continue
        for row_id, title in rows:
            children.append(record.row(row_id, title))
    open_rows = [c for c in children if c.value != "true"]
    name = f"{standard_id} {track.title.lower()}"
    if not open_rows:
        return Trace("standard_met", "true", f"{name} is met.", standard_id, children=tuple(children))
    value: Truth = "false" if any(c.value == "false" for c in open_rows) else "unknown"
    unspecified = next((c for c in open_rows if c.node == "specification"), None)
    reason = (
        unspecified.reason if unspecified else f"{name}: {len(open_rows)} of {len(children)} requirements not shown."
    )
    return Trace("standard_met", value, reason, standard_id, children=tuple(children))
