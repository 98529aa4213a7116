from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from asl_desktop.codec import to_json
from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import FileExists, UserError
from asl_desktop.services.verifier import write_verifier
from asl_desktop.storage import schema
from asl_desktop.storage.document import Checkpoint, Document, EvidenceDraft
from asl_desktop.storage.keys import Passphrase
from reports.verifying import to_json as to_json_of
from reports.verifying import verify_assessment
from tests.storage.test_checking import TAMPERED
from tests.storage_world import PACK, SCOPE, file_digest, filled, noise, tamper, writing
from torture.cases import Scene
from torture.hostile_files import CASES
from torture.hostile_places import CASES as PLACES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[2] / "resources" / "verifier" / "asl_verify.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("asl_verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = _load()


def outsider(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Run the stand-alone verifier and return its exit status and what it printed."""
    status = VERIFIER.main([str(path), "--json", *more])
    return status, json.loads(capsys.readouterr().out)


def app_finds(path: Path) -> list[str]:
    """Return what the program says is touched; a refusal to open counts as the whole file."""
    try:
        with Document.open(path, read_only=True) as document:
            return [name for fault in document.examine() for name in fault.touched]
    except UserError:
        return ["file"]


def test_verifier_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names | {"collections.abc"}


def test_verifier_run_by_an_outsider_says_in_order_and_changes_nothing(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(tmp_path / "a.asl")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("In order: 19 events, head ")
    assert file_digest(tmp_path / "a.asl") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.asl"]


def test_verifier_knows_the_schema_of_the_format() -> None:
    import hashlib

    expected = {
        f"{kind} {name}": hashlib.sha256(f"{table} {sql}".encode()).hexdigest()[:16]
        for kind, name, table, sql in schema.expected_schema()
        if sql
    }
    assert expected == VERIFIER.SCHEMA
    assert VERIFIER.FORMAT == schema.FORMAT


@pytest.mark.parametrize("statement", [statement for statement, _ in TAMPERED.values()], ids=TAMPERED)
def test_verifier_after_tampering_agrees_with_the_program_and_names_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    assert outsider(capsys, path)[0] == 0
    tamper(path, statement)
    status, told = outsider(capsys, path)
    assert status == 1
    assert set(told["touched"]) == set(app_finds(path))


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("CREATE TABLE more (x)", "file"),
        ("CREATE VIEW more AS SELECT 1", "file"),
        ("DROP TRIGGER event_no_update", "file"),
        ("UPDATE document SET program = '9.9'", "document"),
        ("UPDATE content SET size = 1 WHERE state = 'ok'", "evidence:"),
        ("PRAGMA ignore_check_constraints=ON; UPDATE content SET state = 'xemoved'", "evidence:"),
        ("PRAGMA ignore_check_constraints=ON; UPDATE document SET one = 3", "document"),
        ("INSERT INTO chunk SELECT 99, 'nobody', 0, codec, raw_len, data FROM chunk", "file"),
        ("UPDATE answer SET author = CAST(x'41ff42' AS TEXT) WHERE key = 'QC-1'", "answer:QC-1"),
        ("UPDATE event SET prev = 'x' || substr(prev, 2) WHERE seq = 7", "event:7"),
    ],
)
def test_verifier_and_program_find_and_name_what_somebody_added_or_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, touched: str
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    if change.startswith("DROP"):
        with closing(dbapi2.connect(str(path))) as raw:
            raw.execute(change)
    else:
        tamper(path, *change.split("; "))
    status, told = outsider(capsys, path)
    assert status == 1
    assert any(name.startswith(touched) for name in told["touched"])
    assert any(name.startswith(touched) for name in app_finds(path))


def test_verifier_of_a_file_that_grew_in_several_openings_with_undo_and_checkpoints_is_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path) as document:
        head = document.head()
        said = Checkpoint("c1", document.document_id, head.events, head.hash, "2025-06-02T12:00:00.000Z", "1")
        document.add_checkpoint(said, actor="Ann").result()
        document.put(Answer("QC-9", value={"n": 1e20, "small": 1e-7, "half": 0.5}), actor="Bob").result()
        document.undo(actor="Bob").result()
        document.redo(actor="Bob").result()
        document.attach(noise(5_000_000), EvidenceDraft(name="raw.bin"), actor="Ann")
        document.remove("answer", "QC-1", actor="Ann").result()
        at_end = document.head()
    status, told = outsider(capsys, path, "--against", f"{head.hash}:{head.events}")
    assert (status, told["problems"]) == (0, [])
    assert (told["events"], told["head"]) == (at_end.events, at_end.hash)
    assert app_finds(path) == []


def brought_together(tmp_path: Path) -> tuple[Path, int]:
    """Unite two copies that went on separately; returns the place of the first event of the other."""
    one, other = tmp_path / "one.asl", tmp_path / "other.asl"
    filled(one)
    other.write_bytes(one.read_bytes())
    for path, question in ((one, "QC-8"), (other, "QC-9")):
        with Document.open(path) as document:
            document.put(Answer(question), actor=path.stem).result()
            document.put(Answer(question, rationale="again"), actor=path.stem).result()
    with closing(dbapi2.connect(str(other))) as raw:
        events = raw.execute("SELECT * FROM event WHERE actor = 'other' ORDER BY seq").fetchall()
        row = raw.execute("SELECT * FROM answer WHERE key = 'QC-9'").fetchone()
    with closing(dbapi2.connect(str(one), isolation_level=None)) as raw:
        first = raw.execute("SELECT max(seq) + 1 FROM event").fetchone()[0]
        for place, event in enumerate(events, start=first):
            raw.execute(f"INSERT INTO event VALUES ({','.join('?' * 12)})", (place, *event[1:]))
        raw.execute(f"INSERT INTO answer VALUES ({','.join('?' * 9)})", (row[0], place, *row[2:]))
    return one, first


def test_copies_brought_together_are_in_order_for_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, first = brought_together(tmp_path)
    assert app_finds(path) == []
    assert outsider(capsys, path)[0] == 0
    with Document.open(path) as document:  # somebody goes on from there
        document.put(Answer("QC-10"), actor="Ann").result()
        assert document.check() == ()
    assert outsider(capsys, path)[0] == 0
    tamper(path, f"UPDATE event SET prev = '{'ab' * 32}' WHERE seq = {first}")
    assert f"event:{first}" in app_finds(path)
    status, told = outsider(capsys, path)
    assert (status, set(told["touched"])) == (1, set(app_finds(path)))


def test_verifier_against_a_checkpoint_finds_a_history_that_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, known = tmp_path / "a.asl", tmp_path / "known.checkpoint"
    filled(path)
    with Document.open(path) as document:
        document.put(Answer("QC-9"), actor="Ann").result()
        head = document.head()
        said = Checkpoint("c1", document.document_id, head.events, head.hash, "2025-06-02T12:00:00.000Z", "1")
    known.write_text(json.dumps(to_json(said)), encoding="utf-8")
    assert outsider(capsys, path, "--against", str(known))[0] == 0
    tamper(path, "DELETE FROM answer WHERE key = 'QC-9'", f"DELETE FROM event WHERE seq = {head.events}")
    assert outsider(capsys, path)[0] == 0
    status, told = outsider(capsys, path, "--against", str(known))
    assert status == 1
    assert told["touched"] == [f"event:{head.events}"]


def test_checkpoint_that_speaks_of_another_history_is_found_by_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path) as document:
        said = Checkpoint("c1", document.document_id, 19, "ab" * 32, "2025-06-02T12:00:00.000Z", "1", signer="Eve")
        document.add_checkpoint(said, actor="Eve").result()
    status, told = outsider(capsys, path)
    assert (status, told["touched"]) == (1, ["checkpoint:c1"])
    assert app_finds(path) == ["checkpoint:c1"]


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: path.write_bytes(b""), "not an assessment"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(9000)), "not an assessment"),
        (lambda path: None, "No such file"),
    ],
)
def test_verifier_of_something_else_could_not_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], write: Callable[[Path], object], said: str
) -> None:
    write(tmp_path / "a.asl")
    status, told = outsider(capsys, tmp_path / "a.asl")
    assert status == 2
    assert said in told["problems"][0]


def test_verifier_of_an_encrypted_file_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.asl"
    Document.create(path, pack=PACK, scope=SCOPE, actor="Ann", secret=Passphrase("published on purpose")).close()
    status, told = outsider(capsys, path)
    assert status == 2
    assert "asl passphrase COPY.asl --remove" in told["problems"][0]


def test_verifier_rolls_an_interrupted_save_back_in_a_copy_and_leaves_both_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    whole = path.read_bytes()
    leave_a_hot_journal(path)
    assert path.read_bytes() != whole
    files = {name: (tmp_path / name).read_bytes() for name in ("a.asl", "a.asl-journal")}
    status, told = outsider(capsys, path)
    assert (status, told["problems"]) == (0, [])
    assert {name: (tmp_path / name).read_bytes() for name in files} == files


def leave_a_hot_journal(path: Path) -> None:
    """Leave a file in the middle of a save that changed pages and was not committed."""
    files = (path, path.with_name(path.name + "-journal"))
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=1")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE pack SET body = zeroblob(300000)")
        raw.execute("UPDATE answer SET author = 'nobody'")
        copies = [file.read_bytes() for file in files]
        raw.execute("ROLLBACK")
    for file, data in zip(files, copies, strict=True):
        file.write_bytes(data)


def test_verifier_refuses_a_journal_that_names_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, victim = tmp_path / "a.asl", tmp_path / "victim"
    filled(path)
    leave_a_hot_journal(path)
    victim.write_text("mine", encoding="utf-8")
    name = str(victim).encode()
    check = sum(name).to_bytes(4, "big")
    journal = path.with_name("a.asl-journal")
    tail = bytes(4) + name + len(name).to_bytes(4, "big") + check + bytes.fromhex("d9d505f920a163d7")
    journal.write_bytes(journal.read_bytes() + tail)
    status, told = outsider(capsys, path)
    assert status == 2
    assert "names another file" in told["problems"][0]
    assert victim.read_text(encoding="utf-8") == "mine"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_of_the_verifier_is_that_of_the_program(value: Any) -> None:
    assert VERIFIER.canonical(value).encode() == rfc8785.dumps(value)
    assert VERIFIER.canonical(VERIFIER.parse(VERIFIER.canonical(value))) == VERIFIER.canonical(value)


@pytest.mark.parametrize("secret", [None, Passphrase("published on purpose")], ids=["plain", "encrypted"])
def test_verify_names_what_was_touched_plain_and_encrypted(tmp_path: Path, secret: Passphrase | None) -> None:
    path = tmp_path / "a.asl"
    with Document.create(path, pack=PACK, scope=SCOPE, actor="Ann", secret=secret) as document:
        document.put(Answer("QC-1", rationale="because"), Answer("QC-2"), actor="Ann").result()
        writing(document).execute("UPDATE answer SET record = '{}' WHERE key = 'QC-1'")
        head = document.head()
    told = to_json_of(verify_assessment(path, secret=secret))
    assert told["ok"] is False
    assert told["touched"] == ["answer:QC-1"]
    assert (told["events"], told["head"]) == (head.events, head.hash)


def test_verifier_is_written_beside_nothing_else_and_never_over_something_else(tmp_path: Path) -> None:
    target = tmp_path / "asl_verify.py"
    write_verifier(target)
    write_verifier(target)
    assert target.read_bytes() == SCRIPT.read_bytes()
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExists):
        write_verifier(target)
    assert [path.name for path in tmp_path.iterdir()] == ["asl_verify.py"]


@pytest.mark.parametrize(
    "name",
    [
        "a terabyte of nothing after it",
        "text in UTF-16 throughout",
        "vacuum mode changed",
        "log of endless width",
        "answers that hold themselves",
        "view that never ends",
        "trigger named like ours",
    ],
)
def test_verifier_of_a_hostile_file_ends_and_agrees_that_it_is_not_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    scene = Scene(tmp_path / "case.asl", tmp_path / "victims", tmp_path / "foreign.asl")
    filled(scene.path)
    CASES[name].prepare(scene)
    assert outsider(capsys, scene.path)[0] == 1
    assert app_finds(scene.path)


@pytest.mark.parametrize("name", ["journal that is a pipe", "journal that is a folder", "write-ahead log beside"])
def test_verifier_of_a_file_beside_which_something_lies_in_wait_could_not_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    scene = Scene(tmp_path / "case.asl", tmp_path / "victims", tmp_path / "foreign.asl")
    filled(scene.path)
    (tmp_path / "victims").mkdir()
    (tmp_path / "victims" / "precious.txt").write_text("mine", encoding="utf-8")
    PLACES[name].prepare(scene)
    assert outsider(capsys, scene.path)[0] == 2
    assert app_finds(scene.path) == ["file"]
