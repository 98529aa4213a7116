from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    Dissent,
    EvidenceItem,
    EvidenceLink,
    GateDecision,
    Inputs,
    InterimRecord,
    Measurement,
    Plan,
    Point,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.pack import Pack
from asl_desktop.services.search import Found, Index, fold, marks_in, terms_of
from asl_desktop.services.search_texts import GROUPS
from tests.services_world import SHA, small_pack

INPUTS = Inputs(
    scope=Scope("Heron-2", deployment_context="public interface"),
    answers=(
        Answer("Q-TEXT", value={"value": "Lone actors"}, rationale="Two raters agreed on the caf\u00e9 protocol."),
        Answer("Q-ONE", value={"value": "high"}, evidence=(EvidenceLink(SHA, anchor="p. 14"),)),
        Answer("Q-DAY", state="declined", reason="Under embargo"),
    ),
    measurements=(Measurement("m1", "acc", Point(0.4), edits="Rescored by hand", notes="Second run"),),
    showings=(ShowingRecord("S1", "T1", argument="It fell short.", dissent=(Dissent("B. Person", "I disagree"),)),),
    requirements=(RequirementRecord("R1", owner="Ops desk", note="Two-person rule"),),
    plan=Plan(note="Three trials", amendments=(Amendment("", "C", "Reviewer asked", "Four trials"),)),
    evidence=(EvidenceItem(SHA, "uplift-trial.pdf", 4, title="Uplift trial"),),
    decisions=(GateDecision("deploy", "hold", "CEO", reason="Waiting for audit"),),
    interim=(InterimRecord("IM1", "CEO", None, note="Rate limits"),),
)


@pytest.fixture
def pack() -> Pack:
    return small_pack()


@pytest.fixture
def index(pack: Pack) -> Index:
    made = Index()
    made.update(pack, INPUTS)
    return made


def only(index: Index, query: str) -> Found:
    results = index.search(query)
    assert results.total == 1, [found.reference for found in results.found]
    return results.found[0]


@pytest.mark.parametrize(
    ("query", "reference", "where"),
    [
        ("lone", "question:Q-TEXT", "Answer"),
        ("raters", "question:Q-TEXT", "Rationale"),
        ("embargo", "question:Q-DAY", "Reason"),
        ("14", "question:Q-ONE", "Place in the evidence"),
        ("rescored", "measurement:m1", "Changes after the run"),
        ("fell short", "showing:S1@T1", "Argument"),
        ("disagree", "showing:S1@T1", "Dissent of B. Person"),
        ("ops desk", "requirement:R1", "Owner"),
        ("uplift-trial", f"evidence:{SHA}", "Name"),
        ("audit", "decision:deploy", "Reason"),
        ("rate limits", "interim:IM1", "Note"),
        ("four trials", "plan:plan", "Amendment by C"),
        ("public interface", "scope:scope", "Where it will be used"),
        ("does harm", "threshold:T1", "Criterion"),
    ],
)
def test_search_word_of_any_record_finds_it_and_says_where(
    index: Index, query: str, reference: str, where: str
) -> None:
    found = only(index, query)
    assert (found.reference, found.where) == (reference, where)
    assert found.kind == reference.partition(":")[0]
    assert found.marks


@pytest.mark.parametrize("query", ["CAFE", "caf\u00e9", "cafe\u0301", "Caf\u00c9 raters"])
def test_search_ignores_case_and_accents(index: Index, query: str) -> None:
    found = only(index, query)
    assert "caf\u00e9" in [found.snippet[start : start + length] for start, length in found.marks]


def test_search_wants_every_word_but_in_any_order_and_text(index: Index) -> None:
    assert only(index, "raters lone").reference == "question:Q-TEXT"
    assert index.search("raters zebra").total == 0


def test_search_quoted_phrase_wants_the_words_side_by_side(index: Index) -> None:
    assert only(index, '"raters agreed"').reference == "question:Q-TEXT"
    assert index.search('"agreed raters"').total == 0
    assert only(index, '"two   raters').reference == "question:Q-TEXT"  # left open, and with loose spacing


@pytest.mark.parametrize("query", ["", "   ", '""', '" "', "\u0301"])
def test_search_without_any_word_finds_nothing(index: Index, query: str) -> None:
    assert index.search(query).total == 0


def test_search_puts_titles_before_texts(pack: Pack) -> None:
    index = Index()
    index.update(pack, replace(INPUTS, answers=(Answer("Q-YES", rationale="see Q-TWO"),)))
    assert [found.reference for found in index.search("q-two").found] == ["question:Q-TWO", "question:Q-YES"]


def test_search_with_more_than_the_limit_counts_the_rest(index: Index) -> None:
    results = index.search("what about", limit=3)
    assert len(results.found) == 3
    assert results.total == 10


def test_search_snippet_of_a_long_text_is_cut_between_words_around_the_hit(pack: Pack) -> None:
    long = f"{'before ' * 60}needle {'after ' * 60}"
    index = Index()
    index.update(pack, replace(INPUTS, answers=(Answer("Q-YES", rationale=long),)))
    found = only(index, "needle")
    assert found.snippet.startswith("\u2026before")
    assert found.snippet.endswith(("after\u2026", "after \u2026"))
    assert len(found.snippet) < 170
    assert [found.snippet[start : start + length] for start, length in found.marks] == ["needle"]


def test_update_after_one_change_reads_only_that_subject(index: Index, pack: Pack) -> None:
    assert index.update(pack, INPUTS) == 0
    changed = Answer("Q-TEXT", value={"value": "Lone actors"}, rationale="Heron")
    held = replace(INPUTS, answers=(changed, *INPUTS.answers[1:]))
    assert index.update(pack, held) == 1
    assert index.search("raters").total == 0
    assert "question:Q-TEXT" in [found.reference for found in index.search("heron").found]
    assert index.update(pack, replace(held, answers=held.answers[1:])) == 1
    assert index.search("lone").total == 0


def test_update_with_many_changes_finds_what_an_index_made_anew_finds(index: Index, pack: Pack) -> None:
    held = INPUTS
    for number in range(6):
        held = replace(
            held,
            answers=(Answer("Q-YES", rationale=f"turn {number}"), *held.answers[number % 3 :]),
            evidence=(EvidenceItem(f"{number:064x}", f"turn {number}.txt", 1),),
        )
        held = replace(held, answers=tuple({answer.question: answer for answer in held.answers}.values()))
        index.update(pack, held)
        fresh = Index()
        fresh.update(pack, held)
        assert index.search("turn") == fresh.search("turn")
        assert index.search("q") == fresh.search("q")


def test_every_field_of_inputs_belongs_to_one_group_of_the_search() -> None:
    fields = [field for group in GROUPS for field in group.fields]
    assert sorted(fields) == sorted(Inputs.__dataclass_fields__)


def test_every_subject_has_a_reference_of_its_own(pack: Pack) -> None:
    references = [source.reference for group in GROUPS for source in group.sources(pack, INPUTS)]
    assert len(references) == len(set(references))


@given(st.text())
def test_fold_of_a_text_is_that_of_its_characters_and_stays_when_repeated(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=1), st.data())
def test_marks_lie_in_the_text_in_order_and_hold_the_term(text: str, data: Any) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    terms = terms_of(f'"{text[start:]}"')
    at = 0
    for first, length in marks_in(text, terms):
        assert first >= at
        assert length > 0
        at = first + length + 1  # apart by one at least, or they would be joined
    assert at <= len(text) + 1
