"""Which texts of an assessment can be searched, subject by subject, each under the name people know it by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from asl_desktop.domain.answer_words import parts_in_words
from asl_desktop.domain.inputs import (
    ELICITATION,
    Answer,
    EvidenceItem,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    Plan,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
)
from asl_desktop.domain.pack import Gate, Indicator, InterimMeasure, Pack, Question, Requirement, Showing, Threshold
from asl_desktop.domain.wording import ANSWER_STATE_WORDS, REQUIREMENT_WORDS
from asl_desktop.i18n import tr

Texts: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of where a text stands and the text."""


@dataclass(frozen=True, slots=True)
class Source:
    """A subject before its texts were read.

    Attributes:
        made_of: the frozen objects the texts come from; while they are the same objects, so are the texts.
        texts: reads the texts.
    """

    reference: str
    title: str
    made_of: tuple[object, ...]
    texts: Callable[[], Texts]

    @property
    def kind(self) -> str:
        """The part of the reference before the colon."""
        return self.reference.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects that are read together: ``fields`` of the inputs are all that they are made of besides the pack."""

    fields: tuple[str, ...]
    sources: Callable[[Pack, Inputs], Iterator[Source]]


def _of_people(_: Pack, inputs: Inputs) -> Iterator[Source]:
    scope, plan = inputs.scope, inputs.plan
    yield Source("scope:scope", tr("Scope"), (scope,), partial(_scope, scope))
    yield Source("plan:plan", tr("Plan"), (plan,), partial(_plan, plan))


def _questions(pack: Pack, inputs: Inputs) -> Iterator[Source]:
    for question in pack.questions:
        answer = inputs.answer_by_question.get(question.id)
        texts = partial(_question, question, answer)
        yield Source(f"question:{question.id}", f"{question.id}  {question.text}", (question, answer), texts)


def _measurements(pack: Pack, inputs: Inputs) -> Iterator[Source]:
    for indicator in pack.indicators:
        title = f"{indicator.title} ({indicator.id})"
        yield Source(f"indicator:{indicator.id}", title, (indicator,), partial(_indicator, indicator))
    for held in inputs.measurements:
        known = pack.indicator_by_id.get(held.indicator)
        title = known.title if known else held.indicator
        yield Source(f"measurement:{held.id}", title, (held, known), partial(_measurement, held))


def _thresholds(pack: Pack, inputs: Inputs) -> Iterator[Source]:
    for threshold in pack.thresholds:
        title = f"{threshold.id}  {threshold.title}"
        yield Source(f"threshold:{threshold.id}", title, (threshold,), partial(_threshold, threshold))
    for showing in pack.showings:
        for threshold_id in showing.supported_when:
            held = inputs.showing_by_key.get((showing.id, threshold_id))
            reference = f"showing:{showing.id}@{threshold_id}"
            title = f"{showing.title}, {threshold_id}"
            yield Source(reference, title, (showing, held), partial(_showing, showing, held))


def _safeguards(pack: Pack, inputs: Inputs) -> Iterator[Source]:
    for requirement in pack.requirements:
        held = inputs.requirement_by_id.get(requirement.id)
        title = f"{requirement.id}  {requirement.title}"
        texts = partial(_requirement, requirement, held)
        yield Source(f"requirement:{requirement.id}", title, (requirement, held), texts)
    for own in inputs.specifications:
        title = tr("Own specification of {standard}, {track}").format(standard=own.standard, track=own.track)
        reference = f"specification:{own.track}/{own.standard}"
        yield Source(reference, title, (own,), partial(_specification, own))


def _gates(pack: Pack, inputs: Inputs) -> Iterator[Source]:
    for gate in pack.gates:
        held = inputs.decision_by_gate.get(gate.id)
        yield Source(f"decision:{gate.id}", gate.title, (gate, held), partial(_gate, gate, held))
    measures = {measure.id: measure for measure in pack.interim_measures}
    records = {record.measure: record for record in inputs.interim}
    for key in dict.fromkeys((*measures, *records)):
        measure, record = measures.get(key), records.get(key)
        title = measure.title if measure else key
        yield Source(f"interim:{key}", title, (measure, record), partial(_interim, measure, record))


def _files(_: Pack, inputs: Inputs) -> Iterator[Source]:
    for item in inputs.evidence:
        yield Source(f"evidence:{item.sha256}", item.title or item.name, (item,), partial(_evidence, item))


def _question(question: Question, answer: Answer | None) -> Texts:
    asked = ((tr("Guidance"), question.guidance),)
    expected = (tr("Expected evidence"), question.expected_evidence)
    options = tuple((tr("Option"), option.label) for part in question.parts for option in part.options)
    whole = ((tr("Question"), question.text),)
    if answer is None:
        return (*asked, expected, *options, *whole)
    state = "" if answer.state == "answered" else tr(ANSWER_STATE_WORDS[answer.state])
    given = " ".join(f"{label} {text}" for label, text in parts_in_words(question, answer.value))
    said = ((tr("Answer"), f"{state} {given}"), (tr("Reason"), answer.reason), (tr("Rationale"), answer.rationale))
    people = ((tr("Confirmed by"), answer.confirmed_by), (tr("Author"), answer.author))
    return (*said, *asked, expected, *options, *people, *_anchors(answer), *whole)


def _anchors(record: Answer | Measurement | ShowingRecord | RequirementRecord | InterimRecord) -> Texts:
    return tuple((tr("Place in the evidence"), link.anchor) for link in record.evidence)


def _indicator(indicator: Indicator) -> Texts:
    bounds = tuple((tr("Bound"), bound.label) for bound in indicator.bounds)
    return ((tr("Description"), indicator.description), (tr("How to report it"), indicator.report_hint), *bounds)


def _measurement(held: Measurement) -> Texts:
    return (
        (tr("Indicator"), held.indicator),
        (tr("Model"), f"{held.model} {held.checkpoint}"),
        (tr("Elicitation"), ", ".join(ELICITATION.get(item, item) for item in held.elicitation)),
        (tr("Notes on elicitation"), held.elicitation_notes),
        (tr("Reason for the gap"), held.gap_rationale),
        (tr("Changes after the run"), held.edits),
        (tr("Notes"), held.notes),
        (tr("Set aside"), f"{held.set_aside_reason} {held.set_aside_by}"),
        (tr("Author"), held.author),
        *_anchors(held),
    )


def _threshold(threshold: Threshold) -> Texts:
    return (
        (tr("Criterion"), threshold.criterion),
        (tr("Baseline"), threshold.baseline),
        (tr("Harm"), threshold.harm_scale),
    )


def _showing(showing: Showing, held: ShowingRecord | None) -> Texts:
    asked = ((tr("Showing"), showing.text),)
    if held is None:
        return asked
    rationales = tuple((tr("Rationale for {key}").format(key=key), text) for key, text in held.rationales.items())
    dissent = tuple((tr("Dissent of {by}").format(by=view.by), view.text) for view in held.dissent)
    people = ((tr("Decided by"), f"{held.by} {held.role}"),)
    return ((tr("Argument"), held.argument), *rationales, *dissent, *asked, *people, *_anchors(held))


def _requirement(requirement: Requirement, held: RequirementRecord | None) -> Texts:
    asked = ((tr("Safeguard"), requirement.text), (tr("What evidence must show"), requirement.evidence_to_show))
    if held is None:
        return asked
    said = ((tr("State"), tr(REQUIREMENT_WORDS[held.status])), (tr("Note"), held.note), (tr("Reason"), held.reason))
    people = (
        (tr("Owner"), held.owner),
        (tr("Confirmed by"), held.confirmed_by),
        (tr("Approved by"), held.approved_by),
        (tr("Author"), held.author),
    )
    return (*said, *asked, *people, *_anchors(held))


def _specification(own: Specification) -> Texts:
    rows = tuple((tr("Row {id}").format(id=row.id), f"{row.title} {row.evidence_to_show}") for row in own.requirements)
    return ((tr("Specification"), own.text), *rows, (tr("Author"), own.author))


def _gate(gate: Gate, held: GateDecision | None) -> Texts:
    asked = ((tr("Gate"), gate.text),)
    if held is None:
        return asked
    said = (
        (tr("Reason"), held.reason),
        (tr("Conditions"), held.conditions),
        (tr("Decided by"), f"{held.by} {held.role}"),
    )
    return (*said, *asked)


def _interim(measure: InterimMeasure | None, held: InterimRecord | None) -> Texts:
    asked = ((tr("Interim measure"), measure.text),) if measure else ()
    said = ((tr("Note"), held.note), (tr("Decided by"), held.by), *_anchors(held)) if held else ()
    return (*said, *asked)


def _evidence(item: EvidenceItem) -> Texts:
    return ((tr("Name"), item.name), (tr("Title"), item.title), (tr("Cites"), item.cites), (tr("Digest"), item.sha256),
            (tr("Author"), item.author))  # fmt: skip


def _scope(scope: Scope) -> Texts:
    return (
        (tr("Title"), scope.title),
        (tr("Model"), f"{scope.model} {scope.checkpoint}"),
        (tr("Developer"), scope.developer),
        (tr("Where it will be used"), scope.deployment_context),
        (tr("Actors in scope"), scope.actors),
    )


def _plan(plan: Plan) -> Texts:
    amended = tuple(
        (tr("Amendment by {by}").format(by=item.by), f"{item.change} {item.reason}") for item in plan.amendments
    )
    return ((tr("Note"), plan.note), (tr("Locked by"), plan.locked_by), *amended)


GROUPS: tuple[Group, ...] = (
    Group(("answers",), _questions),
    Group(("measurements",), _measurements),
    Group(("showings",), _thresholds),
    Group(("requirements", "specifications"), _safeguards),
    Group(("evidence",), _files),
    Group(("decisions", "interim"), _gates),
    Group(("scope", "plan"), _of_people),
)
"""Every subject of an assessment in the order in which it is offered; each reference stands in one group only."""
