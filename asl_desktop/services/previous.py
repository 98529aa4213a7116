"""The answers of an earlier assessment beside those of the present one. The earlier file is only read."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.domain import wording
from asl_desktop.domain.inputs import Answer, EvidenceItem, Inputs, Scope
from asl_desktop.domain.pack import Pack, Question
from asl_desktop.errors import UserError, ValueRefused
from asl_desktop.i18n import mark, tr
from asl_desktop.messages import message_for
from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.checks import check_record
from asl_desktop.storage.document import Document

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

Change: TypeAlias = Literal["same", "changed", "given since", "not given now", "new question", "no longer asked"]


@dataclass(frozen=True, slots=True, eq=False)
class Previous:
    """An earlier assessment, open for reading; whoever opened it closes ``document``.

    Attributes:
        name: how it is called in sentences and on what is taken over from it.
    """

    name: str
    document: Document
    pack: Pack
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier assessment says on one question.

    Attributes:
        question: as it was asked then.
        answer: as it was given then.
        evidence: what the answer cites, as far as the earlier assessment holds it.
        reworded: the question reads differently now.
        hindrance: why the answer cannot be taken over, as a sentence; empty when it can.
    """

    question: Question
    answer: Answer
    evidence: tuple[EvidenceItem, ...]
    reworded: bool
    hindrance: str


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """How one answer stands to the earlier one; ``reworded`` when the question itself reads differently now."""

    question: str
    change: Change
    reworded: bool = False


def open_previous(present: Document, path: Path, *, secret: Secret | None = None) -> Previous:
    """Open an earlier assessment for reading.

    Raises:
        ValueRefused: it is the very file that is open.
        FileMissing, FileNotAssessment, FileDamaged, FileTooNew, FileLocked: the file cannot be read.
        PassphraseNeeded, PassphraseWrong, PassphraseRefused: it is encrypted.
    """
    if path.exists() and present.path.exists() and path.samefile(present.path):
        raise ValueRefused(field="previous assessment", problem=tr("it is the assessment that is open now"))
    document = open_assessment(path, read_only=True, secret=secret)
    try:
        inputs = document.inputs()
        scope = inputs.scope
        when = wording.day(scope.as_of) if scope.as_of else ""
        name = ", ".join(part for part in (scope.model, scope.checkpoint, when, path.name) if part)
        return Previous(name, document, document.pack(), inputs)
    except BaseException:
        document.close()
        raise


def earlier_answer(previous: Previous, pack: Pack, question_id: str) -> Earlier | None:
    """Return what was said on the question of this id, or None when nothing was."""
    question = previous.pack.question_by_id.get(question_id)
    answer = previous.inputs.answer_by_question.get(question_id)
    if question is None or answer is None or answer.state == "unanswered":
        return None
    held = previous.inputs.evidence_by_sha
    items = tuple(held[link.evidence] for link in answer.evidence if link.evidence in held)
    now = pack.question_by_id.get(question_id)
    reworded = now is not None and _asked(now) != _asked(question)
    return Earlier(question, answer, items, reworded, _hindrance(pack, answer))


def compare(previous: Previous, pack: Pack, inputs: Inputs) -> tuple[AnswerChange, ...]:
    """Return how every question of either framework stands, in the order of the present one."""
    found: list[AnswerChange] = []
    for question in pack.questions:
        then = previous.pack.question_by_id.get(question.id)
        reworded = then is not None and _asked(then) != _asked(question)
        old = previous.inputs.answer_by_question.get(question.id)
        new = inputs.answer_by_question.get(question.id)
        found.append(AnswerChange(question.id, _change(then, old, new), reworded))
    gone = [q.id for q in previous.pack.questions if q.id not in pack.question_by_id]
    return (*found, *(AnswerChange(question, "no longer asked") for question in gone))


def compared_in_words(found: tuple[AnswerChange, ...]) -> str:
    """Return how many answers there are of each kind, in one sentence."""
    counted = {kind: sum(1 for item in found if item.change == kind) for kind in _TOLD}
    parts = [f"{n} {tr(_TOLD[kind])}" for kind, n in counted.items() if n]
    reworded = sum(1 for item in found if item.reworded)
    if reworded:
        parts.append(tr("{reworded} asked in other words").format(reworded=reworded))
    return f"{wording.listed(parts)[:1].upper()}{wording.listed(parts)[1:]}." if parts else tr("Nothing to compare.")


_TOLD: dict[Change, str] = {
    "same": mark("answered as before"),
    "changed": mark("answered differently"),
    "given since": mark("answered since"),
    "not given now": mark("not answered any more"),
    "new question": mark("asked for the first time"),
    "no longer asked": mark("no longer asked"),
}


def _asked(question: Question) -> tuple[object, ...]:
    return question.text, question.parts


def _change(question: Question | None, old: Answer | None, new: Answer | None) -> Change:
    if question is None:
        return "new question"
    before, now = _said(old), _said(new)
    if before == now:
        return "same"
    if now is None:
        return "not given now"
    return "given since" if before is None else "changed"


def _said(answer: Answer | None) -> tuple[object, ...] | None:
    if answer is None or answer.state == "unanswered":
        return None
    return answer.state, tuple(sorted(answer.value.items())), answer.reason.strip()


def _hindrance(pack: Pack, answer: Answer) -> str:
    bare = dataclasses.replace(answer, evidence=())
    try:
        check_record(pack, Inputs(scope=Scope("")), bare)
    except UserError as error:
        return tr("It does not fit the question as it is asked now. {text}").format(text=message_for(error).text)
    return ""
