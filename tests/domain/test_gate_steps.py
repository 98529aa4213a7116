"""Doing what a closed gate asks for opens it: nothing is left out of the steps it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from asl_desktop.domain.determination import Determination
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    Inputs,
    Point,
    Report,
    ShowingStatus,
    Specification,
    SpecifiedRequirement,
)
from asl_desktop.domain.pack import (
    Pack,
)
from tests.domain_world import (
    DAY,
    PROOF,
    accepted,
    calm_inputs,
    in_place,
    measurement,
    pack,
)

WORLD = pack()


def outcome(inputs: Inputs, world: Pack = WORLD, day: date = DAY) -> Determination:
    return determine(world, inputs, day)


EVERYTHING = {"acc": "why", "G": "why", "low": "why", "T3": "why"}


def follow(inputs: Inputs, refs: set[str], texts: str) -> Inputs:
    """Do what the steps of a closed gate say, and nothing that they do not say."""
    showings = {(s.showing, s.threshold): s for s in inputs.showings}
    rows = {r.requirement: r for r in inputs.requirements}
    answers = {a.question: a for a in inputs.answers}
    specifications = inputs.specifications
    for ref in refs:
        kind, _, name = ref.partition(":")
        if kind == "showing":
            showing, _, target = name.partition("@")
            reasons = {key: "why" for key in EVERYTHING if f" {key}" in texts}
            showings[showing, target] = accepted(showing, target, rationales=reasons)
        elif kind == "requirement":
            rows[name] = in_place(name)[0]
        elif kind == "specification":
            track_id, _, standard = name.partition("/")
            own = Specification(track_id, standard, "CISO", DAY, (SpecifiedRequirement("X-1", "Vault"),))
            specifications, rows["X-1"] = (own,), in_place("X-1")[0]
        elif kind == "threshold":
            answers["Q"] = replace(answers["Q"], value={**answers["Q"].value, name: "ruled_out"})
            for showing in ("RO-1", "RO-2"):
                showings[showing, name] = accepted(showing, name, rationales=EVERYTHING)
        elif ref == "answer:Q":
            held = {key: word for key, word in answers["Q"].value.items() if f"{key}  with this resolved" not in texts}
            answers["Q"] = replace(answers["Q"], value=held or {"H3": "ruled_out"})
        else:
            raise AssertionError(ref)
    return replace(
        inputs,
        showings=tuple(showings.values()),
        requirements=tuple(rows.values()),
        answers=tuple(answers.values()),
        specifications=specifications,
    )


def draws(draw: st.DrawFn) -> Inputs:
    calm = calm_inputs()
    words: tuple[ShowingStatus, ...] = ("accepted", "draft", "rejected")
    status = st.sampled_from(words)
    showings = [
        replace(
            s, status=draw(status), by=draw(st.sampled_from(("Ada", ""))), evidence=draw(st.sampled_from(((), PROOF)))
        )
        for s in calm.showings
        if draw(st.booleans())
    ]
    rows = [
        replace(r, status=draw(st.sampled_from(("in_place", "planned"))))
        for r in calm.requirements
        if draw(st.sampled_from((True, True, True, False)))
    ]
    options = st.sampled_from(("ruled_out", "treated_as_crossed", "crossed"))
    conclusion = Answer("Q", value={key: draw(options) for key in ("T3", "R5") if draw(st.booleans())})
    gap = Answer("G", value={"value": draw(st.booleans())})
    reports: tuple[Report, ...] = (Counts(1, 100), Counts(45, 100), Point(0.1, 50))
    found = measurement("acc", draw(st.sampled_from(reports)))
    return replace(
        calm,
        showings=tuple(showings),
        requirements=tuple(rows),
        answers=(conclusion, gap),
        measurements=(found,) if draw(st.booleans()) else (),
    )


@settings(max_examples=400, deadline=None)
@given(st.composite(draws)())
def test_following_any_set_of_steps_opens_the_gate(inputs: Inputs) -> None:
    gate = outcome(inputs).gate_by_id["deploy"]
    if gate.state != "closed":
        assert not [item for item in outcome(inputs).gap if item.standard == "ASL-2"]
        return
    assert gate.would_open
    for steps in gate.would_open:
        after = follow(inputs, {s.ref for s in steps}, " ".join(s.text.replace(",", " ") for s in steps))
        assert outcome(after).gate_by_id["deploy"].state == "open", [s.text for s in steps]
