from __future__ import annotations

import io
import random
import shutil
import sqlite3
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import (
    FileDamaged,
    FileLocked,
    FileNotAssessment,
    PassphraseNeeded,
    PassphraseRefused,
    PassphraseWrong,
)
from asl_desktop.services.assessments import is_encrypted
from asl_desktop.storage import migrations, schema
from asl_desktop.storage.connection import connect
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase, RecoveryKey
from tests.encryption_world import PAGE, SECRET, decrypted
from tests.storage_world import RECORDS, file_digest, make, noise, writing

pytestmark = pytest.mark.usefixtures("cheap_keys")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return an encrypted document that holds one of everything, closed."""
    made = tmp_path / "a.asl"
    with make(made, secret=SECRET) as document:
        document.put(*RECORDS, actor="Ann").result()
        document.attach(io.BytesIO(b"log line\n" * 1000), EvidenceDraft(name="log.txt"), actor="Ann")
    return made


def key_to(path: Path) -> RecoveryKey:
    with Document.open(path, read_only=True, secret=SECRET) as document:
        return RecoveryKey.from_text(document.recovery_key())


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_open_with_the_passphrase_gives_back_everything(path: Path, read_only: bool) -> None:
    with Document.open(path, secret=SECRET, read_only=read_only) as document:
        assert document.encrypted
        assert document.check() == ()
        assert {answer.question for answer in document.inputs().answers} == {"QC-1", "QC-2"}
        [item] = document.inputs().evidence
        target = io.BytesIO()
        document.extract(item.sha256, target)
        assert target.getvalue() == b"log line\n" * 1000


def test_open_with_the_recovery_key_needs_neither_passphrase_nor_salt(path: Path) -> None:
    key = key_to(path)
    with path.open("r+b") as file:
        file.write(bytes(range(16)))  # the salt is damaged, so the passphrase gives another key
    with pytest.raises(PassphraseWrong):
        Document.open(path, secret=SECRET)
    with Document.open(path, secret=key) as document:
        assert document.check() == ()
        document.put(Answer("QC-9"), actor="Ann").result()
    with Document.open(path, secret=SECRET) as document:  # the save has put the salt back
        assert document.inputs().answers[-1].question == "QC-9"


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
@pytest.mark.parametrize("secret", [Passphrase("Not this one"), RecoveryKey(bytes(32), bytes(16))], ids=["pass", "key"])
def test_open_with_the_wrong_secret_is_refused_and_leaves_the_file(
    path: Path, read_only: bool, secret: Passphrase | RecoveryKey
) -> None:
    before = file_digest(path)
    with pytest.raises(PassphraseWrong) as caught:
        Document.open(path, secret=secret, read_only=read_only)
    assert str(path) == caught.value.values["path"]
    assert file_digest(path) == before
    assert [item.name for item in path.parent.iterdir()] == ["a.asl"]


def test_open_without_a_secret_asks_for_one_before_taking_the_lock(path: Path) -> None:
    with pytest.raises(PassphraseNeeded):
        Document.open(path)
    with Document.open(path, secret=SECRET), pytest.raises(PassphraseNeeded):
        Document.open(path)
    with Document.open(path, secret=SECRET), pytest.raises(FileLocked):
        Document.open(path, secret=SECRET)


def test_open_beside_a_writer_for_reading_only_works_with_the_same_secret(path: Path) -> None:
    with Document.open(path, secret=SECRET) as document:
        with Document.open(path, secret=SECRET, read_only=True) as reader:
            assert reader.head() == document.head()
        with pytest.raises(PassphraseWrong):
            Document.open(path, secret=Passphrase("Not this one"), read_only=True)
        document.put(Answer("QC-9"), actor="Ann").result()
        assert document.check() == ()


def test_open_of_a_plain_file_with_a_secret_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "plain.asl").close()
    for read_only in (False, True):
        with pytest.raises(PassphraseRefused, match="is not encrypted"):
            Document.open(tmp_path / "plain.asl", secret=SECRET, read_only=read_only)


def test_recovery_key_of_a_plain_file_is_refused(tmp_path: Path) -> None:
    with make(tmp_path / "plain.asl") as document, pytest.raises(PassphraseRefused, match="is not encrypted"):
        document.recovery_key()


def test_key_is_forgotten_when_the_document_is_closed(path: Path) -> None:
    document = Document.open(path, secret=SECRET)
    opened = document._opened
    assert opened.key is not None
    assert opened.key.key.hex() not in repr(opened)
    document.close()
    assert opened.key is None


def test_is_encrypted_tells_plain_encrypted_and_other_files_apart(path: Path, tmp_path: Path) -> None:
    make(tmp_path / "plain.asl").close()
    assert is_encrypted(path)
    assert not is_encrypted(tmp_path / "plain.asl")
    with Document.open(path, secret=SECRET), Document.open(tmp_path / "plain.asl"):
        assert is_encrypted(path)
        assert not is_encrypted(tmp_path / "plain.asl")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"%PDF-1.7\n" + b"some text " * 8000, "some other kind"),
        (bytes(4 * PAGE), "some other kind"),
        (random.Random(1).randbytes(PAGE - 1), "some other kind"),
        (random.Random(1).randbytes(3 * PAGE + 1), "cut off"),
    ],
    ids=["text", "zeros", "short", "uneven"],
)
def test_is_encrypted_refuses_what_cannot_be(tmp_path: Path, content: bytes, cause: str) -> None:
    (tmp_path / "x.asl").write_bytes(content)
    with pytest.raises(FileNotAssessment, match=cause):
        is_encrypted(tmp_path / "x.asl")
    with pytest.raises(FileNotAssessment, match=cause):
        Document.open(tmp_path / "x.asl", secret=SECRET)


def test_open_of_noise_names_that_it_may_be_no_assessment(tmp_path: Path) -> None:
    (tmp_path / "x.asl").write_bytes(random.Random(1).randbytes(5 * PAGE))
    with pytest.raises(PassphraseWrong):
        Document.open(tmp_path / "x.asl", secret=SECRET)


def test_second_sqlite_client_sees_only_ciphertext(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.DatabaseError, match="not a database"):
        other.execute("SELECT count(*) FROM sqlite_master").fetchall()
    data = path.read_bytes()
    assert len(data) % PAGE == 0
    assert len(zlib.compress(data, 9)) > len(data)
    for word in (b"SQLite", b"CREATE TABLE", b"QC-1", b"log line", b"log.txt", b"Ann", b"Model", b"invented"):
        assert word not in data


def test_file_opens_by_the_documented_recipe_without_sqlcipher(path: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.sqlite"
    plain.write_bytes(decrypted(path, key_to(path)))
    with closing(sqlite3.connect(plain)) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert other.execute("SELECT count(*) FROM event").fetchone()[0] > 15
        assert other.execute("SELECT count(*) FROM answer WHERE record LIKE '%because%'").fetchone() == (1,)


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_save_copy_keeps_passphrase_and_recovery_key(path: Path, read_only: bool) -> None:
    target = path.with_name("b.asl")
    with Document.open(path, secret=SECRET, read_only=read_only) as document:
        key = document.recovery_key()
        document.save_copy(target)
    assert target.read_bytes()[:16] == path.read_bytes()[:16]
    assert b"QC-1" not in target.read_bytes()
    for secret in (SECRET, RecoveryKey.from_text(key)):
        with Document.open(target, secret=secret) as copy:
            assert copy.check() == ()


def test_migration_backs_an_encrypted_file_up_with_its_key(path: Path) -> None:
    def step(raw: object) -> None:
        """Change nothing but the number."""

    key = key_to(path)
    later = schema.FORMAT + 1
    backup = migrations.bring_up_to_date(path, key=key, steps={schema.FORMAT: step}, target=later)
    assert backup is not None
    assert migrations.version_of(path, key=key) == later
    with Document.open(backup, secret=SECRET) as document:
        assert document.check() == ()
    assert b"QC-1" not in backup.read_bytes()


def interrupted(path: Path) -> None:
    """Leave the file as a crash in the middle of a commit does: half-written, its journal beside it."""
    journal = path.with_name(f"{path.name}-journal")
    held = {item: item.with_name(f"{item.name}.held") for item in (path, journal)}
    with closing(connect(path, key_to(path))) as raw:
        raw.execute("PRAGMA cache_size=5")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE answer SET state = 'declined'")
        for number in range(400):
            raw.execute("INSERT INTO pack VALUES (?, 'x', 'x', ?, zeroblob(9000))", (str(number), "0" * 64))
        for item, copy in held.items():
            shutil.copyfile(item, copy)
    for item, copy in held.items():
        copy.replace(item)
    assert b"because" not in journal.read_bytes()


def test_open_after_a_crash_plays_the_encrypted_journal_back(path: Path) -> None:
    interrupted(path)
    with Document.open(path, secret=SECRET) as document:
        assert document.check() == ()
        assert len(document.packs()) == 1
    assert [item.name for item in path.parent.iterdir()] == ["a.asl"]


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_wrong_passphrase_after_a_crash_harms_nothing(path: Path, read_only: bool) -> None:
    interrupted(path)
    with pytest.raises(PassphraseWrong):
        Document.open(path, secret=Passphrase("Not this one"), read_only=read_only)
    with Document.open(path, secret=SECRET) as document:
        assert document.check() == ()


def test_private_copy_for_reading_is_never_in_clear(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = file_digest(path)
    with Document.open(path, secret=SECRET, read_only=True) as document:
        assert document.check() == ()
        copies = [item for item in scratch.rglob("*") if item.is_file()]
        assert copies
        for copy in copies:
            assert copy.parent.stat().st_mode & 0o077 == 0
            assert b"because" not in copy.read_bytes()
    assert list(scratch.iterdir()) == []
    assert file_digest(path) == before


def test_new_files_are_for_their_owner_alone(path: Path, tmp_path: Path) -> None:
    with Document.open(path, secret=SECRET) as document:
        document.save_copy(tmp_path / "b.asl")
        raw = writing(document)
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE content SET state = 'removed'")
        assert (tmp_path / "a.asl-journal").stat().st_mode & 0o777 == 0o600
        raw.execute("ROLLBACK")
    with make(tmp_path / "plain.asl") as document:
        document.save_copy(tmp_path / "plain-copy.asl")
    for name in ("a.asl", "b.asl", "plain.asl", "plain-copy.asl"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


FLIPS = 150


def test_flipped_bits_in_an_encrypted_file_are_all_found(path: Path) -> None:
    """Also in pages that hold nothing; `python -m torture --only flips` does thousands."""
    with Document.open(path, secret=SECRET) as document:
        document.attach(noise(600_000), EvidenceDraft(name="noise"), actor="Ann")
    data = path.read_bytes()
    rng = random.Random(3)
    for place in rng.sample(range(len(data)), FLIPS):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        try:
            with Document.open(path, secret=SECRET, read_only=True) as document:
                problems = document.check()
        except (FileDamaged, PassphraseWrong):
            continue
        assert problems != (), f"byte {place}"


def test_swapped_pages_are_found(path: Path) -> None:
    data = path.read_bytes()
    pages = [data[start : start + PAGE] for start in range(0, len(data), PAGE)]
    pages[3], pages[4] = pages[4], pages[3]
    path.write_bytes(b"".join(pages))
    with pytest.raises(FileDamaged):
        Document.open(path, secret=SECRET, read_only=True)
