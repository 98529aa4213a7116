"""Domain by domain: what each threshold says, its state, the reasons, and the showings people accepted or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import wording
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
    capital,
    closed,
    counted,
    labelled,
    leaves,
    person,
    prose,
    rule_words,
    sentence,
    state_runs,
)

_HOLDS = {"true": "it holds.", "false": "it does not hold.", "unknown": "not known."}
_VALUE = {"true": "Holds", "false": "Does not hold", "unknown": "Not known"}

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.determination import ThresholdResult, Trace
    from asl_desktop.domain.inputs import ShowingRecord
    from asl_desktop.domain.pack import Domain, Threshold


def domains(context: Context) -> Section:
    """Return the reasons for every threshold."""
    blocks: list[Block] = []
    if context.usual_decision.by != DASH:
        lead = f"Showings were decided by {context.usual_decision.by}, unless a row says otherwise."
        blocks.append(Paragraph(plain(lead), "small"))
    watched: list[tuple[str, Runs]] = []
    for domain in context.pack.domains:
        if any(threshold.domain == domain.id for threshold in context.pack.thresholds):
            blocks += _domain(context, domain)
        else:
            watched.append((domain.title, plain(closed(domain.summary) or "The framework sets no threshold here.")))
    if watched:
        blocks += [Heading("Domains without a threshold", 2), KeyValues(tuple(watched))]
    blocks += _strays(context)
    return Section("Reasons, domain by domain", tuple(blocks))


def _domain(context: Context, domain: Domain) -> list[Block]:
    blocks: list[Block] = [Heading(domain.title, 2)]
    thresholds = [t for t in context.pack.thresholds if t.domain == domain.id]
    for threshold in thresholds:
        blocks += _threshold(context, threshold, context.result.threshold_by_id[threshold.id])
    return blocks


def _threshold(context: Context, threshold: Threshold, result: ThresholdResult) -> list[Block]:
    measured = f" Measured against: {sentence(threshold.baseline)}" if threshold.baseline else ""
    source = Run(f" Paraphrased from {context.source(threshold.cite)}.", "muted")
    rows: list[tuple[str, Runs]] = [
        ("State", _state_line(threshold, result)),
        ("Criterion", (Run(sentence(threshold.criterion) + measured), source)),
    ]
    why = " ".join(sentence(reason) for reason in result.reasons)
    if result.ruled_out.node != "none":
        why += f" Ruling it out takes {rule_words(result.ruled_out)}: {_HOLDS[result.ruled_out.value]}"
    if result.crossed.node != "none":
        found = " ".join(dict.fromkeys(sentence(leaf.reason) for leaf in leaves(result.crossed)))
        why += f" Crossing it takes {rule_words(result.crossed)}: {_HOLDS[result.crossed.value]} {found}"
    rows.append(("Why", plain(why)))
    if result.treated_as_crossed and threshold.duties:
        rows.append(("Falls due", plain("; ".join(threshold.duties) + ".")))
    blocks: list[Block] = [Heading(threshold.title, 3), KeyValues(tuple(rows))]
    given = [s for s in context.inputs.showings if s.threshold == threshold.id]
    conditions = tuple(_conditions(context, result, given))
    if conditions:
        columns = (Column("Condition", 20), Column("Decision", 9), Column("Reasons", 57), Column("Evidence", 14))
        blocks.append(
            Table(columns, conditions, summary="What would rule it out, with who decided and why", dense=True)
        )
    return blocks


def _conditions(context: Context, result: ThresholdResult, given: list[ShowingRecord]) -> Iterator[tuple[Cell, ...]]:
    """Yield every condition of the ruling-out tree, then showings on record that the tree does not ask for."""
    records = {f"showing:{record.showing}@{record.threshold}": record for record in given}
    for leaf in leaves(result.ruled_out) if result.ruled_out.node != "none" else ():
        key = next((use for use in leaf.uses if use in records), "")
        if key:
            yield _showing_row(context, records.pop(key), leaf)
        else:
            showing = context.pack.showing_by_id.get(leaf.subject)
            name = f"{leaf.subject} {showing.title}" if showing else leaf.subject or leaf.node
            yield cell(name), cell(_VALUE[leaf.value]), cell(sentence(leaf.reason)), cell(DASH)
    for record in sorted(records.values(), key=lambda r: r.showing):
        yield _showing_row(context, record, None)


def _showing_row(context: Context, record: ShowingRecord, leaf: Trace | None) -> tuple[Cell, ...]:
    showing = context.pack.showing_by_id.get(record.showing)
    name = f"{record.showing} {showing.title}" if showing else record.showing
    printed = {
        t.subject for t in context.result.tensions if (t.showing, t.threshold) == (record.showing, record.threshold)
    }
    rest = [(key, text) for key, text in record.rationales.items() if key not in printed]
    count = sum(key in printed for key in record.rationales)
    tense = f"{capital(counted(count, 'rationale'))} on points in tension: see the first page." if count else ""
    counts = leaf is None or leaf.value == "true" or record.status != "accepted"
    reasons = labelled(
        ("", "" if counts or leaf is None else sentence(leaf.reason)),
        ("", prose(record.argument)),
        ("", tense),
        *((f"On {context.subject(key)}", prose(text)) for key, text in rest),
        ("By", context.usual_decision.line(person(record.by, record.role, record.at)) if record.by else ""),
    )
    return cell(name), cell(capital(record.status), "strong"), reasons, cell(context.cited(record.evidence))


def _strays(context: Context) -> list[Block]:
    found = [s for s in context.inputs.showings if s.threshold not in context.pack.threshold_by_id]
    if not found:
        return []
    rows = tuple(_showing_row(context, record, None) for record in found)
    columns = (Column("Showing", 24), Column("Decision", 13), Column("Reasons", 47), Column("Evidence", 16))
    return [Heading("Showings for thresholds that this framework does not have", 2), Table(columns, rows, dense=True)]


def _state_line(threshold: Threshold, result: ThresholdResult) -> Runs:
    runs = state_runs(result)
    own = threshold.status_words.get(result.state)
    tail = f" In the framework\u2019s words: {sentence(own)}" if own else ""
    if not result.raises_level:
        tail += " It warns; it raises no level."
    elif threshold.requires and result.treated_as_crossed:
        wanted = wording.listed(f"{standard} {track}" for track, standard in threshold.requires.items())
        tail += f" It demands {wanted}."
    return (*runs, Run("." + tail))


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
