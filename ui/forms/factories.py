"""Which editor goes with which type of answer. A new type is one line here and one factory."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from asl_desktop.domain.pack import AnswerType, Part, Question
from ui.forms.choices import StatementEditor, TicksEditor, one_of
from ui.forms.fields import DateEditor, RangeEditor, TextEditor, number_editor
from ui.forms.part_editor import PartEditor

FACTORIES: Mapping[AnswerType, Callable[[Part], PartEditor]] = {
    "yes_no": one_of,
    "choice": one_of,
    "multi_choice": TicksEditor,
    "scale": one_of,
    "number": number_editor,
    "text": TextEditor,
    "date": DateEditor,
    "range": RangeEditor,
}


def editors_of(question: Question) -> tuple[PartEditor, ...]:
    """Return fresh editors for the parts of a question; several statements make a compact list."""
    make = StatementEditor if question.lists_statements else make_editor
    return tuple(make(part) for part in question.parts)


def make_editor(part: Part) -> PartEditor:
    """Return a fresh editor for one part of a question."""
    return FACTORIES[part.type](part)
