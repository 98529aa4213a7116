"""Our own ends of the signing library: a writer that only appends, a key that is loaded once, a look drawn by us.

Imported only when something is signed: the library costs half a second to load.
"""

from __future__ import annotations

import binascii
import io
import uuid
from typing import TYPE_CHECKING, Any

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigner
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

if TYPE_CHECKING:
    from datetime import datetime

    from reports.identity import Identity

_DIGEST = "sha256"


class AppendingWriter(IncrementalPdfFileWriter):
    """A writer that leaves the document's metadata alone.

    WORKAROUND: the library rewrites the XMP packet at each signature and thereby breaks PDF/A and PDF/UA, see
    https://github.com/MatthiasValvekens/pyHanko/issues/755. A test fails when the method below is no longer the one.
    """

    def _update_meta(self) -> None:
        """Write nothing."""


class ClockedSigner(PdfSigner):
    """A signer whose stated time comes from the given moment and not from the machine."""

    moment: datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        """Start as the library does, then set the time."""
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.moment
        return session


class IdentitySigner(Signer):
    """Signs with the key that the identity holds; it is checked once, when the identity is opened."""

    def __init__(self, identity: Identity) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple([_as_asn1(item) for item in identity.chain])
        super().__init__(signing_cert=_as_asn1(identity.certificate), cert_registry=registry, embed_roots=True)
        self._private_key = identity.private_key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002 - the name is the library's
    ) -> bytes:
        """Return the raw signature of ``data``; a dry run is a real one, so that the sizes agree."""
        if digest_algorithm != _DIGEST:
            raise ValueError(f"only {_DIGEST} is used here, not {digest_algorithm}")
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._private_key.sign(data, ec.ECDSA(hashes.SHA256()))


class DrawnPage(PdfContent):
    """The first page of a PDF held in memory, as the look of a signature."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        """Import the page into the file being signed and return the operator that paints it."""
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        name = b"/Seal" + binascii.hexlify(uuid.uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name + b" Do"


def drawn_style(pdf: bytes) -> StaticStampStyle:
    """Return a signature style that fills its field with the page of ``pdf``."""
    rule = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MID,
        y_align=AxisAlignment.ALIGN_MID,
        margins=Margins(),
        inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
    )
    return StaticStampStyle(border_width=0, background=DrawnPage(pdf), background_layout=rule, background_opacity=1.0)


def _as_asn1(certificate: Any) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
