from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Counts, EvidenceItem, EvidenceLink, Measurement, Scope
from asl_desktop.errors import Cancelled, UserError, ValueRefused
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.evidence import attach_data
from asl_desktop.services.previous import Previous, open_previous
from asl_desktop.services.previous_results import as_taken_over, earlier_results, still_lacking
from asl_desktop.services.recording import record
from asl_desktop.services.taking_over import Taking, answer_to_take, bring, put_in, result_to_take
from asl_desktop.storage.document import Document
from tests.services_world import small_pack

BYTES = bytes(range(256)) * 20_000
"""Five megabytes: more than one chunk and far more than a pipe holds."""


class StopsAtTheSecondFile(Silent):
    """Asks to stop once the first file is inside."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def check(self) -> None:
        if self._document.inputs().evidence:
            raise Cancelled


def make(path: Path, clock: FixedClock, model: str) -> Document:
    return Document.create(path, pack=small_pack(), scope=Scope(model), actor="A", clock=clock)


@pytest.fixture
def present(tmp_path: Path, clock: FixedClock) -> Iterator[Document]:
    with make(tmp_path / "present.asl", clock, "Heron-2") as document:
        yield document


@pytest.fixture
def previous(tmp_path: Path, clock: FixedClock, present: Document) -> Iterator[Previous]:
    path = tmp_path / "earlier.asl"
    with make(path, clock, "Heron-1") as document:
        log = EvidenceLink(attach_data(document, BYTES, name="log.bin", actor="B").sha256)
        table = EvidenceLink(attach_data(document, b"17 of 33", name="table.txt", actor="B").sha256)
        record(
            document,
            Answer("Q-YES", value={"value": False}, rationale="Tried twice.", evidence=(log,)),
            Answer("Q-TEXT", state="not_applicable", reason="No text", confirmed_by="R", author="B"),
            Measurement("m1", "acc", Counts(2, 40), "Heron-1", evidence=(table, log), elicitation=("tools",)),
            actor="B",
        ).result()
    found = open_previous(present, path)
    yield found
    found.document.close()


def take(document: Document, previous: Previous, taking: Taking, progress: Progress | None = None) -> None:
    came = bring(document, previous, taking, actor="Ann", progress=progress or Silent())
    put_in(document, taking, came, instead_of=None, actor="Ann")


def answer(previous: Previous, question: str) -> Taking:
    return answer_to_take(previous, small_pack(), question, actor="Ann")


def result(previous: Previous) -> Taking:
    return result_to_take(previous, small_pack(), "m1", actor="Ann")


def test_answer_taken_over_comes_with_its_evidence_and_is_not_confirmed(present: Document, previous: Previous) -> None:
    taking = answer(previous, "Q-YES")
    take(present, previous, taking)
    held = present.inputs().answer_by_question["Q-YES"]
    assert held == taking.record
    assert (held.value, held.rationale, held.author) == ({"value": False}, "Tried twice.", "Ann")
    assert held.carried_from == "Heron-1, earlier.asl"
    out = io.BytesIO()
    present.extract(held.evidence[0].evidence, out)
    assert out.getvalue() == BYTES
    assert [item.name for item in present.inputs().evidence] == ["log.bin"]
    assert present.check() == ()


def test_confirmation_by_an_earlier_reviewer_is_left_behind(previous: Previous) -> None:
    taken = answer(previous, "Q-TEXT").record
    assert isinstance(taken, Answer)
    assert (taken.state, taken.reason, taken.confirmed_by) == ("not_applicable", "No text", "")


def test_result_taken_over_keeps_its_numbers_and_counts_for_nothing(present: Document, previous: Previous) -> None:
    take(present, previous, result(previous))
    (held,) = present.inputs().measurements
    assert (held.id, held.report, held.elicitation) == ("m1", Counts(2, 40), ("tools",))
    assert held.carried_from == "Heron-1, earlier.asl"
    assert {item.name for item in present.inputs().evidence} == {"log.bin", "table.txt"}
    snapshot = take_snapshot(present)
    assert snapshot.determination.margin_by_indicator["acc"].state == "not_measured"
    (lacking,) = still_lacking(snapshot, held)
    assert "measured on Heron-1, not on Heron-2" in lacking


def test_what_a_result_said_when_taken_over_is_known_after_changes_until_it_is_confirmed(
    present: Document, previous: Previous
) -> None:
    taken = result(previous).record
    assert isinstance(taken, Measurement)
    take(present, previous, result(previous))
    changed = replace(present.inputs().measurements[0], report=Counts(3, 40))
    present.put(changed, actor="Ann").result()
    then = as_taken_over(present, "m1")
    assert then is not None
    assert then.report == Counts(2, 40)
    present.put(replace(changed, carried_from=""), actor="Ann").result()
    assert as_taken_over(present, "m1") is None


def test_earlier_results_tell_value_trials_elicitation_and_evidence(previous: Previous) -> None:
    (found,) = earlier_results(previous, small_pack(), "acc")
    assert found.hindrance == ""
    facts = dict(found.facts)
    assert (facts["Result"], facts["Elicitation"], facts["Model"]) == ("2 of 40", "Tool use", "Heron-1")
    assert facts["Evidence"].splitlines() == ["table.txt", "log.bin"]
    other = replace(small_pack(), indicators=(), digest="")
    (elsewhere,) = earlier_results(previous, other, "acc")
    assert "acc" in elsewhere.hindrance
    with pytest.raises(ValueRefused):
        result_to_take(previous, other, "m1", actor="Ann")


def test_cancelled_between_two_files_nothing_is_taken_over_at_all(present: Document, previous: Previous) -> None:
    with pytest.raises(Cancelled):
        take(present, previous, result(previous), StopsAtTheSecondFile(present))
    assert present.inputs().measurements == ()
    assert present.inputs().evidence == ()
    assert present.check() == ()
    take(present, previous, result(previous))
    assert len(present.inputs().evidence) == 2


def test_evidence_that_somebody_cites_meanwhile_stays_when_taking_over_is_cancelled(
    present: Document, previous: Previous
) -> None:
    class CitesAndStops(StopsAtTheSecondFile):
        def check(self) -> None:
            for item in present.inputs().evidence:
                link = (EvidenceLink(item.sha256),)
                present.put(Answer("Q-NUM", value={"value": 4.0}, evidence=link), actor="Bo").result()
            super().check()

    with pytest.raises(Cancelled):
        take(present, previous, result(previous), CitesAndStops(present))
    assert [item.name for item in present.inputs().evidence] == ["table.txt"]
    assert present.inputs().measurements == ()


def test_answer_given_meanwhile_is_not_overwritten(present: Document, previous: Previous) -> None:
    taking = answer(previous, "Q-YES")
    came = bring(present, previous, taking, actor="Ann", progress=Silent())
    own = Answer("Q-YES", value={"value": True}, author="Bo")
    present.put(own, actor="Bo").result()
    with pytest.raises(ValueRefused, match="meanwhile"):
        put_in(present, taking, came, instead_of=None, actor="Ann")
    assert present.inputs().answer_by_question["Q-YES"] == own
    assert present.inputs().evidence == ()


def test_evidence_damaged_at_the_source_leaves_nothing(
    present: Document, previous: Previous, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Document.extract

    def breaks(document: Document, sha256: str, target: io.BytesIO, *, progress: Silent) -> None:
        target.write(BYTES[:1000])
        real(document, "0" * 64, target, progress=progress)

    monkeypatch.setattr(Document, "extract", breaks)
    with pytest.raises(UserError):
        take(present, previous, answer(previous, "Q-YES"))
    assert present.inputs().answers == ()
    assert present.inputs().evidence == ()


def test_evidence_that_is_here_already_is_not_brought_and_not_taken_out_again(
    present: Document, previous: Previous
) -> None:
    attach_data(present, BYTES, name="own.bin", actor="Ann")
    taking = answer(previous, "Q-YES")
    came: tuple[EvidenceItem, ...] = bring(present, previous, taking, actor="Ann", progress=Silent())
    assert came == ()
    put_in(present, taking, came, instead_of=None, actor="Ann")
    assert [item.name for item in present.inputs().evidence] == ["own.bin"]
