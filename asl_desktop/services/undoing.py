"""Undo and redo as a person asks for them: what would be taken back, in words, and why where nothing can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.errors import NothingToTakeBack, ValueRefused
from asl_desktop.i18n import mark, tr
from asl_desktop.services.history import History
from asl_desktop.services.record_words import moment
from asl_desktop.storage.model import Change

if TYPE_CHECKING:
    from asl_desktop.services.record_words import RecordWords
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.model import Reversible

Way: TypeAlias = Literal["undo", "redo"]
_NOTHING_TO_REDO = mark("Nothing was undone since the last change, so there is nothing to do again")


@dataclass(frozen=True, slots=True)
class Offered:
    """What undo and redo would take back now, as menus name it; empty where there is nothing."""

    undo: str
    redo: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back: its words, and the act that it was."""

    way: Way
    words: str
    change: Change

    def in_words(self) -> str:
        """Say it in a sentence."""
        said = tr("Undone: {words}.") if self.way == "undo" else tr("Done again: {words}.")
        return said.format(words=self.words)


def offered(document: Document, *, words: RecordWords | None = None) -> Offered:
    """Say what undo and redo would take back now; ``words`` as for :class:`History`."""
    stack, history = document.reversible(), History(document, words=words)
    return Offered(
        history.act_in_words(stack.undo) if stack.undo is not None else "",
        history.act_in_words(history.origin(stack.redo)) if stack.redo is not None else "",
    )


def take_back(document: Document, way: Way, *, actor: str) -> TakenBack:
    """Undo or redo, and wait until that is durable.

    Raises:
        NothingToTakeBack: there is nothing, or the evidence that would have to come back was given up.
        FileReadOnly, DiskFull, SaveFailed: nothing was changed.
    """
    stack, history = document.reversible(), History(document)
    change = stack.undo if way == "undo" else stack.redo
    if change is None:
        raise NothingToTakeBack(problem=why_not_undone(stack) if way == "undo" else tr(_NOTHING_TO_REDO))
    target = change if way == "undo" else history.origin(change)
    words = history.act_in_words(target)
    try:
        (document.undo if way == "undo" else document.redo)(actor=actor).result()
    except ValueRefused as error:
        raise NothingToTakeBack(problem=f"{words}: {error.values['problem']}") from error
    return TakenBack(way, words, target)


def why_not_undone(reversible: Reversible) -> str:
    """Say why nothing can be undone; empty when something can."""
    if reversible.undo is not None:
        return ""
    if reversible.too_large:
        return tr("The last change is too large to be taken back in one step")
    final = reversible.final
    if final is not None and any(event.kind == "plan" for event in final.events):
        return tr(
            "The plan was locked or amended by {actor}, {time}. What was fixed before the "
            "results came in is amended with a reason, not undone"
        ).format(actor=final.actor, time=moment(final.at))
    return tr("Nothing was changed since the assessment was created")
