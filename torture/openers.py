"""Everything that opens a document somebody else may have made, as steps for :mod:`torture.jail`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.cli import app
from asl_desktop.errors import UserError
from asl_desktop.messages import message_for
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase

if TYPE_CHECKING:
    from torture.jail import Step

READING = ("open_reading", "check", "verify", "determine", "why", "report", "export")


def steps(path: Path, out: Path, passphrase: Path | None = None) -> list[Step]:
    """Return one step per opener; those that only read come first. Whatever they write belongs into ``out``.

    Args:
        path: the document.
        out: where they may write.
        passphrase: file with the passphrase of an encrypted document.
    """
    key = "" if passphrase is None else passphrase.read_text("utf-8")
    more = [] if passphrase is None else ["--passphrase-file", str(passphrase)]
    file = str(path)
    lines: dict[str, list[str]] = {
        "check": ["check", file],
        "verify": ["verify", file, "--json"],
        "determine": ["determine", file],
        "what_if": ["determine", file, "--what-if", "--json"],
        "history": ["history", file],
        "report": ["report", file, "--out", str(out / "report.pdf")],
        "export": ["export", file, "--inputs", "--out", str(out / "inputs")],
        "salvage": ["salvage", file, "--out", str(out / "saved.asl")],
    }
    known = app.cli.list_commands(None)  # type: ignore[arg-type] # the group ignores its context
    found: list[Step] = [("open_reading", open_reading, (file, key))]
    found += [(name, app.run, ([*line, *more],)) for name, line in lines.items() if line[0] in known]
    return [*found, ("open_writing", open_writing, (file, key))]


def open_reading(file: str, passphrase: str) -> int:
    """Open for reading and look at everything that the window looks at when it opens a file."""
    try:
        with Document.open(Path(file), read_only=True, secret=_secret(passphrase)) as document:
            document.inputs()
            document.packs()
            document.reversible()
            document.checkpoints()
            list(document.events())
    except UserError as error:
        print(message_for(error).text)
        return 1
    return 0


def open_writing(file: str, passphrase: str) -> int:
    """Open for writing, look at what is shown first, change nothing, close."""
    try:
        with Document.open(Path(file), secret=_secret(passphrase)) as document:
            document.inputs()
            document.packs()
    except UserError as error:
        print(message_for(error).text)
        return 1
    return 0


def _secret(passphrase: str) -> Passphrase | None:
    return Passphrase(passphrase) if passphrase else None
