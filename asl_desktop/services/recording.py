"""Put records into an assessment, each one checked first; lock and amend the plan."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from asl_desktop.clock import Clock, SystemClock, stamp, today
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    GateDecision,
    Inputs,
    Plan,
    RequirementRecord,
    stated,
)
from asl_desktop.domain.records import KIND_BY_NAME, Record, with_record
from asl_desktop.errors import ValueRefused
from asl_desktop.i18n import tr
from asl_desktop.services.checks import check_record, refuse
from asl_desktop.services.evidence_uses import uses_of
from asl_desktop.services.plan_digest import plan_digest

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import date

    from asl_desktop.domain.pack import Pack
    from asl_desktop.storage.document import Commit, Document

__all__ = [
    "amend_plan",
    "check_decision",
    "check_record",
    "check_removal",
    "lock_plan",
    "only_confirms",
    "plan_digest",
    "record",
    "remove",
]


def record(document: Document, *records: Record, actor: str, clock: Clock | None = None) -> Future[Commit]:
    """Put records into the document in one transaction, after checking every one of them.

    A later record may build on an earlier one (a link to evidence that stands before it). The change is durable when
    the future is done.

    Raises:
        ItemUnknown, ValueRefused: nothing is changed.
    """
    pack, inputs = document.pack(), document.inputs()
    for item in records:
        check_record(pack, inputs, item)
        inputs = with_record(inputs, item)
    for item in records:
        if isinstance(item, GateDecision):
            check_decision(pack, inputs, item, as_of=inputs.scope.as_of or today(clock or SystemClock()))
    return document.put(*records, actor=actor)


def only_confirms(held: Record | None, item: Record) -> bool:
    """Tell whether a record differs from the one it replaces in nothing but who confirms it.

    It then keeps its author: a reviewer who confirms is not the author of what is confirmed.
    """
    if held is None or not isinstance(item, Answer | RequirementRecord) or type(held) is not type(item):
        return False
    confirmed = dataclasses.replace(held, confirmed_by=item.confirmed_by)
    return confirmed == dataclasses.replace(item, author=held.author, at=held.at) and held != item


def check_decision(pack: Pack, inputs: Inputs, decision: GateDecision, *, as_of: date) -> None:
    """Refuse a gate decision that differs from what the rules compute unless it says why.

    Raises:
        ValueRefused: the decision differs and ``reason`` is blank.
    """
    if stated(decision.reason):
        return
    result = determine(pack, with_record(inputs, decision), as_of).gate_by_id[decision.gate]
    if result.differs:
        state = result.state.replace("_", " ")
        outcome = decision.outcome.replace("_", " ")
        refuse(
            f"decision {decision.gate}, reason",
            tr(
                'the recorded decision is "{outcome}" while the computed state of the gate is '
                '"{state}"; a decision that differs needs a reason'
            ).format(outcome=outcome, state=state),
        )


def remove(document: Document, kind: str, key: str, *, actor: str) -> Future[Commit]:
    """Take one record out; its history stays in the document.

    Raises:
        ValueRefused: other records still cite this evidence, or the kind always exists (scope, plan).
    """
    check_removal(document.inputs(), kind, key)
    return document.remove(kind, key, actor=actor)


def check_removal(inputs: Inputs, kind: str, key: str) -> None:
    """Refuse to remove what others stand on: evidence still cited, and the scope and plan themselves.

    Raises:
        ValueRefused: with the records that cite the evidence.
    """
    if KIND_BY_NAME[kind].single:
        raise ValueRefused(field=kind, problem=tr("an assessment always has one, so it can be changed but not removed"))
    if kind != "evidence":
        return
    citing = sorted(use.reference for use in uses_of(inputs).get(key, ()))
    if citing:
        raise ValueRefused(
            field="evidence", problem=tr("it is still cited by {citing}").format(citing=", ".join(citing))
        )


def lock_plan(document: Document, *, by: str, clock: Clock | None = None) -> Future[Commit]:
    """Fix the plan before results come in: name, moment, framework digest and the digest of what was fixed.

    Raises:
        ValueRefused: the plan is locked already, or ``by`` is blank.
    """
    plan = document.inputs().plan
    if plan.locked_at:
        refuse(
            "plan",
            tr("the plan was locked by {locked_by} at {locked_at}").format(
                locked_by=plan.locked_by, locked_at=plan.locked_at
            ),
        )
    fixed = dataclasses.replace(plan, pack_digest=document.pack().digest)
    locked = dataclasses.replace(
        fixed, locked_at=stamp(clock or SystemClock()), locked_by=by, locked_digest=plan_digest(fixed)
    )
    return record(document, locked, actor=by)


def amend_plan(
    document: Document, *, by: str, reason: str, change: str, plan: Plan, clock: Clock | None = None
) -> Future[Commit]:
    """Change a locked plan and keep on record who changed what and why.

    Args:
        document: the assessment.
        by: who makes the change.
        reason: why it is made.
        change: what is changed, in words.
        plan: the plan as it shall read; its lock and its amendments are taken from the one on record.
        clock: the time of the amendment.

    Raises:
        ValueRefused: the plan is not locked, or a name, reason or description is blank.
    """
    old = document.inputs().plan
    if not old.locked_at:
        refuse("plan", tr("the plan is not locked, so it can simply be changed"))
    amendment = Amendment(at=stamp(clock or SystemClock()), by=by, reason=reason, change=change)
    amended = dataclasses.replace(
        plan,
        locked_at=old.locked_at,
        locked_by=old.locked_by,
        locked_digest=old.locked_digest,
        amendments=(*old.amendments, amendment),
    )
    return record(document, amended, actor=by)
