"""The answers of an earlier assessment beside those of the present one, and how one of them is taken over.

The earlier file is only read. What is taken over counts as not given until a person confirms it: that the world has not
changed since is a judgement, and nobody has made it yet.
"""

from __future__ import annotations

import dataclasses
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias, cast

from asl_desktop.clock import Clock, SystemClock, stamp
from asl_desktop.domain import wording
from asl_desktop.domain.inputs import Answer, EvidenceItem, Inputs, Scope
from asl_desktop.domain.pack import Pack, Question
from asl_desktop.errors import UserError, ValueRefused
from asl_desktop.i18n import mark, tr
from asl_desktop.messages import message_for
from asl_desktop.services.assessments import open_assessment
from asl_desktop.services.checks import check_record
from asl_desktop.services.recording import record
from asl_desktop.storage.document import Document
from asl_desktop.storage.model import EvidenceDraft

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import Secret

Change: TypeAlias = Literal["same", "changed", "given since", "not given now", "new question", "no longer asked"]
_DRAFTED = tuple(field.name for field in dataclasses.fields(EvidenceDraft))


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


def take_over(
    document: Document,
    previous: Previous,
    question_id: str,
    *,
    actor: str,
    progress: Progress,
    clock: Clock | None = None,
) -> Answer:
    """Put an earlier answer with the evidence it cites into the assessment, as taken over and not confirmed.

    Evidence goes from file to file without touching the disk in between, and must have the digest it had. A reviewer's
    confirmation that a question does not apply stays behind: it was given for the earlier assessment.

    Raises:
        ValueRefused: there is no such answer, or it does not fit the question as it is asked now.
        EvidenceMissing, FileDamaged: the earlier file does not hold the bytes that its answer cites.
        DiskFull: there is no room for the evidence.
        Cancelled: the person asked to stop; evidence that is already inside stays, cited by nothing.
    """
    earlier = earlier_answer(previous, document.pack(), question_id)
    if earlier is None:
        raise ValueRefused(
            field=f"answer {question_id}",
            problem=tr("the earlier assessment does not answer it"),
        )
    if earlier.hindrance:
        raise ValueRefused(field=f"answer {question_id}", problem=earlier.hindrance)
    for item in earlier.evidence:
        if item.sha256 not in document.inputs().evidence_by_sha:
            _bring(previous.document, document, item, actor=actor, progress=progress)
    taken = dataclasses.replace(
        earlier.answer,
        confirmed_by="",
        marked_for_review=False,
        author=actor,
        at=stamp(clock or SystemClock()),
        carried_from=previous.name,
    )
    record(document, taken, actor=actor).result()
    return taken


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


def _bring(source: Document, target: Document, item: EvidenceItem, *, actor: str, progress: Progress) -> None:
    draft = EvidenceDraft(**{name: getattr(item, name) for name in _DRAFTED})
    with _Crossing(source, item.sha256, progress) as stream:
        got = target.attach(cast("BinaryIO", stream), draft, actor=actor, progress=progress)
    if item.replaces:
        record(target, dataclasses.replace(got, replaces=item.replaces), actor=actor).result()


class _Crossing:
    """The bytes of one piece of evidence as a stream, through a pipe that another thread fills.

    What goes wrong at the source is raised here at the end of the stream, so that nothing short passes for whole.
    """

    def __init__(self, source: Document, sha256: str, progress: Progress) -> None:
        reading, writing = os.pipe()
        self._stream = os.fdopen(reading, "rb")
        self._failure: BaseException | None = None
        self._sender = threading.Thread(target=self._send, args=(source, sha256, writing, progress), daemon=True)

    def __enter__(self) -> Self:
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._sender.join()

    def read(self, size: int) -> bytes:
        """Return up to so many bytes; none at the end."""
        data = self._stream.read(size)
        if not data:
            self._sender.join()
            if self._failure is not None:
                raise self._failure
        return data

    def _send(self, source: Document, sha256: str, writing: int, progress: Progress) -> None:
        try:
            with os.fdopen(writing, "wb") as stream:
                source.extract(sha256, stream, progress=progress)
        except Exception as error:  # noqa: BLE001 - border of a thread: it belongs to whoever reads
            self._failure = error
