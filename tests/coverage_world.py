"""What a framework's text names against what its pack holds, and inputs that bring a threshold into a state.

``tests/pack_coverage/PACK-ID.yaml`` is the text's own list, written from the fact sheets. ``named`` gives for each
group and name the place in the pack (``list/id``, for an option ``questions/id/part/option``), with words and figures
that must stand there. ``left_out`` gives what is not in the pack and why, ``never_ruled_out`` thresholds that the text
never lets go, and ``speaks_to`` where a question belongs that bears on no rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop import codec
from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    AtLeast,
    Condition,
    ShowingAccepted,
    ThresholdStateIn,
    leaves,
)
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Answer, EvidenceItem, EvidenceLink, Inputs, Scope, ShowingRecord
from asl_desktop.errors import PackInvalid
from asl_desktop.interchange.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.pack import Pack

FOLDER = Path(__file__).parent / "pack_coverage"
DAY = date(2026, 11, 23)
PROOF = EvidenceItem("a" * 64, "proof.pdf", 10)
LINK = (EvidenceLink(PROOF.sha256),)
RULES = (
    *("thresholds", "requirements", "showings", "triggers", "gates"),
    *("interim_measures", "roles", "documents", "clocks"),
)
_MOST_WAYS = 64


@dataclass(frozen=True)
class Named:
    """One thing that the text names: where the pack has it, and what must be read there."""

    name: str
    at: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """The list of one pack."""

    pack: str
    named: tuple[Named, ...]
    left_out: Mapping[str, str]
    never_ruled_out: Mapping[str, str] = field(default_factory=dict)
    speaks_to: Mapping[str, str] = field(default_factory=dict)


def coverage_of(pack_id: str) -> Coverage:
    """Read the list of a pack; a pack without one has no coverage, which is an error."""
    data = read_yaml(FOLDER / f"{pack_id}.yaml", error=PackInvalid).data
    named = tuple(_named(name, value) for group in data["named"].values() for name, value in group.items())
    rest = {key: data.get(key, {}) for key in ("left_out", "never_ruled_out", "speaks_to")}
    return Coverage(data["pack"], named, **rest)


def _named(name: str, value: Any) -> Named:
    return Named(name, value) if isinstance(value, str) else Named(name, value["at"], tuple(value.get("says", ())))


def text_at(pack: Pack, place: str) -> str | None:
    """Return everything written at a place of the pack, in lower case; None when there is no such place."""
    head, *rest = place.split("/")
    found: Any = getattr(pack, head, None)
    for step in rest:
        if found is None:
            return None
        inner = found if isinstance(found, tuple) else _children(found)
        found = next((item for item in inner if item.id == step), None)
    return None if found is None else json.dumps(codec.to_json(found), ensure_ascii=False).lower()


def _children(item: Any) -> tuple[Any, ...]:
    return next((getattr(item, key) for key in ("parts", "options", "standards") if hasattr(item, key)), ())


@dataclass(frozen=True)
class Moves:
    """Inputs to make: showings to accept and options to choose."""

    showings: frozenset[tuple[str, str]] = frozenset()
    answers: frozenset[tuple[str, str, str]] = frozenset()

    def __or__(self, other: Moves) -> Moves:
        return Moves(self.showings | other.showings, self.answers | other.answers)

    def words(self) -> str:
        """Say the witness in one line."""
        accepted = (f"accept {showing} for {threshold}" for showing, threshold in sorted(self.showings))
        answered = (f"answer {question}.{part} = {option}" for question, part, option in sorted(self.answers))
        return "; ".join((*accepted, *answered)) or "nothing"


def witness(pack: Pack, threshold_id: str, state: str) -> Moves | None:
    """Return the fewest inputs found that bring a threshold into ``ruled_out`` or ``crossed``; None when none do."""
    threshold = pack.threshold_by_id[threshold_id]
    tree = threshold.ruled_out_when if state == "ruled_out" else threshold.crossed_when
    ways = islice(_ways(pack, tree, threshold_id), _MOST_WAYS) if tree else ()
    for moves in sorted(ways, key=lambda found: len(found.showings) + len(found.answers)):
        if determine(pack, inputs_of(pack, moves), DAY).threshold_by_id[threshold_id].state == state:
            return moves
    return None


def _ways(pack: Pack, tree: Condition, threshold: str) -> Iterator[Moves]:
    """Yield sets of inputs that make a tree true; a kind of leaf that is not known here has no way."""
    if isinstance(tree, AnyOf):
        for branch in tree.of:
            yield from _ways(pack, branch, threshold)
    elif isinstance(tree, AllOf):
        yield from _together(pack, tree.of, threshold)
    elif isinstance(tree, AtLeast):
        for chosen in combinations(tree.of, tree.k):
            yield from _together(pack, chosen, threshold)
    elif isinstance(tree, ShowingAccepted):
        yield Moves(showings=frozenset({(tree.showing, tree.threshold or threshold)}))
    elif isinstance(tree, AnswerIn):
        yield from (Moves(answers=frozenset({(tree.question, tree.part, option)})) for option in tree.options)
    elif isinstance(tree, ThresholdStateIn):
        other = pack.threshold_by_id[tree.threshold]
        for state, inner in (("ruled_out", other.ruled_out_when), ("crossed", other.crossed_when)):
            if state in tree.states and inner is not None:
                yield from _ways(pack, inner, other.id)


def _together(pack: Pack, trees: tuple[Condition, ...], threshold: str) -> Iterator[Moves]:
    each = [tuple(islice(_ways(pack, tree, threshold), _MOST_WAYS)) for tree in trees]
    for chosen in product(*each):
        found = Moves()
        for moves in chosen:
            found |= moves
        yield found


def inputs_of(pack: Pack, moves: Moves) -> Inputs:
    """Put moves on record: every showing with a reason for each point the record does not support."""
    values: dict[str, dict[str, Any]] = {}
    for question, part, option in sorted(moves.answers):
        spec = pack.question_by_id[question].part(part)
        is_yes_no = spec is not None and spec.type == "yes_no"
        values.setdefault(question, {})[part] = option == "yes" if is_yes_no else option
    return Inputs(
        Scope("M"),
        answers=tuple(Answer(key, value=value, rationale="Reason.", evidence=LINK) for key, value in values.items()),
        showings=tuple(accepted(pack, showing, threshold) for showing, threshold in sorted(moves.showings)),
        evidence=(PROOF,),
    )


def accepted(pack: Pack, showing: str, threshold: str) -> ShowingRecord:
    """Accept a showing, with a reason for whatever the record does not support."""
    tree = pack.showing_by_id[showing].supported_when.get(threshold)
    subjects = {str(getattr(leaf, "indicator", "") or getattr(leaf, "question", "")) for leaf in leaves(tree)}
    return ShowingRecord(
        showing,
        threshold,
        status="accepted",
        by="Somebody",
        evidence=LINK,
        rationales=dict.fromkeys(sorted(subjects), "Reason."),
    )


def ruling_out(pack: Pack, *thresholds: str) -> Inputs:
    """Return inputs that rule all these thresholds out."""
    moves = Moves()
    for threshold in thresholds:
        found = witness(pack, threshold, "ruled_out")
        assert found is not None, threshold
        moves |= found
    return inputs_of(pack, moves)


def concluding(inputs: Inputs, question: str, **parts: str) -> Inputs:
    """Add a recorded conclusion, with evidence."""
    value = {part.replace("_", "-"): option for part, option in parts.items()}
    answer = Answer(question, value=value, rationale="Reason.", evidence=LINK)
    return replace(inputs, answers=(*inputs.answers, answer))
