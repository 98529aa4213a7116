"""A framework larger than any published one, with every input filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from asl_desktop.domain.conditions import (
    AllOf,
    AnswerIn,
    AnyOf,
    Condition,
    IndicatorAbove,
    IndicatorBelow,
    ShowingAccepted,
    StandardMet,
)
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Mean,
    Measurement,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.pack import (
    Bound,
    Cite,
    Domain,
    Gate,
    Indicator,
    Pack,
    Part,
    Question,
    Requirement,
    Showing,
    Source,
    Standard,
    Threshold,
    Track,
)
from asl_desktop.interchange.pack_file import pack_digest

QUESTIONS = 1000
THRESHOLDS = 200
INDICATORS = 400
REQUIREMENTS = 120
DOMAINS = 10
TRACKS = ("deployment", "security")
STANDARDS = ("ASL-2", "ASL-3", "ASL-4")
DAY = date(2025, 6, 2)

_CITE = Cite("SYN", "1")
_LINK = (EvidenceLink("0" * 64),)


def synthetic_pack() -> Pack:
    """Return a pack of 1,000 questions, 200 thresholds, 400 indicators, 2 showings and 120 requirements."""
    pack = Pack(
        id="synthetic",
        title="Synthetic",
        version="1",
        publisher="Benchmark",
        sources=(Source("SYN", "Made up for measuring"),),
        tracks=tuple(Track(name, name, tuple(_standard(item) for item in STANDARDS)) for name in TRACKS),
        domains=tuple(Domain(f"d{number}", f"Domain {number}") for number in range(DOMAINS)),
        thresholds=tuple(_threshold(number) for number in range(THRESHOLDS)),
        requirements=tuple(_requirement(number) for number in range(REQUIREMENTS)),
        indicators=tuple(_indicator(number) for number in range(INDICATORS)),
        questions=tuple(_question(number) for number in range(QUESTIONS)),
        showings=tuple(_showing(number) for number in (1, 2)),
        gates=(
            Gate(
                id="deploy",
                title="Deploy",
                stage="deploy",
                kind="rule",
                text="Open when both tracks meet ASL-3.",
                cite=_CITE,
                opens_when=AllOf(tuple(StandardMet(track, "ASL-3") for track in TRACKS)),
            ),
        ),
        label="{deployment} / {security}",
    )
    return replace(pack, digest=pack_digest(pack))


def synthetic_inputs() -> Inputs:
    """Return inputs that fill every part of the synthetic pack."""
    return Inputs(
        scope=Scope(model="Synthetic"),
        answers=tuple(_answer(number) for number in range(QUESTIONS)),
        measurements=tuple(_measurement(number) for number in range(INDICATORS)),
        showings=tuple(_accepted(showing, number) for number in range(THRESHOLDS) for showing in (1, 2)),
        requirements=tuple(
            RequirementRecord(f"R-{number}", "in_place" if number % 3 else "planned", evidence=_LINK)
            for number in range(REQUIREMENTS)
        ),
        evidence=(EvidenceItem(_LINK[0].evidence, "card.md", 1000),),
    )


def _standard(name: str) -> Standard:
    return Standard(name, name, "Aim", _CITE, specified_by="Benchmark", specified_on=DAY)


def _threshold(number: int) -> Threshold:
    first, second = f"i{2 * number}", f"i{2 * number + 1}"
    return Threshold(
        id=f"T-{number}",
        domain=f"d{number % DOMAINS}",
        kind="capability",
        title=f"Threshold {number}",
        criterion="Criterion",
        cite=_CITE,
        requires={TRACKS[number % 2]: STANDARDS[1 + number % 2]},
        crossed_when=AnyOf((IndicatorAbove(first), IndicatorAbove(second), AnswerIn(f"Q-{5 * number}", ("yes",)))),
        ruled_out_when=AllOf((ShowingAccepted("S-1"), ShowingAccepted("S-2"), IndicatorBelow(first))),
    )


def _showing(number: int) -> Showing:
    return Showing(
        id=f"S-{number}",
        title=f"Showing {number}",
        text="Text",
        cite=_CITE,
        supported_when={f"T-{threshold}": _support(threshold) for threshold in range(THRESHOLDS)},
    )


def _support(threshold: int) -> Condition:
    return AllOf(
        (
            IndicatorBelow(f"i{2 * threshold}"),
            IndicatorBelow(f"i{2 * threshold + 1}"),
            AnswerIn(f"Q-{5 * threshold + 1}", ("no",)),
            AnswerIn(f"Q-{5 * threshold + 2}", ("no",)),
        )
    )


def _requirement(number: int) -> Requirement:
    track, standard = TRACKS[number % 2], STANDARDS[number % 3]
    return Requirement(f"R-{number}", track, standard, f"Requirement {number}", "Text", "Evidence", _CITE)


def _indicator(number: int) -> Indicator:
    return Indicator(
        id=f"i{number}",
        domain=f"d{number % DOMAINS}",
        title=f"Indicator {number}",
        unit="%",
        direction="higher_is_riskier",
        scale="linear",
        cite=_CITE,
        bounds=(Bound("rule_out", 50.0, "Rule out", _CITE), Bound("concern", 80.0, "Concern", _CITE)),
        bears_on=(f"T-{number // 2}",),
    )


def _question(number: int) -> Question:
    return Question(
        id=f"Q-{number}",
        domain=f"d{number % DOMAINS}",
        text=f"Question {number}",
        parts=(Part("yes_no"),),
        cite=_CITE,
        bears_on=(f"T-{number // 5}",),
        visible_when=AnswerIn(f"Q-{number - 1}", ("no", "yes")) if number % 5 == 4 else None,
    )


def _answer(number: int) -> Answer:
    return Answer(f"Q-{number}", value={"value": number % 17 == 0}, rationale="Because", evidence=_LINK)


def _measurement(number: int) -> Measurement:
    report = Counts(number % 60, 100) if number % 2 else Mean(20.0 + number % 40, 3.0, 30)
    return Measurement(
        id=f"m{number:04}", indicator=f"i{number}", report=report, model="Synthetic", produced=DAY, evidence=_LINK
    )


def _accepted(showing: int, threshold: int) -> ShowingRecord:
    return ShowingRecord(
        f"S-{showing}",
        f"T-{threshold}",
        "accepted",
        by="A. Person",
        argument="Argument",
        evidence=_LINK,
        rationales={f"i{2 * threshold}": "Known artefact"} if threshold % 2 else {},
    )
