"""What every section needs: the snapshot taken apart, and the words for people, evidence and values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Determination, MarginState, Snapshot, Trace
from reports.blocks import Cell, Run, Runs, cell, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asl_desktop.domain.inputs import Answer, EvidenceLink, Inputs, Value
    from asl_desktop.domain.pack import Cite, Pack, Part, Question

STATE_MARK: Mapping[str, tuple[str, MarginState]] = {
    "ruled_out": ("\u25cf", "clear"),
    "not_ruled_out": ("\u25c6", "not_excluded"),
    "crossed": ("\u25a0", "crossed"),
    "conflicting": ("\u25a0", "crossed"),
    "not_assessed": ("\u2715", "not_measured"),
}
TRUTH_WORDS: Mapping[str, str] = {"true": "holds", "false": "does not hold", "unknown": "not known"}
DASH = "\u2014"


@dataclass(frozen=True)
class Context:
    """A snapshot with its parts at hand, and short names (E1, E2, ...) for its evidence."""

    snapshot: Snapshot

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


def sentence(text: str) -> str:
    """Return the text as a sentence: a large first letter and a full stop."""
    text = capital(text.strip())
    return text if not text or text.endswith((".", "?", "!", ":")) else f"{text}."


def state_runs(state: str) -> Runs:
    """Return a threshold state as its glyph and its words."""
    glyph, mark = STATE_MARK[state]
    return (Run(glyph, mark=mark), Run(f"\u00a0{capital(wording.STATE_WORDS[state])}", "strong"))


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
    if answer.state != "answered":
        return capital(wording.ANSWER_STATE_WORDS[answer.state])
    lines = []
    for part_id, value in answer.value.items():
        part = question.part(part_id) if question else None
        text = _value_text(part, value)
        label = part.label if part and part.label else ("" if part_id == "value" else part_id)
        lines.append(f"{label}: {text}" if label else text)
    return "\n".join(lines) or DASH


def _value_text(part: Part | None, value: Value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    labels = {option.id: option.label for option in part.options} if part else {}
    if isinstance(value, str):
        return labels.get(value, value)
    unit = part.unit if part else ""
    if isinstance(value, float | int):
        return wording.quantity(float(value), unit)
    if part and part.type == "range" and len(value) >= 3 and not isinstance(value[0], str):
        numbers: tuple[Any, ...] = value
        low, best, high = (wording.quantity(float(n), unit) for n in numbers[:3])
        trust = f", {wording.number(float(numbers[3]))} % confident" if len(numbers) > 3 else ""
        return f"{best} ({low} to {high}{trust})"
    return ", ".join(
        labels.get(item, item) if isinstance(item, str) else wording.quantity(item, unit) for item in value
    )


def labelled(*pairs: tuple[str, str]) -> Cell:
    """Return a cell of ``label: text`` paragraphs, without those whose text is empty."""
    found: list[Runs] = []
    for label, text in pairs:
        if text.strip():
            first, *rest = [line for line in text.splitlines() if line.strip()]
            found.append((Run(f"{label}: ", "muted"), Run(first)) if label else plain(first))
            found.extend(plain(line) for line in rest)
    return tuple(found) or cell(DASH)


def trace_items(trace: Trace, *, limit: int = 12) -> list[Runs]:
    """Return a trace as one item per deciding leaf: whether it holds, and its reason."""
    leaves = list(_leaves(trace))
    shown = leaves[:limit]
    items: list[Runs] = [
        (Run(f"{capital(TRUTH_WORDS[leaf.value])}: ", "muted"), Run(sentence(leaf.reason))) for leaf in shown
    ]
    if len(leaves) > len(shown):
        items.append(
            plain(f"{len(leaves) - len(shown)} more conditions of the same kind, all in the attached data.", "muted")
        )
    return items


def _leaves(trace: Trace) -> Iterable[Trace]:
    if trace.children and trace.node != "standard_met":
        for child in trace.children:
            yield from _leaves(child)
    else:
        yield trace


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 question``, ``no questions``, ``3 questions``."""
    noun = one if number == 1 else (many or f"{one}s")
    return f"{number or 'no'} {noun}"


def listed_ids(ids: Sequence[str]) -> str:
    """Return ids as ``A, B and C``."""
    return wording.listed(ids)
