from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, EvidenceLink, Scope
from asl_desktop.errors import PassphraseNeeded, ValueRefused
from asl_desktop.services.evidence import attach_data
from asl_desktop.services.previous import (
    Previous,
    compare,
    compared_in_words,
    earlier_answer,
    open_previous,
)
from asl_desktop.services.recording import record
from asl_desktop.services.taking_over import answer_to_take
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from tests.services_world import small_pack


def make(path: Path, clock: FixedClock, model: str, **changes: object) -> Document:
    return Document.create(path, pack=replace(small_pack(), **changes), scope=Scope(model), actor="A", clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def earlier_file(tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "earlier.asl"
    with make(path, clock, "Heron-1") as document:
        item = attach_data(document, b"trial log", name="log.bin", actor="B")
        record(
            document,
            Answer("Q-YES", value={"value": False}, rationale="Tried twice.", evidence=(EvidenceLink(item.sha256),)),
            Answer("Q-NUM", value={"value": 4.0}),
            Answer("Q-TEXT", state="not_applicable", reason="No text", confirmed_by="R", author="B"),
            actor="B",
        ).result()
    return path


@pytest.fixture
def present(tmp_path: Path, clock: FixedClock) -> Iterator[Document]:
    with make(tmp_path / "present.asl", clock, "Heron-2") as document:
        yield document


@pytest.fixture
def previous(present: Document, earlier_file: Path) -> Iterator[Previous]:
    found = open_previous(present, earlier_file)
    yield found
    found.document.close()


def test_comparison_tells_what_changed(present: Document, previous: Previous) -> None:
    record(
        present, Answer("Q-NUM", value={"value": 5.0}), Answer("Q-DAY", value={"value": "2026-03-14"}), actor="A"
    ).result()
    found = {item.question: item.change for item in compare(previous, present.pack(), present.inputs())}
    assert found["Q-NUM"] == "changed"
    assert found["Q-DAY"] == "given since"
    assert found["Q-YES"] == "not given now"
    words = compared_in_words(compare(previous, present.pack(), present.inputs()))
    assert "1 answered differently" in words
    assert words.endswith(".")


def test_question_reworded_or_gone_is_told_and_an_unfit_answer_is_refused(
    tmp_path: Path, clock: FixedClock, earlier_file: Path
) -> None:
    questions = []
    for question in small_pack().questions:
        if question.id == "Q-NUM":
            parts = (replace(question.parts[0], minimum=10.0),)
            questions.append(replace(question, text="How many now?", parts=parts))
        elif question.id != "Q-TEXT":
            questions.append(question)
    with make(tmp_path / "later.asl", clock, "Heron-2", questions=tuple(questions), digest="") as later:
        previous = open_previous(later, earlier_file)
        found = earlier_answer(previous, later.pack(), "Q-NUM")
        assert found is not None
        assert found.reworded
        assert "smallest" in found.hindrance
        with pytest.raises(ValueRefused):
            answer_to_take(previous, later.pack(), "Q-NUM", actor="Ann")
        changes = {item.question: item for item in compare(previous, later.pack(), later.inputs())}
        assert changes["Q-TEXT"].change == "no longer asked"
        assert changes["Q-NUM"].reworded
        previous.document.close()


def test_the_open_file_itself_is_no_earlier_assessment(present: Document) -> None:
    with pytest.raises(ValueRefused):
        open_previous(present, present.path)


def test_encrypted_earlier_assessment_opens_with_its_passphrase(
    tmp_path: Path, clock: FixedClock, present: Document
) -> None:
    path = tmp_path / "sealed.asl"
    secret = Passphrase("four plain words here")
    Document.create(path, pack=small_pack(), scope=Scope("Heron-1"), actor="A", clock=clock, secret=secret).close()
    with pytest.raises(PassphraseNeeded):
        open_previous(present, path)
    opened = open_previous(present, path, secret=secret)
    assert opened.name.startswith("Heron-1")
    opened.document.close()
