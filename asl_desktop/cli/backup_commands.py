"""``asl copy`` and ``asl backups``: a copy elsewhere, and what the program kept on this machine by itself."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.failures import OK, REFUSED
from asl_desktop.cli.output import bullet, print_json, say, table
from asl_desktop.cli.passphrases import Unlocking, unlocks
from asl_desktop.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.services.backup_notes import Backup
    from asl_desktop.services.copies import Copied
    from asl_desktop.services.differences import Differences

_SHOWN = 40
_LONG = 160
WHICH = click.option(
    "--version", "which", default="1", metavar="N", help="Which one: 1 is the newest, 2 the one before; or its name."
)


@click.command(short_help="Write a complete, checked copy.")
@click.argument("file", type=PATH)
@click.option("--out", type=PATH, required=True, metavar="NEW", help="Where the copy goes; never over another file.")
@unlocks
def copy(file: Path, *, out: Path, unlocking: Unlocking) -> int:
    """Write a complete copy of FILE to NEW and check all of it. FILE may be open meanwhile and is only read.

    A copy of an encrypted FILE is encrypted and opens with the same passphrase.
    """
    from asl_desktop.services.copies import copy_assessment

    with TerminalProgress("Copying") as progress, unlocking.open(file, read_only=True, as_recorded=False) as document:
        copied = copy_assessment(document, out, progress=progress)
    return _told(copied, f"Copied {file} to {out}")


class _ListFirst(click.Group):
    """Takes a first word that is no command for the file to list."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            return super().resolve_command(ctx, ["list", *args])
        return super().resolve_command(ctx, args)


@click.group(
    cls=_ListFirst, invoke_without_command=True, short_help="List, compare and restore the backups on this machine."
)
@click.option("--json", "as_json", is_flag=True, help="Without a command: print the list as one JSON document.")
@click.pass_context
def backups(context: click.Context, *, as_json: bool) -> None:
    """Look after the backups that the window makes on this machine; asl backups FILE lists those of FILE.

    FILE may be missing or damaged. Backups lie in the data folder of this program, for your account alone.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)
    elif as_json:
        raise click.UsageError("Put --json after the command or the file.")


@backups.command("list")
@click.argument("file", type=PATH, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(*, file: Path | None = None, as_json: bool = False) -> None:
    """List the backups of FILE, or all of them, newest first."""
    from asl_desktop.domain import wording
    from asl_desktop.services.backups import Shelf
    from asl_desktop.services.record_words import moment

    shelf = Shelf()
    found = shelf.of_file(file) if file is not None else shelf.all()
    if as_json:
        print_json([_json(backup) for backup in found])
        return
    if not found:
        say(f"No backups{f' of {file}' if file is not None else ''} in {shelf.root}.")
        return
    rows = [
        (
            str(number) if file is not None else "",
            moment(backup.at),
            wording.size(backup.size),
            f"{backup.events or '?'} events",
            "encrypted" if backup.encrypted else backup.actor,
            backup.original,
        )
        for number, backup in enumerate(found, start=1)
    ]
    table(rows, header=("", "MADE", "SIZE", "HISTORY", "LAST CHANGE BY", "OF"))
    say(f"{len(found)} in {shelf.root}, {wording.size(sum(backup.size for backup in found))}.")


@backups.command
@click.argument("file", type=PATH)
@WHICH
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@unlocks
def compare(file: Path, *, which: str, as_json: bool, unlocking: Unlocking) -> None:
    """Say what differs between a backup of FILE and FILE as it is now, from the backup to now."""
    from asl_desktop.services.assessments import is_encrypted, open_assessment
    from asl_desktop.services.differences import compare as differences_of
    from asl_desktop.services.differences import differences_json

    backup = _chosen(file, which)
    # One of the two may be from before the other was encrypted.
    old, new = (unlocking.secret_for(path) if is_encrypted(path) else None for path in (backup.path, file))
    with (
        open_assessment(backup.path, read_only=True, secret=old) as older,
        open_assessment(file, read_only=True, secret=new) as newer,
    ):
        found = differences_of(older, newer)
    if as_json:
        print_json(differences_json(found))
    else:
        _print_differences(found)


@backups.command
@click.argument("file", type=PATH)
@WHICH
@click.option(
    "--out", type=PATH, default=None, metavar="NEW", help="Where it goes; a free name beside FILE if left out."
)
@unlocks
def restore(file: Path, *, which: str, out: Path | None, unlocking: Unlocking) -> int:
    """Bring a backup of FILE back as a new file and check all of it. FILE itself is never touched."""
    from asl_desktop.services.backups import Shelf, suggested_name

    backup = _chosen(file, which)
    target = out if out is not None else suggested_name(backup, file.expanduser().absolute())
    with TerminalProgress("Restoring") as progress:
        secret = unlocking.secret_for(backup.path)
        copied = Shelf().restore(backup, target, secret=secret, progress=progress)
    return _told(copied, f"Restored {target}")


@backups.command
@click.argument("file", type=PATH, required=False)
@click.option("--all", "everything", is_flag=True, help="Delete the backups of all assessments.")
@click.option(
    "--other-passphrase",
    is_flag=True,
    help="Only those that open with another passphrase than FILE, or with none.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(file: Path | None, *, everything: bool, other_passphrase: bool, yes: bool) -> None:
    """Delete the backups of FILE for good. FILE itself is never touched."""
    from asl_desktop.services.backups import Shelf

    if (file is None) == (not everything):
        raise click.UsageError("Name the file whose backups are to go, or give --all.")
    if file is None and other_passphrase:
        raise click.UsageError("--other-passphrase compares with one file: name it.")
    shelf = Shelf()
    found = shelf.all() if file is None else shelf.opening_otherwise(file) if other_passphrase else shelf.of_file(file)
    if not found:
        say("There are none.")
        return
    if not yes:
        if not (sys.stdin is not None and sys.stdin.isatty()):
            raise click.UsageError("Without a terminal to ask on, give --yes.")
        click.confirm(f"Delete {len(found)} backups for good?", abort=True, err=True)
    shelf.delete(found)
    say(f"Deleted {len(found)} backups. Their bytes may stay on the disk until it writes something else there.")


def _chosen(file: Path, which: str) -> Backup:
    from asl_desktop.errors import ItemUnknown
    from asl_desktop.services.backups import Shelf

    found = Shelf().of_file(file)
    by_name = {str(number): backup for number, backup in enumerate(found, start=1)}
    by_name |= {backup.path.stem: backup for backup in found}
    if which not in by_name:
        raise ItemUnknown(kind=f"backup of {file}", id=which)
    return by_name[which]


def _told(copied: Copied, done: str) -> int:
    say(f"{done}: {copied.head.events} recorded events, head {copied.head.hash}.")
    for problem in copied.problems:
        say(f"Problem, in what it was copied from too: {problem}")
    say("NOT in order." if copied.problems else "Checked: history, tables and evidence are as recorded.")
    return REFUSED if copied.problems else OK


def _print_differences(found: Differences) -> None:
    from asl_desktop.services.differences import count_in_words, relation_in_words

    say(relation_in_words(found, older="the backup", newer="the file"))
    if found.records:
        say(f"Since the backup: {count_in_words(found.records)}.")
    for item in found.records[:_SHOWN]:
        bullet(f"{item.did}: {item.subject.long}")
        for field in item.fields if item.did == "changed" else ():
            bullet(f"{field.name}: {_short(field.old)} -> {_short(field.new)}", indent=6)
    if len(found.records) > _SHOWN:
        say(f"And {len(found.records) - _SHOWN} more; --json prints all.")


def _short(text: str) -> str:
    line = " ".join(text.split()) or "nothing"
    return line if len(line) <= _LONG else f"{line[:_LONG]}..."


def _json(backup: Backup) -> dict[str, Any]:
    data = asdict(backup)
    return {**data, "path": str(backup.path), "name": backup.path.stem}
