"""An earlier assessment beside the open one: choosing it, unlocking it, asking it, taking over from it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from asl_desktop.domain.answer_words import in_one_line
from asl_desktop.domain.inputs import Answer, EvidenceItem, Measurement
from asl_desktop.domain.pack import Question
from asl_desktop.domain.wording import ANSWER_STATE_WORDS
from asl_desktop.errors import Cancelled, PassphraseNeeded, PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import tr
from ui import dialogs_seam
from ui.session import Session, cause_of

if TYPE_CHECKING:
    from asl_desktop.progress import Progress
    from asl_desktop.services.previous import Earlier, Previous
    from asl_desktop.services.previous_results import EarlierResult
    from asl_desktop.services.taking_over import Taking
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret
    from ui.operations import Handle

_SHARED = "comparer"


class Comparer(QObject):
    """Belongs to one session and closes the earlier file with it; what stands beside stands beside every page.

    ``changed`` follows when another earlier assessment stands beside, or none; ``failed(sentence)`` when it stays shut;
    ``taking_over(handle, words)`` when evidence begins to cross; ``refused(sentence)`` when nothing was taken over.
    """

    changed = Signal()
    failed = Signal(str)
    taking_over = Signal(object, str)
    refused = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self.previous: Previous | None = None
        self._taking: Handle[tuple[EvidenceItem, ...]] | None = None
        session.closing.connect(self.leave)

    @property
    def name(self) -> str:
        """What the earlier assessment is called, empty when there is none."""
        return self.previous.name if self.previous is not None else ""

    def choose(self, parent: QWidget) -> None:
        """Ask for the file of an earlier assessment and open it for reading."""
        path = dialogs_seam.choose_open(parent, tr("Open the earlier assessment"))
        if path is not None:
            self.open(parent, path)

    def open(self, parent: QWidget, path: Path, secret: Secret | None = None) -> None:
        """Open an earlier assessment; a protected one asks for its passphrase until the person gives up."""

        def _work(document: Document, _: object) -> Previous:
            from asl_desktop.services.previous import open_previous

            return open_previous(document, path, secret=secret)

        self.session.run_beside(
            _work, done=self._on_opened, failed=lambda error: self._on_failed(parent, path, error), lane="storage"
        )

    def leave(self) -> None:
        """Close the earlier assessment, if there is one."""
        previous, self.previous = self.previous, None
        if previous is None:
            return
        reading = self._taking.future if self._taking is not None else None
        if self._taking is not None:
            self._taking.cancel()

        def _close(_: object) -> None:
            wait([reading] if reading is not None else [])
            previous.document.close()

        self.session.operations.run(_close, owner=self, lane="storage")
        self.changed.emit()

    def earlier(self, question_id: str) -> Earlier | None:
        """Return what the earlier assessment says on a question, or None."""
        if self.previous is None:
            return None
        from asl_desktop.services.previous import earlier_answer

        return earlier_answer(self.previous, self.session.pack, question_id)

    def column(self) -> dict[str, tuple[str, bool]]:
        """Return every earlier answer in words by question id, and whether the present one differs."""
        if self.previous is None:
            return {}
        from asl_desktop.services.previous import compare

        previous = self.previous
        old, asked = previous.inputs.answer_by_question, previous.pack.question_by_id
        found = compare(previous, self.session.pack, self.session.inputs)
        return {item.question: (answer_in_words(asked.get(item.question), old.get(item.question)),
                                item.change not in {"same", "no longer asked"}) for item in found}  # fmt: skip

    def summary(self) -> str:
        """Return in one sentence how the answers stand to the earlier ones."""
        if self.previous is None:
            return ""
        from asl_desktop.services.previous import compare, compared_in_words

        return compared_in_words(compare(self.previous, self.session.pack, self.session.inputs))

    def earlier_results(self, indicator: str) -> tuple[EarlierResult, ...]:
        """Return the results of an indicator in the earlier assessment; none without one."""
        if self.previous is None:
            return ()
        from asl_desktop.services.previous_results import earlier_results

        return earlier_results(self.previous, self.session.pack, indicator)

    def take_answer(self, question_id: str) -> None:
        """Put the earlier answer and its evidence into the assessment, not confirmed yet."""
        from asl_desktop.services.taking_over import answer_to_take

        held = self.session.inputs.answer_by_question.get(question_id)
        self._take(partial(answer_to_take, question_id=question_id), held, question_id)

    def take_result(self, result: Measurement) -> None:
        """Put an earlier result and its evidence into the assessment, not confirmed yet."""
        from asl_desktop.services.taking_over import result_to_take

        held = next((item for item in self.session.inputs.measurements if item.id == result.id), None)
        indicator = self.session.pack.indicator_by_id.get(result.indicator)
        named = indicator.title if indicator is not None else result.indicator
        self._take(partial(result_to_take, measurement_id=result.id), held, named)

    def _take(self, prepare: Callable[..., Taking], held: Answer | Measurement | None, named: str) -> None:
        """Bring the evidence in beside other work, then record; all of it or nothing."""
        from asl_desktop.services.taking_over import bring, put_in

        previous, actor = self.previous, self.session.actor
        if previous is None:
            return
        if self._taking is not None:
            self.refused.emit(tr("Something else is being taken over. Wait until it is done, or cancel it."))
            return

        def _failed(error: BaseException) -> None:
            self._taking = None
            stopped = tr("It was cancelled. Evidence that had come in for it was taken out again.")
            self.refused.emit(stopped if isinstance(error, Cancelled) else cause_of(error))

        def _bring(document: Document, progress: Progress) -> tuple[EvidenceItem, ...]:
            return bring(document, previous, taking, actor=actor, progress=progress)

        def _put(came: tuple[EvidenceItem, ...]) -> None:
            self._taking = None
            self.session.perform(
                lambda document: put_in(document, taking, came, instead_of=held, actor=actor), failed=_failed
            )

        try:
            taking = prepare(previous, self.session.pack, actor=actor, clock=self.session.clock)
        except UserError as error:
            self.refused.emit(cause_of(error))
            return
        self._taking = self.session.run_beside(_bring, done=_put, failed=_failed)
        self.taking_over.emit(self._taking, tr("Taking over {name}").format(name=named))

    def _on_opened(self, previous: Previous) -> None:
        self.leave()
        self.previous = previous
        self.changed.emit()

    def _on_failed(self, parent: QWidget, path: Path, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            return
        if isinstance(error, PassphraseNeeded | PassphraseWrong):
            prompt = tr("Passphrase or recovery key of {name}").format(name=path.name)
            if isinstance(error, PassphraseWrong):
                prompt = f"{tr('That did not open it.')} {prompt}"
            text = dialogs_seam.ask_text(parent, tr("The earlier assessment is protected"), prompt, secret=True)
            if text:
                self.open(parent, path, _secret(text))
            return
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(cause_of(error))


def comparer_of(session: Session) -> Comparer:
    """Return the comparer that the pages of a session share; it is made when first asked for."""
    found = session.findChild(Comparer, _SHARED)
    if isinstance(found, Comparer):
        return found
    made = Comparer(session, session)
    made.setObjectName(_SHARED)
    return made


def answer_in_words(question: Question | None, answer: Answer | None) -> str:
    """Return an answer in one line: its value, or its state with the reason; nothing for none."""
    if answer is None or answer.state == "unanswered":
        return ""
    if answer.state == "answered":
        return in_one_line(question, answer.value, tr)
    words = tr(ANSWER_STATE_WORDS[answer.state]).capitalize()
    return f"{words}: {answer.reason}" if answer.reason else words


def _secret(text: str) -> Secret:
    from asl_desktop.storage.keys import Passphrase, RecoveryKey

    try:
        return RecoveryKey.from_text(text)
    except PassphraseRefused:
        return Passphrase(text)
