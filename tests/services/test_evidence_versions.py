"""One piece of evidence is a newer version of another: in the file, in the inputs file, in older records, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asl_desktop import codec
from asl_desktop.domain.inputs import EvidenceItem, Inputs, Scope
from asl_desktop.errors import InputInvalid, ValueRefused
from asl_desktop.services.checks import check_record
from asl_desktop.services.inputs_files import apply_inputs, export_inputs
from asl_desktop.services.record_words import RecordWords
from asl_desktop.storage.document import Document
from asl_desktop.storage.projection import record_of
from tests.services_world import small_pack

if TYPE_CHECKING:
    from asl_desktop.clock import FixedClock

PACK = small_pack()
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
LISTING = """format: asl-inputs-1
pack: small
author: Ada
evidence:
  old: {file: old.txt}
  new: {file: new.txt, replaces: REF}
"""


def write(folder: Path, ref: str) -> Path:
    folder.mkdir()
    (folder / "old.txt").write_text("old", "utf-8")
    (folder / "new.txt").write_text("new", "utf-8")
    listing = folder / "INPUTS.yaml"
    listing.write_text(LISTING.replace("REF", ref), "utf-8")
    return listing


def test_newer_version_comes_back_through_export_and_import(tmp_path: Path, clock: FixedClock) -> None:
    listing = write(tmp_path / "in", "old")
    digests = []
    for number in (1, 2):
        path = tmp_path / f"{number}.asl"
        with Document.create(path, pack=PACK, scope=Scope("M"), actor="Ada", clock=clock) as document:
            apply_inputs(document, listing, actor="Ada", clock=clock)
            held = {item.name: item for item in document.inputs().evidence}
            assert held["new.txt"].replaces == held["old.txt"].sha256
            assert document.check() == ()
            digests.append(codec.digest(codec.to_json(sorted(document.inputs().evidence, key=lambda e: e.sha256))))
            (tmp_path / f"out{number}").mkdir()
            listing = export_inputs(document, tmp_path / f"out{number}" / "INPUTS.yaml")
    assert digests[0] == digests[1]


def test_unknown_older_version_in_an_inputs_file_is_named_with_its_place(tmp_path: Path, clock: FixedClock) -> None:
    listing = write(tmp_path / "in", "odl")
    with (
        Document.create(tmp_path / "a.asl", pack=PACK, scope=Scope("M"), actor="Ada", clock=clock) as document,
        pytest.raises(InputInvalid, match='no evidence is called "odl" in this file; did you mean "old"'),
    ):
        apply_inputs(document, listing, actor="Ada", clock=clock)


def test_record_of_an_older_program_reads_as_replacing_nothing() -> None:
    item = EvidenceItem(ONE, "a.txt", 3)
    data = codec.to_json(item)
    del data["replaces"]
    assert record_of("evidence", json.dumps(data)) == item


def test_versions_in_a_circle_are_refused() -> None:
    inputs = Inputs(Scope("M"), evidence=(EvidenceItem(ONE, "a", 1, replaces=TWO), EvidenceItem(TWO, "b", 1)))
    with pytest.raises(ValueRefused, match="newer version of itself"):
        check_record(PACK, inputs, EvidenceItem(TWO, "b", 1, replaces=ONE))
    check_record(PACK, inputs, EvidenceItem(TWO, "b", 1, replaces=THREE))


def test_history_names_the_older_version() -> None:
    inputs = Inputs(Scope("M"), evidence=(EvidenceItem(ONE, "first.txt", 1),))
    newer = codec.to_json(EvidenceItem(TWO, "second.txt", 1, replaces=ONE))
    assert RecordWords(PACK, inputs).fields("evidence", newer)["Newer version of"] == "first.txt"
