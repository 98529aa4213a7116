"""``asl passphrase``: protect an assessment, change how it is protected, print what opens it in an emergency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.output import say
from asl_desktop.cli.passphrases import SECRET_FILE, Unlocking, read_passphrase, unlocks
from asl_desktop.cli.progress import TerminalProgress
from asl_desktop.errors import PassphraseRefused

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

_OLD_COPIES = "Copies and backups made before are as they were; so may be remnants on the disk."


@click.command(short_help="Encrypt, change the passphrase, print the recovery key.")
@click.argument("file", type=PATH)
@click.option("--encrypt", is_flag=True, help="Encrypt a plain file.")
@click.option("--remove", is_flag=True, help="Take the encryption away: everything in FILE becomes readable.")
@click.option("--recovery-key", is_flag=True, help="Print the key that opens FILE without its passphrase, for paper.")
@click.option(
    "--new-passphrase-file",
    type=SECRET_FILE,
    default=None,
    metavar="F",
    help="File whose first line is the new passphrase; asked for on a terminal if left out.",
)
@unlocks
def passphrase(
    file: Path,
    *,
    encrypt: bool,
    remove: bool,
    recovery_key: bool,
    new_passphrase_file: Path | None,
    unlocking: Unlocking,
) -> None:
    """Change the passphrase of FILE, which nobody may have open.

    A new file is written beside it, checked as a whole and put in its place; that needs as much free space as FILE.
    """
    from asl_desktop.services.assessments import is_encrypted
    from asl_desktop.storage.keys import Passphrase

    if encrypt + remove + recovery_key > 1:
        raise click.UsageError("--encrypt, --remove and --recovery-key are different things: give one of them.")
    if (remove or recovery_key) and new_passphrase_file is not None:
        raise click.UsageError("--new-passphrase-file is for --encrypt and for a change.")
    if recovery_key:
        _print_recovery_key(file, unlocking)
    elif encrypt:
        if is_encrypted(file):
            raise PassphraseRefused(
                problem=f"{file} is encrypted already; leave --encrypt out to change its passphrase"
            )
        source = new_passphrase_file or unlocking.passphrase_file
        _change(file, old=None, new=Passphrase(read_passphrase(source, of=f"{file.name}, new", confirm=True)))
        say(f"Encrypted {file}. {_OLD_COPIES}")
        _tell_of_backups(file)
    elif remove:
        _change(file, old=unlocking.secret_for(file), new=None)
        say(f"Took the encryption of {file} away.")
    else:
        if not is_encrypted(file):
            raise PassphraseRefused(problem=f"{file} is not encrypted; give --encrypt to encrypt it")
        old = unlocking.secret_for(file)
        new = Passphrase(read_passphrase(new_passphrase_file, of=f"{file.name}, new", confirm=True))
        _change(file, old=old, new=new)
        say(f"Changed the passphrase of {file}, and with it the recovery key. {_OLD_COPIES}")
        _tell_of_backups(file)


def _tell_of_backups(file: Path) -> None:
    from asl_desktop.services.backups import Shelf

    found = Shelf().opening_otherwise(file)
    if found:
        say(
            f"Backups on this machine that can be opened as before: {len(found)}. "
            f"To delete them: asl backups delete {file} --other-passphrase"
        )


def _change(file: Path, *, old: Secret | None, new: Secret | None) -> None:
    from asl_desktop.services.protection import change_passphrase

    with TerminalProgress("working") as progress:
        change_passphrase(file, old=old, new=new, progress=progress)


def _print_recovery_key(file: Path, unlocking: Unlocking) -> None:
    with unlocking.open(file, read_only=True, as_recorded=False) as document:
        key = document.recovery_key()
    click.echo(f"Opens {file} and every copy of it without the passphrase. Keep it on paper, locked away.", err=True)
    for line in key.splitlines():
        say(line)
