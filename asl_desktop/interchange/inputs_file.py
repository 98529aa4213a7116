"""INPUTS.yaml in: read, validated as a whole, every problem with its line, and turned into records.

Reading believes nothing about the framework: whether ids exist and values fit their questions is checked against the
pack when the file is applied. :meth:`InputsFile.drafts` keeps for every record where it stands in the file, so that a
later refusal can name the line too.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    Counts,
    Dissent,
    EvidenceLink,
    GateDecision,
    InterimRecord,
    Interval,
    Mean,
    Measurement,
    Plan,
    PlannedIndicator,
    Point,
    Ratio,
    Report,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
    Value,
)
from asl_desktop.domain.records import Record
from asl_desktop.errors import InputInvalid, Problem
from asl_desktop.interchange.inputs_model import (
    FORMAT,
    CountsShape,
    EvidenceShape,
    InputsShape,
    LinkShape,
    MeanShape,
    MeasurementShape,
    PlanShape,
    Shape,
)
from asl_desktop.interchange.yaml_source import FieldPath, Located, read_yaml, refuse

_MEASUREMENTS = uuid.UUID("6a1c7f0e-52f3-5e0e-9d4b-0f6f3a7c2b11")  # name space of derived measurement ids
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPORTS = ("counts", "mean", "interval", "ratio", "point")


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as the file states it.

    Attributes:
        record: ready to be checked and put.
        place: where it stands in the file.
        defaulted: names of its fields (``author``, ``at``, ``by``) that the file leaves to the moment of applying.
    """

    record: Record
    place: FieldPath
    defaulted: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class InputsFile:
    """A valid INPUTS.yaml.

    Attributes:
        path: the file.
        body: what it says.
        source: its data with line numbers.
    """

    path: Path
    body: InputsShape
    source: Located

    @property
    def pack(self) -> str:
        """Id of the framework that the inputs are for."""
        return self.body.pack

    @property
    def evidence(self) -> Mapping[str, EvidenceShape]:
        """Evidence files by alias; their paths are relative to the folder of this file."""
        return self.body.evidence

    def problem(self, place: FieldPath, problem: str) -> Problem:
        """Return a problem at a place of this file."""
        return self.source.problem(place, problem)

    def drafts(self, digests: Mapping[str, str], *, scope: Scope, actor: str, at: str) -> tuple[Draft, ...]:
        """Return every record but the evidence, in the order in which they can be checked.

        Args:
            digests: alias -> SHA-256 of its file.
            scope: what the assessment has; scope fields that the file leaves out keep these values.
            actor: author of what the file names no author for.
            at: time stamp of what the file gives no time for.
        """
        return tuple(_Builder(self.body, self.source, digests, actor, at).all(scope))


def read_inputs(path: Path) -> InputsFile:
    """Read INPUTS.yaml and check its shape, its references to evidence and its evidence paths.

    Raises:
        FileMissing: there is no such file.
        InputInvalid: with every problem found, each with line and field.
    """
    source = read_yaml(path, error=InputInvalid, any_text=True)
    if not isinstance(source.data, dict):
        refuse(InputInvalid, [source.problem((), "is not an inputs file; it must be a mapping with format and pack")])
    if source.data.get("format") != FORMAT:
        refuse(InputInvalid, [source.problem(("format",), f'must be "{FORMAT}"')])
    try:
        body = InputsShape.model_validate(source.data)
    except ValidationError as failure:
        refuse(InputInvalid, [_problem(source, dict(detail)) for detail in failure.errors()])
    problems = [*_reference_problems(body, source), *_rule_problems(body, source)]
    if problems:
        refuse(InputInvalid, problems)
    return InputsFile(path, body, source)


def _problem(source: Located, detail: dict[str, Any]) -> Problem:
    """Say one pydantic error in plain words, at the place in the file that it is about."""
    place: FieldPath = ()
    data = source.data
    kind = detail["type"]
    for step in detail["loc"]:  # the tags of unions are no places in the file and are passed over
        if isinstance(data, dict) and (step in data or (kind == "missing" and step == detail["loc"][-1])):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        place = (*place, step)
    return source.problem(place, _plain(kind, detail, place))


def _plain(kind: str, detail: dict[str, Any], place: FieldPath) -> str:
    given = detail.get("input")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _field_names(), n=1)
        return "is not a field of this format" + (f'; did you mean "{near[0]}"' if near else "")
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    expected = {
        "string_type": "text is expected; put a number or true/false in quotes",
        "bool_type": "true or false is expected",
        "int_type": "a whole number is expected",
        "float_type": "a number is expected",
        "finite_number": "the number must be finite",
        "list_type": "a list is expected",
        "dict_type": "a mapping is expected",
        "model_type": "a mapping is expected",
        "model_attributes_type": "a mapping is expected",
        "string_pattern_mismatch": "the text does not have the expected form",
    }
    if kind == "literal_error":
        return f"must be one of {detail['ctx']['expected']}, not {str(given)[:40]!r}"
    message = str(detail["msg"])
    return expected.get(kind, message[:1].lower() + message[1:])


def _field_names() -> list[str]:
    return sorted({name for shape in Shape.__subclasses__() for name in shape.model_fields})


def _links(body: InputsShape) -> Iterator[tuple[FieldPath, LinkShape]]:
    holders: list[tuple[FieldPath, list[LinkShape]]] = [
        *((("answers", key), item.evidence) for key, item in body.answers.items()),
        *((("measurements", index), item.evidence) for index, item in enumerate(body.measurements)),
        *((("showings", index), item.evidence) for index, item in enumerate(body.showings)),
        *((("requirements", key), item.evidence) for key, item in body.requirements.items()),
        *((("interim", index), item.evidence) for index, item in enumerate(body.interim)),
    ]
    for place, links in holders:
        for index, link in enumerate(links):
            yield (*place, "evidence", index), link


def _reference_problems(body: InputsShape, source: Located) -> Iterator[Problem]:
    references = [(place, link.ref) for place, link in _links(body)]
    references += [
        (("evidence", key, "replaces"), item.replaces) for key, item in body.evidence.items() if item.replaces
    ]
    for place, ref in references:
        if ref not in body.evidence and not _SHA256.fullmatch(ref):
            near = difflib.get_close_matches(ref, body.evidence, n=1)
            hint = f'; did you mean "{near[0]}"' if near else ""
            yield source.problem(place, f'no evidence is called "{ref}" in this file{hint}')
    for alias, item in body.evidence.items():
        path = PurePosixPath(item.file)
        if not item.file.strip() or "\\" in item.file or "\0" in item.file or path.is_absolute() or ".." in path.parts:
            yield source.problem(
                ("evidence", alias, "file"),
                "must be a path below the folder of this file, written with / and without ..",
            )


def _rule_problems(body: InputsShape, source: Located) -> Iterator[Problem]:
    for key, answer in body.answers.items():
        if answer.value is None and answer.state in {None, "answered"}:
            yield source.problem(("answers", key), "needs a value, or a state that says why there is none")
    for index, item in enumerate(body.measurements):
        if sum(getattr(item, name) is not None for name in _REPORTS) != 1:
            yield source.problem(("measurements", index), f"needs exactly one of {', '.join(_REPORTS)}")
    keyed: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
        ("measurements", [(item.id,) if item.id else () for item in body.measurements]),
        ("showings", [(item.showing, item.threshold) for item in body.showings]),
        ("interim", [(item.measure,) for item in body.interim]),
        ("specifications", [(item.track, item.standard) for item in body.specifications]),
    )
    for name, keys in keyed:
        for index, parts in enumerate(keys):
            if parts and parts in keys[:index]:
                yield source.problem((name, index), f"is given twice ({' '.join(parts)})")


@dataclass(frozen=True, slots=True)
class _Builder:
    """Turns the border models into records, filling in what the file leaves out."""

    body: InputsShape
    source: Located
    digests: Mapping[str, str]
    actor: str
    moment: str

    def all(self, scope: Scope) -> Iterator[Draft]:
        if self.body.scope is not None:
            given = {name: getattr(self.body.scope, name) for name in self.body.scope.model_fields_set}
            yield Draft(dataclasses.replace(scope, **given), ("scope",))
        if self.body.plan is not None:
            yield Draft(_plan(self.body.plan), ("plan",))
        for index, item in enumerate(self.body.specifications):
            rows = tuple(SpecifiedRequirement(row.id, row.title, row.evidence_to_show) for row in item.requirements)
            record = Specification(
                item.track, item.standard, author=item.author, dated=item.dated, requirements=rows, text=item.text
            )
            yield Draft(record, ("specifications", index))
        yield from self._answers()
        yield from self._measurements()
        yield from self._showings()
        yield from self._requirements()
        yield from self._decisions()

    def _who(self, given: str | None, *, default: str | None = None) -> str:
        if given is not None:
            return given
        return self.body.author if self.body.author is not None else (self.actor if default is None else default)

    def _when(self, given: str | None, *, default: str | None = None) -> str:
        if given is not None:
            return given
        return self.body.at if self.body.at is not None else (self.moment if default is None else default)

    def _defaulted(self, *, author: str | None = "", at: str | None = "") -> frozenset[str]:
        names = []
        if author is None and self.body.author is None:
            names.append("author")
        if at is None and self.body.at is None:
            names.append("at")
        return frozenset(names)

    def _evidence(self, links: list[LinkShape]) -> tuple[EvidenceLink, ...]:
        return tuple(
            EvidenceLink(self.digests.get(link.ref, link.ref), stance=link.stance, anchor=link.anchor) for link in links
        )

    def _answers(self) -> Iterator[Draft]:
        for key, item in self.body.answers.items():
            record = Answer(
                question=key,
                state=item.state or "answered",
                value=_value(item.value),
                reason=item.reason,
                confirmed_by=item.confirmed_by,
                confidence=item.confidence,
                rationale=item.rationale,
                evidence=self._evidence(item.evidence),
                marked_for_review=item.marked_for_review,
                author=self._who(item.author),
                at=self._when(item.at),
                carried_from=item.carried_from,
            )
            yield Draft(record, ("answers", key), self._defaulted(author=item.author, at=item.at))

    def _measurements(self) -> Iterator[Draft]:
        seen: Counter[bytes] = Counter()
        for index, item in enumerate(self.body.measurements):
            content = codec.canonical(self.source.data["measurements"][index])
            seen[content] += 1
            derived = str(uuid.uuid5(_MEASUREMENTS, f"{seen[content]}:{content.decode()}"))
            record = Measurement(
                id=item.id or derived,
                indicator=item.indicator,
                report=_report(item),
                model=item.model,
                checkpoint=item.checkpoint,
                run_status=item.run_status,
                elicitation=tuple(item.elicitation),
                elicitation_notes=item.elicitation_notes,
                gap=item.gap,
                gap_rationale=item.gap_rationale,
                produced=item.produced,
                received=item.received,
                valid_until=item.valid_until,
                evidence=self._evidence(item.evidence),
                edits=item.edits,
                notes=item.notes,
                set_aside_by=item.set_aside_by,
                set_aside_reason=item.set_aside_reason,
                author=self._who(item.author),
                at=self._when(item.at),
                carried_from=item.carried_from,
            )
            yield Draft(record, ("measurements", index), self._defaulted(author=item.author, at=item.at))

    def _showings(self) -> Iterator[Draft]:
        for index, item in enumerate(self.body.showings):
            record = ShowingRecord(
                showing=item.showing,
                threshold=item.threshold,
                status=item.status,
                by=self._who(item.by, default=""),
                role=item.role,
                argument=item.argument,
                evidence=self._evidence(item.evidence),
                rationales=dict(item.rationales),
                dissent=tuple(Dissent(view.by, view.text, at=self._when(view.at, default="")) for view in item.dissent),
                at=self._when(item.at),
            )
            yield Draft(record, ("showings", index), self._defaulted(at=item.at))

    def _requirements(self) -> Iterator[Draft]:
        for key, item in self.body.requirements.items():
            record = RequirementRecord(
                requirement=key,
                status=item.status,
                owner=item.owner,
                due=item.due,
                note=item.note,
                evidence=self._evidence(item.evidence),
                reason=item.reason,
                confirmed_by=item.confirmed_by,
                approved_by=item.approved_by,
                ends=item.ends,
                author=self._who(item.author),
                at=self._when(item.at),
            )
            yield Draft(record, ("requirements", key), self._defaulted(author=item.author, at=item.at))

    def _decisions(self) -> Iterator[Draft]:
        for index, measure in enumerate(self.body.interim):
            interim = InterimRecord(
                measure=measure.measure,
                by=self._who(measure.by, default=""),
                ends=measure.ends,
                note=measure.note,
                evidence=self._evidence(measure.evidence),
                at=self._when(measure.at),
            )
            yield Draft(interim, ("interim", index), self._defaulted(at=measure.at))
        for key, item in self.body.decisions.items():
            decision = GateDecision(
                gate=key,
                outcome=item.outcome,
                by=self._who(item.by, default=""),
                role=item.role,
                reason=item.reason,
                conditions=item.conditions,
                at=self._when(item.at),
                despite=item.despite,
            )
            yield Draft(decision, ("decisions", key), self._defaulted(at=item.at))


def _plan(item: PlanShape) -> Plan:
    return Plan(
        pack_digest=item.pack_digest or "",
        indicators=tuple(
            PlannedIndicator(row.indicator, row.min_n, tuple(row.required_elicitation), row.bound)
            for row in item.indicators
        ),
        note=item.note,
        locked_at=item.locked_at,
        locked_by=item.locked_by,
        locked_digest=item.locked_digest or "",
        amendments=tuple(Amendment(row.at, row.by, row.reason, row.change) for row in item.amendments),
    )


def _value(value: object) -> dict[str, Value]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return {str(part): _single(item) for part, item in value.items()}
    return {"value": _single(value)}


def _single(value: Any) -> Value:
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return tuple(str(item) for item in value)
        return tuple(float(item) for item in value)
    if isinstance(value, bool | str):
        return value
    return float(value)


def _report(item: MeasurementShape) -> Report:
    if item.counts is not None:
        return Counts(item.counts.successes, item.counts.n)
    if item.mean is not None:
        return Mean(item.mean.mean, item.mean.stderr, item.mean.n)
    if item.interval is not None:
        shape = item.interval
        return Interval(shape.estimate, shape.low, shape.high, level=shape.level, n=shape.n)
    if item.ratio is not None:
        return Ratio(_arm(item.ratio.treatment), _arm(item.ratio.control))
    assert item.point is not None, "read_inputs lets exactly one report pass"
    return Point(item.point.estimate, item.point.n)


def _arm(shape: CountsShape | MeanShape) -> Counts | Mean:
    if isinstance(shape, CountsShape):
        return Counts(shape.successes, shape.n)
    return Mean(shape.mean, shape.stderr, shape.n)
