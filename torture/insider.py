"""Somebody who has the file, a database shell and these rules: seven attacks, and attempts on the append-only log.

Five show in the file alone. A cut-off end with repaired tables and a history written anew do not, and must not here
either, or the attack was too weak; one head known from elsewhere finds both.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asl_desktop.codec import canonical
from asl_desktop.domain.inputs import Answer
from asl_desktop.storage.document import Document
from asl_desktop.storage.history import NOTHING, chain_hash
from reports.comparing import compare_file
from torture import verdicts
from torture.sample import write_sample
from torture.tally import Scale, Tally, workplace

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.model import Head

EDITED, QUESTION = 7, "QC-3"
"""The event that is attacked: the first answer to this question, which nothing replaces later."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to lie.

    Attributes:
        named: what must be named first when the file is looked at alone; empty when that cannot show it.
    """

    name: str
    commit: Callable[[sqlite3.Connection], None]
    named: str = ""


def run(scale: Scale) -> dict[str, int]:  # noqa: ARG001 - they take seconds
    """Commit every attack and see who finds it."""
    tally = Tally("insider")
    for what in ("attacks", "attempts", "undetected", "misnamed", "disagreements", "controls_unbroken"):
        tally.count(what, 0)
    with workplace(tally) as folder:
        sample = folder / "sample.asl"
        write_sample(sample)
        with Document.open(sample) as document:
            document.put(Answer("QC-99", rationale="the last word"), actor="Ann").result()
            head = document.head()
        for attack in ATTACKS:
            _commit(attack, sample, head, tally)
        _attempts(sample, tally)
    return tally.result()


def _commit(attack: Attack, sample: Path, head: Head, tally: Tally) -> None:
    path = sample.with_name("attacked.asl")
    shutil.copyfile(sample, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        attack.commit(raw)
        for _, sql in triggers:
            raw.execute(sql)
    tally.count("attacks", 2)
    alone = {"program": verdicts.of_program(path), "outsider": verdicts.of_outsider(path)}
    for who, touched in alone.items():
        if not attack.named and touched:
            tally.fail("controls_unbroken", f"{attack.name}: too weak, the {who} sees it in the file alone: {touched}")
        elif attack.named and not touched:
            tally.fail("undetected", f"{attack.name}: not noticed by the {who}")
        elif attack.named and touched[0] != attack.named:
            tally.fail("misnamed", f"{attack.name}: the {who} names {touched} instead of {attack.named}")
    against = f"{head.events}:{head.hash}"
    compared = compare_file(path, against)
    program = compared.ok and not alone["program"]
    outsider = not verdicts.of_outsider(path, against=against)
    if program or outsider:
        tally.fail("undetected", f"{attack.name}: held against a head from elsewhere, and not noticed")
    if not attack.named and f"event {head.events}" not in " ".join(compared.problems).lower():
        tally.fail("misnamed", f"{attack.name}: the program says {compared.problems}")
    if not attack.named and verdicts.of_outsider(path, against=against) != (f"event:{head.events}",):
        tally.fail("misnamed", f"{attack.name}: the outsider names something else than event {head.events}")


def _edit_answer(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE answer SET record = replace(record, 'past', 'near') WHERE key = ?", (QUESTION,))


def _edit_event(raw: sqlite3.Connection) -> None:
    edited = "CAST(replace(CAST(body AS TEXT), 'past', 'near') AS BLOB)"
    raw.execute(f"UPDATE event SET body = {edited} WHERE seq = ?", (EDITED,))


def _delete_event(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM event WHERE seq = ?", (EDITED,))


def _swap_events(raw: sqlite3.Connection) -> None:
    for old, new in ((EDITED, 9999), (EDITED + 1, EDITED), (9999, EDITED + 1)):
        raw.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))


def _delete_answer(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM answer WHERE key = ?", (QUESTION,))


def _cut_off(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")
    raw.execute("DELETE FROM answer WHERE key = 'QC-99'")


def _rewrite(raw: sqlite3.Connection) -> None:
    """Change an event, then every hash, digest and table that follows from it, checkpoints included."""
    before, hashes, records = NOTHING, dict[int, str](), dict[tuple[str, str], str]()
    for seq, kind, key, body in raw.execute("SELECT seq, kind, key, body FROM event ORDER BY seq").fetchall():
        data: dict[str, Any] = json.loads(body)
        record = data["record"]
        if seq == EDITED:
            record["rationale"] = record["rationale"].replace("past", "near")
        if kind == "checkpoint":
            record["head"] = hashes[record["events"]]
        data["was"] = hashlib.sha256(records[kind, key].encode()).hexdigest() if data["was"] else ""
        records[kind, key] = canonical(record).decode()
        own = hashes[seq] = chain_hash(before, canonical(data))
        change = (canonical(data), before, own, seq)
        raw.execute("UPDATE event SET body = ?, prev = ?, hash = ? WHERE seq = ?", change)
        if record is not None and kind not in {"document", "pack"}:
            raw.execute(f'UPDATE "{kind}" SET record = ? WHERE key = ? AND event = ?', (records[kind, key], key, seq))
        before = own


ATTACKS = (
    Attack("an edited answer", _edit_answer, f"answer:{QUESTION}"),
    Attack("an edited event", _edit_event, f"event:{EDITED}"),
    Attack("a deleted event", _delete_event, f"event:{EDITED}"),
    Attack("swapped events", _swap_events, f"event:{EDITED}"),
    Attack("a deleted answer", _delete_answer, f"answer:{QUESTION}"),
    Attack("a cut-off end with repaired tables", _cut_off),
    Attack("a history written anew", _rewrite),
)
_REST = "lamport, actor, at, change, kind, key, body, prev, hash FROM event WHERE seq = 7"
ATTEMPTS = (
    "UPDATE event SET actor = 'Eve' WHERE seq = 7",
    "DELETE FROM event WHERE seq = 7",
    "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 7",
    f"REPLACE INTO event SELECT (SELECT max(seq) + 1 FROM event), device, n, {_REST}",
    "INSERT INTO event SELECT * FROM event WHERE seq = 7 ON CONFLICT (seq) DO UPDATE SET actor = 'Eve'",
    f"INSERT INTO event SELECT 9999, device, n + 9000, {_REST}",
)


def _attempts(sample: Path, tally: Tally) -> None:
    """Try to change the log with any database program, its triggers in place; then without one of them."""
    path = sample.with_name("attempted.asl")
    shutil.copyfile(sample, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for attempt in ATTEMPTS:
            tally.count("attempts")
            try:
                raw.execute(attempt)
                tally.fail("undetected", f"the log took: {attempt}")
            except sqlite3.IntegrityError as error:
                if "append-only" not in str(error):
                    tally.fail("misnamed", f"{attempt}: {error}")
        if verdicts.of_program(path) or verdicts.of_outsider(path):
            tally.fail("undetected", "the refused attempts left something behind")
        tally.count("attempts")
        raw.execute("DROP TRIGGER event_no_update")
    for who, touched in (("program", verdicts.of_program(path)), ("outsider", verdicts.of_outsider(path))):
        if not touched:
            tally.fail("undetected", f"a dropped trigger was not noticed by the {who}")
