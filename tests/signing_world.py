"""What the tests of signing and verifying share: a small report, throw-away certificates, and ways to tamper."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from asl_desktop import codec
from asl_desktop.progress import Silent
from asl_desktop.services.outcome import DOCUMENT_FORMAT
from asl_desktop.services.snapshot_digest import SNAPSHOT_FORMAT
from reports.blocks import Paragraph, ReportDocument, Section, SignatureSlot, SignatureSlots, plain
from reports.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
PASSPHRASE = "correct horse ü battery"


def attached_assessment(*, model: str = "Model", stated: str = "") -> tuple[bytes, str]:
    """Return assessment data as it is attached to reports, and its snapshot digest (or the one stated in its place)."""
    inputs: dict[str, Any] = {"scope": {"model": model}, "evidence": []}
    subject: dict[str, Any] = {
        "format": SNAPSHOT_FORMAT,
        "pack_digest": "ab" * 32,
        "as_of": "2025-06-02",
        "plan": None,
        "inputs": inputs,
        "evidence_digests": [],
    }
    digest = stated or codec.digest(subject)
    document = {
        "format": DOCUMENT_FORMAT,
        "snapshot_digest": digest,
        "pack": {"id": "test", "version": "1", "digest": "ab" * 32},
        "as_of": "2025-06-02",
        "inputs": {**inputs, "plan": None},
        "determination": {"snapshot_digest": digest},
    }
    return codec.canonical(document), digest


def report_bytes(*, stated: str = "", keywords: tuple[str, ...] = ()) -> bytes:
    """Return an unsigned report with the four pre-placed fields and an attached assessment."""
    attachment, digest = attached_assessment(stated=stated)
    slots = tuple(SignatureSlot(name, name) for name in ("Assessor", "Reviewer", "Board"))
    report = ReportDocument(
        title="Board report",
        subject="Assessment of a model",
        running_head="Board report",
        author="Assessor",
        digest=digest,
        generated_at=MOMENT,
        as_of=date(2025, 6, 2),
        sections=(
            Section("Determination", (Paragraph(plain("ASL-3 on both tracks.")),)),
            Section("Signatures", (SignatureSlots(slots),)),
        ),
        keywords=keywords,
    )
    data, _, _ = render(report, attachment=attachment, progress=Silent())
    return data


def bare_pdf(path: Path) -> Path:
    """Write a PDF without any form field, as some other program might."""
    from reportlab.pdfgen.canvas import Canvas

    from reports.layout.fonts import FONT_NAME, font

    font("regular")
    canvas = Canvas(str(path), initialFontName=FONT_NAME["regular"], invariant=1)
    canvas.drawString(72, 700, "A plain page")
    canvas.save()
    return path


def self_signed(path: Path, name: str, *, days: int = 365, key_usage: bool = True) -> Path:
    """Write a PKCS#12 with a self-signed P-256 certificate, as simple tools make them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(MOMENT - timedelta(days=1))
        .not_valid_after(MOMENT + timedelta(days=days))
    )
    if key_usage:
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        builder = builder.add_extension(usage, critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, encryption))
    return path


def hole_of(data: bytes, index: int = -1) -> tuple[int, int]:
    """Return start and end of the hole that a signature leaves, the newest one's unless told otherwise."""
    found = re.findall(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+\d+\s*\]", data)[index]
    return int(found[0]), int(found[1])


def updated(data: bytes, change: Callable[[Any], None]) -> bytes:
    """Return the file with an incremental update appended, which ``change`` makes through the library's writer."""
    from reports.pades import AppendingWriter

    writer = AppendingWriter(io.BytesIO(data))
    change(writer)
    target = io.BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]
    return target.getvalue()
