"""The rules of the pre-flight check, one generator per part of the record; severities: :mod:`.preflight`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.answer_words import statements_in_words
from asl_desktop.domain.conditions import AnswerIn, leaves
from asl_desktop.domain.inputs import UNKNOWN, same_name, stated
from asl_desktop.domain.logic import Record
from asl_desktop.domain.margins import read_indicator
from asl_desktop.i18n import mark, tr
from asl_desktop.services.evidence_uses import evidence_lack, freshness, uses_of
from asl_desktop.services.planning import read_by_thresholds, results_before_lock
from asl_desktop.services.preflight import Finding, Rule
from asl_desktop.services.record_words import moment
from asl_desktop.services.signed_decisions import made_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.inputs import Answer, RequirementRecord, ShowingRecord
    from asl_desktop.domain.pack import Indicator, Pack, Question

OPEN_QUESTION = Rule(
    "open-question", "error", mark("Questions without an answer"),
    mark("They bear on the outcome; blank never counts as no, so what rests on them stays open."),
)  # fmt: skip
OPEN_ASIDE = Rule(
    "open-question-aside", "warning", mark("Questions without an answer that decide nothing"),
    mark("The framework asks them, and the report prints them as not answered."),
)  # fmt: skip
NO_EVIDENCE = Rule(
    "answer-without-evidence", "error", mark("Answers without the evidence they need"),
    mark("The framework asks for evidence here; a reader cannot check the answer without it."),
)  # fmt: skip
NO_RATIONALE = Rule(
    "answer-without-rationale", "error", mark("Answers without the rationale they need"),
    mark("The framework asks for the reasons behind this answer."),
)  # fmt: skip
NOT_CONFIRMED = Rule(
    "not-confirmed", "error", mark("Said not to apply, and not confirmed"),
    mark("Until a reviewer other than the author confirms it, it counts as open."),
)  # fmt: skip
CARRIED = Rule(
    "carried-over", "error", mark("Taken over from an earlier assessment, and not confirmed"),
    mark("Until somebody confirms that it still holds, it counts as not given."),
)  # fmt: skip
NOT_KNOWN = Rule(
    "not-known", "warning", mark("Unknown or declined where it decides"),
    mark("A rule of the framework reads this answer; without it the rule cannot speak for safety."),
)  # fmt: skip
MARKED = Rule(
    "marked-for-review", "warning", mark("Marked for review"),
    mark("Somebody wanted another look at it before it is relied on."),
)  # fmt: skip
NOT_MEASURED = Rule(
    "not-measured", "error", mark("Indicators that a threshold reads, not measured"),
    mark("Without a result nothing can be ruled out through them."),
)  # fmt: skip
NOT_ADEQUATE = Rule(
    "not-adequate", "error", mark("Results that must not be relied on"),
    mark("No adequate result stands in for them, so the indicator is as good as not measured."),
)  # fmt: skip
WEAK_RESULT = Rule(
    "result-with-defects", "warning", mark("Further results with defects"),
    mark("Another result counts, but these may still hurt, and a reader will ask about them."),
)  # fmt: skip
SHOWING_OPEN = Rule(
    "showing-undecided", "error", mark("Showings that nobody decided"),
    mark("Ruling out needs people who accept or reject each showing."),
)  # fmt: skip
SHOWING_VOID = Rule(
    "showing-void", "error", mark("Showings accepted that do not count"),
    mark("They read as accepted, and nothing rests on them."),
)  # fmt: skip
TENSION = Rule(
    "tension", "warning", mark("Accepted against the record"),
    mark("People accepted it with a rationale; it is printed on the first page of the report."),
)  # fmt: skip
RATIONALE_LOOSE = Rule(
    "rationale-on-nothing", "warning", mark("Rationales that speak to a result no longer there"),
    mark("Nothing is measured there. If a result was taken away since, the rationale was written about something "
         "else."),
)  # fmt: skip
DISSENT = Rule(
    "dissent",
    "note",
    mark("Dissent on record"),
    mark("Minority views are printed word for word; know them before you sign."),
)
ROW_VOID = Rule(
    "safeguard-void", "error", mark("Safeguards that do not count as claimed"),
    mark("They are said to be there, and the standard treats them as missing."),
)  # fmt: skip
ROW_OWNERLESS = Rule(
    "safeguard-without-owner", "warning", mark("Required safeguards without an owner or due date"),
    mark("What nobody owns by a date is not going to be there."),
)  # fmt: skip
ROW_OVERDUE = Rule(
    "safeguard-overdue", "warning", mark("Required safeguards past their due date"),
    mark("The date that was promised has gone by."),
)  # fmt: skip
INTERIM_OVER = Rule(
    "interim-over", "warning", mark("Interim measures that no longer hold"),
    mark("Without an end date that lies ahead they are in force no longer."),
)  # fmt: skip
DECISION_MISSING = Rule(
    "decision-missing", "warning", mark("Gates without a decision"),
    mark("The program computes; people decide, by name."),
)  # fmt: skip
DECISION_DIFFERS = Rule(
    "decision-without-reason", "error", mark("Decisions that differ from the computed state, without a reason"),
    mark("Who goes another way than the rule must say why."),
)  # fmt: skip
DECISION_AGAINST = Rule(
    "decision-differs", "warning", mark("Decisions that differ from the computed state"),
    mark("The reason is on record; the report prints both beside each other."),
)  # fmt: skip
DECISION_DESPITE = Rule(
    "decision-despite", "warning", mark("Decisions taken although errors stood"),
    mark("The report prints the reason that was given."),
)  # fmt: skip
DECISION_EARLIER = Rule(
    "decision-earlier", "warning", mark("Decisions signed on an earlier state of the inputs"),
    mark("The inputs have changed since; nobody has signed the decision on what they say now."),
)  # fmt: skip
SIGNER_ROLE = Rule(
    "signer-role", "warning", mark("Decisions that do not name the role the framework wants"),
    mark("The framework says who decides here; the record does not show that it was they."),
)  # fmt: skip
OWED = Rule(
    "owed", "warning", mark("Still owed to those who decide"),
    mark("The framework wants them to have it before they decide."),
)  # fmt: skip
PLAN_OPEN = Rule(
    "plan-not-locked", "warning", mark("The plan is not locked"),
    mark("Nothing shows that bounds, sample sizes and elicitation were fixed before results came in."),
)  # fmt: skip
PLAN_LATE = Rule(
    "plan-locked-late", "warning", mark("The plan was locked after results"),
    mark("It could have been fitted to what was already known."),
)  # fmt: skip
PLAN_SHORT = Rule(
    "plan-short", "warning", mark("Indicators that a threshold reads, not in the plan"),
    mark("Nobody said beforehand how they would be measured."),
)  # fmt: skip
PLAN_AMENDED = Rule(
    "plan-amended",
    "note",
    mark("The plan was amended after it was locked"),
    mark("Each change and its reason is printed."),
)
PLAN_OTHER_PACK = Rule(
    "plan-other-pack", "warning", mark("The plan was made for other content of the framework"),
    mark("What was planned may not fit what is asked now."),
)  # fmt: skip
SCOPE_SHORT = Rule(
    "scope-incomplete", "warning", mark("The scope is not complete"),
    mark("A reader must know what was assessed, whose it is, and where and against whom it will stand."),
)  # fmt: skip
STALE = Rule(
    "stale-evidence",
    "warning",
    mark("Evidence past its validity"),
    mark("What rests on it alone does not count any more."),
)
NEAR_STALE = Rule(
    "evidence-near-stale", "note", mark("Evidence soon past its validity"), mark("Renew it before it lapses.")
)
UNLINKED = Rule(
    "unlinked-evidence",
    "note",
    mark("Evidence that nothing cites"),
    mark("It is in the file, and nobody says what it shows."),
)
TRIGGER = Rule(
    "trigger-fired", "warning", mark("Triggers of a new assessment that fired"),
    mark("The framework asks for another assessment on account of them."),
)  # fmt: skip


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield everything that is found, by part of the record, in the order of the framework."""
    state_of = snapshot.determination.threshold_by_id.__getitem__
    record = Record(snapshot.pack, snapshot.inputs, snapshot.as_of, state_of)
    yield from _scope(snapshot)
    yield from _plan(snapshot)
    yield from _questions(snapshot)
    yield from _results(snapshot)
    yield from _showings(record)
    yield from _safeguards(snapshot, record)
    yield from _gates(snapshot)
    yield from _evidence(snapshot)


def decisive_questions(pack: Pack) -> frozenset[str]:
    """Return the ids of the questions that a threshold, a gate or a trigger reads."""
    found = {question for reach in pack.reach.values() for question in reach.questions}
    found |= {trigger.question for trigger in pack.triggers}
    found |= {leaf.question for gate in pack.gates for leaf in leaves(gate.opens_when) if isinstance(leaf, AnswerIn)}
    return frozenset(found)


def _scope(snapshot: Snapshot) -> Iterator[Finding]:
    scope = snapshot.inputs.scope
    named = (
        ("checkpoint", scope.checkpoint, tr("The checkpoint or version of the model is not stated.")),
        ("developer", scope.developer, tr("The developer of the model is not stated.")),
        ("deployment_context", scope.deployment_context, tr("It is not stated where the model will be used.")),
        ("actors", scope.actors, tr("The actors considered are not stated.")),
    )
    for name, value, text in named:
        if not stated(value):
            yield Finding(SCOPE_SHORT, text, f"scope:{name}")


def _plan(snapshot: Snapshot) -> Iterator[Finding]:
    plan, pack = snapshot.inputs.plan, snapshot.pack
    if not plan.locked_at:
        yield Finding(PLAN_OPEN, tr("Nobody locked the plan; every report says so."), "plan")
    for item in results_before_lock(snapshot.inputs):
        title = pack.indicator_by_id[item.indicator].title if item.indicator in pack.indicator_by_id else item.indicator
        known = wording.day(item.produced) if item.produced else tr("entered before")
        yield Finding(
            PLAN_LATE,
            tr("{title}: a result ({known}) was there before the plan was locked.").format(title=title, known=known),
            "plan",
        )
    planned = {item.indicator for item in plan.indicators}
    missing = [indicator for indicator in read_by_thresholds(pack) if indicator.id not in planned]
    if missing and not planned:
        yield Finding(
            PLAN_SHORT,
            tr("The plan names no indicator; {count} bear on a threshold.").format(count=len(missing)),
            "plan",
        )
    else:
        for indicator in missing:
            yield Finding(
                PLAN_SHORT,
                tr("{title} is not among the indicators to be measured.").format(title=indicator.title),
                "plan",
            )
    for change in plan.amendments:
        yield Finding(
            PLAN_AMENDED,
            tr("{by}: {change}. Reason: {reason}").format(by=change.by, change=change.change, reason=change.reason),
            "plan",
        )
    if plan.pack_digest and pack.digest and plan.pack_digest != pack.digest:
        yield Finding(PLAN_OTHER_PACK, tr("The framework differs from the one the plan was made for."), "plan")


def _questions(snapshot: Snapshot) -> Iterator[Finding]:
    pack, inputs = snapshot.pack, snapshot.inputs
    open_now = {item.id for item in snapshot.determination.not_assessed if item.kind == "question"}
    decisive = decisive_questions(pack)
    for question in pack.questions:
        answer = inputs.answer_by_question.get(question.id)
        if question.id in open_now:
            yield from _open_question(question, answer, decides=question.id in decisive)
        elif answer is not None and answer.state == "answered":
            if evidence_lack(question, answer, inputs, as_of=snapshot.as_of):
                bare, stale = tr("No evidence is linked"), tr("No linked evidence supports it and is still valid")
                yield _about(NO_EVIDENCE, question, stale if answer.evidence else bare)
            if question.rationale_required and not stated(answer.rationale):
                yield _about(NO_RATIONALE, question, tr("No rationale is written"))
        if answer is not None and answer.marked_for_review:
            yield _about(MARKED, question, tr("Marked for review"))


def _open_question(question: Question, answer: Answer | None, *, decides: bool) -> Iterator[Finding]:
    state = answer.state if answer is not None else "unanswered"
    if answer is not None and answer.carried_from:
        yield _about(CARRIED, question, tr("Taken over from {carried_from}").format(carried_from=answer.carried_from))
    elif state == "not_applicable":
        yield _about(NOT_CONFIRMED, question, tr("Said not to apply; no reviewer other than its author confirmed it"))
    elif state in {"unknown", "declined"}:
        if decides or question.bears_on:
            yield _about(NOT_KNOWN, question, tr(wording.ANSWER_STATE_WORDS[state]).capitalize())
    elif answer is not None and UNKNOWN in answer.value.values() and question.lists_statements:
        if decides or question.bears_on:
            said = statements_in_words(question, answer.value, tr)
            yield _about(NOT_KNOWN, question, said)
    elif decides or question.bears_on:
        missing = tr("Not answered") if state == "unanswered" else tr("Part of the answer is missing")
        yield _about(OPEN_QUESTION, question, missing)
    else:
        yield _about(OPEN_ASIDE, question, tr("Not answered"))


def _about(rule: Rule, question: Question, what: str) -> Finding:
    return Finding(rule, f"{what}: {question.text}", f"answer:{question.id}")


def _results(snapshot: Snapshot) -> Iterator[Finding]:
    read = {indicator.id for indicator in read_by_thresholds(snapshot.pack)}
    for indicator in snapshot.pack.indicators:
        yield from _indicator(snapshot, indicator, decides=indicator.id in read)


def _indicator(snapshot: Snapshot, indicator: Indicator, *, decides: bool) -> Iterator[Finding]:
    readings = read_indicator(indicator, snapshot.inputs, as_of=snapshot.as_of, level=snapshot.pack.level)
    target = f"indicator:{indicator.id}"
    pending = [reading for reading in readings.all if reading.measurement.carried_from]
    for reading in pending:
        taken = tr("Taken over from {carried_from}").format(carried_from=reading.measurement.carried_from)
        yield Finding(CARRIED, f"{taken}: {indicator.title}", target)
    if not readings.present:
        if decides and not pending:
            why = readings.margin.reasons[0] if indicator.margin_bound else tr("No result is on file.")
            yield Finding(NOT_MEASURED, f"{indicator.title}: {why}", target)
        return
    margin = snapshot.determination.margin_by_indicator.get(indicator.id)
    counts = any(reading.adequate for reading in readings.all)
    void = margin.state == "not_adequate" if margin is not None else not counts
    for reading in readings.all:
        if reading.measured and reading.defects and reading not in pending:
            rule = NOT_ADEQUATE if void and decides else WEAK_RESULT
            yield Finding(rule, f"{indicator.title}: {' '.join(reading.defects)}", target)


def _showings(record: Record) -> Iterator[Finding]:
    for showing in record.pack.showings:
        for threshold in showing.supported_when:
            view = record.showing(showing.id, threshold)
            target = f"showing:{showing.id}@{threshold}"
            given = view.record
            if given is None or given.status == "draft":
                yield Finding(
                    SHOWING_OPEN,
                    tr("{title}, for {threshold}. {reason}").format(
                        title=showing.title, threshold=threshold, reason=view.reason
                    ),
                    target,
                )
            elif given.status == "accepted":
                if view.value != "true":
                    yield Finding(SHOWING_VOID, view.reason, target)
                for tension in view.tensions:
                    rule = TENSION if tension.rationale else SHOWING_VOID
                    yield Finding(
                        rule,
                        tr("{id} for {threshold}: {finding}").format(
                            id=showing.id, threshold=threshold, finding=tension.finding
                        ),
                        target,
                    )
                yield from _loose_rationales(record, given, target)
            for dissent in given.dissent if given is not None else ():
                yield Finding(
                    DISSENT,
                    tr("{by} dissents on {id} for {threshold}.").format(
                        by=dissent.by, id=showing.id, threshold=threshold
                    ),
                    target,
                )


def _loose_rationales(record: Record, given: ShowingRecord, target: str) -> Iterator[Finding]:
    for subject, text in given.rationales.items():
        known = record.pack.indicator_by_id.get(subject)
        if known is not None and stated(text) and not record.readings(subject).present:
            name = tr("{showing} for {threshold}").format(showing=given.showing, threshold=given.threshold)
            yield Finding(
                RATIONALE_LOOSE,
                tr("{name}: the rationale on {title} speaks to no result.").format(name=name, title=known.title),
                target,
            )


def _safeguards(snapshot: Snapshot, record: Record) -> Iterator[Finding]:
    held = snapshot.inputs.requirement_by_id
    for item in snapshot.determination.gap:
        if item.status == "unspecified":
            continue
        given = held.get(item.requirement)
        target = f"requirement:{item.requirement}"
        name = f"{item.requirement} {item.title}"
        if given is not None and given.status in {"in_place", "excepted"}:
            yield Finding(ROW_VOID, f"{name}: {item.reason}", target)
        elif given is not None and given.status == "not_applicable":
            yield Finding(NOT_CONFIRMED, f"{name}: {item.reason}", target)
        else:
            yield from _promised(snapshot, given, name, target=target)
    gap = {item.requirement for item in snapshot.determination.gap}
    for given in snapshot.inputs.requirements:
        if given.requirement not in gap and given.status == "excepted" and given.ends and given.ends < snapshot.as_of:
            text = f"{given.requirement}: {record.coverage(given.requirement).reason}"
            yield Finding(ROW_VOID, text, f"requirement:{given.requirement}")
    for measure in snapshot.inputs.interim:
        if measure.ends is None or measure.ends < snapshot.as_of:
            text = tr("{measure} ended on {date}.") if measure.ends else tr("{measure} has no end date.")
            text = text.format(measure=measure.measure, date=wording.day(measure.ends))
            yield Finding(INTERIM_OVER, text, f"interim:{measure.measure}")


def _promised(snapshot: Snapshot, given: RequirementRecord | None, name: str, *, target: str) -> Iterator[Finding]:
    owned, dated = given is not None and stated(given.owner), given is not None and given.due is not None
    if not owned and not dated:
        yield Finding(ROW_OWNERLESS, tr("{name}: no owner and no due date.").format(name=name), target)
    elif not owned or not dated:
        text = tr("{name}: no due date.") if owned else tr("{name}: no owner.")
        yield Finding(ROW_OWNERLESS, text.format(name=name), target)
    if given is not None and given.due is not None and given.due < snapshot.as_of:
        yield Finding(
            ROW_OVERDUE, tr("{name}: was due on {date}.").format(name=name, date=wording.day(given.due)), target
        )


def _gates(snapshot: Snapshot) -> Iterator[Finding]:
    pack = snapshot.pack
    titles = {role.id: role.title for role in pack.roles}
    for result in snapshot.determination.gates:
        gate, target = pack.gate_by_id[result.id], f"decision:{result.id}"
        decision = result.decision
        if result.owed_missing:
            yield Finding(OWED, f"{gate.title}: {wording.listed(result.owed_missing)}.", target)
        if decision is None:
            yield Finding(DECISION_MISSING, tr("{title}: nobody has decided yet.").format(title=gate.title), target)
            continue
        if result.differs:
            rule = DECISION_AGAINST if stated(decision.reason) else DECISION_DIFFERS
            state = tr(wording.GATE_WORDS[result.state])
            text = tr("{title}: decided {outcome}, computed {state}.").format(
                title=gate.title, outcome=decision.outcome.replace("_", " "), state=state
            )
            yield Finding(rule, text, target)
        if stated(decision.despite):
            yield Finding(DECISION_DESPITE, f"{gate.title}, {decision.by}: {decision.despite}", target)
        if decision.signature is not None and not made_on(snapshot, decision.signature):
            text = tr("{title}: signed {moment}, before the inputs became what they are now.").format(
                title=gate.title, moment=moment(decision.signature.at)
            )
            yield Finding(DECISION_EARLIER, text, target)
        wanted = [titles.get(role, role) for role in gate.decided_by]
        named = (decision.role, decision.by)
        if wanted and not any(same_name(said, want) for said in named for want in (*wanted, *gate.decided_by)):
            text = tr("{title}: {listed} decides; the record names {role}.").format(
                title=gate.title, listed=wording.listed(wanted), role=decision.role or tr("no role")
            )
            yield Finding(SIGNER_ROLE, text, target)
    questions = {trigger.id: trigger.question for trigger in pack.triggers}
    for trigger in snapshot.determination.triggers:
        if trigger.value == "true":
            yield Finding(TRIGGER, trigger.reason, f"answer:{questions[trigger.id]}")


def _evidence(snapshot: Snapshot) -> Iterator[Finding]:
    uses = uses_of(snapshot.inputs)
    for item in snapshot.inputs.evidence:
        name, target = item.title or item.name, f"evidence:{item.sha256}"
        if item.sha256 not in uses:
            yield Finding(UNLINKED, tr("{name}: no record cites it.").format(name=name), target)
            continue
        state = freshness(item, snapshot.as_of)
        if state == "past":
            yield Finding(
                STALE, tr("{name}: valid until {date}.").format(name=name, date=wording.day(item.valid_until)), target
            )
        elif state == "near":
            yield Finding(
                NEAR_STALE,
                tr("{name}: valid until {date}.").format(name=name, date=wording.day(item.valid_until)),
                target,
            )
