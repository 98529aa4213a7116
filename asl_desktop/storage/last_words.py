"""What is the last word on each record of a damaged file, and where that cannot be told.

Events count before tables. A row of a table counts where it names an event that is lost, and the index of the log knows
that event, or has lost entries itself. Where the last event of a record is lost and no row tells what it said, the
record may have been removed: what it said before is not taken for what it says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asl_desktop.domain.records import KIND_BY_NAME
from asl_desktop.storage.findings import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Told:
    """The newest word of the history on a record: what it says (None: removed), and the place in the old file."""

    seq: int
    order: tuple[int, str, int]
    record: Any


@dataclass(slots=True)
class LastWords:
    """How every record is to stand in a new file.

    Attributes:
        records: what each says, None where it was removed.
        doubtful: records to take out again, because nobody can tell whether they still stood.
        missing: how many events are known to be lost.
        remarks: one sentence for each record that cannot be as it was.
    """

    records: dict[Place, Any] = field(default_factory=dict)
    doubtful: list[Place] = field(default_factory=list)
    missing: int = 0
    remarks: list[str] = field(default_factory=list)


def last_words(told: Mapping[Place, Told], found: Findings) -> LastWords:
    """Weigh history, tables and the index of the log against each other."""
    read = {link.cell.rowid for link in found.links.values()}
    whole = read <= found.index.keys()
    latest: dict[Place, int] = {}
    for seq, place in found.index.items():
        latest[place] = max(seq, latest.get(place, 0))
    rows = {
        place: (seq, text)
        for place, (seq, text) in found.rows.items()
        if seq not in read and (found.index.get(seq) == place if whole or seq in found.index else True)
    }
    words = LastWords()
    end = max([0, *read, *found.index, *(seq for seq, _ in rows.values())])
    words.missing = end - len(found.links)
    for place in {**told, **found.rows}:
        if place[0] not in KIND_BY_NAME:
            continue
        word, row = told.get(place), rows.get(place)
        if row is not None and (word is None or row[0] > word.seq):
            words.records[place] = json.loads(row[1])
            continue
        stated = found.rows.get(place, (0, ""))[0]
        if stated and row is None and (word is None or stated != word.seq):
            words.remarks.append(_unproved(place, stated, history=word is not None))
        if word is None:
            continue
        words.records[place] = word.record
        newest = latest.get(place, 0)
        known = stated == word.seq or (whole and newest == word.seq)
        if word.record is not None and not known and (words.missing or newest > word.seq):
            _doubt(words, place, word.seq)
    return words


def _unproved(place: Place, stated: int, *, history: bool) -> str:
    rest = "what the history says was kept" if history else "it was left out"
    return f"{':'.join(place)} stands in its table as of event {stated}, which did not make it: {rest}."


def _doubt(words: LastWords, place: Place, seq: int) -> None:
    """Keep what must be there, and evidence, whose bytes prove themselves; leave out the rest."""
    reference = ":".join(place)
    if place[0] == "evidence" or KIND_BY_NAME[place[0]].single:
        words.remarks.append(f"{reference} is as it was at event {seq}; what was recorded of it later may be lost.")
        return
    words.doubtful.append(place)
    words.remarks.append(
        f"{reference} was left out: what was recorded of it last is lost, and it may have been removed. The history "
        f"shows what it said before (event {seq} of the damaged file)."
    )
