"""Taking an answer or a result over from an earlier assessment, with the evidence it cites.

What is taken over counts as not given until a person confirms it: that the world has not changed since is a judgement,
and nobody has made it yet. Evidence, which may be large, crosses first and beside other work; the record follows in one
step, and without it nothing of the evidence stays.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from asl_desktop.clock import Clock, SystemClock, stamp
from asl_desktop.domain.inputs import Answer, EvidenceItem, Inputs, Measurement
from asl_desktop.domain.records import reference
from asl_desktop.errors import ValueRefused
from asl_desktop.i18n import tr
from asl_desktop.services.previous import Previous, earlier_answer
from asl_desktop.services.previous_results import earlier_result
from asl_desktop.services.recording import record, remove
from asl_desktop.storage.model import EvidenceDraft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from asl_desktop.domain.pack import Pack
    from asl_desktop.progress import Progress
    from asl_desktop.storage.document import Document

_DRAFTED = tuple(field.name for field in dataclasses.fields(EvidenceDraft))


@dataclass(frozen=True, slots=True)
class Taking:
    """A record as it is to stand here, taken over and not confirmed, with the earlier evidence that it cites."""

    record: Answer | Measurement
    evidence: tuple[EvidenceItem, ...]


def answer_to_take(
    previous: Previous, pack: Pack, question_id: str, *, actor: str, clock: Clock | None = None
) -> Taking:
    """Return an earlier answer as it would stand here, taken over and not confirmed.

    A reviewer's confirmation that a question does not apply stays behind: it was given for the earlier assessment.

    Raises:
        ValueRefused: there is no such answer, or it does not fit the question as it is asked now.
    """
    earlier = earlier_answer(previous, pack, question_id)
    if earlier is None:
        raise ValueRefused(
            field=f"answer {question_id}",
            problem=tr("the earlier assessment does not answer it"),
        )
    if earlier.hindrance:
        raise ValueRefused(field=f"answer {question_id}", problem=earlier.hindrance)
    taken = dataclasses.replace(
        earlier.answer,
        confirmed_by="",
        marked_for_review=False,
        author=actor,
        at=stamp(clock or SystemClock()),
        carried_from=previous.name,
    )
    return Taking(taken, earlier.evidence)


def result_to_take(
    previous: Previous, pack: Pack, measurement_id: str, *, actor: str, clock: Clock | None = None
) -> Taking:
    """Return an earlier result as it would stand here, taken over and not confirmed. It keeps its id.

    That somebody set it aside stays behind: that was decided for the earlier assessment.

    Raises:
        ValueRefused: there is no such result, or its indicator is not one of this framework.
    """
    earlier = earlier_result(previous, pack, measurement_id)
    if earlier is None:
        raise ValueRefused(field="measurement", problem=tr("the earlier assessment does not hold it"))
    if earlier.hindrance:
        raise ValueRefused(field=f"measurement of {earlier.measurement.indicator}", problem=earlier.hindrance)
    taken = dataclasses.replace(
        earlier.measurement,
        set_aside_by="",
        set_aside_reason="",
        author=actor,
        at=stamp(clock or SystemClock()),
        carried_from=previous.name,
    )
    return Taking(taken, earlier.evidence)


def bring(
    document: Document, previous: Previous, taking: Taking, *, actor: str, progress: Progress
) -> tuple[EvidenceItem, ...]:
    """Copy the evidence that is taken over and not here yet, all of it or none; return what came in.

    It goes from file to file without touching the disk in between, and must have the digest it had. This may run beside
    saves of the same document.

    Raises:
        EvidenceMissing, FileDamaged: the earlier file does not hold the bytes that the record cites.
        DiskFull: there is no room for the evidence.
        Cancelled: the person asked to stop.
    """
    held = document.inputs().evidence_by_sha
    came: list[EvidenceItem] = []
    try:
        for item in taking.evidence:
            if item.sha256 not in held:
                progress.check()
                came.append(_bring(previous.document, document, item, actor=actor, progress=progress))
    except BaseException:
        leave_out(document, came, actor=actor)
        raise
    return tuple(came)


def put_in(
    document: Document,
    taking: Taking,
    came: Sequence[EvidenceItem],
    *,
    instead_of: Answer | Measurement | None,
    actor: str,
) -> None:
    """Record what is taken over, once its evidence is inside; what came in for it goes again if that is refused.

    Args:
        document: the present assessment.
        taking: what is taken over.
        came: what :func:`bring` brought.
        instead_of: what stood here when the person decided to take over; anything newer is not overwritten.
        actor: who takes over.

    Raises:
        ValueRefused: the record was changed meanwhile, or does not fit.
        SaveFailed, DiskFull: the medium refused.
    """
    try:
        _require_unchanged(document.inputs(), taking.record, instead_of)
        record(document, taking.record, actor=actor).result()
    except BaseException:
        leave_out(document, came, actor=actor)
        raise


def leave_out(document: Document, came: Sequence[EvidenceItem], *, actor: str) -> None:
    """Take evidence out again that came in for something that was not taken over, unless somebody cites it by now."""
    for item in came:
        with contextlib.suppress(ValueRefused):
            remove(document, "evidence", item.sha256, actor=actor).result()


def _require_unchanged(inputs: Inputs, taken: Answer | Measurement, instead_of: Answer | Measurement | None) -> None:
    held: Answer | Measurement | None
    if isinstance(taken, Answer):
        held = inputs.answer_by_question.get(taken.question)
    else:
        held = next((item for item in inputs.measurements if item.id == taken.id), None)
    if held != instead_of:
        raise ValueRefused(
            field=reference(taken), problem=tr("it was changed here meanwhile, so nothing was taken over")
        )


def _bring(source: Document, target: Document, item: EvidenceItem, *, actor: str, progress: Progress) -> EvidenceItem:
    draft = EvidenceDraft(**{name: getattr(item, name) for name in _DRAFTED})
    with _Crossing(source, item.sha256, progress) as stream:
        got = target.attach(cast("BinaryIO", stream), draft, actor=actor, progress=progress)
    if item.replaces:
        got = dataclasses.replace(got, replaces=item.replaces)
        record(target, got, actor=actor).result()
    return got


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
