"""What differs between two copies, in words and as data."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer, Counts, Measurement, Scope
from asl_desktop.services.differences import compare, count_in_words, differences_json, relation_in_words
from asl_desktop.storage.document import Document
from tests.services_world import small_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asl_desktop.domain.records import Record
    from asl_desktop.services.differences import Differences


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Document, Document]]:
    """Give a document and a copy of it, both open for writing."""
    path = tmp_path / "a.asl"
    with Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="Ann") as document:
        put(document, Answer("Q-YES", value={"value": True}, rationale="first"), Answer("Q-TEXT", rationale="gone"))
    shutil.copy(path, tmp_path / "b.asl")
    with Document.open(path) as older, Document.open(tmp_path / "b.asl") as newer:
        yield older, newer


def put(document: Document, *records: Record, actor: str = "Ann") -> None:
    document.put(*records, actor=actor).result()


def words(found: Differences) -> str:
    return relation_in_words(found, older="this version", newer="the present file")


def test_compare_of_a_file_and_its_copy_finds_nothing(pair: tuple[Document, Document]) -> None:
    found = compare(*pair)
    assert (found.relation, found.records, found.common) == ("same", (), pair[0].head().events)
    assert words(found) == "This version and the present file are the same, to the last change."
    assert count_in_words(found.records) == ""


def test_compare_names_what_was_added_changed_and_removed_from_old_to_new(pair: tuple[Document, Document]) -> None:
    older, newer = pair
    put(newer, Answer("Q-YES", value={"value": False}, rationale="first"), actor="Bob")
    put(newer, Measurement("m1", "acc", Counts(3, 10)), actor="Bob")
    newer.remove("answer", "Q-TEXT", actor="Bob").result()
    found = compare(older, newer)
    assert (found.relation, found.older.alone, found.newer.alone, found.newer.actor) == ("behind", 0, 3, "Bob")
    said = {item.reference: (item.did, item.subject.short, item.fields) for item in found.records}
    assert {reference: entry[:2] for reference, entry in said.items()} == {
        "answer:Q-YES": ("changed", "answer Q-YES"),
        "measurement:m1": ("added", "result acc"),
        "answer:Q-TEXT": ("removed", "answer Q-TEXT"),
    }
    (change,) = said["answer:Q-YES"][2]
    assert (change.name, change.old, change.new) == ("Answer", "Yes", "No")
    assert all(not field.old for field in said["measurement:m1"][2])
    assert all(not field.new for field in said["answer:Q-TEXT"][2])
    assert count_in_words(found.records) == "1 result added, 1 answer changed and 1 answer removed"
    assert words(found).startswith("The present file has 3 recorded changes more, the last by Bob on ")


def test_compare_the_other_way_round_says_ahead(pair: tuple[Document, Document]) -> None:
    older, newer = pair
    put(older, Answer("Q-NUM", rationale="new"))
    found = compare(older, newer)
    assert (found.relation, found.older.alone, [item.did for item in found.records]) == ("ahead", 1, ["removed"])
    assert "This version has 1 recorded change that the present file lacks" in words(found)


def test_compare_of_copies_that_went_separate_ways_finds_where(pair: tuple[Document, Document]) -> None:
    older, newer = pair
    before = older.head().events
    for number in range(40):
        put(older, Answer("Q-NUM", rationale=f"a{number}"))
    put(newer, Answer("Q-ONE", rationale="b"))
    found = compare(older, newer)
    assert (found.relation, found.common, found.older.alone, found.newer.alone) == ("diverged", before, 40, 1)
    assert f"separate ways after {before} recorded changes" in words(found)


def test_compare_of_two_assessments_says_that_they_are_two(pair: tuple[Document, Document], tmp_path: Path) -> None:
    with Document.create(tmp_path / "c.asl", pack=small_pack(), scope=Scope("Egret"), actor="Ann") as other:
        found = compare(pair[0], other)
    assert (found.relation, found.common) == ("unrelated", 0)
    assert [item.reference for item in found.records][:1] == ["scope:scope"]
    assert "different assessments" in words(found)


def test_differences_as_data_are_plain_json(pair: tuple[Document, Document]) -> None:
    older, newer = pair
    put(newer, Answer("Q-YES", value={"value": False}, rationale="first"))
    data = json.loads(json.dumps(differences_json(compare(older, newer))))
    assert data["relation"] == "behind"
    assert data["newer"]["events"] == newer.head().events
    (record,) = data["records"]
    assert (record["reference"], record["did"]) == ("answer:Q-YES", "changed")
    assert record["fields"] == [{"name": "Answer", "old": "Yes", "new": "No"}]
