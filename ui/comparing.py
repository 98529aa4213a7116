"""An earlier assessment beside the open one: choosing it, unlocking it, asking it, taking answers over from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from asl_desktop.domain.answer_words import parts_in_words
from asl_desktop.domain.inputs import Answer
from asl_desktop.domain.pack import Question
from asl_desktop.domain.wording import ANSWER_STATE_WORDS
from asl_desktop.errors import Cancelled, PassphraseNeeded, PassphraseRefused, PassphraseWrong, UserError
from asl_desktop.i18n import tr
from asl_desktop.progress import Silent
from ui import dialogs_seam
from ui.session import Session, cause_of

if TYPE_CHECKING:
    from asl_desktop.services.previous import Earlier, Previous
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret


class Comparer(QObject):
    """Belongs to one session and closes the earlier file with it.

    ``changed`` follows when another earlier assessment stands beside, or none; ``failed(sentence)`` when it stays shut.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self.previous: Previous | None = None
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
        if previous is not None:
            self.session.operations.run(lambda _: previous.document.close(), owner=self, lane="storage")
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

    def take_over(self, question_id: str, failed: Callable[[str], None]) -> None:
        """Put the earlier answer and its evidence into the assessment, not confirmed yet."""
        previous, actor, clock = self.previous, self.session.actor, self.session.clock
        if previous is None:
            return

        def _work(document: Document) -> Answer:
            from asl_desktop.services.previous import take_over

            return take_over(document, previous, question_id, actor=actor, progress=Silent(), clock=clock)

        self.session.perform(_work, failed=lambda error: failed(cause_of(error)))

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


def answer_in_words(question: Question | None, answer: Answer | None) -> str:
    """Return an answer in one line: its value, or its state with the reason; nothing for none."""
    if answer is None or answer.state == "unanswered":
        return ""
    if answer.state == "answered":
        said = parts_in_words(question, answer.value)
        return "; ".join(f"{label}: {text}" if label else text for label, text in said)
    words = tr(ANSWER_STATE_WORDS[answer.state]).capitalize()
    return f"{words}: {answer.reason}" if answer.reason else words


def _secret(text: str) -> Secret:
    from asl_desktop.storage.keys import Passphrase, RecoveryKey

    try:
        return RecoveryKey.from_text(text)
    except PassphraseRefused:
        return Passphrase(text)
