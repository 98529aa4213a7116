"""How long a history of a million events takes to check, against hashing the same bytes in a row and nothing else."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.storage.document import Document
from asl_desktop.storage.history import TAG, chain_hash
from asl_desktop.storage.projection import Item, item_of
from asl_desktop.storage.replaying import NEVER, Replay, page_of_events
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.synthetic import QUESTIONS, synthetic_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = 1_000_000
HASHED = "the same bodies read in order by the same driver and hashed into the same chain"
SOUND = f"SQLite's own check of the same file, then {HASHED}"
ACTOR, AT, DEVICE = "Benchmark", "2025-06-02T12:00:00.000Z", "0b7f3f0a-8f4e-4c1d-9d57-3a2a5a1f6c22"


def rows(folder: Path, *, runs: int, events: int = EVENTS) -> list[Row]:
    """Check one file again and again; it is as large as the document of a very busy lab would never become."""
    path = folder / "long.asl"
    write_history(path, events)

    def whole() -> float:
        with Document.open(path, read_only=True) as document:
            return timed(lambda: _require_sound(document.check()))

    name = f"{events:.0e} events".replace("e+0", "e")
    times = alternate(whole, lambda: timed(lambda: _look_and_hash(path)), runs=runs, warm_up=0)
    found = [row(f"verify {name}, everything", times, unit="s", reference=SOUND, times_reference=4.0)]
    times = alternate(
        lambda: timed(lambda: _follow(path)), lambda: timed(lambda: _hash_all(path)), runs=runs, warm_up=0
    )
    return [*found, row(f"verify {name}, the log alone", times, unit="s", reference=HASHED)]


def _follow(path: Path) -> None:
    replay = Replay()
    with closing(_bare(path)) as raw:
        while page := page_of_events(raw, replay.seq, NEVER):
            replay.follow(page, raw)
        replay.finish(raw, ())
    _require_sound(tuple(fault.text for fault in replay.faults))


def _look_and_hash(path: Path) -> None:
    with closing(_bare(path)) as raw:
        _require_sound(tuple(line for (line,) in raw.execute("PRAGMA integrity_check") if line != "ok"))
    _hash_all(path)


def write_history(path: Path, events: int) -> None:
    """Write a sound document of that many events, each an answer that replaces an earlier one."""
    with Document.create(path, pack=synthetic_pack(), scope=Scope(model="Synthetic"), actor=ACTOR) as document:
        start, head = document.head().events, document.head().hash
    items = [item_of(Answer(f"Q-{n}", value={"value": True}, rationale=_rationale(n))) for n in range(QUESTIONS)]
    with closing(_bare(path)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        raw.execute("BEGIN")
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _events(items, start, head, events)
        )
        columns = "state, confidence, marked_for_review, confirmed_by, author, at"
        latest = {item.key: place for place, item in _turns(items, start, events)}
        raw.executemany(
            f'INSERT INTO answer ("key", event, record, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
            [(i.key, latest[i.key], i.text, "answered", "", 0, "", "", "") for i in items if i.key in latest],
        )
        for _, sql in triggers:
            raw.execute(sql)
        raw.execute("COMMIT")


def _turns(items: list[Item], start: int, events: int) -> Iterator[tuple[int, Item]]:
    return ((place, items[place % len(items)]) for place in range(start + 1, events + 1))


def _events(items: list[Item], start: int, head: str, events: int) -> Iterator[tuple[Any, ...]]:
    digests = {item.key: hashlib.sha256(item.text.encode()).hexdigest() for item in items}
    seen: set[str] = set()
    for place, item in _turns(items, start, events):
        n, was = place - start, digests[item.key] if item.key in seen else ""
        seen.add(item.key)
        body = (
            f'{{"action":"put","actor":"{ACTOR}","at":"{AT}","change":"{DEVICE}","device":"{DEVICE}","key":"{item.key}",'
            f'"kind":"answer","lamport":{place},"n":{n},"record":{item.text},"reverts":"","was":"{was}"}}'
        ).encode()
        own = chain_hash(head, body)
        yield place, DEVICE, n, place, ACTOR, AT, DEVICE, "answer", item.key, body, head, own
        head = own


def _rationale(n: int) -> str:
    return f"The interval reaches past the bound; a second run with better elicitation is planned ({n})."


def _hash_all(path: Path) -> None:
    with closing(_bare(path)) as raw:
        last = bytes(32)
        for (body,) in raw.execute("SELECT body FROM event ORDER BY seq"):
            last = hashlib.sha256(TAG + last + body).digest()
        (head,) = raw.execute("SELECT hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    if last.hex() != head:
        raise AssertionError("the reference did not follow the chain")


def _require_sound(problems: tuple[str, ...]) -> None:
    if problems:
        raise AssertionError(problems[0])


def _bare(path: Path) -> Any:
    from sqlcipher3 import dbapi2

    return dbapi2.connect(str(path), isolation_level=None)
