"""What the find box finds: pages, questions, indicators, thresholds, safeguards, evidence, commands and settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Inputs
from asl_desktop.i18n import tr
from asl_desktop.services.search import fold
from ui.actions import COMMANDS, keys_of
from ui.dialogs.settings import SETTINGS
from ui.pages.registry import PAGE_BY_ID, PAGES

LIMIT = 50
_HIDDEN = frozenset({"find", "search"} | {f"answer_{number}" for number in range(1, 10)})
_GOING = frozenset(PAGE_BY_ID) - {"history"}
"""Commands that only go to a page, which is offered as such."""
_EXACT, _START, _WORD, _INSIDE, _ELSEWHERE = 5, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to go to or to do.

    Attributes:
        kind: what it is, in a word.
        page: the page that shows it; empty for a command or setting, which ``item`` then names as ``command:save``.
        also: further text that is searched and not shown.
        key: the shortcut, shown beside it.
    """

    kind: str
    text: str
    page: str
    item: str
    also: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Folded:
    hit: Hit
    text: str
    whole: str


class Finder:
    """Ranks hits by a query. The rules are few, so that the same letters always lead to the same place.

    Every word must be found. The best place counts: the whole text or id, its start, the start of a word, inside a
    word, in what is not shown. Only where no hit holds the words as typed do letters in order count. Among equals what
    was used lately comes first, then the order of the table.
    """

    def __init__(self, hits: Sequence[Hit], more: Sequence[Hit]) -> None:
        self._hits = _folded(hits)
        self._more = _folded(more)

    def with_commands(self, hits: Sequence[Hit]) -> Finder:
        """Return a finder with these commands and the same hits besides."""
        made = Finder((), hits)
        made._hits = self._hits
        return made

    def search(self, query: str, *, recent: Sequence[tuple[str, str]] = ()) -> tuple[Hit, ...]:
        """Return the best hits, at most 50; without a query those used lately, then the first of the table."""
        ages = {place: age for age, place in enumerate(recent)}
        words = fold(query).split()
        candidates: Iterable[_Folded] = (*self._hits, *self._more)
        for word in words:
            candidates = [held for held in candidates if word in held.whole]
        scored = [(-_score(words, held), held) for held in candidates]
        if words and not scored:
            scored = [(0, held) for held in (*self._hits, *self._more) if _letters(words, held.text)]
        scored.sort(key=lambda row: (row[0], ages.get((row[1].hit.page, row[1].hit.item), len(ages))))
        return tuple(held.hit for _, held in scored[:LIMIT])


def everything(snapshot: Snapshot) -> tuple[Hit, ...]:
    """Return all there is to go to in an assessment, in the order in which it is offered."""
    pack, inputs = snapshot.pack, snapshot.inputs
    library, places = "evidence" in PAGE_BY_ID, _places(inputs)
    return (
        *(Hit(tr("Page"), tr(spec.title), spec.page_id, "") for spec in PAGES if spec.page_id != "questions"),
        *(Hit(tr("Domain"), domain.title, "questions", f"domain:{domain.id}") for domain in pack.domains),
        *(Hit(tr("Question"), f"{q.id}  {q.text}", "questions", q.id, q.guidance) for q in pack.questions),
        *(Hit(tr("Indicator"), f"{i.title}  ({i.id})", "measurements", i.id) for i in pack.indicators),
        *(Hit(tr("Threshold"), f"{t.id}  {t.title}", "showings", t.id) for t in pack.thresholds),
        *(Hit(tr("Safeguard"), f"{r.id}  {r.title}", "safeguards", r.id, r.text) for r in pack.requirements),
        *(
            Hit(tr("Evidence"), f"{item.title or item.name}  {item.sha256[:8]}", *place, f"{item.name} {item.sha256}")
            for item in inputs.evidence
            if (place := ("evidence", item.sha256) if library else places.get(item.sha256))
        ),
    )


def commands(usable: Collection[str]) -> tuple[Hit, ...]:
    """Return the commands that can be used now, by name, and every setting."""
    return (
        *(
            Hit(
                tr("Command"),
                command.words(),
                "",
                f"command:{command.name}",
                tr(command.menu),
                f"  {tr('or')}  ".join(keys_of(command)),
            )
            for command in COMMANDS
            if command.name in usable and command.name not in _HIDDEN | _GOING
        ),
        *(Hit(tr("Setting"), tr(text), "", f"setting:{name}", "settings") for name, text in SETTINGS),
    )


def _places(inputs: Inputs) -> dict[str, tuple[str, str]]:
    """Return for each piece of evidence the page and item of a record that cites it, answers before others."""
    places = [
        *((item.evidence, "safeguards", item.requirement) for item in inputs.requirements),
        *((item.evidence, "showings", f"{item.showing}@{item.threshold}") for item in inputs.showings),
        *((item.evidence, "measurements", item.indicator) for item in inputs.measurements),
        *((item.evidence, "questions", item.question) for item in inputs.answers),
    ]
    return {link.evidence: (page, item) for links, page, item in places for link in links}


def _folded(hits: Iterable[Hit]) -> tuple[_Folded, ...]:
    found: list[_Folded] = []
    for hit in hits:
        text = fold(f"{hit.kind} {hit.text}")
        found.append(_Folded(hit, text, f"{text} {fold(hit.also)}"))
    return tuple(found)


def _score(words: Sequence[str], held: _Folded) -> int:
    return sum(_place(word, held) for word in words)


def _place(word: str, held: _Folded) -> int:
    _, _, name = held.text.partition(" ")
    if word in {name, name.partition(" ")[0]}:
        return _EXACT
    if name.startswith(word):
        return _START
    if re.search(rf"(?<!\w){re.escape(word)}", held.text):
        return _WORD
    return _INSIDE if word in held.text else _ELSEWHERE


def _letters(words: Sequence[str], text: str) -> bool:
    """Tell whether each word's letters stand in the text in this order."""
    for word in words:
        rest = iter(text)
        if not all(letter in rest for letter in word):
            return False
    return True
