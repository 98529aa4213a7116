"""``asl salvage``: a new assessment from what is left of a damaged file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import ACTOR, PATH, actor_or_login
from asl_desktop.cli.output import bullet, heading, print_json, say
from asl_desktop.cli.passphrases import Unlocking, unlocks
from asl_desktop.errors import FileDamaged, FileNotAssessment, FileTampered

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.services.salvaging import Salvaged
    from asl_desktop.storage.keys import Secret


@click.command(short_help="Make a new file from what is left of a damaged one.")
@click.argument("file", type=PATH)
@click.option("--out", type=PATH, required=True, metavar="NEW", help="The new file; nothing is ever overwritten.")
@click.option("--json", "as_json", is_flag=True, help="Print what was kept and what was lost as JSON.")
@ACTOR
@unlocks
def salvage(file: Path, *, out: Path, as_json: bool, actor: str | None, unlocking: Unlocking) -> None:
    """Write everything that can be read of FILE to a new file and list what could not be read.

    FILE itself is only read. The new file keeps the history as far as it is whole; what else could be read is put in
    under your name. Evidence whose bytes are lost is dropped, and so is every citation of it.
    """
    from asl_desktop.services.salvaging import salvage as salvage_file

    salvaged = salvage_file(file, out, actor=actor_or_login(actor), secret=_secret_for(file, unlocking))
    if as_json:
        print_json(asdict(salvaged))
    else:
        _tell(file, salvaged)


def _secret_for(file: Path, unlocking: Unlocking) -> Secret | None:
    """Return what opens the file; how a damaged one looks from outside is no reason to stop."""
    try:
        return unlocking.secret_for(file)
    except (FileDamaged, FileNotAssessment, FileTampered):
        return None


def _tell(file: Path, salvaged: Salvaged) -> None:
    say(
        f"Wrote {salvaged.target}: {salvaged.records} records, {len(salvaged.evidence)} evidence files, "
        f"{salvaged.events} events of the history as they were."
    )
    if salvaged.damaged_pages:
        number = len(salvaged.damaged_pages)
        say(f"{number} {'page' if number == 1 else 'pages'} of {file} could not be read.")
    if salvaged.again:
        heading("Put in anew, because their history has a gap or is lost")
        for reference in salvaged.again:
            bullet(reference)
    if salvaged.lost:
        heading("Lost")
        for sentence in salvaged.lost:
            bullet(sentence)
    else:
        say("Nothing was lost.")
