"""Several results of one indicator go everywhere: file, inputs file and back, determination, report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from asl_desktop.domain.inputs import Measurement, Scope
from asl_desktop.progress import Silent
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.inputs_files import apply_inputs, export_inputs
from asl_desktop.storage.document import Document
from reports.document import board_report
from tests.trend_world import PACK, result

RESULTS = (
    replace(result("c3", 10), evidence=()),
    replace(result("c3", 60), evidence=()),
    replace(result("c1", 99), evidence=()),
    replace(result("c3", 100), evidence=(), set_aside_by="A. Person", set_aside_reason="wrong prompt"),
)


def filled(path: Path) -> Document:
    document = Document.create(path, pack=PACK, scope=Scope("M", "c3"), actor="A")
    document.put(*RESULTS, actor="A").result()
    return document


def told(items: tuple[Measurement, ...]) -> set[tuple[object, ...]]:
    return {(m.id, m.report, m.checkpoint, m.produced, m.set_aside_by, m.set_aside_reason) for m in items}


def test_several_results_come_back_from_an_inputs_file_one_by_one(tmp_path: Path) -> None:
    with filled(tmp_path / "a.asl") as document:
        export_inputs(document, tmp_path / "inputs")
    source = next(tmp_path.joinpath("inputs").rglob("*.yaml"), tmp_path / "inputs")
    with Document.create(tmp_path / "b.asl", pack=PACK, scope=Scope("M", "c3"), actor="A") as other:
        apply_inputs(other, source, actor="A", progress=Silent())
        assert told(other.inputs().measurements) == told(RESULTS)


def test_several_results_have_one_event_each_and_stand_in_the_report(tmp_path: Path) -> None:
    with filled(tmp_path / "a.asl") as document:
        assert sum(1 for event in document.events() if event.kind == "measurement") == len(RESULTS)
        snapshot = take_snapshot(document)
        words = repr(board_report(snapshot, generated_at=datetime(2026, 3, 14, tzinfo=UTC)))
    assert snapshot.determination.margin_by_indicator["acc"].measurement == RESULTS[1].id
    for reported in ("10 of 100", "60 of 100", "99 of 100", "100 of 100"):
        assert reported in words
    assert "wrong prompt" in words
