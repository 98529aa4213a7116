"""What comes from outside and is no assessment: reports, identities, checkpoints, certificates, inputs, packs."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from asl_desktop.errors import EvidenceMissing, IdentityRefused, InputInvalid, PackInvalid, UserError, VerifyImpossible
from asl_desktop.interchange.inputs_file import read_inputs
from asl_desktop.services.packs import validate_pack
from asl_desktop.storage.document import EvidenceDraft
from reports.der import largest_rounds
from reports.identity import load_identity
from reports.trust import read_certificate
from reports.verifying import verify
from tests.storage_world import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


IMPORTERS: dict[str, Callable[[Path], object]] = {
    "verify": verify,
    "inputs": read_inputs,
    "pack": validate_pack,
    "identity": lambda path: load_identity(path, "secret words"),
    "certificate": read_certificate,
}


@pytest.mark.parametrize("make_other", [_pipe, _endless, _folder])
@pytest.mark.parametrize("read", IMPORTERS.values(), ids=IMPORTERS)
def test_import_of_what_is_no_file_is_refused_at_once(
    tmp_path: Path, read: Callable[[Path], object], make_other: Callable[[Path], None]
) -> None:
    make_other(tmp_path / "x.asl")
    with pytest.raises(UserError):
        read(tmp_path / "x.asl")


BOMBS = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "depth": "[" * 100_000,
    "depth of mappings": "".join(" " * n + "a:\n" for n in range(3000)),
    "merge": "a: &a {b: 1}\nc: {<<: *a}\n",
    "tag": "a: !!python/object/apply:os.system ['true']\n",
    "number": f"format: {'9' * 100_000}\n",
    "key": f"{'k' * 2_000_000}: 1\n",
    "many values": "a: [" + "1, " * 300_000 + "]\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "no text": "a: \x00\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_yaml_that_means_harm_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputInvalid):
        read_inputs(tmp_path / "x.yaml")
    with pytest.raises(PackInvalid):
        validate_pack(tmp_path / "x.yaml")


def _pkcs12(path: Path, rounds: int) -> bytes:
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .build(b"secret words")
    )
    data = pkcs12.serialize_key_and_certificates(b"x", ec.generate_private_key(ec.SECP256R1()), None, None, encryption)
    path.write_bytes(data)
    return data


def test_identity_that_asks_for_endless_work_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "id.p12"
    data = _pkcs12(path, 1_234_567)
    assert largest_rounds(data) == 1_234_567
    with pytest.raises(IdentityRefused, match="no certificate"):
        load_identity(path, "secret words")
    at = data.index((1_234_567).to_bytes(3, "big"))
    path.write_bytes(data[:at] + b"\x7f\xff\xff" + data[at + 3 :])
    with pytest.raises(IdentityRefused, match="8388607 rounds"):
        load_identity(path, "secret words")


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80" * 1000, b"\x30\x84\xff\xff\xff\xff", b"\x04\x00" * 50_000])
def test_largest_rounds_of_anything_comes_to_an_end(data: bytes) -> None:
    assert largest_rounds(data) == 0


def _pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def _stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Filter /FlateDecode /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R /Metadata 3 0 R /AcroForm 4 0 R >>"
PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"
BOMB = zlib.compress(bytes(300 * 1024 * 1024), 1)
PDFS = {
    "header alone": b"%PDF-1.7\n",
    "bomb in the metadata": _pdf(CATALOG, PAGES, _stream(BOMB), b"<< /Fields [] >>"),
    "bomb in a bomb": _pdf(CATALOG, PAGES, _stream(zlib.compress(BOMB), b"/Filter [/FlateDecode /FlateDecode]")),
    "arrays of great depth": _pdf(CATALOG, PAGES, b"[" * 50_000 + b"]" * 50_000, b"[" * 50_000 + b"]" * 50_000),
    "names of great depth": _pdf(b"<< /A " * 20_000 + b">>" * 20_000, PAGES),
    "fields in a circle": _pdf(CATALOG, PAGES, b"null", b"<< /Fields [5 0 R] >>", b"<< /T (a) /Kids [5 0 R] >>"),
    "reference to itself": _pdf(b"1 0 R", PAGES),
    "tables in a circle": _pdf(CATALOG, PAGES, trailer=b"/Root 1 0 R /Prev 15"),
    "size of a world": _pdf(CATALOG, PAGES).replace(b"0 3\n0", b"0 4000000000\n0"),
    "start beyond the end": _pdf(CATALOG, PAGES).replace(b"startxref\n", b"startxref\n99999"),
    "encrypted": _pdf(CATALOG, PAGES, trailer=b"/Root 1 0 R /Encrypt << /Filter /Standard /V 5 /R 6 >>"),
}


@pytest.mark.parametrize("data", PDFS.values(), ids=PDFS)
def test_report_that_means_harm_is_not_verified(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(data)
    result = verify(tmp_path / "x.pdf")
    assert not result.ok
    assert result.problems
    assert all(problem.isprintable() for problem in result.problems)


def test_report_too_large_to_be_one_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(1 << 40)
    with pytest.raises(VerifyImpossible, match="larger than 64 MiB"):
        verify(tmp_path / "x.pdf")


def test_evidence_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from asl_desktop.storage import content

    (tmp_path / "log").write_bytes(b"x" * 1000)
    monkeypatch.setattr(content, "file_size", lambda _: 500)
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(EvidenceMissing, match="changed while it was being read"):
            document.attach(tmp_path / "log", EvidenceDraft(), actor="Ann")
        assert document.inputs().evidence == ()


def test_evidence_larger_than_the_disk_is_refused_unread(tmp_path: Path) -> None:
    from asl_desktop.errors import DiskFull

    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 43)
    with make(tmp_path / "a.asl") as document, pytest.raises(DiskFull):
        document.attach(tmp_path / "sparse", EvidenceDraft(), actor="Ann")
