"""Every tension stands on the first page of the report, whatever its length."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import page
import pikepdf
import pytest

from asl_desktop.domain import wording
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.outcome import snapshot_document
from asl_desktop.services.packs import load_pack
from reports.document import board_report
from reports.rendering import write_pdf
from reports.sections.common import Context
from reports.sections.tensions import beginning, record_says
from tests.report_world import DAY, MOMENT, full_inputs, full_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from reports.rendering import Written

EXAMPLES = ("claude-opus-4", "claude-sonnet-4")
FOOT = 6.6  # points: the digest at the foot of every page
MORE = " More words follow after the first sentence." * 12


def _written(path: Path, snapshot: Snapshot) -> Path:
    report = board_report(snapshot, generated_at=MOMENT)
    return write_pdf(report, path, attachment=snapshot_document(snapshot)).path


def _page(path: Path, number: int) -> str:
    """Return the text of a page without white space."""
    command = ["pdftotext", "-enc", "UTF-8", "-f", str(number), "-l", str(number), str(path), "-"]
    return _squeezed(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _long(*, by: str = "") -> Snapshot:
    """Return a record in which every rationale is long, and names of authors as well where ``by`` is given."""
    inputs = full_inputs()
    showings = tuple(
        replace(
            showing,
            by=f"{showing.by}{by and f' for {showing.threshold}{by}'}",
            rationales={key: f"First words on {key}.{MORE} Last words on {key}." for key in showing.rationales},
        )
        for showing in inputs.showings
    )
    return snapshot_of(load_pack("anthropic-rsp-2.2"), replace(inputs, showings=showings), as_of=DAY)


@pytest.mark.parametrize("name", EXAMPLES)
def test_first_page_of_worked_example_holds_every_tension_with_rationale_and_author(
    example_reports: dict[str, tuple[Snapshot, Written]], name: str
) -> None:
    snapshot, made = example_reports[name]
    context, first = Context(snapshot), _page(made.path, 1)
    found = snapshot.determination.tensions

    assert len(found) >= 18
    assert _squeezed(f"Tensions: {len(found)} points accepted") in first
    assert [item for item in found if _squeezed(context.subject(item.subject)) not in first] == []
    assert [item for item in found if not item.rationale or _squeezed(item.rationale) not in first] == []
    assert [item for item in found if not item.by or _squeezed(f"rationales given, by {item.by}") not in first] == []
    assert [item for item in found if _squeezed(record_says(context, item)[1]).casefold() not in first.casefold()] == []
    assert "Tensions" not in _page(made.path, 2)


@pytest.mark.parametrize("name", EXAMPLES)
def test_first_page_of_worked_example_is_readable(
    example_reports: dict[str, tuple[Snapshot, Written]], name: str
) -> None:
    with pikepdf.open(example_reports[name][1].path) as pdf:
        sizes = {
            round(float(item.operands[1]), 2)
            for item in pikepdf.parse_content_stream(pdf.pages[0])
            if str(item.operator) == "Tf"
        }

    assert min(sizes - {FOOT}) >= 7.2  # heads of tables; all that is read is larger
    assert min(sizes - {FOOT, 7.2}) >= 7.4


def test_tensions_name_every_threshold_that_they_bear_on(example_reports: dict[str, tuple[Snapshot, Written]]) -> None:
    snapshot, made = example_reports["claude-sonnet-4"]
    first = _page(made.path, 1)
    suite = [t for t in snapshot.determination.tensions if t.subject == "internal-research-suite-2"]

    assert [item.threshold for item in suite] == ["AIRD-4", "AIRD-5"]
    assert first.count(_squeezed("Internal AI research suite 2")) == 1
    assert _squeezed("AIRD-4 and AIRD-5") in first


def test_long_rationales_begin_on_the_first_page_and_follow_in_full_before_anything_else(tmp_path: Path) -> None:
    snapshot = _long()
    path = _written(tmp_path / "report.pdf", snapshot)
    first, second = _page(path, 1), _page(path, 2)
    found = snapshot.determination.tensions

    assert any(item.rationale for item in found)
    assert any(not item.rationale for item in found)
    assert all(_squeezed(Context(snapshot).subject(item.subject)) in first for item in found)
    assert all(_squeezed(f"First words on {item.subject}. \u2026") in first for item in found if item.rationale)
    assert _squeezed("None given: the showing does not count.") in first
    assert _squeezed(f"rationales given, by {found[0].by}") in first
    assert _squeezed("\u201cTensions in full\u201d follows") in first
    assert "Lastwords" not in first
    assert all(_squeezed(item.rationale) in second for item in found[:3])
    assert second.index("Tensionsinfull") < second.index("Firstwords")
    assert page.is_pdf_compliant(str(path), profile="3a")
    assert page.is_pdf_compliant(str(path), profile="ua1")


def test_tensions_that_no_page_can_hold_are_counted_on_the_first_and_follow_before_anything_else(
    tmp_path: Path,
) -> None:
    snapshot = _long(by=" on behalf of a committee whose name is far too long to be printed again and again" * 4)
    path = _written(tmp_path / "report.pdf", snapshot)
    first, following = _page(path, 1), "".join(_page(path, number) for number in range(2, 6))
    found = snapshot.determination.tensions

    assert _squeezed(f"Tensions: {len(found)} points accepted") in first
    assert _squeezed("This page cannot hold them all; they follow before anything else.") in first
    assert all(following.count(_squeezed(f"Last words on {item.subject}.")) == 1 for item in found if item.rationale)
    assert following.rindex("Lastwords") < following.index(_squeezed("Margins, buffers and the common axis"))
    assert page.is_pdf_compliant(str(path), profile="ua1")


def test_record_says_a_finding_in_full_when_it_is_not_only_the_state_of_a_margin() -> None:
    context = Context(full_snapshot())
    item = next(t for t in full_snapshot().determination.tensions if t.subject == "quadruped-rl")
    more = " The rationale was given before this came on record; it must be accepted anew."

    assert record_says(context, item) == ("crossed", "crossed, 1.8 (1.57 to 2.03) against 1")
    mark, words = record_says(context, replace(item, finding=item.finding + more))
    assert mark is None
    assert words.endswith(more)
    assert wording.MARGIN_WORDS["crossed"] in words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One sentence of 1.5x.", "One sentence of 1.5x."),
        ("The first. The second.", "The first. \u2026"),
        ("no stop " * 30, f"{'no stop ' * 11}\u2026"),
        ("W" * 500, f"{'W' * 90} \u2026"),
        ("Over two\nlines", "Over two lines"),
    ],
)
def test_beginning_of_a_rationale_is_its_first_sentence_or_as_many_words_as_fit(text: str, expected: str) -> None:
    assert beginning(text) == expected
