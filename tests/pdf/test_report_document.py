"""What the report says: nothing that people typed may get lost, and the first page speaks plainly."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from asl_desktop.domain.inputs import EvidenceLink, Inputs, Point
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack
from reports.blocks import ReportDocument, Table, runs_of, text_of
from reports.document import board_report
from reports.sections.front import verdict
from tests.report_world import DAY, MOMENT, empty_snapshot, full_inputs, full_snapshot

PACK = "anthropic-rsp-2.2"
TYPED = {
    "rationale", "reason", "notes", "note", "text", "argument", "edits", "gap_rationale", "elicitation_notes",
    "set_aside_reason", "set_aside_by", "conditions", "owner", "approved_by", "confirmed_by", "title", "cites", "name",
    "change", "by", "role", "author", "locked_by", "anchor", "developer", "checkpoint", "deployment_context", "actors",
    "model", "evidence_to_show",
}  # fmt: skip


class Tokens:
    """Puts a text of its own into every place in which people type, and remembers each."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def token(self, name: str) -> str:
        self.all.append(f"{name}-{len(self.all)}-typed")
        return self.all[-1]

    def put(self, item: Any) -> Any:
        if isinstance(item, tuple):
            return tuple(self.put(part) for part in item)
        if not dataclasses.is_dataclass(item) or isinstance(item, type):
            return item
        changes: dict[str, Any] = {}
        for field in dataclasses.fields(item):
            value = getattr(item, field.name)
            if isinstance(value, str) and value and field.name in TYPED:
                changes[field.name] = self.token(field.name)
            elif isinstance(value, Mapping) and field.name == "rationales":
                changes[field.name] = {key: self.token("rationales") for key in value}
            elif isinstance(value, Mapping):
                changes[field.name] = {k: self._answer(v) for k, v in value.items()}
            elif dataclasses.is_dataclass(value) or isinstance(value, tuple):
                changes[field.name] = self.put(value)
        return dataclasses.replace(item, **changes)

    def _answer(self, value: Any) -> Any:
        return self.token("answer") if isinstance(value, str) and value.startswith("Invented text") else value


def _report(inputs: Inputs) -> ReportDocument:
    return board_report(snapshot_of(load_pack(PACK), inputs, as_of=DAY), generated_at=MOMENT)


def _section_text(report: ReportDocument, title: str) -> str:
    section = next(part for part in report.sections if part.title == title)
    return "\n".join(run.text for block in section.blocks for run in runs_of(block))


def test_report_of_full_record_holds_every_text_that_people_typed() -> None:
    tokens = Tokens()
    inputs = tokens.put(full_inputs())

    text = text_of(_report(inputs))

    assert len(tokens.all) > 300
    assert [token for token in tokens.all if token not in text] == []


def test_first_page_of_full_record_states_level_gates_tensions_and_gaps() -> None:
    report = board_report(full_snapshot(), generated_at=MOMENT)
    first = "\n".join(run.text for block in report.sections[0].blocks for run in runs_of(block))

    assert f"Heron-2: {full_snapshot().determination.label}" in first
    assert all(full_snapshot().pack.gate_by_id[gate.id].title in first for gate in full_snapshot().determination.gates)
    assert all(tension.rationale in first for tension in full_snapshot().determination.tensions)
    assert "differs from the computed state" in first
    assert "are not shown to be in place" in first


def test_first_page_of_empty_record_says_that_nothing_was_assessed() -> None:
    snapshot = empty_snapshot()
    report = board_report(snapshot, generated_at=MOMENT)
    first = "\n".join(run.text for block in report.sections[0].blocks for run in runs_of(block))

    assert "Not assessed at all, and so treated as crossed: CBRN-3, CBRN-4" in first
    assert "ASL-2 is required" not in first
    assert "23 have no measurement on file" in first
    assert "precautionary" in verdict_of(snapshot)


def test_first_page_names_what_falls_due_and_what_was_never_specified() -> None:
    first = _first_page(board_report(empty_snapshot(), generated_at=MOMENT))

    assert (
        "Affirmative case: the most immediate misalignment risks and why they are acceptably mitigated (AIRD-4)"
        in first
    )
    assert "Capability Report with the case for the conclusion (CBRN-3, CBRN-4, AIRD-4 and AIRD-5)" in first
    assert "Record salient results" not in first
    assert "ASL-4 Security Standard: It has never been specified; it cannot be met" in first
    assert "ASL-4 Deployment Standard: It has never been specified; it cannot be met" in first


def _first_page(report: ReportDocument) -> str:
    return "\n".join("".join(run.text for run in runs_of(block)) for block in report.sections[0].blocks)


def verdict_of(snapshot: Any) -> str:
    from reports.sections.common import Context

    return verdict(Context(snapshot))


def test_dissent_when_none_is_recorded_says_so() -> None:
    report = board_report(empty_snapshot(), generated_at=MOMENT)

    assert "No dissent is recorded" in _section_text(report, "Dissent")


def test_dissent_when_recorded_stands_word_for_word_with_its_author() -> None:
    text = _section_text(board_report(full_snapshot(), generated_at=MOMENT), "Dissent")

    assert "I would have accepted it.\nThe trial was small, and both arms were short." in text
    assert "Tomas Rehn" in text
    assert "No dissent" not in text


def test_margins_section_says_that_margins_are_a_construct_and_bounds_are_not_policy() -> None:
    text = _section_text(board_report(full_snapshot(), generated_at=MOMENT), "Capability margins")

    assert "construct of this program" in text
    assert "Bounds belong to single evaluations and not to policy" in text


def test_evidence_that_is_cited_but_not_on_file_is_named_as_missing() -> None:
    inputs = full_inputs()
    lost = dataclasses.replace(inputs.measurements[0], evidence=(EvidenceLink("ab" * 32),))
    text = text_of(_report(dataclasses.replace(inputs, measurements=(lost, *inputs.measurements[1:]))))

    assert f"evidence {('ab' * 32)[:12]} that is not on file" in text


@pytest.mark.parametrize("ends", [None, date(2026, 3, 13)])
def test_interim_measure_without_force_is_shown_as_not_counting(ends: date | None) -> None:
    inputs = full_inputs()
    interim = dataclasses.replace(inputs.interim[0], ends=ends)
    text = _section_text(_report(dataclasses.replace(inputs, interim=(interim,))), "Gates and decisions")

    assert ("no end date: does not count" in text) == (ends is None)
    assert ("13 Mar 2026, ended" in text) == (ends is not None)


def test_result_without_uncertainty_shows_no_interval_and_no_margin_number() -> None:
    inputs = full_inputs()
    bare = dataclasses.replace(inputs.measurements[3], report=Point(17.2, 100))
    report = _report(dataclasses.replace(inputs, measurements=(bare,)))
    section = next(part for part in report.sections if part.title == "Capability margins")
    rows = next(block for block in section.blocks if isinstance(block, Table)).rows

    texts = ["".join(run.text for runs in cell for run in runs) for cell in rows[0]]
    assert texts[2] == "none stated"
    assert texts[4] == "\u2014"


def test_evidence_register_names_every_file_with_its_full_digest() -> None:
    text = _section_text(board_report(full_snapshot(), generated_at=MOMENT), "Evidence register")

    assert all(item.sha256 in text and item.name in text for item in full_inputs().evidence)


def test_evidence_register_names_the_older_version_also_when_it_is_not_on_record() -> None:
    inputs = full_inputs()
    first, second, *rest = inputs.evidence
    newer = (dataclasses.replace(second, replaces=first.sha256), dataclasses.replace(rest[0], replaces="f" * 64))
    snapshot = snapshot_of(load_pack(PACK), dataclasses.replace(inputs, evidence=(first, *newer, *rest[1:])), as_of=DAY)
    text = " ".join(_section_text(board_report(snapshot, generated_at=MOMENT), "Evidence register").split())
    names = sorted(item.name for item in inputs.evidence)
    assert f"Newer version of: E{names.index(first.name) + 1}." in text
    assert f"Newer version of: a file that is not on record, SHA-256 {'f' * 64}." in text
