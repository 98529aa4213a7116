from __future__ import annotations

import logging
import os
import shutil
import stat
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import page
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from asl_desktop.clock import FixedClock
from asl_desktop.errors import FileMissing, SigningRefused, UserError
from reports.identity import Identity, add_trust, load_identity
from reports.pades import AppendingWriter
from reports.signing import sign_report
from reports.verifying import verify_pdf
from tests.signing_world import MOMENT, PASSPHRASE, bare_pdf, report_bytes, self_signed

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOCK = FixedClock(MOMENT)
BYTE_RANGE_RULE = "PDFA3A-SIGNATURE-BYTERANGE-001"


def _pdfsig(path: Path, *options: str) -> str:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig is the independent reader")
    return subprocess.run(["pdfsig", *options, path], capture_output=True, text=True, check=False).stdout


def _failed_rules(path: Path, profile: str) -> set[str]:
    return {failure.rule_id for failure in page.validate_pdf(path, profile=profile).failures}


def test_sign_report_once_is_valid_to_an_independent_reader(signed_reports: Sequence[Path]) -> None:
    shown = _pdfsig(signed_reports[1])
    assert "Signature Field Name: Assessor" in shown
    assert "Signer Certificate Common Name: Dr Ada Öst" in shown
    assert "ETSI.CAdES.detached" in shown
    assert shown.count("Signature is Valid.") == 1
    assert "Total document signed" in shown


def test_sign_report_twice_keeps_the_first_signature_valid(signed_reports: Sequence[Path]) -> None:
    shown = _pdfsig(signed_reports[2])
    assert shown.count("Signature is Valid.") == 2
    assert shown.count("- Not total document signed") == 1
    assert shown.index("Not total document signed") < shown.index("Total document signed")


@pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil makes the other program's trust store")
def test_sign_report_is_trusted_by_an_independent_reader_that_has_the_root(
    signed_reports: Sequence[Path], assessor: Identity, tmp_path: Path
) -> None:
    database, pem = tmp_path / "nss", tmp_path / "root.pem"
    database.mkdir()
    pem.write_bytes(assessor.chain[0].public_bytes(serialization.Encoding.PEM))
    subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True)
    assert "issuer isn't Trusted" in _pdfsig(signed_reports[1], "-nssdir", f"sql:{database}")
    subprocess.run(["certutil", "-A", "-d", f"sql:{database}", "-n", "root", "-t", "CT,C,C", "-i", pem], check=True)
    assert "Certificate is Trusted" in _pdfsig(signed_reports[1], "-nssdir", f"sql:{database}")


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is the independent reader")
def test_sign_report_writes_sound_files(signed_reports: Sequence[Path]) -> None:
    for path in signed_reports:
        done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert "No syntax or stream encoding errors found" in done.stdout


def test_sign_report_only_appends(signed_reports: Sequence[Path]) -> None:
    unsigned, once, twice = (path.read_bytes() for path in signed_reports)
    assert once.startswith(unsigned)
    assert twice.startswith(once)


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_sign_report_once_keeps_the_archival_and_accessible_form(signed_reports: Sequence[Path], profile: str) -> None:
    assert page.is_pdf_compliant(signed_reports[0], profile=profile)
    assert page.is_pdf_compliant(signed_reports[1], profile=profile)


def test_sign_report_by_ecdsa_keeps_the_archival_and_accessible_form(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    target = tmp_path / "signed.pdf"
    sign_report(signed_reports[0], target, reviewer, role="Reviewer", clock=CLOCK)
    assert page.is_pdf_compliant(target, profile="3a")
    assert page.is_pdf_compliant(target, profile="ua1")


def test_sign_report_twice_breaks_no_rule_but_the_one_no_second_signature_can_keep(
    signed_reports: Sequence[Path],
) -> None:
    # The checker wants every byte range to reach the end of the final file; an incremental signature cannot.
    assert _failed_rules(signed_reports[2], "3a") == {BYTE_RANGE_RULE}
    assert page.is_pdf_compliant(signed_reports[2], profile="ua1")


def test_sign_report_shows_name_role_time_and_digest_on_the_page(signed_reports: Sequence[Path]) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is the independent reader")
    text = subprocess.run(["pdftotext", signed_reports[2], "-"], capture_output=True, text=True, check=True).stdout
    for words in (
        "Dr Ada Öst",
        "Signed as Assessor · Frontier Lab",
        "2 Jun 2025, 12:00 UTC",
        "Ready for the board",
        "Bo Lind",
        "Signed as Reviewer",
    ):
        assert words in text
    digest = verify_pdf(signed_reports[1], clock=CLOCK).facts
    short = next(fact for fact in digest if fact.startswith("Snapshot digest: "))[17:33]
    assert f"Snapshot {short[:4]} {short[4:8]} {short[8:12]} {short[12:16]}" in text


def test_sign_report_embeds_every_font_it_brings(signed_reports: Sequence[Path]) -> None:
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts is the independent reader")
    shown = subprocess.run(["pdffonts", signed_reports[2]], capture_output=True, text=True, check=True).stdout
    rows = shown.splitlines()[2:]
    assert len(rows) > 2
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


@pytest.mark.slow
def test_sign_report_many_times_always_keeps_the_archival_form(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    # Compressed data that ends in a line end is read as one byte too long by checkers: 1 stream in 128.
    target = tmp_path / "signed.pdf"
    for number in range(60):
        sign_report(signed_reports[0], target, reviewer, reason=f"Reading {number:03}", clock=CLOCK)
        assert page.is_pdf_compliant(target, profile="3a"), number


def test_library_still_writes_metadata_where_we_stop_it() -> None:
    # AppendingWriter overrides a private method; when it is renamed the override does nothing and PDF/A breaks.
    assert "_update_meta" in vars(BasePdfFileWriter)
    assert "_update_meta" in vars(AppendingWriter)


def test_sign_report_in_place_replaces_the_file_when_done(reviewer: Identity, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(report_bytes())
    sign_report(path, path, reviewer, clock=CLOCK)
    result = verify_pdf(path, trust=[reviewer.chain[0]], clock=CLOCK)
    assert result.ok
    assert [item.name for item in tmp_path.iterdir()] == ["report.pdf"]


def test_sign_report_stays_as_private_as_the_report(reviewer: Identity, tmp_path: Path) -> None:
    path, target = tmp_path / "report.pdf", tmp_path / "signed.pdf"
    path.write_bytes(report_bytes())
    path.chmod(0o600)
    sign_report(path, target, reviewer, clock=CLOCK)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_sign_report_without_fields_makes_one_for_every_role_first(
    assessor: Identity, reviewer: Identity, trusted: Path, tmp_path: Path
) -> None:
    path = bare_pdf(tmp_path / "bare.pdf")
    sign_report(path, path, reviewer, clock=CLOCK)
    sign_report(path, path, assessor, role="Board", clock=CLOCK)
    result = verify_pdf(path, clock=CLOCK)
    assert result.ok
    assert [item.role for item in result.signatures] == ["Assessor", "Board"]
    with pytest.raises(SigningRefused) as caught:
        sign_report(path, path, reviewer, role="Treasurer", clock=CLOCK)
    assert "has no field for Treasurer" in str(caught.value.values["detail"])


def test_sign_report_by_the_board_locks_out_a_later_reviewer(
    signed_reports: Sequence[Path], assessor: Identity, reviewer: Identity, tmp_path: Path
) -> None:
    board, late = tmp_path / "board.pdf", tmp_path / "late.pdf"
    sign_report(signed_reports[1], board, reviewer, role="Board", clock=CLOCK)
    with pytest.raises(SigningRefused):
        sign_report(board, late, assessor, role="Reviewer", clock=CLOCK)
    assert not late.exists()


def test_sign_report_with_a_self_signed_identity_works(signed_reports: Sequence[Path], tmp_path: Path) -> None:
    for usage in (True, False):
        identity = load_identity(self_signed(tmp_path / "s.p12", "Solo", key_usage=usage), PASSPHRASE)
        target = tmp_path / "signed.pdf"
        sign_report(signed_reports[0], target, identity, clock=CLOCK)
        assert not verify_pdf(target, clock=CLOCK).ok
        add_trust(identity.certificate)
        assert verify_pdf(target, clock=CLOCK).ok


def _refused(path: Path, target: Path, identity: Identity, **more: object) -> str:
    before = path.read_bytes() if path.is_file() else b""
    existing = target.read_bytes() if target.is_file() else None
    with pytest.raises(SigningRefused) as caught:
        sign_report(path, target, identity, **{"clock": CLOCK, **more})  # type: ignore[arg-type]
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert (target.read_bytes() if target.is_file() else None) == existing
    return str(caught.value.values["detail"])


def test_sign_report_in_a_filled_field_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    target = tmp_path / "out.pdf"
    target.write_bytes(b"an older file")
    assert _refused(signed_reports[1], target, reviewer) == "the Assessor field is signed already"
    assert [item.name for item in tmp_path.iterdir()] == ["out.pdf"]


def test_sign_report_on_something_else_is_refused(reviewer: Identity, tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    path.write_text("not a report")
    assert _refused(path, tmp_path / "out.pdf", reviewer) == "it is not a PDF"
    path.write_bytes(b"%PDF-1.7\nnothing more")
    assert _refused(path, tmp_path / "out.pdf", reviewer) == "it is damaged or not a well-formed PDF"
    with pytest.raises(FileMissing):
        sign_report(tmp_path / "none.pdf", tmp_path / "out.pdf", reviewer, clock=CLOCK)


def test_sign_report_changed_since_it_was_certified_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    path = tmp_path / "changed.pdf"
    path.write_bytes(signed_reports[1].read_bytes() + b"% a note\n")
    assert "changed after an earlier signature" in _refused(path, tmp_path / "out.pdf", reviewer, role="Reviewer")


def test_sign_report_certified_against_changes_is_refused(reviewer: Identity, tmp_path: Path) -> None:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata

    from reports.pades import ClockedSigner, IdentitySigner

    source, path = tmp_path / "report.pdf", tmp_path / "final.pdf"
    source.write_bytes(report_bytes())
    signer = ClockedSigner(
        PdfSignatureMetadata(
            field_name="Assessor",
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        ),
        IdentitySigner(reviewer),
    )
    signer.moment = MOMENT
    with source.open("rb") as stream, path.open("wb") as output:
        signer.sign_pdf(AppendingWriter(stream), output=output)
    detail = _refused(path, tmp_path / "out.pdf", reviewer, role="Reviewer")
    assert detail == "its first signature does not allow any change"


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_sign_report_into_a_read_only_folder_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    assert "cannot be written" in _refused(signed_reports[0], folder / "out.pdf", reviewer)


def test_sign_report_into_a_missing_folder_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path
) -> None:
    target = tmp_path / "missing" / "out.pdf"
    assert _refused(signed_reports[0], target, reviewer) == f"{target} cannot be written (No such file or directory)"


@pytest.mark.parametrize("role", ["ArchiveTimestamp", "", "Board.Chair", "Assessor\n"])
def test_sign_report_in_an_impossible_role_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path, role: str
) -> None:
    _refused(signed_reports[0], tmp_path / "out.pdf", reviewer, role=role)


@pytest.mark.parametrize(("days", "words"), [(6 * 365, "expired on 1 Jun 2030"), (-30, "not valid before 1 Jun 2025")])
def test_sign_report_outside_the_validity_of_the_certificate_is_refused(
    signed_reports: Sequence[Path], reviewer: Identity, tmp_path: Path, days: int, words: str
) -> None:
    clock = FixedClock(MOMENT + timedelta(days=days))
    assert words in _refused(signed_reports[0], tmp_path / "out.pdf", reviewer, clock=clock)


def test_sign_report_and_its_refusals_never_tell_passphrase_or_key(
    signed_reports: Sequence[Path], assessor: Identity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert isinstance(assessor.private_key, rsa.RSAPrivateKey)
    numbers = assessor.private_key.private_numbers()
    secrets = [number.to_bytes(384, "big")[-32:] for number in (numbers.p, numbers.q, numbers.d)]
    told: list[str] = []
    identity = load_identity(assessor.path, PASSPHRASE)
    for path, role in ((signed_reports[0], "Assessor"), (signed_reports[1], "Assessor"), (tmp_path, "Board")):
        try:
            sign_report(path, tmp_path / "out.pdf", identity, role=role, clock=CLOCK)
        except UserError as error:
            told.append(f"{error} {error.values} {error.__cause__!r}")
    with pytest.raises(UserError) as caught:
        load_identity(assessor.path, "wrong " + PASSPHRASE)
    told += [str(caught.value), repr(caught.value.values), repr(caught.value.__cause__), caplog.text, repr(identity)]
    assert len(told) == 7
    assert PASSPHRASE not in " ".join(told)
    written = (tmp_path / "out.pdf").read_bytes()
    assert PASSPHRASE.encode() not in written
    for secret in secrets:
        assert secret.hex() not in " ".join(told)
        assert secret not in written
        assert secret.hex().encode() not in written.lower()
