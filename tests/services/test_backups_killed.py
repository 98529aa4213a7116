"""A program that is killed while it makes a backup leaves no half backup behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from asl_desktop.services.backups import Shelf
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.storage_world import make, noise

ROOT = Path(__file__).resolve().parents[2]
_CHILD = """
import sys
from pathlib import Path
from asl_desktop.services.backups import Shelf
from asl_desktop.storage.document import Document

class Telling:
    def report(self, done, total, text=""):
        print(done, flush=True)
    def check(self):
        pass

with Document.open(Path(sys.argv[1])) as document:
    Shelf(Path(sys.argv[2])).keep(document, progress=Telling())
    print("kept", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("steps", [1, 3, 5, 1000], ids=["begun", "half", "nearly", "kept"])
def test_killed_while_making_a_backup_leaves_a_whole_one_or_none(tmp_path: Path, steps: int) -> None:
    path, root = tmp_path / "a.asl", tmp_path / "shelf"
    with make(path) as document:
        document.attach(noise(24 * 1024 * 1024), EvidenceDraft(name="log"), actor="Ann")
    command = [sys.executable, "-c", _CHILD, str(path), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        told = ""
        for _ in range(steps):
            told = child.stdout.readline().strip()
            if told == "kept":
                break
        child.kill()
        child.communicate()
    assert (told == "kept") is (steps == 1000)
    shelf = Shelf(root)
    with Document.open(path) as document:
        assert document.check() == ()
        shelf.thin(document.document_id)
        folder = root / document.document_id
        assert len(shelf.all()) == (steps == 1000)
        for backup in shelf.all():
            with Document.open(backup.path, read_only=True) as copy:
                assert copy.check() == ()
        shelf.keep(document)
    assert {item.suffix for item in folder.iterdir()} == {".asl", ".json"}
    assert len(shelf.all()) == 1
