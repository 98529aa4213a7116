"""The record behind the determination: coverage, results as reported, evidence, plan, answers."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import ELICITATION, Answer, EvidenceItem, PlannedIndicator
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
    answer_text,
    capital,
    closed,
    labelled,
    moment,
    person,
    prose,
    sentence,
    usual,
)

if TYPE_CHECKING:
    from asl_desktop.domain.determination import NotAssessed


def _scope(context: Context) -> Block:
    scope, pack = context.inputs.scope, context.pack
    model = " ".join(part for part in (scope.model, scope.checkpoint) if part)
    maker = f" ({scope.developer})" if scope.developer else ""
    runs = [
        Run("Assessed: ", "muted"),
        Run(f"{model}{maker}, as of {wording.day(context.snapshot.as_of)}, "),
        Run(f"under {pack.title}, version {pack.version}, by {pack.publisher}."),
    ]
    for name, text in (("Deployment context", scope.deployment_context), ("Actors considered", scope.actors)):
        if text:
            runs += [Run(f" {name}: ", "muted"), Run(closed(text))]
    return Paragraph(tuple(runs), "small")


def _question(item: NotAssessed | None) -> Cell:
    return ((Run(f"{item.id} ", "muted"), Run(item.text)),) if item else cell("")


_LONG = 60
_SHORT = 240
_KINDS = (
    ("domain", "Domains"),
    ("threshold", "Thresholds"),
    ("showing", "Undecided showings"),
    ("indicator", "Indicators"),
    ("requirement", "Safeguards"),
    ("question", "Questions without an answer"),
)


def coverage(context: Context) -> Section:
    """Return what is in scope and not covered."""
    said = context.inputs.answer_by_question
    rows: list[tuple[str, Runs]] = []
    questions: list[NotAssessed] = []
    for kind, title in _KINDS:
        items = [item for item in context.result.not_assessed if item.kind == kind]
        if kind == "question":
            told = [item.id for item in items if item.id in said]
            questions = [item for item in items if item.id not in said]
            if told:
                reasons = f"{wording.listed(told)}: each with its reason under \u201cAnswers\u201d."
                rows.append((f"Questions answered \u201cunknown\u201d or the like ({len(told)})", plain(reasons)))
        elif items:
            rows.append((f"{title} ({len(items)})", plain("; ".join(item.text or item.id for item in items) + ".")))
    if context.result.triggers:
        words = {"true": "Fired", "false": "Not fired", "unknown": "Not known"}
        fired: list[Run] = []
        for trigger in context.result.triggers:
            fired += [Run(f"{words[trigger.value]}: ", "strong"), Run(f"{sentence(trigger.reason)} ")]
        rows.append(("Triggers of a new assessment", tuple(fired)))
    blocks: list[Block] = [_scope(context), *([KeyValues(tuple(rows))] if rows else [])]
    if questions:
        half = (len(questions) + 1) // 2
        pairs = zip_longest(questions[:half], questions[half:])
        cells = tuple((_question(left), _question(right)) for left, right in pairs)
        heads = (Column(f"Questions without an answer ({len(questions)})", 50), Column("", 50))
        blocks.append(Table(heads, cells, summary="Questions without an answer", dense=True))
    if not context.result.not_assessed:
        blocks.append(Paragraph(plain("Everything in the framework's scope is covered by the record.")))
    return Section("What was not assessed", tuple(blocks))


def evidence(context: Context) -> Section:
    """Return the register of evidence with every digest in full."""
    items = {item.sha256: item for item in context.inputs.evidence}
    if not items:
        return Section("Evidence register", (Paragraph(plain("No evidence is on file.")),))
    common = usual(context.inputs.evidence)
    rows = []
    for sha, name in context.evidence_names.items():
        item = items[sha]
        about = labelled(
            ("", closed(item.title)),
            ("", f"{item.name}, {wording.size(item.size)}."),
            ("Cites", closed(item.cites)),
            ("", sentence(", ".join(part for part in (item.strength, item.confidentiality, _dates(item)) if part))),
            ("Newer version of", closed(_older(context, item))),
            ("Attached by", common.line(person(item.author, "", item.at))),
        )
        rows.append((cell(name, "strong"), about, cell(sha)))
    lead = "Each file is named by the SHA-256 of its bytes; the files are inside the assessment."
    if common.by != DASH:
        lead += f" Attached by {common.by}, unless a row says otherwise."
    columns = (Column("", 4), Column("Evidence", 62), Column("SHA-256", 34))
    table = Table(columns, tuple(rows), summary="Evidence with its digests", dense=True)
    return Section("Evidence register", (Paragraph(plain(lead), "small"), table))


def _older(context: Context, item: EvidenceItem) -> str:
    off_file = f"a file that is not on record, SHA-256 {item.replaces}" if item.replaces else ""
    return context.evidence_names.get(item.replaces, off_file)


def _dates(item: EvidenceItem) -> str:
    days = (("produced", item.produced), ("received", item.received), ("valid until", item.valid_until))
    return ", ".join(f"{word} {wording.day(day)}" for word, day in days if day)


def plan(context: Context) -> Section:
    """Return what was fixed before results, and every change since with its reason."""
    held = context.inputs.plan
    blocks: list[Block] = []
    if held.locked_at:
        digest = held.locked_digest or DASH
        text = f"Locked by {held.locked_by or DASH}, {moment(held.locked_at)}. Digest {digest}."
        blocks.append(Paragraph(plain(text)))
    else:
        blocks.append(Paragraph(plain("The plan was not locked before results came in.")))
    if held.note:
        blocks.append(Paragraph((Run("Note: ", "muted"), Run(held.note))))
    if held.indicators:
        rows = tuple(
            (
                cell(context.subject(item.indicator)),
                cell(str(item.min_n) if item.min_n is not None else DASH),
                cell(_own_bound(context, item)),
                cell(", ".join(ELICITATION.get(name, name) for name in item.required_elicitation) or DASH),
            )
            for item in held.indicators
        )
        columns = (
            Column("Indicator", 43),
            Column("Least trials", 12, "right"),
            Column("Own bound", 12, "right"),
            Column("Required elicitation", 33),
        )
        blocks.append(Table(columns, rows, summary="What the plan asks of each indicator"))
    if held.amendments:
        changes = tuple(
            (cell(moment(a.at) or DASH), cell(a.by), cell(a.change), cell(a.reason)) for a in held.amendments
        )
        heads = (Column("When", 17), Column("By", 17), Column("Change", 33), Column("Reason", 33))
        blocks += [Heading("Amendments after the lock", 2), Table(heads, changes, summary="Amendments to the plan")]
    elif held.locked_at:
        blocks.append(Paragraph(plain("No amendment was made after the lock.")))
    return Section("Plan", tuple(blocks))


def _own_bound(context: Context, item: PlannedIndicator) -> str:
    indicator = context.pack.indicator_by_id.get(item.indicator)
    return wording.quantity(item.bound, indicator.unit if indicator else "") if item.bound is not None else DASH


def answers(context: Context) -> Section:
    """Return every answer with its reasons and author."""
    order = {question.id: number for number, question in enumerate(context.pack.questions)}
    ordered = sorted(context.inputs.answers, key=lambda a: (order.get(a.question, len(order)), a.question))
    if not ordered:
        return Section("Answers", (Paragraph(plain("No question has an answer.")),))
    common = usual(ordered)
    blocks: list[Block] = []
    if common.by != DASH:
        blocks.append(Paragraph(plain(f"Answered by {common.by}, unless an entry says otherwise."), "small"))
    short = [item for item in ordered if _says_little(item)]
    told = [item for item in ordered if item not in short]
    if told:
        rows = tuple(_answer_row(context, item, common) for item in told)
        columns = (Column("Question and answer", 44), Column("Reasons and evidence", 56))
        blocks.append(Table(columns, rows, summary="Answers with their reasons and authors", dense=True))
    if short:
        cells = [_short_answer(context, item, common) for item in short]
        half = (len(cells) + 1) // 2
        pairs = tuple(zip_longest(cells[:half], cells[half:], fillvalue=cell("")))
        heads = (Column(f"Unknown, declined or not applicable ({len(short)})", 50), Column("", 50))
        blocks.append(Table(heads, pairs, summary="Questions answered without a value", dense=True))
    return Section("Answers", tuple(blocks))


def _says_little(item: Answer) -> bool:
    """Tell whether an answer holds a state and a few words, so that two fit beside each other."""
    words = len(item.rationale) + len(item.reason) + len(item.evidence) * 40
    return item.state != "answered" and not item.value and words < _SHORT


def _short_answer(context: Context, item: Answer, common: Usual) -> Cell:
    asked, why = _answer_row(context, item, common)
    return ((*asked[0], Run(". "), *why[0]),)


def _answer_row(context: Context, item: Answer, common: Usual) -> tuple[Cell, ...]:
    question = context.pack.question_by_id.get(item.question)
    asked: Runs = (Run(f"{item.question} ", "muted"), Run(question.text if question else "not asked by this framework"))
    flags = (
        f"{item.confidence} confidence" if item.confidence else "",
        "marked for review" if item.marked_for_review else "",
        f"taken over from {item.carried_from} and not confirmed, so it counts as not given"
        if item.carried_from
        else "",
        "not asked, so it counts as not given" if item.question in context.result.not_asked else "",
    )
    flag = capital(", ".join(part for part in flags if part))
    text = answer_text(question, item)
    # a long answer gets the wide column
    long = text if len(text) > _LONG else ""
    given = "" if long else f" {'; '.join(text.splitlines())}"
    asked = (*asked, Run(given, "strong"), Run(f" {flag}" if flag else "", "muted"))
    why = labelled(
        ("", long),
        ("Rationale" if long else "", prose(item.rationale)),
        ("Reason", item.reason),
        ("Confirmed by", item.confirmed_by),
        ("Evidence", context.cited(item.evidence) if item.evidence else ""),
        ("Answered by", common.line(person(item.author, "", item.at))),
    )
    return (asked,), why
