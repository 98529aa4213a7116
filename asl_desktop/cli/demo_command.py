"""``asl demo``: the worked example from its published figures to a verified report, in one folder."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.failures import OK, REFUSED
from asl_desktop.cli.output import print_json, say
from asl_desktop.errors import FileExists, FileMissing, OutputNotWritable, UserError
from asl_desktop.files import put, replace_file, staging_folder, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.determination import Snapshot
    from reports.verifying import Verification

_MARKER = ".asl-demo.json"
_SIGNER = "Demonstration signer (no real person)"
_ROLE = "Assessor"


@dataclass(frozen=True, slots=True)
class _Files:
    """What a demonstration leaves in its folder."""

    folder: Path
    example: str

    @property
    def assessment(self) -> Path:
        return self.folder / f"{self.example}.asl"

    @property
    def report(self) -> Path:
        return self.folder / f"{self.example}-report.pdf"

    @property
    def identity(self) -> Path:
        return self.folder / "demonstration-identity.p12"

    @property
    def passphrase(self) -> Path:
        return self.folder / "demonstration-passphrase.txt"

    @property
    def every(self) -> tuple[Path, ...]:
        return (self.assessment, self.report, self.identity, self.passphrase)


@click.command(short_help="Build, sign and verify a worked example.")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--example", default="claude-opus-4", show_default=True, metavar="NAME", help="Which worked example.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document of a stable shape.")
def demo(folder: Path, *, example: str, as_json: bool) -> int:
    """Build a worked example in DIR, write its report, sign it with a demonstration identity, and verify it.

    Running it again renews the files that it made itself and refuses to touch any other.
    """
    from asl_desktop.services.examples import example_inputs
    from asl_desktop.services.outcome import determination_json

    example_inputs(example)
    files = _Files(folder.absolute(), example)
    _prepare(files)
    snapshot, verification = _build(files)
    if as_json:
        print_json(
            {
                "assessment": str(files.assessment),
                "report": str(files.report),
                "identity": str(files.identity),
                "snapshot_digest": snapshot.digest,
                "determination": determination_json(snapshot),
                "verified": verification.ok,
            }
        )
    else:
        _print(files, snapshot, verification)
    return OK if verification.ok else REFUSED


def _print(files: _Files, snapshot: Snapshot, verification: Verification) -> None:
    from asl_desktop.cli.outcome_text import in_short
    from reports.verifying import in_words

    say(f"Determination: {in_short(snapshot.determination)}")
    for line in in_words(verification):
        say(line)
    say()
    say(f"Assessment  {files.assessment}")
    say(f"Report      {files.report}")
    say(f"Identity    {files.identity} (for demonstration only)")
    say(f"Snapshot    {snapshot.digest}")


def _prepare(files: _Files) -> None:
    """Make the folder and see that nothing but our own, unchanged files would be replaced."""
    with writing(files.folder):
        files.folder.mkdir(parents=True, exist_ok=True)
    known = _marker(files)
    for path in files.every:
        if os.path.lexists(path) and (path.name not in known or known[path.name] != _digest(path)):
            raise FileExists(path=str(path))


def _build(files: _Files) -> tuple[Snapshot, Verification]:
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.examples import build_example
    from asl_desktop.storage.model import Head
    from reports.building import build_report
    from reports.checkpoints import keep_checkpoint
    from reports.identity import load_identity
    from reports.lineage import lineage_of
    from reports.verifying import verify_pdf

    _make_identity(files)
    signer = load_identity(files.identity, files.passphrase.read_text("utf-8").rstrip("\n"))
    with _nobody_has_open(files.assessment), staging_folder(files.assessment) as stage:
        with build_example(files.example, stage / files.assessment.name) as document:
            snapshot = take_snapshot(document)
            lineage = lineage_of(document, snapshot)
            keep_checkpoint(document, Head(snapshot.events, snapshot.head), signer, actor=signer.name)
        with writing(files.assessment):
            put(stage / files.assessment.name, files.assessment)
    _mark(files)
    build_report(snapshot, files.report, lineage=lineage, identity=signer, role=_ROLE)
    _mark(files)
    return snapshot, verify_pdf(files.report, trust=signer.chain[-1:])


@contextlib.contextmanager
def _nobody_has_open(path: Path) -> Iterator[None]:
    """Refuse to replace a file that a window has open; an older one that is damaged is no loss."""
    from asl_desktop.errors import FileLocked
    from asl_desktop.services.assessments import open_assessment

    if path.exists():
        try:
            open_assessment(path).close()
        except FileLocked:
            raise
        except UserError:
            pass
    yield


def _make_identity(files: _Files) -> None:
    """Keep the demonstration identity of an earlier run, or make one under a passphrase that is written beside it."""
    from asl_desktop.errors import IdentityRefused
    from reports.identity import DEMONSTRATION, create_identity, load_identity
    from reports.trust import add_trust

    try:
        signer = load_identity(files.identity, files.passphrase.read_text("utf-8").rstrip("\n"))
    except (OSError, FileMissing, IdentityRefused):
        files.identity.unlink(missing_ok=True)
        passphrase = secrets.token_urlsafe(12)
        replace_file(files.passphrase, f"{passphrase}\n".encode())
        _mark(files)
        signer = create_identity(_SIGNER, files.identity, passphrase, organisation=DEMONSTRATION, trusted=False)
        _mark(files)
    with contextlib.suppress(OutputNotWritable):  # a home folder that takes nothing is no reason to show nothing
        add_trust(signer.chain[-1])


def _marker(files: _Files) -> dict[str, str]:
    try:
        data: Any = json.loads((files.folder / _MARKER).read_text("utf-8"))
        return {str(name): str(digest) for name, digest in data["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _mark(files: _Files) -> None:
    """Note which files are ours and what is in them, so that a later run replaces these and no others."""
    known = _marker(files) | {path.name: _digest(path) for path in files.every if path.exists()}
    content = {"made_by": "asl demo", "files": known}
    replace_file(files.folder / _MARKER, json.dumps(content, indent=2, sort_keys=True).encode() + b"\n")


def _digest(path: Path) -> str:
    from asl_desktop.services.evidence import file_digest

    return file_digest(path)[0]
