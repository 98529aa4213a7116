"""Where each part of an assessment stands, in one honest sentence. Progress, never compliance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import stated
from asl_desktop.i18n import ntr, tr
from ui.counting import Count, count_indicators, count_questions

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from ui.models.nav import Entry


def stage_words(snapshot: Snapshot, entry: Entry) -> str:
    """Return the state of the part of the assessment that a row of the left bar leads to."""
    if entry.page == "questions":
        return questions_words(count_questions(snapshot, entry.item.removeprefix("domain:")))
    if entry.page == "measurements":
        return measurements_words(count_indicators(snapshot))
    if entry.page == "scope":
        return _scope(snapshot)
    if entry.page == "gate":
        return _gates(snapshot)
    return _report(snapshot) if entry.page == "report" else entry.words


def questions_words(count: Count) -> str:
    """Return ``12 of 31 answered, 4 need review, 2 lack evidence or rationale``."""
    parts = [tr("{done} of {total} answered").format(done=count.done, total=count.total)]
    parts += _for_review(count.marked + count.pending)
    if count.lacking:
        parts.append(
            ntr("{count} lacks evidence or rationale", "{count} lack evidence or rationale", count.lacking).format(
                count=count.lacking
            )
        )
    return ", ".join(parts)


def measurements_words(count: Count) -> str:
    """Return ``12 of 31 measured, 4 need review``: what is taken over waits for a person to confirm it."""
    measured = tr("{done} of {total} measured").format(done=count.done, total=count.total)
    return ", ".join((measured, *_for_review(count.pending)))


def _for_review(count: int) -> list[str]:
    return [ntr("{count} needs review", "{count} need review", count).format(count=count)] if count else []


def _scope(snapshot: Snapshot) -> str:
    scope = snapshot.inputs.scope
    lines = (scope.checkpoint, scope.developer, scope.deployment_context, scope.actors)
    blank = sum(1 for text in lines if not stated(text))
    return (
        ntr("{count} line is blank", "{count} lines are blank", blank).format(count=blank) if blank else tr("Complete")
    )


def _gates(snapshot: Snapshot) -> str:
    gates = snapshot.determination.gates
    if not gates:
        return tr("This framework sets no gates")
    decided = sum(1 for gate in gates if gate.decision is not None)
    shut = sum(1 for gate in gates if gate.state == "closed")
    words = tr("{decided} of {count} decided").format(decided=decided, count=len(gates))
    return tr("{words}, {shut} closed by rule").format(words=words, shut=shut) if shut else words


def _report(snapshot: Snapshot) -> str:
    from asl_desktop.services.preflight import check_before_signing

    errors = check_before_signing(snapshot).counts["error"]
    return (
        ntr("{count} error stands in the way of signing", "{count} errors stand in the way of signing", errors).format(
            count=errors
        )
        if errors
        else tr("May be signed")
    )
