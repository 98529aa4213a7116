"""Any record of the history in words: what it is about, and what each of its fields says.

It reads the JSON that the log keeps, not the classes of today: records of every version of the program are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from asl_desktop.domain import wording
from asl_desktop.domain.answer_words import parts_in_words
from asl_desktop.domain.inputs import ELICITATION
from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.i18n import mark, ntr, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.domain.pack import Pack

KIND_WORDS: Mapping[str, tuple[str, str, str]] = {
    "answer": (mark("answer"), mark("{count} answer"), mark("{count} answers")),
    "measurement": (mark("result"), mark("{count} result"), mark("{count} results")),
    "showing": (mark("showing"), mark("{count} showing"), mark("{count} showings")),
    "requirement": (mark("safeguard"), mark("{count} safeguard"), mark("{count} safeguards")),
    "evidence": (mark("evidence"), mark("{count} evidence"), mark("{count} evidence files")),
    "decision": (mark("gate decision"), mark("{count} gate decision"), mark("{count} gate decisions")),
    "interim": (mark("interim measure"), mark("{count} interim measure"), mark("{count} interim measures")),
    "specification": (mark("specification"), mark("{count} specification"), mark("{count} specifications")),
    "scope": (mark("scope"), mark("{count} scope"), mark("{count} scopes")),
    "plan": (mark("plan"), mark("{count} plan"), mark("{count} plans")),
    "document": (mark("assessment"), mark("{count} assessment"), mark("{count} assessments")),
    "pack": (mark("framework"), mark("{count} framework"), mark("{count} frameworks")),
    "checkpoint": (mark("checkpoint"), mark("{count} checkpoint"), mark("{count} checkpoints")),
}
"""Each kind of record: what it is called, one of it and many."""

_LABELS: Mapping[str, str] = {
    "deployment_context": mark("Where it will be used"),
    "actors": mark("Actors in scope"),
    "as_of": mark("Judged as of"),
    "marked_for_review": mark("Marked for review"),
    "report": mark("Result"),
    "run_status": mark("Run"),
    "elicitation_notes": mark("Notes on elicitation"),
    "gap": mark("Elicitation gap"),
    "gap_rationale": mark("Reason for the gap"),
    "valid_until": mark("Valid until"),
    "edits": mark("Changes after the run"),
    "rationales": mark("Rationales for tensions"),
    "ends": mark("Ends on"),
    "pack_digest": mark("Framework digest"),
    "media_type": mark("Kind of file"),
    "replaces": mark("Newer version of"),
    "carried_from": mark("Taken over, not confirmed, from"),
    "despite": mark("Decided although errors stood"),
    "created_by": mark("Program"),
    "signer": mark("In the name of"),
    "signature": mark("Signed in the name of"),
}
_NAMED_BY = frozenset({"question", "id", "showing", "threshold", "requirement", "sha256", "gate", "measure"})
_WHO_AND_WHEN = frozenset({"author", "at"})
_FOR_MACHINES = frozenset({"certificates", "signature", "document"})
"""Parts of a checkpoint that are checked, not read."""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "answer.state": wording.ANSWER_STATE_WORDS,
    "requirement.status": wording.REQUIREMENT_WORDS,
}
_CODED = frozenset({"state", "status", "outcome", "run_status", "stance"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a record is about.

    Attributes:
        kind: in words, such as ``safeguard``.
        name: the short id that people know it by; empty where there is one of its kind.
        title: what the framework or a person calls it.
    """

    kind: str
    name: str = ""
    title: str = ""

    @property
    def short(self) -> str:
        """Such as ``answer QC-20``."""
        return f"{self.kind} {self.name}".strip()

    @property
    def long(self) -> str:
        """Such as ``QC-20: Did the red team ...``."""
        return ": ".join(part for part in (self.name, self.title) if part) or self.kind.capitalize()


class RecordWords:
    """Knows the framework and the names of evidence, and puts records into words."""

    def __init__(self, pack: Pack, inputs: Inputs) -> None:
        self.pack = pack
        self._inputs = inputs
        self._gates = {item.id: item.title for item in pack.gates}
        self._measures = {item.id: item.title for item in pack.interim_measures}
        self._standards = {f"{t.id}/{s.id}": f"{t.title}: {s.title}" for t in pack.tracks for s in t.standards}
        self._own_rows = {row.id: row.title for item in inputs.specifications for row in item.requirements}
        self._files = {item.sha256: item.title or item.name for item in inputs.evidence}

    def subject(self, kind: str, key: str, record: Mapping[str, Any] | None) -> Subject:
        """Say what a record is about; ``record`` is as it was put, or as it was before it was removed."""
        name, title = key, ""
        if kind == "measurement":
            name = str((record or {}).get("indicator", ""))
            indicator = self.pack.indicator_by_id.get(name)
            title = indicator.title if indicator else ""
        elif kind == "showing":
            showing, _, threshold = key.partition("@")
            name = tr("{showing} for {threshold}").format(showing=showing, threshold=threshold)
            title = self.pack.showing_by_id[showing].title if showing in self.pack.showing_by_id else ""
        elif kind == "evidence":
            name = str((record or {}).get("name") or self._files.get(key) or key[:12])
            title = str((record or {}).get("title", ""))
        elif kind in {"scope", "plan", "document", "checkpoint"}:
            name = ""
        else:
            title = self._title(kind, key)
        return Subject(tr(KIND_WORDS[kind][0]) if kind in KIND_WORDS else kind, name, title)

    def fields(self, kind: str, record: Mapping[str, Any] | None) -> dict[str, str]:
        """Return every field of a record that says anything, as label and text, in a fixed order."""
        found: dict[str, str] = {}
        held = record or {}
        usual = KIND_BY_NAME[kind].record.__dataclass_fields__ if kind in KIND_BY_NAME else {}
        for name in sorted(held, key=list(dict.fromkeys((*usual, *held))).index):
            value = held[name]
            if name == "value" and kind == "answer":
                found |= self._answer(str(held["question"]), value)
            elif kind == "checkpoint" and name in _FOR_MACHINES:
                continue
            elif name not in _NAMED_BY and (name not in _WHO_AND_WHEN or kind == "specification"):
                found[_label(name)] = self._text(kind, name, value)
        return {label: text for label, text in found.items() if text}

    def titled(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (kind, key) of the records whose title in the framework, or file name, has these words in it."""
        wanted, pack = text.casefold(), self.pack
        tables: Iterable[tuple[str, Mapping[str, str]]] = (
            ("answer", {item.id: item.text for item in pack.questions}),
            ("requirement", {item.id: item.title for item in pack.requirements} | self._own_rows),
            ("decision", self._gates),
            ("interim", self._measures),
            ("specification", self._standards),
            ("evidence", self._files),
            (
                "showing",
                {f"{item.id}@{threshold}": item.title for item in pack.showings for threshold in item.supported_when},
            ),
            (
                "measurement",
                {
                    item.id: pack.indicator_by_id[item.indicator].title
                    for item in self._inputs.measurements
                    if item.indicator in pack.indicator_by_id
                },
            ),
        )
        for kind, titles in tables:
            yield from ((kind, key) for key, title in titles.items() if wanted in title.casefold())

    def _title(self, kind: str, key: str) -> str:
        if kind == "answer":
            question = self.pack.question_by_id.get(key)
            return question.text if question else ""
        if kind == "requirement":
            row = self.pack.requirement_by_id.get(key)
            return row.title if row else self._own_rows.get(key, "")
        tables = {"decision": self._gates, "interim": self._measures, "specification": self._standards}
        return tables.get(kind, {}).get(key, "")

    def _answer(self, question_id: str, value: Mapping[str, Any]) -> dict[str, str]:
        question = self.pack.question_by_id.get(question_id)
        return {label or tr("Answer"): text for label, text in parts_in_words(question, value)}

    def _text(self, kind: str, name: str, value: Any) -> str:
        special = _SPECIAL.get(name)
        if name == "evidence" and isinstance(value, list):
            return "\n".join(self._link(link) for link in value)
        if name == "replaces" and value:
            return self._link({"evidence": value})
        if special is not None and value:
            return special(value)
        if name == "size" and isinstance(value, int | float):
            return wording.size(int(value))
        if isinstance(value, str) and name in _CODED:
            return tr(_WORDS.get(f"{kind}.{name}", {}).get(value, value.replace("_", " ")))
        return plain_text(value)

    def _link(self, link: Mapping[str, Any]) -> str:
        digest = str(link.get("evidence", ""))
        name = self._files.get(digest) or tr("file {digest} that is not on file any more").format(digest=digest[:12])
        place = f" ({link['anchor']})" if link.get("anchor") else ""
        cited = f"{name}{place}"
        return tr("against: {evidence}").format(evidence=cited) if link.get("stance") == "counters" else cited


def counted(kind: str, count: int) -> str:
    """Return so many records of a kind in words: ``12 answers``."""
    _, one, many = KIND_WORDS[kind]
    return ntr(one, many, count).format(count=count)


def moment(at: str) -> str:
    """Return a recorded time as 14 Mar 2026, 10:42 UTC; what is no time stays as it is."""
    try:
        value = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return at
    return tr("{date}, {time:%H:%M} UTC").format(date=wording.day(value.date()), time=value)


def plain_text(value: Any) -> str:
    """Return any JSON value as people read it; nothing for what says nothing."""
    if value is None or value is False:
        return ""
    if value is True:
        return tr("yes")
    if isinstance(value, int | float):
        return wording.number(float(value)) if value else ""
    if isinstance(value, str):
        return _day(value)
    if isinstance(value, Mapping):
        texts = ((name, plain_text(item)) for name, item in value.items())  # once each: records may be deep
        return "\n".join(f"{_label(str(name))}: {text}" for name, text in texts if text)
    return "\n".join(plain_text(item) for item in value)


def _day(text: str) -> str:
    if len(text) == len("2025-06-02"):
        try:
            return wording.day(date.fromisoformat(text))
        except ValueError:
            return text
    return moment(text) if text.endswith("Z") and text[:4].isdigit() else text


def _label(name: str) -> str:
    return tr(_LABELS.get(name, name.replace("_", " ")[:1].upper() + name.replace("_", " ")[1:]))


def _report(value: Mapping[str, Any]) -> str:
    """Return a result as it was reported."""
    kind, n = value.get("kind"), value.get("n")
    trials = tr(", {count} scored trials").format(count=wording.number(float(n))) if isinstance(n, int | float) else ""
    if kind == "counts":
        return tr("{successes} of {trials}").format(
            successes=wording.number(value["successes"]), trials=wording.number(value["n"])
        )
    if kind == "mean":
        return tr("mean {value}, standard error {error}{trials}").format(
            value=wording.number(value["mean"]), error=wording.number(value["stderr"]), trials=trials
        )
    if kind == "interval":
        ends = tr("{low} to {high}").format(low=wording.number(value["low"]), high=wording.number(value["high"]))
        return tr("{value} ({ends} at {level} %){trials}").format(
            value=wording.number(value["estimate"]),
            ends=ends,
            level=wording.number(value["level"] * 100),
            trials=trials,
        )
    if kind == "ratio":
        return tr("{treatment} against {control}").format(
            treatment=_report(value["treatment"]), control=_report(value["control"])
        )
    return (
        tr("{value}, without uncertainty{trials}").format(value=wording.number(value["estimate"]), trials=trials)
        if kind == "point"
        else plain_text(value)
    )


def _elicitation(value: Iterable[str]) -> str:
    return ", ".join(ELICITATION.get(item, item) for item in value)


def _planned(value: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(
        tr("{item}: at least {item_2} trials").format(item=item["indicator"], item_2=item["min_n"])
        if item.get("min_n")
        else str(item["indicator"])
        for item in value
    )


def _signed(value: Any) -> str:
    """Return in whose name a decision was signed; whether that holds is not told by the log."""
    return plain_text(value.get("signer") if isinstance(value, Mapping) else value)


_SPECIAL: Mapping[str, Callable[[Any], str]] = {
    "report": _report,
    "elicitation": _elicitation,
    "indicators": _planned,
    "signature": _signed,
}
