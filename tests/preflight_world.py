"""A record on the small framework of the service tests about which the pre-flight check has nothing to say."""

from __future__ import annotations

from datetime import date
from typing import Any

from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    GateDecision,
    Inputs,
    Measurement,
    Plan,
    PlannedIndicator,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from tests.services_world import LINK, SHA

DAY = date(2025, 6, 2)
WHOLE_SCOPE = Scope("M", "c1", "Lab", deployment_context="API", actors="Insiders")
LOCKED = Plan(
    indicators=(PlannedIndicator("acc"),), locked_at="2025-05-01T10:00:00Z", locked_by="A", locked_digest="0" * 64
)
RESULT = Measurement(
    "m1", "acc", Counts(0, 50), model="M", produced=date(2025, 5, 20), evidence=LINK, at="2025-05-20T10:00:00Z"
)
ACCEPTED = ShowingRecord("S1", "T1", "accepted", by="CEO", evidence=LINK, at="2025-05-25T10:00:00Z")
IN_PLACE = RequirementRecord("R1", "in_place", evidence=LINK)
VALUES: dict[str, Any] = {
    "Q-YES": True, "Q-ONE": "low", "Q-MANY": ("low",), "Q-SCALE": 3.0, "Q-NUM": 5.0, "Q-TEXT": "said",
    "Q-DAY": "2025-05-01", "Q-RANGE": (1.0, 2.0, 3.0, 90.0), "Q-END": "ruled_out",
}  # fmt: skip
ANSWERS = (
    *(Answer(key, value={"value": value}, author="A") for key, value in VALUES.items()),
    Answer("Q-TWO", value={"first": 1.0}, author="A"),
)


def complete() -> Inputs:
    """Return inputs on the small framework about which the check has nothing to say."""
    return Inputs(
        scope=WHOLE_SCOPE,
        answers=ANSWERS,
        measurements=(RESULT,),
        showings=(ACCEPTED,),
        requirements=(IN_PLACE,),
        plan=LOCKED,
        evidence=(EvidenceItem(SHA, "proof.txt", 4),),
        decisions=(GateDecision("deploy", "go", "CEO"),),
    )
