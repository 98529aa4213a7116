"""Invented results of several checkpoints for tests of the trend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Counts, Measurement, Scope
from asl_desktop.services.assessments import snapshot_of
from tests.services_world import LINK, small_pack, with_evidence

PACK = small_pack()
DAY = date(2026, 3, 14)
DAYS = {"c1": date(2025, 11, 3), "c2": date(2026, 1, 9), "c3": date(2026, 3, 1)}


def result(checkpoint: str, successes: int, n: int = 100) -> Measurement:
    """Return one result of a checkpoint; its id names checkpoint and number."""
    report = Counts(successes, n)
    name = f"{checkpoint}-{successes}-{n}"
    return Measurement(name, "acc", report, "M", checkpoint, produced=DAYS[checkpoint], evidence=LINK)


def snapshot(*results: Measurement, checkpoint: str = "c3") -> Snapshot:
    """Return the snapshot of an assessment of one checkpoint that holds these results."""
    inputs = replace(with_evidence(), scope=Scope("M", checkpoint), measurements=results)
    return snapshot_of(PACK, inputs, as_of=DAY)
