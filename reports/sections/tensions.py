"""What was accepted although the record does not support it: every point, with its rationale and author, up front."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.frozen import frozen
from reports.blocks import Block, Cell, Column, Columns, Fits, Group, Heading, Paragraph, Run, Runs, Table, cell, plain
from reports.sections.common import DASH, MARGIN_MARK, Context, capital, closed, marked, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl_desktop.domain.determination import MarginState, Tension

IN_FULL = "Tensions in full"
SHORT = 90  # characters of a rationale that is cut to its beginning
_SILENT = "None given: the showing does not count."


def tensions(context: Context) -> list[Block]:
    """Return every tension, to stand on the first page.

    Questions are printed in words where there is room. Where the full rationales do not fit, their beginnings stand on
    the first page and a table with all of them follows; where not even those fit, that table begins there.
    """
    found = context.result.tensions
    if not found:
        return [Paragraph(plain("No showing was accepted against what the record supports."), "body")]
    title = f"Tensions: {len(found)} points accepted although the record does not support them"
    if len(found) == 1:
        title = "Tensions: one point accepted although the record does not support it"
    lead = _lead(found)
    whole = Paragraph(plain(lead), "small")
    cut = Paragraph(plain(f"{lead} Long rationales are cut here; \u201c{IN_FULL}\u201d follows."), "small")
    too_many = Paragraph(plain(f"{lead} This page cannot hold them all; they follow before anything else."), "small")
    choices = ((whole, _columns(context, found, asks=True)), (whole, _columns(context, found)))
    shortened = Fits(((cut, _columns(context, found, cut=True)),), (too_many,))
    return [Heading(title, 2), Fits(choices, (shortened, Heading(IN_FULL, 2), _table(context, found)))]


def _lead(found: Sequence[Tension]) -> str:
    if one := _only_author(found):
        return f"Accepted, and the rationales given, by {closed(one)}"
    return "Each with its rationale and who accepted it."


def _only_author(found: Iterable[Tension]) -> str:
    """Return who accepted all of them; nothing when that was not one person."""
    names = {item.by for item in found}
    return names.pop() if len(names) == 1 else ""


@frozen
class _Point:
    """What several thresholds share: the same showing accepted by the same person on the same finding, for one reason.

    Attributes:
        thresholds: their ids in the framework's order.
        tension: any one of them.
    """

    thresholds: tuple[str, ...]
    tension: Tension


def _points(context: Context, found: Iterable[Tension]) -> list[_Point]:
    order = {threshold.id: number for number, threshold in enumerate(context.pack.thresholds)}
    shared: dict[tuple[str, ...], list[Tension]] = {}
    for item in found:
        shared.setdefault((item.showing, item.subject, item.finding, item.rationale, item.by), []).append(item)
    points = [_Point(tuple(item.threshold for item in items), items[0]) for items in shared.values()]
    return sorted(points, key=lambda point: [order.get(name, len(order)) for name in point.thresholds])


def _columns(context: Context, found: Sequence[Tension], *, asks: bool = False, cut: bool = False) -> Columns:
    """Return the points by the thresholds they bear on; points with one rationale are one paragraph.

    Args:
        context: the snapshot.
        found: the tensions.
        asks: print questions in words.
        cut: print the beginnings of rationales only.
    """
    grouped: dict[tuple[str, ...], dict[tuple[str, str, str], list[Tension]]] = {}
    for point in _points(context, found):
        item = point.tension
        told = grouped.setdefault(point.thresholds, {})
        told.setdefault((item.showing, item.rationale, item.by), []).append(item)
    names_author = not _only_author(found)
    return Columns(
        tuple(
            Group(
                wording.listed(thresholds),
                tuple(
                    (*_subjects(context, items, asks=asks), *_rationale(items[0], cut=cut, names_author=names_author))
                    for items in told.values()
                ),
            )
            for thresholds, told in grouped.items()
        )
    )


def _subjects(context: Context, items: Sequence[Tension], *, asks: bool) -> Iterator[Run]:
    for item in items:
        mark, words = record_says(context, item)
        if mark:
            yield from (Run(MARGIN_MARK[mark], mark=mark), Run("\u00a0"))
        yield Run(f"{_name(context, item)}:", "strong")
        question = context.pack.question_by_id.get(item.subject)
        if asks and question:
            words = f"{question.text} {capital(words)}"
        yield Run(f" {closed(words)} ", "muted")


def _rationale(item: Tension, *, cut: bool, names_author: bool) -> Iterator[Run]:
    if item.rationale:
        runs = marked(item.rationale, flat=True)
        yield from (Run(beginning("".join(run.text for run in runs))),) if cut else runs
    else:
        yield Run(_SILENT, "strong")
    yield Run(f"\u00a0{item.showing}", "muted")
    if names_author:
        yield Run(f", {item.by or 'by nobody who is named'}", "muted")


def _name(context: Context, item: Tension) -> str:
    """Return an indicator's title; a question, which has none, is named by its id and what its showing is about."""
    showing = context.pack.showing_by_id.get(item.showing)
    if item.subject in context.pack.question_by_id and showing:
        return f"{item.subject}, {showing.title[:1].lower()}{showing.title[1:]}"
    return context.subject(item.subject)


def record_says(context: Context, item: Tension) -> tuple[MarginState | None, str]:
    """Return the state of the margin, where one speaks, and what the record says in a few words.

    A finding that is not simply the state of a margin or of an answer comes back as it is.
    """
    rest = item.finding.removeprefix(f"{context.subject(item.subject)}: ").removeprefix(f"{item.subject} is ")
    margin = context.result.margin_by_indicator.get(item.subject)
    if not margin or rest != f"{wording.MARGIN_WORDS[margin.state]}. {margin.reasons[0]}":
        return None, rest
    if margin.state == "not_measured" and item.subject not in context.inputs.measurements_by_indicator:
        return margin.state, wording.MARGIN_WORDS[margin.state]
    if margin.estimate is None or margin.estimate != margin.estimate or margin.state == "not_adequate":
        return margin.state, rest
    unit = context.pack.indicator_by_id[item.subject].unit
    low, high = margin.low, margin.high
    spread = "no interval" if low is None or high is None else wording.interval(low, high, unit)
    value, bound = wording.quantity(margin.estimate, unit), wording.quantity(margin.bound, unit)
    return margin.state, f"{wording.MARGIN_WORDS[margin.state]}, {value} ({spread}) against {bound}"


def beginning(text: str) -> str:
    """Return a text's first sentence, cut at a word where that is long; an ellipsis says that more follows."""
    text = " ".join(text.split())
    found = re.match(r".+?[.!?](?=\s|$)", text)
    first = found[0] if found else text
    if len(first) > SHORT:
        first = first[:SHORT].rsplit(" ", 1)[0].rstrip(",;:")
    return first if first == text else f"{first} \u2026"


def _table(context: Context, found: Sequence[Tension]) -> Table:
    names_author = not _only_author(found)
    rows: list[tuple[Cell, ...]] = []
    for item in found:
        rationale = (marked(item.rationale),) if item.rationale else cell(_SILENT, "strong")
        who = (plain(item.by or DASH, "muted"),) if names_author else ()
        subject = context.subject(item.subject)
        question = context.pack.question_by_id.get(item.subject)
        finding = capital(item.finding.removeprefix(f"{subject}: "))
        finding = f"{question.text} {finding}" if question else finding
        name: Runs = (Run(f"{item.threshold}, {item.showing} ", "muted"), Run(subject))
        rows.append(((name,), cell(sentence(finding)), (*rationale, *who)))
    columns = (Column("Accepted although", 22), Column("The record says", 34), Column("Rationale", 44))
    return Table(columns, tuple(rows), summary="Every tension with its rationale and author", dense=True)
