"""What the find box finds: pages, questions, indicators, thresholds, safeguards and evidence, as rows."""

from __future__ import annotations

from dataclasses import dataclass

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Inputs
from ui.pages.registry import PAGES

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to go to: what kind it is, how it reads, and the page and item that show it."""

    kind: str
    text: str
    page: str
    item: str
    also: str = ""


def everything(snapshot: Snapshot) -> tuple[Hit, ...]:
    """Return all there is to find, in the order in which it is offered."""
    pack, inputs = snapshot.pack, snapshot.inputs
    cited = _citing(inputs)
    return (
        *(Hit("Page", spec.title, spec.page_id, "") for spec in PAGES if spec.page_id != "questions"),
        *(Hit("Domain", domain.title, "questions", f"domain:{domain.id}") for domain in pack.domains),
        *(Hit("Question", f"{q.id}  {q.text}", "questions", q.id, q.guidance) for q in pack.questions),
        *(Hit("Indicator", f"{i.title}  ({i.id})", "measurements", i.id) for i in pack.indicators),
        *(Hit("Threshold", f"{t.id}  {t.title}", "showings", t.id) for t in pack.thresholds),
        *(Hit("Safeguard", f"{r.id}  {r.title}", "safeguards", r.id, r.text) for r in pack.requirements),
        *(
            Hit(
                "Evidence",
                f"{item.title or item.name}  {item.sha256[:8]}",
                *cited[item.sha256],
                item.name + item.sha256,
            )
            for item in inputs.evidence
            if item.sha256 in cited
        ),
    )


def _citing(inputs: Inputs) -> dict[str, tuple[str, str]]:
    """Return for each piece of evidence the page and item of a record that cites it, answers before others."""
    places = [
        *((item.evidence, "safeguards", item.requirement) for item in inputs.requirements),
        *((item.evidence, "showings", f"{item.showing}@{item.threshold}") for item in inputs.showings),
        *((item.evidence, "measurements", item.indicator) for item in inputs.measurements),
        *((item.evidence, "questions", item.question) for item in inputs.answers),
    ]
    return {link.evidence: (page, item) for links, page, item in places for link in links}


def search(hits: tuple[Hit, ...], query: str) -> tuple[Hit, ...]:
    """Return what holds every word of the query; a match at the start of a word comes first. At most 50."""
    words = query.casefold().split()
    if not words:
        return hits[:LIMIT]
    scored: list[tuple[int, int, Hit]] = []
    for at, hit in enumerate(hits):
        text = f" {hit.kind} {hit.text}".casefold()
        whole = f"{text} {hit.also}".casefold()
        if all(word in whole for word in words):
            scored.append((-sum(f" {word}" in text for word in words), at, hit))
    return tuple(hit for _, _, hit in sorted(scored, key=lambda row: row[:2])[:LIMIT])
