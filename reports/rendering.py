"""Writing a report as a PDF: one layout pass, one drawing pass, then the archival finish.

The same report with the same attachment gives the same bytes, on every machine.
"""

from __future__ import annotations

import gc
import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from reportlab.pdfgen.canvas import Canvas

from asl_desktop.files import replace_file
from asl_desktop.frozen import frozen
from asl_desktop.progress import Progress, Silent
from reports.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    ChartBlock,
    Columns,
    Fits,
    Group,
    Heading,
    KeyValues,
    Paragraph,
    ReportDocument,
    Run,
    Runs,
    Section,
    SignatureSlot,
    SignatureSlots,
    Table,
    runs_of,
)
from reports.charts.palette import LIGHT
from reports.finishing import Facts, finish
from reports.layout.build import Builder
from reports.layout.flow import BOTTOM, LEFT, PAGE_HEIGHT, PAGE_WIDTH, RIGHT, TOP, PlacedPage, paginate
from reports.layout.fonts import FONT_NAME, WRITING, Cleaner, font, text_width
from reports.layout.surface import Node, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.charts.model import MarginChart

NOTICES_TITLE = "Notices on this print"
ATTACHMENT_NAME = "assessment.json"


@frozen
class Written:
    """A PDF that is on disk.

    Attributes:
        sha256: digest of the file, in hex. It cannot stand inside the file itself.
        notices: sentences on what the pages could not show as it was typed; they are also printed in the report.
    """

    path: Path
    sha256: str
    pages: int
    notices: tuple[str, ...]


def write_pdf(report: ReportDocument, path: Path, *, attachment: bytes, progress: Progress | None = None) -> Written:
    """Write ``report`` to ``path`` as a tagged, archivable PDF with ``attachment`` (JSON) inside.

    A file already at ``path`` is replaced only when the new one is complete.

    Raises:
        OutputNotWritable: the folder is missing or refuses the file.
        DiskFull: the medium has no room.
        Cancelled: the person stopped it; nothing is left behind.
    """
    data, pages, notices = render(report, attachment=attachment, progress=progress or Silent())
    replace_file(Path(path), data)
    return Written(Path(path), hashlib.sha256(data).hexdigest(), pages, notices)


def render(report: ReportDocument, *, attachment: bytes, progress: Progress) -> tuple[bytes, int, tuple[str, ...]]:
    """Return the bytes of the PDF, its number of pages and the notices.

    Raises:
        Cancelled: the person stopped it.
    """
    with WRITING, _without_collecting():
        progress.report(0, 4, "Preparing text")
        clean, notices = cleaned(report)
        root = Node("Document")
        builder = Builder(root)
        progress.check()
        progress.report(1, 4, "Laying out")
        boxes = []
        for section in clean.sections:
            boxes.extend(builder.section(section.title, section.blocks, new_page=section.new_page))
            progress.check()
        pages = paginate(boxes)
        progress.report(2, 4, "Drawing")
        surface, raw = _draw(clean, pages, progress)
        progress.report(3, 4, "Finishing")
        facts = Facts(
            title=clean.title,
            author=clean.author,
            subject=clean.subject,
            keywords=clean.keywords,
            language=clean.language,
            moment=clean.generated_at.astimezone(UTC),
        )
        data = finish(
            raw, root, facts=facts, fields=surface.fields, attachment=attachment, attachment_name=ATTACHMENT_NAME
        )
        progress.check()
        progress.report(4, 4, "Written")
        return data, len(pages), notices


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold the cycle collector back: a report is many small objects and no garbage, and looking costs a tenth."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _draw(report: ReportDocument, pages: list[PlacedPage], progress: Progress) -> tuple[Surface, bytes]:
    font("regular")
    target = BytesIO()
    canvas = Canvas(
        target,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=1,
        invariant=1,
        lang=report.language,
        initialFontName=FONT_NAME["regular"],
        initialFontSize=10,
    )
    canvas.setTitle(report.title)
    surface = Surface(canvas)
    for number, page in enumerate(pages):
        if number:
            surface.next_page()
        _furniture(surface, report, number + 1, len(pages))
        for top, box in page.items:
            box.draw(surface, top)
        progress.check()
    canvas.showPage()
    canvas.save()
    return surface, target.getvalue()


def _furniture(surface: Surface, report: ReportDocument, number: int, total: int) -> None:
    """Draw the running head and foot, which assistive readers skip."""
    size, right = 7.4, PAGE_WIDTH - RIGHT
    if number > 1:
        with surface.artifact("Header"):
            y = PAGE_HEIGHT - TOP + 22
            surface.text(LEFT, y, report.running_head, size=size, colour=LIGHT.muted)
            surface.line(LEFT, y - 7, right, y - 7, colour=LIGHT.line)
    with surface.artifact("Footer"):
        y = BOTTOM - 30
        surface.line(LEFT, y + 12, right, y + 12, colour=LIGHT.line)
        surface.text(LEFT, y, f"Snapshot {report.digest}", size=6.6, colour=LIGHT.muted)
        count = f"Page {number} of {total}"
        surface.text(right - text_width("regular", count) * size, y, count, size=size, colour=LIGHT.muted)


def cleaned(report: ReportDocument) -> tuple[ReportDocument, tuple[str, ...]]:
    """Return the report with only printable text, and sentences on what had to change, which it then also contains."""
    cleaner = Cleaner()
    sections = tuple(
        Section(cleaner(part.title), _blocks(part.blocks, cleaner), part.new_page) for part in report.sections
    )
    clean = replace(
        report,
        title=_one_line(cleaner(report.title)),
        subject=_one_line(cleaner(report.subject)),
        author=_one_line(cleaner(report.author)),
        running_head=_one_line(cleaner(report.running_head)),
        sections=sections,
    )
    notices = cleaner.notices()
    if notices:
        body = tuple((Run(text),) for text in notices)
        block = Callout(NOTICES_TITLE, body, "warn")
        last = sections[-1]
        # before the signatures, so that whoever signs has read them
        clean = replace(clean, sections=(*sections[:-1], Section("", (block,)), last))
    return clean, notices


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _clean(block: Block, cleaner: Cleaner) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, runs=_runs(block.runs, cleaner))
    if isinstance(block, Heading):
        return replace(block, text=_one_line(cleaner(block.text)))
    if isinstance(block, Bullets):
        return replace(block, items=tuple(_runs(item, cleaner) for item in block.items))
    if isinstance(block, KeyValues):
        return KeyValues(tuple((cleaner(name), _runs(value, cleaner)) for name, value in block.rows))
    if isinstance(block, Callout):
        return replace(block, title=cleaner(block.title), body=tuple(_runs(runs, cleaner) for runs in block.body))
    if isinstance(block, Table):
        rows = tuple(tuple(_cell(cell, cleaner) for cell in row) for row in block.rows)
        return replace(block, rows=rows)
    if isinstance(block, Columns):
        return Columns(
            tuple(
                Group(_one_line(cleaner(group.title)), tuple(_runs(item, cleaner) for item in group.items))
                for group in block.groups
            )
        )
    if isinstance(block, Fits):
        choices = tuple(_blocks(choice, cleaner) for choice in block.choices)
        return Fits(choices, _blocks(block.otherwise, cleaner))
    if isinstance(block, ChartBlock):
        return ChartBlock(_clean_chart(block.chart, cleaner))
    return SignatureSlots(
        tuple(SignatureSlot(slot.field_name, cleaner(slot.title), cleaner(slot.duty)) for slot in block.slots)
    )


def _blocks(blocks: tuple[Block, ...], cleaner: Cleaner) -> tuple[Block, ...]:
    return tuple(_clean(block, cleaner) for block in blocks)


def _runs(runs: Runs, cleaner: Cleaner) -> Runs:
    return tuple(replace(run, text=cleaner(run.text)) for run in runs)


def _cell(cell: Cell, cleaner: Cleaner) -> Cell:
    return tuple(_runs(runs, cleaner) for runs in cell)


def _clean_chart(chart: MarginChart, cleaner: Cleaner) -> MarginChart:
    groups = tuple(
        replace(
            group,
            title=_one_line(cleaner(group.title)),
            rows=tuple(
                replace(row, label=_one_line(cleaner(row.label)), words=_one_line(cleaner(row.words)))
                for row in group.rows
            ),
        )
        for group in chart.groups
    )
    return replace(chart, subtitle=_one_line(cleaner(chart.subtitle)), groups=groups)


__all__ = ["Written", "cleaned", "render", "runs_of", "write_pdf"]
