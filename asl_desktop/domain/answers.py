"""What an answer is worth: whether it says something definite, and whether it is among the options a rule names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Trace, Truth
from asl_desktop.domain.inputs import UNKNOWN, Answer, EvidenceLink, RequirementRecord, same_name, stated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl_desktop.domain.conditions import AnswerIn
    from asl_desktop.domain.logic import Record
    from asl_desktop.domain.pack import Part, Question


def answer_reference(answer: Answer) -> tuple[str, ...]:
    """Return the references of an answer and of the evidence it cites."""
    return (f"answer:{answer.question}", *evidence_references(answer.evidence))


_EMPTY = (None, "", ())


def answer_counts(answer: Answer | None, question: Question | None = None) -> bool:
    """Tell whether an answer says something definite: it is answered, or confirmed by a reviewer not to apply.

    One taken over from an earlier assessment does only once somebody confirmed it. With ``question`` given, an answer
    counts only when every part that is not optional has a value, and none of them is unknown.
    """
    if answer is None or answer.carried_from:
        return False
    if answer.state != "answered":
        return answer.state == "not_applicable" and confirmed(answer)
    if question is not None:
        for part in question.parts:  # a plain loop: every question passes here at every keystroke
            if not part.optional and part_is_open(part, answer):
                return False
    return True


def part_is_open(part: Part, answer: Answer) -> bool:
    """Tell whether an answer says nothing definite on a part: it holds no value, or that nobody knows."""
    value = answer.value.get(part.id)
    return value in _EMPTY or (value == UNKNOWN and part.type == "yes_no")


def answer_leaf(record: Record, leaf: AnswerIn) -> Trace:
    """Evaluate whether an answer is among the options of a leaf; one that does not count is unknown."""
    answer = record.inputs.answer_by_question.get(leaf.question)
    where = leaf.question if leaf.part == "value" else f"{leaf.question} ({leaf.part})"
    if answer is None or answer.state == "unanswered":
        return Trace("answer_in", "unknown", f"{where} is not answered.", leaf.question)
    uses = answer_reference(answer)
    if not record.at_face and (answer.carried_from or not record.asked(leaf.question)):
        return Trace("answer_in", "unknown", f"{where} {record.pending(answer)}.", leaf.question, uses)
    if answer.state == "not_applicable" and confirmed(answer):
        value: Truth = "true" if "not_applicable" in leaf.options else "false"
        why = f"{where} does not apply, confirmed by {answer.confirmed_by}."
        return Trace("answer_in", value, why, leaf.question, uses)
    if answer.state != "answered":
        words = wording.ANSWER_STATE_WORDS[answer.state]
        unconfirmed = " and nobody confirmed it" if answer.state == "not_applicable" else ""
        return Trace("answer_in", "unknown", f"{where} is {words}{unconfirmed}.", leaf.question, uses)
    given = answer.value.get(leaf.part)
    if given is None or given in ("", ()):
        return Trace("answer_in", "unknown", f"{where} is not answered.", leaf.question, uses)
    part = record.pack.question_by_id[leaf.question].part(leaf.part)
    if part is not None and part_is_open(part, answer):
        return Trace("answer_in", "unknown", f"{where} is unknown.", leaf.question, uses)
    chosen = _as_options(given)
    if not _offered(part, chosen):
        return Trace("answer_in", "unknown", f"{where} holds what the question does not offer.", leaf.question, uses)
    value = "true" if chosen & set(leaf.options) else "false"
    words = wording.listed(sorted(c.replace("_", " ") for c in chosen))
    return Trace("answer_in", value, f"{where} is answered: {words}.", leaf.question, uses)


def _offered(part: Part | None, chosen: set[str]) -> bool:
    """Tell whether an answer is among the options of its question; a stray value must not pass for one of them."""
    if part is None or part.type in {"number", "range"}:
        return False
    if part.type == "yes_no":
        return chosen <= {"yes", "no"}
    return not part.options or chosen <= {option.id for option in part.options}


def extent(value: object) -> tuple[float, float] | None:
    """Return the lowest and the highest number that an answer leaves possible; None where it is no number.

    A number with an uncertainty reaches as far as that in both ways.
    """
    if isinstance(value, tuple | list) and len(value) == len(("value", "uncertainty")):
        number, reach = extent(value[0]), extent(value[1])
        return (number[0] - abs(reach[0]), number[1] + abs(reach[1])) if number and reach else None
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return None
    return float(value), float(value)


def _as_options(value: object) -> set[str]:
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    if isinstance(value, int | float):
        return {str(int(value)) if float(value).is_integer() else str(value)}
    if isinstance(value, tuple | list):
        return {option for item in value for option in _as_options(item)}
    return {str(value)}


def confirmed(record: Answer | RequirementRecord) -> bool:
    """Tell whether a reviewer other than the author confirmed that the item does not apply, and a reason is given."""
    named = stated(record.confirmed_by) and stated(record.author) and stated(record.reason)
    return named and not same_name(record.confirmed_by, record.author)


def evidence_references(links: Sequence[EvidenceLink]) -> tuple[str, ...]:
    """Return the references of the evidence that links lead to."""
    return tuple([f"evidence:{link.evidence}" for link in links])
