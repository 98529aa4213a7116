from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.errors import VerifyImpossible
from asl_desktop.storage.document import Document
from reports.verifying import in_words, to_json, verify, verify_assessment
from tests.services_world import small_pack
from tests.signing_world import MOMENT


@pytest.fixture
def assessment(tmp_path: Path) -> Path:
    path = tmp_path / "model.asl"
    with Document.create(
        path, pack=small_pack(), scope=Scope(model="M"), actor="Ada", clock=FixedClock(MOMENT)
    ) as document:
        answer = Answer("Q1", value={}, rationale="Because of the logs", author="Ada")
        document.put(answer, actor="Ada").result(timeout=60)
    return path


def test_verify_assessment_unchanged_is_ok(assessment: Path) -> None:
    before = assessment.read_bytes()
    result = verify(assessment)
    assert result.ok
    assert to_json(result) == {
        "ok": True,
        "kind": "assessment",
        "signatures": [],
        "problems": [],
        "facts": list(result.facts),
        "touched": [],
        "events": 4,
        "head": result.head,
    }
    assert in_words(result)[0] == "Verified: the assessment is complete and unchanged."
    assert assessment.read_bytes() == before


def test_verify_assessment_edited_behind_our_back_is_not_ok(assessment: Path) -> None:
    data = assessment.read_bytes()
    assert data.count(b"Because of the logs") >= 1
    assessment.write_bytes(data.replace(b"Because of the logs", b"Because of the dogs"))
    result = verify_assessment(assessment)
    assert not result.ok
    assert result.problems
    assert in_words(result)[0] == "NOT verified."


def test_verify_assessment_cut_short_is_not_ok(assessment: Path) -> None:
    data = assessment.read_bytes()
    assessment.write_bytes(data[: len(data) // 2])
    assert not verify_assessment(assessment).ok


def test_verify_assessment_of_another_program_is_impossible(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a)")
    connection.close()
    with pytest.raises(VerifyImpossible):
        verify(path)


def test_verify_assessment_that_is_not_there_is_impossible(tmp_path: Path) -> None:
    with pytest.raises(VerifyImpossible):
        verify_assessment(tmp_path / "none.asl")
