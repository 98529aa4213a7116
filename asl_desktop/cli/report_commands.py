"""Commands that build, sign and verify reports. What draws and signs is imported only when called for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import DAY, PATH, to_day
from asl_desktop.cli.failures import COULD_NOT_LOOK, OK, REFUSED, report_user_error
from asl_desktop.cli.output import print_json, say
from asl_desktop.cli.passphrases import (
    IDENTITY_PASSPHRASE,
    SECRET_FILE,
    Unlocking,
    open_identity,
    read_passphrase,
    unlocks,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PASSPHRASE = click.option(
    "--passphrase-file", type=SECRET_FILE, default=None, metavar="F", help="File whose first line is the passphrase."
)
REPLACE = click.option("--replace", is_flag=True, help="Replace a signed report that is in the way.")
DESPITE = click.option(
    "--despite", default="", metavar="REASON", help="Why it is signed although the pre-flight check found errors."
)


@click.command(short_help="Build the report as a PDF, signed or not.")
@click.argument("file", type=PATH)
@click.option("--out", type=PATH, required=True, metavar="PDF", help="Where the report goes.")
@click.option("--edition", type=click.Choice(["board"]), default="board", show_default=True)
@click.option("--as-of", type=DAY, default=None, metavar="DATE", help="Judge as of this day, YYYY-MM-DD.")
@click.option("--sign", "identity_file", type=PATH, default=None, metavar="ID.p12", help="Sign it with this identity.")
@click.option("--role", default="Assessor", show_default=True, metavar="ROLE", help="In which role to sign.")
@IDENTITY_PASSPHRASE
@DESPITE
@REPLACE
@unlocks
def report(
    file: Path,
    *,
    out: Path,
    edition: str,
    as_of: datetime | None,
    identity_file: Path | None,
    role: str,
    identity_passphrase_file: Path | None,
    despite: str,
    replace: bool,
    unlocking: Unlocking,
) -> None:
    """Build the report of FILE as a PDF, and sign it when an identity is given."""
    from asl_desktop.cli.outcome_text import in_short
    from asl_desktop.errors import ValueRefused
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.preflight import check_before_signing, errors_in_words, sign_off_problem
    from asl_desktop.storage.model import Head
    from reports.building import build_report, require_replaceable
    from reports.checkpoints import keep_checkpoint
    from reports.lineage import lineage_of

    require_replaceable(out, replace=replace)
    identity = None
    if identity_file is not None:
        identity, unlocking = open_identity(identity_file, identity_passphrase_file, file=file, unlocking=unlocking)
    with unlocking.open(file, read_only="if need be" if identity is not None else True) as document:
        snapshot = take_snapshot(document, as_of=to_day(as_of))
        lineage = lineage_of(document, snapshot)
        found = check_before_signing(snapshot)
        if identity is not None and (problem := sign_off_problem(found, despite)):
            raise ValueRefused(field="--despite", problem=f"{problem} {errors_in_words(found)}")
        why = despite if identity is not None and not found.clear else ""
        written = build_report(snapshot, out, lineage=lineage, identity=identity, role=role, despite=why)
        trouble = ""
        if identity is not None:
            head = Head(snapshot.events, snapshot.head)
            trouble = keep_checkpoint(document, head, identity, actor=identity.name)
    signed = f", signed by {identity.name} as {role}" if identity is not None else ", not signed"
    say(f"Wrote {out}: {edition} edition, {written.pages} pages{signed}.")
    say(f"Determination: {in_short(snapshot.determination)}. Snapshot {snapshot.digest}")
    if identity is not None and not found.clear:
        say(f"Note: signed although the pre-flight check found {found.words()}; `asl preflight` lists them.")
    for notice in (*written.notices, *([trouble] if trouble else [])):
        say(f"Note: {notice}")


@click.group(short_help="Make signing identities.")
def identity() -> None:
    """Make signing identities."""


@identity.command("new")
@click.option("--name", required=True, metavar="NAME", help="The person who signs.")
@click.option("--out", type=PATH, required=True, metavar="ID.p12")
@click.option("--organisation", default="", metavar="NAME")
@click.option("--role", default="", metavar="TITLE", help="Their title, part of the certificate.")
@PASSPHRASE
def new_identity(*, name: str, out: Path, organisation: str, role: str, passphrase_file: Path | None) -> None:
    """Make a key and certificate, protected by a passphrase, and trust its root on this machine."""
    from reports.identity import create_identity
    from reports.trust import fingerprint

    passphrase = read_passphrase(passphrase_file, of=f"{out.name}, new", confirm=True)
    made = create_identity(name, out, passphrase, organisation=organisation, role=role)
    say(f"Made {out} for {made.name}.")
    for certificate in made.chain:
        say(f"Fingerprint of the root, to be compared by people who verify: {fingerprint(certificate)}")


@click.command(short_help="Add a signature to a report.")
@click.argument("pdf", type=PATH)
@click.option("--identity", "identity_file", type=PATH, required=True, metavar="ID.p12")
@click.option(
    "--out", type=PATH, default=None, metavar="PDF", help="Where the signed report goes; PDF itself if left out."
)
@click.option("--role", default="Assessor", show_default=True, metavar="ROLE", help="In which role to sign.")
@click.option("--reason", default="", metavar="TEXT", help="Why, in one line; printed in the signature.")
@DESPITE
@PASSPHRASE
@REPLACE
def sign(
    pdf: Path,
    *,
    identity_file: Path,
    out: Path | None,
    role: str,
    reason: str,
    despite: str,
    passphrase_file: Path | None,
    replace: bool,
) -> None:
    """Add a signature to a report; earlier signatures stay valid.

    Like a new report, it is not signed while the pre-flight check of the assessment attached to it finds errors, unless
    --despite says why; the same goes where that check cannot be made.
    """
    from reports.building import require_replaceable
    from reports.identity import load_identity
    from reports.signing import sign_report

    target = out if out is not None else pdf
    if target.absolute() != pdf.absolute():
        require_replaceable(target, replace=replace)
    signer = load_identity(identity_file, read_passphrase(passphrase_file, of=identity_file.name, confirm=False))
    passed = _past_preflight(pdf, despite)
    sign_report(pdf, target, signer, role=role, reason="; ".join(part for part in (reason.strip(), passed) if part))
    say(f"Signed {target} as {role}: {signer.name}.")
    if passed:
        say(f"Note: {passed}")


def _past_preflight(pdf: Path, despite: str) -> str:
    """Return what the signature states where it passes by what the pre-flight check of a report finds; usually nothing.

    Raises:
        ValueRefused: errors stand, or nobody can tell, and ``despite`` does not say why it is signed all the same.
    """
    from asl_desktop.domain.inputs import stated
    from asl_desktop.errors import ValueRefused, VerifyImpossible
    from asl_desktop.services.preflight import check_before_signing, errors_in_words, sign_off_problem
    from reports.attached import attached_snapshot
    from reports.building import signed_despite

    try:
        found = check_before_signing(attached_snapshot(pdf))
    except VerifyImpossible as error:
        if stated(despite):
            return signed_despite(despite, checked=False)
        problem = (
            f"the pre-flight check of {pdf} cannot be made, as {error.values['detail']}. "
            "Say why you sign all the same; that reason is kept and printed"
        )
        raise ValueRefused(field="--despite", problem=problem) from error
    if problem := sign_off_problem(found, despite):
        raise ValueRefused(field="--despite", problem=f"{problem} {errors_in_words(found)}")
    return "" if found.clear else signed_despite(despite)


@click.command(short_help="Say whether a report or assessment can be relied on.")
@click.argument("path", type=PATH)
@click.option(
    "--trust", type=PATH, multiple=True, metavar="CERT", help="Also trust this root certificate; may be repeated."
)
@click.option(
    "--against",
    default="",
    metavar="REPORT.pdf|X.checkpoint|HEAD",
    help="For an assessment: does its history go through what this names? Finds a cut-off end and a rewritten history.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document of a stable shape.")
@unlocks
def verify(path: Path, *, trust: tuple[Path, ...], against: str, as_json: bool, unlocking: Unlocking) -> int:
    """Say whether a signed report or an assessment file is intact, trusted and complete."""
    from asl_desktop.errors import UserError
    from asl_desktop.messages import message_for
    from reports.verifying import in_words, kind_of, to_json
    from reports.verifying import verify as examine

    comparison = None
    try:
        is_report = kind_of(path) == "pdf"
        if is_report and against:
            raise click.UsageError("--against is for an assessment: asl verify FILE.asl --against REPORT.pdf")
        secret = None if is_report else unlocking.secret_for(path)
        result = examine(path, trust=trust, secret=secret)
        if against:
            from reports.comparing import compare_file, together

            comparison = compare_file(path, against, secret=secret, trust=trust)
            result = together(result, comparison)
    except UserError as error:
        if as_json:
            kind = "pdf" if path.suffix.lower() == ".pdf" else "assessment"
            problem = message_for(error).text
            print_json({"ok": False, "kind": kind, "signatures": [], "problems": [problem], "facts": []})
        return report_user_error(error, status=COULD_NOT_LOOK)
    if as_json:
        print_json(to_json(result) | ({"against": comparison.to_json()} if comparison is not None else {}))
    else:
        for line in in_words(result):
            say(line)
    return OK if result.ok else REFUSED
