"""Files made to harm whoever opens them, small enough to be made in a test."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><svg>&i;</svg>"
)
USES = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><g id="a0"><path d="M0 0h9"/></g>'
    + b"".join(b'<g id="a%d">%s</g>' % (n, b'<use href="#a%d"/>' % (n - 1) * 10) for n in range(1, 12))
    + b"</svg>"
)
DEEP_JSON = b"[" * 100_000 + b"]" * 100_000
HUGE_LINE = b"name,value\n" + b"x" * 3_000_000
HTML = b"<html><script>alert(1)</script><img src='http://192.0.2.1/x.png'></html>"


def png(width: int, height: int, *, bits: int = 1) -> bytes:
    """Return a picture of one colour that says it is this large, without ever being in memory."""
    line = b"\0" * (1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(line) for _ in range(height)), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, min(bits, 8), 2 if bits == 24 else 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def pdf(*pages: str, size: tuple[float, float] = (595, 842)) -> bytes:
    """Return a PDF with a line of text a page."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, pagesize=size, invariant=True)
    for text in pages:
        canvas.drawString(72, size[1] - 72, text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF that asks for a password."""
    import pikepdf

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("secret"))) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return target.getvalue()


def slow_pdf() -> bytes:
    """Return a PDF of a few kilobytes whose one page is drawn by forms within forms, for years."""
    import pikepdf

    document = pikepdf.new()
    inner = document.make_stream(
        b"0 0 m 9 9 l S", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 99, 99]
    )
    for _ in range(12):
        inner = document.make_stream(
            b"/F Do " * 40,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 99, 99],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner)),
        )
    page = document.add_blank_page(page_size=(99, 99))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
    page.Contents = document.make_stream(b"/F Do")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def zip_bomb() -> bytes:
    """Return an archive that would grow to a thousand times its size, with a name that reads backwards."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros\u202egnp.exe", b"\0" * 20_000_000)
    return target.getvalue()


def crowded_zip() -> bytes:
    """Return an archive of more files than anybody lists."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    return target.getvalue()
