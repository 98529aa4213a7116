from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from asl_desktop.cli.app import run
from tests.storage_world import filled, tamper

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_verifier_written_by_the_program_judges_as_the_program_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, script = tmp_path / "a.asl", tmp_path / "asl_verify.py"
    filled(path)
    assert run(["verifier", "--out", str(script)]) == 0
    assert "python3 asl_verify.py FILE.asl" in capsys.readouterr().out
    for touched in ([], ["answer:QC-2"]):
        status = run(["verify", str(path), "--json"])
        program = json.loads(capsys.readouterr().out)
        done = subprocess.run(
            [sys.executable, "-I", str(script), str(path), "--json"], capture_output=True, check=False
        )
        outsider = json.loads(done.stdout)
        assert status == done.returncode == (1 if touched else 0)
        for told in (program, outsider):
            assert (told["ok"], told["touched"], told["events"]) == (not touched, touched, 19)
        assert program["head"] == outsider["head"]
        tamper(path, "UPDATE answer SET state = 'unknown' WHERE key = 'QC-2'")


def test_export_of_a_folder_carries_the_verifier(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    assert run(["export", str(tmp_path / "a.asl"), "--inputs", "--out", str(tmp_path / "out")]) == 0
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "out" / "asl_verify.py"), str(tmp_path / "a.asl")], check=False
    )
    assert done.returncode == 0
