"""``asl verifier``: the script with which an outsider checks an assessment file."""

from __future__ import annotations

from pathlib import Path

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.output import say


@click.command(short_help="Write the script that checks a file without this program.")
@click.option("--out", type=PATH, default=Path("asl_verify.py"), show_default=True, metavar="PATH")
def verifier(*, out: Path) -> None:
    """Write a script that checks an assessment with nothing but Python: history, tables, frameworks and evidence."""
    from asl_desktop.services.verifier import write_verifier

    write_verifier(out)
    say(f"Wrote {out}. Whoever has Python checks a file with: python3 {out.name} FILE.asl")
