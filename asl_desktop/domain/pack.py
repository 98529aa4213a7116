"""A framework pack: what one policy says, as frozen data.

A pack is loaded and validated once (:mod:`asl_desktop.interchange.pack_file`) and then never changes. Every item knows
its source and how certain the reading of it is; the text of every item is a paraphrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias

from asl_desktop.domain.conditions import BoundName, Condition
from asl_desktop.domain.inputs import LATER
from asl_desktop.domain.reach import Reach, reaches

Certainty: TypeAlias = Literal["primary", "secondary", "uncertain"]
Force: TypeAlias = Literal["law", "code", "company policy", "company discretion", "published result", "own construct"]
Direction: TypeAlias = Literal["higher_is_riskier", "lower_is_riskier"]
Scale: TypeAlias = Literal["linear", "log", "logit"]
ThresholdKind: TypeAlias = Literal["capability", "usage", "alert", "outcome", "checkpoint"]
Stage: TypeAlias = Literal["train_further", "store_weights", "internal_use", "deploy"]
AnswerType: TypeAlias = Literal["yes_no", "choice", "multi_choice", "scale", "number", "text", "date", "range"]
Comparator: TypeAlias = Literal[">=", ">", "<=", "<", "=="]


@dataclass(frozen=True, slots=True)
class Source:
    """A document that pack items cite.

    Attributes:
        digest: SHA-256 of the text that was read, where it was kept.
        force: what kind of duty the document carries.
        certainty: how the document itself was read.
    """

    id: str
    document: str
    version: str = ""
    in_force: date | None = None
    retrieved: date | None = None
    digest: str | None = None
    force: Force = "company policy"
    certainty: Certainty = "primary"


@dataclass(frozen=True, slots=True)
class Cite:
    """Where an item comes from: a source id, the place in it, and how certain the reading is."""

    source: str
    place: str = ""
    certainty: Certainty = "primary"


@dataclass(frozen=True, slots=True)
class Standard:
    """One tier of safeguards on a track. ``specified_by`` is empty where nobody ever laid the standard down."""

    id: str
    title: str
    aim: str
    cite: Cite
    specified_by: str = ""
    specified_on: date | None = None
    actors_in_scope: tuple[str, ...] = ()
    actors_out_of_scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """An ordered ladder of standards, lowest (the base that always applies) first."""

    id: str
    title: str
    standards: tuple[Standard, ...]

    def rank(self, standard: str) -> int:
        """Return the position of ``standard`` on the ladder, 0 for the base; raise KeyError when it is not on it."""
        for position, candidate in enumerate(self.standards):
            if candidate.id == standard:
                return position
        raise KeyError(standard)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One safeguard that a standard demands, and what evidence must show for it to count."""

    id: str
    track: str
    standard: str
    title: str
    text: str
    evidence_to_show: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Domain:
    """A risk domain, in the order in which an assessor meets it. ``watched`` domains have no threshold."""

    id: str
    title: str
    summary: str = ""
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The question (part) in which people record their own conclusion on a threshold.

    ``treated_as_crossed`` and ``crossed`` name the options that are riskier than ruled out: when one is recorded, the
    program never reports the threshold as ruled out.
    """

    question: str
    part: str
    treated_as_crossed: tuple[str, ...]
    crossed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A capability (or usage, alert, outcome, checkpoint) threshold and what follows from not ruling it out.

    Attributes:
        baseline: what the capability is measured against (2023-level tools, no AI, ...).
        requires: track id -> standard id. A threshold's number is not the level it requires.
        duties: further documents or acts that fall due.
        alerts: thresholds that an ``alert`` or ``checkpoint`` threshold warns of; such a one never raises a level.
        status_words: the framework's own words per state.
    """

    id: str
    domain: str
    kind: ThresholdKind
    title: str
    criterion: str
    cite: Cite
    requires: Mapping[str, str] = field(default_factory=dict)
    baseline: str = ""
    harm_scale: str = ""
    duties: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    crossed_when: Condition | None = None
    ruled_out_when: Condition | None = None
    conclusion: Conclusion | None = None
    status_words: Mapping[str, str] = field(default_factory=dict)

    @property
    def raises_level(self) -> bool:
        """Tell whether this threshold can demand a standard; alerts and checkpoints only start a response."""
        return self.kind not in {"alert", "checkpoint"}


@dataclass(frozen=True, slots=True)
class Bound:
    """A number an indicator is held against, in the indicator's unit.

    ``policy`` is false where the number belongs to one evaluation and not to the framework's own text.
    """

    name: BoundName
    value: float
    label: str
    cite: Cite
    policy: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number that an evaluation produces.

    Attributes:
        unit: shown after the value. A proportion from counts is expressed in it: ``%`` as percent, ``of 33`` as a
            number out of 33, anything else as a share between 0 and 1.
        floor: chance or baseline, in the unit: position 0 on the common axis. None means 0 on a linear scale.
        bounds: empty for a watched indicator, which has no margin.
        buffer: width of the safety buffer below the bound, in points of the common axis (our construct).
        min_n: the smallest number of scored trials (per arm for a ratio) that counts.
        valid_days: days after production for which a result counts; None for no limit.
        required_elicitation: elicitation practices that must be on record.
    """

    id: str
    domain: str
    title: str
    unit: str
    direction: Direction
    scale: Scale
    cite: Cite
    floor: float | None = None
    bounds: tuple[Bound, ...] = ()
    buffer: float = 20.0
    min_n: int = 1
    valid_days: int | None = None
    required_elicitation: tuple[str, ...] = ()
    bears_on: tuple[str, ...] = ()
    description: str = ""
    report_hint: str = ""

    def bound(self, name: str) -> Bound | None:
        """Return the bound of that name, or None."""
        for bound in self.bounds:
            if bound.name == name:
                return bound
        return None

    @property
    def margin_bound(self) -> Bound | None:
        """Return the bound that margins are taken against: ``rule_out`` where there is one, else ``concern``."""
        return self.bound("rule_out") or self.bound("concern")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """One value that a question asks for; most questions have a single part called ``value``.

    Attributes:
        minimum: smallest number or scale step.
        maximum: largest number or scale step.
        optional: the question counts as answered without it.
        uncertainty: a number may be given with how far the truth may lie from it either way, in the same unit.
    """

    type: AnswerType
    id: str = "value"
    label: str = ""
    options: tuple[Option, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False
    uncertainty: bool = field(default=False, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Question:
    """What an assessor is asked. ``bears_on`` lists thresholds, requirements, showings and triggers by id."""

    id: str
    domain: str
    text: str
    parts: tuple[Part, ...]
    cite: Cite
    guidance: str = ""
    expected_evidence: str = ""
    evidence_required: bool = False
    rationale_required: bool = False
    bears_on: tuple[str, ...] = ()
    visible_when: Condition | None = None

    @property
    def lists_statements(self) -> bool:
        """Tell whether it asks of several statements which of them hold, and nothing else."""
        return len(self.parts) > 1 and all(part.type == "yes_no" for part in self.parts)

    def part(self, part_id: str) -> Part | None:
        """Return the part of that id, or None."""
        return next((part for part in self.parts if part.id == part_id), None)


@dataclass(frozen=True, slots=True)
class Showing:
    """An argument that people accept or reject once per threshold.

    ``supported_when`` maps a threshold id to a tree that says what the record supports; it never decides by itself.
    The keys are the thresholds for which the showing is asked.
    """

    id: str
    title: str
    text: str
    cite: Cite
    supported_when: Mapping[str, Condition | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A quantity that starts a new assessment when the comparison holds; the value is read from an answer."""

    id: str
    title: str
    question: str
    part: str
    comparator: Comparator
    value: float | str
    unit: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Gate:
    """A point at which the framework asks whether to go on.

    A ``rule`` gate has a condition tree. A ``judgement`` gate is never opened by the program: it names who decides and
    what they are owed.
    """

    id: str
    title: str
    stage: Stage
    kind: Literal["rule", "judgement"]
    text: str
    cite: Cite
    opens_when: Condition | None = None
    decided_by: tuple[str, ...] = ()
    informed_first: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    interim: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InterimMeasure:
    """What the framework allows or orders while a standard cannot be met at once."""

    id: str
    title: str
    text: str
    decided_by: tuple[str, ...]
    cite: Cite


@dataclass(frozen=True, slots=True)
class Role:
    """A person or body with a part in the decision; ``signs`` gives the order on the report, 0 for none."""

    id: str
    title: str
    duty: str
    cite: Cite
    signs: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document the framework asks for, who signs it and what is published."""

    id: str
    title: str
    contents: str
    signed_by: tuple[str, ...]
    published: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit; ``days`` is None where the text gives no fixed number."""

    id: str
    title: str
    text: str
    cite: Cite
    days: int | None = None


@dataclass(frozen=True)
class Pack:
    """One framework, one version. ``digest`` is the SHA-256 of its canonical JSON, without the digest itself.

    Attributes:
        level: confidence level of every interval, 0.95 unless the pack says otherwise.
        label: how the required standards are named together; ``{deployment}`` stands for a track's standard.
        notices: sentences that every screen and report of this pack shows once.
    """

    id: str
    title: str
    version: str
    publisher: str
    sources: tuple[Source, ...]
    tracks: tuple[Track, ...]
    domains: tuple[Domain, ...]
    thresholds: tuple[Threshold, ...]
    requirements: tuple[Requirement, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    questions: tuple[Question, ...] = ()
    showings: tuple[Showing, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    gates: tuple[Gate, ...] = ()
    interim_measures: tuple[InterimMeasure, ...] = ()
    roles: tuple[Role, ...] = ()
    documents: tuple[Document, ...] = ()
    clocks: tuple[Clock, ...] = ()
    level: float = 0.95
    label: str = ""
    notices: tuple[str, ...] = ()
    digest: str = ""

    @cached_property
    def threshold_by_id(self) -> Mapping[str, Threshold]:
        """Thresholds and checkpoints by id."""
        return {item.id: item for item in self.thresholds}

    @cached_property
    def reach(self) -> Mapping[str, Reach]:
        """What can bear on each threshold: its trees, what its showings rest on, and what says that it bears on it."""
        return reaches(self)

    @cached_property
    def requirements_by_standard(self) -> Mapping[tuple[str, str], tuple[Requirement, ...]]:
        """Requirements by (track, standard), in the pack's order."""
        found: dict[tuple[str, str], list[Requirement]] = {}
        for item in self.requirements:
            found.setdefault((item.track, item.standard), []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    @cached_property
    def specified_rows(self) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
        """(Id, title) of the requirements of each specified standard by (track, standard), in the pack's order.

        A higher standard without a single requirement is as good as never specified: else nothing at all would meet it.
        """
        found: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        for track in self.tracks:
            for standard in track.standards:
                rows = self.requirements_by_standard.get((track.id, standard.id), ())
                if standard.specified_by and (rows or standard is track.standards[0]):
                    found[track.id, standard.id] = tuple((row.id, row.title) for row in rows)
        return found

    @cached_property
    def requirement_by_id(self) -> Mapping[str, Requirement]:
        """Requirements by id."""
        return {item.id: item for item in self.requirements}

    @cached_property
    def indicator_by_id(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return {item.id: item for item in self.indicators}

    @cached_property
    def visibility(self) -> Mapping[str, Condition]:
        """When a question is asked, by its id; those that always are do not stand here."""
        return {item.id: item.visible_when for item in self.questions if item.visible_when is not None}

    @cached_property
    def question_by_id(self) -> Mapping[str, Question]:
        """Questions by id."""
        return {item.id: item for item in self.questions}

    @cached_property
    def questions_by_domain(self) -> Mapping[str, tuple[Question, ...]]:
        """Questions by domain id, in the pack's order; a domain without any has an empty tuple."""
        found: dict[str, list[Question]] = {domain.id: [] for domain in self.domains}
        for item in self.questions:
            found.setdefault(item.domain, []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    @cached_property
    def showing_by_id(self) -> Mapping[str, Showing]:
        """Showings by id."""
        return {item.id: item for item in self.showings}

    @cached_property
    def track_by_id(self) -> Mapping[str, Track]:
        """Tracks by id."""
        return {item.id: item for item in self.tracks}

    @cached_property
    def gate_by_id(self) -> Mapping[str, Gate]:
        """Gates by id."""
        return {item.id: item for item in self.gates}

    @cached_property
    def source_by_id(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {item.id: item for item in self.sources}


MAX_ITEMS = 1000
"""Of any list of a pack; what is calculated from one grows with all of them."""
MAX_THRESHOLDS = 200
MAX_ROWS = 10_000
"""Of questions and requirements; published catalogues hold thousands, and each is looked at once."""
_MOST = {"thresholds": MAX_THRESHOLDS, "questions": MAX_ROWS, "requirements": MAX_ROWS}


def overlong(pack: Pack) -> tuple[str, int]:
    """Return the first list of a pack that is longer than it may be, and how long that is; nothing when none is."""
    for each in fields(pack):
        most = _MOST.get(each.name, MAX_ITEMS)
        value = getattr(pack, each.name)
        if isinstance(value, tuple) and len(value) > most:
            return each.name, most
    return "", 0
