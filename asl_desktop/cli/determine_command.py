"""``asl determine``: the outcome of an assessment, for people as text and for programs as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import DAY, PATH, to_day
from asl_desktop.cli.output import print_json, say
from asl_desktop.cli.passphrases import Unlocking, unlocks

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot


@click.command(short_help="Say what is required, why, and what is missing.")
@click.argument("file", type=PATH)
@click.option("--pack", "pack_id", default=None, metavar="ID", help="Put the same inputs to another framework.")
@click.option("--as-of", type=DAY, default=None, metavar="DATE", help="Judge as of this day, YYYY-MM-DD.")
@click.option("--why", default="", metavar="ID", help="Print the rule behind one threshold or gate, leaf by leaf.")
@click.option(
    "--what-if", is_flag=True, help="Print which single changes would move the outcome, the weightiest first."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document of a stable shape.")
@unlocks
def determine(
    file: Path,
    *,
    pack_id: str | None,
    as_of: datetime | None,
    why: str,
    what_if: bool,
    as_json: bool,
    unlocking: Unlocking,
) -> None:
    """Say which standards FILE's inputs require, why, what is missing, and which gates are open."""
    from asl_desktop.services.outcome import determination_json

    if why and what_if:
        raise click.UsageError("--why and --what-if answer different questions: ask for one of them.")
    snapshot = snapshot_of_file(file, pack_id=pack_id, as_of=as_of, unlocking=unlocking)
    if what_if:
        _print_changes(snapshot, as_json=as_json)
    elif why:
        from asl_desktop.cli.trace_text import explanation, print_trace

        traces = explanation(snapshot, why)
        if as_json:
            from asl_desktop import codec

            print_json({name: codec.to_json(trace) for name, trace in traces.items()})
        else:
            print_trace(snapshot, why, traces)
    elif as_json:
        print_json(determination_json(snapshot))
    else:
        from asl_desktop.cli.outcome_text import print_outcome

        print_outcome(snapshot)


def _print_changes(snapshot: Snapshot, *, as_json: bool) -> None:
    """Print the single changes of one input that would move a standard, a gate or a threshold."""
    from dataclasses import asdict

    from asl_desktop.domain.sensitivity import what_would_change

    changes = what_would_change(snapshot.pack, snapshot.inputs, snapshot.as_of)
    if as_json:
        print_json([asdict(change) for change in changes])
        return
    say("Single changes that would move the outcome, those that move most with least first:")
    say()
    for change in changes:
        say(f"  {change.change}")
        for effect in change.effects:
            say(f"      {effect}")
    if not changes:
        say("  None: no single change of one input moves anything.")


def snapshot_of_file(
    file: Path, *, pack_id: str | None = None, as_of: datetime | None = None, unlocking: Unlocking
) -> Snapshot:
    """Return the snapshot of a file, under its own framework or under another installed one."""
    from asl_desktop.services.assessments import snapshot_of, take_snapshot

    with unlocking.open(file, read_only=True) as document:
        own = take_snapshot(document, as_of=to_day(as_of))
        head = document.head()
    if pack_id is None or pack_id == own.pack.id:
        return own
    from asl_desktop.services.packs import load_pack

    return snapshot_of(load_pack(pack_id), own.inputs, as_of=own.as_of, head=head, document_id=own.document_id)
