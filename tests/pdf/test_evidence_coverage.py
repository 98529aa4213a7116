"""Evidence coverage as a chart: what counts is what the determination counts, and stale evidence covers nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem, EvidenceLink, Inputs
from asl_desktop.domain.margins import evidence_counts
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.evidence_coverage import Standing, claims_of, standing_of
from reports.charts.bars import BarChart
from reports.charts.bars_figure import draw_bars
from reports.charts.evidence_coverage import coverage_chart
from reports.charts.palette import LIGHT
from tests.report_world import DAY, EVIDENCE, empty_snapshot, full_snapshot, link

PAST = DAY - timedelta(days=1)


def with_evidence(*items: EvidenceItem) -> Snapshot:
    """Return the full record with other evidence on file."""
    shot = full_snapshot()
    return snapshot_of(shot.pack, replace(shot.inputs, evidence=items), as_of=DAY)


def kinds(chart: BarChart) -> Counter[str]:
    """Count the parts of all bars by kind."""
    found: Counter[str] = Counter()
    for bar in chart.bars:
        for part in bar.parts:
            found[part.kind] += part.count
    return found


@pytest.mark.parametrize(
    ("links", "valid", "expected"),
    [
        ((), None, "none"),
        ((link(0),), None, "counts"),
        ((link(0),), DAY, "counts"),
        ((link(0),), PAST, "stale"),
        ((EvidenceLink(EVIDENCE[0].sha256, "counters"),), None, "counters"),
        ((EvidenceLink("0" * 64),), None, "missing"),
        ((EvidenceLink("0" * 64), link(0)), PAST, "stale"),
        ((EvidenceLink(EVIDENCE[1].sha256, "counters"), link(0)), None, "counts"),
    ],
)
def test_standing_of_links_follows_the_rule_of_the_determination(
    links: tuple[EvidenceLink, ...], valid: date | None, expected: Standing
) -> None:
    on_file = (replace(EVIDENCE[0], valid_until=valid), *EVIDENCE[1:])
    inputs: Inputs = replace(full_snapshot().inputs, evidence=on_file)
    assert standing_of(links, inputs, DAY) == expected
    assert (expected == "counts") is evidence_counts(links, inputs, DAY)


def test_coverage_chart_counts_every_claim_once_and_no_draft() -> None:
    shot = full_snapshot()
    claims = claims_of(shot)
    assert len({claim.reference for claim in claims}) == len(claims)
    assert sum(kinds(coverage_chart(shot)).values()) == len(claims)
    drafts = {f"showing:{s.showing}@{s.threshold}" for s in shot.inputs.showings if s.status == "draft"}
    assert not drafts & {claim.reference for claim in claims}
    for name in ("answer:", "measurement:", "showing:", "requirement:"):
        assert any(claim.reference.startswith(name) for claim in claims)


def test_coverage_chart_of_evidence_past_its_day_has_nothing_covered() -> None:
    stale = with_evidence(*(replace(item, valid_until=PAST) for item in EVIDENCE))
    before, after = kinds(coverage_chart(full_snapshot())), kinds(coverage_chart(stale))
    assert before["counts"] > 0
    assert after["counts"] == 0
    assert after["stale"] >= before["counts"]
    assert any("was valid until 13 Mar 2026" in bar.words for bar in coverage_chart(stale).bars)


def test_coverage_chart_of_evidence_taken_off_the_file_says_so() -> None:
    found = kinds(coverage_chart(with_evidence()))
    assert found["counts"] == found["stale"] == 0
    assert found["missing"] > 0


def test_coverage_chart_of_empty_record_draws_no_bar_as_covered() -> None:
    chart = coverage_chart(empty_snapshot())
    assert not any(bar.parts for bar in chart.bars)
    assert all(bar.empty and bar.empty in bar.words for bar in chart.bars)
    assert len(draw_bars(chart, LIGHT).areas) == len(chart.sentences)


def test_coverage_bar_that_is_not_whole_asks_for_attention_and_names_what_lacks() -> None:
    shot = full_snapshot()
    lacking = [claim for claim in claims_of(shot) if claim.standing != "counts"]
    assert lacking
    bars = {bar.key: bar for bar in coverage_chart(shot).bars}
    for claim in lacking:
        assert bars[claim.group].loud
    assert any(f"{lacking[0].text}: {lacking[0].why}" in bar.words for bar in bars.values())
