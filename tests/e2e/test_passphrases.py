"""The command line and encrypted files: where secrets come from, and what is said when they do not fit."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asl_desktop.cli.app import run
from asl_desktop.storage import opening
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase, RecoveryKey

ASL = Path(sys.executable).with_name("asl")
PACK = "anthropic-rsp-2.2"
SECRET = "correct horse battery"

pytestmark = pytest.mark.usefixtures("cheap_keys")


class Cli:
    """Runs commands and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: object) -> int:
        status = run([str(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        assert SECRET not in self.out + self.err
        return status


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n", "utf-8")
    return path


@pytest.fixture
def file(cli: Cli, tmp_path: Path, secret: Path) -> Path:
    path = tmp_path / "a.asl"
    new = ("new", path, "--pack", PACK, "--model", "Tern", "--as-of", "2025-06-02")
    assert cli(*new, "--encrypt", "--passphrase-file", secret) == 0
    assert "encrypted" in cli.out
    return path


def key_of(file: Path) -> str:
    with Document.open(file, secret=Passphrase(SECRET), read_only=True) as document:
        return document.recovery_key()


def test_every_command_that_opens_a_file_takes_the_passphrase_file(cli: Cli, file: Path, secret: Path) -> None:
    key = ("--passphrase-file", secret)
    inputs = file.with_name("I.yaml")
    inputs.write_text(
        "format: asl-inputs-1\npack: anthropic-rsp-2.2\nanswers:\n  QC-03: {state: unknown, reason: because}\n", "utf-8"
    )
    for words in (
        ("apply", file, inputs, *key),
        ("attach", file, secret, *key),
        ("check", file, *key),
        ("determine", file, *key),
        ("history", file, *key),
        ("undo", file, *key),
        ("redo", file, *key),
        ("export", file, "--inputs", *key),
        ("report", file, "--out", file.with_name("r.pdf"), *key),
        ("verify", file, *key),
        ("passphrase", file, "--recovery-key", *key),
    ):
        assert cli(*words) == 0, (words, cli.err)
        assert cli(*words[: -len(key)]) != 0
        assert "is encrypted" in cli.err or "looks like an encrypted assessment" in cli.err, words


@pytest.mark.parametrize(
    "content",
    [SECRET.encode(), f"{SECRET}\r\nmore\r\n".encode(), f"\ufeff{SECRET}\n".encode(), f"{SECRET}\n\nmore".encode()],
    ids=["no-end", "windows", "mark", "more-lines"],
)
def test_passphrase_file_counts_up_to_the_end_of_its_first_line(cli: Cli, file: Path, content: bytes) -> None:
    other = file.with_name("other")
    other.write_bytes(content)
    assert cli("check", file, "--passphrase-file", other) == 0


@pytest.mark.parametrize("text", [f" {SECRET}", f"{SECRET} ", f"{SECRET}\t", SECRET.upper(), f"{SECRET}\r\r\n"])
def test_passphrase_file_with_other_spaces_or_case_does_not_open(cli: Cli, file: Path, text: str) -> None:
    other = file.with_name("other")
    other.write_bytes(text.encode())
    assert cli("check", file, "--passphrase-file", other) == 2
    for cause in ("not the right one", "damaged", "not an assessment"):
        assert cause in cli.err


@pytest.mark.parametrize(
    ("content", "cause"), [(b"", "empty"), (b"\nsecret\n", "empty"), (b"\xff\xfe", "text"), (b"x" * 5000, "4096")]
)
def test_passphrase_file_that_cannot_be_used_is_named(cli: Cli, file: Path, content: bytes, cause: str) -> None:
    other = file.with_name("other")
    other.write_bytes(content)
    assert cli("determine", file, "--passphrase-file", other) == 1
    assert str(other) in cli.err
    assert cause in cli.err
    assert cli("determine", file, "--passphrase-file", file.with_name("none")) == 1
    assert "There is no file" in cli.err


def test_recovery_key_printed_by_the_program_opens_the_file(cli: Cli, file: Path, secret: Path) -> None:
    assert cli("passphrase", file, "--recovery-key", "--passphrase-file", secret) == 0
    assert RecoveryKey.from_text(cli.out) == RecoveryKey.from_text(key_of(file))
    assert "every copy of it" in cli.err
    paper = file.with_name("paper")
    paper.write_text(cli.out, "utf-8")
    assert cli("check", file, "--recovery-key-file", paper) == 0
    lines = cli.out.splitlines()
    paper.write_text(paper.read_text("utf-8").replace(paper.read_text("utf-8")[41], "*", 1), "utf-8")
    assert cli("check", file, "--recovery-key-file", paper) == 2
    assert "of the recovery key" in cli.err
    assert lines


def test_two_ways_to_open_at_once_are_wrong_usage(cli: Cli, file: Path, secret: Path) -> None:
    assert cli("check", file, "--passphrase-file", secret, "--recovery-key-file", secret) == 2
    assert "give one of them" in cli.err


def test_new_with_a_passphrase_file_but_without_encrypt_makes_nothing(cli: Cli, tmp_path: Path, secret: Path) -> None:
    words = ("new", tmp_path / "b.asl", "--pack", PACK, "--model", "Tern", "--passphrase-file", secret)
    assert cli(*words) == 2
    assert not (tmp_path / "b.asl").exists()


def test_new_with_a_short_passphrase_makes_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("short\n", "utf-8")
    words = ("new", tmp_path / "b.asl", "--pack", PACK, "--model", "Tern", "--encrypt")
    assert cli(*words, "--passphrase-file", tmp_path / "short") == 1
    assert "at least 8 characters" in cli.err
    assert not (tmp_path / "b.asl").exists()


def test_plain_file_with_a_passphrase_file_is_refused(cli: Cli, tmp_path: Path, secret: Path) -> None:
    assert cli("new", tmp_path / "b.asl", "--pack", PACK, "--model", "Tern") == 0
    assert cli("determine", tmp_path / "b.asl", "--passphrase-file", secret) == 1
    assert "is not encrypted" in cli.err


def test_passphrase_changes_encrypts_and_takes_away(cli: Cli, file: Path, secret: Path) -> None:
    following = file.with_name("following")
    following.write_text("the next one\n", "utf-8")
    old, new = ("--passphrase-file", secret), ("--passphrase-file", following)
    assert cli("passphrase", file, *old, "--new-passphrase-file", following) == 0
    assert "backups" in cli.out
    assert cli("check", file, *old) == 2
    assert cli("check", file, *new) == 0
    assert cli("passphrase", file, "--encrypt", *new) == 1
    assert "encrypted already" in cli.err
    assert cli("passphrase", file, "--remove", *old) == 1
    assert cli("passphrase", file, "--remove", *new) == 0
    assert cli("check", file) == 0
    assert cli("passphrase", file) == 1
    assert "give --encrypt" in cli.err
    assert cli("passphrase", file, "--encrypt", *old) == 0
    assert cli("check", file, *old) == 0


@pytest.mark.parametrize("flags", [("--encrypt", "--remove"), ("--remove", "--recovery-key")])
def test_passphrase_with_two_orders_does_nothing(cli: Cli, file: Path, secret: Path, flags: tuple[str, str]) -> None:
    assert cli("passphrase", file, *flags, "--passphrase-file", secret) == 2
    assert cli("check", file, "--passphrase-file", secret) == 0


def test_report_of_an_encrypted_file_is_signed_with_a_passphrase_of_its_own(
    cli: Cli, file: Path, secret: Path, tmp_path: Path
) -> None:
    signer = tmp_path / "signer"
    signer.write_text("signer's passphrase\n", "utf-8")
    identity = tmp_path / "id.p12"
    assert cli("identity", "new", "--name", "Ada", "--out", identity, "--passphrase-file", signer) == 0
    words = ("report", file, "--out", tmp_path / "r.pdf", "--sign", identity, "--passphrase-file", secret)
    assert cli(*words, "--identity-passphrase-file", signer, "--despite", "a rehearsal") == 0, cli.err
    assert "signed by Ada" in cli.out
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.asl", "id.p12", "r.pdf", "secret", "signer"]


def test_error_of_the_program_writes_neither_passphrase_nor_key_into_the_log(
    cli: Cli, file: Path, secret: Path, user_dirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, key: Any, **_: Any) -> None:
        raise RuntimeError(f"{path} {SECRET} {key.literal()}")

    key = key_of(file)
    monkeypatch.setattr(opening, "connect", fail)
    assert cli("check", file, "--passphrase-file", secret) == 70
    [log] = list(user_dirs.rglob("crash-*.log"))
    said = log.read_text("utf-8") + cli.err
    assert "RuntimeError" in said
    assert SECRET not in said
    assert RecoveryKey.from_text(key).key.hex() not in said


def at_terminal(*words: object, answers: tuple[str, ...]) -> tuple[str, int]:
    """Run the command on a terminal of its own, type the answers, and return what the terminal showed."""
    master, slave = pty.openpty()
    with subprocess.Popen([str(ASL), *map(str, words)], stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown, waiting = b"", list(answers)
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:  # the other end has gone
                break
            if not part:
                break
            shown += part
            if waiting and shown.rstrip(b" ").endswith(b":"):
                os.write(master, f"{waiting.pop(0)}\n".encode())
                shown += b"\n"
        status = process.wait(timeout=60)
    os.close(master)
    return shown.decode("utf-8", "replace"), status


def test_terminal_asks_without_echo_and_twice_for_a_new_passphrase(tmp_path: Path, user_dirs: Path) -> None:
    """Here the key has its real cost, as the process is another one."""
    file = tmp_path / "a.asl"
    new = ("new", file, "--pack", PACK, "--model", "Tern", "--encrypt")
    shown, status = at_terminal(*new, answers=(SECRET, "something else", SECRET, SECRET))
    assert status == 0, shown
    assert "Repeat" in shown
    assert SECRET not in shown
    shown, status = at_terminal("check", file, answers=(SECRET,))
    assert status == 0, shown
    assert "Passphrase of a.asl" in shown
    assert SECRET not in shown


def test_new_passphrase_that_ends_with_a_space_is_taken_as_it_is_and_told(cli: Cli, tmp_path: Path) -> None:
    words, path = tmp_path / "words", tmp_path / "b.asl"
    words.write_text("heron over the river \n", "utf-8")
    assert cli("new", path, "--pack", PACK, "--model", "Tern", "--encrypt", "--passphrase-file", words) == 0
    assert "begins or ends with a space" in cli.err
    assert cli("check", path, "--passphrase-file", words) == 0
    assert "space" not in cli.err


def test_new_file_says_whether_it_is_encrypted_and_how_to_change_that(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "plain.asl"
    assert cli("new", path, "--pack", PACK, "--model", "Tern") == 0
    assert ", not encrypted." in cli.out
    assert f"asl passphrase {path} --encrypt" in cli.out
