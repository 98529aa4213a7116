"""Bad input: one clear sentence, the right exit status, and the existing file unharmed by digest."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from asl_desktop.cli.app import run
from asl_desktop.services.examples import example_inputs
from tests.signing_world import bare_pdf

if TYPE_CHECKING:
    from collections.abc import Callable

PACK = "anthropic-rsp-2.2"
INPUTS = "format: asl-inputs-1\npack: anthropic-rsp-2.2\nauthor: Ada\n"


class Said(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def asl(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*words: object) -> Said:
        status = run([str(word) for word in words])
        return Said(status, *capsys.readouterr())

    return call


@pytest.fixture
def file(asl: Callable[..., Said], tmp_path: Path) -> Path:
    path = tmp_path / "a.asl"
    assert asl("new", path, "--pack", PACK, "--model", "Tern").status == 0
    return path


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(said: Said, *words: object, status: int = 1) -> None:
    """Assert one refusal: its status, nothing on standard output, one line without a traceback that says all this."""
    assert said.status == status, said
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    for word in words:
        assert str(word) in said.err


def test_unknown_pack(asl: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "new.asl"
    refused(asl("new", path, "--pack", "anthropic-rsp-9", "--model", "M"), "anthropic-rsp-9", "Known packs:", PACK)
    assert not path.exists()


def test_existing_file_is_not_overwritten_by_new(asl: Callable[..., Said], file: Path) -> None:
    before = sha(file)
    refused(asl("new", file, "--pack", PACK, "--model", "M"), file, "already exists")
    assert sha(file) == before


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("answers:\n  QC-03: {value: plenty}\n", 5, 'a number is expected, not the text "plenty"'),
        ("answers:\n  QC-3: {value: 2}\n", 5, 'no question called "QC-3"'),
        ("answers: [1, 2]\n", 4, "a mapping is expected"),
        ("measurements:\n  - {indicator: vct, counts: {successes: 5, n: 3}}\n", 5, "5 successes are more than the 3"),
        ("measurements:\n  - {indicator: vct, counts: {successes: true, n: 3}}\n", 5, "a whole number is expected"),
        ("requirements:\n  S3-2d: {status: in_place, evidence: [card]}\n", 5, 'no evidence is called "card"'),
        ("requirements:\n  S3-2d: {status: excepted}\n", 5, "an exception needs"),
        ("showings:\n  - {showing: RO-1, threshold: CBRN-9}\n", 5, 'no threshold called "CBRN-9"'),
        ("answers: {QC-03: {value: 1}\n", 5, "is not valid YAML"),
        ("evidence: {x: {file: /etc/hostname}}\n", 4, "below the folder of this file"),
    ],
)
def test_inputs_of_wrong_types(
    asl: Callable[..., Said], file: Path, tmp_path: Path, text: str, line: int, words: str
) -> None:
    inputs = tmp_path / "INPUTS.yaml"
    inputs.write_text(INPUTS + text, "utf-8")
    before = sha(file)
    refused(asl("apply", file, inputs), inputs, f"line {line}", words, "Nothing was changed")
    assert sha(file) == before


def test_inputs_with_several_faults_lists_them_all(asl: Callable[..., Said], file: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "INPUTS.yaml"
    inputs.write_text(INPUTS + "answers:\n  QC-3: {value: 2}\n  QC-4: {value: 2}\n", "utf-8")
    said = asl("apply", file, inputs)
    assert said.status == 1
    assert said.err.splitlines()[1].startswith("  Also line 6, answers.QC-4: ")


def strangers(folder: Path) -> dict[str, Path]:
    other = folder / "other.asl"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    text = folder / "text.asl"
    text.write_text("this is no database, " * 100, "utf-8")
    empty = folder / "empty.asl"
    empty.touch()
    return {"other": other, "text": text, "empty": empty}


COMMANDS = ("determine", "check", "apply", "attach", "export", "report", "verify")


def call(asl: Callable[..., Said], command: str, path: Path, folder: Path) -> Said:
    source = folder / "evidence.txt"
    source.write_text("proof", "utf-8")
    further: dict[str, list[object]] = {
        "apply": [example_inputs("claude-opus-4")],
        "attach": [source],
        "export": ["--inputs", "--out", folder / "out"],
        "report": ["--out", folder / "out.pdf"],
    }
    return asl(command, path, *further.get(command, []))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["other", "text", "empty"])
def test_strangers_file(asl: Callable[..., Said], tmp_path: Path, command: str, kind: str) -> None:
    path = strangers(tmp_path)[kind]
    before = sha(path)
    said = call(asl, command, path, tmp_path)
    assert said.status == (2 if command in {"check", "verify"} else 1) or (kind == "empty" and said.status == 1)
    assert path.name in said.err or path.name in said.out
    assert "Traceback" not in said.err
    assert sha(path) == before
    assert not (tmp_path / "out.pdf").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("keep", [50, 4096, 0.5])
def test_truncated_file(asl: Callable[..., Said], file: Path, tmp_path: Path, command: str, keep: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    before = sha(file)
    said = call(asl, command, file, tmp_path)
    assert said.status in {1, 2}
    assert "a.asl" in said.err + said.out or "truncated" in said.err + said.out
    assert "Traceback" not in said.err
    assert sha(file) == before


def test_newer_version_is_neither_written_nor_judged(asl: Callable[..., Said], file: Path, tmp_path: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = sha(file)
    for command in COMMANDS:
        said = call(asl, command, file, tmp_path)
        assert said.status == (2 if command in {"check", "verify"} else 1), command
        assert "a.asl" in said.err
        assert "newer" in said.err
        assert "Traceback" not in said.err
        assert not said.out
    assert sha(file) == before


def test_full_disk_while_attaching(
    asl: Callable[..., Said], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A medium that is really full needs a mount, which tests may not make; what the system says of it is put in place.
    usage = type("Usage", (), {"free": 1000})()
    monkeypatch.setattr("asl_desktop.storage.troubles.shutil.disk_usage", lambda _: usage)
    source = tmp_path / "big.bin"
    source.write_bytes(os.urandom(300_000))
    before = sha(file)
    refused(asl("attach", file, source), "a.asl", "no room left", "Free some space")
    assert sha(file) == before
    assert asl("check", file).status == 0


@pytest.mark.parametrize("target", ["gone.txt", "folder", "pipe"])
def test_evidence_that_is_no_readable_file(asl: Callable[..., Said], file: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sha(file)
    refused(asl("attach", file, tmp_path / target), target, "Nothing was attached")
    assert sha(file) == before


def places(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "plain").write_text("a file", "utf-8")
    return (tmp_path / "plain" / "below", tmp_path / "missing" / "x", Path("/proc/asl-test"))


OUTPUTS = [(c, n) for c in ("new", "report", "export", "identity", "demo") for n in (0, 1, 2)]
OUTPUTS.remove(("demo", 1))  # a demonstration makes the folders it needs


@pytest.mark.parametrize(("command", "number"), OUTPUTS)
def test_output_place_that_cannot_be_written(
    asl: Callable[..., Said], file: Path, tmp_path: Path, command: str, number: int
) -> None:
    place = places(tmp_path)[number]
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n", "utf-8")
    words = {
        "new": ["new", place, "--pack", PACK, "--model", "M"],
        "report": ["report", file, "--out", place],
        "export": ["export", file, "--inputs", "--out", place],
        "identity": ["identity", "new", "--name", "A", "--out", place, "--passphrase-file", secret],
        "demo": ["demo", place],
    }
    before = sha(file)
    refused(asl(*words[command]), place.name, "cannot be written", "Choose a folder that you may write to")
    assert sha(file) == before
    assert not os.path.lexists(place)


@pytest.fixture
def identity(asl: Callable[..., Said], tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("correct horse\n", "utf-8")
    path = tmp_path / "id.p12"
    said = asl("identity", "new", "--name", "Ada", "--out", path, "--passphrase-file", tmp_path / "secret")
    assert said.status == 0, said.err
    return path


def test_wrong_passphrase_leaves_report_and_assessment_as_they_are(
    asl: Callable[..., Said], file: Path, identity: Path, tmp_path: Path
) -> None:
    report = tmp_path / "r.pdf"
    assert asl("report", file, "--out", report).status == 0
    (tmp_path / "wrong").write_text("wrong horse\n", "utf-8")
    before = sha(file), sha(report), sha(identity)
    words = ("--passphrase-file", tmp_path / "wrong")
    refused(asl("report", file, "--out", report, "--sign", identity, *words), "id.p12", "passphrase")
    refused(asl("sign", report, "--identity", identity, *words), "id.p12", "passphrase")
    assert (sha(file), sha(report), sha(identity)) == before


def test_report_with_errors_gets_no_further_signature_unless_somebody_says_why(
    asl: Callable[..., Said], file: Path, identity: Path, tmp_path: Path
) -> None:
    report, more = tmp_path / "r.pdf", tmp_path / "more.pdf"
    assert asl("report", file, "--out", report).status == 0
    before = sha(report)
    signing = ("sign", report, "--out", more, "--identity", identity, "--passphrase-file", tmp_path / "secret")
    refused(asl(*signing), "--despite", "of the pre-flight check stand in the way", "Not answered")
    assert not more.exists()
    said = asl(*signing, "--reason", "As reviewed", "--despite", "The board knows")
    assert said.status == 0, said.err
    words = "Signed although the pre-flight check found errors: The board knows"
    assert f"Note: {words}" in said.out
    assert sha(report) == before
    told = json.loads(asl("verify", more, "--json").out)["signatures"]
    assert [item["reason"] for item in told] == [f"As reviewed; {words}"]


def test_pdf_without_an_assessment_is_signed_only_where_somebody_says_why(
    asl: Callable[..., Said], identity: Path, tmp_path: Path
) -> None:
    path = bare_pdf(tmp_path / "plain.pdf")
    signing = ("sign", path, "--identity", identity, "--passphrase-file", tmp_path / "secret")
    refused(asl(*signing), "--despite", "cannot be made, as no assessment is attached to it")
    said = asl(*signing, "--despite", "It is the board's own minute")
    assert said.status == 0, said.err
    assert "Note: Signed although the pre-flight check could not be made: It is the board's own minute" in said.out


def test_signed_report_is_not_replaced_unasked(
    asl: Callable[..., Said], file: Path, identity: Path, tmp_path: Path
) -> None:
    report = tmp_path / "r.pdf"
    signing = ("--sign", identity, "--passphrase-file", tmp_path / "secret", "--despite", "a rehearsal")
    words = ("report", file, "--out", report, *signing)
    assert asl(*words).status == 0
    assert asl("verify", report).status == 0
    before = sha(report)
    refused(asl(*words), "r.pdf", "already exists")
    assert sha(report) == before
    assert asl(*words, "--replace").status == 0


def test_report_over_the_assessment_itself_is_refused(asl: Callable[..., Said], file: Path) -> None:
    before = sha(file)
    refused(asl("report", file, "--out", file), "already exists")
    assert sha(file) == before


@pytest.mark.parametrize("content", ["", "\n", None])
def test_missing_or_empty_passphrase_is_refused(
    asl: Callable[..., Said], tmp_path: Path, content: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "id.p12"
    words = ["identity", "new", "--name", "Ada", "--out", path]
    if content is None:
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
    else:
        (tmp_path / "secret").write_text(content, "utf-8")
        words += ["--passphrase-file", tmp_path / "secret"]
    refused(asl(*words), "passphrase", "empty")
    assert not path.exists()


@pytest.mark.parametrize("name", ["gone.pdf", "text.pdf"])
def test_verify_of_what_cannot_be_looked_at_ends_with_2(asl: Callable[..., Said], tmp_path: Path, name: str) -> None:
    (tmp_path / "text.pdf").write_text("hello", "utf-8")
    refused(asl("verify", tmp_path / name), name, "This says nothing about the file", status=2)
    said = asl("verify", tmp_path / name, "--json")
    assert said.status == 2
    assert '"ok": false' in said.out


def test_file_that_is_open_elsewhere_is_not_written(asl: Callable[..., Said], file: Path, tmp_path: Path) -> None:
    from asl_desktop.storage.document import Document

    with Document.open(file):
        refused(call(asl, "attach", file, tmp_path), "a.asl", "is being changed by")
        assert call(asl, "determine", file, tmp_path).status == 0


def add_a_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE extra (a)")
    connection.close()


def rename_the_model(path: Path) -> None:
    data = path.read_bytes()
    assert b"Tern" in data
    path.write_bytes(data.replace(b"Tern", b"Torn", 1))


@pytest.mark.parametrize("command", ["check", "verify"])
@pytest.mark.parametrize("change", [add_a_table, rename_the_model])
def test_file_changed_past_its_history_is_not_in_order(
    asl: Callable[..., Said], file: Path, command: str, change: Callable[[Path], None]
) -> None:
    assert asl(command, file).status == 0
    change(file)
    before = sha(file)
    said = asl(command, file)
    assert said.status == 1, said
    assert "Traceback" not in said.err
    assert sha(file) == before
