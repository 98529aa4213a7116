from __future__ import annotations

import hashlib
import random
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asl_desktop.storage.document import Document
from tests.storage_world import make

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 20

_WRITER = """
import io, os, random, sys, threading
from pathlib import Path
from asl_desktop.domain.inputs import Answer
from asl_desktop.storage.document import Document, EvidenceDraft

path, seed = Path(sys.argv[1]), int(sys.argv[2])
document = Document.open(path)
done = document.inputs().answers
start = max((int(a.rationale) for a in done), default=-1) + 1
out = os.open(sys.argv[3], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(1, b"open\\n")

def attach():
    number = 0
    while True:
        item = document.attach(io.BytesIO(os.urandom(9 << 20)), EvidenceDraft(name=f"{seed}"), actor="Ann")
        os.write(out, f"evidence {item.sha256}\\n".encode())
        document.remove("evidence", item.sha256, actor="Ann").result()
        os.write(out, f"removed {item.sha256}\\n".encode())

if seed % 2:
    threading.Thread(target=attach, daemon=True).start()
for number in range(start, start + 100000):
    answer = Answer(f"Q{number % 50}", rationale=str(number), reason="x" * (number % 7000))
    document.put(answer, actor="Ann").result()
    os.write(out, f"answer {number}\\n".encode())
"""


def test_killed_writer_loses_nothing_it_had_acknowledged(tmp_path: Path) -> None:
    path, acks = tmp_path / "a.asl", tmp_path / "acks"
    make(path).close()
    seen, hot = 0, 0
    rng = random.Random(2)
    for number in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), str(number), str(acks)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "open\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(timeout=rng.uniform(0.01, 0.15))
            child.send_signal(signal.SIGKILL)
        hot += (tmp_path / "a.asl-journal").exists()
        lines = acks.read_text().splitlines() if acks.exists() else []
        said = [int(line.split()[1]) for line in lines if line.startswith("answer")]
        with Document.open(path) as document:
            assert document.check() == ()
            assert list(document.events())[-1].hash == document.head().hash
            newest = {int(a.question[1:]): int(a.rationale) for a in document.inputs().answers}
            for acknowledged in said[-50:]:
                assert newest[acknowledged % 50] >= acknowledged
            removed = {line.split()[1] for line in lines if line.startswith("removed")}
            for line in lines:
                kind, name = line.split()
                # The removal may have become durable after the last line the writer could still write.
                if kind == "evidence" and name not in removed and name in document.inputs().evidence_by_sha:
                    digest = hashlib.sha256()
                    for chunk in document._reader.chunks(document._reader.content(name)[0]):  # type: ignore[index]
                        digest.update(chunk)
                    assert digest.hexdigest() == name
        seen = len(said)
    assert seen > KILLS
    # A loop that never hits a commit proves nothing.
    assert hot > 0


_ONE_SAVE = """
import sys
from pathlib import Path
from asl_desktop.domain.inputs import Answer
from asl_desktop.storage.document import Document
document = Document.open(Path(sys.argv[1]))
import os
for number in range(20):
    os.write(2, b"-- save\\n")
    document.put(Answer("Q", rationale=str(number)), actor="Ann").result()
os.write(2, b"-- end\\n")
document.close()
"""


def test_every_save_reaches_the_medium_and_so_does_the_end_of_its_journal(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    path, trace = tmp_path / "a.asl", tmp_path / "trace"
    make(path).close()
    calls = "trace=write,fsync,fdatasync,unlink,unlinkat"
    done = subprocess.run(
        [strace, "-f", "-y", "-e", calls, "-o", trace, sys.executable, "-c", _ONE_SAVE, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert done.returncode == 0, done.stderr
    saves = trace.read_text().split('"-- save\\n"')[1:]
    assert len(saves) == 20
    for save in saves:
        steps = re.findall(r"(unlink|fsync|fdatasync)\w*\((?:\d+<([^>]*)>|.*?\"([^\"]*)\")", save.split('"-- end')[0])
        synced = [what for call, what, _ in steps if call in ("fsync", "fdatasync")]
        assert len(synced) >= 5, steps
        gone = max(place for place, step in enumerate(steps) if step[0] == "unlink" and step[2].endswith("-journal"))
        assert any(step[0] == "fsync" or step[1] == str(tmp_path) for step in steps[gone + 1 :]), steps
        assert str(tmp_path) in synced
        assert str(path) in synced
