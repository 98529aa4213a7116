"""The gap in safeguards as a chart: one truth with the determination, no claim drawn as in place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import RequirementRecord
from asl_desktop.errors import OutputNotWritable
from asl_desktop.services.assessments import snapshot_of
from reports.charts.bars import Bar
from reports.charts.bars_figure import draw_bars, save_bars
from reports.charts.palette import LIGHT
from reports.charts.safeguards_gap import gap_chart
from tests.report_world import empty_snapshot, full_snapshot

GOOD = {"in_place", "not_applicable", "excepted"}


def missing_of(bar: Bar) -> int:
    """Return how many requirements of a bar are drawn as not covered."""
    return sum(part.count for part in bar.parts if part.kind not in GOOD)


def with_state(shot: Snapshot, record: RequirementRecord) -> Snapshot:
    """Return the snapshot with one requirement recorded otherwise."""
    others = tuple(item for item in shot.inputs.requirements if item.requirement != record.requirement)
    return snapshot_of(shot.pack, replace(shot.inputs, requirements=(*others, record)), as_of=shot.as_of)


@pytest.mark.parametrize("make", [full_snapshot, empty_snapshot])
def test_gap_chart_of_required_standards_counts_what_the_determination_counts(make: object) -> None:
    shot: Snapshot = make()  # type: ignore[operator]
    bars = {bar.key: bar for bar in gap_chart(shot).bars}
    for result in shot.determination.tracks:
        track = shot.pack.track_by_id[result.track]
        for standard in track.standards[: track.rank(result.required) + 1]:
            gap = [g for g in shot.determination.gap if (g.track, g.standard) == (track.id, standard.id)]
            bar = bars[f"{track.id}/{standard.id}"]
            assert missing_of(bar) == len(gap)
            assert all(item.reason in bar.words for item in gap if item.status != "unspecified")
            rows = shot.pack.requirements_by_standard.get((track.id, standard.id), ())
            assert not rows or bar.total == len(rows)


def test_gap_chart_shows_required_standards_first() -> None:
    labels = [bar.label for bar in gap_chart(full_snapshot()).bars]
    assert labels == sorted(labels, key=lambda text: "not required" in text)


def test_gap_chart_of_claim_without_evidence_is_not_in_place() -> None:
    shot = empty_snapshot()
    row = shot.pack.requirements[0]
    claimed = with_state(shot, RequirementRecord(row.id, "in_place"))
    bar = next(b for b in gap_chart(claimed).bars if b.key == f"{row.track}/{row.standard}")
    assert [part.kind for part in bar.parts] == ["claimed", "not_assessed"]
    assert "1 claimed but not counting" in bar.words


def test_gap_figure_draws_the_parts_of_the_model() -> None:
    chart = gap_chart(full_snapshot())
    figure = draw_bars(chart, LIGHT)
    assert len(figure.areas) == len(chart.sentences)
    for bar in chart.bars:
        drawn = figure.drawn[bar.key]
        assert [kind for kind, _ in drawn] == [part.kind for part in bar.parts]
        assert [share for _, share in drawn] == pytest.approx([part.count / bar.total for part in bar.parts])


def test_gap_chart_saved_is_opened_by_independent_readers_and_twice_the_same(tmp_path: Path) -> None:
    chart = gap_chart(full_snapshot())
    for name in ("a.svg", "b.svg", "a.png", "a.pdf"):
        save_bars(chart, tmp_path / name, "light")
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        picture.load()
        assert picture.width == 2400
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert full_snapshot().digest[:16] in chart.source


def test_gap_chart_with_another_ending_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="svg"):
        save_bars(gap_chart(empty_snapshot()), tmp_path / "gap.bmp", "light")
    assert not list(tmp_path.iterdir())
