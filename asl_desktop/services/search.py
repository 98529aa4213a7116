"""Full-text search over everything an assessment says: questions, answers, evidence, measurements and the rest.

A text matches without regard to case and accents. Every word of the query must stand somewhere in the same subject;
words in double quotes must stand side by side.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from asl_desktop.services.search_texts import GROUPS, Source, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.domain.pack import Pack

Mark: TypeAlias = tuple[int, int]

_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
LIMIT = 100
"""How many results are spelled out; the rest is only counted."""
_BEFORE, _LENGTH = 40, 150
_CUT = "\u2026"
_SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True, slots=True)
class Found:
    """One subject that matches.

    Attributes:
        kind: ``question``, ``threshold``, ``measurement`` and so on: the part of the reference before the colon.
        reference: such as ``question:QC-20``; a measurement is named by its own id.
        where: which of its texts holds the words, such as Rationale.
        snippet: the words around the first hit, on one line, as they were written.
        marks: (start, length) of every hit in the snippet, in characters, in order and apart.
    """

    kind: str
    reference: str
    title: str
    where: str
    snippet: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The first of what was found, and how much there is in all."""

    found: tuple[Found, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Entry:
    source: Source
    texts: Texts
    title: str
    whole: str


class Index:
    """The texts of one assessment, folded once; :meth:`update` reads again only what changed."""

    def __init__(self) -> None:
        self._groups: dict[int, tuple[tuple[object, ...], dict[str, _Entry]]] = {}

    def update(self, pack: Pack, inputs: Inputs) -> int:
        """Take over the state of an assessment; return how many subjects had to be read anew."""
        read = 0
        for number, group in enumerate(GROUPS):
            made_of = (pack, *(getattr(inputs, field) for field in group.fields))
            before, held = self._groups.get(number, ((), {}))
            if _same(before, made_of):
                continue
            entries: dict[str, _Entry] = {}
            for source in group.sources(pack, inputs):
                kept = held.get(source.reference)
                if kept is None or not _same(kept.source.made_of, source.made_of):
                    kept = _read(source)
                    read += 1
                entries[source.reference] = kept
            self._groups[number] = (made_of, entries)
        return read

    def search(self, query: str, *, limit: int = LIMIT) -> Results:
        """Return what holds every term of the query: titles first, then in the order of the framework."""
        terms = terms_of(query)
        if not terms:
            return Results((), 0)
        matching = [entry for _, entries in self._groups.values() for entry in entries.values()]
        for term in terms:
            matching = [entry for entry in matching if term in entry.whole]
        matching.sort(key=lambda entry: any(term not in entry.title for term in terms))
        return Results(tuple(_found(entry, terms) for entry in matching[:limit]), len(matching))


def fold(text: str) -> str:
    """Return text as it is compared: without case, accents, ligatures and soft hyphens."""
    if text.isascii():
        return text.lower()
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character) and character != _SOFT_HYPHEN
    ).casefold()


def terms_of(query: str) -> tuple[str, ...]:
    """Return the words and quoted phrases of a query, folded; a quote that is left open reaches to the end."""
    found = (fold(_one_line(phrase or word)) for phrase, word in _TERM.findall(query))
    return tuple(dict.fromkeys(term for term in found if term))


def marks_in(text: str, terms: tuple[str, ...]) -> tuple[Mark, ...]:
    """Return (start, length) of every place in ``text`` where a term stands, joined where they touch."""
    folded: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        part = fold(character)
        folded.append(part)
        origin.extend([at] * len(part))
    plain = "".join(folded)
    hit = [False] * len(text)
    for term in terms:
        for found in re.finditer(re.escape(term), plain):
            first, last = origin[found.start()], origin[found.end() - 1]
            hit[first : last + 1] = [True] * (last + 1 - first)
    return tuple(_runs(hit))


def _same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(map(operator.is_, before, now))


def _read(source: Source) -> _Entry:
    texts = tuple((where, line) for where, text in source.texts() if (line := _one_line(text)))
    title = fold(source.title)
    return _Entry(source, texts, title, "\n".join((title, *(fold(text) for _, text in texts))))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _found(entry: _Entry, terms: tuple[str, ...]) -> Found:
    source = entry.source
    where, text = max((*entry.texts, ("", source.title)), key=lambda pair: sum(term in fold(pair[1]) for term in terms))
    snippet = _around(text, terms)
    return Found(source.kind, source.reference, source.title, where, snippet, marks_in(snippet, terms))


def _around(text: str, terms: tuple[str, ...]) -> str:
    """Return the part of a text around its first hit, cut between words."""
    first = next(iter(marks_in(text, terms)), (0, 0))[0]
    if len(text) <= _LENGTH and first <= _BEFORE:
        return text
    start = max(0, first - _BEFORE)
    if start:
        space = text.find(" ", start)
        start = space + 1 if 0 <= space < start + _BEFORE else start
    end = min(len(text), start + _LENGTH)
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start + _LENGTH // 2 else end
    return f"{_CUT if start else ''}{text[start:end]}{_CUT if end < len(text) else ''}"


def _runs(hit: list[bool]) -> Iterator[Mark]:
    start = -1
    for at, value in enumerate((*hit, False)):
        if value and start < 0:
            start = at
        elif not value and start >= 0:
            yield start, at - start
            start = -1
