"""Where each part of an assessment stands, in one honest sentence. Progress, never compliance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import stated
from ui.counting import Count, count_questions
from ui.wording import plural

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from ui.models.nav import Entry


def stage_words(snapshot: Snapshot, entry: Entry) -> str:
    """Return the state of the part of the assessment that a row of the left bar leads to."""
    if entry.page == "questions":
        return questions_words(count_questions(snapshot, entry.item.removeprefix("domain:")))
    if entry.page == "scope":
        return _scope(snapshot)
    if entry.page == "gate":
        return _gates(snapshot)
    return _report(snapshot) if entry.page == "report" else entry.words


def questions_words(count: Count) -> str:
    """Return ``12 of 31 answered, 4 need review, 2 lack evidence or rationale``."""
    parts = [f"{count.done} of {count.total} answered"]
    if count.marked:
        parts.append(plural(count.marked, "needs review", "need review"))
    if count.lacking:
        parts.append(plural(count.lacking, "lacks evidence or rationale", "lack evidence or rationale"))
    return ", ".join(parts)


def _scope(snapshot: Snapshot) -> str:
    scope = snapshot.inputs.scope
    lines = (scope.checkpoint, scope.developer, scope.deployment_context, scope.actors)
    blank = sum(1 for text in lines if not stated(text))
    return plural(blank, "line is blank", "lines are blank") if blank else "Complete"


def _gates(snapshot: Snapshot) -> str:
    gates = snapshot.determination.gates
    if not gates:
        return "This framework sets no gates"
    decided = sum(1 for gate in gates if gate.decision is not None)
    shut = sum(1 for gate in gates if gate.state == "closed")
    words = f"{decided} of {len(gates)} decided"
    return f"{words}, {shut} closed by rule" if shut else words


def _report(snapshot: Snapshot) -> str:
    from asl_desktop.services.preflight import check_before_signing

    errors = check_before_signing(snapshot).counts["error"]
    return f"{plural(errors, 'error stands', 'errors stand')} in the way of signing" if errors else "May be signed"
