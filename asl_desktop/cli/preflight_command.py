"""``asl preflight``: everything to be seen before anyone puts their name under an assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import DAY, PATH
from asl_desktop.cli.output import bullet, heading, print_json, say
from asl_desktop.cli.passphrases import Unlocking, unlocks

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from asl_desktop.services.preflight import Preflight


@click.command(short_help="Say what must be mended or seen before signing.")
@click.argument("file", type=PATH)
@click.option("--as-of", type=DAY, default=None, metavar="DATE", help="Judge as of this day, YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document of a stable shape.")
@unlocks
def preflight(file: Path, *, as_of: datetime | None, as_json: bool, unlocking: Unlocking) -> int:
    """Check FILE before it is signed.

    Errors stand in the way (exit status 1), warnings must be seen, notes are good to know.
    """
    from asl_desktop.cli.determine_command import snapshot_of_file
    from asl_desktop.services.preflight import check_before_signing, preflight_json

    snapshot = snapshot_of_file(file, as_of=as_of, unlocking=unlocking)
    found = check_before_signing(snapshot)
    if as_json:
        print_json(preflight_json(found) | {"snapshot_digest": snapshot.digest})
    else:
        _print_findings(found)
    return 0 if found.clear else 1


def _print_findings(found: Preflight) -> None:
    say(f"Pre-flight check: {found.words()}.")
    for rule, items in found.groups:
        heading(f"{rule.severity.upper()}: {rule.title} ({len(items)})")
        say(f"  {rule.why}")
        for item in items:
            bullet(f"{item.target}  {item.text}")
