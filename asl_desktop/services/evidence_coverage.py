"""How far what is on record rests on evidence: each claim that bears on the outcome, what its evidence is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain import wording
from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.margins import evidence_counts, is_set_aside
from asl_desktop.domain.reach import reaches
from asl_desktop.domain.records import reference
from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.inputs import Answer, EvidenceLink, Inputs, Measurement, RequirementRecord, ShowingRecord

Standing: TypeAlias = Literal["counts", "stale", "missing", "counters", "none"]

_CLAIMED = frozenset({"in_place", "partly"})


@dataclass(frozen=True, slots=True)
class Claim:
    """Something on record that evidence should stand behind.

    Attributes:
        reference: of its record, such as ``answer:QC-20``.
        group: such as ``domain:cyber``; ``track:security`` for a safeguard.
        text: what people know it by.
        standing: what its evidence is worth; only ``counts`` covers it.
        why: one sentence when it is not covered, else nothing.
    """

    reference: str
    group: str
    text: str
    standing: Standing
    why: str


def claims_of(snapshot: Snapshot) -> tuple[Claim, ...]:
    """Return every answer that bears on a threshold, result in force, decided showing and safeguard said to be there.

    Answers that say nothing definite or are not asked claim nothing, nor do drafts, results that are set aside, and
    what was taken over from an earlier assessment and not confirmed.
    """
    found = (*_answers(snapshot), *_results(snapshot), *_showings(snapshot), *_safeguards(snapshot))
    return tuple(_claim(snapshot, record, group, text) for record, group, text in found)


def standing_of(links: tuple[EvidenceLink, ...], inputs: Inputs, as_of: date) -> Standing:
    """Say what the evidence behind a claim is worth on a day, by the rule of the determination.

    Of several pieces that do not count, one that did once speaks first.
    """
    if evidence_counts(links, inputs, as_of):
        return "counts"
    supporting = [link for link in links if link.stance == "supports"]
    if any(link.evidence in inputs.evidence_by_sha for link in supporting):
        return "stale"
    if supporting:
        return "missing"
    return "counters" if links else "none"


_Found: TypeAlias = "tuple[Answer | Measurement | ShowingRecord | RequirementRecord, str, str]"


def _answers(snapshot: Snapshot) -> Iterator[_Found]:
    pack, hidden = snapshot.pack, frozenset(snapshot.determination.not_asked)
    bearing = frozenset().union(*(reach.questions for reach in reaches(pack).values()))
    for answer in snapshot.inputs.answers:
        question = pack.question_by_id.get(answer.question)
        if question is None or question.id not in bearing or question.id in hidden:
            continue
        if answer_counts(answer, question):
            yield answer, f"domain:{question.domain}", f"{question.id} {question.text}"


def _results(snapshot: Snapshot) -> Iterator[_Found]:
    for item in snapshot.inputs.measurements:
        indicator = snapshot.pack.indicator_by_id.get(item.indicator)
        if indicator is not None and not is_set_aside(item) and not item.carried_from:
            day = f", {wording.day(item.produced)}" if item.produced else ""
            yield item, f"domain:{indicator.domain}", f"{indicator.title}{day}"


def _showings(snapshot: Snapshot) -> Iterator[_Found]:
    pack = snapshot.pack
    for item in snapshot.inputs.showings:
        threshold, showing = pack.threshold_by_id.get(item.threshold), pack.showing_by_id.get(item.showing)
        if threshold is not None and showing is not None and item.status != "draft":
            yield item, f"domain:{threshold.domain}", f"{showing.id} {showing.title}, {threshold.id}"


def _safeguards(snapshot: Snapshot) -> Iterator[_Found]:
    pack, records = snapshot.pack, snapshot.inputs.requirement_by_id
    rows = {row.id: (row.track, row.title) for row in pack.requirements}
    for own in snapshot.inputs.specifications:
        rows |= {row.id: (own.track, row.title) for row in own.requirements}
    for row_id, (track, title) in rows.items():
        if row_id in records and records[row_id].status in _CLAIMED:
            yield records[row_id], f"track:{track}", f"{row_id} {title}"


def _claim(
    snapshot: Snapshot, record: Answer | Measurement | ShowingRecord | RequirementRecord, group: str, text: str
) -> Claim:
    standing = standing_of(record.evidence, snapshot.inputs, snapshot.as_of)
    return Claim(reference(record), group, text, standing, _why(record.evidence, standing, snapshot.inputs))


def _why(links: tuple[EvidenceLink, ...], standing: Standing, inputs: Inputs) -> str:
    if standing == "stale":
        held = [inputs.evidence_by_sha.get(link.evidence) for link in links if link.stance == "supports"]
        last = max((item for item in held if item is not None), key=lambda item: item.valid_until or date.min)
        return tr("{name} was valid until {day}.").format(name=last.name, day=wording.day(last.valid_until))
    if standing == "missing":
        return tr("What it cites is not on file.")
    if standing == "counters":
        return tr("What is linked speaks against it.")
    return tr("No evidence is linked.") if standing == "none" else ""
