"""Backups are whole files that nobody else may read; they are thinned out, and come back as a new file."""

from __future__ import annotations

import dataclasses
import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.errors import (
    Cancelled,
    DiskFull,
    FileDamaged,
    FileExists,
    FileMissing,
    PassphraseNeeded,
    PassphraseWrong,
)
from asl_desktop.progress import Silent
from asl_desktop.services.backup_notes import Backup
from asl_desktop.services.backups import MIB, Limits, Shelf, suggested_name, surplus
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.storage_world import PACK, file_digest, filled, make, tamper

SECRET = Passphrase("correct horse battery")
NOON = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
CANARY = "Zaunkoenig"


class Ticking:
    """A clock that goes on by a minute whenever it is looked at."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf", clock=Ticking())


def change(document: Document, text: str) -> None:
    document.put(Answer("QC-7", rationale=text), actor="Ann").result()


def backup_at(moment: str, *, size: int = 1, original: str = "/a.asl") -> Backup:
    return Backup(Path(f"/{moment}{original}"), size, "d", original=original, at=f"{moment}.000Z")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_keep_makes_a_whole_private_backup_and_says_what_it_is(tmp_path: Path, shelf: Shelf) -> None:
    filled(tmp_path / "a.asl")
    with Document.open(tmp_path / "a.asl") as document:
        backup = shelf.keep(document)
        assert backup is not None
        head = document.head()
        assert (backup.events, backup.head, backup.document) == (head.events, head.hash, document.document_id)
    assert (backup.original, backup.actor, backup.model) == (str(tmp_path / "a.asl"), "Ann", "Model B")
    assert shelf.of_file(tmp_path / "a.asl") == shelf.all() == (backup,)
    with Document.open(backup.path, read_only=True) as copy:
        assert copy.check() == ()
        assert copy.head() == head
    assert names(shelf.root) == sorted(
        f"{backup.document}/{name}" for name in (backup.path.name, backup.path.with_suffix(".json").name)
    )
    for path in shelf.root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE(shelf.root.stat().st_mode) == 0o700


def test_keep_of_a_state_that_is_backed_up_makes_nothing(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        assert shelf.keep(document) is not None
        assert shelf.keep(document) is None
        change(document, "one")
        assert shelf.keep(document) is not None
    assert len(shelf.all()) == 2


def test_keep_again_when_the_backup_of_this_state_was_damaged(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        backup = shelf.keep(document)
        assert backup is not None
        backup.path.write_bytes(backup.path.read_bytes()[:5000])
        assert shelf.keep(document) is not None


def test_keep_while_answers_come_in_lists_what_the_backup_really_holds(tmp_path: Path, shelf: Shelf) -> None:
    class Typing(Silent):
        def __init__(self, document: Document) -> None:
            self.document = document
            self.left = 3

        def report(self, done: int, total: int, text: str = "") -> None:
            if self.left:
                self.left -= 1
                self.document.put(Answer(f"Q{self.left}", rationale="x"), actor="Bob")

    with make(tmp_path / "a.asl") as document:
        backup = shelf.keep(document, progress=Typing(document))
    assert backup is not None
    with Document.open(backup.path, read_only=True) as copy:
        assert copy.check() == ()
        assert (copy.head().events, copy.head().hash) == (backup.events, backup.head)


def test_backup_of_an_encrypted_file_tells_nothing_without_its_passphrase(tmp_path: Path, shelf: Shelf) -> None:
    scope = Scope(model=f"{CANARY} model", title=f"{CANARY} title")
    path = tmp_path / "a.asl"
    with Document.create(path, pack=PACK, scope=scope, actor=f"{CANARY} person", secret=SECRET) as document:
        backup = shelf.keep(document)
    assert backup is not None
    assert backup.encrypted
    assert (backup.title, backup.model, backup.actor) == ("", "", "")
    for name in names(shelf.root):
        assert CANARY.encode() not in (shelf.root / name).read_bytes()
    assert not backup.path.read_bytes().startswith(b"SQLite")
    with pytest.raises(PassphraseNeeded):
        shelf.restore(backup, tmp_path / "b.asl")
    with pytest.raises(PassphraseWrong):
        shelf.restore(backup, tmp_path / "b.asl", secret=Passphrase("wrong horse"))
    assert not (tmp_path / "b.asl").exists()
    shelf.restore(backup, tmp_path / "b.asl", secret=SECRET)
    with Document.open(tmp_path / "b.asl", secret=SECRET) as restored:
        assert restored.inputs().scope == scope


def test_backups_from_before_a_change_of_the_passphrase_are_named(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        plain = shelf.keep(document)
    change_passphrase(path, old=None, new=SECRET)
    assert shelf.opening_otherwise(path) == (plain,)
    with Document.open(path, secret=SECRET) as document:
        sealed = shelf.keep(document)  # the same state, but under the passphrase that the person knows now
    assert sealed is not None
    assert shelf.opening_otherwise(path) == (plain,)
    shelf.delete(shelf.opening_otherwise(path))
    assert shelf.of_file(path) == (sealed,)


def test_restore_writes_a_new_file_and_touches_no_other(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        change(document, "early")
        early = shelf.keep(document)
        change(document, "late")
    assert early is not None
    before = file_digest(path), file_digest(early.path)
    with pytest.raises(FileExists):
        shelf.restore(early, path)
    target = suggested_name(early, path)
    assert target == tmp_path / "a (2 Jun 2025 12.02).asl"
    copied = shelf.restore(early, target)
    assert (copied.problems, copied.head.hash) == ((), early.head)
    assert (file_digest(path), file_digest(early.path)) == before
    assert suggested_name(early, path) == tmp_path / "a (2 Jun 2025 12.02) 2.asl"
    assert names(tmp_path)[:2] == [target.name, "a.asl"]
    with Document.open(target) as restored:
        assert restored.inputs().answers[0].rationale == "early"


def test_restore_of_a_file_that_is_gone_or_damaged_needs_only_the_backup(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path) as document:
        shelf.keep(document)
    for spoil in (lambda: path.write_bytes(path.read_bytes()[:9000]), path.unlink):
        spoil()
        (found,) = shelf.of_file(path)
        target = suggested_name(found, path)
        assert shelf.restore(found, target).problems == ()


def test_restore_of_a_backup_that_is_not_in_order_says_so(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        change(document, "one")
        backup = shelf.keep(document)
    assert backup is not None
    tamper(backup.path, "UPDATE answer SET record = replace(record, 'one', 'two')")
    copied = shelf.restore(backup, tmp_path / "b.asl")
    assert copied.problems
    assert "QC-7" in " ".join(copied.problems)


def test_restore_of_a_backup_that_cannot_be_read_leaves_nothing(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        backup = shelf.keep(document)
    assert backup is not None
    backup.path.write_bytes(backup.path.read_bytes()[:9000])
    with pytest.raises(FileDamaged):
        shelf.restore(backup, tmp_path / "b.asl")
    backup.path.unlink()
    with pytest.raises(FileMissing):
        shelf.restore(backup, tmp_path / "b.asl")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.asl"]


def test_keep_without_room_makes_nothing_and_takes_nothing_away(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make(tmp_path / "a.asl") as document:
        shelf.keep(document)
        change(document, "one")
        usage = shutil.disk_usage(tmp_path)
        # Nearly full, which a test cannot make of the disk that everybody shares.
        monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=200 * MIB))
        before = names(shelf.root)
        with pytest.raises(DiskFull) as caught:
            shelf.keep(document)
        assert caught.value.values["free"] == 200 * MIB
        assert names(shelf.root) == before


def test_keep_cancelled_leaves_nothing_half_made(tmp_path: Path, shelf: Shelf) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise Cancelled

    with make(tmp_path / "a.asl") as document, pytest.raises(Cancelled):
        shelf.keep(document, progress=Stop())
    assert names(shelf.root) == []


def test_keep_takes_away_what_a_killed_program_left(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        shelf.keep(document)
        folder = next(shelf.root.iterdir())
        kept = names(shelf.root)
        for name in (".20250101T000000000Z.asl.part", "20250101T000000000Z.asl.lock", "20250101T000000000Z.json"):
            (folder / name).write_bytes(b"half")
        shelf.thin(document.document_id)
    assert names(shelf.root) == kept


def test_keep_stays_within_the_cap_and_always_keeps_the_newest(tmp_path: Path) -> None:
    clock = Ticking()
    shelf = Shelf(tmp_path / "shelf", limits=Limits(most=3), clock=clock)
    with make(tmp_path / "a.asl") as document:
        for number in range(6):
            change(document, str(number))
            shelf.keep(document)
        assert [item.events for item in shelf.all()] == [document.head().events - back for back in range(3)]
        small = Shelf(tmp_path / "shelf", limits=Limits(most=3, most_bytes=1), clock=clock)
        change(document, "more")
        small.keep(document)
        assert [item.head for item in shelf.all()] == [document.head().hash]


def test_surplus_spares_the_latest_five_and_then_one_of_each_day() -> None:
    held = [backup_at(f"2025-06-0{day}T{hour}:00:00") for day in (9, 8, 7, 5, 2) for hour in ("18", "12", "08")]
    gone = surplus(held, Limits(most=8))
    assert [item.at[8:13] for item in held if item not in gone] == [
        "09T18", "09T12", "09T08", "08T18", "08T12", "07T18", "05T18", "02T18",
    ]  # fmt: skip


def test_surplus_spares_the_newest_of_each_copy_and_goes_by_bytes() -> None:
    held = [backup_at(f"2025-06-0{9 - n}T10:00:00", size=400) for n in range(5)]
    held.append(backup_at("2025-06-01T10:00:00", size=400, original="/b.asl"))
    gone = surplus(held, Limits(most_bytes=1200))
    assert [item.at[9:10] + item.original for item in held if item not in gone] == ["9/a.asl", "8/a.asl", "1/b.asl"]
    assert surplus(held[:1], Limits(most=1, most_bytes=0)) == ()


def test_backup_whose_note_is_lost_or_spoilt_is_listed_all_the_same(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        backup = shelf.keep(document)
    assert backup is not None
    note = backup.path.with_suffix(".json")
    for spoilt in (b"", b"[]", b'{"at": 7, "events": "x", "original": null}', b"[" * 100_000, b"\xff"):
        note.write_bytes(spoilt)
        (found,) = shelf.all()
        assert (found.path, found.size, found.at[:10]) == (backup.path, backup.size, "2025-06-02")
    note.unlink()
    assert shelf.restore(shelf.all()[0], tmp_path / "b.asl").problems == ()


def test_note_of_an_encrypted_backup_never_holds_a_title(tmp_path: Path, shelf: Shelf) -> None:
    from asl_desktop.services.backup_notes import note_text

    backup = dataclasses.replace(backup_at("2025-06-02T10:00:00"), encrypted=True, title=CANARY, model=CANARY)
    note: dict[str, Any] = json.loads(note_text(backup))
    assert CANARY not in note.values()


def test_document_id_of_a_stranger_names_no_place_outside(tmp_path: Path, shelf: Shelf) -> None:
    for name in ("../../escape", "", "C:\\x", "a/b"):
        assert shelf._folder(name).parent == shelf.root


def test_backup_that_is_opened_as_a_document_gets_no_backup_of_its_own(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        backup = shelf.keep(document)
    assert backup is not None
    with Document.open(backup.path) as document:
        change(document, "one")
        assert shelf.keep(document) is None


def test_delete_leaves_no_empty_folder_and_bears_what_is_gone(tmp_path: Path, shelf: Shelf) -> None:
    with make(tmp_path / "a.asl") as document:
        shelf.keep(document)
        change(document, "one")
        shelf.keep(document)
    held = shelf.all()
    held[0].path.unlink()
    shelf.delete(held)
    assert list(shelf.root.iterdir()) == []
    assert shelf.all() == ()

    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        assert document.check() == ()
