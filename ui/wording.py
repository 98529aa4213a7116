"""How the window says what :mod:`asl_desktop.domain.wording` has no need for: tones, icons, sizes, times, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from asl_desktop.domain.wording import STATE_WORDS, day
from asl_desktop.i18n import mark, tr

if TYPE_CHECKING:
    from asl_desktop.domain.determination import ThresholdResult
    from asl_desktop.domain.pack import Pack, Threshold
    from ui.widgets.parts import Tone


TONE: Mapping[str, Tone] = {
    "ruled_out": "ok", "not_ruled_out": "warn", "crossed": "danger", "conflicting": "danger", "not_assessed": "danger",
    "open": "ok", "open_with_conditions": "warn", "closed": "danger", "judgement": "accent",
}  # fmt: skip
ICON: Mapping[str, str] = {
    "ruled_out": "circle-check", "not_ruled_out": "triangle-alert", "crossed": "octagon-alert",
    "conflicting": "circle-alert", "not_assessed": "circle-help", "open": "circle-check",
    "open_with_conditions": "triangle-alert", "closed": "lock", "judgement": "users",
}  # fmt: skip
STAGE: Mapping[str, str] = {
    "train_further": mark("Train further"),
    "store_weights": mark("Store the weights"),
    "internal_use": mark("Use internally"),
    "deploy": mark("Deploy"),
}


class Verdict(NamedTuple):
    """How a threshold's state is shown: its words, its tone and its icon."""

    words: str
    tone: Tone
    icon: str


def verdict(result: ThresholdResult) -> Verdict:
    """Say how a threshold stands; one ruled out against the record never looks like one that is simply ruled out."""
    words = tr(STATE_WORDS[result.state])
    if result.tensions:
        words = tr("{words}, with tension").format(words=words)
        if TONE[result.state] == "ok":
            return Verdict(words, "warn", "triangle-alert")
    return Verdict(words, TONE[result.state], ICON[result.state])


def sentence(words: str) -> str:
    """Return words with a capital in front, the rest as it is."""
    return words[:1].upper() + words[1:]


def moment(at: str) -> str:
    """Return a recorded time as 14 Mar 2026, 10:42 UTC; what is no time stays as it is."""
    try:
        value = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return at
    return tr("{date}, {value:%H:%M} UTC").format(date=day(value.date()), value=value)


def threshold_name(threshold: Threshold) -> str:
    """Return the title of a threshold with its id in front, said once."""
    title = threshold.title
    return title if title.startswith(threshold.id) else f"{threshold.id}: {title}"


def clock_time(value: datetime) -> str:
    """Return the local time as 10:42."""
    return f"{value.astimezone():%H:%M}"


def short_digest(sha256: str) -> str:
    """Return the first eight digits of a digest in two groups."""
    return f"{sha256[:4]} {sha256[4:8]}"


def listed(items: Iterable[str]) -> str:
    """Return items as ``a``, ``a and b``, ``a, b and c`` in the language of the window."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return tr("{items} and {last}").format(items=", ".join(found[:-1]), last=found[-1])


def name_of(pack: Pack, item: str) -> str:
    """Return the title of anything a question can bear on, or its id when the pack has no title for it."""
    tables: tuple[Mapping[str, object], ...] = (
        pack.threshold_by_id,
        pack.requirement_by_id,
        pack.showing_by_id,
        {trigger.id: trigger for trigger in pack.triggers},
        pack.indicator_by_id,
    )
    for table in tables:
        if item in table:
            return str(getattr(table[item], "title", item))
    return item
