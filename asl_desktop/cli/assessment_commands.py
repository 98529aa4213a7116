"""Commands that make, fill, copy out of and check an assessment file."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asl_desktop.cli.failures import COULD_NOT_LOOK, OK, REFUSED, report_user_error
from asl_desktop.cli.output import say
from asl_desktop.cli.passphrases import (
    IDENTITY_PASSPHRASE,
    SECRET_FILE,
    Unlocking,
    open_identity,
    read_passphrase,
    unlocks,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.inputs import GateDecision
    from asl_desktop.services.signed_decisions import Signing
    from reports.identity import Identity

PATH = click.Path(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])
ACTOR = click.option("--by", "actor", metavar="NAME", help="Who makes the change; the name you are logged in with.")


def actor_or_login(name: str | None) -> str:
    """Return the name given, else ``ASL_ACTOR``, else the login name: every change is recorded under a name."""
    given = name or os.environ.get("ASL_ACTOR", "")
    if given.strip():
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "unnamed user of the command line"


def to_day(moment: datetime | None) -> date | None:
    """Return the day of an option that click reads as a moment."""
    return moment.date() if moment is not None else None


@click.command(short_help="Start an assessment.")
@click.argument("file", type=PATH)
@click.option("--pack", "pack_id", required=True, metavar="ID", help="Framework; see: asl packs list")
@click.option("--model", required=True, metavar="NAME", help="The model that is assessed.")
@click.option("--checkpoint", default="", metavar="C", help="Which checkpoint of it.")
@click.option("--developer", default="", metavar="NAME")
@click.option("--title", default="", metavar="TEXT", help="Title of the assessment.")
@click.option("--as-of", type=DAY, default=None, metavar="DATE", help="Day that the question is put on, YYYY-MM-DD.")
@click.option("--encrypt", is_flag=True, help="Encrypt the file with a passphrase.")
@click.option(
    "--passphrase-file",
    type=SECRET_FILE,
    default=None,
    metavar="F",
    help="With --encrypt: file whose first line is the passphrase; asked for twice on a terminal if left out.",
)
@ACTOR
def new(
    file: Path,
    *,
    pack_id: str,
    model: str,
    checkpoint: str,
    developer: str,
    title: str,
    as_of: datetime | None,
    encrypt: bool,
    passphrase_file: Path | None,
    actor: str | None,
) -> None:
    """Start an assessment in FILE. An existing file is never overwritten."""
    from asl_desktop.domain.inputs import Scope
    from asl_desktop.errors import FileExists
    from asl_desktop.services.assessments import create_assessment
    from asl_desktop.services.seen import remember
    from asl_desktop.storage.keys import Passphrase

    if passphrase_file is not None and not encrypt:
        raise click.UsageError("--passphrase-file is for --encrypt: without it, the file is not encrypted.")
    if os.path.lexists(file):  # before anybody types a passphrase
        raise FileExists(path=str(file))
    secret = Passphrase(read_passphrase(passphrase_file, of=f"{file.name}, new", confirm=True)) if encrypt else None
    scope = Scope(model, checkpoint=checkpoint, developer=developer, title=title, as_of=to_day(as_of))
    made = create_assessment(file, pack_id=pack_id, scope=scope, actor=actor_or_login(actor), secret=secret)
    with made as document:
        remember(document)
        pack = document.pack()
        say(f"Started {file} for {model} under {pack.title}, {'encrypted' if encrypt else 'not encrypted'}.")
    if encrypt:
        say(f"Only passphrase and recovery key open it. To print the key: asl passphrase {file} --recovery-key")
    else:
        say(f"Whoever gets hold of it can read it. To encrypt it: asl passphrase {file} --encrypt")


@click.command(short_help="Put in an INPUTS.yaml, whole or not at all.")
@click.argument("file", type=PATH)
@click.argument("inputs", type=PATH)
@ACTOR
@click.option(
    "--sign", "identity_file", type=PATH, default=None, metavar="ID.p12", help="Sign its gate decisions, too."
)
@IDENTITY_PASSPHRASE
@unlocks
def apply(
    file: Path,
    inputs: Path,
    *,
    actor: str | None,
    identity_file: Path | None,
    identity_passphrase_file: Path | None,
    unlocking: Unlocking,
) -> None:
    """Put answers, results, showings, safeguards and plan from INPUTS (YAML) into FILE, whole or not at all.

    With --sign, each gate decision that INPUTS names is signed on what FILE then says, unless it is already.
    """
    from asl_desktop.services.inputs_files import apply_inputs

    signed: dict[str, str] = {}
    sign = None
    if identity_file is not None:
        identity, unlocking = open_identity(identity_file, identity_passphrase_file, file=file, unlocking=unlocking)
        sign = _signing(identity, signed)
    elif identity_passphrase_file is not None:
        raise click.UsageError("--identity-passphrase-file is for --sign: without it, nothing is signed.")
    with unlocking.open(file) as document:
        applied = apply_inputs(document, inputs, actor=actor_or_login(actor), sign=sign)
    changed = len(applied.changes.references)
    say(
        f"Applied {inputs}: {changed} records new or changed, {applied.unchanged} as they were, "
        f"{applied.attached} evidence files taken in."
    )
    for gate in sorted(name.partition(":")[2] for name in applied.changes.references if name.startswith("decision:")):
        how = f"Signed by {signed[gate]}" if gate in signed else "Recorded without a signature"
        say(f"{how}: the decision at {gate}.")


def _signing(identity: Identity, signed: dict[str, str]) -> Signing:
    """Return what signs decisions with an identity and keeps the signer's name in ``signed``, by gate."""
    from reports.decisions import sign_decision

    def _sign(snapshot: Snapshot, decision: GateDecision) -> GateDecision:
        made = sign_decision(snapshot, decision, identity)
        signed[decision.gate] = identity.name
        return made

    return _sign


@click.command(short_help="Keep copies of evidence files.")
@click.argument("file", type=PATH)
@click.argument("evidence", type=PATH, nargs=-1, required=True)
@click.option("--title", default="", metavar="TEXT", help="What the evidence is.")
@click.option("--cites", default="", metavar="TEXT", help="The source it comes from.")
@ACTOR
@unlocks
def attach(
    file: Path, evidence: tuple[Path, ...], *, title: str, cites: str, actor: str | None, unlocking: Unlocking
) -> None:
    """Keep copies of EVIDENCE files inside FILE and print the digests that name them."""
    from asl_desktop.services.evidence import attach_evidence, require_readable
    from asl_desktop.storage.model import EvidenceDraft

    for path in evidence:
        require_readable(path)
    with unlocking.open(file) as document:
        for path in evidence:
            draft = EvidenceDraft(title=title, cites=cites)
            item = attach_evidence(document, path, draft=draft, actor=actor_or_login(actor))
            say(f"{item.sha256}  {item.name}")


@click.command(short_help="Write the inputs back as INPUTS.yaml.")
@click.argument("file", type=PATH)
@click.option("--inputs", is_flag=True, required=True, help="Write everything that was put in, as INPUTS.yaml.")
@click.option(
    "--out", type=PATH, default=None, metavar="PATH", help="Folder to make, or a name ending in .yaml for the file."
)
@unlocks
def export(
    file: Path,
    *,
    inputs: bool,  # noqa: ARG001 - the flag names what is exported
    out: Path | None,
    unlocking: Unlocking,
) -> None:
    """Write the inputs of FILE back as INPUTS.yaml with a folder of its evidence, readable by anybody who gets them.

    asl apply reads them again.
    """
    from asl_desktop.services.inputs_files import export_inputs

    with unlocking.open(file, read_only=True) as document:
        listing = export_inputs(document, out if out is not None else file.with_name(f"{file.stem}-inputs"))
    say(f"Wrote {listing}.")


@click.command(short_help="Look for changes past the file's own history.")
@click.argument("file", type=PATH)
@unlocks
def check(file: Path, *, unlocking: Unlocking) -> int:
    """Look for anything in FILE that was changed past its own history, and for damaged evidence."""
    from asl_desktop.errors import FileDamaged, FileTampered, UserError

    try:
        with unlocking.open(file, read_only=True, as_recorded=False) as document:
            problems = document.check()
            events = document.head().events
    except (FileDamaged, FileTampered) as error:
        return report_user_error(error)
    except UserError as error:
        return report_user_error(error, status=COULD_NOT_LOOK)
    for problem in problems:
        say(f"Problem: {problem}")
    say("NOT in order." if problems else f"In order: {events} recorded events replayed, all evidence as attached.")
    return REFUSED if problems else OK
