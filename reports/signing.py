"""Put a person's signature under a report: PAdES B-B, visible, verified before success is told.

The first signature certifies the document: from then on only further signatures may be added. Later ones are appended;
not one byte of what was signed before changes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.errors import FileMissing, SigningRefused
from asl_desktop.files import open_ordinary, put, staged
from reports.appearance import Seal, draw_seal
from reports.dates import day
from reports.quiet import library_silenced
from reports.verifying import Verification, verify_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from reports.identity import Identity

ROLES = ("Assessor", "Reviewer", "Board")
TIMESTAMP_FIELD = "ArchiveTimestamp"
_ROLE = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,39}")
_NEW_FIELD = (200.0, 56.0)  # points
_MARGIN = 48.0


def sign_report(
    path: Path,
    target: Path,
    identity: Identity,
    *,
    role: str = "Assessor",
    reason: str = "",
    clock: Clock = SystemClock(),  # noqa: B008
) -> None:
    """Sign the report at ``path`` in the field of a role and write the result to ``target``, which may be ``path``.

    A report without a field of that role gets a visible one at the foot of its last page. An older ``target`` is
    replaced in one step once the new file has been verified; until then, and on every failure, it stays as it is.

    Args:
        path: the report, signed before or not.
        target: where the signed report goes.
        identity: who signs.
        role: one of :data:`ROLES`, or another plain name.
        reason: why, in one line; printed in the signature and stored in it.
        clock: the stated time of signing. It is a claim of this machine, not a proof.

    Raises:
        FileMissing: there is no file at ``path``.
        SigningRefused: ``detail`` says why: field filled already, not a PDF, changes not allowed, changed since an
            earlier signature, certificate not valid now, or target not writable.
    """
    path, target = Path(path), Path(target)
    _check_role(path, role)
    moment = clock.now().replace(microsecond=0)
    _check_validity(path, identity, moment)
    data = _read(path)
    before = _earlier_signatures(path, data, clock)
    if any(signature.role == role for signature in before.signatures):
        raise SigningRefused(path=path, detail=f"the {role} field is signed already")
    signed = _sign(path, data, identity, role=role, reason=reason.strip(), moment=moment, first=not before.signatures)
    if not signed.startswith(data):
        raise RuntimeError("signing rewrote bytes that were there before")
    _deliver(path, target, signed, identity, role=role, clock=clock)


def _check_role(path: Path, role: str) -> None:
    if role == TIMESTAMP_FIELD:
        raise SigningRefused(path=path, detail=f"the field {TIMESTAMP_FIELD} is for a timestamp, not for a person")
    if not _ROLE.fullmatch(role):
        raise SigningRefused(path=path, detail=f'"{role}" cannot be the name of a role; use letters, digits and spaces')


def _check_validity(path: Path, identity: Identity, moment: datetime) -> None:
    if moment > identity.valid_until:
        raise SigningRefused(
            path=path, detail=f"the certificate of {identity.name} expired on {day(identity.valid_until)}"
        )
    if moment < identity.valid_from:
        raise SigningRefused(
            path=path, detail=f"the certificate of {identity.name} is not valid before {day(identity.valid_from)}"
        )


def _read(path: Path) -> bytes:
    try:
        with open_ordinary(path) as stream:
            data = stream.read()
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except OSError as error:
        raise SigningRefused(path=path, detail=f"it cannot be read ({error.strerror or error})") from error
    if not data.startswith(b"%PDF-"):
        raise SigningRefused(path=path, detail="it is not a PDF")
    return data


def _earlier_signatures(path: Path, data: bytes, clock: Clock) -> Verification:
    """Look at the signatures that are there; nobody should sign on top of something that was changed."""
    if b"/ByteRange" not in data:
        return Verification(ok=False, kind="pdf")
    before = verify_pdf(path, clock=clock)
    if before.signatures and not before.intact:
        raise SigningRefused(path=path, detail="it was changed after an earlier signature, so it cannot be relied on")
    return before


def _sign(
    path: Path, data: bytes, identity: Identity, *, role: str, reason: str, moment: datetime, first: bool
) -> bytes:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata

    from reports.pades import AppendingWriter, ClockedSigner, IdentitySigner, drawn_style

    with _as_refusal(path):
        writer = AppendingWriter(io.BytesIO(data), strict=True)
        reader = writer.prev
        box = _field(path, writer, role, first=first)
        seal = _seal(reader, data, identity, role=role, reason=reason, moment=moment)
        signer = ClockedSigner(
            PdfSignatureMetadata(
                field_name=role,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                name=identity.name,
                reason=reason or None,
                certify=first,
                docmdp_permissions=MDPPerm.FILL_FORMS,
            ),
            IdentitySigner(identity),
            stamp_style=drawn_style(draw_seal(seal, *box)),
        )
        signer.moment = moment
        output = io.BytesIO()
        signer.sign_pdf(writer, existing_fields_only=True, output=output)
    return output.getvalue()


@contextlib.contextmanager
def _as_refusal(path: Path) -> Iterator[None]:
    """Turn what the signing library raises, which has no common root, into one refusal with a plain cause."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError

    try:
        with library_silenced():
            yield
    except SigningError as error:
        raise SigningRefused(path=path, detail=_plain(str(error))) from error
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SigningRefused(path=path, detail="it is damaged or not a well-formed PDF") from error


def _plain(message: str) -> str:
    if "forbids all changes" in message:
        return "its first signature does not allow any change"
    if "filled already" in message or "already filled" in message:
        return "that field is signed already"
    if "hybrid" in message:
        return "it is built in a way that can show two contents (hybrid cross-references)"
    return "its fields or permissions do not allow this signature"


def _field(path: Path, writer: Any, role: str, *, first: bool) -> tuple[float, float]:
    """Return the size of the role's field in points; a report without fields gets one for every role first.

    Afterwards would be too late: the first signature allows fields to be filled, not to be added.
    """
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields

    present = {str(name): reference for name, _, reference in enumerate_sig_fields(writer.prev)}
    if role in present:
        return _size_of(present[role].get_object())
    if not first:
        raise SigningRefused(path=path, detail=f"it has no field for {role}, and its first signature allows no new one")
    wanted = [role] if present or role not in ROLES else list(ROLES)
    for place, name in enumerate(wanted, start=len(present)):
        box = _free_place(writer.prev, place)
        append_signature_field(writer, SigFieldSpec(name, on_page=-1, box=box, readable_field_name=f"{name} signature"))
    return _NEW_FIELD


def _size_of(widget: Any) -> tuple[float, float]:
    if "/Rect" not in widget and "/Kids" in widget:
        widget = widget["/Kids"][0]
    left, bottom, right, top = (float(item) for item in widget["/Rect"])
    return max(abs(right - left), 1.0), max(abs(top - bottom), 1.0)


def _free_place(reader: Any, taken: int) -> tuple[int, int, int, int]:
    """Return a place at the foot of the last page, beside fields that were put there before."""
    page = reader.find_page_for_modification(-1)[0].get_object()
    while "/MediaBox" not in page:
        page = page["/Parent"]
    left, bottom, right, _ = (float(item) for item in page["/MediaBox"])
    columns = max(1, int((right - left - 2 * _MARGIN) // (_NEW_FIELD[0] + 8)))
    x = left + _MARGIN + (taken % columns) * (_NEW_FIELD[0] + 8)
    y = bottom + _MARGIN + (taken // columns) * (_NEW_FIELD[1] + 8)
    return round(x), round(y), round(x + _NEW_FIELD[0]), round(y + _NEW_FIELD[1])


def _seal(reader: Any, data: bytes, identity: Identity, *, role: str, reason: str, moment: datetime) -> Seal:
    from reports.pdf_contents import attachments
    from reports.snapshot_check import snapshot_digest

    snapshot = snapshot_digest(attachments(reader))
    return Seal(
        name=identity.name,
        role=role,
        organisation=identity.organisation,
        reason=reason,
        signed_at=moment,
        digest_label="Snapshot" if snapshot else "SHA-256",
        digest=snapshot or hashlib.sha256(data).hexdigest(),
    )


def _deliver(path: Path, target: Path, signed: bytes, identity: Identity, *, role: str, clock: Clock) -> None:
    """Write beside the target, verify what was written, and only then put it in place."""
    try:
        mode = (target if target.exists() else path).stat().st_mode & 0o777  # a report stays as private as it was
        with staged(target, mode=mode) as temporary:
            temporary.write_bytes(signed)
            _verify_written(path, temporary, identity, role=role, clock=clock)
            put(temporary, target)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        cause = "there is no room left" if full else (error.strerror or str(error))
        raise SigningRefused(path=path, detail=f"{target} cannot be written ({cause})") from error


def _verify_written(path: Path, written: Path, identity: Identity, *, role: str, clock: Clock) -> None:
    """Verify with the signer's own root trusted; other signers may be unknown on this machine."""
    top = (identity.certificate, *identity.chain)[-1]
    result = verify_pdf(written, trust=(top,), clock=clock)
    mine = result.signatures[-1] if result.signatures else None
    if not result.intact or mine is None or mine.role != role or not mine.covers_whole_document or not mine.trusted:
        cause = "; ".join(problem.rstrip(".") for problem in result.problems) or "the signature is not there"
        raise SigningRefused(path=path, detail=f"the signed file did not pass its own verification: {cause}")
