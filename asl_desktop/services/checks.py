"""What may enter an assessment: every id exists, every value fits, every claim carries what its kind demands.

:func:`check_record` is the one door. It answers with :class:`ItemUnknown` or :class:`ValueRefused`, whose ``field``
names the record and the part of it and whose ``problem`` says in plain words what does not fit.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.clock import is_instant
from asl_desktop.domain.inputs import (
    ELICITATION,
    UNKNOWN,
    Answer,
    EvidenceItem,
    EvidenceLink,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    Plan,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    stated,
)
from asl_desktop.domain.records import Record, kind_of
from asl_desktop.errors import ItemUnknown, ValueRefused
from asl_desktop.i18n import tr
from asl_desktop.services.plan_digest import plan_digest
from asl_desktop.services.planning import own_bound_problem
from asl_desktop.services.value_checks import check_part, check_report

if TYPE_CHECKING:
    from asl_desktop.domain.pack import Indicator, Pack

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_record(pack: Pack, inputs: Inputs, record: Record) -> None:
    """Accept a record that fits the framework and the inputs it would join; refuse any other.

    Args:
        pack: the framework of the assessment.
        inputs: what the assessment holds already; evidence links must point into it.
        record: the record to be put in.

    Raises:
        ItemUnknown: an id is not in the framework (with the nearest one that is) or evidence is not in the inputs.
        ValueRefused: a value does not fit, or something that its kind demands is missing.
    """
    _check_carriable(record, _name(record))
    _check_shape(record)
    at = getattr(record, "at", "")
    if at and not is_instant(at):
        refuse(f"{_name(record)}, at", tr('"{at}" is not a moment in UTC such as 2025-05-22T12:00:00Z').format(at=at))
    for link in getattr(record, "evidence", ()):
        _check_link(inputs, link, _name(record))
    _CHECKS[type(record)](pack, inputs, record)


def refuse(field: str, problem: str) -> NoReturn:
    """Refuse a value."""
    raise ValueRefused(field=field, problem=problem)


def require_known(kind: str, item: str, known: Iterable[str], *, pack: str) -> None:
    """Refuse an id that is not among the known ones, with the nearest known one as a suggestion."""
    names = sorted(known)
    if item not in names:
        near = difflib.get_close_matches(item, names, n=1, cutoff=0.5)
        raise ItemUnknown(kind=kind, id=item, pack=pack, suggestion=near[0] if near else "")


def _name(record: Record) -> str:
    kind = kind_of(record)
    return kind.name if kind.single else f"{kind.name} {kind.key(record)}"


def _check_carriable(value: object, where: str) -> None:
    """Refuse what no file, report or other reader can carry: NUL characters, lone surrogates, NaN and infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        refuse(where, tr("the number must be finite"))
    if isinstance(value, str):
        if "\0" in value:
            refuse(where, tr("the text contains a NUL character"))
        if any("\ud800" <= char <= "\udfff" for char in value):
            refuse(where, tr("the text contains half of a character pair (a lone surrogate)"))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _check_carriable(getattr(value, field.name), where if field.name == "of" else f"{where}, {field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_carriable(key, where)
            _check_carriable(item, where)
    elif isinstance(value, tuple | list):
        for item in value:
            _check_carriable(item, where)


def _check_shape(record: Record) -> None:
    """Refuse a record whose fields are not of their declared types, or that would not come back from a file."""
    try:
        codec.from_json(type(record), codec.to_json(record))
    except (ValidationError, ValueError) as cause:
        if isinstance(cause, ValidationError):
            first = cause.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise ValueRefused(field=f"{_name(record)}, {field}", problem=first["msg"].lower()) from cause
        raise ValueRefused(field=_name(record), problem=str(cause)) from cause


def _check_link(inputs: Inputs, link: EvidenceLink, where: str) -> None:
    if link.evidence not in inputs.evidence_by_sha:
        refuse(
            f"{where}, evidence",
            tr("no evidence in this assessment has the digest {evidence}").format(evidence=link.evidence[:16]),
        )


def _check_scope(_pack: Pack, _inputs: Inputs, scope: Scope) -> None:
    if not stated(scope.model):
        refuse("scope, model", tr("the model that is assessed needs a name"))


def _check_answer(pack: Pack, _inputs: Inputs, answer: Answer) -> None:
    require_known("question", answer.question, pack.question_by_id, pack=pack.id)
    where = _name(answer)
    if answer.state in {"not_applicable", "declined"} and not stated(answer.reason):
        refuse(
            f"{where}, reason", tr('the state "{state}" needs a reason').format(state=answer.state.replace("_", " "))
        )
    if answer.state != "answered":
        if answer.value:
            refuse(
                f"{where}, value",
                tr('a value is given although the state is "{state}"').format(state=answer.state.replace("_", " ")),
            )
        return
    if not answer.value:
        refuse(f"{where}, value", tr('an answer needs a value; without one the state is "unanswered" or "unknown"'))
    question = pack.question_by_id[answer.question]
    parts = {part.id: part for part in question.parts}
    for part_id, value in answer.value.items():
        if part_id not in parts:
            near = difflib.get_close_matches(part_id, parts, n=1)
            problem = (
                tr('the question has no part "{part}", did you mean "{near}"').format(part=part_id, near=near[0])
                if near
                else tr('the question has no part "{part}" (its parts: {parts})').format(
                    part=part_id, parts=", ".join(parts)
                )
            )
            refuse(f"{where}, {part_id}", problem)
        if value == UNKNOWN and question.lists_statements:
            continue
        check_part(parts[part_id], value, field=f"{where}, {part_id}")


def _check_measurement(pack: Pack, _inputs: Inputs, record: Measurement) -> None:
    where = f"measurement of {record.indicator}"
    require_known("indicator", record.indicator, pack.indicator_by_id, pack=pack.id)
    if not record.id.strip():
        refuse(f"{where}, id", tr("a measurement needs an id"))
    check_report(record.report, field=where)
    if record.gap < 0:
        refuse(f"{where}, gap", tr("the elicitation gap is an addition and cannot be negative"))
    if record.gap > 0 and not stated(record.gap_rationale):
        refuse(f"{where}, gap_rationale", tr("an assumed elicitation gap needs a rationale"))
    for practice in record.elicitation:
        require_known("elicitation practice", practice, ELICITATION, pack=pack.id)
    if stated(record.set_aside_by) != stated(record.set_aside_reason):
        refuse(f"{where}, set_aside_by", tr("setting a result aside needs both the name of the person and the reason"))


def _check_showing(pack: Pack, _inputs: Inputs, record: ShowingRecord) -> None:
    where = _name(record)
    require_known("showing", record.showing, pack.showing_by_id, pack=pack.id)
    require_known("threshold", record.threshold, pack.threshold_by_id, pack=pack.id)
    asked_for = pack.showing_by_id[record.showing].supported_when
    if asked_for and record.threshold not in asked_for:
        refuse(where, tr("this showing is asked only for {thresholds}").format(thresholds=", ".join(sorted(asked_for))))
    if record.status != "draft" and not stated(record.by):
        refuse(
            f"{where}, by", tr("a showing is {status} by a person, whose name is missing").format(status=record.status)
        )
    subjects = {
        *pack.indicator_by_id,
        *pack.question_by_id,
        *pack.showing_by_id,
        *pack.threshold_by_id,
        *pack.track_by_id,
        *(f"{track.id}/{standard.id}" for track in pack.tracks for standard in track.standards),
        *(standard.id for track in pack.tracks for standard in track.standards),
    }
    for subject in record.rationales:
        require_known("indicator or question", subject, subjects, pack=pack.id)
    for dissent in record.dissent:
        if not stated(dissent.by) or not stated(dissent.text):
            refuse(f"{where}, dissent", tr("a dissent needs the name of the person and the text"))


def _check_requirement(pack: Pack, inputs: Inputs, record: RequirementRecord) -> None:
    where = _name(record)
    own = {row.id for spec in inputs.specifications for row in spec.requirements}
    require_known("requirement", record.requirement, {*pack.requirement_by_id, *own}, pack=pack.id)
    if record.status == "not_applicable" and not stated(record.reason):
        refuse(f"{where}, reason", tr('the status "not applicable" needs a reason'))
    if record.status == "excepted":
        if not stated(record.approved_by):
            refuse(f"{where}, approved_by", tr("an exception needs the name of the person who approved it"))
        if not stated(record.reason):
            refuse(f"{where}, reason", tr("an exception needs a reason"))
        if record.ends is None:
            refuse(f"{where}, ends", tr("an exception needs an end date"))


def _check_plan(pack: Pack, inputs: Inputs, plan: Plan) -> None:
    seen: set[str] = set()
    for item in plan.indicators:
        require_known("indicator", item.indicator, pack.indicator_by_id, pack=pack.id)
        where = f"plan, {item.indicator}"
        if item.indicator in seen:
            refuse(where, tr("the plan names this indicator twice"))
        seen.add(item.indicator)
        least = pack.indicator_by_id[item.indicator].min_n
        if item.min_n is not None and item.min_n < least:
            refuse(
                f"{where}, min_n",
                tr("a plan can only tighten what the framework asks, which is at least {least}").format(least=least),
            )
        for practice in item.required_elicitation:
            require_known("elicitation practice", practice, ELICITATION, pack=pack.id)
        if item.bound is not None:
            _check_own_bound(pack.indicator_by_id[item.indicator], item.bound, f"{where}, bound")
    for change in plan.amendments:
        if not stated(change.by) or not stated(change.reason) or not stated(change.change):
            refuse("plan, amendments", tr("an amendment needs a name, a reason and what it changes"))
        if not is_instant(change.at):
            refuse(
                "plan, amendments, at",
                tr('"{at}" is not a moment in UTC such as 2025-05-22T12:00:00Z').format(at=change.at),
            )
    _check_lock(plan)
    _check_unlocking(inputs.plan, plan)


def _check_own_bound(indicator: Indicator, value: float, where: str) -> None:
    """Let a plan set a bound only between the floor of an indicator and the bound that its framework sets."""
    problem = own_bound_problem(indicator, value)
    if problem:
        refuse(where, problem)


def _check_lock(plan: Plan) -> None:
    if not plan.locked_at:
        if plan.locked_by or plan.locked_digest:
            refuse("plan, locked_at", tr("a locked plan needs the moment at which it was locked"))
        if plan.amendments:
            refuse("plan, amendments", tr("only a locked plan has amendments"))
        return
    if not is_instant(plan.locked_at):
        refuse(
            "plan, locked_at",
            tr('"{locked_at}" is not a moment in UTC such as 2025-05-22T12:00:00Z').format(locked_at=plan.locked_at),
        )
    if not stated(plan.locked_by):
        refuse("plan, locked_by", tr("a locked plan needs the name of the person who locked it"))
    if not plan.amendments and plan.locked_digest != plan_digest(plan):
        refuse("plan, locked_digest", tr("the plan differs from the one that was locked, and no amendment says why"))


def _check_unlocking(old: Plan, new: Plan) -> None:
    """Let a locked plan change by amendment only, so that what was promised before results stays visible."""
    if not old.locked_at or new == old:
        return
    lock = (old.locked_at, old.locked_by, old.locked_digest)
    if (new.locked_at, new.locked_by, new.locked_digest) != lock:
        refuse("plan", tr("the plan is locked; its lock cannot be changed or taken away"))
    if new.amendments[: len(old.amendments)] != old.amendments:
        refuse("plan, amendments", tr("amendments on record cannot be changed or taken away"))
    if len(new.amendments) == len(old.amendments):
        refuse("plan", tr("the plan is locked; a change needs an amendment with a reason"))


def _check_evidence(_pack: Pack, inputs: Inputs, item: EvidenceItem) -> None:
    where = f"evidence {item.name}"
    if not _SHA256.fullmatch(item.sha256):
        refuse(f"{where}, sha256", tr("the digest must be 64 lower-case hexadecimal digits"))
    if not item.name.strip():
        refuse("evidence, name", tr("a piece of evidence needs a name"))
    if item.size < 0:
        refuse(f"{where}, size", tr("a size cannot be negative"))
    if item.replaces and not _SHA256.fullmatch(item.replaces):
        refuse(f"{where}, replaces", tr("the older version is named by the 64 hexadecimal digits of its digest"))
    older, seen = item.replaces, {item.sha256}
    while older:
        if older in seen:
            refuse(
                f"{where}, replaces", tr("a file cannot be a newer version of itself, nor of one that came after it")
            )
        seen.add(older)
        held = inputs.evidence_by_sha.get(older)
        older = held.replaces if held is not None else ""


def _check_decision(pack: Pack, _inputs: Inputs, record: GateDecision) -> None:
    where = _name(record)
    require_known("gate", record.gate, pack.gate_by_id, pack=pack.id)
    if not stated(record.by):
        refuse(f"{where}, by", tr("a decision needs the name of the person or body who took it"))
    if record.outcome == "go_with_conditions" and not stated(record.conditions):
        refuse(f"{where}, conditions", tr("going ahead with conditions needs the conditions"))


def _check_interim(pack: Pack, _inputs: Inputs, record: InterimRecord) -> None:
    require_known("interim measure", record.measure, [item.id for item in pack.interim_measures], pack=pack.id)
    if not stated(record.by):
        refuse(f"{_name(record)}, by", tr("an interim measure needs the name of the person or body who ordered it"))


def _check_specification(pack: Pack, _inputs: Inputs, record: Specification) -> None:
    where = _name(record)
    require_known("track", record.track, pack.track_by_id, pack=pack.id)
    standards = [item.id for item in pack.track_by_id[record.track].standards]
    require_known(f"standard on the track {record.track}", record.standard, standards, pack=pack.id)
    if not stated(record.author):
        refuse(f"{where}, author", tr("a specification needs its author"))
    ids = [row.id for row in record.requirements]
    for row in record.requirements:
        if not row.id.strip() or not stated(row.title):
            refuse(f"{where}, requirements", tr("every requirement needs an id and a title"))
        if row.id in pack.requirement_by_id or ids.count(row.id) > 1:
            refuse(f"{where}, requirements", tr('the id "{id}" is used twice').format(id=row.id))


_CHECKS: Mapping[type, Callable[[Pack, Inputs, Any], None]] = {
    Scope: _check_scope,
    Answer: _check_answer,
    Measurement: _check_measurement,
    ShowingRecord: _check_showing,
    RequirementRecord: _check_requirement,
    Plan: _check_plan,
    EvidenceItem: _check_evidence,
    GateDecision: _check_decision,
    InterimRecord: _check_interim,
    Specification: _check_specification,
}
