"""The shape of INPUTS.yaml, version 1: border models that say what a person may write, before any of it is believed.

The published JSON Schema is generated from these classes (``tools/write_schemas.py``). A field left out and a field
given as an empty text are different things here: only the first takes a default.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from asl_desktop.clock import INSTANT, is_instant
from asl_desktop.domain.inputs import (  # noqa: TC001 - pydantic reads the annotations at run time
    AnswerState,
    Confidence,
    RequirementStatus,
    RunStatus,
    ShowingStatus,
)

FORMAT = "asl-inputs-1"
ALIAS = r"[A-Za-z0-9][A-Za-z0-9._-]*"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if value is None:
        return None
    raise ValueError("a date such as 2025-05-22 is expected")


def _instant(value: str) -> str:
    if value and not is_instant(value):
        raise ValueError("a moment in UTC such as 2025-05-22T12:00:00Z is expected")
    return value


def _answer_value(value: object) -> object:
    """Accept what some answer could be; whether it fits its question is known only to the framework."""
    if isinstance(value, dict):
        for item in value.values():
            if isinstance(item, dict):
                raise ValueError("the value of a part cannot be a mapping")  # noqa: TRY004 - pydantic reads ValueError
            _answer_value(item)
        return value
    if isinstance(value, list):
        texts = all(isinstance(item, str) for item in value)
        numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in value)
        if not texts and not numbers:
            raise ValueError("a list holds option ids or numbers, not a mixture")
        return value
    if value is None:
        raise ValueError("a value is expected; for no value write {state: unknown} or leave the question out")
    return value


def _spread_reference(value: object) -> object:
    """Turn ``alias#place`` into its long form."""
    if isinstance(value, str):
        alias, _, anchor = value.partition("#")
        return {"ref": alias, "anchor": anchor}
    return value


def _arm(value: object) -> str:
    return "counts" if isinstance(value, dict) and "successes" in value else "mean"


_SCALAR_SCHEMA: dict[str, Any] = {"type": ["boolean", "number", "string"]}
_LIST_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "number"}}]
}
_PART_SCHEMA: dict[str, Any] = {"anyOf": [_SCALAR_SCHEMA, *_LIST_SCHEMA["anyOf"]]}

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[str, AfterValidator(_instant), WithJsonSchema({"type": "string", "pattern": f"^({INSTANT})?$"})]
AnswerValue = Annotated[
    Any,
    AfterValidator(_answer_value),
    WithJsonSchema({"anyOf": [*_PART_SCHEMA["anyOf"], {"type": "object", "additionalProperties": _PART_SCHEMA}]}),
]


class Shape(BaseModel):
    """Base of every part of the file: nothing unknown, nothing guessed from another type, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class LinkShape(Shape):
    """A reference to evidence: an alias of this file, or the SHA-256 of evidence that the assessment holds."""

    ref: str
    stance: Literal["supports", "counters"] = "supports"
    anchor: str = ""


Link = Annotated[
    LinkShape,
    BeforeValidator(_spread_reference, json_schema_input_type=Annotated[str, Field(min_length=1)] | LinkShape),
]


class ScopeShape(Shape):
    """What is assessed. Fields left out keep what the assessment has."""

    model: str = ""
    checkpoint: str = ""
    developer: str = ""
    title: str = ""
    deployment_context: str = ""
    actors: str = ""
    as_of: Day | None = None


class PlannedShape(Shape):
    """What the plan asks of one indicator. ``bound`` must be stricter than the framework's, in the indicator's unit."""

    indicator: str
    min_n: Annotated[int, Field(ge=1)] | None = None
    required_elicitation: list[str] = []
    bound: float | None = None


class AmendmentShape(Shape):
    """A change to a locked plan."""

    at: Instant
    by: str
    reason: str
    change: str


class PlanShape(Shape):
    """What was fixed before results came in. ``locked_digest`` and ``pack_digest`` are worked out when left out."""

    note: str = ""
    indicators: list[PlannedShape] = []
    pack_digest: str | None = None
    locked_by: str = ""
    locked_at: Instant = ""
    locked_digest: str | None = None
    amendments: list[AmendmentShape] = []


class EvidenceShape(Shape):
    """A file beside this one. With ``sha256`` the file must have exactly that digest.

    ``replaces`` names the file of which it is a newer version, by alias or SHA-256.
    """

    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    name: str | None = None
    media_type: str | None = None
    title: str = ""
    cites: str = ""
    produced: Day | None = None
    received: Day | None = None
    valid_until: Day | None = None
    strength: Literal["", "weak", "moderate", "strong"] = ""
    confidentiality: Literal["", "public", "internal", "confidential", "restricted"] = ""
    replaces: str = ""
    author: str | None = None
    at: Instant | None = None


class AnswerShape(Shape):
    """An answer: a value, or a state that says why there is none.

    With ``carried_from`` it is taken over from an earlier assessment and counts as not given until it is confirmed.
    """

    value: AnswerValue = None
    state: AnswerState | None = None
    reason: str = ""
    confirmed_by: str = ""
    confidence: Confidence = ""
    rationale: str = ""
    evidence: list[Link] = []
    marked_for_review: bool = False
    author: str | None = None
    at: Instant | None = None
    carried_from: str = ""


class CountsShape(Shape):
    """Scored trials."""

    successes: int
    n: int


class MeanShape(Shape):
    """A mean with its standard error."""

    mean: float
    stderr: float
    n: int | None = None


class IntervalShape(Shape):
    """An estimate with its interval."""

    estimate: float
    low: float
    high: float
    level: float = 0.95
    n: int | None = None


class PointShape(Shape):
    """An estimate without any uncertainty."""

    estimate: float
    n: int | None = None


Arm = Annotated[
    Annotated[CountsShape, Tag("counts")] | Annotated[MeanShape, Tag("mean")],
    Discriminator(_arm),
]


class RatioShape(Shape):
    """Two arms."""

    treatment: Arm
    control: Arm


class MeasurementShape(Shape):
    """A result; exactly one of counts, mean, interval, ratio and point. ``carried_from`` is as in an answer."""

    indicator: str
    counts: CountsShape | None = None
    mean: MeanShape | None = None
    interval: IntervalShape | None = None
    ratio: RatioShape | None = None
    point: PointShape | None = None
    id: str | None = None
    model: str = ""
    checkpoint: str = ""
    run_status: RunStatus = "success"
    elicitation: list[str] = []
    elicitation_notes: str = ""
    gap: float = 0.0
    gap_rationale: str = ""
    produced: Day | None = None
    received: Day | None = None
    valid_until: Day | None = None
    evidence: list[Link] = []
    edits: str = ""
    notes: str = ""
    set_aside_by: str = ""
    set_aside_reason: str = ""
    author: str | None = None
    at: Instant | None = None
    carried_from: str = ""


class DissentShape(Shape):
    """A minority view."""

    by: str
    text: str
    at: Instant | None = None


class ShowingShape(Shape):
    """What people decided on one showing for one threshold."""

    showing: str
    threshold: str
    status: ShowingStatus = "draft"
    by: str | None = None
    role: str = ""
    argument: str = ""
    evidence: list[Link] = []
    rationales: dict[str, str] = {}
    dissent: list[DissentShape] = []
    at: Instant | None = None


class RequirementShape(Shape):
    """The state of one safeguard."""

    status: RequirementStatus = "not_assessed"
    owner: str = ""
    due: Day | None = None
    note: str = ""
    evidence: list[Link] = []
    reason: str = ""
    confirmed_by: str = ""
    approved_by: str = ""
    ends: Day | None = None
    author: str | None = None
    at: Instant | None = None


class DecisionShape(Shape):
    """What was decided at a gate."""

    outcome: Literal["go", "go_with_conditions", "hold"]
    by: str | None = None
    role: str = ""
    reason: str = ""
    conditions: str = ""
    at: Instant | None = None
    despite: str = ""


class InterimShape(Shape):
    """An interim measure in force."""

    measure: str
    by: str | None = None
    ends: Day | None = None
    note: str = ""
    evidence: list[Link] = []
    at: Instant | None = None


class SpecifiedShape(Shape):
    """One row of a standard that the lab specified for itself."""

    id: str
    title: str
    evidence_to_show: str = ""


class SpecificationShape(Shape):
    """The lab's own specification of a standard."""

    track: str
    standard: str
    author: str
    dated: Day
    requirements: list[SpecifiedShape]
    text: str = ""


class InputsShape(Shape):
    """Everything a person can type into an assessment."""

    format: Literal["asl-inputs-1"]
    pack: str
    author: str | None = None
    at: Instant | None = None
    scope: ScopeShape | None = None
    plan: PlanShape | None = None
    evidence: dict[Annotated[str, Field(pattern=f"^{ALIAS}$")], EvidenceShape] = {}
    answers: dict[str, AnswerShape] = {}
    measurements: list[MeasurementShape] = []
    showings: list[ShowingShape] = []
    requirements: dict[str, RequirementShape] = {}
    decisions: dict[str, DecisionShape] = {}
    interim: list[InterimShape] = []
    specifications: list[SpecificationShape] = []


def inputs_schema() -> dict[str, Any]:
    """Return the published JSON Schema of INPUTS.yaml."""
    body = InputsShape.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:asl-desktop:schema:inputs-1",
        **body,
        "title": "Inputs of an ASL Desktop assessment, version 1",
    }
