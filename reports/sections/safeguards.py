"""Safeguards and gates: what is required and not shown, what would open a gate, what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from reports.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Heading,
    Paragraph,
    Run,
    Runs,
    Section,
    Table,
    cell,
    plain,
)
from reports.sections.common import DASH, Context, capital, counted, labelled, person, sentence

if TYPE_CHECKING:
    from asl_desktop.domain.determination import GateResult
    from asl_desktop.domain.inputs import GateDecision, RequirementRecord, Specification

_OUTCOME = {"go": "Go ahead", "go_with_conditions": "Go ahead with conditions", "hold": "Hold"}
_MOST_SETS = 3
_MOST_STEPS = 8


def safeguards(context: Context) -> Section:
    """Return the gap against the required standards and the rest of what is recorded on safeguards."""
    gap = context.result.gap
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
        blocks.append(_gap_table(context))
    else:
        blocks.append(Paragraph(plain("Every safeguard of the required standards is shown to be in place or covered.")))
    missing = {item.requirement for item in gap}
    others = [r for r in context.inputs.requirements if r.requirement not in missing]
    if others:
        blocks += [Heading("Other safeguards on record", 2), _others_table(context, others)]
    for item in context.inputs.specifications:
        blocks += _specification(item)
    return Section("Safeguards", tuple(blocks), new_page=True)


def _gap_table(context: Context) -> Table:
    rows = []
    records = context.inputs.requirement_by_id
    for item in context.result.gap:
        record = records.get(item.requirement)
        name = f"{item.requirement} {item.title}"
        standard = f"{item.standard} {item.track}"
        status = capital(wording.REQUIREMENT_WORDS.get(item.status, item.status))
        rows.append((cell(name), cell(standard), cell(status), (*cell(item.reason), *_remarks(context, record))))
    columns = (
        Column("Safeguard", 34),
        Column("Standard", 15),
        Column("Status", 14),
        Column("Why, and what is recorded", 37),
    )
    return Table(columns, tuple(rows), summary="Required safeguards that are not shown to be in place")


def _remarks(context: Context, record: RequirementRecord | None) -> Cell:
    if record is None:
        return ()
    pairs = _remark_pairs(context, record)
    return labelled(*pairs) if any(text.strip() for _, text in pairs) else ()


def _remark_pairs(context: Context, record: RequirementRecord) -> tuple[tuple[str, str], ...]:
    return (
        ("Owner", record.owner),
        ("Due", wording.day(record.due) if record.due else ""),
        ("Note", record.note),
        ("Reason", record.reason),
        ("Confirmed by", record.confirmed_by),
        ("Approved by", record.approved_by),
        ("Ends", wording.day(record.ends) if record.ends else ""),
        ("Evidence", context.cited(record.evidence) if record.evidence else ""),
        ("Recorded by", record.author),
    )


def _others_table(context: Context, records: list[RequirementRecord]) -> Table:
    order = {requirement.id: number for number, requirement in enumerate(context.pack.requirements)}
    rows = []
    for record in sorted(records, key=lambda r: (order.get(r.requirement, len(order)), r.requirement)):
        requirement = context.pack.requirement_by_id.get(record.requirement)
        name = f"{record.requirement} {requirement.title}" if requirement else record.requirement
        status = capital(wording.REQUIREMENT_WORDS.get(record.status, record.status))
        rows.append((cell(name), cell(status), _remarks(context, record) or cell(DASH)))
    columns = (Column("Safeguard", 40), Column("Status", 16), Column("What is recorded", 44))
    return Table(columns, tuple(rows), summary="Safeguards that are covered or belong to standards not required")


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
                _decision(decision),
            ]
    blocks += _interim(context)
    return Section("Gates and decisions", tuple(blocks))


def _gate(context: Context, result: GateResult) -> list[Block]:
    gate = context.pack.gate_by_id[result.id]
    blocks: list[Block] = [
        Heading(f"{gate.title}: {wording.GATE_WORDS[result.state]}", 2),
        Paragraph((Run("The rule, paraphrased: ", "muted"), Run(gate.text))),
        Bullets(tuple(plain(sentence(reason)) for reason in result.reasons)),
    ]
    blocks += _would_open(result)
    if result.conditions:
        blocks.append(Paragraph(plain("In force, each with its end:")))
        blocks.append(Bullets(tuple(plain(sentence(text)) for text in result.conditions)))
    if gate.kind == "judgement":
        people = wording.listed(result.decided_by) or "people whom the framework does not name"
        blocks.append(Paragraph(plain(f"Only {people} can open it.")))
        if result.owed_missing:
            blocks.append(Paragraph(plain(f"Still owed to them: {wording.listed(result.owed_missing)}.")))
    blocks.append(_side_by_side(result))
    return blocks


def _would_open(result: GateResult) -> list[Block]:
    if not result.would_open:
        return []
    items: list[Runs] = []
    for steps in result.would_open[:_MOST_SETS]:
        texts = [step.text for step in steps[:_MOST_STEPS]]
        if len(steps) > len(texts):
            texts.append(f"and {counted(len(steps) - len(texts), 'more step')}, all in the attached data")
        items.append(plain(sentence("; ".join(texts))))
    rest = len(result.would_open) - len(items)
    lead = "The least that would open it" + (", any one of these:" if len(items) > 1 else ":")
    if rest:
        lead = (
            f"The least that would open it, any one of {len(result.would_open)} sets, of which the first {len(items)}:"
        )
    return [Paragraph(plain(lead)), Bullets(tuple(items))]


def _side_by_side(result: GateResult) -> Block:
    computed = cell(capital(wording.GATE_WORDS[result.state]), "strong")
    if result.decision is None:
        return Table(
            (Column("Computed", 50), Column("Recorded by people", 50)), ((computed, cell("No decision recorded")),)
        )
    decided = _decision_cell(result.decision)
    if result.differs:
        decided = (*cell("Differs from the computed state", "strong"), *decided)
    return Table(
        (Column("Computed", 30), Column("Recorded by people", 70)),
        ((computed, decided),),
        summary="The computed state beside the recorded decision",
    )


def _decision_cell(decision: GateDecision) -> Cell:
    return (
        (Run(_OUTCOME[decision.outcome], "strong"), Run(f", {person(decision.by, decision.role, decision.at)}")),
        *(labelled(("Reason", decision.reason), ("Conditions", decision.conditions))),
    )


def _decision(decision: GateDecision) -> Block:
    return Table((Column("Recorded by people", 100),), ((_decision_cell(decision),),))


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
    return [*blocks, Table(columns, tuple(rows), summary="Interim measures and exceptions with their end dates")]
