from __future__ import annotations

import io
import random
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from asl_desktop.clock import FixedClock
from asl_desktop.errors import VerifyImpossible
from reports.identity import DEMONSTRATION, Identity, create_identity, export_root
from reports.signing import sign_report
from reports.verifying import Verification, in_words, to_json, verify, verify_pdf
from tests.signing_attacks import (
    attachment_swapped,
    empty_field_made_to_look_signed,
    information_changed,
    metadata_changed,
    opens_a_script,
    page_added,
    page_changed,
    permissions_removed,
    wrapped,
)
from tests.signing_world import MOMENT, PASSPHRASE, hole_of, report_bytes, updated

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOCK = FixedClock(MOMENT)


def _verified(data: bytes, folder: Path) -> Verification:
    path = folder / "checked.pdf"
    path.write_bytes(data)
    return verify_pdf(path, clock=CLOCK)


def _untouched_but(result: Verification, words: str) -> None:
    """The only thing wrong is the one that the test did, and it is named."""
    assert not result.ok
    assert len(result.problems) == 1
    assert words in result.problems[0]


def test_verify_once_signed_and_trusted_is_ok(signed_reports: Sequence[Path], trusted: Path) -> None:
    result = verify_pdf(signed_reports[1], clock=CLOCK)
    assert result.ok
    assert result.problems == ()
    (signature,) = result.signatures
    assert (signature.signer, signature.role) == ("Dr Ada Öst", "Assessor")
    assert signature.intact
    assert signature.valid
    assert signature.trusted
    assert signature.covers_whole_document
    assert signature.signed_at == "2025-06-02T12:00:00Z"
    assert signature.time_source == "signer's clock"
    assert signature.modification_level == "none"
    assert signature.reason == "Ready for the board"


def test_verify_twice_signed_is_ok_and_only_the_newest_covers_everything(
    signed_reports: Sequence[Path], trusted: Path
) -> None:
    result = verify_pdf(signed_reports[2], clock=CLOCK)
    assert result.ok
    assert [(item.role, item.covers_whole_document) for item in result.signatures] == [
        ("Assessor", False),
        ("Reviewer", True),
    ]
    assert all(item.intact and item.valid and item.trusted for item in result.signatures)
    assert result.signatures[0].modification_level == "form_filling"
    assert "Not signed: Board." in result.facts


def test_verify_as_json_has_the_stable_shape(signed_reports: Sequence[Path], trusted: Path) -> None:
    data = to_json(verify_pdf(signed_reports[1], clock=CLOCK))
    assert {key: data[key] for key in ("ok", "kind", "problems")} == {"ok": True, "kind": "pdf", "problems": []}
    keys = ("signer", "role", "intact", "trusted", "covers_whole_document", "signed_at")
    assert [tuple(item[key] for key in keys) for item in data["signatures"]] == [
        ("Dr Ada Öst", "Assessor", True, True, True, "2025-06-02T12:00:00Z")
    ]


def test_verify_in_words_starts_with_the_bottom_line(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    good = in_words(verify_pdf(signed_reports[1], clock=CLOCK))
    assert good[0] == "Verified: intact, trusted, and the newest signature covers the whole document."
    assert good[1] == (
        "Assessor, Dr Ada Öst: intact, trusted, covers the whole document, "
        "signed 2 Jun 2025, 12:00 UTC (signer's clock)."
    )
    bad = in_words(_verified(signed_reports[1].read_bytes() + b"x", tmp_path))
    assert bad[0] == "NOT verified: do not rely on this file."
    assert any(line.startswith("Problem: 1 bytes stand after the newest signature") for line in bad)


def test_verify_by_an_unknown_signer_says_intact_but_not_trusted(
    signed_reports: Sequence[Path], nothing_trusted: Path, assessor: Identity, tmp_path: Path
) -> None:
    result = verify_pdf(signed_reports[1], clock=CLOCK)
    _untouched_but(result, "is intact, but its signer Dr Ada Öst is not trusted on this machine: add the root")
    assert result.intact
    assert result.signatures[0].intact
    assert not result.signatures[0].trusted
    root = export_root(assessor, tmp_path / "root.pem")
    assert verify_pdf(signed_reports[1], trust=[root], clock=CLOCK).ok
    assert verify_pdf(signed_reports[1], trust=assessor.chain, clock=CLOCK).ok


def test_verify_with_a_foreign_root_of_the_same_name_trusts_nobody(
    signed_reports: Sequence[Path], nothing_trusted: Path, tmp_path: Path
) -> None:
    twin = create_identity(
        "Dr Ada Öst", tmp_path / "twin.p12", PASSPHRASE, organisation="Frontier Lab", key="ecdsa-p256", clock=CLOCK
    )
    result = verify_pdf(signed_reports[1], trust=twin.chain, clock=CLOCK)
    _untouched_but(result, "is not trusted on this machine")


def test_verify_of_a_changed_report_never_asks_to_trust_its_signer(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    data = bytearray(signed_reports[1].read_bytes())
    data[data.index(b"stream") + 20] ^= 1
    result = _verified(bytes(data), tmp_path)
    assert not result.ok
    assert not result.signatures[0].trusted
    assert any("was changed after signing" in problem for problem in result.problems)
    assert not any("add the root" in problem for problem in result.problems)


def test_verify_by_an_impostor_of_the_same_name_is_not_trusted(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("ASL_TRUST_DIR", str(tmp_path / "elsewhere"))
        twin = create_identity(
            "Dr Ada Öst", tmp_path / "twin.p12", PASSPHRASE, organisation="Frontier Lab", key="ecdsa-p256", clock=CLOCK
        )
        sign_report(signed_reports[0], tmp_path / "forged.pdf", twin, clock=CLOCK)
    _untouched_but(verify_pdf(tmp_path / "forged.pdf", clock=CLOCK), "is not trusted on this machine")


@pytest.mark.parametrize(
    ("days", "words"),
    [(6 * 365, 'The certificate of "Dr Ada Öst" expired on 1 Jun 2030.'), (-30, "is not valid before 1 Jun 2025")],
)
def test_verify_outside_the_validity_of_a_certificate_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, days: int, words: str
) -> None:
    result = verify_pdf(signed_reports[1], clock=FixedClock(MOMENT + timedelta(days=days)))
    _untouched_but(result, words)


def test_verify_unsigned_report_is_not_ok(signed_reports: Sequence[Path], trusted: Path) -> None:
    result = verify_pdf(signed_reports[0], clock=CLOCK)
    assert not result.ok
    assert result.signatures == ()
    assert len(result.problems) == 1
    assert "not signed" in result.problems[0]


def test_verify_with_any_byte_flipped_outside_the_hole_is_never_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    data = signed_reports[2].read_bytes()
    holes = [range(*hole_of(data, index)) for index in (0, 1)]
    dice = random.Random(2)
    places = [place for place in dice.sample(range(len(data)), 80) if not any(place in hole for hole in holes)]
    assert len(places) >= 50
    for place in places:
        bent = bytearray(data)
        bent[place] ^= 1 << dice.randrange(8)
        assert not _verified(bytes(bent), tmp_path).ok, place


def test_verify_with_any_byte_flipped_inside_the_hole_is_never_a_different_signer(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    data = signed_reports[1].read_bytes()
    start, end = hole_of(data)
    dice = random.Random(3)
    for place in dice.sample(range(start, end), 40):
        bent = bytearray(data)
        bent[place] ^= 1 << dice.randrange(8)
        result = _verified(bytes(bent), tmp_path)
        assert not result.ok or [item.signer for item in result.signatures] == ["Dr Ada Öst"], place


@pytest.mark.parametrize("tail", [b"\n", b"% harmless\n", b"\0" * 100])
def test_verify_with_bytes_after_the_end_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, tail: bytes
) -> None:
    result = _verified(signed_reports[2].read_bytes() + tail, tmp_path)
    _untouched_but(result, f"{len(tail)} bytes stand after the newest signature (Reviewer)")
    assert not any(item.covers_whole_document for item in result.signatures)


def test_verify_with_a_second_end_mark_is_not_ok(signed_reports: Sequence[Path], trusted: Path, tmp_path: Path) -> None:
    assert not _verified(signed_reports[2].read_bytes() + b"%%EOF\n", tmp_path).ok


def test_verify_cut_short_is_not_ok(signed_reports: Sequence[Path], trusted: Path, tmp_path: Path) -> None:
    data = signed_reports[2].read_bytes()
    for length in (20, len(data) // 2, len(data) - 1):
        assert not _verified(data[:length], tmp_path).ok


def test_verify_with_a_payload_in_the_padding_of_the_hole_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    data = bytearray(signed_reports[1].read_bytes())
    _, end = hole_of(bytes(data))
    assert data[end - 9 : end] == b"00000000>"
    data[end - 9 : end - 1] = b"deadbeef"
    _untouched_but(_verified(bytes(data), tmp_path), "something is hidden behind the signature")


@pytest.mark.parametrize("padding", [b"        ", b"0000 000", b"0000000z"])
def test_verify_with_padding_that_is_not_zeros_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, padding: bytes
) -> None:
    data = bytearray(signed_reports[1].read_bytes())
    _, end = hole_of(bytes(data))
    data[end - 9 : end - 1] = padding
    assert not _verified(bytes(data), tmp_path).ok


@pytest.mark.parametrize("value", [b"null", b"[]", b"[0 -10 20 30]", b"[0 0 0 0]", b"[0 1 2]", b"(0 1 2 3)"])
def test_verify_with_a_broken_byte_range_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, value: bytes
) -> None:
    data = signed_reports[1].read_bytes()
    old = re.search(rb"(?<=/ByteRange )\[0 \d+ \d+ \d+\]", data)
    assert old is not None
    broken = data[: old.start()] + value.ljust(len(old.group())) + data[old.end() :]
    assert len(broken) == len(data)
    assert not _verified(broken, tmp_path).ok


def test_verify_with_the_signature_bytes_zeroed_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    data = bytearray(signed_reports[1].read_bytes())
    start, end = hole_of(bytes(data))
    data[start + 1 : end - 1] = b"0" * (end - start - 2)
    assert not _verified(bytes(data), tmp_path).ok


@pytest.mark.parametrize(
    "change",
    [
        page_changed,
        page_added,
        opens_a_script,
        permissions_removed,
        attachment_swapped,
        metadata_changed,
        information_changed,
        empty_field_made_to_look_signed,
    ],
)
@pytest.mark.parametrize("signed", [1, 2])
def test_verify_with_an_appended_change_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, change: Any, signed: int
) -> None:
    before = signed_reports[signed].read_bytes()
    after = updated(before, change)
    assert after.startswith(before)
    result = _verified(after, tmp_path)
    assert not result.ok
    assert not any(item.covers_whole_document for item in result.signatures)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (metadata_changed, "metadata of the document was changed"),
        (information_changed, "document information (title, author, dates) was changed"),
        (attachment_swapped, "attached data was changed"),
        (empty_field_made_to_look_signed, "changed after the Assessor signature in a way that it does not permit"),
    ],
)
def test_verify_with_a_change_that_a_later_signature_covers_names_it(
    signed_reports: Sequence[Path],
    trusted: Path,
    reviewer: Identity,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Any,
    words: str,
) -> None:
    import reports.signing

    changed = tmp_path / "changed.pdf"
    changed.write_bytes(updated(signed_reports[1].read_bytes(), change))
    # A dishonest second signer has a program without our own checks.
    monkeypatch.setattr(reports.signing, "_verify_written", lambda *_, **__: None)
    found = verify_pdf(signed_reports[1], clock=CLOCK)
    monkeypatch.setattr(reports.signing, "_earlier_signatures", lambda *_: found)
    sign_report(changed, changed, reviewer, role="Reviewer", clock=CLOCK)
    result = verify_pdf(changed, clock=CLOCK)
    assert not result.ok
    assert result.signatures[-1].covers_whole_document
    assert any(words in problem for problem in result.problems)


def test_verify_wrapped_signature_that_fools_the_library_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path
) -> None:
    """A second signature object inside a compressed stream claims the old byte range with a longer padding.

    The library adds up the lengths, gets the size of the file and calls the whole file covered although page 1 is gone.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    data = signed_reports[1].read_bytes()
    forged = wrapped(data)
    seen = PdfFileReader(io.BytesIO(forged)).embedded_signatures[0]
    seen.compute_integrity_info()
    assert seen.coverage.name == "ENTIRE_FILE"  # the day this fails the library has learned it
    result = _verified(forged, tmp_path)
    assert not result.ok
    assert not result.signatures[0].intact
    assert "hides changes" in result.problems[0]


def test_verify_with_the_digest_of_another_snapshot_is_not_ok(
    trusted: Path, reviewer: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import reports.signing

    path = tmp_path / "report.pdf"
    path.write_bytes(report_bytes(stated="cd" * 32))
    monkeypatch.setattr(reports.signing, "_verify_written", lambda *_, **__: None)
    sign_report(path, path, reviewer, clock=CLOCK)
    result = verify_pdf(path, clock=CLOCK)
    _untouched_but(result, "does not follow from the inputs in it")
    assert not any(fact.startswith("Snapshot digest") for fact in result.facts)


def test_verify_with_another_digest_in_the_properties_is_not_ok(
    trusted: Path, reviewer: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import reports.signing

    path = tmp_path / "report.pdf"
    path.write_bytes(report_bytes(keywords=("snapshot " + "ef" * 32,)))
    monkeypatch.setattr(reports.signing, "_verify_written", lambda *_, **__: None)
    sign_report(path, path, reviewer, clock=CLOCK)
    _untouched_but(verify_pdf(path, clock=CLOCK), "names another snapshot digest")


def test_sign_report_with_a_wrong_snapshot_digest_is_refused(reviewer: Identity, tmp_path: Path) -> None:
    from asl_desktop.errors import SigningRefused

    path = tmp_path / "report.pdf"
    path.write_bytes(report_bytes(stated="cd" * 32))
    with pytest.raises(SigningRefused):
        sign_report(path, tmp_path / "out.pdf", reviewer, clock=CLOCK)
    assert not (tmp_path / "out.pdf").exists()


def test_verify_says_when_one_person_signed_twice(
    signed_reports: Sequence[Path], trusted: Path, assessor: Identity, tmp_path: Path
) -> None:
    path = tmp_path / "alone.pdf"
    sign_report(signed_reports[1], path, assessor, role="Reviewer", clock=CLOCK)
    result = verify_pdf(path, clock=CLOCK)
    assert result.ok
    assert "One person signed in more than one role." in result.facts


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 archive"])
def test_verify_something_else_is_impossible(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.bin"
    path.write_bytes(content)
    with pytest.raises(VerifyImpossible):
        verify(path)
    with pytest.raises(VerifyImpossible):
        verify_pdf(path)


def test_verify_what_is_not_there_is_impossible(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pdf", tmp_path / "none.asl", tmp_path):
        with pytest.raises(VerifyImpossible):
            verify(path)


def test_verify_with_a_trust_file_that_is_none_is_impossible(signed_reports: Sequence[Path], tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("nothing")
    with pytest.raises(VerifyImpossible):
        verify_pdf(signed_reports[1], trust=[tmp_path / "root.pem"], clock=CLOCK)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\nstartxref\n99999\n%%EOF\n"])
def test_verify_a_pdf_in_name_only_is_not_ok(tmp_path: Path, content: bytes) -> None:
    result = _verified(content, tmp_path)
    assert not result.ok
    assert "not verified" in result.problems[0]


def test_verify_names_a_stray_file_in_the_trust_store(
    signed_reports: Sequence[Path], nothing_trusted: Path, assessor: Identity
) -> None:
    nothing_trusted.mkdir()
    (nothing_trusted / "stray.pem").write_text("x")
    result = verify_pdf(signed_reports[1], trust=assessor.chain, clock=CLOCK)
    assert result.ok
    assert any("stray.pem in the trust store is not a certificate" in fact for fact in result.facts)


def test_verify_with_two_trusted_roots_of_one_name_finds_the_right_one(
    signed_reports: Sequence[Path], nothing_trusted: Path, assessor: Identity, tmp_path: Path
) -> None:
    twin = create_identity(
        "Dr Ada Öst", tmp_path / "twin.p12", PASSPHRASE, organisation="Frontier Lab", key="ecdsa-p256", clock=CLOCK
    )
    for anchors in ((*twin.chain, *assessor.chain), (*assessor.chain, *twin.chain)):
        assert verify_pdf(signed_reports[1], trust=anchors, clock=CLOCK).ok


def _stamping_authority() -> tuple[Any, x509.Certificate]:
    """Return a timestamping device for the test, and the certificate to trust it by."""
    from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(MOMENT - timedelta(days=1))
        .not_valid_after(MOMENT + timedelta(days=1000))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    secret = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    device = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(der)),
        asn1_keys.PrivateKeyInfo.load(secret),
        certs_to_embed=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        fixed_dt=MOMENT,
    )
    return device, certificate


@pytest.mark.parametrize("known", [True, False])
def test_verify_with_an_archive_timestamp_checks_it_as_well(
    signed_reports: Sequence[Path], trusted: Path, tmp_path: Path, known: bool
) -> None:
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

    from reports.pades import AppendingWriter

    device, certificate = _stamping_authority()
    path = tmp_path / "stamped.pdf"
    stamper = PdfTimeStamper(device, field_name="ArchiveTimestamp")
    with signed_reports[2].open("rb") as stream, path.open("wb") as output:
        stamper.timestamp_pdf(AppendingWriter(stream), "sha256", output=output)
    result = verify_pdf(path, trust=[certificate] if known else [], clock=CLOCK)
    stamp = result.signatures[-1]
    assert (stamp.role, stamp.time_source, stamp.intact) == ("ArchiveTimestamp", "timestamp", True)
    assert stamp.signed_at == "2025-06-02T12:00:00Z"
    assert stamp.covers_whole_document
    assert (result.ok, stamp.trusted) == (known, known)


def test_verify_with_a_person_in_the_field_of_the_timestamp_is_not_ok(
    signed_reports: Sequence[Path], trusted: Path, reviewer: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import reports.signing

    path = tmp_path / "odd.pdf"
    monkeypatch.setattr(reports.signing, "_check_role", lambda *_: None)
    monkeypatch.setattr(reports.signing, "_verify_written", lambda *_, **__: None)
    sign_report(signed_reports[1], path, reviewer, role="ArchiveTimestamp", clock=CLOCK)
    _untouched_but(verify_pdf(path, clock=CLOCK), "holds something else than a timestamp")


def test_demonstration_signer_is_named_as_one_that_proves_nothing(tmp_path: Path) -> None:
    report = tmp_path / "plain.pdf"
    report.write_bytes(report_bytes())
    identity = create_identity(
        "Signer", tmp_path / "demo.p12", PASSPHRASE, organisation=DEMONSTRATION, key="ecdsa-p256", clock=CLOCK
    )
    sign_report(report, report, identity, clock=CLOCK)
    found = verify_pdf(report, clock=CLOCK)
    assert found.ok
    assert any("anyone may have signed" in fact for fact in found.facts)
