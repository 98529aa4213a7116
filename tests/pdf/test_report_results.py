"""Several results of one indicator in the report: all of them, the rule, and the one that speaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Counts
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.results import RULE, standings
from reports.blocks import Table, text_of
from reports.document import board_report
from tests.report_world import DAY, MOMENT, full_inputs, full_snapshot

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot

HEADING = "Several results of one indicator"
INDICATOR = "swe-bench-hard"


def with_two_more() -> Snapshot:
    """Return the full record with a worse result of one indicator and one that somebody set aside."""
    inputs = full_inputs()
    held = next(item for item in inputs.measurements if item.indicator == INDICATOR)
    worse = replace(held, id="worse", report=Counts(40, 42))
    aside = replace(held, id="aside", set_aside_by="Ida Brandt", set_aside_reason="the wrong prompt was used")
    return snapshot_of(
        full_snapshot().pack, replace(inputs, measurements=(*inputs.measurements, worse, aside)), as_of=DAY
    )


def rows_of(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """Return the rows of the table of several results as text."""
    report = board_report(snapshot, generated_at=MOMENT)
    section = next(part for part in report.sections if part.title == "Capability margins")
    tables = [block for block in section.blocks if isinstance(block, Table) and "speaks first" in block.summary]
    return [
        tuple("".join(run.text for runs in cell for run in runs) for cell in row)
        for table in tables
        for row in table.rows
    ]


def test_report_of_several_results_lists_all_with_the_rule_and_the_one_that_decides_first() -> None:
    snapshot = with_two_more()
    expected = standings(snapshot, snapshot.pack.indicator_by_id[INDICATOR])
    rows = rows_of(snapshot)
    assert [row[1:] for row in rows] == [(item.value, item.origin, item.why) for item in expected]
    assert [row[0] for row in rows] == [snapshot.pack.indicator_by_id[INDICATOR].title, "", ""]
    assert "Decides the margin" in rows[0][3]
    assert rows[-1][3] == "Set aside by Ida Brandt: the wrong prompt was used"
    assert RULE in text_of(board_report(snapshot, generated_at=MOMENT))


def test_report_of_single_results_has_no_such_table() -> None:
    assert rows_of(full_snapshot()) == []
    assert HEADING not in text_of(board_report(full_snapshot(), generated_at=MOMENT))
