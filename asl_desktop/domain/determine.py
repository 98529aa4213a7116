"""The determination: from a pack and the inputs to states, required standards, the gap and the gates.

How the two trees of a threshold become its state:

==================  ==================  =======================================================================
``crossed_when``    ``ruled_out_when``  state
==================  ==================  =======================================================================
true                not true            crossed
true                true                conflicting (treated as crossed; the conflict is printed)
not true            true                ruled out, unless one of the two brakes below holds
not true            not true            not ruled out when some input is present, else not assessed
==================  ==================  =======================================================================

Two brakes keep a threshold from being ruled out although its tree says so: the people's own recorded conclusion is
riskier, or a result that does not count (no evidence, stale, under-elicited) points past the bound all the same.
Everything but *ruled out* is treated as crossed. Pure functions: no clock, no randomness, no I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import gates, margins, wording
from asl_desktop.domain.answers import answer_counts, extent, part_is_open
from asl_desktop.domain.conditions import (
    ShowingAccepted,
    StateName,
    ThresholdStateIn,
    leaves,
)
from asl_desktop.domain.determination import (
    Determination,
    GapItem,
    Margin,
    NotAssessed,
    Tension,
    ThresholdResult,
    Trace,
    TrackResult,
    TriggerResult,
    Truth,
    Watched,
)
from asl_desktop.domain.logic import Record, brakes, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.domain.pack import Pack, Threshold, Track, Trigger

_NO_RULE = Trace("none", "unknown", "The framework states no rule for this.")


def determine(pack: Pack, inputs: Inputs, as_of: date) -> Determination:
    """Work out everything that follows from the inputs under one pack on one day.

    Raises:
        KeyError: when the pack refers to an id it does not hold; validated packs never do.
    """
    record = _open(pack, inputs, as_of)
    thresholds = tuple(record.state_of(threshold.id) for threshold in pack.thresholds)
    tracks = tuple(_track(record, track, thresholds) for track in pack.tracks)
    margin_list, watched = _margins(record)
    return Determination(
        pack=pack.id,
        pack_digest=pack.digest,
        as_of=as_of,
        label=_label(pack, tracks),
        precautionary=any(track.precautionary for track in tracks),
        tracks=tracks,
        thresholds=thresholds,
        margins=margin_list,
        watched=watched,
        gap=tuple(item for track in tracks for item in _gap(record, track)),
        gates=gates.gate_results(record),
        triggers=tuple(_trigger(record, trigger) for trigger in pack.triggers),
        duties=_duties(pack, thresholds),
        not_assessed=_not_assessed(record, thresholds),
        notes=_notes(record, thresholds),
        not_asked=tuple(question for question in pack.visibility if not record.asked(question)),
    )


def support_of(pack: Pack, inputs: Inputs, as_of: date, *, showing: str, threshold: str) -> Trace | None:
    """Say what the record supports of one showing for one threshold; None when the pack asks for no support."""
    tree = pack.showing_by_id[showing].supported_when.get(threshold)
    return evaluate(_open(pack, inputs, as_of), tree, threshold) if tree else None


def _open(pack: Pack, inputs: Inputs, as_of: date) -> Record:
    states: dict[str, ThresholdResult] = {}

    def state_of(threshold_id: str) -> ThresholdResult:
        found = states.get(threshold_id)
        if found is None:
            found = states[threshold_id] = _threshold(record, pack.threshold_by_id[threshold_id])
        return found

    record = Record(pack, inputs, as_of, state_of)
    return record


def _threshold(record: Record, threshold: Threshold) -> ThresholdResult:
    crossed = evaluate(record, threshold.crossed_when, threshold.id) if threshold.crossed_when else _NO_RULE
    ruled_out = evaluate(record, threshold.ruled_out_when, threshold.id) if threshold.ruled_out_when else _NO_RULE
    state, reasons = _state(record, threshold, crossed, ruled_out)
    return ThresholdResult(
        id=threshold.id,
        state=state,
        reasons=reasons,
        crossed=crossed,
        ruled_out=ruled_out,
        tensions=_tensions(record, threshold),
        raises_level=threshold.raises_level,
    )


def _state(record: Record, threshold: Threshold, crossed: Trace, ruled_out: Trace) -> tuple[StateName, tuple[str, ...]]:
    if crossed.value == "true" and ruled_out.value == "true":
        return "conflicting", (
            f"The record both crosses it and rules it out. {crossed.reason} But also: {ruled_out.reason}",
            "Treated as crossed until people resolve the conflict.",
        )
    if crossed.value == "true":
        return "crossed", (crossed.reason,)
    if ruled_out.value == "true":
        held = tuple(why for _, why in brakes(record, threshold))
        return ("not_ruled_out", held) if held else ("ruled_out", (ruled_out.reason, *_rejections(record, threshold)))
    if _anything_present(record, threshold):
        return "not_ruled_out", (ruled_out.reason, "Treated as crossed until it is ruled out.")
    return "not_assessed", ("Nothing on file bears on it.", "Treated as crossed until it is assessed and ruled out.")


def _tensions(record: Record, threshold: Threshold) -> tuple[Tension, ...]:
    """Return the tensions of the showings it rests on, and those of a threshold that rules this one out."""
    found: list[Tension] = []
    for leaf in leaves(threshold.ruled_out_when):
        if isinstance(leaf, ShowingAccepted):
            found.extend(record.showing(leaf.showing, leaf.threshold or threshold.id).tensions)
        elif isinstance(leaf, ThresholdStateIn):
            other = record.state_of(leaf.threshold)
            found.extend(other.tensions if other.state in leaf.states else ())
    return tuple(dict.fromkeys(found))


def _rejections(record: Record, threshold: Threshold) -> Iterable[str]:
    """Showings that people rejected although another way rules the threshold out."""
    for leaf in leaves(threshold.ruled_out_when):
        if isinstance(leaf, ShowingAccepted):
            view = record.showing(leaf.showing, leaf.threshold or threshold.id)
            if view.value == "false":
                yield view.reason


def _anything_present(record: Record, threshold: Threshold) -> bool:
    """Tell whether any input bears on a threshold: in its trees, behind its showings, or by the pack's own word."""
    reach = record.pack.reach[threshold.id]
    return (
        not reach.questions.isdisjoint(record.inputs.spoken_questions)
        or not reach.showings.isdisjoint(record.inputs.spoken_showings)
        or any(record.readings(indicator).present for indicator in reach.indicators)
        or any(record.state_of(other).state != "not_assessed" for other in reach.thresholds)
    )


def _track(record: Record, track: Track, thresholds: tuple[ThresholdResult, ...]) -> TrackResult:
    demands: list[tuple[int, ThresholdResult]] = []
    for result in thresholds:
        standard = record.pack.threshold_by_id[result.id].requires.get(track.id)
        if standard and result.raises_level and result.treated_as_crossed:
            demands.append((track.rank(standard), result))
    top = max((rank for rank, _ in demands), default=0)
    demanding = tuple(result for rank, result in demands if rank == top and rank > 0)
    surely = [result for result in demanding if result.state in {"crossed", "conflicting"}]
    required = track.standards[top].id
    met = record.standard(track.id, required)
    reasons = tuple(f"{r.id} is {wording.STATE_WORDS[r.state]}." for r in demanding) or (
        f"Every threshold that demands more is ruled out; {required} always applies.",
    )
    return TrackResult(
        track=track.id,
        required=required,
        precautionary=bool(demanding) and not surely,
        demanded_by=tuple(result.id for result in demanding),
        met=met.value,
        reasons=(*reasons, met.reason),
    )


def _gap(record: Record, track: TrackResult) -> Iterable[GapItem]:
    ladder = record.pack.track_by_id[track.track]
    for standard in ladder.standards[: ladder.rank(track.required) + 1]:
        rows = record.rows(ladder.id, standard.id)
        if rows is None:
            why = "is not spelled out in this pack" if standard.specified_by else "has never been specified"
            reason = f"It {why}; it cannot be met until the lab records its own specification."
            yield GapItem(f"{ladder.id}/{standard.id}", ladder.id, standard.id, standard.title, "unspecified", reason)
            continue
        for row_id, title in rows:
            cover = record.coverage(row_id)
            if cover.value != "true":
                yield GapItem(row_id, ladder.id, standard.id, title, cover.status, cover.reason)


def _label(pack: Pack, tracks: tuple[TrackResult, ...]) -> str:
    required = {track.track: track.required for track in tracks}
    if len(set(required.values())) == 1:
        return next(iter(required.values()))
    return pack.label.format(**required) if pack.label else " / ".join(f"{v} {k}" for k, v in required.items())


def _margins(record: Record) -> tuple[tuple[Margin, ...], tuple[Watched, ...]]:
    found: list[Margin] = []
    watched: list[Watched] = []
    for indicator in record.pack.indicators:
        if indicator.bounds:
            found.append(record.margin(indicator.id))
        elif seen := margins.watched_of(record.readings(indicator.id)):
            watched.append(seen)
    return tuple(found), tuple(watched)


def _duties(pack: Pack, thresholds: tuple[ThresholdResult, ...]) -> tuple[str, ...]:
    found = [
        f"{result.id}: {duty}"
        for result in thresholds
        if result.treated_as_crossed
        for duty in pack.threshold_by_id[result.id].duties
    ]
    return tuple(dict.fromkeys(found))


def _trigger(record: Record, trigger: Trigger) -> TriggerResult:
    """Compare an answer with a trigger; one that does not count can fire it and cannot say that it has not fired."""
    answer = record.inputs.answer_by_question.get(trigger.question)
    value = answer.value.get(trigger.part) if answer and answer.state == "answered" else None
    if value is None:
        return TriggerResult(trigger.id, "unknown", f"{trigger.title}: {trigger.question} is not answered.")
    part = record.pack.question_by_id[trigger.question].part(trigger.part)
    if answer and part is not None and part_is_open(part, answer):
        return TriggerResult(trigger.id, "unknown", f"{trigger.title}: {trigger.question} ({trigger.part}) is unknown.")
    fired = _compare(value, trigger)
    if fired is None:
        return TriggerResult(trigger.id, "unknown", f"{trigger.title}: {_plain(value)} cannot be compared.")
    pending = record.pending(answer) if answer else ""
    if pending and not fired:
        return TriggerResult(trigger.id, "unknown", f"{trigger.title}: {trigger.question} {pending}.")
    state: Truth = "true" if fired else "false"
    shown = _shown(value, trigger.unit)
    limit = wording.quantity(trigger.value, trigger.unit) if isinstance(trigger.value, float) else str(trigger.value)
    certain = not isinstance(value, tuple | list) or _compare(value[0], trigger)
    reached = "has been reached" if certain else "is within the uncertainty, so it counts as reached"
    verb = reached if fired else "has not been reached"
    return TriggerResult(trigger.id, state, f"{trigger.title}: {shown} against {limit}; it {verb}.")


def _shown(value: object, unit: str) -> str:
    if isinstance(value, tuple | list) and extent(value) is not None:
        return wording.uncertain(value[0], value[1], unit)
    return wording.quantity(value, unit) if isinstance(value, float) else _plain(value)


def _plain(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _compare(value: object, trigger: Trigger) -> bool | None:
    """Compare an answer with the limit of a trigger; None when they cannot be compared.

    Of a number with an uncertainty any value that it leaves possible is enough.
    """
    if isinstance(trigger.value, str):
        chosen = value if isinstance(value, tuple | list) else (value,)
        return trigger.value in map(_plain, chosen) if trigger.comparator == "==" else None
    found = extent(value)
    if found is None:
        return None
    low, high = found
    return {
        ">=": high >= trigger.value,
        ">": high > trigger.value,
        "<=": low <= trigger.value,
        "<": low < trigger.value,
        "==": low <= trigger.value <= high,
    }[trigger.comparator]


def _not_assessed(record: Record, thresholds: tuple[ThresholdResult, ...]) -> tuple[NotAssessed, ...]:
    held, conditional = record.inputs.answer_by_question, record.pack.visibility
    return (
        *(
            NotAssessed("threshold", r.id, record.pack.threshold_by_id[r.id].title)
            for r in thresholds
            if r.state == "not_assessed"
        ),
        *_silent_domains(record),
        *_missing_showings(record),
        *(
            NotAssessed("indicator", indicator.id, indicator.title)
            for indicator in record.pack.indicators
            if not record.readings(indicator.id).present
        ),
        *[
            NotAssessed("question", question.id, question.text)
            for question in record.pack.questions
            if not answer_counts(held.get(question.id), question)
            and (question.id not in conditional or record.asked(question.id))
        ],
    )


def _silent_domains(record: Record) -> Iterable[NotAssessed]:
    pack = record.pack
    questions = pack.question_by_id
    spoken = {
        questions[answer.question].domain
        for answer in record.inputs.answers
        if answer.question in questions and answer_counts(answer) and record.asked(answer.question)
    }
    spoken |= {i.domain for i in pack.indicators if record.readings(i.id).present}
    for domain in pack.domains:
        if domain.id not in spoken:
            yield NotAssessed("domain", domain.id, domain.title)


def _missing_showings(record: Record) -> Iterable[NotAssessed]:
    for showing in record.pack.showings:
        for threshold_id in showing.supported_when:
            given = record.inputs.showing_by_key.get((showing.id, threshold_id))
            if given is None or given.status == "draft":
                yield NotAssessed("showing", f"{showing.id}@{threshold_id}", f"{showing.title}, for {threshold_id}")


def _own_bounds(record: Record) -> Iterable[str]:
    """Say where the plan holds a result against a stricter bound than the framework's."""
    for indicator in record.pack.indicators:
        own = margins.under_plan(indicator, record.inputs).margin_bound
        if own is not None and indicator.margin_bound is not None and own is not indicator.margin_bound:
            asked, policy = (wording.quantity(item.value, indicator.unit) for item in (own, indicator.margin_bound))
            yield f"{indicator.title} is held against {asked}, which the plan sets, in the place of {policy}."


def _notes(record: Record, thresholds: tuple[ThresholdResult, ...]) -> tuple[str, ...]:
    inputs, pack = record.inputs, record.pack
    found: list[str] = []
    if not inputs.plan.locked_at:
        found.append("The plan was not locked before results came in.")
    else:
        early = [m for m in inputs.measurements if m.produced and m.produced.isoformat() < inputs.plan.locked_at[:10]]
        if early:
            found.append(f"{len(early)} measurements were produced before the plan was locked.")
    if inputs.plan.amendments:
        found.append(f"The plan was amended {len(inputs.plan.amendments)} times after it was locked.")
    if inputs.plan.pack_digest and pack.digest and inputs.plan.pack_digest != pack.digest:
        found.append("The plan was made for other content of this framework pack.")
    found.extend(_own_bounds(record))
    aside = [m for m in inputs.measurements if margins.is_set_aside(m)]
    found.extend(
        f"A result for {m.indicator} was set aside by {m.set_aside_by}: {m.set_aside_reason}"
        for m in sorted(aside, key=lambda m: m.id)
    )
    for result in thresholds:
        certainty = pack.threshold_by_id[result.id].cite.certainty
        if result.raises_level and certainty != "primary":
            found.append(f"{result.id}: what the pack says of it is marked {certainty}, not primary.")
    return tuple(found)
