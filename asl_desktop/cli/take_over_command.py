"""``asl take-over``: a file that another computer never closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from asl_desktop.cli.assessment_commands import PATH
from asl_desktop.cli.output import say

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="take-over", short_help="Change a file that another computer never closed.")
@click.argument("file", type=PATH)
def take_over(file: Path) -> None:
    """Let FILE be changed here although it is marked as open on another computer.

    Only when it is certain that nobody works on it there: two programs that change one file at a time destroy it. What
    is open on this computer is refused.
    """
    from asl_desktop.services.assessments import take_over as forget_mark

    forget_mark(file)
    say(f"{file} can be opened for writing here.")
