from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import (
    FileDamaged,
    FileLocked,
    FileMissing,
    FileNotAssessment,
    FileNotUpgraded,
    FileTampered,
    FileTooNew,
    OutputNotWritable,
    UserError,
)
from asl_desktop.files import open_ordinary
from asl_desktop.storage import connection, outside, schema
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import RecoveryKey
from tests.storage_world import PACK, SCOPE, file_digest, filled, make, tamper, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO


def _text(path: Path) -> None:
    path.write_text("Dear colleague,\n" * 400)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _stranger(path: Path) -> None:
    with closing(dbapi2.connect(str(path))) as raw:
        raw.execute("CREATE TABLE contacts (name)")
        raw.commit()


def _truncated(path: Path) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)


def _header_only(path: Path) -> None:
    filled(path)
    os.truncate(path, 60)


def _page_1_gone(path: Path) -> None:
    filled(path)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(8092))


def _first_bytes_gone(path: Path) -> None:
    filled(path)
    with path.open("r+b") as file:
        file.write(bytes(16))


def _small_table_gone(path: Path) -> None:
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'answer'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 8192)
        file.write(b"\x0d\xff" + os.urandom(2000))


def _wal(path: Path) -> None:
    filled(path)
    with closing(dbapi2.connect(str(path))) as raw:
        raw.execute("PRAGMA journal_mode=WAL")


def _no_document(path: Path) -> None:
    filled(path)
    tamper(path, "DELETE FROM document")


def _version_0(path: Path) -> None:
    filled(path)
    tamper(path, "PRAGMA user_version=0")


REFUSED: list[tuple[Callable[[Path], None], type[UserError], str]] = [
    (_text, FileNotAssessment, "some other kind of file"),
    (_empty, FileNotAssessment, "empty"),
    (_stranger, FileNotAssessment, "another program"),
    (_first_bytes_gone, FileNotAssessment, "some other kind of file"),
    (_truncated, FileDamaged, "bytes are left of"),
    (_header_only, FileDamaged, "60 bytes are left"),
    (_page_1_gone, FileDamaged, "malformed"),
    (_small_table_gone, FileDamaged, "answer|malformed"),
    (_no_document, FileDamaged, "which document"),
    (_version_0, FileNotUpgraded, "no step from format 0"),
    (_wal, FileTampered, "journal mode"),
]


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
@pytest.mark.parametrize(("prepare", "error", "said"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_open_of_what_is_no_sound_document_is_refused_and_leaves_it(
    tmp_path: Path, prepare: Callable[[Path], None], error: type[UserError], said: str, read_only: bool
) -> None:
    path = tmp_path / "x.asl"
    prepare(path)
    before, beside = file_digest(path), sorted(tmp_path.iterdir())
    with pytest.raises(error, match=said) as refused:
        Document.open(path, read_only=read_only)
    assert refused.value.values["path"] == str(path)
    assert file_digest(path) == before
    assert sorted(tmp_path.iterdir()) == beside


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_open_of_missing_file_folder_and_device_is_refused(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "folder.asl").mkdir()
    os.mkfifo(tmp_path / "pipe.asl")
    with pytest.raises(FileMissing):
        Document.open(tmp_path / "none.asl", read_only=read_only)
    with pytest.raises(FileMissing):
        Document.open(tmp_path / "no" / "none.asl", read_only=read_only)
    with pytest.raises(FileNotAssessment, match="folder"):
        Document.open(tmp_path / "folder.asl", read_only=read_only)
    with pytest.raises(FileNotAssessment, match="device or a pipe"):
        Document.open(tmp_path / "pipe.asl", read_only=read_only)


def test_open_through_a_symbolic_link_opens_and_locks_the_file_itself(tmp_path: Path) -> None:
    make(tmp_path / "a.asl").close()
    (tmp_path / "link.asl").symlink_to("a.asl")
    with Document.open(tmp_path / "link.asl") as document:
        assert document.path == tmp_path / "a.asl"
        with pytest.raises(FileLocked):
            Document.open(tmp_path / "a.asl")


def _newer(path: Path) -> None:
    filled(path)
    tamper(
        path,
        f"PRAGMA user_version={schema.FORMAT + 1}",
        "UPDATE document SET program = '7.3'",
        "CREATE TABLE later (x)",
    )


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_open_of_a_newer_format_names_the_program_and_leaves_it(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "x.asl"
    _newer(path)
    before = file_digest(path)
    with pytest.raises(FileTooNew) as refused:
        Document.open(path, read_only=read_only)
    assert refused.value.values["program"] == "7.3"
    assert refused.value.values["version"] == schema.FORMAT + 1
    assert refused.value.values["supported"] == schema.FORMAT
    assert file_digest(path) == before
    assert sorted(tmp_path.iterdir()) == [path]


def test_open_of_a_newer_format_with_nothing_to_say_still_names_the_version(tmp_path: Path) -> None:
    path = tmp_path / "x.asl"
    filled(path)
    tamper(path, "PRAGMA user_version=99", "DROP TABLE document")
    with pytest.raises(FileTooNew, match="99"):
        Document.open(path)


HOSTILE = {
    "extra trigger": "CREATE TRIGGER boo AFTER INSERT ON answer BEGIN DELETE FROM answer; END",
    "extra view": "CREATE VIEW boo AS SELECT 1",
    "extra table": "CREATE TABLE boo (x)",
    "extra index": "CREATE INDEX boo ON answer (lower(state))",
    "virtual table": "CREATE VIRTUAL TABLE boo USING fts5(x)",
    "dropped table": "DROP TABLE interim",
    "extra column": "ALTER TABLE answer ADD COLUMN boo INTEGER GENERATED ALWAYS AS (1) VIRTUAL",
    "endless view": "CREATE VIEW a AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
}


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE)
def test_open_of_a_hostile_schema_says_what_differs_and_leaves_it(
    tmp_path: Path, statement: str, read_only: bool
) -> None:
    path = tmp_path / "x.asl"
    filled(path)
    tamper(path, statement)
    before = file_digest(path)
    with pytest.raises(FileTampered, match=r"was added|was changed|is missing"):
        Document.open(path, read_only=read_only)
    assert file_digest(path) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP TRIGGER event_no_update", "trigger event_no_update is missing"),
        (None, "trigger event_no_delete was changed"),
    ],
)
def test_open_with_the_append_only_guard_undone_is_refused(tmp_path: Path, change: str | None, said: str) -> None:
    path = tmp_path / "x.asl"
    filled(path)
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        if change:
            raw.execute(change)
        else:
            raw.execute("DROP TRIGGER event_no_delete")
            raw.execute("CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT 1; END")
    with pytest.raises(FileTampered, match=said):
        Document.open(path)


def test_looking_at_a_file_stops_when_its_budget_is_used_up(tmp_path: Path) -> None:
    with closing(dbapi2.connect(":memory:")) as raw:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        with connection.budget(raw, 1_000_000), pytest.raises(dbapi2.OperationalError, match="interrupted"):
            raw.execute(endless)
        assert raw.execute("SELECT 1").fetchone() == (1,)


FORBIDDEN = [
    "ATTACH DATABASE ':memory:' AS other",
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA writable_schema=ON",
    "PRAGMA foreign_keys=OFF",
    "CREATE TABLE boo (x)",
    "CREATE TEMP TRIGGER boo AFTER INSERT ON answer BEGIN SELECT 1; END",
    "DROP TABLE answer",
    "SELECT load_extension('x')",
    "SELECT randomblob(9)",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_open_connection_refuses_what_the_program_never_does(tmp_path: Path, statement: str) -> None:
    with make(tmp_path / "a.asl") as document:
        for raw in (document._opened.reading, writing(document)):
            with pytest.raises(dbapi2.DatabaseError, match=r"not authorized|prohibited"):
                raw.execute(statement)


def test_open_connection_keeps_to_every_setting(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        for raw in (document._opened.reading, writing(document)):
            for name, _, expected in connection._SETTINGS:
                assert connection.pragma(raw, name) == expected, name
        assert connection.pragma(writing(document), "page_size") == 8192
        assert connection.pragma(writing(document), "auto_vacuum") == 2
        with pytest.raises(dbapi2.OperationalError, match="readonly"):
            document._opened.reading.execute("DELETE FROM answer")


def test_connect_with_a_setting_that_is_not_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path / "a.asl")
    monkeypatch.setattr(connection, "_SETTINGS", (("synchronous", "EXTRA", 2),))
    with pytest.raises(FileDamaged, match="synchronous"):
        Document.open(tmp_path / "a.asl")


def test_connect_with_a_key_writes_nothing_readable(tmp_path: Path) -> None:
    key = RecoveryKey(os.urandom(32), os.urandom(16))
    with closing(connection.connect(tmp_path / "e.asl", key, mode="rwc")) as raw:
        raw.execute("BEGIN")
        schema.create_schema(raw)
        raw.execute("COMMIT")
    assert b"answer" not in (tmp_path / "e.asl").read_bytes()
    assert (tmp_path / "e.asl").read_bytes()[:16] == key.salt
    with closing(connection.connect(tmp_path / "e.asl", key, mode="ro")) as raw:
        assert schema.differences(raw) == ()
        assert int(connection.pragma(raw, "page_size")) == 8192
    with pytest.raises(dbapi2.DatabaseError, match="not a database"):
        connection.connect(tmp_path / "e.asl", RecoveryKey(os.urandom(32), key.salt))


NEXT = "INSERT INTO event SELECT {}, lamport, actor, at, change, kind, key, body, prev, hash FROM event WHERE seq = 3"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'Eve' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1",
        NEXT.format("seq + 1, device, n"),
        NEXT.format("seq + 5, 'x', n"),
        NEXT.format("seq, 'x', n"),
    ],
)
def test_event_table_takes_nothing_but_the_next_event(tmp_path: Path, statement: str) -> None:
    make(tmp_path / "a.asl").close()
    path = str(tmp_path / "a.asl")
    with (
        closing(dbapi2.connect(path, isolation_level=None)) as stranger,
        pytest.raises(dbapi2.IntegrityError, match="append-only"),
    ):
        stranger.execute(statement)


def test_second_opener_is_refused_with_the_holder_and_may_read(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1"), actor="Ann").result()
        with pytest.raises(FileLocked) as refused:
            Document.open(path)
        assert str(os.getpid()) in str(refused.value.values["holder"])
        assert refused.value.values["host"] == socket.gethostname()
        with Document.open(path, read_only=True) as reader:
            assert len(reader.inputs().answers) == 1
            document.put(Answer("QC-2"), actor="Ann").result()
            assert len(reader.inputs().answers) == 2
        document.put(Answer("QC-3"), actor="Ann").result()
        assert document.check() == ()
    with Document.open(path) as document:
        assert len(document.inputs().answers) == 3
    assert list(tmp_path.iterdir()) == [path]


def test_second_opener_without_word_of_the_holder_is_still_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path):
        (tmp_path / "a.asl.lock.json").write_text("{")
        with pytest.raises(FileLocked, match="another program"):
            Document.open(path)


_HOLD = """
import sys
from pathlib import Path
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import RecoveryKey
document = Document.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def test_lock_of_a_killed_holder_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    make(path).close()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(FileLocked, match=f"process {holder.pid}"):
            Document.open(path)
        with Document.open(path, read_only=True) as reader:
            assert reader.inputs().scope == SCOPE
        holder.send_signal(signal.SIGKILL)
    assert json.loads((tmp_path / "a.asl.lock.json").read_text())["pid"] == holder.pid
    with Document.open(path) as document:
        document.put(Answer("QC-1"), actor="Ann").result()
    assert list(tmp_path.iterdir()) == [path]


def hot(path: Path, answers: int = 1) -> None:
    """Leave a document behind as a crash in the middle of a commit does: half-written, its journal beside it."""
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=5")
        raw.execute("PRAGMA cache_spill=ON")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE answer SET state = 'declined'")
        for number in range(400):
            raw.execute("INSERT INTO pack VALUES (?, 'x', 'x', ?, zeroblob(9000))", (str(number), "0" * 64))
        journal = path.with_name(path.name + "-journal")
        shutil.copy(path, path.with_name("half"))
        shutil.copy(journal, path.with_name("half-journal"))
    path.with_name("half").replace(path)
    path.with_name("half-journal").replace(journal)
    with suppress(FileNotFoundError):
        path.with_name("half").unlink()


def test_open_after_a_crash_in_a_commit_rolls_it_back(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1"), actor="Ann").result()
    hot(path)
    with Document.open(path) as document:
        assert document.inputs().answers == (Answer("QC-1"),)
        assert document.packs() == (PACK,)
        assert document.check() == ()
    assert list(tmp_path.iterdir()) == [path]


def test_open_for_reading_after_a_crash_in_a_commit_touches_neither_file_nor_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1"), actor="Ann").result()
    hot(path)
    before = [file_digest(path), file_digest(tmp_path / "a.asl-journal")]
    with Document.open(path, read_only=True) as document:
        scratch = document._opened.scratch
        assert scratch is not None
        assert document.path == path
        assert document.inputs().answers == (Answer("QC-1"),)
        assert document.check() == ()
    assert not scratch.exists()
    assert [file_digest(path), file_digest(tmp_path / "a.asl-journal")] == before


def test_open_of_a_write_protected_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    # Root may write anything, so the answer of the system is put in its mouth.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputNotWritable, match="write-protected"):
        Document.open(path)
    with Document.open(path, read_only=True) as document:
        assert document.inputs().answers


def test_open_twice_for_reading_and_once_for_writing_in_one_process_keeps_the_locks(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        with Document.open(path, read_only=True), Document.open(path, read_only=True) as second:
            document.put(Answer("QC-1"), actor="Ann").result()
            assert second.head() == document.head()
        assert outside.OPEN_HERE.has(path)
    assert not outside.OPEN_HERE.has(path)


def test_file_that_another_program_is_saving_is_not_called_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.asl"
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-8192])  # the first page is written, the last one not yet
    looked: list[Path] = []

    def _open(place: Path) -> BinaryIO:
        if looked:
            path.write_bytes(whole)
        looked.append(place)
        return open_ordinary(place)

    monkeypatch.setattr(outside, "open_ordinary", _open)
    assert outside.look_at(path) == outside.Outside()
    assert len(looked) == 2
