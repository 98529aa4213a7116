"""Exit statuses, and how the command line says that something went wrong."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asl_desktop import __version__
from asl_desktop.cli.output import plain
from asl_desktop.messages import message_for

if TYPE_CHECKING:
    from asl_desktop.errors import UserError

OK = 0
REFUSED = 1
USAGE = 2
COULD_NOT_LOOK = 2
CRASHED = 70
INTERRUPTED = 130

_MOST_PROBLEMS = 20


def report_user_error(error: UserError, *, status: int = REFUSED) -> int:
    """Say what is wrong and what to do next on standard error; return the exit status."""
    message = message_for(error)
    click.echo(plain(f"{message.title}: {message.text} {message.advice}"), err=True)
    further = error.problems[1:]
    for problem in further[:_MOST_PROBLEMS]:
        place = ", ".join(part for part in (f"line {problem.line}" if problem.line else "", problem.field) if part)
        click.echo(plain(f"  Also {place}: {problem.problem}." if place else f"  Also: {problem.problem}."), err=True)
    if len(further) > _MOST_PROBLEMS:
        click.echo(f"  And {len(further) - _MOST_PROBLEMS} more.", err=True)
    return status


def report_bug(error: Exception) -> None:
    """Write a crash log and name it on standard error; the log holds no answers, evidence or file contents."""
    try:
        path = _write_log(error)
    except OSError as cause:
        click.echo(
            f"An error of this program ({type(error).__name__}) stopped the command, and the log could not be written "
            f"({cause.strerror}). Files that were saved before are unharmed.",
            err=True,
        )
        return
    click.echo(
        f"An error of this program stopped the command; what happened is in {path}, without any answers or evidence. "
        "Files that were saved before are unharmed.",
        err=True,
    )


def _write_log(error: Exception) -> Path:
    import platformdirs

    folder = Path(platformdirs.user_log_dir("asl-desktop", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    path = folder / f"crash-{moment:%Y%m%dT%H%M%SZ}-{os.getpid()}.log"
    lines = [
        f"asl {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"at {moment.isoformat(timespec='seconds')}",
        f"command {next((word for word in sys.argv[1:] if word.isalpha()), '')}",
        "",
    ]
    seen: BaseException | None = error
    while seen is not None:  # types and places only: the text of an exception may quote an answer
        lines += [*(entry.rstrip() for entry in traceback.format_tb(seen.__traceback__)), type(seen).__qualname__, ""]
        seen = seen.__cause__ or seen.__context__
    path.write_text("\n".join(lines), "utf-8")
    return path
