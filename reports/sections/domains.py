"""Domain by domain: what each threshold says, its state, the reasons, and the showings people accepted or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from reports.blocks import Block, Bullets, Cell, Column, Heading, Paragraph, Run, Runs, Section, Table, cell, plain
from reports.sections.common import (
    Context,
    capital,
    labelled,
    person,
    sentence,
    state_runs,
    trace_items,
)

if TYPE_CHECKING:
    from asl_desktop.domain.determination import ThresholdResult, Trace
    from asl_desktop.domain.inputs import ShowingRecord
    from asl_desktop.domain.pack import Domain, Threshold


def domains(context: Context) -> Section:
    """Return the reasons for every threshold."""
    blocks: list[Block] = []
    for domain in context.pack.domains:
        blocks += _domain(context, domain)
    strays = [s for s in context.inputs.showings if s.threshold not in context.pack.threshold_by_id]
    if strays:
        blocks += [Heading("Showings for thresholds that this framework does not have", 2), _showings(context, strays)]
    return Section("Reasons, domain by domain", tuple(blocks), new_page=True)


def _domain(context: Context, domain: Domain) -> list[Block]:
    blocks: list[Block] = [Heading(domain.title, 2)]
    thresholds = [t for t in context.pack.thresholds if t.domain == domain.id]
    if not thresholds:
        note = "Watched: the framework sets no threshold here." if domain.watched else "No threshold is set here."
        blocks.append(Paragraph(plain(f"{note} {domain.summary}".strip()), "body"))
    for threshold in thresholds:
        blocks += _threshold(context, threshold, context.result.threshold_by_id[threshold.id])
    return blocks


def _threshold(context: Context, threshold: Threshold, result: ThresholdResult) -> list[Block]:
    blocks: list[Block] = [
        Heading(threshold.title, 3),
        Paragraph(_state_line(threshold, result)),
        Paragraph((Run("The criterion, paraphrased: ", "muted"), Run(threshold.criterion))),
    ]
    if threshold.baseline:
        blocks.append(Paragraph((Run("Measured against: ", "muted"), Run(sentence(threshold.baseline)))))
    blocks.append(Paragraph(plain(" ".join(sentence(reason) for reason in result.reasons))))
    for title, trace in (("What would rule it out", result.ruled_out), ("What would cross it", result.crossed)):
        blocks += _trace(title, trace)
    given = [s for s in context.inputs.showings if s.threshold == threshold.id]
    if given:
        blocks.append(_showings(context, sorted(given, key=lambda s: s.showing)))
    if result.treated_as_crossed and threshold.duties:
        blocks.append(Paragraph((Run("What falls due: ", "muted"), Run("; ".join(threshold.duties) + "."))))
    blocks.append(Paragraph(plain(f"Source: {context.source(threshold.cite)}.", "muted"), "small"))
    return blocks


def _state_line(threshold: Threshold, result: ThresholdResult) -> Runs:
    runs = state_runs(result.state)
    if result.state == "ruled_out" and result.tensions:
        runs = (*runs, Run(", with tension", "strong"))
    own = threshold.status_words.get(result.state)
    tail = f" In the framework\u2019s words: {sentence(own)}" if own else ""
    if not result.raises_level:
        tail += " It warns; it raises no level."
    elif threshold.requires and result.treated_as_crossed:
        wanted = wording.listed(f"{standard} {track}" for track, standard in threshold.requires.items())
        tail += f" It demands {wanted}."
    return (*runs, Run("." + tail))


def _trace(title: str, trace: Trace) -> list[Block]:
    if trace.node == "none":
        return []
    state = {"true": "it holds", "false": "it does not hold", "unknown": "not known"}[trace.value]
    return [Paragraph((Run(f"{title}: ", "strong"), Run(f"{state}.")), "body"), Bullets(tuple(trace_items(trace)))]


def _showings(context: Context, given: list[ShowingRecord]) -> Block:
    rows: list[tuple[Cell, ...]] = []
    for record in given:
        showing = context.pack.showing_by_id.get(record.showing)
        name = f"{record.showing} {showing.title}" if showing else record.showing
        argument = labelled(
            ("", record.argument),
            *((f"On {context.subject(key)}", text) for key, text in record.rationales.items()),
        )
        decided = (*cell(capital(record.status), "strong"), *cell(person(record.by, record.role, record.at)))
        rows.append((cell(name), decided, argument, cell(context.cited(record.evidence))))
    columns = (Column("Showing", 20), Column("Decision", 22), Column("Argument", 42), Column("Evidence", 16))
    return Table(columns, tuple(rows), summary="Showings with who decided, why and on which evidence")


def dissent(context: Context) -> Section:
    """Return every minority view, word for word; says so when there is none."""
    blocks: list[Block] = []
    for record in context.inputs.showings:
        for view in record.dissent:
            who = person(view.by, "", view.at)
            about = f"{record.showing} for {record.threshold}"
            blocks.append(Paragraph((Run(who, "strong"), Run(f", on {about}", "muted"))))
            blocks.append(Paragraph(plain(view.text, "italic"), "quote"))
    if not blocks:
        blocks.append(
            Paragraph(plain("No dissent is recorded. That nobody wrote one down does not mean that all agreed."))
        )
    else:
        blocks.insert(0, Paragraph(plain("Minority views, word for word.", "muted"), "small"))
    return Section("Dissent", tuple(blocks))
