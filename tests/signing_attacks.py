"""Ways to change a signed report: what a careless program does, and what a forger does."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any

from tests.signing_world import attached_assessment


def page_changed(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import StreamObject

    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"0 0 400 400 re f")))


def page_added(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import StreamObject
    from pyhanko.pdf_utils.writer import PageObject

    contents = writer.add_object(StreamObject(stream_data=b""))
    page: Any = PageObject  # the library does not annotate it
    writer.insert_page(page(contents=contents, media_box=(0, 0, 100, 100)))


def opens_a_script(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string

    entries = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    action = DictionaryObject(entries)  # type: ignore[no-untyped-call]
    writer.root["/OpenAction"] = writer.add_object(action)
    writer.update_root()


def permissions_removed(writer: Any) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def attachment_swapped(writer: Any) -> None:
    other, _ = attached_assessment(model="Another model")
    stream = writer.root["/AF"][0]["/EF"]["/F"]
    reference = stream.container_ref
    from pyhanko.pdf_utils.generic import Reference, StreamObject

    assert isinstance(reference, Reference)
    writer.objects[(reference.generation, reference.idnum)] = StreamObject(stream_data=other)


def metadata_changed(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import StreamObject

    old = writer.root["/Metadata"]
    entries = {key: old.raw_get(key) for key in ("/Type", "/Subtype")}
    changed = StreamObject(entries, stream_data=old.data.replace(b"Board report", b"Bored report"))
    writer.root["/Metadata"] = writer.add_object(changed)
    writer.update_root()


def empty_field_made_to_look_signed(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import StreamObject, pdf_name
    from pyhanko.sign.fields import enumerate_sig_fields

    (field,) = [reference.get_object() for _, _, reference in enumerate_sig_fields(writer, with_name="Board")]
    old = field["/AP"]["/N"]
    entries = {key: old.raw_get(key) for key in ("/Type", "/Subtype", "/BBox")}
    look = StreamObject(entries, stream_data=b"0 0 300 64 re f")
    field["/AP"][pdf_name("/N")] = writer.add_object(look)
    writer.update_container(field)


def information_changed(writer: Any) -> None:
    from pyhanko.pdf_utils.generic import pdf_string

    information = writer.trailer["/Info"]
    information["/Title"] = pdf_string("Another title")
    writer.update_container(information)


def wrapped(data: bytes) -> bytes:
    """Append an update that takes away page 1 and replaces the signature object by one with fitting lengths."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data))
    signature = reader.embedded_signatures[0]
    numbers = [int(item) for item in signature.byte_range]
    for odd in range(8):
        padding = 0
        for _ in range(80):
            made = _with_padding(data, reader, signature, numbers, padding=padding, odd=odd)
            missing = len(made) - numbers[1] - numbers[3] - 2 * (len(signature.pkcs7_content) + padding) - 2
            if missing == 0:
                return made
            padding += int(missing / 2) or (1 if missing > 0 else -1)
    raise AssertionError("no padding fits")


def _with_padding(data: bytes, reader: Any, signature: Any, numbers: list[int], *, padding: int, odd: int) -> bytes:
    number = signature.sig_field.raw_get("/V").reference.idnum
    page = reader.find_page_for_modification(0)[0].idnum
    parent = reader.root.raw_get("/Pages").reference.idnum
    size = int(reader.trailer["/Size"])
    range_text = b" ".join(b"%d" % item for item in numbers)
    hexadecimal = signature.pkcs7_content.hex().encode() + b"00" * padding
    objects = {
        number: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [%s] "
        b"/M (D:20250602120000Z) /Contents <%s> >>" % (range_text, hexadecimal),
        page: b"<< /Type /Page /MediaBox [0 0 595 842] /Parent %d 0 R /Resources << >> >>" % parent,
    }
    index, body = b"", b""
    for key, text in objects.items():
        index += b"%d %d " % (key, len(body))
        body += text + b" "
    packed = zlib.compress(index + body, 9)
    out = data + b"\n" * odd
    places = {key: (2, size, at) for at, key in enumerate(objects)}
    places[size] = (1, len(out), 0)
    out += b"%d 0 obj\n<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n" % (
        size,
        len(index),
        len(packed),
    )
    out += packed + b"\nendstream\nendobj\n"
    places[size + 1] = (1, len(out), 0)
    table = zlib.compress(
        b"".join(bytes([a]) + b.to_bytes(4, "big") + c.to_bytes(2, "big") for _, (a, b, c) in sorted(places.items()))
    )
    sections = b" ".join(b"%d 1" % key for key in sorted(places))
    start = len(out)
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    out += b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Index [%s] /Root %d 0 R /Info %d 0 R /Prev %d " % (
        size + 1,
        size + 2,
        sections,
        reader.root_ref.idnum,
        reader.trailer.raw_get("/Info").reference.idnum,
        previous,
    )
    out += b"/Filter /FlateDecode /Length %d >>\nstream\n" % len(table)
    return out + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
