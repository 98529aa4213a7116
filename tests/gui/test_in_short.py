"""What the overview says first, to somebody who has two minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Answer, GateDecision, Inputs, Scope
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack
from tests.gui_world import settle, show_page, words_of
from tests.services_world import small_pack
from ui.in_short import Fact, in_short
from ui.pages.hub import HubPage
from ui.session import Session

DAY = date(2026, 3, 14)


def facts(inputs: Inputs, pack_id: str = "") -> dict[str, Fact]:
    """Return what is said about these inputs, by title."""
    pack = load_pack(pack_id) if pack_id else small_pack()
    return {fact.title: fact for fact in in_short(snapshot_of(pack, inputs, as_of=DAY))}


def test_in_short_nothing_on_file_says_unknown_as_unknown() -> None:
    found = facts(Inputs(scope=Scope("Heron-2")))
    assert found["Thresholds"].words == "1 of 1 not assessed"
    assert found["Thresholds"].tone == "danger"
    assert "met" in found["Required"].words
    assert found["Required"].tone != "ok"
    assert found["Safeguards"].words.startswith("3 required safeguards not in place")
    assert found["Safeguards"].tone == "warn"
    assert found["Gates"].words == "Deploy: closed"
    assert found["Last decision"].words == "None on record"


def test_in_short_crossed_and_not_ruled_out_worst_comes_first() -> None:
    crossed = Answer("QC-20", value={"CBRN-3": "treated_as_crossed", "CBRN-4": "crossed"}, rationale="Seen")
    found = facts(Inputs(scope=Scope("Heron-2"), answers=(crossed,)), "anthropic-rsp-2.2")
    counts = found["Thresholds"].words.split(" \u00b7 ")
    assert counts[0] == "1 of 6 crossed"
    assert counts[1].endswith("not assessed")
    assert found["Thresholds"].goal == ("gate", "CBRN-4")


def test_in_short_two_decisions_the_later_one_is_named_with_what_differs() -> None:
    early = GateDecision("train_further", "hold", "B. Board", at="2026-03-01T09:00:00Z")
    late = GateDecision("deploy", "go", "C. Chief", reason="We go on", at="2026-03-02T09:00:00Z")
    found = facts(Inputs(scope=Scope("Heron-2"), decisions=(late, early)), "anthropic-rsp-2.2")
    last = found["Last decision"]
    assert last.words == "Deploy: go, C. Chief, 2 Mar 2026 \u00b7 differs from what the rule computes"
    assert last.tone == "warn"
    assert last.goal == ("gate", "deploy")


@pytest.mark.parametrize("pack_id", ["anthropic-rsp-2.2", "google-deepmind-fsf-3.1", "openai-preparedness-2"])
def test_in_short_each_framework_without_inputs_looks_nowhere_like_all_clear(pack_id: str) -> None:
    found = facts(Inputs(scope=Scope("Heron-2")), pack_id)
    assert not [fact for fact in found.values() if fact.tone == "ok"]


def test_hub_first_card_says_the_outcome_and_leads_to_the_pages(qtbot: QtBot, session: Session) -> None:
    hub = HubPage(session)
    show_page(qtbot, hub, height=1400)
    shown = words_of(hub.in_short)
    assert f"Heron-2: {session.snapshot.determination.label}" in shown
    assert "answered" not in shown  # progress is no compliance
    ways = {button.text(): button for button in hub.in_short.findChildren(QPushButton)}
    for name, page in (("Required", "safeguards"), ("Thresholds", "gate"), ("Last decision", "gate")):
        with qtbot.waitSignal(hub.wants) as caught:
            ways[name].click()
        assert caught.args[0] == page
    session.put(Answer("Q-END", value={"value": "crossed"}))
    settle()
    assert "1 of 1 crossed" in words_of(hub.in_short)
    session.put(replace(session.inputs.scope, model="Heron-3"))
    settle()
    assert "Heron-3: " in words_of(hub.in_short)
