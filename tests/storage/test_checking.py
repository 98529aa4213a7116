from __future__ import annotations

import json
import re
import traceback
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import Cancelled, FileDamaged, FileTampered
from asl_desktop.progress import Silent
from asl_desktop.storage import connection
from asl_desktop.storage.document import Document
from asl_desktop.storage.history import body_bytes, chain_hash, event_of
from tests.storage_world import file_digest, filled, make, tamper

if TYPE_CHECKING:
    from pathlib import Path


class StoppedInside(Silent):
    """Stops work as soon as the database engine asks, which is before anybody else does."""

    def __init__(self, how: type[BaseException]) -> None:
        self.how = how

    def check(self) -> None:
        assert any(frame.name == "damage" for frame in traceback.extract_stack())
        raise self.how


TAMPERED = {
    "edited answer": (
        """UPDATE answer SET record = replace(record, 'because', 'no reason') WHERE key = 'QC-1'""",
        ["answer:QC-1 says something else in its table than in the history (event 6)."],
    ),
    "edited column": (
        "UPDATE answer SET state = 'declined' WHERE key = 'QC-1'",
        ["answer:QC-1 has a changed column in its table: state."],
    ),
    "edited real column": (
        "UPDATE measurement SET gap = 0 WHERE key = 'm1'",
        ["measurement:m1 has a changed column in its table: gap."],
    ),
    "row pointing at another event": (
        "UPDATE answer SET event = 1 WHERE key = 'QC-1'",
        ["answer:QC-1 says something else in its table than in the history (event 6)."],
    ),
    "deleted answer": (
        "DELETE FROM answer WHERE key = 'QC-1'",
        ["answer:QC-1 is in the history but missing from its table."],
    ),
    "added answer": (
        (
            "INSERT INTO answer SELECT 'QC-7', event, replace(record, 'QC-1', 'QC-7'), state, confidence,"
            " marked_for_review, confirmed_by, author, at FROM answer WHERE key = 'QC-1'"
        ),
        ["answer:QC-7 is in its table but not in the history: it was put there past the program."],
    ),
    "edited event": (
        """UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'because', 'nothing') AS BLOB) WHERE seq = 6""",
        [
            "Event 6 (answer:QC-1, by Ann) was changed after it was recorded.",
            "answer:QC-1 says something else in its table than in the history (event 6).",
        ],
    ),
    "edited actor": (
        "UPDATE event SET actor = 'Eve' WHERE seq = 6",
        ["Event 6 (answer:QC-1, by Eve) says something else in its columns than in what was hashed."],
    ),
    "deleted event": (
        "DELETE FROM event WHERE seq = 18",
        [
            "Events 18 to 18 are missing from the history.",
            "Event 19 (evidence:",
            "answer:QC-2 says something else in its table than in the history (event 7).",
        ],
    ),
    "events unreadable": (
        "UPDATE event SET body = CAST('[]' AS BLOB) WHERE seq = 7",
        [
            "Event 7 (answer:QC-2, by Ann) was changed after it was recorded.",
            "Event 7 (answer:QC-2, by Ann) cannot be read.",
        ],
    ),
    "pack edited": (
        "UPDATE pack SET body = CAST(replace(CAST(body AS TEXT), 'Nobody', 'Somebody') AS BLOB)",
        ["Pack invented@1 was changed after it was recorded."],
    ),
    "pack unreadable": (
        "UPDATE pack SET body = CAST('{' AS BLOB)",
        ["Pack invented@1 was changed after it was recorded."],
    ),
    "pack that claims another digest": (
        "UPDATE pack SET body = CAST(json_set(CAST(body AS TEXT), '$.digest', 'feed') AS BLOB)",
        ["Pack invented@1 was changed after it was recorded."],
    ),
    "pack put in the place of another": (
        "UPDATE pack SET digest = '" + "0" * 64 + "'",
        ["Pack invented@1 is not the one that the history says.", "Pack invented@1 was changed after it was recorded."],
    ),
    "document renamed": (
        "UPDATE document SET created = 'yesterday'",
        ["The document's own description is not what the history says."],
    ),
    "bytes gone": (
        "UPDATE content SET state = 'removed'",
        ['Evidence "log.txt"'],
    ),
}


@pytest.mark.parametrize(("statement", "said"), TAMPERED.values(), ids=TAMPERED)
def test_check_after_tampering_names_what_was_touched(tmp_path: Path, statement: str, said: list[str]) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path, read_only=True) as document:
        assert document.check() == ()
    tamper(path, statement)
    with Document.open(path, read_only=True) as document:
        problems = document.check()
    assert len(problems) == len(said), problems
    for problem, start in zip(problems, said, strict=True):
        assert problem.startswith(start)


def test_check_after_events_changed_places_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(
        path,
        "PRAGMA foreign_keys=OFF",
        "UPDATE event SET seq = 100 WHERE seq = 8",
        "UPDATE event SET seq = 8 WHERE seq = 9",
        "UPDATE event SET seq = 9 WHERE seq = 100",
    )
    with Document.open(path, read_only=True) as document:
        problems = document.check()
    assert any("Event 8" in line and "another order" in line for line in problems)


def test_check_finds_a_changed_event_even_when_its_own_hash_was_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        body, prev = raw.execute("SELECT body, prev FROM event WHERE seq = 6").fetchone()
    forged = body.replace(b"because", b"nothing")
    tamper(path, f"UPDATE event SET body = x'{forged.hex()}', hash = '{chain_hash(prev, forged)}' WHERE seq = 6")
    with Document.open(path, read_only=True) as document:
        problems = document.check()
    assert problems[0].startswith("Event 7 (answer:QC-2, by Ann) does not follow the event before it")


def test_check_finds_events_of_a_kind_unknown_here(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        seq, prev = raw.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    body = body_bytes(
        device="d", n=1, lamport=99, actor="Ann", at="", change="c", kind="mood", key="k", record={"x": 1}
    )
    tamper(
        path,
        f"INSERT INTO event VALUES ({seq + 1}, 'd', 1, 99, 'Ann', '', 'c', 'mood', 'k', x'{body.hex()}',"
        f" '{prev}', '{chain_hash(prev, body)}')",
    )
    with Document.open(path, read_only=True) as document:
        assert document.check() == (f"Event {seq + 1} is of a kind that this version of the program does not know.",)


def test_check_of_a_cut_off_history_with_repaired_tables_shows_only_in_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path) as document:
        document.put(Answer("QC-9"), actor="Ann").result()
        head = document.head()
    tamper(path, "DELETE FROM answer WHERE key = 'QC-9'", f"DELETE FROM event WHERE seq = {head.events}")
    with Document.open(path, read_only=True) as document:
        assert document.check() == ()
        assert document.head() != head


def test_check_finds_damage_in_an_index_that_opening_does_not_look_at(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event_record'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek(page * 8192 - 40)
        file.write(bytes(40))
    with Document.open(path, read_only=True) as document:
        assert any(line.startswith("The file is damaged: ") for line in document.check())


def test_check_while_somebody_saves_raises_no_false_alarm(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        for round_ in range(4):
            saves = [document.put(Answer(f"QC-{n}", rationale=str(round_)), actor="Ann") for n in range(40)]
            assert document.check() == ()
            for save in saves:
                save.result()
        assert document.check() == ()


@pytest.mark.parametrize("column", ["device", "actor", "change", "kind", "key", "prev", "hash", "at"])
def test_check_of_bytes_in_an_event_that_are_no_text_names_the_event(tmp_path: Path, column: str) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(path, f"UPDATE event SET {column} = CAST(x'ff' || substr({column}, 2) AS TEXT) WHERE seq = 7")
    with Document.open(path, read_only=True) as document:
        assert "event:7" in {name for fault in document.examine() for name in fault.touched}


def test_check_of_bytes_whose_name_is_no_longer_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.asl"
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        name = str(raw.execute("SELECT content FROM chunk").fetchone()[0]).encode()
    whole, as_text, as_bytes = path.read_bytes(), 13 + 2 * len(name), 12 + 2 * len(name)
    found = 0
    for place in (match.start() for match in re.finditer(re.escape(name), whole)):
        kind = whole.rfind(as_text.to_bytes(1, "big"), place - 8, place)  # of the value, in the head of its row
        if kind < 0:
            continue
        path.write_bytes(whole[:kind] + as_bytes.to_bytes(1, "big") + whole[kind + 1 :])
        with suppress(FileDamaged, FileTampered), Document.open(path, read_only=True) as document:
            found += any("belong to no evidence" in line for line in document.check())
    assert found


def test_check_cancelled_stops(tmp_path: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise Cancelled

    filled(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl", read_only=True) as document, pytest.raises(Cancelled):
        document.check(progress=Stop())


def test_reading_a_record_that_is_none_is_damage_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(path, "UPDATE answer SET record = '{}' WHERE key = 'QC-1'")
    with Document.open(path) as document:
        with pytest.raises(FileDamaged, match="answer:QC-1"):
            document.inputs()
        assert document.put(Answer("QC-1"), actor="Ann").result().changed == ("answer:QC-1",)
        assert document.inputs().answer_by_question["QC-1"] == Answer("QC-1")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM scope", "does not say what is assessed"),
        ("UPDATE pack SET body = CAST('{}' AS BLOB)", "pack invented@1"),
        ("UPDATE event SET body = CAST('[' AS BLOB) WHERE seq = 2", "event 2"),
    ],
)
def test_reading_what_is_not_there_or_not_legible_is_damage(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(path, statement)
    with Document.open(path, read_only=True) as document, pytest.raises(FileDamaged, match=said):
        _ = (list(document.events()), document.pack(), document.inputs())


def test_document_with_an_empty_log_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(path, "PRAGMA foreign_keys=OFF", "DELETE FROM event")
    before = file_digest(path)
    for read_only in (True, False):
        with pytest.raises(FileDamaged, match="log is empty"):
            Document.open(path, read_only=read_only)
    assert file_digest(path) == before


def test_event_of_other_bytes_is_refused() -> None:
    body = json.dumps({"id": "x"}).encode()
    with pytest.raises(ValueError, match="unknown or missing fields"):
        event_of(3, body, "", "")


@pytest.mark.parametrize("how", [Cancelled, KeyboardInterrupt])
def test_check_that_is_stopped_while_the_engine_looks_at_the_pages_stops_and_blames_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: type[BaseException]
) -> None:
    filled(tmp_path / "a.asl")
    monkeypatch.setattr(connection, "_BUDGET_STEP", 10)
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        with pytest.raises(how):
            document.check(progress=StoppedInside(how))
        assert document.check() == ()
