from __future__ import annotations

from reports.blocks import Run
from reports.sections.common import labelled, marked


def test_marks_of_a_rationale_become_styles_and_markup_stays_text() -> None:
    found = marked("**Not** run *twice* <b>x</b>, see [card](https://x.org)")
    assert found == (
        Run("Not", "strong"), Run(" run "), Run("twice", "italic"), Run(" <b>x</b>, see "),
        Run("card (https://x.org)"),
    )  # fmt: skip


def test_list_of_a_rationale_keeps_its_lines_behind_a_label() -> None:
    (runs,) = labelled(("Rationale", marked("- one\n- two")), ("Reason", ""))
    assert "".join(run.text for run in runs) == "Rationale: \n\u2022\u00a0one\n\u2022\u00a0two"
