"""Evidence goes in and comes out byte for byte; records and decisions pass their checks on the way into a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer, EvidenceLink, GateDecision, RequirementRecord, Scope
from asl_desktop.errors import EvidenceMissing, FileExists, ItemUnknown, OutputNotWritable, ValueRefused
from asl_desktop.services.evidence import attach_evidence, extract_evidence, file_digest
from asl_desktop.services.examples import build_example
from asl_desktop.services.recording import lock_plan, record, remove
from asl_desktop.storage.document import Document
from asl_desktop.storage.model import EvidenceDraft
from tests.services_world import small_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.clock import FixedClock

PACK = small_pack()


@pytest.fixture
def document(tmp_path: Path, clock: FixedClock) -> Iterator[Document]:
    with Document.create(tmp_path / "a.asl", pack=PACK, scope=Scope("M"), actor="Ada", clock=clock) as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "proof.bin"
    path.write_bytes(os.urandom(3_000_000))
    return path


def test_evidence_comes_out_as_it_went_in(document: Document, source: Path, tmp_path: Path) -> None:
    before = source.read_bytes()
    item = attach_evidence(document, source, draft=EvidenceDraft(title="Proof"), actor="Ada")
    assert (item.sha256, item.size) == file_digest(source)
    assert (item.name, item.title, item.author) == ("proof.bin", "Proof", "Ada")
    extract_evidence(document, item.sha256, tmp_path / "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == before == source.read_bytes()


def test_extracting_never_overwrites_and_leaves_no_partial_file(
    document: Document, source: Path, tmp_path: Path
) -> None:
    item = attach_evidence(document, source, actor="Ada")
    target = tmp_path / "mine.bin"
    target.write_text("mine", "utf-8")
    with pytest.raises(FileExists):
        extract_evidence(document, item.sha256, target)
    assert target.read_text("utf-8") == "mine"
    with pytest.raises(OutputNotWritable):
        extract_evidence(document, item.sha256, target / "below")
    with pytest.raises(EvidenceMissing):
        extract_evidence(document, "0" * 64, tmp_path / "none.bin")
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".partial") or path.name == "none.bin"]


def test_attaching_refuses_text_about_it_that_cannot_be_kept(document: Document, source: Path) -> None:
    with pytest.raises(ValueRefused, match="NUL"):
        attach_evidence(document, source, draft=EvidenceDraft(title="a\0b"), actor="Ada")
    assert document.inputs().evidence == ()


def test_record_puts_all_or_none(document: Document) -> None:
    head = document.head()
    with pytest.raises(ItemUnknown):
        record(document, Answer("Q-YES", value={"value": True}), Answer("Q-NONE", state="unknown"), actor="Ada")
    assert document.head() == head
    record(document, Answer("Q-YES", value={"value": True}), Answer("Q-TEXT", state="unknown"), actor="Ada").result()
    assert {item.question for item in document.inputs().answers} == {"Q-YES", "Q-TEXT"}


def test_record_of_a_decision_against_the_rule_needs_a_reason(document: Document) -> None:
    with pytest.raises(ValueRefused, match="needs a reason"):
        record(document, GateDecision("deploy", "go", "CEO"), actor="Ada")
    record(document, GateDecision("deploy", "go", "CEO", reason="duty"), actor="Ada").result()
    assert document.inputs().decision_by_gate["deploy"].reason == "duty"


def test_cited_evidence_stays_until_nothing_cites_it(document: Document, source: Path) -> None:
    item = attach_evidence(document, source, actor="Ada")
    link = (EvidenceLink(item.sha256),)
    record(document, RequirementRecord("R1", "in_place", evidence=link), actor="Ada").result()
    with pytest.raises(ValueRefused, match="requirement:R1"):
        remove(document, "evidence", item.sha256, actor="Ada")
    remove(document, "requirement", "R1", actor="Ada").result()
    remove(document, "evidence", item.sha256, actor="Ada").result()
    assert document.inputs().evidence == ()
    assert document.check() == ()


def test_plan_is_locked_once(document: Document, clock: FixedClock) -> None:
    lock_plan(document, by="Ada", clock=clock).result()
    assert document.inputs().plan.pack_digest == PACK.digest
    with pytest.raises(ValueRefused, match="was locked by Ada"):
        lock_plan(document, by="Bo", clock=clock)


def test_example_that_cannot_be_built_leaves_no_file(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:  # the medium fills up between creating and attaching
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Document, "attach", full)
    with pytest.raises(OSError, match="No space left"):
        build_example("claude-opus-4", tmp_path / "x.asl", clock=clock)
    assert list(tmp_path.iterdir()) == []


def test_example_with_a_fixed_clock_is_the_same_snapshot_every_time(tmp_path: Path, clock: FixedClock) -> None:
    from asl_desktop.services.assessments import take_snapshot

    digests = set()
    for name in ("1.asl", "2.asl"):
        with build_example("claude-sonnet-4", tmp_path / name, clock=clock) as document:
            digests.add(take_snapshot(document).digest)
    assert len(digests) == 1
