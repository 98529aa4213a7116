"""What a report is made of: sections of blocks, as plain data without any layout.

Text inside blocks is always literal; nothing in it is ever read as markup.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.frozen import frozen

if TYPE_CHECKING:  # a report that is already written as blocks is set without loading the domain
    from datetime import date, datetime

    from asl_desktop.domain.determination import MarginState
    from reports.charts.model import MarginChart

TextStyle: TypeAlias = Literal["", "strong", "italic", "muted"]
ParagraphKind: TypeAlias = Literal["body", "lead", "small", "quote", "display", "eyebrow"]
Tone: TypeAlias = Literal["neutral", "ok", "warn", "danger"]
Align: TypeAlias = Literal["left", "right"]


@frozen
class Run:
    """A stretch of text in one style. ``mark`` colours a status glyph; words are never coloured."""

    text: str
    style: TextStyle = ""
    mark: MarginState | None = None


Runs: TypeAlias = tuple[Run, ...]
Cell: TypeAlias = tuple[Runs, ...]


@frozen
class Heading:
    """A heading; ``level`` 1 is a section, 2 and 3 are below it."""

    text: str
    level: int


@frozen
class Paragraph:
    """A paragraph. Line breaks inside the text are kept."""

    runs: Runs
    kind: ParagraphKind = "body"


@frozen
class Bullets:
    """An unordered list; every item is one paragraph. ``dense`` is for reference matter."""

    items: tuple[Runs, ...]
    dense: bool = False


@frozen
class KeyValues:
    """Names with their values, one a line."""

    rows: tuple[tuple[str, Runs], ...]


@frozen
class Column:
    """A column of a table; ``width`` is a share, relative to the other columns."""

    title: str
    width: float
    align: Align = "left"


@frozen
class Table:
    """A table with one header row. A cell is a tuple of paragraphs; the first cell of a row names the row.

    ``dense`` is for reference matter, which is looked up and not read through.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    summary: str = ""
    dense: bool = False


@frozen
class Callout:
    """A short statement that must not be missed. ``dense`` is for a page that has little room."""

    title: str
    body: tuple[Runs, ...]
    tone: Tone = "neutral"
    dense: bool = False


@frozen
class Group:
    """Short paragraphs under a title of their own."""

    title: str
    items: tuple[Runs, ...]


@frozen
class Columns:
    """Groups of short paragraphs in two columns, the left one read first. They stay on one page: see ``Fits``."""

    groups: tuple[Group, ...]


@frozen
class Fits:
    """In the report's first section, the first of ``choices`` that ends on page 1; ``otherwise`` when none does.

    Whatever people typed must be in each.
    """

    choices: tuple[tuple[Block, ...], ...]
    otherwise: tuple[Block, ...]


@frozen
class ChartBlock:
    """A margin chart over the full width."""

    chart: MarginChart


@frozen
class SignatureSlot:
    """A place for one signature. ``field_name`` is the name of the form field that holds it."""

    field_name: str
    title: str
    duty: str = ""


@frozen
class SignatureSlots:
    """The places for signatures, in the order of signing."""

    slots: tuple[SignatureSlot, ...]


Block: TypeAlias = (
    Heading | Paragraph | Bullets | KeyValues | Table | Callout | Columns | Fits | ChartBlock | SignatureSlots
)


@frozen
class Section:
    """A part of the report with its heading; an empty title has none."""

    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@frozen
class ReportDocument:
    """A whole report.

    Attributes:
        title: the title in the file's properties and on page 1.
        running_head: at the top of every page but the first.
        digest: the snapshot digest, at the foot of every page.
        generated_at: the only time in the file; the same snapshot and time give the same bytes.
        sections: in reading order.
    """

    title: str
    subject: str
    running_head: str
    author: str
    digest: str
    generated_at: datetime
    as_of: date
    sections: tuple[Section, ...]
    language: str = "en"
    keywords: tuple[str, ...] = field(default=())


def plain(text: str, style: TextStyle = "") -> Runs:
    """Return a text as the runs of one paragraph."""
    return (Run(text, style),)


def cell(text: str, style: TextStyle = "") -> Cell:
    """Return a text as a table cell; each line becomes a paragraph of the cell."""
    return tuple(plain(line, style) for line in text.splitlines() if line.strip()) or (plain(""),)


def runs_of(block: Block) -> tuple[Run, ...]:
    """Return every run of text in a block, from start to end; a chart and its parts have none."""
    if isinstance(block, Paragraph):
        return block.runs
    if isinstance(block, Bullets):
        return tuple(run for item in block.items for run in item)
    if isinstance(block, KeyValues):
        return tuple(run for name, value in block.rows for run in (Run(name), *value))
    if isinstance(block, Table):
        header = tuple(Run(column.title) for column in block.columns)
        return header + tuple(run for row in block.rows for item in row for runs in item for run in runs)
    if isinstance(block, Callout):
        return (Run(block.title), *(run for runs in block.body for run in runs))
    if isinstance(block, Columns):
        return tuple(run for group in block.groups for runs in (plain(group.title), *group.items) for run in runs)
    if isinstance(block, Fits):
        return tuple(run for inner in block.choices[0] for run in runs_of(inner))
    if isinstance(block, Heading):
        return (Run(block.text),)
    if isinstance(block, SignatureSlots):
        return tuple(run for slot in block.slots for run in (Run(slot.title), Run(slot.duty)))
    return ()


def text_of(document: ReportDocument) -> str:
    """Return all text of a report, one paragraph a line, charts as their rows in words."""
    lines: list[str] = [document.title]
    for section in document.sections:
        lines.append(section.title)
        for block in section.blocks:
            if isinstance(block, ChartBlock):
                lines.extend(row.words for row in block.chart.rows)
            lines.extend(run.text for run in runs_of(block))
    return "\n".join(lines)
