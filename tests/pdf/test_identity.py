from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from asl_desktop.clock import FixedClock
from asl_desktop.errors import FileExists, FileMissing, IdentityRefused, OutputNotWritable, ValueRefused
from reports.identity import (
    Identity,
    add_trust,
    create_identity,
    export_root,
    fingerprint,
    list_trust,
    load_identity,
    read_certificate,
    unreadable_trust,
)
from tests.signing_world import MOMENT, PASSPHRASE, self_signed

CLOCK = FixedClock(MOMENT)


def _make(path: Path, **more: object) -> Identity:
    return create_identity("Ada", path, PASSPHRASE, key="ecdsa-p256", clock=CLOCK, **more)  # type: ignore[arg-type]


def test_create_identity_then_load_gives_the_same_identity(assessor: Identity) -> None:
    loaded = load_identity(assessor.path, PASSPHRASE)
    assert loaded == assessor
    assert (loaded.name, loaded.organisation, loaded.role) == ("Dr Ada Öst", "Frontier Lab", "Head of evaluation")
    assert loaded.private_key.public_key() == assessor.private_key.public_key()
    assert loaded.notice == ""


def test_create_identity_by_default_makes_rsa_3072_under_a_root_of_its_own(assessor: Identity) -> None:
    assert isinstance(assessor.private_key, rsa.RSAPrivateKey)
    assert assessor.private_key.key_size == 3072
    assert assessor.root is not None
    assert not assessor.self_signed
    assessor.certificate.verify_directly_issued_by(assessor.root)
    constraints = assessor.root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_create_identity_writes_a_file_only_its_owner_can_read(assessor: Identity) -> None:
    assert stat.S_IMODE(assessor.path.stat().st_mode) == 0o600
    assert [item.name for item in assessor.path.parent.iterdir() if item.name.startswith(".")] == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the independent reader")
def test_create_identity_is_read_by_openssl_with_slow_encryption_and_check(assessor: Identity) -> None:
    shown = subprocess.run(
        ["openssl", "pkcs12", "-in", assessor.path, "-passin", f"pass:{PASSPHRASE}", "-info", "-noout"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "MAC: sha256, Iteration 300000" in shown
    assert shown.count("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256") == 2


def test_create_identity_over_a_file_refuses_and_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "id.p12"
    path.write_bytes(b"precious")
    with pytest.raises(FileExists):
        _make(path)
    assert path.read_bytes() == b"precious"
    assert list_trust() == ()


def test_create_identity_in_a_missing_folder_leaves_no_trust_behind(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        _make(tmp_path / "missing" / "id.p12")
    assert list_trust() == ()


def test_create_identity_without_a_writable_trust_store_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ASL_TRUST_DIR", str(tmp_path / "file" / "trust"))
    with pytest.raises(OutputNotWritable):
        _make(tmp_path / "id.p12")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("name", "passphrase", "organisation"),
    [
        (" ", "secret", ""),
        ("Ada", " ", ""),
        ("A" * 65, "secret", ""),
        ("Ada", "secret", "x\ny"),
        ("A\u202eda", "s", ""),
    ],
)
def test_create_identity_with_a_bad_field_is_refused(
    tmp_path: Path, name: str, passphrase: str, organisation: str
) -> None:
    with pytest.raises(ValueRefused):
        create_identity(name, tmp_path / "id.p12", passphrase, organisation=organisation, clock=CLOCK)
    assert list(tmp_path.iterdir()) == []


def test_create_identity_trusts_its_root_and_only_the_root(tmp_path: Path) -> None:
    identity = _make(tmp_path / "id.p12")
    assert list_trust() == (identity.root,)


def test_passphrase_typed_in_another_unicode_form_opens_the_identity(assessor: Identity) -> None:
    decomposed = PASSPHRASE.replace("ü", "u\u0308")
    assert decomposed != PASSPHRASE
    assert load_identity(assessor.path, decomposed) == assessor


def test_passphrase_beyond_the_basic_plane_opens_the_identity(tmp_path: Path) -> None:
    identity = create_identity("Ada", tmp_path / "id.p12", "key \U0001f511", key="ecdsa-p256", clock=CLOCK)
    assert load_identity(tmp_path / "id.p12", "key \U0001f511") == identity


@pytest.mark.parametrize("passphrase", ["wrong", "", PASSPHRASE + " "])
def test_load_identity_with_a_wrong_passphrase_is_refused_without_telling_it(
    assessor: Identity, passphrase: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(IdentityRefused) as caught:
        load_identity(assessor.path, passphrase)
    assert caught.value.values["detail"] == "the passphrase is wrong or the file is damaged"
    assert "horse" not in str(caught.value)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"", "not a PKCS#12"), (b"%PDF-1.7 not an identity", "not a PKCS#12"), (b"0" * 10, "damaged")],
)
def test_load_identity_from_another_kind_of_file_is_refused(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "x.p12"
    path.write_bytes(content)
    with pytest.raises(IdentityRefused) as caught:
        load_identity(path, PASSPHRASE)
    assert cause in str(caught.value.values["detail"])


def test_load_identity_cut_short_says_how_much_is_there(tmp_path: Path, assessor: Identity) -> None:
    data = assessor.path.read_bytes()
    path = tmp_path / "cut.p12"
    path.write_bytes(data[:1000])
    with pytest.raises(IdentityRefused) as caught:
        load_identity(path, PASSPHRASE)
    assert caught.value.values["detail"] == f"it is damaged: 1000 of {len(data)} bytes are there"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_load_identity_with_one_changed_byte_is_refused(tmp_path: Path, reviewer: Identity, share: float) -> None:
    data = bytearray(reviewer.path.read_bytes())
    data[int(len(data) * share)] ^= 1
    path = tmp_path / "bent.p12"
    path.write_bytes(data)
    with pytest.raises(IdentityRefused):
        load_identity(path, PASSPHRASE)


def test_load_identity_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        load_identity(tmp_path / "none.p12", PASSPHRASE)


def test_load_identity_self_signed_is_opened_and_reported(tmp_path: Path) -> None:
    identity = load_identity(self_signed(tmp_path / "self.p12", "Solo"), PASSPHRASE)
    assert identity.self_signed
    assert identity.root == identity.certificate
    assert "self-signed" in identity.notice


def test_load_identity_without_chain_is_opened_and_reported(tmp_path: Path, reviewer: Identity) -> None:
    path = tmp_path / "alone.p12"
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(None, reviewer.private_key, reviewer.certificate, None, encryption)
    )
    identity = load_identity(path, PASSPHRASE)
    assert identity.root is None
    assert "root certificate" in identity.notice
    with pytest.raises(IdentityRefused):
        export_root(identity, tmp_path / "root.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the file")
@pytest.mark.parametrize("chain", [True, False])
def test_load_identity_made_by_openssl_is_opened(tmp_path: Path, reviewer: Identity, chain: bool) -> None:
    pem = serialization.Encoding.PEM
    (tmp_path / "key.pem").write_bytes(
        reviewer.private_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "cert.pem").write_bytes(reviewer.certificate.public_bytes(pem))
    (tmp_path / "root.pem").write_bytes(reviewer.chain[0].public_bytes(pem))
    extra: list[str | Path] = ["-certfile", tmp_path / "root.pem"] if chain else []
    subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-export",
            "-inkey",
            tmp_path / "key.pem",
            "-in",
            tmp_path / "cert.pem",
            *extra,
            "-out",
            tmp_path / "made.p12",
            "-passout",
            "pass:other secret",
        ],
        check=True,
        capture_output=True,
    )
    identity = load_identity(tmp_path / "made.p12", "other secret")
    assert identity.certificate == reviewer.certificate
    assert identity.chain == (reviewer.chain if chain else ())


def test_load_identity_with_an_unsupported_key_is_refused(tmp_path: Path, reviewer: Identity) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(reviewer.certificate.subject)
        .issuer_name(reviewer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MOMENT)
        .not_valid_after(MOMENT.replace(year=2030))
        .sign(key, None)
    )
    path = tmp_path / "ed.p12"
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, key, certificate, None, encryption))
    with pytest.raises(IdentityRefused) as caught:
        load_identity(path, PASSPHRASE)
    assert "not supported" in str(caught.value.values["detail"])


def test_load_identity_with_a_key_but_no_certificate_is_refused(tmp_path: Path, reviewer: Identity) -> None:
    path = tmp_path / "bare.p12"
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, reviewer.private_key, None, None, encryption))
    with pytest.raises(IdentityRefused) as caught:
        load_identity(path, PASSPHRASE)
    assert "no certificate" in str(caught.value.values["detail"])


def test_export_root_writes_what_a_verifier_can_add(tmp_path: Path, reviewer: Identity) -> None:
    path = export_root(reviewer, tmp_path / "root.pem")
    certificate = read_certificate(path)
    assert certificate == reviewer.root
    assert b"PRIVATE" not in path.read_bytes()
    stored = add_trust(certificate)
    assert list_trust() == (certificate,)
    assert add_trust(certificate) == stored
    assert len(list_trust()) == 1
    stored.unlink()
    assert list_trust() == ()


def test_fingerprint_is_the_sha_256_of_the_certificate(reviewer: Identity) -> None:
    assert bytes.fromhex(reviewer.fingerprint) == reviewer.certificate.fingerprint(hashes.SHA256())
    assert fingerprint(reviewer.certificate) == reviewer.fingerprint


def test_trust_store_with_a_stray_file_names_it_and_trusts_the_rest(reviewer: Identity) -> None:
    stored = add_trust(reviewer.chain[0])
    stray = stored.with_name("notes.pem")
    stray.write_text("remember the milk")
    assert list_trust() == (reviewer.chain[0],)
    assert unreadable_trust() == (stray,)


def test_identity_printed_or_compared_never_shows_its_key(reviewer: Identity) -> None:
    number = reviewer.private_key.private_numbers().private_value  # type: ignore[union-attr]
    assert "private" not in repr(reviewer).lower()
    assert str(number) not in repr(reviewer)
    assert PASSPHRASE not in repr(reviewer)
