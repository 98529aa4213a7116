from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.packs import load_pack
from reports.blocks import Run
from reports.document import board_report
from reports.sections.common import labelled, marked
from tests.report_world import DAY, MOMENT, full_inputs


def test_marks_of_a_rationale_become_styles_and_markup_stays_text() -> None:
    found = marked("**Not** run *twice* <b>x</b>, see [card](https://x.org)")
    assert found == (
        Run("Not", "strong"), Run(" run "), Run("twice", "italic"), Run(" <b>x</b>, see "),
        Run("card (https://x.org)"),
    )  # fmt: skip


def test_list_of_a_rationale_keeps_its_lines_behind_a_label() -> None:
    (runs,) = labelled(("Rationale", marked("- one\n- two")), ("Reason", ""))
    assert "".join(run.text for run in runs) == "Rationale: \n\u2022\u00a0one\n\u2022\u00a0two"


def _styled(found: object) -> set[tuple[str, str]]:
    """Return text and style of every run anywhere in a report."""
    if isinstance(found, Run):
        return {(found.text, found.style)}
    if isinstance(found, tuple):
        return set().union(*map(_styled, found))
    if is_dataclass(found):
        return set().union(*(_styled(getattr(found, part.name)) for part in fields(found)))
    return set()


def test_marks_of_showings_safeguards_and_decisions_are_printed_as_in_the_window() -> None:
    inputs = full_inputs()
    record = replace(
        inputs,
        showings=tuple(
            replace(
                item,
                argument=f"**Argued** for {item.showing}",
                rationales=dict.fromkeys(item.rationales, "- *accepted* all the same"),
            )
            for item in inputs.showings
        ),
        requirements=tuple(replace(item, note="Guards **watch** it") for item in inputs.requirements),
        decisions=tuple(
            replace(item, reason="We *waited* for it", conditions="**Only** here") for item in inputs.decisions
        ),
    )
    found = _styled(board_report(snapshot_of(load_pack("anthropic-rsp-2.2"), record, as_of=DAY), generated_at=MOMENT))
    expected = {
        ("Argued", "strong"), ("accepted", "italic"), ("watch", "strong"), ("waited", "italic"), ("Only", "strong"),
    }  # fmt: skip
    assert expected <= found
    assert not [text for text, _ in found if "**" in text or "*accepted*" in text]


def test_flat_marks_keep_one_paragraph() -> None:
    assert (
        "".join(run.text for run in marked("First\n- one\n- two", flat=True)) == "First \u2022\u00a0one \u2022\u00a0two"
    )
