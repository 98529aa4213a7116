#!/usr/bin/env python3
"""Check an assessment file (.asl, format 1) with nothing but Python 3.9 or newer. Independent of ASL Desktop.

    python3 asl_verify.py FILE.asl [--json] [--against [EVENTS:]HEAD | --against FILE.checkpoint]

What it proves, by the rules of docs/file-format.md of ASL Desktop:

- the file is a sound SQLite file with exactly the tables, indexes and triggers of format 1;
- every event is unchanged, in its place and in one unbroken chain of hashes, and its columns repeat what was hashed;
- going through all events gives exactly what the tables say, typed columns included: no answer, result, decision or
  any other record was changed, added or taken away past the history;
- every framework pack has the digest that the history names, and every evidence file is there with its digest;
- the checkpoints kept in the file speak of this document and of events in this history.

What it does not prove:

- that the history is complete at its end, or was not written anew as a whole by somebody who knows these rules.
  Compare it with a head from elsewhere (a report, a .checkpoint file, a colleague) by --against;
- who signed a checkpoint or a decision. Signatures are not checked: without knowing whose certificates to trust that
  would prove nothing. The program and its signed reports do that;
- that names and times in events are true: they are what the writer claimed;
- that a record makes sense to the program, or that an assessment is right.

It opens the file for reading only and never changes it. An interrupted save that lies beside it (FILE.asl-journal) is
rolled back in a private copy. Exit status: 0 in order, 1 not in order, 2 could not look.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sqlite3
import stat
import sys
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = Any

APPLICATION_ID = 0x41534C44
FORMAT = 1
TAG = b"asl-desktop/event/1\x00"
NOTHING = "0" * 64
CHUNK = 4 * 1024 * 1024
LARGEST_VALUE = 17 * 1024 * 1024
MOST_PROBLEMS = 1000
DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file raises; the second when the database quotes a name that is no text."""

# What SQLite's own list of tables must hold: the first 16 hex digits of the SHA-256 of the table's name, a space, and
# the SQL text with every run of white space made one space.
SCHEMA = {
    "index chunk_content_seq": "1075fc2dc93ef15a",
    "index content_sha256": "5685f51c1ddba85b",
    "index event_device_n": "ecc59914534de58a",
    "index event_record": "bb3dfbc3cc9888f8",
    "table answer": "57b2f34e74551014",
    "table checkpoint": "7c53e37754c2423f",
    "table chunk": "c9cf99c99889ee63",
    "table content": "0ce38da2cb78bd71",
    "table decision": "0e0a39f8d564bb19",
    "table document": "0aabb14048af421e",
    "table event": "02bf1f2dea429662",
    "table evidence": "9945da60b5661416",
    "table interim": "26722ca6dd91b9cd",
    "table measurement": "0cd3cbc70c8d8037",
    "table pack": "899deab8dca37940",
    "table plan": "78d3bc6ac49af135",
    "table requirement": "4e6ce15211f5055a",
    "table scope": "035021f8e2c6c3c0",
    "table showing": "c048f6f6d54c4498",
    "table specification": "6f91d954de021633",
    "trigger event_append_only": "725df4f143d9a63d",
    "trigger event_no_delete": "fe5f616e961507bb",
    "trigger event_no_update": "4e28a62004847a15",
}
# The columns of each table of records that repeat fields of the record.
RECORDS = {
    "scope": ("model", "checkpoint", "title", "as_of"),
    "plan": ("pack_digest", "locked_at", "locked_by"),
    "answer": ("state", "confidence", "marked_for_review", "confirmed_by", "author", "at"),
    "measurement": (
        *("indicator", "report", "model", "checkpoint", "run_status", "gap", "produced", "valid_until"),
        *("set_aside_by", "author", "at"),
    ),
    "showing": ("showing", "threshold", "status", "by", "at"),
    "requirement": ("status", "owner", "due", "ends", "author", "at"),
    "evidence": ("name", "size", "media_type", "title", "valid_until", "author", "at"),
    "decision": ("outcome", "by", "at"),
    "interim": ("by", "ends", "at"),
    "specification": ("track", "standard", "author", "dated"),
    "checkpoint": (),
}
# The fields of a record that make its key.
KEYS = {
    "answer": ("question",),
    "measurement": ("id",),
    "showing": ("showing", "@", "threshold"),
    "requirement": ("requirement",),
    "evidence": ("sha256",),
    "decision": ("gate",),
    "interim": ("measure",),
    "specification": ("track", "/", "standard"),
    "checkpoint": ("id",),
}
EVENT = ("seq", "device", "n", "lamport", "actor", "at", "change", "kind", "key", "body", "prev", "hash")
REPEATED = EVENT[1:9]
TEXTS = ("action", "actor", "at", "change", "device", "key", "kind", "reverts", "was")


class CannotLook(Exception):
    """There is nothing to judge: no file, no assessment, or one that this script cannot read."""


class NotInOrder(Exception):
    """The file is so far from what it should be that looking further would mean trusting it."""


# --- Canonical JSON (RFC 8785) ---------------------------------------------------------------------------------------


def parse(text: str | bytes) -> Any:
    """Read JSON as RFC 8785 sees it; raises ValueError."""
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_refused)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _whole(digits: str) -> float:
    number = float(digits) if len(digits) > 17 else int(digits)
    return number if abs(number) < 2**53 else float(number)


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def canonical(value: Any) -> str:
    """Write JSON in its one canonical form, as text."""
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(item) for key, item in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("no number")
    if value == 0:
        return "0"
    sign, digits = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, power = digits.partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    if not power:
        return sign + whole + ("." + part if part else "")
    places = int(power)
    if -7 < places < 0:
        return sign + "0." + "0" * (-places - 1) + whole + part
    if 0 < places < 21:
        return sign + (whole + part).ljust(places + 1, "0")
    return sign + whole + ("." + part if part else "") + f"e{places:+d}"


def sha256(text: str) -> str:
    """Return the digest of a text in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


# --- Opening ---------------------------------------------------------------------------------------------------------


def look_at(path: Path) -> int:
    """Judge the first bytes, before any database engine sees the file."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise CannotLook("it is not a regular file")
        with path.open("rb") as file:
            size, head = found.st_size, file.read(8192)
    except OSError as error:
        raise CannotLook(error.strerror or str(error)) from None
    if head[:16] != b"SQLite format 3\x00":
        if size and size % 8192 == 0 and _looks_random(head):
            raise CannotLook(
                "it seems to be encrypted, and this script only reads plain files. Take the encryption away from a"
                " copy of it: asl passphrase COPY.asl --remove"
            )
        raise CannotLook("it is not an assessment file")
    if len(head) < 100:
        raise NotInOrder(f"only {size} bytes of the file are left")
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise CannotLook("it is a SQLite file of another program")
    if head[18:20] != b"\x01\x01":
        raise NotInOrder("the journal mode of the file was changed")
    return size


def look_beside(path: Path) -> None:
    """Refuse what must not lie beside the file: the database engine would open it, whatever it is."""
    for ending in ("-wal", "-shm", "-journal"):
        beside = path.with_name(path.name + ending)
        try:
            found = beside.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CannotLook(error.strerror or str(error)) from None
        if ending != "-journal":
            raise CannotLook(f"{beside.name} of another program lies beside it")
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise CannotLook(f"{beside.name} beside it is not an ordinary file of its own")


def _looks_random(data: bytes) -> bool:
    expected = len(data) / 256
    return sum((data.count(value) - expected) ** 2 for value in range(256)) / expected < 450


def open_file(path: Path, size: int, folder: Path) -> sqlite3.Connection:
    """Open for reading only; an interrupted save is rolled back in a copy inside ``folder``."""
    journal = path.with_name(f"{path.name}-journal")
    try:
        return _connect(path, size, "ro")
    except DAMAGE as error:
        if not journal.exists() or not journal.stat().st_size:
            raise NotInOrder(f"the file is damaged: {error}") from None
    with journal.open("rb") as file:
        file.seek(max(0, journal.stat().st_size - 8))
        if file.read(8) == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7":
            raise CannotLook("the journal beside it names another file; this program never writes such a journal")
    copy = folder / "copy.asl"
    shutil.copyfile(path, copy)
    shutil.copyfile(journal, folder / "copy.asl-journal")
    try:
        _connect(copy, size, "rw").close()
        return _connect(copy, size, "ro")
    except DAMAGE as error:
        raise NotInOrder(f"the file is damaged: {error}") from None


def _connect(path: Path, size: int, mode: str) -> sqlite3.Connection:
    found = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    left = [(200_000_000 + 4 * size) // 100_000]

    def spend() -> bool:
        left[0] -= 1
        return left[0] < 0

    try:
        found.set_progress_handler(spend, 100_000)
        found.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        if hasattr(found, "setlimit"):  # Python 3.11
            found.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        for setting in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
            found.execute(f"PRAGMA {setting}")
        found.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        found.close()
        raise
    return found


# --- The check -------------------------------------------------------------------------------------------------------


class Check:
    """One look at one open file; ``problems`` are pairs of a sentence and the references it touches."""

    def __init__(self, db: sqlite3.Connection, size: int) -> None:
        self.db, self.size = db, size
        self.problems: list[tuple[str, list[str]]] = []
        self.events, self.head, self.document = 0, NOTHING, ""
        self.single = True  # every event goes on from the one that lies before it
        self.records: dict[tuple[str, str], Any] = {}  # kind and key: order, place, digest ("" when removed)
        self.about: dict[tuple[str, str], Any] = {}  # kind and key: record of the document and its packs
        self.hashes: dict[str, tuple[int, int]] = {}  # hash of an event: place, logical time

    def problem(self, text: str, *touched: str) -> None:
        """Note something that is not as it was recorded."""
        clean = [item.encode("utf-8", "replace").decode() for item in (text, *touched)]
        self.problems.append((clean[0], clean[1:]))

    def run(self) -> None:
        """Check everything, at one moment of the file."""
        self.db.execute("BEGIN")
        self.schema()
        for (line,) in self.db.execute("PRAGMA integrity_check(20)").fetchall():
            if line != "ok":
                self.problem(f"The file is damaged: {line}.", "file")
        for step in (self.log, self.tables, self.description, self.packs, self.checkpoints, self.evidence):
            try:
                step()
            except DAMAGE as error:
                self.problem(f"Part of the file cannot be read: {error}.", "file")
        del self.problems[MOST_PROBLEMS:]

    def rows(self, table: str, order: str = "1") -> Iterator[dict[str, Any]]:
        """Yield the rows of a table as mappings, past its indexes."""
        cursor = self.db.execute(f'SELECT * FROM "{table}" NOT INDEXED ORDER BY {order}')  # noqa: S608
        names = [column[0] for column in cursor.description]
        for count, row in enumerate(cursor):
            if count > self.size // 8:  # fewer bytes than any row takes
                raise NotInOrder(f"table {table} goes round in a circle")
            yield dict(zip(names, row))  # noqa: B905 - Python 3.9 does not know strict

    def schema(self) -> None:
        """Refuse a file with any table, trigger, view or index that format 1 does not have, or without one it has."""
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise CannotLook(f"it has format {version}; this script knows format {FORMAT}")
        for setting, expected in (("encoding", "UTF-8"), ("page_size", 8192), ("auto_vacuum", 2)):
            if self.db.execute(f"PRAGMA {setting}").fetchone()[0] != expected:
                raise NotInOrder(f"its setting {setting} was changed")
        behind = self.size - self.db.execute("PRAGMA page_count").fetchone()[0] * 8192
        if behind not in range(0, 2001 * 8192, 8192):  # a save that is cut off before it gives pages back leaves some
            raise NotInOrder("it is longer than its pages, or shorter")
        names = set(SCHEMA) | {f"index sqlite_autoindex_{name}_1" for name in (*RECORDS, "pack", "content")}
        found = {}
        for kind, name, table, sql in self.db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            text = f"{table} {' '.join(str(sql or '').split())}"
            automatic = name == f"sqlite_autoindex_{table}_1" and not sql
            found[f"{kind} {name}"] = "" if automatic else sha256(text)[:16]
        wrong = sorted(name for name in names | set(found) if found.get(name) != SCHEMA.get(name, ""))
        if wrong:
            raise NotInOrder(f"its structure was changed: {', '.join(wrong)}")

    # The log

    def log(self) -> None:
        """Follow every event in the order of the file: hash, chain, count, columns; and replay what it says."""
        devices: dict[str, tuple[int, str, int]] = {}
        doubts: list[tuple[str, str]] = []
        grown: list[tuple[str, str, Row]] = []  # first events of devices that do not go on from the event before
        for row in self.rows("event", "seq"):
            event = f"Event {row['seq']} ({row['kind']}:{row['key']}, by {row['actor']})"
            touched = f"event:{row['seq']}"
            said, wrong = read_event(row)
            device, n, lamport = ((said or row)[name] for name in ("device", "n", "lamport"))
            known = devices.get(device)
            if row["seq"] <= self.events:
                self.problem(f"{event} stands in the wrong place.", touched)
                break
            if row["seq"] != self.events + 1:
                self.gap(row["seq"])
            elif known is not None and row["prev"] != known[1]:
                self.problem(f"{event} does not follow the event before it.", touched)
            elif known is None and row["prev"] != self.head:
                grown.append((event, touched, row))
            if own_hash(row) != row["hash"]:
                self.problem(f"{event} was changed after it was recorded.", touched)
            if wrong:
                self.problem(f"{event} {wrong}.", touched)
            earlier = known or (0, "", self.hashes.get(row["prev"], (0, 0))[1])
            if said and (n != earlier[0] + 1 or lamport <= earlier[2]):
                self.problem(f"{event} is not counted on from the event before it.", touched)
            self.single = self.single and row["prev"] == self.head
            devices[device] = (n, row["hash"], lamport)
            self.hashes.setdefault(row["hash"], (row["seq"], lamport))
            self.events, self.head = row["seq"], row["hash"]
            if said and not self.replay(row["seq"], said):
                doubts.append((f"{event} claims to replace something else than was there.", touched))
        self.judge(grown, doubts)

    def judge(self, grown: list[tuple[str, str, Row]], doubts: list[tuple[str, str]]) -> None:
        """Say what can only be said when all events are known."""
        for event, touched, row in grown:
            if self.hashes.get(row["prev"], (row["seq"], 0))[0] >= row["seq"]:
                self.problem(f"{event} does not follow the event before it.", touched)
        if self.single and all(names == ["file"] for _, names in self.problems):
            for text, touched in doubts:  # an event that was changed makes the one after it look wrong too
                self.problem(text, touched)

    def gap(self, seq: int) -> None:
        """Note events that are missing before place ``seq``."""
        first, last = self.events + 1, seq - 1
        missing = f"event:{first}" if first == last else f"event:{first}-{last}"
        self.problem(f"Events {first} to {last} are missing from the history.", missing)

    def replay(self, seq: int, said: dict[str, Any]) -> bool:
        """Put or remove what an event says; returns whether it replaced what was there."""
        place = (said["kind"], said["key"])
        before = self.records.get(place)
        if said["kind"] in ("document", "pack"):
            self.about[place] = said["record"]
        elif said["kind"] not in RECORDS:
            self.problem(f"Event {seq} is of an unknown kind.", f"event:{seq}")
            return True
        order = (said["lamport"], said["device"], said["n"])
        if before is None or before[0] < order:
            self.records[place] = (order, seq, said["digest"])
        return bool(said["was"] == (before[2] if before else ""))

    # What follows from the log

    def tables(self) -> None:
        """Compare every table of records with what the log says it must hold."""
        seen = set()
        for kind in RECORDS:
            for row in self.rows(kind):
                seen.add((kind, row["key"]))
                wrong = self.row(kind, row)
                if wrong:
                    self.problem(f"{kind}:{row['key']} {wrong}.", f"{kind}:{row['key']}")
        for (kind, key), (_, _, said) in sorted(self.records.items()):
            if said and kind in RECORDS and (kind, key) not in seen:
                self.problem(f"{kind}:{key} is in the history but missing from its table.", f"{kind}:{key}")

    def row(self, kind: str, row: Row) -> str:
        """Return what is wrong with one row, empty when nothing is."""
        _, seq, said = self.records.get((kind, row["key"]), (None, 0, ""))
        if not said:
            return "is in its table but not in the history: it was put there past the program"
        if row["event"] != seq or not isinstance(row["record"], str) or sha256(row["record"]) != said:
            return f"says something else in its table than in the history (event {seq})"
        try:
            record = parse(row["record"])
            if canonical(record) != row["record"]:
                return "is not written in the way of records"
            key = "".join(part if part in "@/" else record[part] for part in KEYS.get(kind, ())) or kind
            expected = {name: record["report"]["kind"] if name == "report" else record[name] for name in RECORDS[kind]}
        except (ValueError, TypeError, KeyError, RecursionError):
            return "cannot be read"
        if key != row["key"]:
            return "holds the record of something else"
        wrong = sorted(name for name, value in expected.items() if row[name] != value)
        return f"has a changed column in its table: {', '.join(wrong)}" if wrong else ""

    def description(self) -> None:
        """Compare what the file says of itself with the event that made it."""
        said = [record for (kind, _), record in self.about.items() if kind == "document"]
        rows = list(self.rows("document"))
        shown = [{name: row[name] for name in ("id", "created", "created_by", "pack")} for row in rows]
        if said != shown or any(row["program"] != row["created_by"] or row["one"] != 1 for row in rows):
            self.problem("The document's own description is not what the history says.", "document")
        self.document = str(rows[0]["id"]) if rows else ""
        self.under = [row["pack"] for row in rows]

    def packs(self) -> None:
        """Check the packs against the digests in the history."""
        said = {key: record for (kind, key), record in self.about.items() if kind == "pack"}
        shown = {}
        for row in self.rows("pack"):
            shown[row["key"]] = {name: row[name] for name in ("id", "version", "digest")}
            if not is_pack(row):
                self.problem(f"Pack {row['key']} was changed after it was recorded.", f"pack:{row['key']}")
        for key in sorted({*said, *shown, *self.under}, key=str):
            if key not in said or said[key] != shown.get(key):
                self.problem(f"Pack {key} is not the one that the history says.", f"pack:{key}")

    def checkpoints(self) -> None:
        """Check that every checkpoint speaks of this document and of an event before it in this history."""
        for row in self.rows("checkpoint", "event"):
            name = f"checkpoint:{row['key']}"
            try:
                said = parse(row["record"])
                head, events, document = said["head"], said["events"], said["document"]
                place = self.hashes.get(head, (row["event"], 0))[0]
            except (ValueError, TypeError, KeyError):
                self.problem("A checkpoint cannot be read.", name)
                continue
            if place >= row["event"] or (self.single and place != events):
                who = said.get("signer") or "somebody"
                self.problem(f"The history is not the one that {who} signed: event {events} of it is missing.", name)
            if document != self.document:
                self.problem("A checkpoint speaks of another document.", name)

    # Evidence

    def evidence(self) -> None:
        """Unpack and digest the bytes of every evidence file."""
        items = {row["key"]: row for row in self.rows("evidence")}
        contents = [row for row in self.rows("content") if row["state"] != "staging"]
        kept = {row["sha256"]: row["size"] for row in contents if row["state"] == "ok"}
        for key, said in items.items():
            if kept.get(key) != said["size"]:
                gone = "kept with another length than it had" if key in kept else "described but its bytes are missing"
                self.problem(f'Evidence "{said["name"]}" is {gone}.', f"evidence:{key}")
        for row in contents:
            sha = row["sha256"]
            item = items.get(sha)
            name = f'Evidence "{item["name"]}"' if item else f"Evidence {sha[:12]}"
            if row["state"] not in ("ok", "removed"):
                self.problem(f"{name} is in no known state.", f"evidence:{sha}")
            if item is None and row["state"] == "ok":
                self.problem(f"{name} is kept but nothing describes it.", f"evidence:{sha}")
            try:
                digest, size = self.unpack(row["id"])
                wrong = "" if digest == sha else "was changed: its bytes no longer match its digest"
                wrong = wrong or ("" if size == row["size"] else "is kept with another length than its bytes")
            except (ValueError, TypeError, zlib.error) as error:
                wrong = f"is damaged: {error}"
            if wrong:
                self.problem(f"{name} {wrong}.", f"evidence:{sha}")
        known = {row["id"] for row in self.rows("content")}
        for (content,) in self.db.execute("SELECT DISTINCT content FROM chunk NOT INDEXED").fetchall():
            if content not in known:
                self.problem(f"Stored bytes belong to no evidence (content {content}).", "file")

    def unpack(self, content: str) -> tuple[str, int]:
        """Return digest and length of the plain bytes of a content."""
        running, size, expected = hashlib.sha256(), 0, 0
        query = "SELECT seq, codec, raw_len, data FROM chunk WHERE content = ? ORDER BY seq"
        for seq, codec, length, data in self.db.execute(query, (content,)):
            if seq != expected:
                raise ValueError(f"chunk {expected} is missing")
            running.update(unpack_chunk(codec, length, data))
            size, expected = size + length, expected + 1
        return running.hexdigest(), size


def own_hash(row: Row) -> str:
    """Return the hash that an event must have."""
    try:
        before = bytes.fromhex(row["prev"])
        return hashlib.sha256(TAG + before + row["body"]).hexdigest() if len(row["prev"]) == 64 else ""
    except (ValueError, TypeError):
        return ""


def read_event(row: Row) -> tuple[dict[str, Any] | None, str]:
    """Return what the body of an event says (with the digest of its record), and what is wrong with it."""
    try:
        said = parse(row["body"])
        shell = canonical({**said, "record": None}).encode()
        start, end = shell.split(b',"record":null,"reverts":', 1)
        start, end = start + b',"record":', b',"reverts":' + end
        whole = row["body"].startswith(start) and row["body"].endswith(end)
        text = row["body"][len(start) : len(row["body"]) - len(end)].decode()
        said["record"] = parse(text) if whole else said["record"]
        said["digest"] = "" if said["record"] is None else sha256(text if whole else canonical(said["record"]))
        kinds = [isinstance(said[name], str) for name in TEXTS]
        kinds += [type(said[name]) is int and 0 < said[name] <= 2**52 for name in ("n", "lamport")]
        known = set(said) == {*TEXTS, "n", "lamport", "record", "digest"} and isinstance(
            said["record"], (dict, type(None))
        )
        if not all(kinds) or not known or said["action"] != ("remove" if said["record"] is None else "put"):
            return None, "cannot be read"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None, "cannot be read"
    if any(said[name] != row[name] for name in REPEATED):
        return said, "says something else in its columns than in what was hashed"
    return said, "" if whole else "is not written in the way of events"


def is_pack(row: Row) -> bool:
    """Say whether the body of a pack has the digest and the name beside it."""
    try:
        data = parse(row["body"])
        if canonical(data).encode() != row["body"] or hashlib.sha256(row["body"]).hexdigest() != row["digest"]:
            return False
        return (data["id"], data["version"]) == (row["id"], row["version"]) and "digest" not in data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def unpack_chunk(codec: str, length: int, data: bytes) -> bytes:
    """Return the plain bytes of a chunk; never unpacks more than it says it holds."""
    if not 0 < length <= CHUNK or codec not in ("raw", "deflate"):
        raise ValueError("a chunk is of no known form")
    if codec == "deflate":
        stream = zlib.decompressobj()
        data = stream.decompress(data, length)
        if stream.decompress(stream.unconsumed_tail, 1) or not stream.eof or stream.unused_data:
            raise ValueError("a chunk does not unpack to the length it should")
    if len(data) != length:
        raise ValueError("a chunk has another length than it should")
    return data


# --- A head from elsewhere, and the command line ---------------------------------------------------------------------


def compare(check: Check, against: str) -> None:
    """Check that the history goes through a point that is known from outside."""
    head, events, document = read_head(against)
    place = check.hashes.get(head, (0, 0))[0]
    if document not in (None, check.document):
        check.problem("The checkpoint speaks of another document.", "document")
    elif not place or (check.single and events is not None and place != events):
        which = f"event {events}" if events is not None else "event"
        check.problem(
            f"The history does not go through the one known from elsewhere: it has no {which} with hash {head[:16]}...;"
            " it was cut off, replaced by an older copy, or written anew.",
            *(() if events is None else (f"event:{events}",)),
        )


def read_head(against: str) -> tuple[str, int | None, str | None]:
    """Return head, events and document (None where not said) from [EVENTS:]HEAD, HEAD[:EVENTS] or a checkpoint."""
    said = against.strip().lower()
    found = re.fullmatch(r"(?:([0-9]{1,15}):)?([0-9a-f]{64})(?::([0-9]{1,15}))?", said)
    if found:
        events = found[1] or found[3]
        return found[2], int(events) if events else None, None
    try:
        with Path(against).open("rb") as file:
            told = parse(file.read(1024 * 1024))
        head, document = str(told["head"]), str(told["document"])
        if not re.fullmatch("[0-9a-f]{64}", head):
            raise CannotLook(f"{against} names no head of a history")
        count = int(told["events"])
    except OSError as error:
        raise CannotLook(f"{against} is neither a head nor a file: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise CannotLook(f"{against} is not a checkpoint") from None
    return head, count, document


def examine(path: Path, against: str = "") -> Check:
    """Return the finished check of a file; raises CannotLook or NotInOrder."""
    size = look_at(path)
    path = path.resolve()
    look_beside(path)
    folder = Path(tempfile.mkdtemp(prefix="asl-verify-"))
    try:
        db = open_file(path, size, folder)
        try:
            check = Check(db, Path(db.execute("PRAGMA database_list").fetchone()[2]).stat().st_size)
            check.run()
            if against:
                compare(check, against)
        except DAMAGE as error:
            raise NotInOrder(f"the file is damaged: {error}") from None
        finally:
            db.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return check


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="asl_verify.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", help="the assessment, FILE.asl")
    parser.add_argument("--against", default="", metavar="[EVENTS:]HEAD|FILE.checkpoint", help="a head from elsewhere")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    told: dict[str, Any] = {"ok": False, "kind": "assessment", "problems": [], "touched": []}
    told.update(events=0, head="", document="")
    told["not_checked"] = ["signatures of checkpoints and decisions"]
    told["not_checked"] += [] if options.against else ["the end of the history"]
    try:
        check = examine(Path(options.file), options.against)
        told["problems"] = [text for text, _ in check.problems]
        told["touched"] = list(dict.fromkeys(name for _, names in check.problems for name in names))
        told.update(ok=not check.problems, events=check.events, head=check.head, document=check.document)
        status = 0 if told["ok"] else 1
    except NotInOrder as error:
        told["problems"], told["touched"], status = [f"Not in order: {error}."], ["file"], 1
    except CannotLook as error:
        told["problems"], status = [f"Could not look at it: {error}."], 2
    if options.json:
        print(json.dumps(told, indent=2))
        return status
    for text in told["problems"]:
        print(text.encode("ascii", "backslashreplace").decode() if not text.isprintable() else text)
    if status == 0:
        print(f"In order: {told['events']} events, head {told['head']}.")
        print(f"Not checked: {', '.join(told['not_checked'])}.")
    else:
        print("NOT in order." if status == 1 else "Nothing was checked.")
    return status


if __name__ == "__main__":
    sys.exit(main())
