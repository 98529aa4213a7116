"""What a change did to the outcome, in sentences: from the determination before it and the one after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.wording import GATE_WORDS, MARGIN_WORDS, STATE_WORDS
from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.domain.determination import Determination
    from asl_desktop.domain.pack import Pack

_OPEN = frozenset({"open", "open_with_conditions"})


def flips(pack: Pack, before: Determination, after: Determination) -> tuple[str, ...]:
    """Return one sentence for each state that differs, what weighs most first; both are of the same pack.

    Thresholds come first, then required standards, gates, triggers and margins. Nothing is said of reasons or numbers
    that changed without changing a state.
    """
    return (
        *_thresholds(before, after),
        *_standards(pack, before, after),
        *_gates(pack, before, after),
        *_triggers(before, after),
        *_margins(pack, before, after),
    )


def in_one_sentence(sentences: tuple[str, ...]) -> str:
    """Return the sentence that weighs most and how many more there are; nothing for none."""
    if not sentences:
        return ""
    more = len(sentences) - 1
    if not more:
        return sentences[0]
    return tr("{sentences}, and {more} more {value}.").format(
        sentences=sentences[0].removesuffix("."), more=more, value="change" if more == 1 else "changes"
    )


def _thresholds(before: Determination, after: Determination) -> Iterator[str]:
    """Yield what became of thresholds, those that are held for riskier now before the others."""
    held = before.threshold_by_id
    changed = [(held[new.id].state, new) for new in after.thresholds if held[new.id].state != new.state]
    for old, new in sorted(changed, key=lambda pair: pair[1].state == "ruled_out"):
        if new.state == "not_assessed":
            yield tr("Nothing on file bears on {id} any more.").format(id=new.id)
        elif old == "ruled_out":
            rest = (
                ""
                if new.state == "not_ruled_out"
                else tr("; it is {state_words}").format(state_words=tr(STATE_WORDS[new.state]))
            )
            yield tr("{id} is no longer ruled out{rest}.").format(id=new.id, rest=rest)
        elif old == "not_assessed" and new.state == "not_ruled_out":
            yield tr("{id} is not ruled out, now that something on file bears on it.").format(id=new.id)
        elif new.state == "not_ruled_out":
            yield tr("{id} is no longer {state_words}; it is not ruled out.").format(
                id=new.id, state_words=tr(STATE_WORDS[old])
            )
        else:
            yield tr("{id} is now {state_words}.").format(id=new.id, state_words=tr(STATE_WORDS[new.state]))


def _standards(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.tracks:
        old = before.track_by_id[new.track]
        title = pack.track_by_id[new.track].title.lower()
        if old.required != new.required:
            yield tr("The {title} standard required is now {required} instead of {before}.").format(
                title=title, required=new.required, before=old.required
            )
        elif (old.met == "true") != (new.met == "true"):
            words = (
                tr("The {title} standard {required} is now met.")
                if new.met == "true"
                else tr("The {title} standard {required} is no longer met.")
            )
            yield words.format(title=title, required=new.required)


def _gates(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.gates:
        old, title = before.gate_by_id[new.id].state, pack.gate_by_id[new.id].title
        if old == new.state:
            continue
        if old in _OPEN and new.state not in _OPEN:
            yield tr("The gate \u201c{title}\u201d is no longer open.").format(title=title)
        else:
            yield tr("The gate \u201c{title}\u201d is now {gate_words}.").format(
                title=title, gate_words=tr(GATE_WORDS[new.state])
            )


def _triggers(before: Determination, after: Determination) -> Iterator[str]:
    held = {item.id: item.value for item in before.triggers}
    for new in after.triggers:
        if (held[new.id] == "true") != (new.value == "true"):
            words = (
                tr("The trigger {id} has fired.")
                if new.value == "true"
                else tr("The trigger {id} has no longer fired.")
            )
            yield words.format(id=new.id)


def _margins(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.margins:
        old = before.margin_by_indicator[new.indicator].state
        if old != new.state:
            title = pack.indicator_by_id[new.indicator].title
            yield tr("{title} is now {state} instead of {before}.").format(
                title=title, state=tr(MARGIN_WORDS[new.state]), before=tr(MARGIN_WORDS[old])
            )
