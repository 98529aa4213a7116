"""What a determination says: plain results, each with the reasons and the ids of the inputs behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain.inputs import GateDecision, Inputs
from asl_desktop.domain.pack import Pack
from asl_desktop.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.conditions import StateName

Truth: TypeAlias = Literal["true", "false", "unknown"]
MarginState: TypeAlias = Literal["not_measured", "not_adequate", "clear", "in_buffer", "not_excluded", "crossed"]
GateState: TypeAlias = Literal["open", "open_with_conditions", "closed", "judgement"]


@frozen
class Trace:
    """Why a condition has its value: the node, its value, one sentence, the inputs used, and the same for its branches.

    ``uses`` holds references such as ``answer:QC-20``, ``measurement:<uuid>``, ``showing:RO-1@CBRN-3``,
    ``requirement:D3-1`` and ``evidence:<sha256>``. ``subject`` is the id a leaf looks at, empty for inner nodes.
    """

    node: str
    value: Truth
    reason: str
    subject: str = ""
    uses: tuple[str, ...] = ()
    children: tuple[Trace, ...] = ()


@frozen
class Margin:
    """How far one measured capability is from its bound.

    Positions are points of the common axis: 0 is the floor, 100 the bound. ``points`` = 100 - position of the
    conservative value; it is None whenever the number would mislead (not measured, not adequate, no interval stated).

    Attributes:
        estimate: the reported value in the indicator's unit, None when nothing counts as measured.
        low: lower end of the interval at the pack's level, in the unit.
        high: upper end of the same.
        conservative: the riskier end moved by the declared elicitation gap, in the unit.
        native_distance: distance from the conservative value to the bound in the unit (a factor on a log scale);
            positive means short of the bound.
        clearly_crossed: the whole interval is past the bound.
        buffer_from: position at which the safety buffer starts.
        reasons: sentences, the first one says why the state is what it is.
        planned: the bound is the plan's own, stricter than the framework's.
    """

    indicator: str
    state: MarginState
    bound_name: str
    bound: float
    buffer_from: float
    reasons: tuple[str, ...]
    points: float | None = None
    measurement: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    conservative: float | None = None
    position: float | None = None
    low_position: float | None = None
    high_position: float | None = None
    conservative_position: float | None = None
    native_distance: float | None = None
    clearly_crossed: bool = False
    planned: bool = False
    uses: tuple[str, ...] = ()


@frozen
class Watched:
    """A measured indicator that has no bound: shown, never judged."""

    indicator: str
    estimate: float | None
    low: float | None
    high: float | None
    measurement: str
    reasons: tuple[str, ...]


@frozen
class Tension:
    """A showing was accepted although the record does not support it on this point.

    ``rationale`` is empty when nobody said why; then the showing does not count.
    """

    threshold: str
    showing: str
    subject: str
    finding: str
    rationale: str
    by: str


@frozen
class ThresholdResult:
    """The state of one threshold, with the two trees that decided it."""

    id: str
    state: StateName
    reasons: tuple[str, ...]
    crossed: Trace
    ruled_out: Trace
    tensions: tuple[Tension, ...] = ()
    raises_level: bool = True

    @property
    def treated_as_crossed(self) -> bool:
        """Everything but ruled out is treated as crossed."""
        return self.state != "ruled_out"


@frozen
class TrackResult:
    """The standard required on one track, by which thresholds, and whether it is met."""

    track: str
    required: str
    precautionary: bool
    demanded_by: tuple[str, ...]
    met: Truth
    reasons: tuple[str, ...]


@frozen
class GapItem:
    """One safeguard that is required and not shown to be there."""

    requirement: str
    track: str
    standard: str
    title: str
    status: str
    reason: str


@frozen
class Step:
    """One input that would have to change, by reference and in words."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether a gate is open, why, and the smallest sets of inputs that would open it.

    ``conditions`` are exceptions and interim measures in force, each with its end date. ``differs`` is true when people
    recorded a decision that is not what the rule computes.
    """

    id: str
    state: GateState
    reasons: tuple[str, ...]
    would_open: tuple[tuple[Step, ...], ...] = ()
    conditions: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()
    owed_missing: tuple[str, ...] = ()
    decision: GateDecision | None = None
    differs: bool = False
    trace: Trace | None = None


@frozen
class TriggerResult:
    """Whether a reassessment trigger has fired."""

    id: str
    value: Truth
    reason: str


@frozen
class NotAssessed:
    """Something in scope that the record does not cover."""

    kind: Literal["threshold", "indicator", "question", "showing", "requirement", "domain"]
    id: str
    text: str


@dataclass(frozen=True)
class Determination:
    """The whole outcome for one pack, one set of inputs, one day."""

    pack: str
    pack_digest: str
    as_of: date
    label: str
    precautionary: bool
    tracks: tuple[TrackResult, ...]
    thresholds: tuple[ThresholdResult, ...]
    margins: tuple[Margin, ...]
    watched: tuple[Watched, ...]
    gap: tuple[GapItem, ...]
    gates: tuple[GateResult, ...]
    triggers: tuple[TriggerResult, ...]
    duties: tuple[str, ...]
    not_assessed: tuple[NotAssessed, ...]
    notes: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()

    @cached_property
    def threshold_by_id(self) -> Mapping[str, ThresholdResult]:
        """Threshold results by id."""
        return {item.id: item for item in self.thresholds}

    @cached_property
    def margin_by_indicator(self) -> Mapping[str, Margin]:
        """Margins by indicator id."""
        return {item.indicator: item for item in self.margins}

    @cached_property
    def track_by_id(self) -> Mapping[str, TrackResult]:
        """Track results by id."""
        return {item.track: item for item in self.tracks}

    @cached_property
    def gate_by_id(self) -> Mapping[str, GateResult]:
        """Gate results by id."""
        return {item.id: item for item in self.gates}

    @property
    def tensions(self) -> tuple[Tension, ...]:
        """Every tension of every threshold, once, though several thresholds may lean on it."""
        return tuple(dict.fromkeys(tension for result in self.thresholds for tension in result.tensions))


@dataclass(frozen=True)
class Snapshot:
    """One moment of an assessment: the pack, the inputs, the day, what follows, and the digest that names it all.

    ``digest`` is the SHA-256 of the canonical JSON of pack digest, day, plan, inputs and evidence digests; every output
    cites it. It is worked out by ``digester`` when it is first asked for: nobody asks at a keystroke. ``events`` and
    ``head`` say how far the file's history had come.
    """

    pack: Pack
    inputs: Inputs
    as_of: date
    determination: Determination
    digester: Callable[[Pack, Inputs, date], str] = field(repr=False, compare=False)
    events: int = 0
    head: str = ""
    document_id: str = ""

    @cached_property
    def digest(self) -> str:
        """The name of this moment, in hex."""
        return self.digester(self.pack, self.inputs, self.as_of)
