"""``asl checkpoint``: a signed statement on how far the history has come, kept in the file and given to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.output import say
from asl_desktop.cli.passphrases import SECRET_FILE, Unlocking, read_passphrase, unlocks

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Sign how far the history has come.")
@click.argument("file", type=PATH)
@click.option("--sign", "identity_file", type=PATH, required=True, metavar="ID.p12", help="Sign with this identity.")
@click.option("--out", type=PATH, default=None, metavar="X.checkpoint", help="Also write it to a file for others.")
@click.option(
    "--identity-passphrase-file",
    type=SECRET_FILE,
    default=None,
    metavar="F",
    help="File whose first line is the passphrase of the identity; with a plain FILE, --passphrase-file will do.",
)
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
    from asl_desktop.services.assessments import is_encrypted
    from reports.checkpoints import sign_checkpoint, write_checkpoint
    from reports.identity import load_identity

    if identity_passphrase_file is None and not is_encrypted(file):
        identity_passphrase_file, unlocking = unlocking.passphrase_file, Unlocking()
    passphrase = read_passphrase(identity_passphrase_file, of=identity_file.name, confirm=False)
    identity = load_identity(identity_file, passphrase)
    with unlocking.open(file) as document:
        head = document.head()
        made = sign_checkpoint(document.document_id, head, identity)
        if out is not None:
            write_checkpoint(made, out)
        document.add_checkpoint(made, actor=identity.name).result()
    say(f"Signed by {identity.name}: {head.events} events, head {head.hash}")
    if out is not None:
        say(f"Wrote {out}; compare with: asl verify {file} --against {out}")
