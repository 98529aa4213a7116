"""How the command line prints: plain text that cannot drive a terminal, and JSON with sorted keys."""

from __future__ import annotations

import itertools
import json
import sys
import textwrap
from typing import TYPE_CHECKING

import click

from asl_desktop.errors import OutputLost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH = 100
_BATCH = 1000


def plain(text: str) -> str:
    """Return text on one line, control and direction characters made visible: names come from files of strangers."""
    return "".join(
        char if char.isprintable() or char == "\t" else char.encode("unicode_escape").decode("ascii") for char in text
    )


def say(text: str = "") -> None:
    """Print a line."""
    _print(plain(text))


def warn(text: str) -> None:
    """Print a sentence on standard error that a person must not miss, beside what was asked for."""
    click.echo(f"Warning: {plain(text)}", err=True)


def heading(text: str) -> None:
    """Print a heading with a blank line before it."""
    say()
    say(text)
    say("-" * len(text))


def bullet(text: str, *, indent: int = 2) -> None:
    """Print a wrapped sentence under what it belongs to."""
    space = " " * indent
    _print(
        textwrap.fill(
            plain(text.replace("\n", " ")), WIDTH, initial_indent=f"{space}- ", subsequent_indent=f"{space}  "
        )
    )


def table(rows: Iterable[Sequence[str]], *, header: Sequence[str] = ()) -> None:
    """Print rows in aligned columns; the last column may be of any length."""
    lines = [[plain(cell) for cell in row] for row in ([header] if header else []) + list(rows)]
    if not lines:
        return
    widths = [max(len(row[column]) for row in lines) for column in range(len(lines[0]))]
    for row in lines:
        _print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_json(data: object) -> None:
    """Print exactly one JSON document, keys sorted, in ASCII so that no terminal setting can spoil it."""
    _print(json.dumps(data, indent=2, sort_keys=True, allow_nan=False))


def print_json_list(items: Iterator[object]) -> None:
    """Print one JSON list, an item a line, as :func:`print_json` does; a long one never stands in memory as a whole."""
    first = True
    while batch := list(itertools.islice(items, _BATCH)):
        lines = ",\n".join(json.dumps(item, sort_keys=True, allow_nan=False) for item in batch)
        _print(f"[\n{lines}" if first else f",\n{lines}", newline=False)
        first = False
    _print("[]" if first else "\n]")


def settle() -> None:
    """Hand on what still waits to be printed.

    Raises:
        OutputLost: it did not arrive.
    """
    if sys.stdout is not None:
        _print("", newline=False)


def _print(text: str, *, newline: bool = True) -> None:
    try:
        click.echo(text, nl=newline)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as cause:
        raise OutputLost(detail=(cause.strerror or str(cause)).lower()) from cause
