"""Safeguards and gates: what is required and not shown, what would open a gate, what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.services.signed_decisions import STANDING_WORDS, DecisionCheck
from reports.blocks import (
    Block,
    Cell,
    Column,
    Heading,
    KeyValues,
    Paragraph,
    Run,
    Runs,
    Section,
    Table,
    cell,
    plain,
)
from reports.sections.common import (
    DASH,
    Context,
    Usual,
    capital,
    closed,
    counted,
    labelled,
    person,
    prose,
    sentence,
    usual,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl_desktop.domain.determination import GapItem, GateResult, Step
    from asl_desktop.domain.inputs import GateDecision, RequirementRecord, Specification

_OUTCOME = {"go": "Go ahead", "go_with_conditions": "Go ahead with conditions", "hold": "Hold"}
_MOST_SETS = 2
_ATTESTED = (
    "A decision is attested by the name recorded with it and by the history, which says who entered it and when and "
    "cannot be changed without a trace. Where somebody signed it, the signature covers the decision, the computed "
    "state of the gate and the inputs as they were then; whether the key is that person\u2019s own is to be compared "
    "with the person. A signature on this report covers decisions as printed."
)


def safeguards(context: Context) -> Section:
    """Return the gap against the required standards and the rest of what is recorded on safeguards."""
    gap = context.result.gap
    common = usual(context.inputs.requirements)
    blocks: list[Block] = []
    for track in context.result.tracks:
        title = context.pack.track_by_id[track.track].title
        reasons = " ".join(sentence(reason) for reason in track.reasons)
        blocks.append(Paragraph((Run(f"{title}: {track.required}. ", "strong"), Run(reasons))))
    if gap:
        verb = "is" if len(gap) == 1 else "are"
        blocks.append(
            Paragraph(plain(f"{capital(counted(len(gap), 'required safeguard'))} {verb} not shown to be in place."))
        )
        blocks += _gap(context, common)
    else:
        blocks.append(Paragraph(plain("Every safeguard of the required standards is shown to be in place or covered.")))
    if common.by != DASH:
        blocks.append(Paragraph(plain(f"Recorded by {common.by}, unless a row says otherwise."), "small"))
    missing = {item.requirement for item in gap}
    others = [r for r in context.inputs.requirements if r.requirement not in missing]
    if others:
        blocks += [Heading("Other safeguards on record", 2), _others_table(context, others, common)]
    for item in context.inputs.specifications:
        blocks += _specification(item)
    return Section("Safeguards", tuple(blocks))


def _gap(context: Context, common: Usual) -> list[Block]:
    """Return the safeguards on which something is recorded as a table, and those nobody has touched by standard."""
    records = context.inputs.requirement_by_id
    silent = [item for item in context.result.gap if item.status == "not_assessed" and item.requirement not in records]
    told = [item for item in context.result.gap if item not in silent]
    blocks: list[Block] = [_gap_table(context, told, common)] if told else []
    by_standard: dict[str, list[str]] = {}
    for item in silent:
        by_standard.setdefault(f"{item.standard} {item.track}", []).append(f"{item.requirement} {item.title}")
    if by_standard:
        blocks.append(Paragraph((Run("Nobody has assessed:", "strong"),)))
        rows = tuple((name, plain("; ".join(titles) + ".")) for name, titles in by_standard.items())
        blocks.append(KeyValues(rows))
    return blocks


def _gap_table(context: Context, gap: list[GapItem], common: Usual) -> Table:
    rows = []
    records = context.inputs.requirement_by_id
    for item in gap:
        record = records.get(item.requirement)
        name = item.title if item.status == "unspecified" else f"{item.requirement} {item.title}"
        remarks = _remarks(context, record, common, reason=item.reason) if record else cell(item.reason)
        status = capital(wording.REQUIREMENT_WORDS.get(item.status, item.status))
        rows.append((cell(name), cell(f"{item.standard} {item.track}"), cell(status), remarks))
    columns = (
        Column("Safeguard", 23),
        Column("Standard", 15),
        Column("Status", 12),
        Column("Why, and what is recorded", 50),
    )
    summary = "Required safeguards that are not shown to be in place"
    return Table(columns, tuple(rows), summary=summary, dense=True)


def _remarks(context: Context, record: RequirementRecord, common: Usual, *, reason: str = "") -> Cell:
    return labelled(
        ("", reason),
        ("Owner", record.owner),
        ("Due", wording.day(record.due) if record.due else ""),
        ("Note", prose(record.note)),
        ("Reason", record.reason),
        ("Confirmed by", record.confirmed_by),
        ("Approved by", record.approved_by),
        ("Ends", wording.day(record.ends) if record.ends else ""),
        ("Evidence", context.cited(record.evidence) if record.evidence else ""),
        ("Recorded by", common.line(person(record.author, "", record.at))),
    )


def _others_table(context: Context, records: list[RequirementRecord], common: Usual) -> Table:
    order = {requirement.id: number for number, requirement in enumerate(context.pack.requirements)}
    rows = []
    for record in sorted(records, key=lambda r: (order.get(r.requirement, len(order)), r.requirement)):
        requirement = context.pack.requirement_by_id.get(record.requirement)
        name = f"{record.requirement} {requirement.title}" if requirement else record.requirement
        status = capital(wording.REQUIREMENT_WORDS.get(record.status, record.status))
        rows.append((cell(name), cell(status), _remarks(context, record, common)))
    columns = (Column("Safeguard", 26), Column("Status", 11), Column("What is recorded", 63))
    return Table(columns, tuple(rows), summary="Safeguards that are covered or not required", dense=True)


def _specification(item: Specification) -> list[Block]:
    rows = tuple((cell(f"{row.id} {row.title}"), cell(row.evidence_to_show or DASH)) for row in item.requirements)
    blocks: list[Block] = [
        Heading(f"The laboratory\u2019s own specification of {item.standard} {item.track}", 2),
        Paragraph(plain(f"By {item.author}, {wording.day(item.dated)}.")),
    ]
    if item.text:
        blocks.append(Paragraph(plain(item.text)))
    if rows:
        blocks.append(Table((Column("Requirement", 50), Column("Evidence to show", 50)), rows))
    return blocks


def gates(context: Context) -> Section:
    """Return every gate with its reasons, what would open it, and the recorded decision beside the computed one."""
    blocks: list[Block] = []
    for gate in context.result.gates:
        blocks += _gate(context, gate)
    known = {gate.id for gate in context.result.gates}
    for decision in context.inputs.decisions:
        if decision.gate not in known:
            blocks += [
                Heading(f"Decision on {decision.gate}, a gate this framework does not have", 2),
                _decision(context, decision),
            ]
    if context.inputs.decisions:
        blocks.append(Paragraph(plain(_ATTESTED)))
    blocks += _interim(context)
    return Section("Gates and decisions", tuple(blocks))


def _gate(context: Context, result: GateResult) -> list[Block]:
    gate = context.pack.gate_by_id[result.id]
    rows: list[tuple[str, Runs]] = [
        ("Computed", (Run(capital(wording.GATE_WORDS[result.state]), "strong"),)),
        ("Recorded", _recorded(result)),
        *([("Signature", _signature(context, result.decision))] if result.decision is not None else []),
        ("Why", plain(" ".join(sentence(reason) for reason in result.reasons))),
    ]
    for number, steps in enumerate(result.would_open[:_MOST_SETS]):
        name = "Or" if number else "Would open it"
        rows.append((name, plain(steps_text(steps))))
    rest = len(result.would_open) - _MOST_SETS
    if rest > 0:
        rows.append(
            ("", plain(f"{capital(counted(rest, 'further set'))} of the same kind, in the attached data.", "muted"))
        )
    if result.conditions:
        rows.append(("In force", plain("; ".join(result.conditions) + ".")))
    if gate.kind == "judgement":
        people = wording.titled(result.decided_by, context.pack.roles) or "people whom the framework does not name"
        rows.append(("Who decides", plain(f"Only {people} can open it.")))
        if result.owed_missing:
            rows.append(("Still owed", plain(f"{wording.titled(result.owed_missing, context.pack.documents)}.")))
    text = f"{gate.text} " if gate.kind == "judgement" else ""
    rows.append(("Rule", plain(f"{text}{context.source(gate.cite)}.", "muted")))
    return [Heading(gate.title, 2), KeyValues(tuple(rows))]


def _recorded(result: GateResult) -> Runs:
    if result.decision is None:
        return plain("No decision recorded.")
    flag = (Run(" Differs from the computed state.", "strong"),) if result.differs else ()
    first, *rest = _decision_cell(result.decision)
    return (*first, Run("."), *flag, *(run for runs in rest for run in (Run(" "), *runs)))


def steps_text(steps: Sequence[Step]) -> str:
    """Return the steps of one set in words, those of one kind together."""
    rows = [step.ref.split(":", 1)[1] for step in steps if step.ref.startswith("requirement:")]
    plain_steps = [step for step in steps if not step.ref.startswith("requirement:")]
    accepted: dict[str, list[str]] = {}
    texts = []
    for step in plain_steps:
        kind, _, key = step.ref.partition(":")
        showing, _, threshold = key.partition("@")
        if kind == "showing" and "accepted by named people" in step.text:
            accepted.setdefault(threshold, []).append(showing)
        else:
            texts.append(step.text.rstrip("."))
    found = [
        f"{wording.listed(showings)} accepted for {threshold} by named people, with evidence"
        for threshold, showings in accepted.items()
    ]
    if rows:
        found.append(f"{wording.listed(rows)} in place, with evidence")
    return sentence("; ".join((*texts, *found)))


def _decision_cell(decision: GateDecision) -> Cell:
    outcome = (Run(_OUTCOME[decision.outcome], "strong"), Run(f", {person(decision.by, decision.role, decision.at)}"))
    said = (
        ("Reason", decision.reason),
        ("Conditions", decision.conditions),
        ("Decided although the pre-flight check found errors", decision.despite),
    )
    if not any(text.strip() for _, text in said):
        return (outcome,)
    return (outcome, *labelled(*((name, prose(text)) for name, text in said)))


def _signature(context: Context, decision: GateDecision) -> Runs:
    """Return who signed a decision and whether that holds; whom a machine trusts is no part of a report."""
    found = context.decisions.get(decision.gate, DecisionCheck("unsigned"))
    standing = Run(f"{STANDING_WORDS[found.standing]}.", "strong" if found.standing in {"broken", "earlier"} else "")
    more = [closed(found.who), found.problem if found.standing == "broken" else "", *found.remarks]
    return (standing, *(Run(f" {text}") for text in more if text))


def _decision(context: Context, decision: GateDecision) -> Block:
    told = (*_decision_cell(decision), _signature(context, decision))
    return Table((Column("Recorded by people", 100),), ((told,),))


def _interim(context: Context) -> list[Block]:
    blocks: list[Block] = [Heading("Interim measures and exceptions", 2)]
    titles = {measure.id: measure.title for measure in context.pack.interim_measures}
    rows = []
    for item in sorted(context.inputs.interim, key=lambda i: i.measure):
        over = item.ends is None or item.ends < context.snapshot.as_of
        until = "no end date: does not count" if item.ends is None else wording.day(item.ends)
        if item.ends and over:
            until += ", ended"
        name = f"{item.measure} {titles.get(item.measure, '')}".strip()
        remarks = labelled(("", item.note), ("Evidence", context.cited(item.evidence) if item.evidence else ""))
        rows.append((cell(name), cell(until), cell(person(item.by, "", item.at)), remarks))
    for record in context.inputs.requirements:
        if record.status == "excepted":
            until = wording.day(record.ends) if record.ends else "no end date: does not count"
            if record.ends and record.ends < context.snapshot.as_of:
                until += ", ended"
            approver = record.approved_by or "nobody: does not count"
            rows.append(
                (cell(f"Exception from {record.requirement}"), cell(until), cell(approver), cell(record.reason))
            )
    if not rows:
        return [*blocks, Paragraph(plain("No interim measure and no exception is recorded."))]
    columns = (Column("Measure", 30), Column("In force until", 16), Column("By", 22), Column("Note", 32))
    return [
        *blocks,
        Table(columns, tuple(rows), summary="Interim measures and exceptions with their end dates", dense=True),
    ]
