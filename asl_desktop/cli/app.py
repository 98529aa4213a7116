"""The command group, the exit statuses, and the one border at which errors become sentences."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from asl_desktop import __version__
from asl_desktop.cli.failures import CRASHED, INTERRUPTED, OK, USAGE, report_bug, report_user_error
from asl_desktop.cli.output import settle
from asl_desktop.errors import Cancelled, OutputLost, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Name -> (module, attribute). A command is imported only when it is called or helped with.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "new": ("asl_desktop.cli.assessment_commands", "new"),
    "apply": ("asl_desktop.cli.assessment_commands", "apply"),
    "attach": ("asl_desktop.cli.assessment_commands", "attach"),
    "export": ("asl_desktop.cli.assessment_commands", "export"),
    "check": ("asl_desktop.cli.assessment_commands", "check"),
    "history": ("asl_desktop.cli.history_commands", "history"),
    "undo": ("asl_desktop.cli.history_commands", "undo"),
    "redo": ("asl_desktop.cli.history_commands", "redo"),
    "salvage": ("asl_desktop.cli.salvage_command", "salvage"),
    "passphrase": ("asl_desktop.cli.passphrase_command", "passphrase"),
    "take-over": ("asl_desktop.cli.take_over_command", "take_over"),
    "copy": ("asl_desktop.cli.backup_commands", "copy"),
    "backups": ("asl_desktop.cli.backup_commands", "backups"),
    "determine": ("asl_desktop.cli.determine_command", "determine"),
    "preflight": ("asl_desktop.cli.preflight_command", "preflight"),
    "report": ("asl_desktop.cli.report_commands", "report"),
    "identity": ("asl_desktop.cli.report_commands", "identity"),
    "sign": ("asl_desktop.cli.report_commands", "sign"),
    "checkpoint": ("asl_desktop.cli.checkpoint_command", "checkpoint"),
    "verify": ("asl_desktop.cli.report_commands", "verify"),
    "verifier": ("asl_desktop.cli.verifier_command", "verifier"),
    "packs": ("asl_desktop.cli.pack_commands", "packs"),
    "demo": ("asl_desktop.cli.demo_command", "demo"),
}
_EPILOG = """\b
Exit status
  0   done; for verify, check and preflight: all is well
  1   refused, nothing was changed; for verify, check and preflight: not all is well
  2   wrong usage; for verify and check: could not look
  70  an error of this program; the message names the log file
  130 stopped from the keyboard
"""


class _Group(click.Group):
    """A group that knows its commands by name and imports each when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="asl", message="%(prog)s %(version)s")
def cli() -> None:
    """Assess an AI model against a risk framework: answers, margins, required safeguards, gates, signed reports.

    Everything happens on this machine. An assessment is one file; no command uses the network.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; no exception leaves this function."""
    _hold_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a character shows its code instead of failing
            reconfigure(errors="backslashreplace")
    try:
        status = cli.main(args=list(arguments), prog_name="asl", standalone_mode=False)
        settle()
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return INTERRUPTED
    except (Cancelled, KeyboardInterrupt):
        click.echo("Stopped. Nothing half-done was kept.", err=True)
        return INTERRUPTED
    except OutputLost as error:
        _let_go_of_output()
        return report_user_error(error)
    except UserError as error:
        return report_user_error(error)
    except (BrokenPipeError, SystemExit):  # the reader of our output has gone; click says so by SystemExit
        _let_go_of_output()
        return OK
    except Exception as error:  # noqa: BLE001 - the border of the program
        report_bug(error)
        return CRASHED
    return status if isinstance(status, int) else OK


def _hold_standard_streams() -> None:
    """Fill closed standard streams, so that no file we open gets their numbers and with them what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def _let_go_of_output() -> None:
    """Drop what is still waiting to be printed; it would fail once more when the process ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
