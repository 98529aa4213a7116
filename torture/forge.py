"""Makes documents that no version of the program makes: another program's hands, with every guard taken off.

What is forged with :meth:`Forge.put` is consistent (chain, hashes, tables), as an insider would leave it.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from asl_desktop.storage.history import chain_hash
from asl_desktop.storage.projection import columns_of, record_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 8192


class Forge:
    """One document under somebody else's hammer; used as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw: Any = dbapi2.connect(str(path), isolation_level=None)
        self.raw.execute("PRAGMA ignore_check_constraints=ON")
        self._triggers = self.raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in self._triggers:
            self.raw.execute(f"DROP TRIGGER {name}")

    def __enter__(self) -> Forge:
        return self

    def __exit__(self, *_: object) -> None:
        for _, sql in self._triggers:
            self.raw.execute(sql)
        self.raw.close()

    def execute(self, statement: str, *values: object) -> None:
        """Run one statement."""
        self.raw.execute(statement, values)

    def event(self, kind: str, key: str, record: object, **other: object) -> int:
        """Append an event as if the program had; ``other`` replaces members of its body. Returns its place."""
        query = "SELECT seq, lamport FROM event ORDER BY seq DESC LIMIT 1"
        seq, lamport = self.raw.execute(query).fetchone()
        members: dict[str, Any] = {"action": "remove" if record is None else "put", "actor": "Mallory"}
        members |= {"at": "2025-06-02T12:00:00.000Z", "change": f"c{seq + 1}", "device": f"d{seq + 1}", "key": key}
        members |= {"kind": kind, "lamport": lamport + 1, "n": 1, "record": record, "reverts": "", "was": ""} | other
        return self.body(json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False), members)

    def body(self, body: str | bytes, members: dict[str, Any]) -> int:
        """Append an event with any body; the columns say what ``members`` say."""
        seq, prev = self.raw.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        columns = ("device", "n", "lamport", "actor", "at", "change", "kind", "key")
        row = [seq + 1, *(members[name] for name in columns), data, prev, chain_hash(prev, data)]
        self.raw.execute(f"INSERT INTO event VALUES ({', '.join('?' * len(row))})", row)
        return int(seq) + 1

    def put(self, kind: str, key: str, record: dict[str, Any]) -> None:
        """Put a record in its place, event and row, whatever it says, as long as the program can read it."""
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        columns = {"key": key, "event": self.event(kind, key, record), "record": text}
        columns |= columns_of(kind, record_of(kind, text))
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self.raw.execute(f'INSERT OR REPLACE INTO "{kind}" ({names}) VALUES ({places})', list(columns.values()))

    def record(self, kind: str) -> dict[str, Any]:
        """Return the first record of a kind, to be changed and put back."""
        text = self.raw.execute(f'SELECT record FROM "{kind}" ORDER BY key LIMIT 1').fetchone()[0]
        data: dict[str, Any] = json.loads(text)
        return data

    def root(self, name: str) -> int:
        """Return the number of the first page of a table or index."""
        return int(self.raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0])


def patch(path: Path, offset: int, data: bytes) -> None:
    """Overwrite bytes of a file; a negative offset counts from the end."""
    with path.open("r+b") as file:
        file.seek(offset, 2 if offset < 0 else 0)
        file.write(data)


def root_of(path: Path, name: str) -> int:
    """Return the number of the first page of a table or index of a closed document."""
    with closing(dbapi2.connect(str(path))) as raw:
        return int(raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0])


def hot_journal(path: Path, spoil: Callable[[Any], None]) -> bytes:
    """Return the journal that a crash in the middle of ``spoil`` would leave; the document stays as it is."""
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        for setting in ("cache_size=5", "cache_spill=ON"):
            raw.execute(f"PRAGMA {setting}")
        raw.execute("BEGIN IMMEDIATE")
        spoil(raw)
        for number in range(200):
            raw.execute("INSERT INTO pack VALUES (?, 'x', 'x', ?, zeroblob(9000))", (f"spill {number}", "0" * 64))
        journal = path.with_name(path.name + "-journal").read_bytes()
        raw.execute("ROLLBACK")
    return journal
