"""How far the work has come, counted honestly: what was answered, never how good the answers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asl_desktop.domain.answers import answer_counts
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Answer
from asl_desktop.domain.pack import Question
from asl_desktop.i18n import mark, ntr, tr

ANSWERED = mark("Complete"), mark("{done} of {total} answered")
MEASURED = mark("All {total} measured"), mark("{done} of {total} measured")
DECIDED = mark("All {total} decided"), mark("{done} of {total} decided")
IN_PLACE = mark("All {total} in place"), mark("{done} of {total} in place")


@dataclass(frozen=True, slots=True)
class Count:
    """Progress of one group of questions or safeguards.

    Attributes:
        done: how many say something definite.
        total: how many are asked.
        lacking: answered, but without the evidence or rationale that the question demands.
        marked: flagged for review.
        pending: taken over from an earlier assessment and not confirmed; they are not done.
    """

    done: int
    total: int
    lacking: int = 0
    marked: int = 0
    pending: int = 0

    @property
    def complete(self) -> bool:
        """Tell whether nothing is left to do here."""
        return self.total > 0 and self.done == self.total and not self.lacking and not self.pending

    def words(self, said: tuple[str, str] = ANSWERED) -> str:
        """Return ``14 of 18 answered``, ``Not started``, ``Complete``, with what is lacking.

        Args:
            said: what is said when all is done, and when some is; both marked for translation.
        """
        whole, part = said
        if self.total == 0:
            return tr("Nothing asked here")
        if self.pending:
            return tr("{done} of {total}, {pending} to confirm").format(
                done=self.done, total=self.total, pending=self.pending
            )
        if self.complete:
            return tr(whole).format(total=self.total)
        if self.done == 0 and not self.lacking:
            return tr("Not started")
        text = tr(part).format(done=self.done, total=self.total)
        return tr("{text}, {lacking} lacking").format(text=text, lacking=self.lacking) if self.lacking else text

    def details(self) -> str:
        """Return the same in full: what is lacking and what is marked for review."""
        parts = [self.words()]
        if self.lacking:
            parts.append(
                ntr(
                    "{count} answer lacks evidence or rationale",
                    "{count} answers lack evidence or rationale",
                    self.lacking,
                ).format(count=self.lacking)
            )
        if self.marked:
            parts.append(tr("{marked} marked for review").format(marked=self.marked))
        return " · ".join(parts)


def asked(snapshot: Snapshot, domain: str = "") -> tuple[Question, ...]:
    """Return the questions that are asked, of one domain or of all; ones that a condition rules out are left out."""
    hidden = frozenset(snapshot.determination.not_asked)
    questions = snapshot.pack.questions_by_domain.get(domain, ()) if domain else snapshot.pack.questions
    return tuple(question for question in questions if question.id not in hidden) if hidden else questions


def is_done(question: Question, answer: Answer | None) -> bool:
    """Tell whether an answer is definite and has a value for every part that is not optional."""
    return answer_counts(answer, question)


def lacks_evidence(question: Question, snapshot: Snapshot) -> str:
    """Return what the evidence of a definite answer lacks, as a sentence, or nothing."""
    from asl_desktop.services.evidence_uses import evidence_lack

    answer = snapshot.inputs.answer_by_question.get(question.id)
    return evidence_lack(question, answer, snapshot.inputs, as_of=snapshot.as_of) if answer is not None else ""


def lacks(question: Question, snapshot: Snapshot) -> str:
    """Return what a definite answer still lacks, as a sentence, or nothing."""
    answer = snapshot.inputs.answer_by_question.get(question.id)
    if answer is None or answer.state != "answered" or answer.carried_from:
        return ""
    if lack := lacks_evidence(question, snapshot):
        return lack
    if question.rationale_required and not answer.rationale.strip():
        return tr("A rationale is required and none is written yet.")
    return ""


def count_questions(snapshot: Snapshot, domain: str = "") -> Count:
    """Count the questions of one domain, or of all."""
    questions, answers = asked(snapshot, domain), snapshot.inputs.answer_by_question
    done = [question for question in questions if is_done(question, answers.get(question.id))]
    return Count(
        done=len(done),
        total=len(questions),
        lacking=sum(1 for question in done if lacks(question, snapshot)),
        marked=sum(1 for question in questions if (a := answers.get(question.id)) is not None and a.marked_for_review),
        pending=sum(1 for question in questions if (a := answers.get(question.id)) is not None and a.carried_from),
    )


def count_indicators(snapshot: Snapshot) -> Count:
    """Count the indicators with a result that was measured for this assessment or confirmed in it."""
    known = snapshot.pack.indicator_by_id
    held = [item for item in snapshot.inputs.measurements if item.indicator in known]
    measured = {item.indicator for item in held if not item.carried_from}
    return Count(len(measured), len(known), pending=sum(1 for item in held if item.carried_from))


class Tally:
    """Counts the questions of every domain of one snapshot after another, anew only where an answer changed.

    Evidence or a day that changed may change what any answer lacks.
    """

    def __init__(self) -> None:
        self._of: Snapshot | None = None
        self._counts: dict[str, Count] = {}

    def count(self, snapshot: Snapshot) -> Mapping[str, Count]:
        """Return the progress of each domain, by its id."""
        stale = self._stale(snapshot)
        for domain in snapshot.pack.domains:
            if stale is None or domain.id in stale:
                self._counts[domain.id] = count_questions(snapshot, domain.id)
        self._of = snapshot
        return self._counts

    def _stale(self, snapshot: Snapshot) -> frozenset[str] | None:
        """Return the domains to be counted anew, None for all."""
        before = self._of
        if before is None or before.pack is not snapshot.pack:
            return None
        if before.determination.not_asked != snapshot.determination.not_asked:
            return None
        if before.as_of != snapshot.as_of or before.inputs.evidence is not snapshot.inputs.evidence:
            return None
        if before.inputs.answers is snapshot.inputs.answers:
            return frozenset()
        then, now = before.inputs.answer_by_question, snapshot.inputs.answer_by_question
        changed = {name for name, answer in now.items() if then.get(name) is not answer} | (then.keys() - now.keys())
        questions = snapshot.pack.question_by_id
        return frozenset(questions[name].domain for name in changed if name in questions)


def count_safeguards(snapshot: Snapshot, track_id: str) -> Count:
    """Count the safeguards that the required standard of a track demands, and those shown to be there."""
    track = snapshot.pack.track_by_id[track_id]
    result = snapshot.determination.track_by_id.get(track_id)
    if result is None:
        return Count(0, 0)
    rank = track.rank(result.required)
    total = sum(1 for row in snapshot.pack.requirements if row.track == track_id and track.rank(row.standard) <= rank)
    missing = sum(1 for item in snapshot.determination.gap if item.track == track_id)
    total = max(total, missing)
    return Count(total - missing, total)


def count_showings(snapshot: Snapshot) -> Count:
    """Count the showings that people decided on, one way or the other, against those that are asked."""
    keys = [(item.id, threshold) for item in snapshot.pack.showings for threshold in item.supported_when]
    held = snapshot.inputs.showing_by_key
    return Count(sum(1 for key in keys if key in held and held[key].status != "draft"), len(keys))


def next_open(snapshot: Snapshot, after: str = "", domain: str = "") -> str:
    """Return the id of the next question without a definite answer after the given one, wrapping round; or nothing."""
    questions = asked(snapshot, domain)
    answers = snapshot.inputs.answer_by_question
    ids = [question.id for question in questions]
    start = ids.index(after) + 1 if after in ids else 0
    for question in (*questions[start:], *questions[:start]):
        if question.id != after and not is_done(question, answers.get(question.id)):
            return question.id
    return ""
