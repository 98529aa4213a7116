"""The pre-flight check as it stood when the report was written, and why it was signed although errors stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.services.preflight import check_before_signing
from reports.blocks import Column, Paragraph, Run, Section, Table, cell, plain
from reports.sections.common import capital

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.blocks import Block
    from reports.sections.common import Context

_NAMED = 8
"""Findings of one rule that are named; the others are counted."""


def preflight(context: Context, *, despite: str = "") -> Section:
    """Return what the check finds, by rule; ``despite`` is the reason given for signing although errors stand."""
    found = check_before_signing(context.snapshot)
    lead = f"When this report was written the check found {found.words()}. Errors stand in the way of signing."
    blocks: list[Block] = [Paragraph(plain(lead))]
    if despite:
        blocks.append(Paragraph((Run("Signed all the same. Reason given: ", "strong"), Run(despite))))
    rows = tuple(
        (
            cell(capital(rule.severity)),
            cell(rule.title),
            cell(str(len(items))),
            cell(_where(item.target for item in items)),
        )
        for rule, items in found.groups
    )
    if rows:
        columns = (Column("Kind", 10), Column("What was found", 40), Column("Count", 8, "right"), Column("Where", 42))
        blocks.append(Table(columns, rows, summary="What the pre-flight check found, by rule", dense=True))
    return Section("Pre-flight check", tuple(blocks))


def _where(targets: Iterable[str]) -> str:
    """Return the ids of the first few records concerned, once each."""
    names = list(dict.fromkeys(_name(target) for target in targets))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _name(target: str) -> str:
    kind, _, item = target.partition(":")
    if kind == "evidence":
        return item[:12]
    return (item or kind).replace("_", " ")
