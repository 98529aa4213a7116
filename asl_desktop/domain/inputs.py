"""What people put into an assessment: answers, measurements, showings, requirement states, plan and evidence.

Records are frozen and whole: changing one means replacing it. Times are ISO 8601 strings in UTC with a ``Z``; dates
are :class:`datetime.date`. An evidence item is named by the SHA-256 of its bytes, everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import not_
from typing import Literal, TypeAlias, TypeVar

AnswerState: TypeAlias = Literal["answered", "unanswered", "unknown", "declined", "not_applicable"]
RunStatus: TypeAlias = Literal["success", "error", "cancelled", "started", "unknown"]
ShowingStatus: TypeAlias = Literal["draft", "accepted", "rejected"]
RequirementStatus: TypeAlias = Literal["not_assessed", "planned", "partly", "in_place", "not_applicable", "excepted"]
Confidence: TypeAlias = Literal["", "low", "moderate", "high"]
Value: TypeAlias = bool | float | str | tuple[str, ...] | tuple[float, ...]
UNKNOWN = "unknown"
"""What stands for yes or no where nobody knows whether one of several statements holds."""
LATER: Mapping[str, Callable[[object], bool]] = {"exclude_if": not_}
"""Marks a field that records of the first files do not have: it is written only where it says something.

So the canonical JSON of an older record, and every digest over it, stays what it was. Pydantic reads it.
"""
_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)


def stated(text: str) -> bool:
    """Tell whether a name or reason says anything: spaces, invisible characters and bare punctuation do not."""
    return text[:1].isalnum() or any(character.isalnum() for character in text)


def same_name(left: str, right: str) -> bool:
    """Tell whether two names are the same but for case, spacing and invisible characters."""
    return left == right or _bare(left) == _bare(right)


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isprintable() and not character.isspace())


def _by_key(items: tuple[_Item, ...], key: Callable[[_Item], _Key]) -> dict[_Key, _Item]:
    """Index records; two of one key would let their order decide, so they are refused with ValueError."""
    found = {key(item): item for item in items}
    if len(found) < len(items):
        twice = next(item for item in items if found[key(item)] is not item)
        raise ValueError(f"{type(twice).__name__} {key(twice)} is on record twice")
    return found


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """A piece of evidence cited by a record: which one, where in it, and whether it speaks for or against."""

    evidence: str
    stance: Literal["supports", "counters"] = "supports"
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one question. Blank never becomes No.

    Attributes:
        value: part id -> value. Yes/no parts hold True or False (in a list of statements also :data:`UNKNOWN`), choices
            an option id, multi-choice a tuple of ids, numbers and scales a float, a number with an uncertainty (value,
            how far either way), dates an ISO string, a range (low, best, high, confidence in percent).
        reason: why it was declined or does not apply; both need one.
        confirmed_by: the reviewer who confirmed that the question does not apply; until then it does not count.
        carried_from: the earlier assessment from which the answer was taken over, in words. While it is not empty,
            nobody has confirmed the answer here, and it counts as not given. Whoever confirms it empties the field.
    """

    question: str
    state: AnswerState = "answered"
    value: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""
    confirmed_by: str = ""
    confidence: Confidence = ""
    rationale: str = ""
    evidence: tuple[EvidenceLink, ...] = ()
    marked_for_review: bool = False
    author: str = ""
    at: str = ""
    carried_from: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """A proportion as counts of scored trials."""

    successes: int
    n: int
    kind: Literal["counts"] = "counts"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its standard error; ``n`` is the number of scored trials behind it, None when not stated."""

    mean: float
    stderr: float
    n: int | None = None
    kind: Literal["mean"] = "mean"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with an interval at a stated confidence level (0.95 for 95 %)."""

    estimate: float
    low: float
    high: float
    level: float = 0.95
    n: int | None = None
    kind: Literal["interval"] = "interval"


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio of two arms, each with its own counts or mean; never a bare quotient."""

    treatment: Counts | Mean
    control: Counts | Mean
    kind: Literal["ratio"] = "ratio"


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate reported without any uncertainty. It can never rule anything out."""

    estimate: float
    n: int | None = None
    kind: Literal["point"] = "point"


Report: TypeAlias = Counts | Mean | Interval | Ratio | Point


@dataclass(frozen=True, slots=True)
class Measurement:
    """One result of one evaluation of one model, as it was reported.

    Attributes:
        id: a UUID, stable across copies of the assessment.
        elicitation: practices used, from :data:`ELICITATION`.
        gap: assumed elicitation gap, added toward the riskier side on the indicator's own scale (log units for a log
            scale, log-odds for logit); never negative.
        edits: changes made to scores after the run, in words.
        set_aside_by: who decided that this result is not to be used; needs ``set_aside_reason``.
        carried_from: the earlier assessment from which the result was taken over, as in :class:`Answer`. While it is
            not empty, the result counts as not there: it can keep a threshold from being ruled out, and nothing else.
    """

    id: str
    indicator: str
    report: Report
    model: str = ""
    checkpoint: str = ""
    run_status: RunStatus = "success"
    elicitation: tuple[str, ...] = ()
    elicitation_notes: str = ""
    gap: float = 0.0
    gap_rationale: str = ""
    produced: date | None = None
    received: date | None = None
    valid_until: date | None = None
    evidence: tuple[EvidenceLink, ...] = ()
    edits: str = ""
    notes: str = ""
    set_aside_by: str = ""
    set_aside_reason: str = ""
    author: str = ""
    at: str = ""
    carried_from: str = field(default="", metadata=LATER)


ELICITATION: Mapping[str, str] = {
    "tools": "Tool use",
    "scaffold": "Agent scaffold",
    "best_of_n": "Several attempts, best counted",
    "expert_prompting": "Expert prompting",
    "fine_tuning": "Fine-tuning for the task",
    "helpful_only": "Helpful-only or equivalent variant",
    "browsing": "Browsing or retrieval",
    "long_budget": "Long token or time budget",
}


@dataclass(frozen=True, slots=True)
class Dissent:
    """A minority view, kept word for word with the name of the person who holds it."""

    by: str
    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class ShowingRecord:
    """What people decided on one showing for one threshold.

    ``rationales`` maps an id that is in tension (an indicator or a question) to the reason for accepting all the same.
    """

    showing: str
    threshold: str
    status: ShowingStatus = "draft"
    by: str = ""
    role: str = ""
    argument: str = ""
    evidence: tuple[EvidenceLink, ...] = ()
    rationales: Mapping[str, str] = field(default_factory=dict)
    dissent: tuple[Dissent, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class RequirementRecord:
    """The state of one safeguard.

    ``in_place`` counts only with supporting evidence, ``not_applicable`` only when confirmed, ``excepted`` only with an
    approver, a reason and an end date that has not passed.
    """

    requirement: str
    status: RequirementStatus = "not_assessed"
    owner: str = ""
    due: date | None = None
    note: str = ""
    evidence: tuple[EvidenceLink, ...] = ()
    reason: str = ""
    confirmed_by: str = ""
    approved_by: str = ""
    ends: date | None = None
    author: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class DecisionSignature:
    """A cryptographic signature on a decision, with what its signer had before them.

    It covers the decision without it and the fields from ``document`` to ``program``
    (:func:`asl_desktop.services.signed_decisions.statement`).

    Attributes:
        document: UUID of the assessment.
        state: what the rule computed for the gate.
        label: label of the determination.
        as_of: the day on which both were judged.
        basis: digest of the snapshot without its decisions, in hex.
        events: number of events in the history.
        head: hash of the last of them, in hex.
        at: when it was signed, by the signer's clock; a claim.
        program: version that signed.
        signer: name in the certificate, for people to read; not signed.
        certificates: the signer's certificate and those above it, each DER in base64.
        signature: in base64.
    """

    document: str
    state: str
    label: str
    as_of: date
    basis: str
    events: int
    head: str
    at: str
    program: str
    signer: str = ""
    certificates: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What named people decided at a gate. Where it differs from the computed state, ``reason`` must say why.

    ``despite`` says why they decided although the pre-flight check found errors; empty when it found none.
    ``signature`` is None where nobody signed it.
    """

    gate: str
    outcome: Literal["go", "go_with_conditions", "hold"]
    by: str
    role: str = ""
    reason: str = ""
    conditions: str = ""
    at: str = ""
    despite: str = ""
    signature: DecisionSignature | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class InterimRecord:
    """An interim measure in force until a date; without an end date it does not count."""

    measure: str
    by: str
    ends: date | None
    note: str = ""
    evidence: tuple[EvidenceLink, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class SpecifiedRequirement:
    """One row of a standard that the lab specified for itself. Its state is a RequirementRecord of the same id."""

    id: str
    title: str
    evidence_to_show: str = ""


@dataclass(frozen=True, slots=True)
class Specification:
    """The lab's own specification of a standard that its framework never laid down."""

    track: str
    standard: str
    author: str
    dated: date
    requirements: tuple[SpecifiedRequirement, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class PlannedIndicator:
    """What the plan asks of one indicator; it can only tighten what the pack asks.

    ``bound`` stands, in the indicator's unit, in the place of the pack's bound that margins are taken against.
    """

    indicator: str
    min_n: int | None = None
    required_elicitation: tuple[str, ...] = ()
    bound: float | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change to the plan after it was locked, with its reason. Printed wherever the plan matters."""

    at: str
    by: str
    reason: str
    change: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before results came in.

    ``locked_digest`` is the SHA-256 of the canonical JSON of this plan without its lock fields and amendments.
    """

    pack_digest: str = ""
    indicators: tuple[PlannedIndicator, ...] = ()
    note: str = ""
    locked_at: str = ""
    locked_by: str = ""
    locked_digest: str = ""
    amendments: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is assessed: the model, its checkpoint, where it will be used, and on which date the question is put.

    ``as_of`` is the day against which validity and exceptions are judged; None means the day of looking.
    """

    model: str
    checkpoint: str = ""
    developer: str = ""
    title: str = ""
    deployment_context: str = ""
    actors: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A file kept inside the assessment. ``sha256`` (hex) over its bytes is its name; ``size`` is in bytes.

    Attributes:
        author: who brought it in, at ``at``; what people say about it later changes neither.
        replaces: the SHA-256 of the file of which this is a newer version; that file need not be on record.
    """

    sha256: str
    name: str
    size: int
    media_type: str = "application/octet-stream"
    title: str = ""
    cites: str = ""
    produced: date | None = None
    received: date | None = None
    valid_until: date | None = None
    strength: Literal["", "weak", "moderate", "strong"] = ""
    confidentiality: Literal["", "public", "internal", "confidential", "restricted"] = ""
    author: str = ""
    at: str = ""
    replaces: str = ""


@dataclass(frozen=True)
class Inputs:
    """Everything people put in, at one moment. Order inside the tuples never matters to a determination.

    No two records may have the same key: looking them up raises ValueError, since their order would decide.
    """

    scope: Scope
    answers: tuple[Answer, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    showings: tuple[ShowingRecord, ...] = ()
    requirements: tuple[RequirementRecord, ...] = ()
    plan: Plan = field(default_factory=Plan)
    evidence: tuple[EvidenceItem, ...] = ()
    decisions: tuple[GateDecision, ...] = ()
    interim: tuple[InterimRecord, ...] = ()
    specifications: tuple[Specification, ...] = ()

    @cached_property
    def answer_by_question(self) -> Mapping[str, Answer]:
        """Answers by question id."""
        return _by_key(self.answers, lambda item: item.question)

    @cached_property
    def spoken_questions(self) -> frozenset[str]:
        """Ids of the questions on which anything was recorded, be it that the answer is unknown."""
        return frozenset(item.question for item in self.answers if item.state != "unanswered")

    @cached_property
    def measurement_by_id(self) -> Mapping[str, Measurement]:
        """Measurements by id."""
        return _by_key(self.measurements, lambda item: item.id)

    @cached_property
    def measurements_by_indicator(self) -> Mapping[str, tuple[Measurement, ...]]:
        """Measurements by indicator id, in a fixed order."""
        grouped: dict[str, list[Measurement]] = {}
        for _, item in sorted(self.measurement_by_id.items()):
            grouped.setdefault(item.indicator, []).append(item)
        return {key: tuple(items) for key, items in grouped.items()}

    @cached_property
    def showing_by_key(self) -> Mapping[tuple[str, str], ShowingRecord]:
        """Showing records by (showing id, threshold id)."""
        return _by_key(self.showings, lambda item: (item.showing, item.threshold))

    @cached_property
    def spoken_showings(self) -> frozenset[tuple[str, str]]:
        """Keys of the showings on which anything was recorded; a draft that says nothing is none of them."""
        return frozenset(
            (item.showing, item.threshold)
            for item in self.showings
            if item.status != "draft" or item.evidence or item.rationales or item.dissent or stated(item.argument)
        )

    @cached_property
    def requirement_by_id(self) -> Mapping[str, RequirementRecord]:
        """Requirement records by requirement id."""
        return _by_key(self.requirements, lambda item: item.requirement)

    @cached_property
    def evidence_by_sha(self) -> Mapping[str, EvidenceItem]:
        """Evidence items by SHA-256."""
        return _by_key(self.evidence, lambda item: item.sha256)

    @cached_property
    def linked_evidence(self) -> frozenset[str]:
        """SHA-256 of the evidence that any record links to."""
        holders = (self.answers, self.measurements, self.showings, self.requirements, self.interim)
        return frozenset(link.evidence for records in holders for item in records for link in item.evidence)

    @cached_property
    def decision_by_gate(self) -> Mapping[str, GateDecision]:
        """Recorded decisions by gate id."""
        return _by_key(self.decisions, lambda item: item.gate)

    @cached_property
    def specification_by_key(self) -> Mapping[tuple[str, str], Specification]:
        """The lab's own specifications by (track, standard)."""
        return _by_key(self.specifications, lambda item: (item.track, item.standard))
