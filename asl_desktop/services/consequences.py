"""What a change did to the outcome, in sentences: from the determination before it and the one after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.wording import GATE_WORDS, MARGIN_WORDS, STATE_WORDS

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
    return f"{sentences[0].removesuffix('.')}, and {more} more {'change' if more == 1 else 'changes'}."


def _thresholds(before: Determination, after: Determination) -> Iterator[str]:
    """Yield what became of thresholds, those that are held for riskier now before the others."""
    held = before.threshold_by_id
    changed = [(held[new.id].state, new) for new in after.thresholds if held[new.id].state != new.state]
    for old, new in sorted(changed, key=lambda pair: pair[1].state == "ruled_out"):
        if new.state == "not_assessed":
            yield f"Nothing on file bears on {new.id} any more."
        elif old == "ruled_out":
            rest = "" if new.state == "not_ruled_out" else f"; it is {STATE_WORDS[new.state]}"
            yield f"{new.id} is no longer ruled out{rest}."
        elif old == "not_assessed" and new.state == "not_ruled_out":
            yield f"{new.id} is not ruled out, now that something on file bears on it."
        elif new.state == "not_ruled_out":
            yield f"{new.id} is no longer {STATE_WORDS[old]}; it is not ruled out."
        else:
            yield f"{new.id} is now {STATE_WORDS[new.state]}."


def _standards(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.tracks:
        old = before.track_by_id[new.track]
        title = pack.track_by_id[new.track].title.lower()
        if old.required != new.required:
            yield f"The {title} standard required is now {new.required} instead of {old.required}."
        elif (old.met == "true") != (new.met == "true"):
            yield f"The {title} standard {new.required} is {'now met' if new.met == 'true' else 'no longer met'}."


def _gates(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.gates:
        old, title = before.gate_by_id[new.id].state, pack.gate_by_id[new.id].title
        if old == new.state:
            continue
        if old in _OPEN and new.state not in _OPEN:
            yield f"The gate \u201c{title}\u201d is no longer open."
        else:
            yield f"The gate \u201c{title}\u201d is now {GATE_WORDS[new.state]}."


def _triggers(before: Determination, after: Determination) -> Iterator[str]:
    held = {item.id: item.value for item in before.triggers}
    for new in after.triggers:
        if (held[new.id] == "true") != (new.value == "true"):
            yield f"The trigger {new.id} has {'fired' if new.value == 'true' else 'no longer fired'}."


def _margins(pack: Pack, before: Determination, after: Determination) -> Iterator[str]:
    for new in after.margins:
        old = before.margin_by_indicator[new.indicator].state
        if old != new.state:
            title = pack.indicator_by_id[new.indicator].title
            yield f"{title} is now {MARGIN_WORDS[new.state]} instead of {MARGIN_WORDS[old]}."
