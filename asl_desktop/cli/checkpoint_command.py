"""``asl checkpoint``: a signed statement on how far the history has come, kept in the file and given to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.output import say
from asl_desktop.cli.passphrases import IDENTITY_PASSPHRASE, Unlocking, open_identity, unlocks

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Sign how far the history has come.")
@click.argument("file", type=PATH)
@click.option("--sign", "identity_file", type=PATH, required=True, metavar="ID.p12", help="Sign with this identity.")
@click.option("--out", type=PATH, default=None, metavar="X.checkpoint", help="Also write it to a file for others.")
@IDENTITY_PASSPHRASE
@unlocks
def checkpoint(
    file: Path,
    *,
    identity_file: Path,
    out: Path | None,
    identity_passphrase_file: Path | None,
    unlocking: Unlocking,
) -> None:
    """Sign the number of events and the head of FILE's history, and keep the statement in FILE.

    Whoever holds it can later find that the end of the history was cut off, or all of it written anew.
    """
    from reports.checkpoints import sign_checkpoint, write_checkpoint

    identity, unlocking = open_identity(identity_file, identity_passphrase_file, file=file, unlocking=unlocking)
    with unlocking.open(file) as document:
        head = document.head()
        made = sign_checkpoint(document.document_id, head, identity)
        if out is not None:
            write_checkpoint(made, out)
        document.add_checkpoint(made, actor=identity.name).result()
    say(f"Signed by {identity.name}: {head.events} events, head {head.hash}")
    if out is not None:
        say(f"Wrote {out}; compare with: asl verify {file} --against {out}")
