"""A report as Typst source: the same texts, tables and charts, so that Typst sets the same pages."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import TYPE_CHECKING

from reports.blocks import (
    Bullets,
    Callout,
    ChartBlock,
    Columns,
    Fits,
    Heading,
    KeyValues,
    Paragraph,
    ReportDocument,
    Section,
    SignatureSlots,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.blocks import Cell, Run
    from reports.charts.model import MarginChart, Row

_SIZES = {"display": 26, "lead": 11, "body": 9.5, "small": 8, "quote": 9.5, "eyebrow": 8}
_PREAMBLE = """
#set page(paper: "a4", margin: 2cm, header: context if counter(page).get().first() > 1 [#text(size: 8pt, HEAD)],
  footer: context [#text(size: 8pt, FOOT) #h(1fr) #counter(page).display()])
#set text(font: "Inter Tabular", size: 9.5pt)
#set table(stroke: (bottom: 0.5pt + gray), inset: 4pt)
"""


def markup(document: ReportDocument) -> str:
    """Return Typst source that holds everything the report says; every text is a literal."""
    head = f"#set document(title: {_literal(document.title)})\n" + _PREAMBLE.replace(
        "HEAD", _literal(document.running_head)
    ).replace("FOOT", _literal(document.digest))
    parts = [head, f"#heading(level: 1, {_literal(document.title)})"]
    for section in document.sections:
        parts.extend(_section(section))
    return "\n\n".join(parts)


def _section(section: Section) -> Iterable[str]:
    if section.new_page:
        yield "#pagebreak(weak: true)"
    if section.title:
        yield f"#heading(level: 1, {_literal(section.title)})"
    for item in section.blocks:
        yield _block(item)


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_run(run) for run in runs) or "[]"


def _run(run: Run) -> str:
    options = {"strong": 'weight: "semibold", ', "italic": 'style: "italic", ', "muted": "fill: luma(90), "}
    return f"#text({options.get(run.style, '')}{_literal(run.text)})"


def _content(runs: Iterable[Run]) -> str:
    return f"[{_runs(runs)}]"


def _cell(cell: Cell) -> str:
    return "[" + " #parbreak() ".join(_runs(runs) for runs in cell) + "]"


@singledispatch
def _block(block: object) -> str:
    raise TypeError(f"no Typst markup for {type(block).__name__}")


@_block.register
def _heading(block: Heading) -> str:
    return f"#heading(level: {block.level}, {_literal(block.text)})"


@_block.register
def _paragraph(block: Paragraph) -> str:
    return f"#par[#set text(size: {_SIZES[block.kind]}pt)\n{_runs(block.runs)}]"


@_block.register
def _bullets(block: Bullets) -> str:
    return f"#list({', '.join(_content(item) for item in block.items)})"


@_block.register
def _key_values(block: KeyValues) -> str:
    cells = ", ".join(f"[#text({_literal(name)})], {_content(value)}" for name, value in block.rows)
    return f"#grid(columns: (1fr, 3fr), row-gutter: 4pt, {cells})"


@_block.register
def _table(block: Table) -> str:
    columns = ", ".join(f"{column.width:g}fr" for column in block.columns)
    sides = ", ".join(column.align for column in block.columns)
    header = ", ".join(f'[#text(weight: "semibold", {_literal(column.title)})]' for column in block.columns)
    cells = "".join(f"{_cell(cell)}, " for row in block.rows for cell in row)
    return f"#table(columns: ({columns},), align: ({sides},), table.header({header}), {cells})"


@_block.register
def _columns(block: Columns) -> str:
    groups = " ".join(
        f"#heading(level: 3, {_literal(group.title)}) #list({', '.join(_content(item) for item in group.items)})"
        for group in block.groups
    )
    return f"#columns(2)[#set text(size: 7.6pt)\n{groups}]"


@_block.register
def _fits(block: Fits) -> str:
    return "\n".join(_block(inner) for inner in block.choices[0])


@_block.register
def _callout(block: Callout) -> str:
    body = " #parbreak() ".join(_runs(runs) for runs in block.body)
    title = f'#text(weight: "semibold", {_literal(block.title)})'
    return f"#block(width: 100%, inset: 8pt, stroke: (left: 3pt + orange), fill: luma(245))[{title} #parbreak() {body}]"


@_block.register
def _signatures(block: SignatureSlots) -> str:
    slots = ", ".join(
        f"[#rect(width: 100%, height: 48pt)[#text({_literal(slot.title)}) #parbreak() #text({_literal(slot.duty)})]]"
        for slot in block.slots
    )
    return f"#grid(columns: (1fr, 1fr), gutter: 8pt, {slots})"


@_block.register
def _chart(block: ChartBlock) -> str:
    chart = block.chart
    rows = "".join(
        f"table.cell(colspan: 3)[#text({_literal(group.title)})], "
        + "".join(_chart_row(row, chart.axis_max) for row in group.rows)
        for group in chart.groups
    )
    legend = " #h(8pt) ".join(f"#text(size: 7pt, {_literal(entry.text)})" for entry in chart.legend)
    return f"#table(columns: (2fr, 3fr, 1.4fr), stroke: none, {rows})\n\n{_titles(chart)} {legend}"


def _titles(chart: MarginChart) -> str:
    return " ".join(f"#text(size: 8pt, {_literal(text)})" for text in (chart.title, chart.subtitle, chart.note) if text)


def _chart_row(row: Row, axis_max: float) -> str:
    """Return label, drawn track and status: zone past the bound, buffer, interval and estimate as shapes."""

    def across(position: float) -> str:
        return f"{max(0.0, position) / axis_max * 100:.2f}%"

    def bar(start: float, end: float, fill: str, height: int) -> str:
        shape = f"rect(width: {across(end - start)}, height: {height}pt, fill: {fill})"
        return f"#place(horizon + left, dx: {across(start)}, {shape})"

    shapes = [bar(0, axis_max, "luma(235)", 9), bar(row.buffer_from, 100, "yellow", 9), bar(100, axis_max, "red", 9)]
    if row.low is not None and row.high is not None:
        shapes.append(bar(row.low, row.high, "blue", 3))
    if row.position is not None:
        shapes.append(f"#place(horizon + left, dx: {across(row.position)}, circle(radius: 3pt, fill: blue))")
    track = f"#box(width: 100%, height: 12pt)[{''.join(shapes)}#text(size: 7pt, {_literal(row.track_text)})]"
    label = f"#text({_literal(row.label)}) #linebreak() #text(size: 7pt, {_literal(row.native_text)})"
    return f"[{label}], [{track}], [#text({_literal(row.margin_text)}) #text({_literal(row.status_label)})], "
