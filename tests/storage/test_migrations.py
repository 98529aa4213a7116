from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlcipher3 import dbapi2

from asl_desktop.errors import DiskFull, FileDamaged, FileLocked, FileNotUpgraded
from asl_desktop.storage import migrations, schema
from asl_desktop.storage.document import Document
from asl_desktop.storage.migrations import bring_up_to_date, version_of
from tests.storage_world import file_digest, filled, make

if TYPE_CHECKING:
    from pathlib import Path

V = schema.FORMAT


def _to_next(raw: Any) -> None:
    raw.execute("CREATE TABLE note (text TEXT)")
    raw.execute("INSERT INTO note SELECT key FROM answer")


def _to_next_but_one(raw: Any) -> None:
    raw.execute("ALTER TABLE note ADD COLUMN more TEXT")


STEPS = {V: _to_next, V + 1: _to_next_but_one}


_differences = schema.differences


def only_notes_are_new(raw: Any) -> tuple[str, ...]:
    return tuple(line for line in _differences(raw) if line != "table note was added")


def state(path: Path) -> tuple[int, int]:
    with closing(dbapi2.connect(str(path))) as raw:
        version = raw.execute("PRAGMA user_version").fetchone()[0]
        notes = raw.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'note'").fetchone()[0]
    return int(version), int(notes)


def upgrade(path: Path, **more: Any) -> Path | None:
    return bring_up_to_date(path, **{"steps": STEPS, "target": V + 2, "differences": only_notes_are_new, **more})


def test_first_format_has_no_steps_and_needs_none(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    assert set(migrations.STEPS) == set(range(1, schema.FORMAT))
    assert bring_up_to_date(tmp_path / "a.asl") is None
    assert version_of(tmp_path / "a.asl") == schema.FORMAT
    assert file_digest(tmp_path / "a.asl") == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_upgrade_takes_every_step_and_keeps_a_backup_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    backup = upgrade(path)
    assert backup == tmp_path / f"a.asl.format-{V}.bak"
    assert state(path) == (V + 2, 1)
    with closing(dbapi2.connect(str(path))) as raw:
        assert raw.execute("SELECT text, more FROM note ORDER BY text").fetchall() == [("QC-1", None), ("QC-2", None)]
    assert state(backup) == (V, 0)
    with Document.open(backup, read_only=True) as document:
        assert document.check() == ()
    assert upgrade(path) is None
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.asl", backup.name]


def _fails(raw: Any) -> None:
    raw.execute("DELETE FROM answer")
    raw.execute("SELECT nonsense")


def _dangles(raw: Any) -> None:
    raw.execute("UPDATE answer SET event = 9999")


def _strays(raw: Any) -> None:
    raw.execute("CREATE TABLE stray (x)")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({V: _to_next, V + 1: _fails}, f"step {V + 1}: no such column: nonsense"),
        ({V: _to_next, V + 1: _dangles}, "2 rows would point nowhere"),
        ({V: _to_next, V + 1: _strays}, "table stray was added"),
    ],
)
def test_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path: Path, steps: dict[int, Any], said: str) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    before = file_digest(path)
    with pytest.raises(FileNotUpgraded, match=said) as refused:
        upgrade(path, steps=steps)
    assert refused.value.values["version"] == V
    assert refused.value.values["backup"] == str(tmp_path / f"a.asl.format-{V}.bak")
    assert file_digest(path) == before
    with Document.open(path) as document:
        assert document.check() == ()


@pytest.mark.parametrize(("steps", "missing"), [({V: _to_next}, V + 1), ({}, V)])
def test_upgrade_without_a_step_does_not_start(tmp_path: Path, steps: dict[int, Any], missing: int) -> None:
    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    with pytest.raises(FileNotUpgraded, match=f"no step from format {missing} to {missing + 1}"):
        upgrade(tmp_path / "a.asl", steps=steps)
    assert file_digest(tmp_path / "a.asl") == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_upgrade_with_a_bug_in_a_step_rolls_back_and_lets_it_out(tmp_path: Path) -> None:
    def buggy(raw: Any) -> None:
        raw.execute("DELETE FROM answer")
        raise KeyError("bug")

    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    with pytest.raises(KeyError):
        upgrade(tmp_path / "a.asl", steps={V: buggy, V + 1: buggy})
    assert file_digest(tmp_path / "a.asl") == before


def test_upgrade_that_ends_the_transaction_itself_is_refused(tmp_path: Path) -> None:
    def ends_it(raw: Any) -> None:
        raw.execute("ROLLBACK")
        raw.execute("SELECT nonsense")

    filled(tmp_path / "a.asl")
    with pytest.raises(FileNotUpgraded, match="nonsense"):
        upgrade(tmp_path / "a.asl", steps={V: ends_it, V + 1: ends_it})
    assert state(tmp_path / "a.asl") == (V, 0)


def test_upgrade_without_a_backup_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        (tmp_path / f".a.asl.format-{V}.bak.part").write_bytes(b"half")
        raise DiskFull(path="a", needed=1, free=0)

    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    monkeypatch.setattr(migrations, "copy_connection", full)
    with pytest.raises(DiskFull):
        upgrade(tmp_path / "a.asl")
    assert file_digest(tmp_path / "a.asl") == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_upgrade_while_somebody_reads_for_long_is_refused_as_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asl_desktop.storage.connection.BUSY_SECONDS", 0.01)
    filled(tmp_path / "a.asl")
    with closing(dbapi2.connect(str(tmp_path / "a.asl"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM answer").fetchone()
        with pytest.raises(FileDamaged, match="locked"):
            upgrade(tmp_path / "a.asl")
    assert state(tmp_path / "a.asl") == (V, 0)


@pytest.mark.parametrize("use", [version_of, bring_up_to_date])
def test_unreadable_file_is_damage(tmp_path: Path, use: Any) -> None:
    (tmp_path / "a.asl").write_bytes(b"SQLite format 3\x00" + bytes(9000))
    with pytest.raises(FileDamaged):
        use(tmp_path / "a.asl")


def test_file_whose_pages_are_missing_is_damage_and_gets_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 3 * 8192)
    with pytest.raises(FileDamaged):
        upgrade(path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_open_of_an_older_format_upgrades_for_writing_and_works_on_a_copy_for_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    before = file_digest(path)
    monkeypatch.setattr(schema, "FORMAT", V + 2)
    monkeypatch.setattr(schema, "differences", only_notes_are_new)
    real = bring_up_to_date
    monkeypatch.setattr(
        migrations,
        "bring_up_to_date",
        lambda path, *, key: real(path, key=key, steps=STEPS, target=V + 2, differences=only_notes_are_new),
    )
    with Document.open(path, read_only=True) as document:
        assert document.check() == ()
        assert document.path == path
    assert file_digest(path) == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]
    with Document.open(path) as document:
        assert document.check() == ()
    assert state(path) == (V + 2, 1)
    assert (tmp_path / f"a.asl.format-{V}.bak").exists()


def test_open_of_a_locked_older_format_does_not_upgrade(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl"), pytest.raises(FileLocked):
        Document.open(tmp_path / "a.asl")


_UPGRADE = """
import os, sys, time
from pathlib import Path
from asl_desktop.storage import schema
from asl_desktop.storage.migrations import bring_up_to_date

def step(raw):
    raw.execute("PRAGMA cache_size=5")
    raw.execute("CREATE TABLE note (text TEXT)")
    print("begun", flush=True)
    for number in range(20000):
        raw.execute("INSERT INTO note VALUES (?)", ("x" * 500,))
    raw.execute("UPDATE answer SET state = 'declined'")

bring_up_to_date(
    Path(sys.argv[1]), steps={schema.FORMAT: step}, target=schema.FORMAT + 1, differences=lambda raw: ()
)
print("done", flush=True)
"""


def test_upgrade_killed_in_the_middle_is_old_or_new_never_between(tmp_path: Path) -> None:
    outcomes = set()
    for number in range(8):
        path = tmp_path / f"{number}.asl"
        filled(path)
        with subprocess.Popen([sys.executable, "-c", _UPGRADE, str(path)], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=0.004 * number)
            child.send_signal(signal.SIGKILL)
        version, notes = state(path)
        assert (version, notes) in {(V, 0), (V + 1, 1)}
        outcomes.add(version)
        if version == V:
            with Document.open(path) as document:
                assert document.check() == ()
    assert V in outcomes
