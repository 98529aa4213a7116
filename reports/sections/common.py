"""What every section needs: the snapshot taken apart, and the words for people, evidence and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from asl_desktop.domain import wording
from asl_desktop.domain.answer_words import parts_in_words, statements_in_words
from asl_desktop.domain.determination import Determination, MarginState, Snapshot, ThresholdResult, Trace
from asl_desktop.domain.light_marks import is_marked, lines_of
from asl_desktop.services.signed_decisions import DecisionCheck
from reports.blocks import Cell, Run, Runs, cell
from reports.lineage import Lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asl_desktop.domain.inputs import Answer, EvidenceLink, Inputs
    from asl_desktop.domain.pack import Cite, Pack, Question

STATE_MARK: Mapping[str, tuple[str, MarginState]] = {
    "ruled_out": ("\u25cf", "clear"),
    "not_ruled_out": ("\u25c6", "not_excluded"),
    "crossed": ("\u25a0", "crossed"),
    "conflicting": ("\u25a0", "crossed"),
    "not_assessed": ("\u00d7", "not_measured"),
}
MARGIN_MARK: Mapping[MarginState, str] = {
    "clear": "\u25cf",
    "in_buffer": "\u25b2",
    "not_excluded": "\u25c6",
    "crossed": "\u25a0",
    "not_measured": "\u00d7",
    "not_adequate": "\u00d7",
}
TENSE_MARK: tuple[str, MarginState] = ("\u25b2", "in_buffer")
DASH = "\u2014"


@dataclass(frozen=True)
class Context:
    """A snapshot with its parts at hand, and short names (E1, E2, ...) for its evidence.

    ``lineage`` is None for a snapshot that was not taken from a file. ``decisions`` says what was found out about the
    signature of each decision, by gate; one that it does not name carries none.
    """

    snapshot: Snapshot
    lineage: Lineage | None = None
    decisions: Mapping[str, DecisionCheck] = field(default_factory=dict)

    @property
    def pack(self) -> Pack:
        """The framework."""
        return self.snapshot.pack

    @property
    def inputs(self) -> Inputs:
        """What people put in."""
        return self.snapshot.inputs

    @property
    def result(self) -> Determination:
        """What follows from it."""
        return self.snapshot.determination

    @cached_property
    def evidence_names(self) -> Mapping[str, str]:
        """Short name by SHA-256, in the order of the register."""
        ordered = sorted(self.inputs.evidence, key=lambda item: (item.at, item.name, item.sha256))
        return {item.sha256: f"E{number}" for number, item in enumerate(ordered, start=1)}

    @cached_property
    def usual_decision(self) -> Usual:
        """Who decided most showings, as what and when."""
        names = Counter(person(s.by, s.role, s.at) for s in self.inputs.showings if s.by)
        return _most(names)

    def cited(self, links: Iterable[EvidenceLink]) -> str:
        """Return evidence links as ``E1 (p. 4), against: E2``; an em dash for none."""
        groups: dict[str, list[str]] = {"supports": [], "counters": []}
        for link in links:
            name = self.evidence_names.get(link.evidence, f"evidence {link.evidence[:12]} that is not on file")
            groups[link.stance].append(f"{name} ({link.anchor})" if link.anchor else name)
        parts = [", ".join(groups["supports"])] if groups["supports"] else []
        if groups["counters"]:
            parts.append("against: " + ", ".join(groups["counters"]))
        return "; ".join(parts) or DASH

    def subject(self, subject: str) -> str:
        """Return the id that a tension or a rationale is about with its title, where it has one."""
        if subject in self.pack.indicator_by_id:
            return self.pack.indicator_by_id[subject].title
        return subject

    def source(self, cite: Cite) -> str:
        """Return where an item comes from, with its certainty unless that is primary."""
        document = self.pack.source_by_id.get(cite.source)
        name = f"{document.document} {document.version}".strip() if document else cite.source
        place = f", {cite.place}" if cite.place else ""
        doubt = f" ({cite.certainty} reading)" if cite.certainty != "primary" else ""
        return f"{name}{place}{doubt}"


def capital(text: str) -> str:
    """Return the text with its first letter large."""
    return text[:1].upper() + text[1:]


def closed(text: str) -> str:
    """Return what a person typed with a full stop where it lacks one, and otherwise as typed."""
    text = text.strip()
    return text if not text or text.endswith((".", "?", "!", ":")) else f"{text}."


def sentence(text: str) -> str:
    """Return the text as a sentence: a large first letter and a full stop."""
    return capital(closed(text))


def state_runs(result: ThresholdResult) -> Runs:
    """Return a threshold state as its glyph and its words; one ruled out with tension does not look clear."""
    tense = result.state == "ruled_out" and bool(result.tensions)
    glyph, mark = TENSE_MARK if tense else STATE_MARK[result.state]
    words = capital(wording.STATE_WORDS[result.state]) + (", with tension" if tense else "")
    return (Run(glyph, mark=mark), Run(f"\u00a0{words}", "strong"))


def person(by: str, role: str = "", at: str = "") -> str:
    """Return who did something, as what and when; an em dash for nobody."""
    name = f"{by}, {role}" if by and role else by or role
    when = moment(at)
    return ", ".join(part for part in (name, when) if part) or DASH


def moment(at: str) -> str:
    """Return an ISO time stamp as ``14 Mar 2026, 10:42 UTC``; whatever is not one comes back unchanged."""
    from datetime import datetime

    if not at:
        return ""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return at
    text = wording.day(found.date())
    return f"{text}, {found:%H:%M} UTC" if "T" in at else text


def answer_text(question: Question | None, answer: Answer) -> str:
    """Return what was answered, in the question's own words for options."""
    lines = [] if answer.state == "answered" else [capital(wording.ANSWER_STATE_WORDS[answer.state])]
    if statements := statements_in_words(question, answer.value):
        lines.append(statements)
    for label, text in parts_in_words(question, answer.value):
        lines.append(f"{label}: {text}" if label else text)
    return "\n".join(lines) or DASH


def prose(text: str) -> str | Runs:
    """Return prose as it is read in the window: as typed, or with its marks where it has any."""
    return marked(text) if is_marked(text) else text


def marked(text: str, *, flat: bool = False) -> Runs:
    """Return prose with its emphases and its lists as lines; a link is its words and its address.

    With ``flat`` lines follow each other in one paragraph.
    """
    lines = lines_of(text)
    runs: list[Run] = []
    for number, line in enumerate(lines):
        if number or (line.sign and len(lines) > 1 and not flat):
            runs.append(Run(" " if flat else "\n"))
        if line.sign:
            runs.append(Run(f"{line.sign}\u00a0"))
        runs.extend(Run(span.text, "strong" if span.bold else "italic" if span.italic else "") for span in line.spans)
    return tuple(runs)


def labelled(*pairs: tuple[str, str | Runs]) -> Cell:
    """Return one paragraph of ``label: text`` pairs, without those whose text is empty; an em dash for nothing."""
    runs: list[Run] = []
    for label, given in pairs:
        text = given if isinstance(given, str) else "".join(run.text for run in given)
        if not text.strip():
            continue
        if runs:
            runs.append(Run(" " if runs[-1].text.rstrip().endswith((".", "?", "!", ":")) else "; "))
        if label:
            runs.append(Run(f"{label}: ", "muted"))
        runs.extend((Run(text.strip()),) if isinstance(given, str) else given)
    return (tuple(runs),) if runs else cell(DASH)


class Signed(Protocol):
    """A record that names who put it in and when."""

    @property
    def author(self) -> str:
        """Who put it in."""

    @property
    def at(self) -> str:
        """When, in ISO 8601."""


@dataclass(frozen=True)
class Usual:
    """What most records of one kind have in common, said once above their table instead of in every row."""

    by: str

    def line(self, by: str) -> str:
        """Return who put a record in, or nothing when it is the usual person at the usual time."""
        return "" if by == self.by or by == DASH else by


def usual(records: Iterable[Signed]) -> Usual:
    """Return the most frequent author and time."""
    return _most(Counter(person(record.author, "", record.at) for record in records))


def _most(names: Counter[str]) -> Usual:
    return Usual(min(names, key=lambda name: (-names[name], name)) if names else DASH)


def leaves(trace: Trace) -> Iterator[Trace]:
    """Yield what decides a tree from left to right; a standard speaks as one."""
    if trace.children and trace.node != "standard_met":
        for child in trace.children:
            yield from leaves(child)
    else:
        yield trace


def rule_words(trace: Trace) -> str:
    """Return the shape of a tree in words: ``all of RO-1, RO-2 and one of (A, B)``."""
    if not trace.children or trace.node == "standard_met":
        return trace.subject or trace.node.replace("_", " ")
    inner = [f"({rule_words(c)})" if c.children and c.node != "standard_met" else rule_words(c) for c in trace.children]
    name = {"all": "all of", "any": "either", "at_least": "enough of", "not": "not"}.get(trace.node, trace.node)
    if len(inner) == 1 and trace.node != "not":
        return inner[0]
    joined = f"{', '.join(inner[:-1])} or {inner[-1]}" if trace.node in {"any", "at_least"} else wording.listed(inner)
    return f"{name} {joined}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 question``, ``no questions``, ``3 questions``."""
    noun = one if number == 1 else (many or f"{one}s")
    return f"{number or 'no'} {noun}"


def listed_ids(ids: Sequence[str]) -> str:
    """Return ids as ``A, B and C``."""
    return wording.listed(ids)
