"""Where commands get passphrases and recovery keys from: a file, or a terminal without echo. Never the command line."""

from __future__ import annotations

import functools
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from asl_desktop.cli.output import warn
from asl_desktop.errors import FileMissing, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret
    from reports.identity import Identity

T = TypeVar("T")

SECRET_FILE = click.Path(path_type=Path)
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Unlocking:
    """What a command line says on how to open an encrypted file."""

    passphrase_file: Path | None = None
    recovery_key_file: Path | None = None

    def secret_for(self, file: Path) -> Secret | None:
        """Return what opens a file: what the options name, else what a person types; None where nothing is needed.

        Raises:
            click.UsageError: both options were given.
            FileMissing, ValueRefused, PassphraseRefused: what an option names cannot be used.
            FileNotAssessment and its like: the file cannot be looked at.
        """
        from asl_desktop.services.assessments import is_encrypted
        from asl_desktop.storage.keys import Passphrase, RecoveryKey

        if self.passphrase_file is not None and self.recovery_key_file is not None:
            raise click.UsageError("--passphrase-file and --recovery-key-file are two ways: give one of them.")
        if self.passphrase_file is not None:
            return Passphrase(first_line(self.passphrase_file))
        if self.recovery_key_file is not None:
            return RecoveryKey.from_text(_start_of(self.recovery_key_file))
        if is_encrypted(file) and at_terminal():
            return Passphrase(ask(f"Passphrase of {file.name}"))
        return None

    @contextmanager
    def open(
        self, file: Path, *, read_only: bool | Literal["if need be"] = False, as_recorded: bool = True
    ) -> Iterator[Document]:
        """Open an assessment, encrypted or not, and close it in the end; ``as_recorded`` as for the service.

        A command says one thing and ends, so its file must be ``as_recorded`` from the first event on. Says on standard
        error when the file lacks what this computer saw of it before, and keeps what it sees now.
        With ``if need be``, a file that cannot be written is opened for reading.

        Raises:
            As :meth:`secret_for` and :func:`asl_desktop.services.assessments.open_assessment` do.
        """
        from asl_desktop.errors import FileLocked, OutputNotWritable
        from asl_desktop.services.assessments import open_assessment
        from asl_desktop.services.seen import look, remember

        secret = self.secret_for(file)
        try:
            opened = open_assessment(file, read_only=read_only is True, secret=secret, as_recorded=as_recorded)
        except (FileLocked, OutputNotWritable):
            if not read_only:
                raise
            opened = open_assessment(file, read_only=True, secret=secret, as_recorded=as_recorded)
        del secret  # the document holds the key; nothing needs the passphrase any more
        with opened as document:
            if as_recorded:
                document.require_unbroken()
            if (setback := look(document)) is not None:
                warn(f"{setback.in_words()} See: asl history {file}")
            yield document
            remember(document)


def unlocks(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options that open an encrypted file, and the parameter ``unlocking`` that stands for them."""

    @functools.wraps(command)
    def wrapped(*args: Any, passphrase_file: Path | None, recovery_key_file: Path | None, **more: Any) -> T:
        return command(*args, unlocking=Unlocking(passphrase_file, recovery_key_file), **more)

    options = (
        click.option(
            "--recovery-key-file", type=SECRET_FILE, default=None, metavar="F", help="File that holds the recovery key."
        ),
        click.option(
            "--passphrase-file",
            type=SECRET_FILE,
            default=None,
            metavar="F",
            help="File whose first line is the passphrase of an encrypted FILE; asked for on a terminal if left out.",
        ),
    )
    for option in options:
        wrapped = option(wrapped)
    return wrapped


IDENTITY_PASSPHRASE = click.option(
    "--identity-passphrase-file",
    type=SECRET_FILE,
    default=None,
    metavar="F",
    help="File whose first line is the passphrase of the identity; with a plain FILE, --passphrase-file will do.",
)


def open_identity(
    identity_file: Path, passphrase_file: Path | None, *, file: Path, unlocking: Unlocking
) -> tuple[Identity, Unlocking]:
    """Open the identity that is to sign something of FILE, and return it with what is left to open FILE with.

    Raises:
        FileMissing, ValueRefused: a passphrase cannot be read.
        IdentityRefused: it does not open the identity.
    """
    from asl_desktop.services.assessments import is_encrypted
    from reports.identity import load_identity

    if passphrase_file is None and not is_encrypted(file):
        passphrase_file, unlocking = unlocking.passphrase_file, Unlocking()
    passphrase = read_passphrase(passphrase_file, of=identity_file.name, confirm=False)
    return load_identity(identity_file, passphrase), unlocking


def at_terminal() -> bool:
    """Say whether there is a person to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(what: str, *, twice: bool = False) -> str:
    """Ask for a passphrase without echo, on standard error."""
    return str(click.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))


def read_passphrase(file: Path | None, *, of: str, confirm: bool) -> str:
    """Return the passphrase: first line of a file, else asked for without echo, else first line of standard input.

    Raises:
        FileMissing: there is no such file.
        ValueRefused: it cannot be read as text, is empty or too long.
    """
    if file is not None:
        passphrase = first_line(file)
        if confirm and passphrase != passphrase.strip():
            warn(f"The passphrase in {file} begins or ends with a space, which is part of it and must be typed, too.")
        return passphrase
    if at_terminal():
        return ask(f"Passphrase of {of}", twice=confirm)
    line = sys.stdin.readline(_LONGEST + 2) if sys.stdin is not None else ""
    return _passphrase_in(line, "standard input, and no --passphrase-file is given")


def first_line(file: Path) -> str:
    """Return the first line of a file without its line end; every other character counts, spaces too.

    Raises:
        FileMissing: there is no such file.
        ValueRefused: it cannot be read as text, is empty or too long.
    """
    return _passphrase_in(_start_of(file), str(file))


def _passphrase_in(text: str, source: str) -> str:
    passphrase = text.split("\n", 1)[0].removesuffix("\r")
    if not passphrase:
        raise ValueRefused(field="passphrase", problem=f"it is empty in {source}")
    if len(passphrase) > _LONGEST:
        raise ValueRefused(field="passphrase", problem=f"it has more than {_LONGEST} characters in {source}")
    return passphrase


def _start_of(file: Path) -> str:
    """Return the beginning of a text file, without the mark that some editors put first."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return stream.read(_LONGEST + 2)
    except FileNotFoundError as cause:
        raise FileMissing(path=str(file)) from cause
    except (OSError, UnicodeDecodeError):  # the second would quote what it read
        raise ValueRefused(field="passphrase", problem=f"{file} cannot be read as text") from None
