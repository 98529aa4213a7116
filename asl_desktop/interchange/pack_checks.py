"""The rules of a pack that no type can express: ids, references, numbers. Condition trees: :mod:`.pack_trees`."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any, get_args

from asl_desktop.domain.conditions import StateName
from asl_desktop.domain.inputs import ELICITATION
from asl_desktop.domain.pack import overlong
from asl_desktop.interchange.pack_trees import Finding, check_trees, choices, missing, spots, trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asl_desktop.domain.pack import Cite, Conclusion, Indicator, Pack, Part, Threshold, Trigger
    from asl_desktop.interchange.yaml_source import FieldPath

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LISTS = (
    "sources",
    "tracks",
    "domains",
    "thresholds",
    "requirements",
    "indicators",
    "questions",
    "showings",
    "triggers",
    "gates",
    "interim_measures",
    "roles",
    "documents",
    "clocks",
)
_BEARERS = ("thresholds", "requirements", "showings", "triggers")


def check_pack(pack: Pack) -> tuple[Finding, ...]:
    """Return everything wrong with a pack as (field path, clause without a full stop)."""
    checks = (_head, _ids, _cites, _tracks, _thresholds, _indicators, _questions, _showings, _triggers, _gates, _people)
    return tuple(finding for check in (*checks, check_trees) for finding in check(pack))


def _head(pack: Pack) -> Iterator[Finding]:
    if not _ID.fullmatch(pack.id):
        yield ("id",), "must be letters, digits, dots, dashes and underscores"
    name, most = overlong(pack)
    if name:
        yield (name,), f"holds more than {most} items"
    if not pack.version.strip():
        yield ("version",), "must not be empty"
    if not 0.5 < pack.level < 1.0:
        yield ("level",), "must lie between 0.5 and 1, such as 0.95"
    for needed in ("sources", "tracks", "domains", "thresholds"):
        if not getattr(pack, needed):
            yield (needed,), "must not be empty"
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(pack.label) if name is not None]
    except ValueError:
        yield ("label",), "has a brace that is not closed"
        return
    for name in names:
        if name not in pack.track_by_id:
            yield missing(("label",), "track", name, pack.track_by_id)


def _ids(pack: Pack) -> Iterator[Finding]:
    for key in _LISTS:
        yield from _unique((key,), getattr(pack, key), "id")
    for n, track in enumerate(pack.tracks):
        yield from _unique(("tracks", n, "standards"), track.standards, "id")
    for n, question in enumerate(pack.questions):
        yield from _unique(("questions", n, "parts"), question.parts, "id")
        for m, part in enumerate(question.parts):
            yield from _unique(("questions", n, "parts", m, "options"), part.options, "id")
    for n, indicator in enumerate(pack.indicators):
        yield from _unique(("indicators", n, "bounds"), indicator.bounds, "name")
    yield from _shared_names(pack)


def _unique(path: FieldPath, items: Iterable[Any], key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, item in enumerate(items):
        name = getattr(item, key)
        if not _ID.fullmatch(name):
            yield (*path, n, key), f"{name!r} must be letters, digits, dots, dashes and underscores, at most 64"
        if name in seen:
            yield (*path, n, key), f"{name!r} is used twice"
        seen.add(name)


def _shared_names(pack: Pack) -> Iterator[Finding]:
    """Refuse one id for two kinds of thing that ``bears_on`` could mean."""
    owner: dict[str, str] = {}
    for key in _BEARERS:
        for n, item in enumerate(getattr(pack, key)):
            earlier = owner.setdefault(item.id, key)
            if earlier != key:
                yield (key, n, "id"), f"{item.id!r} is already used among {earlier}, and bears_on could mean either"


def _cites(pack: Pack) -> Iterator[Finding]:
    for path, cite in _all_cites(pack):
        if cite.source not in pack.source_by_id:
            yield missing((*path, "cite"), "source", cite.source, pack.source_by_id)


def _all_cites(pack: Pack) -> Iterator[tuple[FieldPath, Cite]]:
    for key in _LISTS:
        for n, item in enumerate(getattr(pack, key)):
            if hasattr(item, "cite"):
                yield (key, n), item.cite
    for n, track in enumerate(pack.tracks):
        yield from ((("tracks", n, "standards", m), standard.cite) for m, standard in enumerate(track.standards))
    for n, indicator in enumerate(pack.indicators):
        yield from ((("indicators", n, "bounds", m), bound.cite) for m, bound in enumerate(indicator.bounds))


def _tracks(pack: Pack) -> Iterator[Finding]:
    for n, track in enumerate(pack.tracks):
        if not track.standards:
            yield ("tracks", n, "standards"), "must name at least the base standard"
    for n, item in enumerate(pack.requirements):
        yield from _standard(pack, item.track, item.standard, ("requirements", n), ("track", "standard"))


def _standard(pack: Pack, track: str, standard: str, path: FieldPath, keys: tuple[str, str]) -> Iterator[Finding]:
    ladder = pack.track_by_id.get(track)
    if ladder is None:
        yield missing((*path, keys[0]), "track", track, pack.track_by_id)
        return
    known = [item.id for item in ladder.standards]
    if standard not in known:
        yield missing((*path, keys[1]), f"standard on the track {track!r}", standard, known)


def _thresholds(pack: Pack) -> Iterator[Finding]:
    domains = {item.id: item for item in pack.domains}
    for n, item in enumerate(pack.thresholds):
        path: FieldPath = ("thresholds", n)
        if item.domain not in domains:
            yield missing((*path, "domain"), "domain", item.domain, domains)
        elif domains[item.domain].watched and item.raises_level:
            yield (*path, "domain"), f"{item.domain!r} is a watched domain, which has no threshold that raises a level"
        for track, standard in item.requires.items():
            yield from _standard(pack, track, standard, (*path, "requires"), (track, track))
        yield from _known((*path, "alerts"), item.alerts, "threshold", pack.threshold_by_id)
        yield from _alerts(item, path)
        for word in item.status_words:
            if word not in get_args(StateName):
                yield missing((*path, "status_words", word), "state", word, list(get_args(StateName)))
        if item.conclusion is not None:
            yield from _conclusion(pack, item.conclusion, (*path, "conclusion"))


def _alerts(item: Threshold, path: FieldPath) -> Iterator[Finding]:
    if item.id in item.alerts:
        yield (*path, "alerts"), "a threshold cannot warn of itself"
    if item.alerts and item.raises_level:
        yield (*path, "alerts"), "only a threshold of the kind alert or checkpoint warns of others"


def _conclusion(pack: Pack, item: Conclusion, path: FieldPath) -> Iterator[Finding]:
    part, findings = _part(pack, item.question, item.part, path)
    yield from findings
    if part is None:
        return
    for key in ("treated_as_crossed", "crossed"):
        for n, option in enumerate(getattr(item, key)):
            if option not in choices(part):
                yield missing((*path, key, n), f"option of {item.question!r}", option, list(choices(part)))


def _part(pack: Pack, question_id: str, part_id: str, path: FieldPath) -> tuple[Part | None, list[Finding]]:
    question = pack.question_by_id.get(question_id)
    if question is None:
        return None, [missing((*path, "question"), "question", question_id, pack.question_by_id)]
    part = question.part(part_id)
    if part is None:
        known = [item.id for item in question.parts]
        return None, [missing((*path, "part"), f"part of {question_id!r}", part_id, known)]
    return part, []


def _known(path: FieldPath, names: Iterable[str], kind: str, known: Mapping[str, object]) -> Iterator[Finding]:
    for n, name in enumerate(names):
        if name not in known:
            yield missing((*path, n), kind, name, known)


def _indicators(pack: Pack) -> Iterator[Finding]:
    domains = {item.id: item for item in pack.domains}
    targets = _bearing_targets(pack)
    for n, item in enumerate(pack.indicators):
        path: FieldPath = ("indicators", n)
        if item.domain not in domains:
            yield missing((*path, "domain"), "domain", item.domain, domains)
        yield from _known((*path, "bears_on"), item.bears_on, _BEARS_ON, targets)
        yield from _known((*path, "required_elicitation"), item.required_elicitation, "practice", ELICITATION)
        if item.min_n < 1:
            yield (*path, "min_n"), "must be at least 1: zero trials are never a measurement"
        if item.valid_days is not None and item.valid_days < 1:
            yield (*path, "valid_days"), "must be at least 1, or left out"
        if not 0.0 <= item.buffer < 100.0:
            yield (*path, "buffer"), "must lie between 0 and 100 points"
        yield from _scale(item, path)
        yield from _order(item, path)


_BEARS_ON = "threshold, requirement, showing or trigger"


def _bearing_targets(pack: Pack) -> dict[str, object]:
    return {item.id: item for key in _BEARERS for item in getattr(pack, key)}


def _scale(item: Indicator, path: FieldPath) -> Iterator[Finding]:
    if item.scale == "linear":
        return
    if item.floor is None and item.bounds:
        yield (*path, "floor"), f"is missing: a {item.scale} scale has no zero to start from"
    top = _whole(item.unit)
    places = [((*path, "bounds", n, "value"), bound.value) for n, bound in enumerate(item.bounds)]
    for place, value in [((*path, "floor"), item.floor), *places]:
        if value is not None and value <= 0.0:
            yield place, f"must be above 0 on a {item.scale} scale"
        elif value is not None and item.scale == "logit" and value >= top:
            yield place, f"must be below {top:g} on a logit scale"


def _whole(unit: str) -> float:
    """Return what 100 % is in the unit: 100 for ``%``, 33 for ``of 33``, else 1."""
    if unit == "%":
        return 100.0
    counted = re.fullmatch(r"of (\d+(?:\.\d+)?)", unit)
    return float(counted[1]) if counted else 1.0


def _order(item: Indicator, path: FieldPath) -> Iterator[Finding]:
    sign = 1.0 if item.direction == "higher_is_riskier" else -1.0
    side = "below" if sign > 0 else "above"
    rule_out, concern = item.bound("rule_out"), item.bound("concern")
    if rule_out and concern and sign * rule_out.value > sign * concern.value:
        place = item.bounds.index(rule_out)
        problem = f"rule_out must not lie on the riskier side of concern ({concern.value:g}): {item.direction}"
        yield (*path, "bounds", place, "value"), problem
    if item.floor is None and (item.scale != "linear" or not item.bounds):
        return
    floor = 0.0 if item.floor is None else item.floor
    for n, bound in enumerate(item.bounds):
        if bound.value == floor:
            yield (*path, "bounds", n, "value"), f"equals the floor ({floor:g}), so no margin can be placed"
        elif sign * floor > sign * bound.value:
            yield (*path, "floor"), f"must lie {side} the bound {bound.name} ({bound.value:g}): {item.direction}"


def _questions(pack: Pack) -> Iterator[Finding]:
    domains = {item.id: item for item in pack.domains}
    targets = _bearing_targets(pack)
    read = _questions_read(pack)
    for n, item in enumerate(pack.questions):
        path: FieldPath = ("questions", n)
        if item.domain not in domains:
            yield missing((*path, "domain"), "domain", item.domain, domains)
        elif not item.bears_on and not domains[item.domain].watched and item.id not in read:
            yield (*path, "bears_on"), "must name what the answer bears on; nothing else in the pack reads it"
        yield from _known((*path, "bears_on"), item.bears_on, _BEARS_ON, targets)
        if not item.parts:
            yield (*path, "parts"), "must have at least one part"
        for m, part in enumerate(item.parts):
            yield from _part_fields(part, (*path, "parts", m))


def _questions_read(pack: Pack) -> set[str]:
    """Return the questions whose answers a tree, a conclusion or a trigger reads."""
    leaves = [spot.leaf for tree in trees(pack) for spot in spots(tree.condition, tree.path)]
    read = {leaf.question for leaf in leaves if leaf.op == "answer_in"}
    read |= {item.conclusion.question for item in pack.thresholds if item.conclusion is not None}
    return read | {item.question for item in pack.triggers}


def _part_fields(part: Part, path: FieldPath) -> Iterator[Finding]:
    chosen = part.type in {"choice", "multi_choice"}
    if chosen and not part.options:
        yield (*path, "options"), f"is missing: a {part.type} needs options"
    if part.options and not chosen:
        yield (*path, "options"), f"a {part.type} has no options"
    if part.uncertainty and part.type != "number":
        yield (*path, "uncertainty"), f"goes with a number only; a {part.type} has none"
    if part.type == "scale" and (part.minimum is None or part.maximum is None):
        yield (*path, "minimum" if part.minimum is None else "maximum"), "is missing: a scale has two ends"
    if part.minimum is not None and part.maximum is not None and part.minimum >= part.maximum:
        yield (*path, "maximum"), f"must be above the minimum ({part.minimum:g})"


def _showings(pack: Pack) -> Iterator[Finding]:
    for n, item in enumerate(pack.showings):
        for threshold in item.supported_when:
            if threshold not in pack.threshold_by_id:
                path: FieldPath = ("showings", n, "supported_when", threshold)
                yield missing(path, "threshold", threshold, pack.threshold_by_id)


def _triggers(pack: Pack) -> Iterator[Finding]:
    for n, item in enumerate(pack.triggers):
        path: FieldPath = ("triggers", n)
        part, findings = _part(pack, item.question, item.part, path)
        yield from findings
        if part is not None:
            yield from _comparison(item, part, path)


def _comparison(item: Trigger, part: Part, path: FieldPath) -> Iterator[Finding]:
    if part.type in {"number", "scale"}:
        if isinstance(item.value, str):
            yield (*path, "value"), f"must be a number: {item.question!r} is answered by a {part.type}"
        return
    words = choices(part)
    if not words:
        yield (*path, "question"), f"{item.question!r} is answered by a {part.type}, which cannot be compared"
        return
    if item.comparator != "==":
        yield (*path, "comparator"), "must be == for an answer that is one of several options"
    if item.value not in words:
        yield missing((*path, "value"), f"option of {item.question!r}", str(item.value), list(words))


def _gates(pack: Pack) -> Iterator[Finding]:
    roles = {item.id: item for item in pack.roles}
    measures = {item.id: item for item in pack.interim_measures}
    for n, item in enumerate(pack.gates):
        path: FieldPath = ("gates", n)
        if item.kind == "rule" and item.opens_when is None:
            yield (*path, "opens_when"), "is missing: a rule gate opens by its rule alone"
        if item.kind == "judgement" and item.opens_when is not None:
            yield (*path, "opens_when"), "a judgement gate is opened by people, never by a rule"
        if item.kind == "judgement" and not item.decided_by:
            yield (*path, "decided_by"), "is missing: a judgement gate names who decides"
        yield from _known((*path, "decided_by"), item.decided_by, "role", roles)
        yield from _known((*path, "informed_first"), item.informed_first, "role", roles)
        yield from _known((*path, "owed"), item.owed, "document", {entry.id: entry for entry in pack.documents})
        yield from _known((*path, "interim"), item.interim, "interim measure", measures)


def _people(pack: Pack) -> Iterator[Finding]:
    roles = {item.id: item for item in pack.roles}
    for n, measure in enumerate(pack.interim_measures):
        yield from _known(("interim_measures", n, "decided_by"), measure.decided_by, "role", roles)
    for n, document in enumerate(pack.documents):
        yield from _known(("documents", n, "signed_by"), document.signed_by, "role", roles)
    for n, role in enumerate(pack.roles):
        if role.signs < 0:
            yield ("roles", n, "signs"), "must be 0 for no signature, or the place in the order of signing"
    for n, clock in enumerate(pack.clocks):
        if clock.days is not None and clock.days < 1:
            yield ("clocks", n, "days"), "must be at least 1, or left out"
