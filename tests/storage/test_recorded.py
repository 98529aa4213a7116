"""What an opening finds out at once, and what only following the whole history shows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import Cancelled, FileTampered, UserError
from asl_desktop.progress import Silent
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.storage.test_checking import TAMPERED
from tests.storage_world import filled, make, tamper

if TYPE_CHECKING:
    from pathlib import Path

FORGED = {
    "record taken back to what it was": (
        (
            "UPDATE answer SET (event, record) = (SELECT seq, CAST(body AS TEXT) ->> '$.record' FROM event"
            " WHERE key = 'QC-2' ORDER BY seq LIMIT 1) WHERE key = 'QC-2'"
        ),
        "answer:QC-2 says something else in its table than in the history",
    ),
    "removed record put back": (
        (
            "INSERT INTO answer SELECT 'QC-9', max(event.seq), record, state, confidence, marked_for_review,"
            " confirmed_by, author, answer.at FROM answer, event WHERE answer.key = 'QC-1' AND event.key = 'QC-9'"
        ),
        "answer:QC-9 is in its table but not in the history",
    ),
    "last event of a record given to another": (
        "UPDATE event SET key = 'QC-1' WHERE key = 'QC-2' AND seq = (SELECT max(seq) FROM event WHERE key = 'QC-2')",
        "was changed after it was recorded",
    ),
    "name that is no text": (
        "UPDATE event SET key = CAST(x'ff' AS TEXT) WHERE key = 'QC-2'",
        "",
    ),
}


def shown(path: Path) -> Any:
    """Return everything a reader of the file is told, or the error that it gets instead."""
    with Document.open(path, read_only=True) as document:
        try:
            return document.inputs(), document.packs(), document.document_id
        except UserError as error:
            return type(error)


def opens(path: Path) -> bool:
    with Document.open(path, read_only=True) as document:
        try:
            document.require_recorded()
        except FileTampered:
            return False
        return True


@pytest.mark.parametrize("statement", [statement for statement, _ in TAMPERED.values()], ids=TAMPERED)
def test_opening_after_tampering_shows_nothing_that_was_not_recorded(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    before = shown(path)
    assert opens(path)
    tamper(path, statement)
    assert not opens(path) or shown(path) == before


@pytest.mark.parametrize(("statement", "said"), FORGED.values(), ids=FORGED)
def test_opening_after_a_forgery_names_the_first_thing_that_differs(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path) as document:
        document.put(Answer("QC-9"), actor="Ann").result()
        document.remove("answer", "QC-9", actor="Ann").result()
    assert opens(path)
    tamper(path, statement)
    with Document.open(path, read_only=True) as document, pytest.raises(FileTampered) as refused:
        document.require_recorded()
    assert said in str(refused.value.values["detail"])


def test_opening_sees_an_evidence_item_that_was_deleted_with_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.attach(io.BytesIO(b"against us"), EvidenceDraft(name="log.txt"), actor="Ann")
    tamper(path, "DELETE FROM evidence", "DELETE FROM chunk", "DELETE FROM content")
    assert not opens(path)


def test_event_that_was_replaced_since_is_found_only_by_following_the_history(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    tamper(path, "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'Ann', 'Eve') AS BLOB) WHERE seq = 7")
    assert opens(path)
    with Document.open(path, read_only=True) as document:
        for _ in range(2):
            with pytest.raises(FileTampered, match="Event 7"):
                document.require_unbroken()


def test_history_found_whole_is_not_followed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)

    class Stop(Silent):
        def check(self) -> None:
            raise Cancelled

    with Document.open(path, read_only=True) as document:
        with pytest.raises(Cancelled):
            document.require_unbroken(progress=Stop())
        document.require_unbroken()
        document.require_unbroken(progress=Stop())
