"""Marked words go into a document by every way in, and are then looked for in everything that lies around."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASL = Path(sys.executable).with_name("asl")
PASSPHRASE = "canary-passphrase-7d1c"
NEXT = "canary-next-passphrase-b502"
WORDS = (
    "canary-answer-91ac",
    "canary-earlier-44f0",
    "canary-evidence-c0de",
    "canary-name-5aa1",
    "canary-actor-e7e7",
    "canary-model-0f0f",
    PASSPHRASE,
    NEXT,
)
IN_A_JOURNAL = {"canary-answer-91ac", "canary-earlier-44f0", "canary-evidence-c0de", "canary-name-5aa1"}

# Killed or crashed by itself, so that no machine is too slow or too fast for it.
_WRITER = """
import io, os, resource, signal, sys, threading
from pathlib import Path
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.services.assessments import create_assessment
from asl_desktop.storage.document import EvidenceDraft
from asl_desktop.storage.keys import Passphrase

path, secret_file, end = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
secret = Passphrase(Path(secret_file).read_text()) if secret_file else None
scope = Scope(model="canary-model-0f0f")
actor = "canary-actor-e7e7"
document = create_assessment(path, pack_id="anthropic-rsp-2.2", scope=scope, actor=actor, secret=secret)
document.put(Answer("QC-01", rationale="canary-earlier-44f0"), actor=actor).result()
document.put(Answer("QC-01", rationale="canary-answer-91ac"), actor=actor).result()
noise = os.urandom(100_000)
evidence = io.BytesIO(noise + b"canary-evidence-c0de" + noise)
document.attach(evidence, EvidenceDraft(name="canary-name-5aa1"), actor=actor)
if end == "abort":
    os.abort()
journal = path.with_name(path.name + "-journal")

def kill_in_the_middle():
    while not (journal.exists() and journal.stat().st_size > 8192):
        pass
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=kill_in_the_middle, daemon=True).start()
sha256 = document.inputs().evidence[0].sha256
while True:
    document.put(Answer("QC-01", rationale="canary-earlier-44f0"), actor=actor).result()
    document.remove("evidence", sha256, actor=actor).result()
    document.undo(actor=actor).result()
"""


class Place(NamedTuple):
    """Everything the program may write to, under one folder; the passphrase files lie outside."""

    folder: Path
    environment: dict[str, str]
    passphrase: Path
    next_passphrase: Path

    @property
    def file(self) -> Path:
        return self.folder / "work" / "a.asl"

    def asl(self, *words: object, status: int = 0) -> None:
        done = subprocess.run(
            [str(ASL), *map(str, words)],
            capture_output=True, text=True, check=False, timeout=120, cwd=self.folder / "work", env=self.environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert not [word for word in (PASSPHRASE, NEXT) if word in done.stdout + done.stderr]

    def write(self, *, encrypted: bool, end: str) -> int:
        secret = str(self.passphrase) if encrypted else ""
        words = [sys.executable, "-c", _WRITER, str(self.file), secret, end]
        environment = self.environment | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(words, check=False, timeout=120, cwd=self.folder / "work", env=environment).returncode

    def hits(self) -> dict[str, set[str]]:
        """Return which words lie in which files, in UTF-8 or as Windows and Qt keep text."""
        found: dict[str, set[str]] = {}
        for item in self.folder.rglob("*"):
            if item.is_file():
                data = item.read_bytes()
                words = {word for word in WORDS if word.encode() in data or word.encode("utf-16-le") in data}
                found |= {item.name: words} if words else {}
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "machine"
    for name in ("home", "tmp", "work"):
        (folder / name).mkdir(parents=True)
    for name, text in (("first", PASSPHRASE), ("next", NEXT)):
        (tmp_path / name).write_text(text)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "MPLCONFIGDIR": os.environ["MPLCONFIGDIR"],
        "LC_ALL": "C.UTF-8",
    }
    return Place(folder, environment, tmp_path / "first", tmp_path / "next")


def test_killed_writer_of_an_encrypted_file_leaves_no_word_in_clear(place: Place) -> None:
    assert place.write(encrypted=True, end="kill") == -signal.SIGKILL
    journal = place.file.with_name("a.asl-journal")
    assert journal.stat().st_size > 8192
    assert {item.name for item in place.file.parent.iterdir()} >= {"a.asl", "a.asl.lock", "a.asl.lock.json"}
    assert place.hits() == {}

    key = ("--passphrase-file", place.passphrase)
    place.asl("check", place.file, "--passphrase-file", place.next_passphrase, status=2)
    place.asl("check", place.file, *key)
    place.asl("report", place.file, "--out", place.folder.parent / "r.pdf", *key)
    assert place.hits() == {}
    place.asl("passphrase", place.file, *key, "--new-passphrase-file", place.next_passphrase)
    place.asl("check", place.file, "--passphrase-file", place.next_passphrase)
    assert [item.name for item in place.file.parent.iterdir()] == ["a.asl"]
    assert list((place.folder / "tmp").iterdir()) == []
    assert sorted(item.name for item in place.folder.parent.iterdir()) == ["first", "machine", "next", "r.pdf"]
    assert place.hits() == {}


def test_killed_writer_of_a_plain_file_leaves_words_in_clear(place: Place) -> None:
    """The control: the same search finds what there is to find."""
    assert place.write(encrypted=False, end="kill") == -signal.SIGKILL
    found = place.hits()
    assert set(WORDS) - {PASSPHRASE, NEXT} == found["a.asl"]
    assert found["a.asl-journal"] & IN_A_JOURNAL


def _dumps_here() -> bool:
    """Say whether this machine puts a core dump where the crashed process works."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    return pattern.exists() and pattern.read_text().split(".")[0].strip() == "core"


@pytest.mark.skipif(not _dumps_here(), reason="core dumps go elsewhere on this machine")
def test_crash_with_an_encrypted_file_open_dumps_no_core(place: Place) -> None:
    assert place.write(encrypted=True, end="abort") == -signal.SIGABRT
    assert not list(place.file.parent.glob("core*"))
    assert place.hits() == {}
    place.file.unlink()
    assert place.write(encrypted=False, end="abort") == -signal.SIGABRT
    [core] = place.file.parent.glob("core*")
    assert place.hits()[core.name] >= {"canary-answer-91ac", "canary-evidence-c0de"}
    core.unlink()  # it is large
