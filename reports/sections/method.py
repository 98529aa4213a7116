"""How the determination was made, on which sources, and where those who answer for it sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop import __version__
from asl_desktop.domain import wording
from reports.blocks import (
    Block,
    Bullets,
    Column,
    Heading,
    KeyValues,
    Paragraph,
    Section,
    SignatureSlot,
    SignatureSlots,
    Table,
    cell,
    plain,
)
from reports.charts.wording import format_level
from reports.sections.common import DASH, Context, moment, sentence

if TYPE_CHECKING:
    from reports.lineage import SignedHead

_RULES = (
    "Unknown never rules a risk out. Everything but \u201cruled out\u201d is treated as crossed.",
    (
        "A measurement counts only if the run succeeded, it has enough scored trials, the required elicitation is on "
        "record, it is valid on the day, it is linked to evidence, and it was made on the assessed model. No scored "
        "trials means not measured, never zero."
    ),
    (
        "A showing is an argument that named people accept. Where the record does not support it, acceptance counts "
        "only with a rationale for each point, and that tension is printed on the first page."
    ),
    (
        "The required standard of a track is the highest one demanded by a threshold that is not ruled out. It is "
        "precautionary when no crossed threshold demands it."
    ),
    (
        "A safeguard counts as in place only with evidence, as not applicable only when a reviewer confirmed it, as "
        "excepted only with an approver, a reason and an end date that has not passed."
    ),
    "People decide. A recorded decision that differs from the computed state needs a reason and is printed beside it.",
)


_HEAD_USE = (
    "A signature on this report also covers the number of events and their head, which stands for every change before "
    "it. A file of this assessment whose history does not go through that head is older than this report, was cut off, "
    "or was written anew; asl verify FILE --against REPORT finds it. The script asl_verify.py, which asl verifier "
    "writes, checks a file against a head with nothing but Python, without this program."
)


def method(context: Context) -> Section:
    """Return the rules, interval methods, versions and sources."""
    level = format_level(context.pack.level)
    intervals = (
        f"Intervals are two-sided at {level}: proportions from counts by the exact (Clopper\u2013Pearson) method, "
        "means by the t distribution, reported intervals rescaled to this level, ratios on the log scale from both "
        "arms. A result without stated uncertainty has no interval and rules nothing out."
    )
    blocks: list[Block] = [
        Bullets(tuple(plain(rule) for rule in (*_RULES, intervals)), dense=True),
    ]
    notes = (*context.pack.notices, *context.result.notes)
    if notes:
        text = " ".join(sentence(note) for note in notes)
        blocks += [Heading("Notes of the framework pack and of this determination", 2), Paragraph(plain(text), "small")]
    blocks += [Heading("Versions and history", 2), _versions(context)]
    if context.snapshot.events:
        blocks.append(Paragraph(plain(_HEAD_USE), "small"))
    blocks += [Heading("Sources", 2), _sources(context)]
    return Section("Method", tuple(blocks))


def _versions(context: Context) -> Block:
    snapshot = context.snapshot
    rows = [
        ("Snapshot", plain(snapshot.digest)),
        ("Framework pack", plain(f"{context.pack.id}, version {context.pack.version}")),
        ("Pack digest", plain(context.pack.digest or DASH)),
        ("Program", plain(f"ASL Desktop {__version__}")),
    ]
    if snapshot.events:
        rows.append(("History", plain(_history(context))))
        rows.append(("Head of the history", plain(snapshot.head)))
    if context.lineage is not None and context.lineage.checkpoints:
        rows.append(("Signed checkpoints", plain("; ".join(map(_checkpoint, context.lineage.checkpoints)))))
    return KeyValues(tuple(rows))


def _history(context: Context) -> str:
    lineage, events = context.lineage, f"{context.snapshot.events} events"
    if lineage is None:
        return events
    people = "1 person" if lineage.people == 1 else f"{lineage.people} people"
    return f"{events} by {people}, the first {moment(lineage.first)}, the last {moment(lineage.last)}"


def _checkpoint(item: SignedHead) -> str:
    where = f"event {item.events}"
    if not item.signer:
        return f"{where}: the signature does NOT hold"
    if not item.contained:
        return f"{where}, signed by {item.signer}: NOT part of this history"
    return f"{where}, signed by {item.signer}, {moment(item.at)}"


def _sources(context: Context) -> Block:
    rows = []
    used = _used_sources(context)
    for source in context.pack.sources:
        if source.id not in used:
            continue
        name = f"{source.id} {source.document}" + (f", {source.version}" if source.version else "")
        dates = f"in force {wording.day(source.in_force)}" if source.in_force else ""
        read = f"read {wording.day(source.retrieved)}" if source.retrieved else ""
        when = ", ".join(part for part in (dates, read) if part) or DASH
        digest = f"SHA-256 {source.digest}" if source.digest else ""
        rows.append(
            (
                (*cell(name), *(cell(digest, "muted") if digest else ())),
                cell(source.force),
                cell(source.certainty),
                cell(when),
            )
        )
    columns = (Column("Source", 43), Column("Force", 13), Column("Certainty", 10), Column("Dates", 34))
    return Table(columns, tuple(rows), summary="Sources with their force and certainty", dense=True)


def _used_sources(context: Context) -> set[str]:
    """Return the sources of everything that this report rests on."""
    pack, inputs = context.pack, context.inputs
    measured = {item.indicator for item in inputs.measurements}
    indicators = [item for item in pack.indicators if item.bounds or item.id in measured]
    cites = [
        *(item.cite for item in pack.thresholds),
        *(item.cite for item in pack.requirements),
        *(item.cite for item in pack.showings),
        *(item.cite for item in pack.gates),
        *(item.cite for item in pack.triggers),
        *(item.cite for item in indicators),
    ]
    return {
        *(cite.source for cite in cites),
        *(bound.cite.source for item in indicators for bound in item.bounds),
        *(q.cite.source for q in pack.questions if q.id in inputs.answer_by_question),
        *(standard.cite.source for track in pack.tracks for standard in track.standards),
    }


def signatures(context: Context) -> Section:
    """Return the places for signatures, in the order of signing."""
    duties = {role.id.casefold(): role for role in context.pack.roles}
    officers = [r.title for r in sorted(context.pack.roles, key=lambda r: r.signs) if r.signs > 2]
    assessor, reviewer = duties.get("assessor"), duties.get("reviewer")
    board = f"Signs for the decision: {wording.listed(officers)}." if officers else "Signs for the decision."
    slots = (
        SignatureSlot(
            "Assessor", "1. Assessor", assessor.duty if assessor else "Put evidence, results and arguments on record."
        ),
        SignatureSlot(
            "Reviewer", "2. Reviewer", reviewer.duty if reviewer else "Challenged the report before the decision."
        ),
        SignatureSlot("Board", "3. Board", board),
    )
    lead = Paragraph(
        plain(
            "Signatures are made inside the file and can be verified without this program. Each covers the file as it "
            "stood when it was made; the attached assessment data is part of what is signed. Nothing can be signed "
            "after the Board but the archive timestamp."
        ),
        "small",
    )
    return Section("Signatures", (lead, SignatureSlots(slots)))
