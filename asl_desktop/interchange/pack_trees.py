"""What the condition trees of a pack must keep to, so that its rules fail closed.

A tree that can open something (``ruled_out_when``, a showing's ``supported_when``, a gate's ``opens_when``) may only
become true by less risk or more evidence; ``crossed_when`` may only become true by more risk. Every branching node is
monotone, so it is enough to count the ``not`` above each leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    Leaf,
    Not,
    ShowingAccepted,
    StandardMet,
    StateName,
    ThresholdStateIn,
    branches,
)
from asl_desktop.interchange.explaining import suggestion
from asl_desktop.interchange.yaml_source import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asl_desktop.domain.pack import Cite, Pack, Part, Threshold

Finding: TypeAlias = tuple[FieldPath, str]
Purpose: TypeAlias = Literal["opens", "crosses", "shows"]

_RISKY_STATES = frozenset(get_args(StateName)) - {"ruled_out"}
_CROSSED_STATES = frozenset({"crossed", "conflicting"})


@dataclass(frozen=True, slots=True)
class Tree:
    """One condition tree of a pack.

    Attributes:
        path: the field it stands in.
        purpose: ``opens`` for a tree that can rule out, support or open; ``crosses`` for ``crossed_when``; ``shows``
            for ``visible_when``.
        threshold: the threshold whose rule it is, if any.
    """

    condition: Condition
    path: FieldPath
    purpose: Purpose
    threshold: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A leaf, where it stands, and whether an odd number of ``not`` stands above it."""

    leaf: Leaf
    path: FieldPath
    negated: bool


def trees(pack: Pack) -> Iterator[Tree]:
    """Yield every condition tree of the pack."""
    for n, item in enumerate(pack.thresholds):
        if item.crossed_when is not None:
            yield Tree(item.crossed_when, ("thresholds", n, "crossed_when"), "crosses", item.id)
        if item.ruled_out_when is not None:
            yield Tree(item.ruled_out_when, ("thresholds", n, "ruled_out_when"), "opens", item.id)
    for n, showing in enumerate(pack.showings):
        for threshold, condition in showing.supported_when.items():
            if condition is not None:
                yield Tree(condition, ("showings", n, "supported_when", threshold), "opens", threshold)
    for n, gate in enumerate(pack.gates):
        if gate.opens_when is not None:
            yield Tree(gate.opens_when, ("gates", n, "opens_when"), "opens")
    for n, question in enumerate(pack.questions):
        if question.visible_when is not None:
            yield Tree(question.visible_when, ("questions", n, "visible_when"), "shows")


def spots(condition: Condition, path: FieldPath, *, negated: bool = False) -> Iterator[Spot]:
    """Yield the leaves below ``condition``, with paths as the file form writes them."""
    if isinstance(condition, Not):
        yield from spots(condition.of, (*path, "not"), negated=not negated)
        return
    inner = branches(condition)
    if not inner:
        if not isinstance(condition, AllOf | AnyOf) and not hasattr(condition, "k"):
            yield Spot(condition, path, negated)
        return
    key = condition.op if isinstance(condition, AllOf | AnyOf) else "of"
    for n, branch in enumerate(inner):
        yield from spots(branch, (*path, key, n), negated=negated)


def check_trees(pack: Pack) -> Iterator[Finding]:
    """Yield what is wrong with the condition trees."""
    every = tuple(trees(pack))
    for tree in every:
        yield from _empty_nodes(tree.condition, tree.path)
        for spot in spots(tree.condition, tree.path):
            yield from _references(pack, tree, spot)
            if tree.purpose != "shows":
                yield from _polarity(pack, tree, spot)
    circular = tuple(_cycles(_threshold_edges(every), "the state of {} depends on itself: {}"))
    yield from circular
    yield from _cycles(_question_edges(pack, every, through=not circular), "whether {} is asked depends on itself: {}")
    yield from _uncertain_gates(pack)


def _empty_nodes(condition: Condition, path: FieldPath) -> Iterator[Finding]:
    inner = branches(condition)
    if hasattr(condition, "of") and not inner:
        yield path, "must have at least one branch"
    count = getattr(condition, "k", None)
    if count is not None and not 1 <= count <= len(inner):
        yield (*path, "at_least"), f"must be from 1 to {len(inner)}, the number of branches"
    key = condition.op if isinstance(condition, AllOf | AnyOf) else "of"
    for n, branch in enumerate(inner):
        step: FieldPath = ("not",) if isinstance(condition, Not) else (key, n)
        yield from _empty_nodes(branch, (*path, *step))


def _references(pack: Pack, tree: Tree, spot: Spot) -> Iterator[Finding]:
    leaf, path = spot.leaf, spot.path
    if isinstance(leaf, IndicatorBelow | IndicatorAbove):
        indicator = pack.indicator_by_id.get(leaf.indicator)
        if indicator is None:
            yield missing((*path, leaf.op), "indicator", leaf.indicator, pack.indicator_by_id)
        elif indicator.bound(leaf.bound) is None:
            yield (*path, leaf.op), f"indicator {leaf.indicator!r} has no bound called {leaf.bound}"
    elif isinstance(leaf, AnswerIn):
        yield from _answer(pack, leaf, path)
    elif isinstance(leaf, ShowingAccepted):
        yield from _showing(pack, tree, leaf, path)
    elif isinstance(leaf, StandardMet):
        track = pack.track_by_id.get(leaf.track)
        if track is None:
            yield missing((*path, "track"), "track", leaf.track, pack.track_by_id)
        elif leaf.standard not in {standard.id for standard in track.standards}:
            known = [standard.id for standard in track.standards]
            yield missing((*path, leaf.op), f"standard on the track {leaf.track!r}", leaf.standard, known)
    elif leaf.threshold not in pack.threshold_by_id:
        yield missing((*path, leaf.op), "threshold", leaf.threshold, pack.threshold_by_id)


def missing(path: FieldPath, kind: str, name: str, known: Mapping[str, object] | list[str]) -> Finding:
    """Say that a reference leads nowhere."""
    return path, f"{name!r} is not a known {kind}{suggestion(name, known)}"


def _answer(pack: Pack, leaf: AnswerIn, path: FieldPath) -> Iterator[Finding]:
    question = pack.question_by_id.get(leaf.question)
    if question is None:
        yield missing((*path, "answer_in"), "question", leaf.question, pack.question_by_id)
        return
    part = question.part(leaf.part)
    if part is None:
        yield missing((*path, "part"), f"part of {leaf.question!r}", leaf.part, [part.id for part in question.parts])
        return
    words = choices(part)
    if not words:
        yield (*path, "answer_in"), f"{leaf.question!r} is answered by a {part.type}, which has no options to be in"
        return
    for n, option in enumerate(leaf.options):
        if option not in words:
            yield missing((*path, "options", n), f"option of {leaf.question!r}", option, list(words))


def choices(part: Part) -> tuple[str, ...]:
    """Return the words by which a condition can name an answer to the part; free answers have none."""
    if part.type == "yes_no":
        return ("yes", "no")
    return tuple(option.id for option in part.options)


def _showing(pack: Pack, tree: Tree, leaf: ShowingAccepted, path: FieldPath) -> Iterator[Finding]:
    showing = pack.showing_by_id.get(leaf.showing)
    if showing is None:
        yield missing((*path, "showing_accepted"), "showing", leaf.showing, pack.showing_by_id)
        return
    threshold = leaf.threshold or tree.threshold
    if threshold is None:
        yield (*path, "threshold"), "is missing: outside a threshold's own rule it must be named"
    elif leaf.threshold is not None and threshold not in pack.threshold_by_id:
        yield missing((*path, "threshold"), "threshold", threshold, pack.threshold_by_id)
    elif threshold not in showing.supported_when:
        yield (*path, "showing_accepted"), f"showing {leaf.showing!r} is not asked for threshold {threshold!r}"


def _polarity(pack: Pack, tree: Tree, spot: Spot) -> Iterator[Finding]:
    """Refuse a leaf by which more risk or less evidence could open, or more risk could un-cross."""
    leaf = spot.leaf
    wants_safe = (tree.purpose == "opens") != spot.negated
    if isinstance(leaf, IndicatorAbove) and wants_safe:
        yield (*spot.path, leaf.op), _wrong_side(tree, "a reading past a bound")
    elif isinstance(leaf, IndicatorBelow | ShowingAccepted | StandardMet) and not wants_safe:
        yield (*spot.path, leaf.op), _wrong_side(tree, "a reading short of a bound, a showing or a standard")
    elif isinstance(leaf, AnswerIn) and wants_safe and _takes_several(pack, leaf):
        problem = f"{leaf.question!r} takes several options at once, so one of these does not exclude a riskier one"
        yield (*spot.path, leaf.op), f"{problem}; name the risky ones under not"
    elif isinstance(leaf, ThresholdStateIn):
        yield from _state_polarity(tree, spot, frozenset(leaf.states), wants_safe=wants_safe)


def _takes_several(pack: Pack, leaf: AnswerIn) -> bool:
    question = pack.question_by_id.get(leaf.question)
    part = question.part(leaf.part) if question else None
    return part is not None and part.type == "multi_choice"


def _state_polarity(tree: Tree, spot: Spot, states: frozenset[str], *, wants_safe: bool) -> Iterator[Finding]:
    path: FieldPath = (*spot.path, "states")
    if wants_safe:
        if states != {"ruled_out"}:
            yield path, _wrong_side(tree, "any state but ruled_out alone")
    elif "ruled_out" in states:
        yield path, _wrong_side(tree, "ruled_out")
    elif tree.purpose == "opens" and states != _RISKY_STATES:
        left = ", ".join(sorted(_RISKY_STATES - states))
        yield path, f"under not must list every state but ruled_out, or these would open it: {left}"
    elif tree.purpose == "crosses" and not states >= _CROSSED_STATES:
        yield path, "must include crossed and conflicting, or more risk could make it untrue"


def _wrong_side(tree: Tree, what: str) -> str:
    if tree.purpose == "crosses":
        return f"{what} stands on the wrong side of not: safety could mark the threshold as crossed"
    return f"{what} stands on the wrong side of not: more risk or less evidence could make this true"


_Edges: TypeAlias = "dict[str, list[tuple[str, FieldPath]]]"


def _threshold_edges(every: tuple[Tree, ...]) -> _Edges:
    edges: _Edges = {}
    for tree in every:
        if tree.threshold is None:
            continue
        for spot in spots(tree.condition, tree.path):
            if isinstance(spot.leaf, ThresholdStateIn):
                edges.setdefault(tree.threshold, []).append((spot.leaf.threshold, (*spot.path, spot.leaf.op)))
    return edges


def _question_edges(pack: Pack, every: tuple[Tree, ...], *, through: bool) -> _Edges:
    """Return what the asking of each question hangs on; ``through`` thresholds too, whose state may hang on answers."""
    edges: _Edges = {}
    for tree in every:
        shows = tree.purpose == "shows"
        source = pack.questions[int(tree.path[1])].id if shows else tree.threshold
        if source is None or not (shows or through):
            continue
        for spot in spots(tree.condition, tree.path):
            if isinstance(spot.leaf, AnswerIn):
                edges.setdefault(source, []).append((spot.leaf.question, (*spot.path, spot.leaf.op)))
            elif through and isinstance(spot.leaf, ThresholdStateIn):
                edges.setdefault(source, []).append((spot.leaf.threshold, (*spot.path, spot.leaf.op)))
    return edges


def _cycles(edges: _Edges, sentence: str) -> Iterator[Finding]:
    """Yield one finding per edge that closes a cycle; walks with a stack of its own, so that depth costs nothing."""
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        trail = [start]
        waiting = [iter(edges[start])]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                done.add(trail.pop())
                continue
            target, path = step
            if target in trail:
                round_trip = [*trail[trail.index(target) :], target]
                yield path, sentence.format(target, " -> ".join(round_trip))
            elif target not in done:
                trail.append(target)
                waiting.append(iter(edges.get(target, ())))


def _uncertain_gates(pack: Pack) -> Iterator[Finding]:
    for n, gate in enumerate(pack.gates):
        if gate.kind != "rule" or gate.opens_when is None:
            continue
        for spot in spots(gate.opens_when, ("gates", n, "opens_when")):
            doubt = _doubt(pack, spot.leaf, seen=set())
            if doubt:
                yield (*spot.path, spot.leaf.op), f"{doubt} is uncertain and so cannot decide a rule gate"


def _doubt(pack: Pack, leaf: Leaf, *, seen: set[str]) -> str:
    """Return the first item behind a leaf whose reading is uncertain, or nothing.

    A threshold stands on the leaves of its own trees, so those are looked at as well.
    """
    if isinstance(leaf, ThresholdStateIn):
        return _threshold_doubt(pack, pack.threshold_by_id.get(leaf.threshold), seen)
    cites: list[tuple[str, Cite]] = []
    if isinstance(leaf, IndicatorBelow | IndicatorAbove) and leaf.indicator in pack.indicator_by_id:
        indicator = pack.indicator_by_id[leaf.indicator]
        bound = indicator.bound(leaf.bound)
        cites = [(f"indicator {indicator.id!r}", indicator.cite)]
        cites += [(f"the bound {leaf.bound} of {indicator.id!r}", bound.cite)] if bound else []
    elif isinstance(leaf, AnswerIn) and leaf.question in pack.question_by_id:
        cites = [(f"question {leaf.question!r}", pack.question_by_id[leaf.question].cite)]
    elif isinstance(leaf, ShowingAccepted) and leaf.showing in pack.showing_by_id:
        cites = [(f"showing {leaf.showing!r}", pack.showing_by_id[leaf.showing].cite)]
    elif isinstance(leaf, StandardMet) and leaf.track in pack.track_by_id:
        # One that nobody specified is met only by the lab's own specification, whatever the policy's text may mean.
        named = [item for item in pack.track_by_id[leaf.track].standards if item.id == leaf.standard]
        cites = [(f"standard {item.id!r}", item.cite) for item in named if item.specified_by]
    return next((name for name, cite in cites if certainty(pack, cite) == "uncertain"), "")


def _threshold_doubt(pack: Pack, threshold: Threshold | None, seen: set[str]) -> str:
    if threshold is None or threshold.id in seen:
        return ""
    seen.add(threshold.id)
    if certainty(pack, threshold.cite) == "uncertain":
        return f"threshold {threshold.id!r}"
    for condition in (threshold.crossed_when, threshold.ruled_out_when):
        for spot in spots(condition, ()) if condition is not None else ():
            doubt = _doubt(pack, spot.leaf, seen=seen)
            if doubt:
                return f"{doubt}, on which threshold {threshold.id!r} stands,"
    return ""


def certainty(pack: Pack, cite: Cite) -> str:
    """Return how certain a cited item is: no more certain than the document it comes from."""
    source = pack.source_by_id.get(cite.source)
    order = ("primary", "secondary", "uncertain")
    return max(cite.certainty, source.certainty if source else "primary", key=order.index)
