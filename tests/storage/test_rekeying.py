from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import (
    Cancelled,
    DiskFull,
    FileChanged,
    FileDamaged,
    FileLocked,
    FileReplaced,
    OutputNotWritable,
    PassphraseNeeded,
    PassphraseRefused,
    PassphraseWrong,
    UserError,
)
from asl_desktop.files import put
from asl_desktop.progress import Silent
from asl_desktop.services.assessments import is_encrypted
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage import rekeying
from asl_desktop.storage.connection import connect, pragma
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase, RecoveryKey
from tests.encryption_world import SECRET
from tests.storage_world import file_digest, filled, make, noise, tamper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.document import Head
    from asl_desktop.storage.keys import Secret

pytestmark = pytest.mark.usefixtures("cheap_keys")

NEXT = Passphrase("another one, later")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a plain document that holds one of everything, closed."""
    filled(tmp_path / "a.asl")
    return tmp_path / "a.asl"


def head_of(path: Path, secret: Secret | None) -> Head:
    with Document.open(path, read_only=True, secret=secret) as document:
        assert document.check() == ()
        assert document.encrypted is (secret is not None)
        return document.head()


def test_change_passphrase_there_and_back_keeps_content_history_and_marks(path: Path) -> None:
    before, schema = head_of(path, None), marks(path, None)
    for old, new in ((None, SECRET), (SECRET, NEXT), (NEXT, None)):
        change_passphrase(path, old=old, new=new)
        assert head_of(path, new) == before
        assert marks(path, new) == schema
        assert [item.name for item in path.parent.iterdir()] == ["a.asl"]
        assert path.stat().st_mode & 0o777 == 0o600
        with Document.open(path, secret=new) as document:
            document.put(Answer("QC-5", rationale=f"{new}"), actor="Ann").result()
            before = document.head()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def marks(path: Path, secret: Secret | None) -> dict[str, str]:
    key = None
    if secret is not None:
        with Document.open(path, read_only=True, secret=secret) as document:
            key = RecoveryKey.from_text(document.recovery_key())
    with closing(connect(path, key, mode="ro")) as raw:
        triggers = raw.execute("SELECT group_concat(sql) FROM sqlite_schema WHERE type = 'trigger'").fetchone()
        names = ("page_size", "auto_vacuum", "application_id", "user_version", "encoding")
        return {"triggers": triggers[0]} | {name: str(pragma(raw, name)) for name in names}


def test_change_passphrase_leaves_nothing_that_opens_with_the_old_one(path: Path) -> None:
    change_passphrase(path, old=None, new=SECRET)
    with Document.open(path, secret=SECRET) as document:
        old_key = RecoveryKey.from_text(document.recovery_key())
    change_passphrase(path, old=old_key, new=NEXT)
    for secret in (SECRET, old_key):
        with pytest.raises(PassphraseWrong):
            Document.open(path, secret=secret)


def test_change_passphrase_keeps_the_rights_that_a_person_gave(path: Path) -> None:
    path.chmod(0o640)
    change_passphrase(path, old=None, new=SECRET)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("encrypted", "old", "new", "error"),
    [
        (True, None, NEXT, PassphraseNeeded),
        (True, NEXT, NEXT, PassphraseWrong),
        (True, NEXT, None, PassphraseWrong),
        (True, SECRET, Passphrase("short"), PassphraseRefused),
        (True, SECRET, RecoveryKey(bytes(32), bytes(16)), PassphraseRefused),
        (False, None, None, PassphraseRefused),
        (False, SECRET, NEXT, PassphraseRefused),
        (False, SECRET, None, PassphraseRefused),
    ],
)
def test_change_passphrase_that_is_refused_leaves_the_file(
    path: Path, encrypted: bool, old: Secret | None, new: Secret | None, error: type[UserError]
) -> None:
    if encrypted:
        change_passphrase(path, old=None, new=SECRET)
    before = file_digest(path)
    with pytest.raises(error):
        change_passphrase(path, old=old, new=new)
    assert file_digest(path) == before
    assert [item.name for item in path.parent.iterdir()] == ["a.asl"]


def test_change_passphrase_of_an_open_file_is_refused(path: Path) -> None:
    with Document.open(path), pytest.raises(FileLocked):
        change_passphrase(path, old=None, new=SECRET)


def test_change_passphrase_holds_the_lock_until_the_new_file_is_in_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def look_and_put(part: Path, target: Path) -> None:
        with pytest.raises(FileLocked):
            Document.open(path)
        assert part.stat().st_mode & 0o777 == 0o600
        put(part, target)

    monkeypatch.setattr(rekeying, "put", look_and_put)
    change_passphrase(path, old=None, new=SECRET)
    assert head_of(path, SECRET).events > 1


def test_change_passphrase_without_room_is_refused_before_it_begins(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file_digest(path)
    monkeypatch.setattr(rekeying, "free_bytes", lambda _: 1000)
    with pytest.raises(DiskFull) as caught:
        change_passphrase(path, old=None, new=SECRET)
    assert caught.value.values == {"path": str(path), "needed": path.stat().st_size, "free": 1000}
    assert file_digest(path) == before


def test_change_passphrase_of_a_file_that_is_not_in_order_is_refused(path: Path) -> None:
    tamper(path, "UPDATE answer SET record = replace(record, 'because', 'so what') WHERE key = 'QC-1'")
    before = file_digest(path)
    with pytest.raises(FileDamaged):
        change_passphrase(path, old=None, new=SECRET)
    assert file_digest(path) == before
    assert [item.name for item in path.parent.iterdir()] == ["a.asl"]


class StopsLate(Silent):
    """Asks to stop once part of the new file is written, or once it is being checked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.texts: list[str] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.texts.append(text)

    def check(self) -> None:
        if any(self.word in text for text in self.texts):
            raise Cancelled


@pytest.mark.parametrize("word", ["writing", "checking"])
def test_change_passphrase_that_is_stopped_leaves_the_file(path: Path, word: str) -> None:
    with Document.open(path) as document:
        document.attach(noise(20 << 20), EvidenceDraft(name="noise"), actor="Ann")
        for number in range(100):
            document.put(Answer(f"N{number}"), actor="Ann")
    before = file_digest(path)
    progress = StopsLate(word)
    with pytest.raises(Cancelled):
        change_passphrase(path, old=None, new=SECRET, progress=progress)
    assert word in progress.texts[-1]
    assert file_digest(path) == before
    assert [item.name for item in path.parent.iterdir()] == ["a.asl"]


_CHANGER = """
import sys
from pathlib import Path
from asl_desktop.services.assessments import is_encrypted
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage import keys
keys.COST = keys.Cost(64, 1, 1)
path, number = Path(sys.argv[1]), int(sys.argv[2])
def secret(number):
    return keys.Passphrase(f"passphrase {number}") if number % 3 else None
print("ready", flush=True)
while True:
    change_passphrase(path, old=secret(number), new=secret(number + 1))
    number += 1
    print(number, flush=True)
"""
KILLS = 6


def in_turn(number: int) -> Passphrase | None:
    return Passphrase(f"passphrase {number}") if number % 3 else None


def test_change_passphrase_killed_at_random_moments_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    """A handful; `python -m torture --only kills` does hundreds."""
    path, number, rng = tmp_path / "a.asl", 0, random.Random(5)
    with make(path) as document:
        document.attach(noise(8 << 20), EvidenceDraft(name="noise"), actor="Ann")
    head = head_of(path, None)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", _CHANGER, str(path), str(number)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(timeout=rng.uniform(0.05, 0.5))
            child.send_signal(signal.SIGKILL)
            told = [int(line) for line in child.stdout]
        number = told[-1] if told else number
        found = [count for count in (number, number + 1) if opens(path, in_turn(count))]
        assert len(found) == 1
        number = found[0]
        assert head_of(path, in_turn(number)) == head
        with Document.open(path, secret=in_turn(number)):
            pass
        assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def opens(path: Path, secret: Secret | None) -> bool:
    try:
        Document.open(path, secret=secret, read_only=True).close()
    except (PassphraseNeeded, PassphraseRefused, PassphraseWrong):
        return False
    return True


def test_change_passphrase_after_a_crash_takes_the_interrupted_save_back_first(path: Path) -> None:
    journal = path.with_name("a.asl-journal")
    head = head_of(path, None)
    with closing(connect(path)) as raw:
        raw.execute("PRAGMA cache_size=5")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE answer SET state = 'declined'")
        for number in range(400):
            raw.execute("INSERT INTO pack VALUES (?, 'x', 'x', ?, zeroblob(9000))", (str(number), "0" * 64))
        for item in (path, journal):
            shutil.copyfile(item, item.with_name(f"{item.name}.held"))
    for item in (path, journal):
        item.with_name(f"{item.name}.held").replace(item)
    change_passphrase(path, old=None, new=SECRET)
    assert not journal.exists()
    assert head_of(path, SECRET) == head


def test_change_passphrase_beside_a_long_reader_leaves_the_reader_its_file(path: Path) -> None:
    with Document.open(path, read_only=True) as reader:
        before = reader.inputs()
        change_passphrase(path, old=None, new=SECRET)
        assert reader.inputs() == before
        assert reader.check() == ()
    assert head_of(path, SECRET).events > 1


@pytest.mark.parametrize(
    ("meddle", "error"),
    [
        (lambda path: tamper(path, "UPDATE document SET program = 'x'"), FileChanged),
        (lambda path: shutil.copy(path, path.with_name("c")) and path.with_name("c").replace(path), FileReplaced),
        (lambda path: path.unlink(), FileReplaced),
    ],
    ids=["changed", "replaced", "removed"],
)
def test_change_passphrase_of_a_file_that_changes_meanwhile_is_refused(
    path: Path, meddle: Callable[[Path], object], error: type[UserError]
) -> None:
    class Meddles(Silent):
        def report(self, done: int, total: int, text: str = "") -> None:
            if text == "checking the new file":
                meddle(path)

    with pytest.raises(error):
        change_passphrase(path, old=None, new=SECRET, progress=Meddles())
    assert not path.exists() or not is_encrypted(path)
    assert not list(path.parent.glob(".*"))


def test_change_passphrase_of_a_file_with_two_names_is_refused(path: Path) -> None:
    path.with_name("b.asl").hardlink_to(path)
    with pytest.raises(OutputNotWritable, match="second name"):
        change_passphrase(path, old=None, new=SECRET)
