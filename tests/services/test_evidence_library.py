"""What evidence is linked from, what lacks it, when it is stale, and whether it is still what it was."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    InterimRecord,
    Measurement,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.records import reference, with_record
from asl_desktop.errors import Cancelled, EvidenceMissing, FileDamaged, ItemUnknown
from asl_desktop.progress import Silent
from asl_desktop.services import evidence as services
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.checks import check_record
from asl_desktop.services.evidence import (
    attach_data,
    attach_evidence,
    contents_of,
    read_beginning,
    recheck_evidence,
)
from asl_desktop.services.evidence_uses import (
    freshness,
    lacking_of,
    newer_version,
    targets_of,
    uses_of,
    with_link,
    without_link,
)
from asl_desktop.services.preflight import check_before_signing
from asl_desktop.storage.document import Document
from tests.services_world import SHA, small_pack, with_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl_desktop.clock import FixedClock

PACK = small_pack()
DAY = date(2025, 6, 2)
LINK = EvidenceLink(SHA)
RESULT = Measurement("m1", "acc", Counts(1, 20), produced=DAY)


@pytest.fixture
def document(tmp_path: Path, clock: FixedClock) -> Iterator[Document]:
    with Document.create(tmp_path / "a.asl", pack=PACK, scope=Scope("M"), actor="Ada", clock=clock) as made:
        yield made


def test_every_target_takes_a_link_and_gives_it_back() -> None:
    inputs = replace(with_evidence(), measurements=(RESULT,), interim=(InterimRecord("IM1", "CEO", DAY),))
    for target in targets_of(PACK, inputs):
        record = with_link(inputs, target.reference, LINK)
        check_record(PACK, inputs, record)
        assert reference(record) == target.reference
        linked = with_record(inputs, record)
        assert [use.reference for use in uses_of(linked)[SHA]] == [target.reference]
        against = EvidenceLink(SHA, "counters", "p. 4")
        changed = with_record(linked, with_link(linked, target.reference, against, old=LINK))
        assert [use.link for use in uses_of(changed)[SHA]] == [against]
        bare = with_record(changed, without_link(changed, target.reference, against))
        assert uses_of(bare) == {}
    kinds = {target.kind for target in targets_of(PACK, inputs)}
    assert kinds == {"Question", "Result", "Showing", "Safeguard", "Interim measure"}


def test_link_from_a_result_that_is_not_on_record_is_refused() -> None:
    with pytest.raises(ItemUnknown):
        with_link(with_evidence(), "measurement:gone", LINK)


def test_the_same_link_twice_is_one_link() -> None:
    inputs = with_record(with_evidence(), with_link(with_evidence(), "answer:Q-YES", LINK))
    assert with_link(inputs, "answer:Q-YES", LINK).evidence == (LINK,)


CLAIMS = (
    (RESULT, "The result does not count: no evidence is linked."),
    (ShowingRecord("S1", "T1", "accepted", "CEO"), "It is accepted, but does not count: no evidence is linked."),
    (RequirementRecord("R1", "in_place"), "It is said to be in place, but does not count: no evidence is linked."),
)


@pytest.mark.parametrize(("record", "problem"), CLAIMS)
def test_claim_without_evidence_is_missing_it_until_valid_support_is_linked(
    record: Measurement | ShowingRecord | RequirementRecord, problem: str
) -> None:
    inputs = with_record(with_evidence(), record)
    assert [item.problem for item in lacking_of(PACK, inputs, DAY)] == [problem]
    against = with_record(inputs, replace(record, evidence=(EvidenceLink(SHA, "counters"),)))
    assert "supports it" in lacking_of(PACK, against, DAY)[0].problem
    linked = with_record(inputs, replace(record, evidence=(LINK,)))
    assert lacking_of(PACK, linked, DAY) == ()
    expired = replace(linked, evidence=(EvidenceItem(SHA, "proof.txt", 4, valid_until=date(2025, 6, 1)),))
    assert "still valid" in lacking_of(PACK, expired, DAY)[0].problem


def test_what_claims_nothing_lacks_nothing() -> None:
    aside = replace(RESULT, set_aside_by="Ada", set_aside_reason="wrong model")
    records = (
        aside,
        ShowingRecord("S1", "T1"),
        RequirementRecord("R1", "planned"),
        Answer("Q-YES", value={"value": True}),
    )
    inputs = with_evidence()
    for record in records:
        inputs = with_record(inputs, record)
    assert lacking_of(PACK, inputs, DAY) == ()


def test_answer_lacks_evidence_only_where_its_question_demands_it() -> None:
    strict = replace(PACK, questions=tuple(replace(item, evidence_required=True) for item in PACK.questions))
    answered = with_record(with_evidence(), Answer("Q-YES", value={"value": True}))
    assert [item.target.reference for item in lacking_of(strict, answered, DAY)] == ["answer:Q-YES"]
    unknown = with_record(with_evidence(), Answer("Q-YES", state="unknown"))
    assert lacking_of(strict, unknown, DAY) == ()


def test_answer_whose_evidence_is_stale_or_against_it_lacks_evidence_everywhere() -> None:
    strict = replace(PACK, questions=tuple(replace(item, evidence_required=True) for item in PACK.questions))
    linked = with_record(with_evidence(), Answer("Q-YES", value={"value": True}, evidence=(LINK,)))
    stale = replace(linked, evidence=(EvidenceItem(SHA, "proof.txt", 4, valid_until=date(2025, 6, 1)),))
    against = with_record(linked, Answer("Q-YES", value={"value": True}, evidence=(EvidenceLink(SHA, "counters"),)))
    for inputs, lacks in ((linked, False), (stale, True), (against, True)):
        assert bool(lacking_of(strict, inputs, DAY)) is lacks
        found = check_before_signing(snapshot_of(strict, inputs, as_of=DAY)).findings
        about = [item.text for item in found if item.rule.id == "answer-without-evidence"]
        assert about == (["No linked evidence supports it and is still valid: What about Q-YES?"] if lacks else [])


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, ""), (date(2025, 6, 1), "past"), (DAY, "near"), (date(2025, 7, 2), "near"), (date(2025, 7, 3), "")],
)
def test_freshness_on_and_around_the_last_day(until: date | None, expected: str) -> None:
    assert freshness(EvidenceItem(SHA, "a", 1, valid_until=until), DAY) == expected


def test_newest_of_several_newer_versions_is_named() -> None:
    versions = [EvidenceItem(digit * 64, digit, 1, replaces=SHA, at=f"2025-06-0{digit}T00:00:00Z") for digit in "12"]
    inputs = Inputs(Scope("M"), evidence=(*with_evidence().evidence, *versions))
    newest = newer_version(inputs, SHA)
    assert newest is not None
    assert newest.name == "2"
    assert newer_version(inputs, "1" * 64) is None


def test_recheck_names_the_file_whose_bytes_changed_and_goes_on(
    document: Document, tmp_path: Path, clock: FixedClock
) -> None:
    items = []
    for name in ("one.txt", "two.txt", "three.txt"):
        (tmp_path / name).write_text(name, "utf-8")
        items.append(attach_evidence(document, tmp_path / name, actor="Ada"))
    assert [item.problem for item in recheck_evidence(document, items)] == ["", "", ""]
    document.close()
    raw = dbapi2.connect(str(document.path))
    raw.execute("UPDATE chunk SET data = CAST('owt.txt' AS BLOB) WHERE data = CAST('two.txt' AS BLOB)")
    raw.commit()
    raw.close()
    with Document.open(document.path, clock=clock) as again:
        gone = EvidenceItem("f" * 64, "gone", 1)
        found = recheck_evidence(again, [*items, gone])
        assert [item.problem for item in found] == [
            "", "the bytes no longer match their digest", "", "its bytes are not in the file",
        ]  # fmt: skip
        with pytest.raises(FileDamaged):
            read_beginning(again, items[1].sha256, most=100)


def test_recheck_reports_bytes_of_the_whole_and_can_be_stopped(document: Document, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode() * 1000)
    items = [attach_evidence(document, tmp_path / name, actor="Ada") for name in ("a", "b")]
    seen: list[tuple[int, int]] = []

    class Watch(Silent):
        stop = False

        def report(self, done: int, total: int, text: str = "") -> None:
            seen.append((done, total))

        def check(self) -> None:
            if self.stop:
                raise Cancelled

    recheck_evidence(document, items, progress=Watch())
    assert seen[-1] == (2000, 2000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    stopped = Watch()
    stopped.stop = True
    with pytest.raises(Cancelled):
        recheck_evidence(document, items, progress=stopped)


def test_beginning_of_evidence_is_whole_only_when_it_is_all(document: Document, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"0123456789")
    item = attach_evidence(document, tmp_path / "a.txt", actor="Ada")
    assert read_beginning(document, item.sha256, most=10).whole
    short = read_beginning(document, item.sha256, most=4)
    assert (short.data, short.whole) == (b"0123", False)


def test_bytes_that_never_were_a_file_become_evidence(document: Document) -> None:
    item = attach_data(document, b"pixels", name="Screenshot.png", actor="Ada")
    assert (item.name, item.size, item.media_type, item.author) == ("Screenshot.png", 6, "image/png", "Ada")
    assert attach_data(document, b"pixels", name="Other.png", actor="Bo").name == "Screenshot.png"
    assert document.check() == ()


def test_folder_gives_its_files_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ("b.txt", "deep/er/a.txt", ".hidden", ".git/config"):
        (folder / name).write_text("12", "utf-8")
    (folder / "link").symlink_to(folder / "b.txt")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    found = contents_of(folder)
    assert [str(path.relative_to(folder)) for path in found.files] == ["b.txt", "deep/er/a.txt"]
    assert found.size == 4
    assert found.left_out == ("2 left out: hidden", "3 left out: links or no ordinary files")


def test_folder_that_is_none_or_too_full_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvidenceMissing, match="no folder"):
        contents_of(tmp_path / "gone")
    monkeypatch.setattr(services, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_text(name, "utf-8")
    with pytest.raises(EvidenceMissing, match="more than 2 files"):
        contents_of(tmp_path)
