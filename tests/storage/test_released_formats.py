from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from asl_desktop import codec
from asl_desktop.domain.inputs import Answer
from asl_desktop.storage import schema
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from torture import verdicts

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDERS = {int(match[1]): path for path in DATA.iterdir() if (match := re.fullmatch(r"format-(\d+)", path.name))}
FILES = [
    pytest.param(folder / name, said, id=f"{number}-{name}")
    for number, folder in sorted(FOLDERS.items())
    for name, said in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"].items()
]


def _copied(path: Path, folder: Path) -> Path:
    """Copy a sample with its journal: opening for writing changes it."""
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(file, folder / file.name)
    return folder / path.name


def _as_known_then(data: Any, then: Any) -> Any:
    """Leave out what a later version added to a record."""
    if isinstance(data, dict) and isinstance(then, dict):
        return {key: _as_known_then(value, then[key]) for key, value in data.items() if key in then}
    if isinstance(data, list) and isinstance(then, list) and len(data) == len(then):
        return [_as_known_then(*pair) for pair in zip(data, then, strict=True)]
    return data


def test_every_format_has_its_samples() -> None:
    assert sorted(FOLDERS) == list(range(1, schema.FORMAT + 1))
    names = {"empty.asl", "full.asl", "encrypted.asl", "interrupted.asl"}
    for folder in FOLDERS.values():
        assert names <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(("sample", "said"), FILES)
def test_sample_of_a_released_format_opens_checks_clean_and_says_what_it_said(
    tmp_path: Path, sample: Path, said: dict[str, Any], read_only: bool
) -> None:
    path = _copied(sample, tmp_path)
    secret = Passphrase(said["passphrase"]) if "passphrase" in said else None
    with Document.open(path, read_only=read_only, secret=secret) as document:
        assert document.check() == ()
        head, inputs = document.head(), document.inputs()
        assert (head.events, head.hash) == (said["events"], said["head"])
        assert _as_known_then(codec.to_json(inputs), said["inputs"]) == said["inputs"]
        for item in said["inputs"]["evidence"]:
            target = io.BytesIO()
            document.extract(item["sha256"], target)
            assert len(target.getvalue()) == item["size"]
        if not read_only:
            document.put(Answer("QC-100"), actor="Ann").result()
            assert document.check() == ()


@pytest.mark.parametrize(("sample", "said"), [p for p in FILES if "encrypted" not in str(p.id)])
def test_outsider_agrees_on_samples_of_the_present_format(tmp_path: Path, sample: Path, said: dict[str, Any]) -> None:
    path = _copied(sample, tmp_path)
    if sample.parent == FOLDERS[schema.FORMAT]:
        assert verdicts.of_outsider(path, against=f"{said['events']}:{said['head']}") == ()
