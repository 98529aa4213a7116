"""Everything that opens a document somebody else may have made, as steps for :mod:`torture.jail`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.cli import app
from asl_desktop.errors import UserError
from asl_desktop.messages import message_for
from asl_desktop.storage.document import Document

if TYPE_CHECKING:
    from torture.jail import Step

READING = ("open_reading", "check", "verify", "determine", "why", "report", "export")


def steps(path: Path, out: Path) -> list[Step]:
    """Return one step per opener; those that only read come first. Whatever they write belongs into ``out``."""
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
    found: list[Step] = [("open_reading", open_reading, (file,))]
    found += [(name, app.run, (line,)) for name, line in lines.items() if line[0] in known]
    return [*found, ("open_writing", open_writing, (file,))]


def open_reading(file: str) -> int:
    """Open for reading and look at everything that the window looks at when it opens a file."""
    try:
        with Document.open(Path(file), read_only=True) as document:
            document.inputs()
            document.packs()
            document.reversible()
            document.checkpoints()
            list(document.events())
    except UserError as error:
        print(message_for(error).text)
        return 1
    return 0


def open_writing(file: str) -> int:
    """Open for writing, look at what is shown first, change nothing, close."""
    try:
        with Document.open(Path(file)) as document:
            document.inputs()
            document.packs()
    except UserError as error:
        print(message_for(error).text)
        return 1
    return 0
