"""The board report as a tree of sections and blocks, from a snapshot; how it looks is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.blocks import ReportDocument
from reports.sections.common import Context
from reports.sections.domains import dissent, domains
from reports.sections.front import front
from reports.sections.margins import margins
from reports.sections.method import method, signatures
from reports.sections.preflight import preflight
from reports.sections.record import answers, coverage, evidence, plan
from reports.sections.safeguards import gates, safeguards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.services.signed_decisions import DecisionCheck
    from reports.lineage import Lineage

__all__ = ["ReportDocument", "board_report"]


def board_report(
    snapshot: Snapshot, *, generated_at: datetime, lineage: Lineage | None = None, despite: str = ""
) -> ReportDocument:
    """Return the report for the board on one moment of an assessment.

    Everything that people typed into the assessment appears in it somewhere, word for word.

    Args:
        snapshot: the assessment at one moment.
        generated_at: timezone-aware; the only time that ends up in the file.
        lineage: how the history behind it grew, where it was taken from a file.
        despite: why it is signed although the pre-flight check found errors, where somebody said so.
    """
    context = Context(
        snapshot, lineage, lineage.decisions if lineage is not None else _decisions(snapshot, generated_at)
    )
    scope, pack = snapshot.inputs.scope, snapshot.pack
    authors = sorted({item.author for item in snapshot.inputs.answers if item.author})
    return ReportDocument(
        title=f"{scope.model}: {snapshot.determination.label} under {pack.title}",
        subject=f"Board report on an AI risk assessment as of {snapshot.as_of.isoformat()}",
        running_head=f"{scope.model} \u00b7 {pack.title} \u00b7 {snapshot.determination.label}",
        author=", ".join(authors) or "ASL Desktop",
        digest=snapshot.digest,
        generated_at=generated_at,
        as_of=snapshot.as_of,
        keywords=(pack.id, snapshot.digest),
        sections=(
            front(context),
            margins(context),
            domains(context),
            safeguards(context),
            gates(context),
            coverage(context),
            dissent(context),
            evidence(context),
            plan(context),
            preflight(context, despite=despite),
            method(context),
            answers(context),
            signatures(context),
        ),
    )


def _decisions(snapshot: Snapshot, moment: datetime) -> Mapping[str, DecisionCheck]:
    """Return what is to be said about signatures of decisions where no history is at hand."""
    if not any(decision.signature for decision in snapshot.inputs.decisions):
        return {}
    from reports.decisions import check_decisions

    return check_decisions(snapshot, anchors=(), moment=moment)
