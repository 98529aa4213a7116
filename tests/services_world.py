"""A small framework with every kind of item, for tests of the services; everything in it is invented."""

from __future__ import annotations

import dataclasses

from asl_desktop import codec
from asl_desktop.domain.conditions import AllOf, AnswerIn, IndicatorBelow, ShowingAccepted, ThresholdStateIn
from asl_desktop.domain.inputs import EvidenceItem, EvidenceLink, Inputs, Scope
from asl_desktop.domain.pack import (
    Bound,
    Cite,
    Conclusion,
    Domain,
    Gate,
    Indicator,
    InterimMeasure,
    Option,
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

CITE = Cite("SRC", "1")
SHA = "ab" * 32
LINK = (EvidenceLink(SHA),)
OPTIONS = (Option("low", "Low"), Option("high", "High"))


def question(question_id: str, *parts: Part) -> Question:
    return Question(question_id, "bio", f"What about {question_id}?", parts, CITE)


def small_pack() -> Pack:
    """Return a pack with one threshold, all kinds of answer, and one of everything else."""
    standards = (
        Standard("L1", "One", "base", CITE, specified_by="Lab"),
        Standard("L2", "Two", "more", CITE, specified_by="Lab"),
        Standard("L3", "Three", "never written", CITE),
    )
    pack = Pack(
        id="small",
        title="Small framework",
        version="1",
        publisher="Lab",
        sources=(Source("SRC", "Doc"),),
        tracks=(Track("deployment", "Deployment", standards), Track("security", "Security", standards)),
        domains=(Domain("bio", "Biology"),),
        thresholds=(
            Threshold(
                "T1",
                "bio",
                "capability",
                "Threshold one",
                "Does harm",
                CITE,
                requires={"deployment": "L2", "security": "L2"},
                crossed_when=AnswerIn("Q-END", ("crossed",)),
                ruled_out_when=AllOf((ShowingAccepted("S1"),)),
                conclusion=Conclusion("Q-END", "value", ("treated",), ("crossed",)),
            ),
        ),
        requirements=(
            Requirement("R1", "deployment", "L1", "Base row", "text", "proof", CITE),
            Requirement("R2", "security", "L2", "More row", "text", "proof", CITE),
        ),
        indicators=(
            Indicator(
                "acc",
                "bio",
                "Accuracy",
                "",
                "higher_is_riskier",
                "linear",
                CITE,
                bounds=(Bound("rule_out", 0.5, "out", CITE),),
                min_n=5,
            ),
        ),
        questions=(
            question("Q-YES", Part("yes_no")),
            question("Q-ONE", Part("choice", options=OPTIONS)),
            question("Q-MANY", Part("multi_choice", options=OPTIONS)),
            question("Q-SCALE", Part("scale", minimum=1, maximum=5)),
            question("Q-NUM", Part("number", unit="%", minimum=0, maximum=100)),
            question("Q-TEXT", Part("text")),
            question("Q-DAY", Part("date")),
            question("Q-RANGE", Part("range", unit="x")),
            question("Q-TWO", Part("number", "first"), Part("text", "second", optional=True)),
            question("Q-END", Part("choice", options=(*(Option(o, o) for o in ("ruled_out", "treated", "crossed")),))),
        ),
        showings=(Showing("S1", "Evaluations", "text", CITE, {"T1": IndicatorBelow("acc")}),),
        gates=(
            Gate("deploy", "Deploy", "deploy", "rule", "text", CITE, opens_when=ThresholdStateIn("T1", ("ruled_out",))),
        ),
        interim_measures=(InterimMeasure("IM1", "Limit use", "text", ("CEO",), CITE),),
        label="{deployment} / {security}",
    )
    data = codec.to_json(pack)
    del data["digest"]
    return dataclasses.replace(pack, digest=codec.digest(data))


def with_evidence() -> Inputs:
    """Return inputs that hold nothing but one piece of evidence."""
    return Inputs(scope=Scope("M"), evidence=(EvidenceItem(SHA, "proof.txt", 4),))
