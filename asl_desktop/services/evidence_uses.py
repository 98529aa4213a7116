"""What evidence is linked from, what it could be linked from, and what still lacks it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.inputs import (
    Answer,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    InterimRecord,
    Measurement,
    RequirementRecord,
    ShowingRecord,
)
from asl_desktop.domain.margins import evidence_counts, is_set_aside
from asl_desktop.domain.records import reference
from asl_desktop.errors import ItemUnknown
from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from asl_desktop.domain.pack import Pack, Question

Holder: TypeAlias = Answer | Measurement | ShowingRecord | RequirementRecord | InterimRecord
Freshness: TypeAlias = Literal["", "near", "past"]

NEAR_DAYS = 30
"""Evidence whose validity ends within this many days is about to be stale."""


@dataclass(frozen=True, slots=True)
class Use:
    """One link from a record to a piece of evidence; ``reference`` names the record, such as ``answer:QC-20``."""

    reference: str
    link: EvidenceLink


@dataclass(frozen=True, slots=True)
class Target:
    """Something that evidence can be linked from.

    Attributes:
        reference: of its record, which may not exist yet.
        kind: in words, such as ``Question``.
        name: the id that people know it by.
        title: what the framework calls it.
    """

    reference: str
    kind: str
    name: str
    title: str

    @property
    def text(self) -> str:
        """Such as ``Question QC-20: Did the red team ...``."""
        return f"{self.kind} {self.name}: {self.title}" if self.title else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A claim on record that needs evidence and has none; ``problem`` is a sentence."""

    target: Target
    problem: str


def holders(inputs: Inputs) -> Iterator[Holder]:
    """Yield every record that can cite evidence."""
    yield from inputs.answers
    yield from inputs.measurements
    yield from inputs.showings
    yield from inputs.requirements
    yield from inputs.interim


def uses_of(inputs: Inputs) -> Mapping[str, tuple[Use, ...]]:
    """Return the links to each piece of evidence that is linked at all, by SHA-256."""
    found: dict[str, list[Use]] = {}
    for record in holders(inputs):
        for link in record.evidence:
            found.setdefault(link.evidence, []).append(Use(reference(record), link))
    return {sha256: tuple(uses) for sha256, uses in found.items()}


def targets_of(pack: Pack, inputs: Inputs) -> tuple[Target, ...]:
    """Return everything that evidence can be linked from, questions first.

    Results and interim measures are there once they are on record; the rest need not be.
    """
    own = {row.id: row.title for item in inputs.specifications for row in item.requirements}
    rows = {row.id: row.title for row in pack.requirements} | own
    measures = {item.id: item.title for item in pack.interim_measures}
    return (
        *(Target(f"answer:{item.id}", tr("Question"), item.id, item.text) for item in pack.questions),
        *(_result(pack, item) for item in sorted(inputs.measurements, key=lambda m: (m.indicator, m.id))),
        *(
            Target(
                f"showing:{item.id}@{threshold}",
                tr("Showing"),
                tr("{id} for {threshold}").format(id=item.id, threshold=threshold),
                item.title,
            )
            for item in pack.showings
            for threshold in item.supported_when
        ),
        *(Target(f"requirement:{row}", tr("Safeguard"), row, title) for row, title in rows.items()),
        *(
            Target(f"interim:{item.measure}", tr("Interim measure"), item.measure, measures.get(item.measure, ""))
            for item in inputs.interim
        ),
    )


def with_link(inputs: Inputs, target: str, link: EvidenceLink, *, old: EvidenceLink | None = None) -> Holder:
    """Return the record that a reference names with a link added, or put in the place of ``old``.

    A question, showing or safeguard on which nothing is recorded gets a record that says nothing but the link.

    Raises:
        ItemUnknown: no such record can cite evidence.
    """
    record = _record(inputs, target)
    if old is not None:
        links = tuple(link if item == old else item for item in record.evidence)
    else:
        links = record.evidence if link in record.evidence else (*record.evidence, link)
    return dataclasses.replace(record, evidence=links)


def without_link(inputs: Inputs, target: str, link: EvidenceLink) -> Holder:
    """Return the record that a reference names without a link.

    Raises:
        ItemUnknown: no such record can cite evidence.
    """
    record = _record(inputs, target)
    return dataclasses.replace(record, evidence=tuple(item for item in record.evidence if item != link))


def lacking_of(pack: Pack, inputs: Inputs, as_of: date) -> tuple[Lacking, ...]:
    """Return every claim on record that does not count on a day, or is not complete, for want of evidence."""
    held = {reference(record): record for record in holders(inputs)}
    problems = {name: _problem(pack, inputs, record, as_of=as_of) for name, record in held.items()}
    return tuple(
        Lacking(target, problems[target.reference])
        for target in targets_of(pack, inputs)
        if problems.get(target.reference)
    )


def evidence_lack(question: Question, answer: Answer, inputs: Inputs, *, as_of: date) -> str:
    """Return what the evidence of a definite answer lacks that the question demands, as a sentence, or nothing.

    It is covered as a result, a showing or a safeguard is: by a supporting piece that is on file and still valid.
    """
    if not question.evidence_required or answer.state != "answered" or not answer_counts(answer):
        return ""
    if not answer.evidence:
        return tr("Evidence is required and none is linked yet.")
    if evidence_counts(answer.evidence, inputs, as_of):
        return ""
    return tr("Evidence is required; none that is linked supports the answer and is still valid.")


def freshness(item: EvidenceItem, as_of: date) -> Freshness:
    """Say whether the validity of evidence has ended on a day, or ends soon after it."""
    if item.valid_until is None:
        return ""
    left = (item.valid_until - as_of).days
    return "past" if left < 0 else "near" if left <= NEAR_DAYS else ""


def newer_version(inputs: Inputs, sha256: str) -> EvidenceItem | None:
    """Return the evidence that names this one as its older version; the latest to come in when there are several."""
    found = [item for item in inputs.evidence if item.replaces == sha256]
    return max(found, key=lambda item: (item.at, item.sha256), default=None)


def _result(pack: Pack, item: Measurement) -> Target:
    indicator = pack.indicator_by_id.get(item.indicator)
    day = f", {item.produced.isoformat()}" if item.produced else ""
    title = indicator.title if indicator else ""
    return Target(f"measurement:{item.id}", tr("Result"), item.indicator, f"{title}{day}".strip(", "))


def _record(inputs: Inputs, target: str) -> Holder:
    kind, _, key = target.partition(":")
    held: Holder | None = None
    if kind == "answer":
        held = inputs.answer_by_question.get(key) or Answer(key, state="unanswered")
    elif kind == "measurement":
        held = inputs.measurement_by_id.get(key)
    elif kind == "showing":
        showing, _, threshold = key.partition("@")
        held = inputs.showing_by_key.get((showing, threshold)) or ShowingRecord(showing, threshold)
    elif kind == "requirement":
        held = inputs.requirement_by_id.get(key) or RequirementRecord(key)
    elif kind == "interim":
        held = next((item for item in inputs.interim if item.measure == key), None)
    if held is None:
        raise ItemUnknown(kind=tr("record that cites evidence"), id=target, pack=tr("this assessment"), suggestion="")
    return held


def _problem(pack: Pack, inputs: Inputs, record: Holder, *, as_of: date) -> str:
    """Return why the evidence of a record is not enough, or nothing."""
    if isinstance(record, Answer):
        question = pack.question_by_id.get(record.question)
        return evidence_lack(question, record, inputs, as_of=as_of) if question is not None else ""
    if evidence_counts(record.evidence, inputs, as_of):
        return ""
    lack = tr("no linked evidence supports it and is still valid") if record.evidence else tr("no evidence is linked")
    if isinstance(record, Measurement):
        return "" if is_set_aside(record) else tr("The result does not count: {lack}.").format(lack=lack)
    if isinstance(record, ShowingRecord):
        return (
            tr("It is accepted, but does not count: {lack}.").format(lack=lack) if record.status == "accepted" else ""
        )
    if isinstance(record, RequirementRecord):
        return (
            tr("It is said to be in place, but does not count: {lack}.").format(lack=lack)
            if record.status == "in_place"
            else ""
        )
    return ""
