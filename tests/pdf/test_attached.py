"""The assessment attached to a real report, read back as the moment it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest

from asl_desktop.errors import FileMissing, VerifyImpossible
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.outcome import snapshot_document
from asl_desktop.services.preflight import check_before_signing
from reports.attached import attached_snapshot
from reports.document import board_report
from reports.rendering import write_pdf
from tests import report_world
from tests.services_world import small_pack
from tests.signing_world import bare_pdf, report_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from reports.rendering import Written


def test_attached_assessment_is_the_one_of_the_report(example_reports: dict[str, tuple[Snapshot, Written]]) -> None:
    for snapshot, written in example_reports.values():
        found = attached_snapshot(written.path)
        assert (found.digest, found.as_of) == (snapshot.digest, snapshot.as_of)
        assert found.determination == snapshot.determination
        assert check_before_signing(found).counts == check_before_signing(snapshot).counts


def test_full_record_survives_being_attached(tmp_path: Path) -> None:
    snapshot = report_world.full_snapshot()
    report = board_report(snapshot, generated_at=report_world.MOMENT)
    written = write_pdf(report, tmp_path / "r.pdf", attachment=snapshot_document(snapshot))
    assert attached_snapshot(written.path).digest == snapshot.digest


def refusal_of(path: Path) -> str:
    with pytest.raises(VerifyImpossible) as caught:
        attached_snapshot(path)
    return str(caught.value.values["detail"])


def test_report_that_cannot_be_judged_says_why(tmp_path: Path) -> None:
    assert refusal_of(bare_pdf(tmp_path / "bare.pdf")) == "no assessment is attached to it"
    unknown = tmp_path / "unknown.pdf"
    unknown.write_bytes(report_bytes())
    assert refusal_of(unknown) == 'its framework "test" is not installed here'
    for content in (b"", b"%PDF-1.7\n", b"no report"):
        unknown.write_bytes(content)
        assert refusal_of(unknown) == "it cannot be read as a report"
    with pytest.raises(FileMissing):
        attached_snapshot(tmp_path / "none.pdf")


def attached_to(path: Path, *documents: bytes) -> Path:
    """Write a PDF with these attachments."""
    with pikepdf.open(bare_pdf(path), allow_overwriting_input=True) as pdf:
        for number, data in enumerate(documents):
            name = f"assessment{number}.json"
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
        pdf.save(path)
    return path


def test_attached_data_that_is_not_what_it_states_is_not_believed(tmp_path: Path) -> None:
    whole = snapshot_document(report_world.full_snapshot())
    assert attached_snapshot(attached_to(tmp_path / "a.pdf", whole)).digest == report_world.full_snapshot().digest
    changed = whole.replace(b"Weekly review until", b"No review until")
    assert changed != whole
    assert refusal_of(attached_to(tmp_path / "b.pdf", changed)) == (
        "the assessment attached to it is not the one that it names"
    )
    twice = attached_to(tmp_path / "c.pdf", whole, changed)
    assert refusal_of(twice) == "several assessments are attached to it"
    other = whole.replace(report_world.full_snapshot().pack.digest.encode(), b"0" * 64)
    assert "with other content" in refusal_of(attached_to(tmp_path / "d.pdf", other))
    broken = whole.replace(b'"outcome":"go_with_conditions"', b'"outcome":"perhaps"')
    assert refusal_of(attached_to(tmp_path / "e.pdf", broken)) == "the assessment attached to it cannot be read"


def test_assessment_under_a_framework_of_ones_own_is_not_judged_by_another(tmp_path: Path) -> None:
    snapshot = snapshot_of(small_pack(), report_world.empty_snapshot().inputs, as_of=report_world.DAY)
    path = attached_to(tmp_path / "a.pdf", snapshot_document(snapshot))
    assert refusal_of(path) == 'its framework "small" is not installed here'
