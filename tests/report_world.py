"""A full record on the real framework for tests of the report; every name, result and opinion in it is invented."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    Counts,
    Dissent,
    EvidenceItem,
    EvidenceLink,
    GateDecision,
    Inputs,
    InterimRecord,
    Interval,
    Mean,
    Measurement,
    Plan,
    PlannedIndicator,
    Point,
    Ratio,
    Report,
    RequirementRecord,
    Scope,
    ShowingRecord,
    Specification,
    SpecifiedRequirement,
    Value,
)
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.pack import Part

DAY = date(2026, 3, 14)
MOMENT = datetime(2026, 3, 14, 10, 42, tzinfo=UTC)
AT = "2026-03-14T10:42:00.000Z"
AUTHOR = "Ida Brandt"


def _sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


FILES = (
    "system-card.pdf",
    "uplift-trial-protocol.pdf",
    "agentic-suite.json",
    "red-team-summary.md",
    "staff-survey.csv",
)
EVIDENCE = tuple(
    EvidenceItem(
        _sha(name),
        name,
        1_840_000 + 97 * number,
        title=f"Invented source {number + 1}",
        cites=f"Invented card, chapter {number + 2}",
        produced=date(2026, 2, 1 + number),
        received=date(2026, 3, 1),
        strength="strong" if number % 2 else "moderate",
        confidentiality="internal",
        author=AUTHOR,
        at=AT,
    )
    for number, name in enumerate(FILES)
)


def link(number: int, anchor: str = "") -> EvidenceLink:
    """Cite the evidence of that number."""
    return EvidenceLink(EVIDENCE[number].sha256, anchor=anchor)


def _measured(indicator: str, report: Report, **more: object) -> Measurement:
    base = Measurement(
        id=f"m-{indicator}",
        indicator=indicator,
        model="Heron-2",
        report=report,
        elicitation=("tools", "scaffold"),
        produced=date(2026, 2, 20),
        evidence=(link(0, "7.2"),),
        author=AUTHOR,
        at=AT,
    )
    return replace(base, **more)  # type: ignore[arg-type]


MEASUREMENTS = (
    _measured(
        "acquisition-uplift",
        Ratio(Mean(63, 6.5, 10), Mean(25, 6.5, 8)),
        evidence=(link(1, "table 3"), EvidenceLink(EVIDENCE[3].sha256, "counters", "p. 4")),
        notes="Two graders disagreed on one transcript; the higher score was kept.",
    ),
    _measured("longform-virology-1", Interval(0.69, 0.62, 0.75, 0.95, 40)),
    _measured("longform-virology-2", Interval(0.28, 0.22, 0.35, 0.95, 40)),
    _measured("vct", Interval(17.2, 14.0, 20.1, 0.95, 100)),
    _measured("weapons-knowledge", Counts(17, 33)),
    _measured("dna-screening-evasion", Point(0, 10)),
    _measured("bioinformatics", Interval(0.41, 0.35, 0.47, 0.95, 60), gap=0.05, gap_rationale="Tools came late."),
    _measured("virology-protocol-failures", Mean(9.6, 1.1, 8), elicitation_notes="Half the runs had no browsing."),
    _measured("swe-bench-hard", Counts(16, 42)),
    _measured(
        "metr-dedup", Counts(4, 30), run_status="cancelled", edits="Two runs were rescored after a parser fault."
    ),
    _measured("kernels-speedup", Interval(14.0, 9.0, 22.0, 0.95, 12)),
    _measured("llm-training-speedup", Interval(3.4, 2.6, 4.4, 0.9, 20)),
    _measured("text-rl", Mean(0.61, 0.03, 12)),
    _measured("quadruped-rl", Mean(1.8, 0.1, 10)),
    _measured("novel-compiler-basic", Counts(84, 92)),
    _measured("internal-research-suite-2", Interval(0.24, 0.18, 0.31, 0.95, 30)),
    _measured("staff-survey-replacement", Counts(0, 4)),
    _measured("staff-productivity", Interval(1.6, 1.2, 2.2, 0.95, 4)),
    _measured("cybench", Counts(22, 35)),
    _measured("ctf-web", Counts(11, 13), set_aside_by="Bo Lind", set_aside_reason="The network was down half the day."),
)


def _showing(showing: str, threshold: str, status: str = "accepted", **more: object) -> ShowingRecord:
    base = ShowingRecord(
        showing=showing,
        threshold=threshold,
        status=status,  # type: ignore[arg-type]
        by="Maren Holt",
        role="Responsible Scaling Officer",
        argument=f"Invented argument on {showing} for {threshold}: the mapped paths were each looked at by two people.",
        evidence=(link(0), link(2, "section 5")),
        at=AT,
    )
    return replace(base, **more)  # type: ignore[arg-type]


RULED_OUT = ("CBRN-4", "AIRD-4", "AIRD-5")
SHOWINGS = (
    _showing("RO-1", "CBRN-3"),
    _showing(
        "RO-2",
        "CBRN-3",
        "rejected",
        argument="The interval of the uplift trial reaches far past its bound.",
        dissent=(
            Dissent("Tomas Rehn", "I would have accepted it.\nThe trial was small, and both arms were short.", AT),
        ),
    ),
    _showing("RO-3", "CBRN-3", "draft"),
    *(_showing(showing, threshold) for threshold in RULED_OUT for showing in ("RO-1", "RO-3", "RO-4")),
    *(
        _showing(
            "RO-2",
            threshold,
            rationales={
                item: f"Rationale on {item} for {threshold}: the score is far from what the threshold means."
                for item in items
            },
        )
        for threshold, items in (
            ("CBRN-4", ("bioinformatics", "creative-biology", "virology-protocol-failures", "dna-screening-evasion",
                        "acquisition-uplift", "longform-virology-1", "virology-protocol-uplift", "QC-09", "QC-10",
                        "QC-11", "shorthorizon-compbio", "creative-biology-uplift")),
            ("AIRD-4", ("swe-bench-hard", "metr-dedup", "internal-research-suite-2", "staff-survey-replacement",
                        "staff-productivity", "kernels-speedup", "time-series-mse", "text-rl", "llm-training-speedup",
                        "quadruped-rl", "novel-compiler-basic", "novel-compiler-complex", "capability-slope-ratio")),
            ("AIRD-5", ("capability-slope-ratio", "swe-bench-hard", "QR-01", "QR-02", "internal-research-suite-2",
                        "staff-productivity")),
        )
    ),
)  # fmt: skip


def _value(part: Part, number: int) -> Value:
    samples: dict[str, Value] = {
        "yes_no": number % 3 == 0,
        "choice": part.options[0].id if part.options else "",
        "multi_choice": tuple(option.id for option in part.options[:2]),
        "scale": part.minimum or 1.0,
        "number": max(part.minimum or 0.0, min(part.maximum or 40.0, 2.5 + number)),
        "text": f"Invented text answer {number}, kept to policy level.",
        "date": "2026-03-01",
        "range": (1.0, 2.0, 4.0, 80.0),
    }
    return samples[part.type]


def _answers() -> tuple[Answer, ...]:
    found = []
    for number, question in enumerate(load_pack("anthropic-rsp-2.2").questions):
        if number % 3 == 2:
            continue
        if number % 10 == 4:
            found.append(
                Answer(question.id, "unknown", rationale=f"Nobody has looked into it ({number}).", author=AUTHOR)
            )
        elif number % 10 == 7:
            found.append(
                Answer(
                    question.id,
                    "not_applicable",
                    reason=f"No such use ({number}).",
                    confirmed_by="Bo Lind",
                    author=AUTHOR,
                )
            )
        else:
            value = {part.id: _value(part, number) for part in question.parts}
            why = f"Invented rationale {number}: the source says so in plain words." if number % 2 else ""
            found.append(
                Answer(question.id, value=value, rationale=why, evidence=(link(number % 5),), author=AUTHOR, at=AT)
            )
    return tuple(found)


def _requirements() -> tuple[RequirementRecord, ...]:
    found = []
    for number, item in enumerate(load_pack("anthropic-rsp-2.2").requirements):
        if number % 7 == 6:
            continue
        status = ("in_place", "in_place", "in_place", "partly", "planned")[number % 5]
        found.append(
            RequirementRecord(
                item.id,
                status=status,  # type: ignore[arg-type]
                owner="Security lead" if number % 2 else "",
                due=date(2026, 6, 30) if status != "in_place" else None,
                note=f"Invented note on {item.id}." if number % 3 == 0 else "",
                evidence=(link(number % 5),) if status == "in_place" else (),
                author=AUTHOR,
            )
        )
    found[1] = RequirementRecord(
        found[1].requirement,
        status="excepted",
        reason="The supplier changes its process in May.",
        approved_by="Maren Holt",
        ends=date(2026, 5, 31),
        author=AUTHOR,
    )
    return tuple(found)


@cache
def full_inputs() -> Inputs:
    """Return a record in which every kind of text that a person can type occurs."""
    return Inputs(
        scope=Scope(
            model="Heron-2",
            checkpoint="step 480000",
            developer="Frontier Lab",
            title="Release assessment",
            deployment_context="Hosted interface and API, no weights outside.",
            actors="Ordinary users, criminal groups",
            as_of=DAY,
        ),
        answers=_answers(),
        measurements=MEASUREMENTS,
        showings=SHOWINGS,
        requirements=_requirements(),
        plan=Plan(
            indicators=(PlannedIndicator("swe-bench-hard", 40, ("tools", "scaffold")), PlannedIndicator("vct", 90)),
            note="Fixed before the first run.",
            locked_at="2026-01-10T09:00:00.000Z",
            locked_by="Maren Holt",
            locked_digest=_sha("plan"),
            amendments=(
                Amendment(
                    "2026-02-02T08:00:00Z", AUTHOR, "The vendor withdrew a tool.", "Browsing is no longer required."
                ),
            ),
        ),
        evidence=EVIDENCE,
        decisions=(
            GateDecision(
                "deploy",
                "go_with_conditions",
                "Maren Holt",
                "Responsible Scaling Officer",
                "The interim filter is shown to work on the mapped paths.",
                "Weekly review until the safeguards are in place.",
                AT,
            ),
        ),
        interim=(
            InterimRecord("IM-2", "Maren Holt", date(2026, 6, 30), "Two-person access to weights.", (link(3),), AT),
        ),
        specifications=(
            Specification(
                "security",
                "ASL-4",
                "Frontier Lab security",
                date(2026, 1, 5),
                (SpecifiedRequirement("L4-1", "Hardware roots on every host", "Attestation logs"),),
                "First version, for planning only.",
            ),
        ),
    )


@cache
def full_snapshot() -> Snapshot:
    """Return the snapshot of the full record."""
    return snapshot_of(load_pack("anthropic-rsp-2.2"), full_inputs(), as_of=DAY)


def empty_snapshot() -> Snapshot:
    """Return the snapshot of an assessment in which nothing was typed but the model's name."""
    return snapshot_of(load_pack("anthropic-rsp-2.2"), Inputs(Scope("Heron-2")), as_of=DAY)
