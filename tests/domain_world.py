"""A small framework and record for tests of the determination; everything in it is invented."""

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
    ThresholdStateIn,
)
from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Measurement,
    Report,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.pack import (
    Bound,
    Cite,
    Conclusion,
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

DAY = date(2025, 5, 22)
CITE = Cite("src", "1")
SHA = "a" * 64
PROOF = (EvidenceLink(SHA),)
EVIDENCE = (EvidenceItem(SHA, "proof.pdf", 10),)


def indicator(indicator_id: str = "acc", **changes: object) -> Indicator:
    """An accuracy in shares of 1 with a rule-out bound of 0.5 and a concern bound of 0.8."""
    base = Indicator(
        id=indicator_id,
        domain="d",
        title=f"Accuracy {indicator_id}",
        unit="",
        direction="higher_is_riskier",
        scale="linear",
        cite=CITE,
        floor=0.0,
        bounds=(Bound("rule_out", 0.5, "out below", CITE), Bound("concern", 0.8, "in above", CITE)),
        min_n=5,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def track(track_id: str) -> Track:
    """Three standards, the last of which nobody ever specified."""
    return Track(
        track_id,
        track_id.capitalize(),
        (
            Standard("ASL-2", "Two", "base", CITE, "Lab", date(2025, 1, 1)),
            Standard("ASL-3", "Three", "more", CITE, "Lab", date(2025, 1, 1)),
            Standard("ASL-4", "Four", "never written", CITE),
        ),
    )


def threshold(
    threshold_id: str, *, crossed: Condition | None, ruled_out: Condition | None, **changes: object
) -> Threshold:
    """A capability threshold that demands ASL-3 on both tracks unless told otherwise."""
    base = Threshold(
        id=threshold_id,
        domain="d",
        kind="capability",
        title=threshold_id,
        criterion="c",
        cite=CITE,
        requires={"deployment": "ASL-3", "security": "ASL-3"},
        crossed_when=crossed,
        ruled_out_when=ruled_out,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def argued(threshold_id: str, **changes: object) -> Threshold:
    """A threshold that people rule out by two showings and cross by their recorded conclusion."""
    return threshold(
        threshold_id,
        crossed=AnswerIn("Q", ("crossed",), threshold_id),
        ruled_out=AllOf((ShowingAccepted("RO-1"), ShowingAccepted("RO-2"))),
        conclusion=Conclusion("Q", threshold_id, ("treated_as_crossed",), ("crossed",)),
        **changes,
    )


def pack(**changes: object) -> Pack:
    """Thresholds T3 (both ASL-3), R4 (security ASL-3 only) and R5 (security ASL-4), argued; H3 on hard numbers."""
    thresholds = (
        argued("T3"),
        argued("R4", requires={"security": "ASL-3"}, duties=("Affirmative case",)),
        argued("R5", requires={"security": "ASL-4"}),
        threshold("H3", crossed=IndicatorAbove("acc"), ruled_out=IndicatorBelow("low")),
    )
    base = Pack(
        id="world",
        title="World",
        version="1",
        publisher="Lab",
        sources=(Source("src", "Doc"),),
        tracks=(track("deployment"), track("security")),
        domains=(Domain("d", "Domain"),),
        thresholds=thresholds,
        requirements=tuple(
            Requirement(f"{track_id[0].upper()}{level}-{n}", track_id, f"ASL-{level}", f"Row {n}", "t", "e", CITE)
            for track_id in ("deployment", "security")
            for level in (2, 3)
            for n in (1, 2)
        ),
        indicators=(
            indicator("acc"),
            indicator(
                "low",
                direction="lower_is_riskier",
                floor=1.0,
                bounds=(Bound("rule_out", 0.4, "out above", CITE), Bound("concern", 0.2, "in below", CITE)),
            ),
        ),
        questions=(
            Question("Q", "d", "Conclusion?", tuple(Part("choice", t.id) for t in thresholds), CITE),
            Question("G", "d", "Gap?", (Part("yes_no"),), CITE),
        ),
        showings=(
            Showing("RO-1", "Threats", "t", CITE, {t: AnswerIn("G", ("no",)) for t in ("T3", "R4", "R5")}),
            Showing("RO-2", "Evaluations", "t", CITE, {t: IndicatorBelow("acc") for t in ("T3", "R4", "R5")}),
        ),
        gates=(
            Gate(
                "deploy",
                "Deploy",
                "deploy",
                "rule",
                "t",
                CITE,
                opens_when=AllOf(
                    (
                        StandardMet("deployment", "ASL-2"),
                        StandardMet("security", "ASL-2"),
                        AnyOf(
                            (
                                ThresholdStateIn("T3", ("ruled_out",)),
                                AllOf((StandardMet("deployment", "ASL-3"), StandardMet("security", "ASL-3"))),
                            )
                        ),
                        AnyOf((ThresholdStateIn("R5", ("ruled_out",)), StandardMet("security", "ASL-4"))),
                    )
                ),
                decided_by=("CEO",),
            ),
            Gate("board", "Board", "deploy", "judgement", "t", CITE, decided_by=("Board",), owed=("G", "T3")),
        ),
        label="{deployment} deployment / {security} security",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def measurement(indicator_id: str, report: Report, **changes: object) -> Measurement:
    """A successful run on the assessed model, with evidence."""
    base = Measurement(f"m-{indicator_id}", indicator_id, report, model="M", evidence=PROOF)
    return replace(base, **changes)  # type: ignore[arg-type]


def accepted(showing: str, threshold_id: str, **changes: object) -> ShowingRecord:
    """A showing accepted by a named person on evidence."""
    return replace(ShowingRecord(showing, threshold_id, "accepted", "Ada", evidence=PROOF), **changes)  # type: ignore[arg-type]


def in_place(*ids: str) -> tuple[RequirementRecord, ...]:
    """Requirements in place with evidence."""
    return tuple(RequirementRecord(row, "in_place", evidence=PROOF) for row in ids)


ALL_ROWS = tuple(f"{t}{level}-{n}" for t in "DS" for level in (2, 3) for n in (1, 2))


def calm_inputs(**changes: object) -> Inputs:
    """A record under which everything is ruled out without tension and every safeguard is in place."""
    base = Inputs(
        scope=Scope("M"),
        answers=(Answer("G", value={"value": False}, evidence=PROOF, author="Ada"),),
        measurements=(measurement("acc", Counts(1, 100)), measurement("low", Counts(95, 100))),
        showings=tuple(accepted(s, t) for s in ("RO-1", "RO-2") for t in ("T3", "R4", "R5")),
        requirements=in_place(*ALL_ROWS),
        evidence=EVIDENCE,
    )
    return replace(base, **changes)  # type: ignore[arg-type]
