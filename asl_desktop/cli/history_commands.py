"""``asl history``, ``asl undo`` and ``asl redo``: what happened in an assessment, and taking it back."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import ACTOR, DAY, PATH, actor_or_login, to_day
from asl_desktop.cli.output import bullet, print_json_list, say
from asl_desktop.cli.passphrases import Unlocking, unlocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from asl_desktop.services.history import History, Step
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.past import Wanted

_SHOWN = 50
_LONG = 300


@click.command(short_help="Say who changed what, when, from what to what.")
@click.argument("file", type=PATH)
@click.option("--of", default="", metavar="ID", help="Only this question, safeguard, indicator, gate or evidence file.")
@click.option("--by", default="", metavar="NAME", help="Only changes made under this name.")
@click.option("--since", type=DAY, default=None, metavar="DATE", help="From this day on, YYYY-MM-DD, UTC.")
@click.option("--until", type=DAY, default=None, metavar="DATE", help="Up to and including this day.")
@click.option("--text", default="", metavar="WORDS", help="Only where these words were recorded or are in the title.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Only the newest N: steps, or events with --json. Left out, 50 steps or all events.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every event, oldest first, as one JSON list.")
@unlocks
def history(
    file: Path,
    *,
    of: str,
    by: str,
    since: datetime | None,
    until: datetime | None,
    text: str,
    limit: int | None,
    as_json: bool,
    unlocking: Unlocking,
) -> None:
    """Print what happened in FILE, newest first; bursts of changes to one record are shown as one step."""
    from asl_desktop.services.history import History

    with unlocking.open(file, read_only=True, as_recorded=False) as document:
        found = History(document)
        wanted = found.wanted(of=of, actor=by, since=to_day(since), until=to_day(until), text=text)
        if as_json:
            print_json_list(_events(document, wanted, limit))
        else:
            _print_steps(found, wanted, limit or _SHOWN)


@click.command(short_help="Take back the last change.")
@click.argument("file", type=PATH)
@ACTOR
@unlocks
def undo(file: Path, *, actor: str | None, unlocking: Unlocking) -> None:
    """Take back the last change of FILE that still stands. Nothing leaves the history."""
    from asl_desktop.services.undoing import take_back

    with unlocking.open(file) as document:
        say(take_back(document, "undo", actor=actor_or_login(actor)).in_words())


@click.command(short_help="Do again what was undone last.")
@click.argument("file", type=PATH)
@ACTOR
@unlocks
def redo(file: Path, *, actor: str | None, unlocking: Unlocking) -> None:
    """Do again what was undone last in FILE, as long as nothing was changed since."""
    from asl_desktop.services.undoing import take_back

    with unlocking.open(file) as document:
        say(take_back(document, "redo", actor=actor_or_login(actor)).in_words())


def _events(document: Document, wanted: Wanted, limit: int | None) -> Iterator[dict[str, Any]]:
    from asl_desktop.services.history import event_json

    if limit is None:
        return (event_json(event) for event in document.past.events_forward(wanted))
    newest = list(itertools.islice(document.past.events(wanted), limit))
    return (event_json(event) for event in reversed(newest))


def _print_steps(found: History, wanted: Wanted, limit: int) -> None:
    steps = list(itertools.islice(found.steps(wanted), limit + 1))
    for step in steps[:limit]:
        _print_step(found, step)
    if len(steps) > limit:
        say()
        say(f"Older changes are not shown; --limit {limit * 10} shows more.")
    if not steps:
        say("Nothing in the history fits.")


def _print_step(found: History, step: Step) -> None:
    from asl_desktop.services.record_words import moment

    say(f"{moment(step.at)}  {step.actor}  {step.title}")
    changes = list(found.changes(step)) if len({event.reference for event in step.events}) == 1 else []
    fields = [field for change in changes for field in change.fields]
    if step.mark != "changed" or not fields:
        say(f"    {step.did[:1].upper()}{step.did[1:]}.")
    for field in fields:
        old = "" if step.mark in {"made", "sealed"} else f"{_short(field.old)} \u2192 "
        bullet(f"{field.name}: {old}{_short(field.new)}", indent=4)


def _short(text: str) -> str:
    line = " / ".join(text.splitlines())
    return (line if len(line) <= _LONG else f"{line[:_LONG]} \u2026") or "nothing"
