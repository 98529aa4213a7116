"""Hostile contents: files that are sound to SQLite and made by somebody who knows the format.

Where it can be, what they hold is consistent (chain, hashes, tables), so that it is believed and gets through to the
parts of the program that calculate, draw and write.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from asl_desktop.codec import canonical, digest
from torture.cases import OPENS, Case, Prepare, Scene, opens, refused
from torture.forge import Forge, patch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAMAGED = "is truncated or corrupt"
_MIB = 1024 * 1024
HOSTILE_TEXT = (
    "\u202egnp.exe\u202c \u2066<b>bold</b>\u2069 <img src=file:///etc/passwd> \x1b[31mred\x07\x7f\r\n\t\u200b& %s {0}"
)
"""Direction marks, markup, terminal commands, controls, invisible characters, placeholders."""
HOSTILE_NAMES = (
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/shadow",
    "C:\\Windows\\win.ini",
    "CON",
    "aux.txt",
    "a\nb.txt",
    "report\u202efdp.exe",
    ".hidden",
    "trailing. . .",
    "x" * 5000,
    "\u0000".join(("nul", "txt")).replace("\u0000", "%00"),
    "~root/.ssh/authorized_keys",
    "file:evil.txt",
    "- rf",
    "INPUTS.yaml",
)


def _forged(work: Callable[[Forge], None]) -> Prepare:
    def prepare(scene: Scene) -> None:
        with Forge(scene.path) as forge:
            forge.execute("BEGIN")
            work(forge)
            forge.execute("COMMIT")

    return prepare


def _event(kind: str, key: str, record: object, **other: object) -> Prepare:
    def work(forge: Forge) -> None:
        forge.event(kind, key, record, **other)

    return _forged(work)


def _body(body: str | bytes) -> Prepare:
    def work(forge: Forge) -> None:
        members = {"device": "d", "n": 1, "lamport": 10**6, "actor": "Mallory", "at": "", "change": "c"}
        forge.body(body, {**members, "kind": "answer", "key": "QC-01"})

    return _forged(work)


def _long_event(scene: Scene) -> None:
    _body(b'{"a":"' + b"x" * 100_000_000 + b'"}')(scene)


def _run(*statements: str) -> Prepare:
    def work(forge: Forge) -> None:
        for statement in statements:
            forge.execute(statement)

    return _forged(work)


def _unread(prepare: Prepare) -> Case:
    """Return a case whose history cannot be read; the records can."""
    return Case(prepare, _DAMAGED, OPENS, checked="cannot be read|larger than any")


def _changed(kind: str, **fields: Any) -> Prepare:
    """Put the first record of a kind back with other fields."""

    def work(forge: Forge) -> None:
        record = forge.record(kind) | fields
        key = forge.raw.execute(f'SELECT key FROM "{kind}" ORDER BY key LIMIT 1').fetchone()[0]
        forge.put(kind, key, record)

    return _forged(work)


def _every_text(text: str) -> Prepare:
    """Put a text into every free field of every record."""

    def work(forge: Forge) -> None:
        for kind in ("scope", "answer", "measurement", "evidence", "requirement", "decision", "showing"):
            for key, data in forge.raw.execute(f'SELECT key, record FROM "{kind}"').fetchall():
                forge.put(kind, key, _with_text(json.loads(data), text))

    return _forged(work)


_FREE = {"rationale", "reason", "note", "notes", "title", "developer", "deployment_context", "actors", "author", "by"}
_FREE |= {"cites", "edits", "gap_rationale", "owner", "argument", "conditions", "role", "name", "text", "checkpoint"}


def _with_text(record: dict[str, Any], text: str) -> dict[str, Any]:
    return {name: text if name in _FREE and isinstance(value, str) else value for name, value in record.items()}


def _names(forge: Forge) -> None:
    rows = forge.raw.execute("SELECT key, record FROM evidence").fetchall()
    for number, (key, data) in enumerate(rows):
        forge.put("evidence", key, json.loads(data) | {"name": HOSTILE_NAMES[number % len(HOSTILE_NAMES)]})


def _other_names(forge: Forge) -> None:
    rows = forge.raw.execute("SELECT key, record FROM evidence").fetchall()
    for number, (key, data) in enumerate(rows, len(rows)):
        forge.put("evidence", key, json.loads(data) | {"name": HOSTILE_NAMES[number % len(HOSTILE_NAMES)]})


def _pack(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Prepare:
    """Change the pack and everything that vouches for it."""

    def work(forge: Forge) -> None:
        key, body = forge.raw.execute("SELECT key, body FROM pack").fetchone()
        data = change(json.loads(body))
        own = digest(data)
        forge.execute("UPDATE pack SET body = ?, digest = ? WHERE key = ?", canonical(data), own, key)
        forge.event("pack", key, {"id": data["id"], "version": data["version"], "digest": own})

    return _forged(work)


def _pack_body(body: bytes) -> Prepare:
    return _forged(lambda forge: forge.execute("UPDATE pack SET body = ?", body))


def _tangled(pack: dict[str, Any]) -> dict[str, Any]:
    """Let everything refer to what is not there."""
    for item in pack["thresholds"]:
        item["requires"] = {"no such track": "no such standard"}
        item["domain"] = "nowhere"
    for item in pack["requirements"]:
        item["standard"] = "none"
    pack["label"] = "{nobody} {0} {deployment.__class__}"
    return pack


def _deep_tree(pack: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {"op": "indicator_below", "indicator": "none", "bound": "rule_out"}
    for _ in range(35):
        tree = {"op": "not", "of": {"op": "all", "of": [tree]}}
    pack["thresholds"][0]["crossed_when"] = tree
    return pack


def _wide_pack(pack: dict[str, Any]) -> dict[str, Any]:
    first = pack["thresholds"][0]
    pack["thresholds"] = [*pack["thresholds"], *({**first, "id": f"T{number}"} for number in range(3000))]
    return pack


def _hostile_words(pack: dict[str, Any]) -> dict[str, Any]:
    for name in ("thresholds", "questions", "requirements", "gates", "domains"):
        for item in pack[name]:
            item["title" if "title" in item else "text"] = HOSTILE_TEXT
    pack["title"] = pack["publisher"] = HOSTILE_TEXT
    pack["notices"] = [HOSTILE_TEXT]
    return pack


def _content(chunks: list[tuple[str, int, bytes]], size: int) -> Callable[[Forge], None]:
    """Add a piece of evidence with any chunks, and say any size of it."""

    def work(forge: Forge) -> None:
        sha256 = digest([len(chunks), size])
        forge.execute("INSERT INTO content VALUES ('c', ?, ?, 'ok')", sha256, size)
        rows = ((seq, codec, raw_len, data) for seq, (codec, raw_len, data) in enumerate(chunks))
        forge.raw.executemany("INSERT INTO chunk (content, seq, codec, raw_len, data) VALUES ('c', ?, ?, ?, ?)", rows)
        forge.put("evidence", sha256, forge.record("evidence") | {"sha256": sha256, "size": size, "name": "bomb.txt"})

    return work


def _claimed(scene: Scene) -> None:
    """Let a row of ten thousand bytes claim that it has a quarter of a gigabyte."""
    size = 9_000_000
    with Forge(scene.path) as forge:
        _content([("raw", 4 * _MIB, bytes(size))], size)(forge)
    data = scene.path.read_bytes()
    serial = _varint(2 * size + 12)
    place = data.find(serial)
    while data.find(serial, place + 1) > 0:
        place = data.find(serial, place + 1)
    patch(scene.path, place, b"\xff\xff\xff\x7e")
    for extra in range(200):
        payload = data.rfind(_varint(size + extra), place - 60, place)
        if payload > 0:
            patch(scene.path, payload, b"\xff\xff\xff\x7f")


def _varint(number: int) -> bytes:
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(reversed(parts))


def _bomb(size: int) -> bytes:
    stream = zlib.compressobj(9)
    block = bytes(_MIB)
    return b"".join(stream.compress(block) for _ in range(size // _MIB)) + stream.flush()


def _gigabyte(forge: Forge) -> None:
    _content([("deflate", 4 * _MIB, _bomb(1024 * _MIB))], 4 * _MIB)(forge)


def _long_chunk(forge: Forge) -> None:
    _content([("raw", 4 * _MIB, bytes(40 * _MIB))], 40 * _MIB)(forge)


def _many_answers(forge: Forge) -> None:
    rows = ((f"k{number}", '{"a":' + "1," * 500_000 + "1}") for number in range(80))
    forge.raw.executemany("INSERT INTO answer VALUES (?, 5, ?, 'answered', '', 0, '', '', '')", rows)


def _dates(forge: Forge) -> None:
    ends = {"produced": "9999-12-31", "received": "0001-01-01", "valid_until": "9999-12-31"}
    for kind in ("measurement", "evidence"):
        for key, data in forge.raw.execute(f"SELECT key, record FROM {kind}").fetchall():
            forge.put(kind, key, json.loads(data) | ends)


def _many_devices(number: int) -> Callable[[Forge], None]:
    """Let every event come from a device of its own that goes on from the very first event."""

    def work(forge: Forge) -> None:
        record = forge.record("answer")
        for _ in range(number):
            forge.event("answer", record["question"], record)
        first = forge.raw.execute("SELECT hash FROM event WHERE seq = 1").fetchone()[0]
        forge.execute("UPDATE event SET prev = ? WHERE seq > 100", first)

    return work


_NAMES = ("action", "actor", "at", "change", "device", "key", "kind", "record")
_LISTS: dict[str, Any] = {name: [[]] for name in _NAMES}
_LISTS |= {"lamport": {}, "n": [], "reverts": 1, "was": None}

_CHAIN: Mapping[str, Case] = {
    "event of great depth": _unread(_body("[" * 100_000 + "]" * 100_000)),
    "event of great depth inside": opens(
        _event("answer", "QC-01", json.loads('{"a":' * 90 + "1" + "}" * 90)), checked="Problem"
    ),
    "event of 100 MB": _unread(_long_event),
    "event that is no JSON": _unread(_body(b"\xff\xfe\x00")),
    "event in UTF-16": _unread(_body('{"a":1}'.encode("utf-16"))),
    "event without end": _unread(_body(b'{"action":"put"')),
    "event that is a number": _unread(_body(b"1")),
    "event that is nothing": _unread(_body(b"")),
    "event with lists for names": _unread(_body(json.dumps(_LISTS))),
    "event with a number too large": opens(_event("answer", "QC-01", {"n": 2**63}), checked="Event 121"),
    "event with infinity": _unread(_body(b'{"a":1e999}')),
    "event counted to the end": Case(
        _event("answer", "QC-01", None, lamport=2**62, n=2**62), _DAMAGED, _DAMAGED, checked="Event 121"
    ),
    "hash that is no number": opens(_run(f"UPDATE event SET prev = '{'z' * 64}' WHERE seq = 5"), checked="Event 5 "),
    "hash that is a word": opens(_run("UPDATE event SET prev = 'no', hash = 'yes' WHERE seq = 5"), checked="Event 5 "),
    "actor that is no text": Case(
        _run("UPDATE event SET actor = CAST(x'ff80c0' AS TEXT) WHERE seq = 5"),
        _DAMAGED,
        OPENS,
        checked="Event 5 |Problem",
    ),
    "actor with half a character": Case(
        _run("UPDATE event SET actor = CAST(x'eda080' AS TEXT) WHERE seq = 5"),
        _DAMAGED,
        OPENS,
        checked="Event 5 |Problem",
    ),
    "actor of 50 MB": Case(
        _run("UPDATE event SET actor = CAST(zeroblob(50000000) AS TEXT) WHERE seq = 5"),
        OPENS,
        OPENS,
        checked="Event 5 ",
    ),
    "actor of many faces": opens(
        _forged(lambda forge: forge.execute("UPDATE event SET actor = ? WHERE seq = 5", HOSTILE_TEXT)),
        checked="Event 5 .*says something else",
    ),
    "two thousand devices": opens(_forged(_many_devices(2000)), checked="Problem"),
    "no events": refused(_run("PRAGMA foreign_keys=OFF", "DELETE FROM event"), "log is empty"),
    "no document": refused(_run("DELETE FROM document"), "which document"),
    "events of another kind": opens(_event("spell", "x", {"a": 1}), checked="does not know"),
    "event taken out of the middle": opens(_run("DELETE FROM event WHERE seq = 9"), checked="9 to 9 are missing"),
}

_RECORDS: Mapping[str, Case] = {
    "answer that is no text": refused(
        _run("UPDATE answer SET record = CAST(x'ff80c0' AS TEXT) WHERE key = 'QC-01'"), _DAMAGED
    ),
    "answer of great depth": refused(
        _forged(lambda forge: forge.execute("UPDATE answer SET record = ? WHERE key = 'QC-01'", "[" * 100_000)),
        _DAMAGED,
    ),
    "answer of 100 MB": refused(
        _run("UPDATE answer SET record = CAST(zeroblob(100000000) AS TEXT) WHERE key = 'QC-01'"),
        _DAMAGED,
    ),
    "answer of 2 MB": refused(_changed("answer", rationale="x" * 2_000_000), _DAMAGED),
    "answer of a million lines": opens(_changed("answer", rationale="x\n" * 300_000)),
    "answer of a million values": opens(_changed("answer", value={f"{n}": True for n in range(70_000)})),
    "answers of eighty megabytes": refused(_forged(_many_answers), _DAMAGED),
    "dates at the ends of time": opens(_forged(_dates)),
    "day of the question at the end of time": opens(_changed("scope", as_of="9999-12-31")),
    "day of the question at the beginning of time": opens(_changed("scope", as_of="0001-01-01")),
    "counts beyond all counting": opens(
        _changed("measurement", report={"kind": "counts", "successes": 2**53 - 1, "n": 2**53 - 1})
    ),
    "counts that are none": opens(_changed("measurement", report={"kind": "counts", "successes": -5, "n": 0})),
    "numbers at the end of numbers": opens(
        _changed("measurement", report={"kind": "mean", "mean": 1.7e308, "stderr": 1.7e308, "n": 3}, gap=1.7e308)
    ),
    "interval upside down": opens(
        _changed("measurement", report={"kind": "interval", "estimate": 0.0, "low": 9.9, "high": -9.9, "level": 7.0})
    ),
    "ratio with nothing below": opens(
        _changed(
            "measurement",
            report={
                "kind": "ratio",
                "treatment": {"kind": "counts", "successes": 0, "n": 0},
                "control": {"kind": "mean", "mean": 0.0, "stderr": 0.0, "n": None},
            },
        )
    ),
    "texts of many faces": opens(_every_text(HOSTILE_TEXT)),
    "texts of one endless word": opens(_every_text("W" * 20_000)),
    "texts of marks upon marks": opens(_every_text("e" + "\u0301" * 5000)),
    "texts in no font": opens(_every_text("\U000e0041\uffff\ufdd0\U0001f9ec\u0f00" * 50)),
    "names that lead elsewhere": opens(_forged(_names)),
    "more names that lead elsewhere": opens(_forged(_other_names)),
}

_PACKS: Mapping[str, Case] = {
    "pack of great depth": refused(_pack_body(b"[" * 100_000), f"{_DAMAGED}.*pack"),
    "pack of 100 MB": refused(
        _forged(lambda forge: forge.execute("UPDATE pack SET body = zeroblob(100000000)")), _DAMAGED
    ),
    "pack that is no JSON": refused(_pack_body(b"\x00"), f"{_DAMAGED}.*pack"),
    "pack that refers to nothing": Case(_pack(_tangled), OPENS, OPENS),
    "pack with a tree of great depth": refused(_pack(_deep_tree), f"{_DAMAGED}.*pack"),
    "pack of three thousand thresholds": refused(_pack(_wide_pack), f"{_DAMAGED}.*pack"),
    "pack with hostile texts": Case(_pack(_hostile_words), OPENS, OPENS),
}

_EVIDENCE: Mapping[str, Case] = {
    "chunk that unpacks to a gigabyte": opens(_forged(_gigabyte), checked="bomb"),
    "chunk that claims four megabytes": opens(
        _forged(_content([("deflate", 4 * _MIB, zlib.compress(b"x"))], 4 * _MIB)), checked="bomb"
    ),
    "chunk that claims a terabyte": opens(_forged(_content([("raw", 1 << 40, b"x")], 1 << 40)), checked="bomb"),
    "chunk that claims less than nothing": opens(_forged(_content([("raw", -5, b"x")], 1)), checked="bomb"),
    "chunk of an unknown kind": opens(_forged(_content([("lzma", 5, b"xxxxx")], 5)), checked="bomb"),
    "chunk of 40 MB": opens(_forged(_long_chunk), checked="bomb"),
    "chunk with something behind its end": opens(
        _forged(_content([("deflate", 1, zlib.compress(b"x") + b"more")], 1)), checked="bomb"
    ),
    "chunk that is cut off": opens(
        _forged(_content([("deflate", 5, zlib.compress(b"xxxxx")[:-3])], 5)), checked="bomb"
    ),
    "content that says a terabyte": opens(_forged(_content([("raw", 5, b"xxxxx")], 1 << 40)), checked="bomb"),
    "content of a quarter of a gigabyte in a row": opens(_claimed, checked="bomb|damaged|corrupt"),
    "content of twenty thousand chunks": opens(_forged(_content([("raw", 1, b"x")] * 20_000, 20_000)), checked="bomb"),
    "leftovers with a freelist in a circle": Case(
        _run("INSERT INTO content VALUES ('s', '', 0, 'staging')"), OPENS, OPENS, changes=True
    ),
}


CASES: Mapping[str, Case] = {**_CHAIN, **_RECORDS, **_PACKS, **_EVIDENCE}
