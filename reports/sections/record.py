"""The record behind the determination: coverage, results as reported, evidence, plan, answers."""

from __future__ import annotations

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import (
    ELICITATION,
    Answer,
    Counts,
    Interval,
    Mean,
    Measurement,
    Point,
    Ratio,
)
from reports.blocks import Block, Bullets, Cell, Column, Heading, Paragraph, Run, Runs, Section, Table, cell, plain
from reports.charts.wording import format_level
from reports.sections.common import DASH, Context, answer_text, capital, labelled, moment, person, sentence

_KINDS = (
    ("domain", "Domains with nothing on file"),
    ("threshold", "Thresholds"),
    ("showing", "Showings that nobody has decided"),
    ("indicator", "Indicators without a measurement"),
    ("requirement", "Safeguards"),
    ("question", "Questions without an answer"),
)


def coverage(context: Context) -> Section:
    """Return what is in scope and not covered."""
    blocks: list[Block] = []
    for kind, title in _KINDS:
        items = [item for item in context.result.not_assessed if item.kind == kind]
        if not items:
            continue
        blocks.append(Heading(f"{title} ({len(items)})", 2))
        if kind == "question":
            rows = tuple((cell(item.id), cell(item.text)) for item in items)
            blocks.append(Table((Column("Id", 10), Column("Question", 90)), rows, summary=title))
        else:
            blocks.append(Paragraph(plain("; ".join(item.text or item.id for item in items) + ".")))
    if not blocks:
        blocks.append(Paragraph(plain("Everything in the framework's scope is covered by the record.")))
    triggers = list(context.result.triggers)
    if triggers:
        blocks.append(Heading("Triggers of a new assessment", 2))
        words = {"true": "Fired: ", "false": "Not fired: ", "unknown": "Not known: "}
        blocks.append(Bullets(tuple((Run(words[t.value], "strong"), Run(sentence(t.reason))) for t in triggers)))
    return Section("What was not assessed", tuple(blocks), new_page=True)


def results(context: Context) -> Section:
    """Return every measurement as it was reported, those that do not count included."""
    order = {indicator.id: number for number, indicator in enumerate(context.pack.indicators)}
    ordered = sorted(context.inputs.measurements, key=lambda m: (order.get(m.indicator, len(order)), m.id))
    if not ordered:
        return Section("Results as reported", (Paragraph(plain("No measurement is on file.")),))
    rows = tuple(_measurement_row(context, item) for item in ordered)
    columns = (
        Column("Indicator", 24),
        Column("As reported", 24),
        Column("How it was obtained", 42),
        Column("Evidence", 10),
    )
    return Section("Results as reported", (Table(columns, rows, summary="Measurements as reported"),))


def _measurement_row(context: Context, item: Measurement) -> tuple[Cell, ...]:
    indicator = context.pack.indicator_by_id.get(item.indicator)
    title = indicator.title if indicator else item.indicator
    unit = indicator.unit if indicator else ""
    elicitation = ", ".join(ELICITATION.get(name, name) for name in item.elicitation)
    gap = wording.number(item.gap) if item.gap else ""
    aside = f"{item.set_aside_by}: {item.set_aside_reason}" if item.set_aside_by or item.set_aside_reason else ""
    dates = [
        f"{word} {wording.day(day)}"
        for word, day in (("produced", item.produced), ("received", item.received), ("valid until", item.valid_until))
        if day
    ]
    how = labelled(
        ("Set aside", aside),
        ("Run", "" if item.run_status == "success" else item.run_status),
        ("Measured on", " ".join(part for part in (item.model, item.checkpoint) if part)),
        ("Elicitation", elicitation),
        ("Elicitation notes", item.elicitation_notes),
        ("Elicitation gap", f"{gap} {item.gap_rationale}".strip()),
        ("Edits after the run", item.edits),
        ("Notes", item.notes),
        ("Dates", capital(", ".join(dates))),
        ("Recorded by", person(item.author, "", item.at) if item.author else ""),
    )
    return cell(title), cell(report_text(item, unit)), how, cell(context.cited(item.evidence))


def report_text(item: Measurement, unit: str) -> str:
    """Return what was reported, in the form it was reported in."""
    report = item.report
    if isinstance(report, Ratio):
        return f"Treatment: {_arm(report.treatment)}\nControl: {_arm(report.control)}"
    if isinstance(report, Counts | Mean):
        return _arm(report)
    trials = f", n = {report.n}" if report.n is not None else ""
    value = wording.quantity(report.estimate, unit)
    if isinstance(report, Interval):
        low, high = wording.number(report.low), wording.quantity(report.high, unit)
        return f"{value}, {format_level(report.level)} interval {low} to {high}{trials}"
    assert isinstance(report, Point)
    return f"{value}, no uncertainty stated{trials}"


def _arm(arm: Counts | Mean) -> str:
    if isinstance(arm, Counts):
        return f"{arm.successes} of {arm.n}"
    trials = f", n = {arm.n}" if arm.n is not None else ", n not stated"
    return f"{wording.number(arm.mean)} \u00b1 {wording.number(arm.stderr)} (standard error){trials}"


def evidence(context: Context) -> Section:
    """Return the register of evidence with every digest in full."""
    items = {item.sha256: item for item in context.inputs.evidence}
    rows = []
    for sha, name in context.evidence_names.items():
        item = items[sha]
        dates = ", ".join(
            f"{word} {wording.day(day)}"
            for word, day in (
                ("produced", item.produced),
                ("received", item.received),
                ("valid until", item.valid_until),
            )
            if day
        )
        about = labelled(
            ("", item.title or item.name),
            ("File", f"{item.name}, {_size(item.size)}"),
            ("Cites", item.cites),
            ("", capital(", ".join(part for part in (item.strength, item.confidentiality) if part))),
            ("", capital(dates)),
            ("Attached by", person(item.author, "", item.at) if item.author else ""),
        )
        rows.append((cell(name, "strong"), about, cell(item.sha256)))
    if not rows:
        return Section("Evidence register", (Paragraph(plain("No evidence is on file.")),))
    columns = (Column("", 6), Column("Evidence", 50), Column("SHA-256", 44))
    lead = Paragraph(
        plain("Each file is named by the SHA-256 of its bytes; the files are inside the assessment."), "body"
    )
    return Section("Evidence register", (lead, Table(columns, tuple(rows), summary="Evidence with its digests")))


def _size(size: int) -> str:
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"


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
                cell(", ".join(ELICITATION.get(name, name) for name in item.required_elicitation) or DASH),
            )
            for item in held.indicators
        )
        columns = (Column("Indicator", 45), Column("Least trials", 13, "right"), Column("Required elicitation", 42))
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


def answers(context: Context) -> Section:
    """Return every answer with its reasons and author."""
    order = {question.id: number for number, question in enumerate(context.pack.questions)}
    ordered = sorted(context.inputs.answers, key=lambda a: (order.get(a.question, len(order)), a.question))
    if not ordered:
        return Section("Answers", (Paragraph(plain("No question has an answer.")),))
    rows = tuple(_answer_row(context, item) for item in ordered)
    columns = (Column("Question", 36), Column("Answer", 25), Column("Reasons and evidence", 39))
    return Section(
        "Answers", (Table(columns, rows, summary="Every answer with its reasons and author"),), new_page=True
    )


def _answer_row(context: Context, item: Answer) -> tuple[Cell, ...]:
    question = context.pack.question_by_id.get(item.question)
    asked: Runs = (Run(f"{item.question} ", "muted"), Run(question.text if question else "not asked by this framework"))
    flags = [
        f"{item.confidence} confidence" if item.confidence else "",
        "marked for review" if item.marked_for_review else "",
    ]
    flag = capital(", ".join(part for part in flags if part))
    given = (*cell(answer_text(question, item)), *((plain(flag, "muted"),) if flag else ()))
    why = labelled(
        ("", item.rationale),
        ("Reason", item.reason),
        ("Confirmed by", item.confirmed_by),
        ("Evidence", context.cited(item.evidence) if item.evidence else ""),
        ("", person(item.author, "", item.at) if item.author else ""),
    )
    return (asked,), given, why
